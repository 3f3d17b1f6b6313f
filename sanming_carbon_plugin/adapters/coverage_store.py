"""Saved coverage indices, so that the next band or date of the same stands starts at once.

A file holds the blocks of one index after a header line; its name is the SHA-256 of the outlines and the grid.
It is written under another name and moved when complete. On reading, its length, the hash of its content and the name
it was written for are checked before anything of it is used; a damaged file is removed and the index is computed again.
Where no index can be kept, the run goes on without; only a full disk is an error.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import struct
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..core.errors import InputError
from ..core.issues import join_issues, layer_issue
from ..core.progress import Progress
from ..core.rasters.coverage import CoverageBlock, coverage_blocks
from ..core.rasters.grid import Grid
from ..core.stands.packed import Outlined, PackedOutlines
from .coverage_folders import ASIDE, SUFFIX, clear_up, user_cache
from .output_files import output_error

FORMAT = b"sanming-carbon coverage 2\n"

FOLDER_VARIABLE = "SANMING_CARBON_CACHE"

_log = logging.getLogger(__name__)
_ARRAYS = [field.name for field in fields(CoverageBlock) if field.name != "first_row"]
_DIGEST_BYTES = 32
_TWO_BYTES = 1 << 16
_GEOMETRIES_AT_ONCE = 20_000
_BYTES_AT_ONCE = 2**22
_PARTS, _POLYGON, _MULTIPOLYGON = 1_000_003, 3, 6
_FOLDER = ".sanming_coverage"
_OF = b"of "
"""Begins the name at the end of a file."""
_BROKEN = (OSError, ValueError, TypeError, KeyError, struct.error)


class CoverageStore:
    """Coverage indices in a folder.

    Parameters
    ----------
    folders
        Where indices are looked for; a new one is saved in the first that can be written. Made when needed.

    Attributes
    ----------
    damaged
        Files that were found damaged and computed again.
    """

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.damaged: list[Path] = []

    @classmethod
    def beside(cls, source: str | Path, cache: Path | None = None) -> CoverageStore:
        """The store of a layer: beside its file, or in the user's cache folder where there is none or it is closed.

        The environment variable ``SANMING_CARBON_CACHE`` names one folder for all layers instead.

        Parameters
        ----------
        source
            Where the layer came from, as the layer says it: a path, also ``PATH|layername=…``, or anything else.
        cache
            Another folder than the user's cache.
        """
        told = os.environ.get(FOLDER_VARIABLE)
        if told:
            return cls(Path(told))
        cache = cache or user_cache()
        path = Path(str(source).partition("|")[0])
        try:
            has_place = path.is_file() and os.access(path.parent, os.W_OK)
        except (OSError, ValueError):  # a connection string is no path
            has_place = False
        return cls(path.parent / _FOLDER, cache) if has_place else cls(cache)

    def notes(self) -> pd.DataFrame:
        """What was noticed about saved indices, as rows of issues."""
        return join_issues(layer_issue("COVERAGE_INDEX_DAMAGED", None, path.name) for path in self.damaged)

    def covering(
        self, geometry: Outlined, grid: Grid, progress: Progress | None = None
    ) -> Generator[CoverageBlock, None, None]:
        """Blocks from the saved index where there is one, else computed and saved on the way.

        Raises
        ------
        OutputError
            DISK_FULL when there is no room for the index; nothing half-written is left.
        CancelledError
            When the user cancelled.
        """
        progress = progress or Progress()
        name = coverage_key(geometry, grid, progress) + SUFFIX
        for folder in self.folders:
            file = self._sound(folder / name, progress)
            if file is not None:
                yield from _saved_or_found(file, geometry, grid, progress)
                return
        with closing(coverage_blocks(geometry, grid, progress)) as blocks:
            yield from self._saving(name, blocks)

    def _sound(self, path: Path, progress: Progress) -> BinaryIO | None:
        """The open file of an index that is complete, None where there is none; a damaged one is removed."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        except OSError as problem:
            _log.info("a saved coverage index cannot be opened: %s (%s)", path, problem)
            return None
        is_usable = False
        try:
            is_usable = is_sound(file, path.stem, progress)
        except OSError as problem:
            _log.info("a saved coverage index cannot be read: %s (%s)", path, problem)
        finally:
            if not is_usable:
                file.close()
        if is_usable:
            with suppress(OSError):
                os.utime(path)  # says that somebody needs it
            return file
        _log.warning("damaged coverage index ignored: %s", path)
        self.damaged.append(path)
        with suppress(OSError):
            path.unlink()
        return None

    def _saving(self, name: str, blocks: Generator[CoverageBlock, None, None]) -> Iterator[CoverageBlock]:
        """Hand on blocks while writing them; complete only when all were taken."""
        begun = self._begin()
        if begun is None:
            yield from blocks
            return
        aside, file = begun
        path = aside.with_name(name)
        writer: _Writer | None = _Writer(file, path.stem)
        try:
            for block in blocks:
                writer = _kept_on(writer, block, path)
                yield block
            if writer is not None:
                _finished(writer, aside, path)
        finally:
            with suppress(OSError):
                file.close()
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def _begin(self) -> tuple[Path, BinaryIO] | None:
        """A new file in the first folder that takes one, None where none does."""
        for folder in self.folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                aside = folder / (ASIDE + secrets.token_hex(8))
                # Colleagues who share the folder may read it, as far as the folder's owner lets them.
                number = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
            except OSError as problem:
                _raise_if_full(problem, folder)
                _log.info("no coverage index can be kept in %s (%s)", folder, problem)
                continue
            with suppress(OSError):
                clear_up(folder)
            return aside, os.fdopen(number, "wb")
        return None


def _kept_on(writer: _Writer | None, block: CoverageBlock, path: Path) -> _Writer | None:
    """The writer after one more block; None where writing is no longer possible."""
    if writer is None:
        return None
    try:
        writer.add(block)
    except OSError as problem:
        _raise_if_full(problem, path)
        _log.warning("coverage index not kept: %s (%s)", path, problem)
        return None
    return writer


def _finished(writer: _Writer, aside: Path, path: Path) -> None:
    try:
        writer.finish()
        aside.replace(path)
    except OSError as problem:
        _raise_if_full(problem, path)
        _log.warning("coverage index not kept: %s (%s)", path, problem)


def _raise_if_full(problem: OSError, path: Path) -> None:
    error = output_error(problem, path)
    if error.code == "DISK_FULL":
        raise error from problem


class _Writer:
    """Writes blocks, then the name they are for, last the hash of all bytes before it."""

    def __init__(self, file: BinaryIO, key: str) -> None:
        self._file = file
        self._key = key
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
        self._write(struct.pack("<I", 0) + _OF + self._key.encode())
        self._file.write(self._hash.digest())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _write(self, content: bytes | memoryview) -> None:
        self._file.write(content)
        self._hash.update(content)


def _narrowed(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in two bytes where they fit: a third less to write, hash and read."""
    if numbers.dtype.kind == "i" and len(numbers) and numbers.min() >= 0 and numbers.max() < _TWO_BYTES:
        return numbers.astype("<u2")
    return numbers


def coverage_key(geometry: Outlined, grid: Grid, progress: Progress | None = None) -> str:
    """SHA-256 of outlines and grid: the name of their index."""
    key = hashlib.sha256(FORMAT)
    key.update(json.dumps([len(geometry), grid.width, grid.height, *grid.transform]).encode())
    for first in range(0, len(geometry), _GEOMETRIES_AT_ONCE):
        if progress is not None:
            progress.raise_if_cancelled()
        points, counts = _content(geometry, slice(first, min(first + _GEOMETRIES_AT_ONCE, len(geometry))))
        key.update(np.ascontiguousarray(points).data.cast("B") if len(points) else b"")
        for one in counts:
            key.update(np.ascontiguousarray(one, dtype=np.int64).data.cast("B"))
    return key.hexdigest()


def _content(geometry: Outlined, part: slice) -> tuple[npt.NDArray[np.float64], list[npt.NDArray[Any]]]:
    """Corners of some stands; for each stand how many, how many parts and holes, and its type; holes of each part."""
    if isinstance(geometry, PackedOutlines):
        polygons = geometry.stand_start[part.start : part.stop + 1]
        first_ring = geometry.polygon_start[polygons]
        first_corner = geometry.ring_start[first_ring]
        kind = geometry.kind[part]
        single = np.where(kind == _POLYGON, np.maximum(np.diff(first_ring) - 1, 0), 0)
        counts = [np.diff(first_corner), np.diff(polygons) * _PARTS + single, kind]
        points = geometry.corners[first_corner[0] : first_corner[-1]]
        rings = np.diff(geometry.polygon_start[polygons[0] : polygons[-1] + 1])
        holes = np.maximum(rings - 1, 0)[np.repeat(kind, np.diff(polygons)) == _MULTIPOLYGON]
    else:
        shapes = geometry[part]
        kind = shapely.get_type_id(shapes)
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        parts = shapely.get_num_geometries(shapes) * _PARTS + shapely.get_num_interior_rings(shapes)
        counts = [np.bincount(owner, minlength=len(shapes)), parts, kind]
        holes = shapely.get_num_interior_rings(shapely.get_parts(shapes[kind == _MULTIPOLYGON]))
    # The same rings may be holes of another part.
    return points, [*counts, holes] if holes.any() else counts


def is_sound(file: BinaryIO, key: str, progress: Progress | None = None) -> bool:
    """Whether a file is complete and the index of this key.

    It begins with the format's name and ends with the key and the hash of all that is before.
    """
    left = file.seek(0, os.SEEK_END) - _DIGEST_BYTES
    told = _OF + key.encode()
    if left < len(FORMAT) + len(told):
        return False
    file.seek(left - len(told))
    named = file.read(len(told))
    file.seek(0)
    if named != told or file.read(len(FORMAT)) != FORMAT:
        return False
    file.seek(0)
    content = hashlib.sha256()
    while left > 0:
        if progress is not None:
            progress.raise_if_cancelled()
        part = file.read(min(left, _BYTES_AT_ONCE))
        if not part:
            return False
        content.update(part)
        left -= len(part)
    return file.read() == content.digest()


def _saved_or_found(file: BinaryIO, geometry: Outlined, grid: Grid, progress: Progress) -> Iterator[CoverageBlock]:
    """Blocks of a checked index; should its disk go away meanwhile, the rest is computed.

    Raises
    ------
    InputError
        ``COVERAGE_INDEX_LOST`` where an older version had cut the stands otherwise: the rest would not be the rest.
    """
    given: list[tuple[object, ...]] = []
    with file, closing(_read(file, progress)) as blocks:
        while True:
            try:
                block = next(blocks)
            except StopIteration:
                return
            except _BROKEN as problem:
                _log.warning("coverage index could not be read to its end (%s)", problem)
                break
            given.append(_extent(block))
            yield block
    with closing(coverage_blocks(geometry, grid, progress)) as computed:
        if given != [_extent(block) for block in islice(computed, len(given))]:
            raise InputError("COVERAGE_INDEX_LOST", path=str(file.name))
        yield from computed


def _extent(block: CoverageBlock) -> tuple[object, ...]:
    """Which stands and rows a block is about."""
    return block.first_row, block.row_count, len(block.edge_item), block.stands.astype("<i4").tobytes()


def _read(file: BinaryIO, progress: Progress) -> Generator[CoverageBlock, None, None]:
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
        if any(len(one) != count for one, (_, _, count) in zip(arrays, head["arrays"], strict=True)):
            raise ValueError("shortened")
        yield CoverageBlock(first_row=head["first_row"], **dict(zip(_ARRAYS, arrays, strict=True)))
