"""Bands of an open raster as the rooms want them: values and validity, some rows at a time."""

from __future__ import annotations

import errno
import math
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ...core.errors import InputError
from ...core.rasters.bands import BandReader
from ...core.rasters.grid import Grid
from ...core.rasters.marks import lowest_mark, marked
from .facts import BandFacts, Part, RasterFacts
from .nodata import invalid_values

Mask = npt.NDArray[np.bool_]

BYTES_PER_READING = 96 * 2**20
"""Less than GDAL's cache of blocks on the command line: bands of a pixel-interleaved file are decoded together and then
fetched one by one from that cache."""

CELLS_PER_READING = 1_000_000

_DATABASES = ("GPKG", "MBTiles", "Rasterlite")
"""Other tables of such a file may be written while a raster is read."""


class OpenFile(Protocol):
    """What each back end offers."""

    facts: RasterFacts

    def read(self, bands: list[int], part: Part, into: npt.NDArray[Any]) -> None:
        """Put values of bands of one type into an array of the shape (bands, rows, columns)."""

    def read_mask(self, band: int, part: Part) -> npt.NDArray[np.uint8]:
        """Mask of a band, shape (rows, columns)."""

    def close(self) -> None:
        """Let go of the file."""


class FileBands:
    """Chosen bands of one raster file; a :class:`core.rasters.bands.BandReader`."""

    def __init__(
        self, files: list[OpenFile], grid: Grid, bands: list[BandFacts], read_errors: tuple[type[Exception], ...]
    ) -> None:
        self._files = files
        self._pool = ThreadPoolExecutor(len(files)) if len(files) > 1 else None
        facts = files[0].facts
        self._bands = bands
        self._read_errors = read_errors
        self._dtype = np.result_type(*(np.dtype(band.dtype) for band in bands))
        self._alpha = next((band for band in facts.bands if band.is_alpha), None)
        self._masked = next((band.number for band in bands if band.has_mask), None)
        self._own_masks = any(band.has_own_mask for band in bands)
        self._state = _state_of(facts)
        self.facts = facts
        self.name = facts.path
        self.grid = grid
        self.band_names = tuple(band.description for band in bands)
        self._first_column = 0
        self.row_step = _row_step(facts, bands, facts.width)
        self.scaling = tuple(_scaling_of(band) for band in bands)
        """Per band the factor and the offset that the file declares; ``read_rows`` gives the numbers as stored."""
        self.units = tuple(band.unit for band in bands)
        """Unit of each band as the file declares it, '' where it does not."""
        self.marks: dict[int, float] = {}
        """Value such as −9999 that was read, by the position of a band that declares no nodata."""
        self.heights = False
        """Whether the values are heights, which −9999 cannot be: such cells then do not count."""

    def narrow(self, first_column: int, end_column: int) -> None:
        """Be the raster of these columns alone, the second not included; others are neither read nor decoded."""
        self._first_column = first_column
        self.grid = self.grid.columns(first_column, end_column)
        self.row_step = _row_step(self.facts, self._bands, self.grid.width)

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Values (bands, rows, width) and validity of the same shape, (1, rows, width) or (1, 1, 1)."""
        try:
            if not self._files:
                raise OSError(errno.EBADF, "closed")
            values, shared = self._read(first_row, row_count)
        except self._read_errors as error:
            self.close()
            raise InputError(
                "RASTER_UNREADABLE",
                path=self.name,
                first_row=first_row + 1,
                last_row=first_row + row_count,
                reason=_first_reason(error),
            ) from error
        self._require_unchanged()
        wrong = [self._invalid(position, plane) for position, plane in enumerate(values)]
        if all(one is None for one in wrong):
            return values, np.ones((1, 1, 1), dtype=bool) if shared is None else shared
        valid = np.ones(values.shape, dtype=bool)
        for plane, one in zip(valid, wrong, strict=True):
            if one is not None:
                np.logical_not(one, out=plane)
        if shared is not None:
            valid &= shared
        if len(valid) > 1 and (valid[1:] == valid[0]).all():
            valid = valid[:1]
        return values, valid

    def _require_unchanged(self) -> None:
        """Refuse a file that was written meanwhile: some rows would be of the old, some of the new content."""
        if self._state is None:
            return
        state = _state_of(self.facts)
        # A new file under the same name is none of ours: the old one stays as it is while it is open.
        if state is not None and state[0] == self._state[0] and state != self._state:
            self.close()
            raise InputError("RASTER_CHANGED", path=self.name)

    def _invalid(self, position: int, plane: npt.NDArray[Any]) -> Mask | None:
        nodata = self._bands[position].nodata
        wrong = invalid_values(plane, nodata, self._bands[position].dtype)
        if self.heights:
            marks = marked(plane)
            return marks if wrong is None else wrong | marks
        if nodata is None and position not in self.marks:
            mark = lowest_mark(plane)
            if mark is not None:
                self.marks[position] = mark
        return wrong

    def close(self) -> None:
        """Let go of the file."""
        if self._pool is not None:
            self._pool.shutdown()
        for file in self._files:
            file.close()
        self._files = []

    def _read(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], Mask | None]:
        """Values and mask (bands or 1, rows, width).

        Each handle reads some columns of tiles, or some rows where tiles are wide.
        """
        width = self.grid.width
        whole = Part(self._first_column, first_row, width, row_count)
        by_column = self.facts.block_width * len(self._files) <= width
        parts = _split_columns(whole, self.facts.block_width, len(self._files)) if by_column else [whole]
        if not by_column:
            parts = _split_rows(whole, min(self.facts.block_height, self.facts.height), len(self._files))
        # One array for all parts: put together afterwards they would be in memory twice.
        values = np.empty((len(self._bands), row_count, width), dtype=self._dtype)
        if self._pool is None or len(parts) == 1:
            return values, self._read_part(self._files[0], whole, values)
        views = [values[:, _rows_of(part, whole), _columns_of(part, whole)] for part in parts]
        masks = [mask for mask in self._pool.map(self._read_part, self._files, parts, views) if mask is not None]
        return values, np.concatenate(masks, axis=2 if by_column else 1) if masks else None

    def _read_part(self, file: OpenFile, part: Part, into: npt.NDArray[Any]) -> Mask | None:
        runs = [[self._bands[0]]]
        for band in self._bands[1:]:
            if band.dtype == runs[-1][0].dtype:
                runs[-1].append(band)
            else:
                runs.append([band])
        first = 0
        for run in runs:
            own = into[first : first + len(run)]
            first += len(run)
            _read_into(file, run, part, own)
        if self._own_masks:
            masks = [file.read_mask(band.number, part) if band.has_own_mask else None for band in self._bands]
            return np.stack([np.ones(into.shape[1:], bool) if one is None else one > 0 for one in masks])
        if self._masked is not None:
            return file.read_mask(self._masked, part)[None] > 0
        if self._alpha is not None:
            alpha = np.empty((1, part.row_count, part.column_count), dtype=self._alpha.dtype)
            file.read([self._alpha.number], part, alpha)
            return alpha > 0
        return None


def _scaling_of(band: BandFacts) -> tuple[float, float]:
    """Factor and offset as declared; a factor of 0, which some programs write for none, would make all heights one."""
    if band.scale == 0 or not (math.isfinite(band.scale) and math.isfinite(band.offset)):
        return 1.0, 0.0
    return band.scale, band.offset


def _state_of(facts: RasterFacts) -> tuple[int, int, int] | None:
    """Which file it is, its length and the time it was written; None for what is no file of its own."""
    if facts.driver in _DATABASES:
        return None
    try:
        about = Path(facts.path).stat()
    except (OSError, ValueError):
        return None
    # A folder is another one whenever a program puts statistics for its colours into it.
    return (about.st_ino, about.st_size, about.st_mtime_ns) if stat.S_ISREG(about.st_mode) else None


def _first_reason(error: BaseException) -> str:
    """What went wrong to begin with: newer versions of rasterio only point to it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).removeprefix("Read or write failed. ")


def _read_into(file: OpenFile, bands: list[BandFacts], part: Part, into: npt.NDArray[Any]) -> None:
    """Values of bands of one type, which may be narrower than that of the array."""
    numbers, dtype = [band.number for band in bands], np.dtype(bands[0].dtype)
    if into.dtype == dtype:
        file.read(numbers, part, into)
        return
    stored = np.empty(into.shape, dtype=dtype)
    file.read(numbers, part, stored)
    into[:] = stored


def _rows_of(part: Part, whole: Part) -> slice:
    return slice(part.first_row - whole.first_row, part.first_row - whole.first_row + part.row_count)


def _columns_of(part: Part, whole: Part) -> slice:
    first = part.first_column - whole.first_column
    return slice(first, first + part.column_count)


def _split_columns(whole: Part, block: int, count: int) -> list[Part]:
    share = math.ceil(whole.column_count / count / block) * block
    columns = [(at, min(share, whole.column_count - at)) for at in range(0, whole.column_count, share)]
    return [whole._replace(first_column=whole.first_column + at, column_count=count) for at, count in columns]


def _split_rows(whole: Part, block: int, count: int) -> list[Part]:
    share = math.ceil(whole.row_count / count / block) * block
    starts = range(0, whole.row_count, share)
    rows = [(whole.first_row + at, min(share, whole.row_count - at)) for at in starts]
    return [whole._replace(first_row=first, row_count=count) for first, count in rows]


class TrueValues:
    """Bands of a file with its declared factor and offset applied; for heights, of which slopes are made."""

    def __init__(self, stored: BandReader, scaling: tuple[tuple[float, float], ...]) -> None:
        self._stored = stored
        self._scaling = scaling
        self.name = stored.name
        self.grid = stored.grid
        self.band_names = stored.band_names
        self.row_step = stored.row_step

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Values and validity as :meth:`FileBands.read_rows` gives them, in the unit of the file."""
        values, valid = self._stored.read_rows(first_row, row_count)
        factor, offset = np.array(self._scaling).T[:, :, None, None]
        return values * factor + offset, valid

    def close(self) -> None:
        """Let go of the file."""
        self._stored.close()


def _row_step(facts: RasterFacts, bands: list[BandFacts], width: int) -> int:
    """Rows per reading: whole tiles where they fit into the memory allowed, many rows where they are flat."""
    row_bytes = sum(np.dtype(band.dtype).itemsize for band in bands) * width
    most = max(BYTES_PER_READING // max(row_bytes, 1), 1)
    block = min(facts.block_height, facts.height)
    if block >= most:
        # Even parts of a tile: other readings would touch, and decode, two rows of tiles each.
        return int(next((rows for rows in range(most, most // 2, -1) if block % rows == 0), most))
    wanted = max(min(CELLS_PER_READING // width, most), 1)
    return int(max(wanted // block, 1) * block)
