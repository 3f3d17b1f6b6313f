"""Result files appear complete or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ..core.errors import OutputError

_SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")
_FULL = ("disk is full", "no space left", "disk full", "file too large")
_FULL_NUMBERS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_SQLITE_PATH_BYTES = 512
_ROOM_BYTES = 1 << 16
_PROBE_BYTES = 1 << 20
_SHARING_VIOLATIONS = (5, 32, 33)  # Windows: access denied, in use, locked


def require_writable(path: Path, *, overwrite: bool) -> None:
    """Tell before a long computation that its result could not be written.

    Raises
    ------
    OutputError
        ``OUTPUT_EXISTS``, ``OUTPUT_NOT_WRITABLE``, ``OUTPUT_PATH_LONG``, ``OUTPUT_LOCKED``, ``DISK_FULL``.
    """
    with output_errors(path):  # a name may be longer than any can be
        there = path.exists()
    if there and not overwrite:
        raise OutputError("OUTPUT_EXISTS", path=str(path))
    if path.is_dir():
        raise OutputError("OUTPUT_NOT_WRITABLE", path=str(path), reason="it is a folder")
    if there:
        _require_unlocked(path)
    probe = _temporary_name(path)
    _require_short(path, probe)
    with output_errors(path):
        try:
            probe.write_bytes(b"\0" * 4096)
        finally:
            with suppress(OSError):
                probe.unlink()


def require_no_input(path: Path, inputs: Iterable[str]) -> None:
    """Refuse a result that would take the place of what it is made from, however both are written.

    Parameters
    ----------
    inputs
        Paths, also with ``|layername=…`` of QGIS or ``#band`` behind them, and whatever else a job was told.

    Raises
    ------
    OutputError
        ``OUTPUT_IS_INPUT``.
    """
    for given in inputs:
        for place in (given, given.split("|", maxsplit=1)[0], given.rpartition("#")[0]):
            with suppress(OSError, ValueError):
                if place and path.samefile(place):
                    raise OutputError("OUTPUT_IS_INPUT", path=str(path))


@contextmanager
def moved_into_place(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """A temporary name beside ``path``, moved to ``path`` when the block ends well, else removed.

    Raises
    ------
    OutputError
        As :func:`require_writable`.
    """
    require_writable(path, overwrite=overwrite)
    temporary = _temporary_name(path)
    try:
        yield temporary
        with output_errors(path):
            _flush_to_disk(temporary)
            if path.exists():
                if not overwrite:
                    raise OutputError("OUTPUT_EXISTS", path=str(path))
                _require_unlocked(path)
            temporary.replace(path)
            _flush_folder(path.parent)
    finally:
        for suffix in _SQLITE_SUFFIXES:
            with suppress(OSError):
                temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


@contextmanager
def output_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, whose files are moved into ``folder`` when the block ends well.

    ``folder`` is made where it is missing, and taken away again when the block fails. Files of the same name in it
    are replaced, others left alone.

    Raises
    ------
    OutputError
        Where ``folder`` cannot be made or written.
    """
    beside: Path | None = None
    made = not folder.exists()
    try:
        with output_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(prefix=".sanming-", dir=folder))
            yield beside
            for path in sorted(item for item in beside.rglob("*") if item.is_file()):
                target = folder / path.relative_to(beside)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
        if made:
            with suppress(OSError):
                folder.rmdir()  # only where it is still empty


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Faults of writing as :class:`OutputError` that names ``path``."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise output_error(error, path) from error


def output_error(error: Exception, path: Path) -> OutputError:
    """The error a user sees for a failed write to ``path``."""
    unclear = isinstance(error, OSError) and error.errno is None
    if unclear or "disk i/o error" in str(error).lower():  # GDAL and SQLite do not say why; the system does
        error = _refusal_of_system(path) or error
    text = str(error).lower()
    number = getattr(error, "errno", None)
    if number in _FULL_NUMBERS or any(words in text for words in _FULL) or _no_room(path.parent):
        return OutputError("DISK_FULL", path=str(path))
    if getattr(error, "winerror", None) in _SHARING_VIOLATIONS or "database is locked" in text:
        return OutputError("OUTPUT_LOCKED", path=str(path))
    reason = (getattr(error, "strerror", None) or str(error)).strip().rstrip(".")
    return OutputError("OUTPUT_NOT_WRITABLE", path=str(path), reason=reason)


def _no_room(folder: Path) -> bool:
    """Whether the disk is as good as full: some libraries then give other reasons for their failure."""
    with suppress(OSError):
        usage = shutil.disk_usage(folder)
        # Folders that are no disk, such as those of the system, have no size at all.
        return usage.total > 0 and usage.free < _ROOM_BYTES
    return False


def _refusal_of_system(path: Path) -> OSError | None:
    """What the system answers to writing a megabyte beside ``path``; None where it takes it."""
    probe = _temporary_name(path)
    try:
        with probe.open("wb") as stream:
            stream.write(b"\0" * _PROBE_BYTES)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        return error
    finally:
        with suppress(OSError):
            probe.unlink()
    return None


def _temporary_name(path: Path) -> Path:
    return path.with_name(".{}.{}.tmp".format(path.name, secrets.token_hex(4)))


def _require_short(path: Path, temporary: Path) -> None:
    """Refuse a database whose path SQLite cannot open, though the system can: it counts bytes, not characters."""
    if os.name == "posix" and path.suffix.lower() == ".gpkg":
        length, whole = (len(os.fsencode(each.absolute())) for each in (path, temporary))
        most = _SQLITE_PATH_BYTES - len("-journal") - (whole - length)
        if length > most:
            raise OutputError("OUTPUT_PATH_LONG", path=str(path), bytes=length, most=most)


def _require_unlocked(path: Path) -> None:
    """Refuse to replace a database that another program is using.

    A write-ahead log left beside the new file would be taken for its own and spoil it, so the old one is
    closed properly first; that fails while another program, such as QGIS, holds the file.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise OutputError("OUTPUT_LOCKED", path=str(path)) from error
    if log.exists() and log.stat().st_size:
        raise OutputError("OUTPUT_LOCKED", path=str(path))


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the new name durable where the system can do that for folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
