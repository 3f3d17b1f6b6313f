"""Mean, standard deviation and support of bands, weighted by the covered share of each cell."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..progress import Progress
from .bands import BandReader
from .boundary import FloatArray
from .coverage import CoverageBlock
from .grid import Grid
from .strips import CELLS_PER_STRIP, StripCoverage, strips_of

BoolArray = npt.NDArray[np.bool_]
Reading = list[tuple[npt.NDArray[Any], BoolArray]]

_ROUNDING = 1e-14
"""A variance below this share of the mean square is rounding of equal values."""


@dataclass(frozen=True)
class Moments:
    """Sums per band and stand, shape (bands, stands).

    Attributes
    ----------
    valid
        Covered area with valid cells, in cells.
    total, total_square
        Sums of the values and of their squares, counted from ``origin``.
    origin
        Per band the value that the sums count from, so that squares keep their digits.
    """

    valid: FloatArray
    total: FloatArray
    total_square: FloatArray
    origin: FloatArray

    def of_band(self, band: int) -> Moments:
        """The sums of one band; so that a million stands need memory for one band at a time."""
        part = slice(band, band + 1)
        return Moments(self.valid[part], self.total[part], self.total_square[part], self.origin[part])

    def mean(self) -> FloatArray:
        """Area-weighted mean, NaN where there is no valid cell."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.valid > 0, self.origin[:, None] + self.total / self.valid, np.nan)

    def standard_deviation(self) -> FloatArray:
        """Area-weighted population standard deviation, NaN where there is no valid cell."""
        with np.errstate(divide="ignore", invalid="ignore"):
            square = self.total_square / self.valid
            variance = square - (self.total / self.valid) ** 2
        variance[variance < _ROUNDING * square] = 0.0
        return np.where(self.valid > 0, np.sqrt(np.maximum(variance, 0.0)), np.nan)


def moments(
    blocks: Iterable[CoverageBlock],
    stand_count: int,
    readers: Sequence[BandReader],
    progress: Progress | None = None,
    threads: int = 2,
) -> list[Moments]:
    """Moments of all bands of rasters that share one grid.

    Parameters
    ----------
    blocks
        Coverage of the stands on that grid, in order of first row; consumed once.
    stand_count
        Number of stands.
    readers
        Rasters with equal width, height and transform.
    progress
        Told the share of rows done, asked for cancelling at every strip.
    threads
        How many strips are summed side by side; the next rows are read meanwhile in any case.

    Returns
    -------
    list of Moments
        One per reader.
    """
    progress = progress or Progress()
    band_count = sum(len(reader.band_names) for reader in readers)
    added = np.zeros((stand_count, 3, band_count))
    origin = np.zeros(band_count)
    for part in _in_turn(strips_with_values(blocks, readers, progress), threads):
        origin = part.origin
        added[part.stands] += part.added
    by_sum = added.transpose(1, 2, 0)
    split = np.cumsum([len(reader.band_names) for reader in readers])[:-1]
    parts = zip(*(np.split(whole, split) for whole in (*by_sum, origin)), strict=True)
    return [Moments(*part) for part in parts]


@dataclass(frozen=True)
class StripValues:
    """One strip with the values of all bands in it."""

    strip: StripCoverage
    values: list[npt.NDArray[Any]]
    valid: list[BoolArray]
    origin: FloatArray


@dataclass(frozen=True)
class _Sums:
    """Sums of one strip; ``added`` has the shape (stands, 3, bands): valid area, values, squares."""

    stands: npt.NDArray[np.int32]
    added: FloatArray
    origin: FloatArray


def strips_with_values(
    blocks: Iterable[CoverageBlock], readers: Sequence[BandReader], progress: Progress
) -> Iterator[StripValues]:
    """Strips with the cells that stands cover in them and the values of all bands, from the top.

    Rows are read in whole steps of the readers, so that no tile is decoded twice, and handed on in strips
    that fit the processor's cache.
    """
    grid = readers[0].grid
    step = max(reader.row_step for reader in readers)
    chunk_start = chunk_end = -1
    read: Reading = []
    origin = np.empty(0)
    with closing(_ReadAhead(readers, step)) as ahead:
        for strip in strips_of(blocks, grid.width, _strip_rows(grid, step)):
            progress.raise_if_cancelled()
            if strip.end_row > chunk_end:
                chunk_start = strip.first_row
                chunk_end, read = ahead.read_from(chunk_start)
                if not len(origin):
                    origin = np.concatenate([_typical(*part) for part in read])
            rows = slice(strip.first_row - chunk_start, strip.end_row - chunk_start)
            here = [valid[:, rows] if valid.shape[1] > 1 else valid for _, valid in read]
            yield StripValues(strip, [values[:, rows] for values, _ in read], here, origin)
            progress.update(strip.end_row / grid.height)


class _ReadAhead:
    """Reads the next rows while the last ones are summed; one reading at a time."""

    def __init__(self, readers: Sequence[BandReader], step: int) -> None:
        self._readers = readers
        self._step = step
        self._height = readers[0].grid.height
        self._pool = ThreadPoolExecutor(1)
        self._coming: tuple[int, Future[Reading]] | None = None

    def read_from(self, first_row: int) -> tuple[int, Reading]:
        """Rows from ``first_row`` to the end of its step: that end, and what each reader gave."""
        end = self._end(first_row)
        read: Reading | None = None
        if self._coming is not None:
            expected, coming = self._coming
            ahead = coming.result()
            read = ahead if expected == first_row else None
        if read is None:
            read = self._read(first_row, end)
        self._coming = (end, self._pool.submit(self._read, end, self._end(end))) if end < self._height else None
        return end, read

    def close(self) -> None:
        """Wait for a reading that is under way; what it gives is of no use any more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _end(self, first_row: int) -> int:
        return min((first_row // self._step + 1) * self._step, self._height)

    def _read(self, first_row: int, end: int) -> Reading:
        return [reader.read_rows(first_row, end - first_row) for reader in self._readers]


def _strip_rows(grid: Grid, step: int) -> list[tuple[int, int]]:
    """First and end row of each strip; no strip lies in two steps."""
    rows = max(CELLS_PER_STRIP // grid.width, 1)
    steps = ((first, min(first + step, grid.height)) for first in range(0, grid.height, step))
    return [(at, min(at + rows, end)) for first, end in steps for at in range(first, end, rows)]


def _typical(values: npt.NDArray[Any], valid: BoolArray) -> FloatArray:
    """A value from the middle of each band, near enough to all others to keep the digits of squares."""
    valid = np.broadcast_to(valid, values.shape)
    step = max(values[0].size // 10_000, 1)
    typical = np.zeros(len(values))
    for band in range(len(values)):
        sample = values[band].ravel()[::step][valid[band].ravel()[::step]].astype(np.float64)
        sample = sample[np.isfinite(sample)]
        if len(sample):
            typical[band] = np.median(sample)
    return typical


def _sums(work: StripValues) -> _Sums:
    strip = work.strip
    # Undeclared nodata such as −3.4e38 has no finite square; the stands it touches then say so by themselves.
    with np.errstate(over="ignore", invalid="ignore"):
        return _summed(work, strip)


def _summed(work: StripValues, strip: StripCoverage) -> _Sums:
    summing = strip.summing()
    covered: FloatArray | None = None
    rows: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    plane, square = np.empty(strip.cell_count), np.empty(strip.cell_count)
    for values, valid in zip(work.values, work.valid, strict=True):
        shared: FloatArray | None = None
        for band in range(len(values)):
            # Told the type, NumPy 1 does not count in single precision where the raster is.
            np.subtract(values[band].reshape(-1), work.origin[len(rows)], out=plane, dtype=np.float64)
            mask = valid[band if len(valid) > 1 else 0].reshape(-1)
            if mask.all():
                if covered is None:
                    covered = summing.of(np.ones(strip.cell_count))
                supported = covered
            else:
                plane[~mask] = 0.0
                if shared is None or len(valid) > 1:
                    shared = summing.of(mask.astype(np.float64))
                supported = shared
            total = summing.of(plane)
            np.multiply(plane, plane, out=square)
            rows.append((supported, total, summing.of(square)))
    return _Sums(strip.stands, np.array(rows).transpose(2, 1, 0), work.origin)


def _in_turn(work: Iterator[StripValues], threads: int) -> Iterator[_Sums]:
    """Sums in the order of the work, computed beside the reading where there are two threads."""
    if threads < 2:  # noqa: PLR2004
        yield from map(_sums, work)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[_Sums]] = deque()
        for one in work:
            waiting.append(pool.submit(_sums, one))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
