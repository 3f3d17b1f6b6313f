"""A folder that appears complete or not at all, and one whose papers no longer hold."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import OutputError
from ..output_files import output_errors

DOSSIER = "dossier"
"""Folder inside the application's folder that is written."""

OUTDATED, NOTE = "{}_outdated_{}", "OUTDATED.txt"
_RECORD = "dossier.json"
_TOLD = (
    "These papers belong to an application that was made anew on {day}. Their hashes do not match it: do not hand "
    "them in. Make the dossier again.\n"
    "本文件夹中的材料属于此前的申请，该申请已于 {day} 重新生成，材料中的校验值与新申请不符，请勿报送，"
    "并请重新生成申报材料。\n"
)


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


@contextmanager
def older_set_aside(folder: Path, day: str) -> Iterator[Path | None]:
    """While the block makes what a dossier rests on anew, take the older dossier ``folder`` out of its place.

    It keeps its papers, which people may have worked on, under another name and with a note that they no longer hold;
    the block gets that name, None where there is no dossier. When the block fails the folder comes back as it was.

    Raises
    ------
    OutputError
        Where the folder cannot be moved; the block is not entered then.
    """
    if not (folder / _RECORD).is_file():
        yield None
        return
    number = 1
    while (aside := folder.with_name(OUTDATED.format(folder.name, number))).exists():
        number += 1
    with output_errors(folder):
        folder.rename(aside)
    try:
        yield aside
    except BaseException:
        aside.rename(folder)
        raise
    with output_errors(aside / NOTE):
        # With a mark of UTF-8, without which older editors in China take it for GB 18030.
        (aside / NOTE).write_text(_TOLD.format(day=day), encoding="utf-8-sig")
