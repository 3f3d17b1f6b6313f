"""Saved coverage indices, so that the next band or date of the same stands starts at once.

A file holds the blocks of one index after a header line; its name is the SHA-256 of the outlines and the grid.
It is written under another name and moved when complete. On reading, its length and the hash of its content are
checked before anything of it is used; a damaged file is removed and the index is computed again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import struct
import tempfile
from collections.abc import Generator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..core.issues import join_issues, layer_issue
from ..core.progress import Progress
from ..core.rasters.coverage import CoverageBlock, coverage_blocks
from ..core.rasters.grid import Grid
from .output_files import output_error

ObjectArray = npt.NDArray[np.object_]

FORMAT = b"sanming-carbon coverage 1\n"

_log = logging.getLogger(__name__)
_ARRAYS = [field.name for field in fields(CoverageBlock) if field.name != "first_row"]
_DIGEST_BYTES = 32
_TWO_BYTES = 1 << 16
_GEOMETRIES_AT_ONCE = 20_000


class CoverageStore:
    """Coverage indices in a folder.

    Parameters
    ----------
    folder
        Made when the first index is saved.

    Attributes
    ----------
    damaged
        Files that were found damaged and computed again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: list[Path] = []

    @classmethod
    def beside(cls, layer: Path, cache: Path) -> CoverageStore:
        """The store beside a layer's file, or in a cache folder where that place cannot be written."""
        folder = layer.with_name(layer.name + ".coverage")
        return cls(folder if os.access(layer.parent, os.W_OK) else cache)

    def notes(self) -> pd.DataFrame:
        """What was noticed about saved indices, as rows of issues."""
        return join_issues(layer_issue("COVERAGE_INDEX_DAMAGED", None, path.name) for path in self.damaged)

    def covering(
        self, geometry: ObjectArray, grid: Grid, progress: Progress | None = None
    ) -> Generator[CoverageBlock, None, None]:
        """Blocks from the saved index where there is one, else computed and saved on the way.

        Raises
        ------
        OutputError
            When the index cannot be saved; nothing half-written is left.
        """
        path = self.folder / f"{coverage_key(geometry, grid)}.coverage"
        if path.exists():
            if is_sound(path):
                return _read(path, progress or Progress())
            _log.warning("damaged coverage index ignored: %s", path)
            self.damaged.append(path)
            path.unlink(missing_ok=True)
        return self._saving(path, coverage_blocks(geometry, grid, progress))

    def _saving(self, path: Path, blocks: Generator[CoverageBlock, None, None]) -> Generator[CoverageBlock, None, None]:
        """Hand on blocks while writing them; complete only when all were taken."""
        aside: Path | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix=".coverage-", dir=self.folder)
            aside = Path(name)
            with os.fdopen(number, "wb") as file, closing(blocks):
                writer = _Writer(file)
                for block in blocks:
                    writer.add(block)
                    yield block
                writer.finish()
            aside.replace(path)
        except OSError as problem:
            raise output_error(problem, path) from problem
        finally:
            if aside is not None:
                aside.unlink(missing_ok=True)


class _Writer:
    """Writes blocks and, last, the hash of all bytes before it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._write(FORMAT)

    def add(self, block: CoverageBlock) -> None:
        full = [np.ascontiguousarray(getattr(block, name)) for name in _ARRAYS]
        arrays = [_narrowed(one) for one in full]
        kinds = [[one.dtype.str, stored.dtype.str, len(one)] for one, stored in zip(full, arrays, strict=True)]
        head = {"first_row": block.first_row, "arrays": kinds}
        text = json.dumps(head).encode()
        self._write(struct.pack("<I", len(text)) + text)
        for one in arrays:
            self._write(one.data.cast("B") if len(one) else b"")

    def finish(self) -> None:
        self._write(struct.pack("<I", 0))
        self._file.write(self._hash.digest())
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write(self, content: bytes | memoryview) -> None:
        self._file.write(content)
        self._hash.update(content)


def _narrowed(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in two bytes where they fit: a third less to write, hash and read."""
    if numbers.dtype.kind == "i" and len(numbers) and numbers.min() >= 0 and numbers.max() < _TWO_BYTES:
        return numbers.astype("<u2")
    return numbers


def coverage_key(geometry: ObjectArray, grid: Grid) -> str:
    """SHA-256 of outlines and grid: the name of their index."""
    key = hashlib.sha256(FORMAT)
    key.update(json.dumps([len(geometry), grid.width, grid.height, *grid.transform]).encode())
    for first in range(0, len(geometry), _GEOMETRIES_AT_ONCE):
        part = geometry[first : first + _GEOMETRIES_AT_ONCE]
        points, owner = shapely.get_coordinates(part, return_index=True)
        rings = shapely.get_num_geometries(part) * 1_000_003 + shapely.get_num_interior_rings(part)
        key.update(np.ascontiguousarray(points).data.cast("B") if len(points) else b"")
        for counts in (np.bincount(owner, minlength=len(part)), rings, shapely.get_type_id(part)):
            key.update(np.ascontiguousarray(counts, dtype=np.int64).data.cast("B"))
    return key.hexdigest()


def is_sound(path: Path) -> bool:
    """Whether a file is complete: begins with the format's name and ends with the hash of what is before."""
    length = path.stat().st_size
    if length < len(FORMAT) + _DIGEST_BYTES:
        return False
    content = hashlib.sha256()
    with path.open("rb") as file:
        left = length - _DIGEST_BYTES
        while left > 0:
            part = file.read(min(left, 2**22))
            if not part:
                return False
            content.update(part)
            left -= len(part)
        return file.read() == content.digest()


def _read(path: Path, progress: Progress) -> Generator[CoverageBlock, None, None]:
    with path.open("rb") as file:
        file.seek(len(FORMAT))
        while True:
            progress.raise_if_cancelled()
            (length,) = struct.unpack("<I", file.read(4))
            if not length:
                return
            head = json.loads(file.read(length))
            arrays = [
                np.frombuffer(file.read(np.dtype(stored).itemsize * count), stored).astype(kind, copy=False)
                for kind, stored, count in head["arrays"]
            ]
            yield CoverageBlock(first_row=head["first_row"], **dict(zip(_ARRAYS, arrays, strict=True)))
