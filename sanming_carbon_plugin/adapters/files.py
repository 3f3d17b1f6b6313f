"""Results appear whole or not at all: they are written aside and moved into place."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def output_problem(problem: OSError, path: Path) -> OutputError:
    """The error a user sees for a failed write to ``path``."""
    if problem.errno in _FULL:
        return OutputError("DISK_FULL", path=path)
    return OutputError("OUTPUT_NOT_WRITABLE", path=path, reason=problem.strerror or str(problem))


def is_inside_missing_folder(path: Path) -> str | None:
    """Why nothing can be written at ``path``: its folder is not there or is a file; None where it is fine."""
    folder = path.absolute().parent
    if not folder.exists():
        return os.strerror(errno.ENOENT)
    return None if folder.is_dir() else os.strerror(errno.ENOTDIR)


@contextmanager
def output_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, whose files are moved into ``folder`` when all went well.

    Files of the same name that are there already are replaced; others are left alone.

    Raises
    ------
    OutputError
        Where ``folder`` cannot be made or written.
    """
    beside: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".sanming-", dir=folder))
        yield beside
        for path in sorted(beside.iterdir()):
            path.replace(folder / path.name)
    except OSError as problem:
        raise output_problem(problem, folder) from problem
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of ``path`` when all went well.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    beside = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}.tmp")
    try:
        yield beside
        beside.replace(path)
    except OSError as problem:
        raise output_problem(problem, path) from problem
    finally:
        beside.unlink(missing_ok=True)
