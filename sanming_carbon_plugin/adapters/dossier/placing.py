"""A folder that appears complete or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import OutputError
from ..output_files import output_errors


def require_free(target: Path, *, overwrite: bool) -> None:
    """Tell before the work that its folder could not be written.

    Raises
    ------
    OutputError
        ``OUTPUT_EXISTS``, ``OUTPUT_NOT_WRITABLE``.
    """
    if target.exists() and not overwrite:
        raise OutputError("OUTPUT_EXISTS", path=str(target))
    if target.exists() and not target.is_dir():
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(target), reason="it is a file")


@contextmanager
def folder_in_place(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """A new folder beside ``target``, put in its place when the block ends well, else removed.

    Raises
    ------
    OutputError
        As :func:`require_free`, and where the folder cannot be made or moved.
    """
    require_free(target, overwrite=overwrite)
    mark = secrets.token_hex(4)
    beside, older = (target.with_name(".{}.{}.{}".format(target.name, mark, end)) for end in ("tmp", "old"))
    with output_errors(target):
        beside.mkdir()
    try:
        yield beside
        with output_errors(target):
            require_free(target, overwrite=overwrite)
            if target.exists():
                target.rename(older)
            try:
                beside.rename(target)
            except OSError:
                # The older papers come back rather than none.
                if older.exists():
                    older.rename(target)
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(older, ignore_errors=True)
