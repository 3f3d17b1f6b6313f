"""Fingerprints of input files, so that a result can name exactly what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ..core.errors import InputError
from ..core.progress import Progress

_BLOCK_BYTES = 1 << 20


def sha256_of_file(path: str | Path, progress: Progress | None = None) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND`` or ``FILE_NOT_READABLE``.
    """
    return sha256_of_files([Path(path)], progress)


def sha256_of_files(paths: Iterable[Path], progress: Progress | None = None) -> str:
    """SHA-256 over the bytes of several files; with more than one, their names and sizes count too.

    A shapefile is several files and a file geodatabase is a folder: the same bytes under another name of
    the whole give the same fingerprint, a part taken away or exchanged gives another one.
    """
    parts = list(paths)
    digest = hashlib.sha256()
    for path in parts:
        _add_file(digest, path, progress, with_name=len(parts) > 1)
    return digest.hexdigest()


def _add_file(digest: hashlib._Hash, path: Path, progress: Progress | None, *, with_name: bool) -> None:
    try:
        if with_name:
            digest.update("{}:{}\n".format(path.suffix.lower(), path.stat().st_size).encode())
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
                if progress is not None:
                    progress.raise_if_cancelled()
    except FileNotFoundError as error:
        raise InputError("FILE_NOT_FOUND", path=str(path)) from error
    except OSError as error:
        raise InputError("FILE_NOT_READABLE", path=str(path), reason=error.strerror or str(error)) from error


def sha256_of_rows(attributes: pd.DataFrame, wkb: Iterable[bytes | None]) -> str:
    """SHA-256 over names, values and geometries of a layer that is no file: a database, a layer on the screen."""
    digest = hashlib.sha256()
    for item in wkb:
        digest.update(b"-" if item is None else item)
    for name in attributes.columns:
        digest.update("\x1d{}\x1e".format(name).encode())
        digest.update("\x1f".join(map(str, attributes[name].tolist())).encode("utf-8", errors="replace"))
    return digest.hexdigest()
