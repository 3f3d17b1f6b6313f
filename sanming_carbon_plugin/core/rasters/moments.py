"""Mean, standard deviation and support of bands, weighted by the covered share of each cell."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
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
from .marks import LOWEST, marked
from .strips import CELLS_PER_STRIP, StripCoverage, strips_of

BoolArray = npt.NDArray[np.bool_]
Reading = list[tuple[npt.NDArray[Any], BoolArray]]

_ROUNDING = 1e-14
"""A variance below this share of the mean square is rounding of equal values."""


@dataclass(frozen=True)
class Moments:
    """Sums of one band.

    Attributes
    ----------
    added
        Per stand the covered area with valid cells, in cells, and the sums of the values and of their squares,
        counted from ``origin``; shape (stands, 3).
    origin
        The value that the sums count from, so that squares keep their digits.
    """

    added: FloatArray
    origin: float

    @property
    def valid(self) -> FloatArray:
        """Covered area with valid cells per stand, in cells."""
        return self.added[:, 0]

    def mean(self) -> FloatArray:
        """Area-weighted mean per stand, NaN where there is no valid cell."""
        valid, total, _ = self.added.T
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(valid > 0, self.origin + total / valid, np.nan)

    def standard_deviation(self) -> FloatArray:
        """Area-weighted population standard deviation per stand, NaN where there is no valid cell."""
        valid, total, total_square = self.added.T
        with np.errstate(divide="ignore", invalid="ignore"):
            square = total_square / valid
            variance = square - (total / valid) ** 2
        variance[variance < _ROUNDING * square] = 0.0
        return np.where(valid > 0, np.sqrt(np.maximum(variance, 0.0)), np.nan)


def moments(
    blocks: Iterable[CoverageBlock],
    stand_count: int,
    readers: Sequence[BandReader],
    progress: Progress | None = None,
    threads: int = 2,
) -> list[list[Moments]]:
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
    list of list of Moments
        Per reader those of its bands, each in memory of its own.
    """
    progress = progress or Progress()
    added = [[np.zeros((stand_count, 3)) for _ in reader.band_names] for reader in readers]
    by_band = [one for of_reader in added for one in of_reader]
    origin = np.zeros(len(by_band))
    for part in _in_turn(strips_with_values(blocks, readers, progress), threads):
        origin = part.origin
        for one, new in zip(by_band, part.added, strict=True):
            one[part.stands] += new
    origins = iter(origin.tolist())
    return [[Moments(one, next(origins)) for one in of_reader] for of_reader in added]


@dataclass(frozen=True)
class StripValues:
    """One strip with the values of all bands in it."""

    strip: StripCoverage
    values: list[npt.NDArray[Any]]
    valid: list[BoolArray]
    origin: FloatArray


@dataclass(frozen=True)
class _Sums:
    """Sums of one strip; ``added`` has the shape (bands, stands, 3): valid area, values, squares."""

    stands: npt.NDArray[np.int32]
    added: FloatArray
    origin: FloatArray


def strips_with_values(
    blocks: Iterable[CoverageBlock], readers: Sequence[BandReader], progress: Progress
) -> Generator[StripValues, None, None]:
    """Strips with the cells that stands cover in them and the values of all bands, from the top.

    Rows are read in whole steps of the readers, so that no tile is decoded twice, and handed on in strips
    that fit the processor's cache.
    """
    grid = readers[0].grid
    step = max(reader.row_step for reader in readers)
    chunk_start = chunk_end = -1
    read: Reading = []
    origin = np.full(sum(len(reader.band_names) for reader in readers), np.nan)
    with closing(_ReadAhead(readers, step)) as ahead:
        for strip in strips_of(blocks, grid.width, _strip_rows(grid, step)):
            progress.raise_if_cancelled()
            if strip.end_row > chunk_end:
                chunk_start = strip.first_row
                chunk_end, read = ahead.read_from(chunk_start)
                if np.isnan(origin).any():
                    origin = np.where(np.isnan(origin), np.concatenate([_typical(*part) for part in read]), origin)
            rows = slice(strip.first_row - chunk_start, strip.end_row - chunk_start)
            here = [valid[:, rows] if valid.shape[1] > 1 else valid for _, valid in read]
            yield StripValues(strip, [values[:, rows] for values, _ in read], here, np.nan_to_num(origin))
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
    """A value from the middle of each band, near enough to all others to keep the digits of squares.

    Values that mean nodata without being declared are not typical, however many there are: beside −3.4e38 nothing
    would be left of a height. NaN only where a band has no valid cell at all: the values of later rows then say what
    is typical.
    """
    valid = np.broadcast_to(valid, values.shape)
    typical = np.full(len(values), np.nan)
    for band in range(len(values)):
        for step in (max(values[0].size // 10_000, 1), 1):
            sample = values[band].ravel()[::step][valid[band].ravel()[::step]]
            likely = sample[~marked(sample)].astype(np.float64)
            likely = likely[np.abs(likely) < -LOWEST]
            if len(likely):
                typical[band] = np.median(likely)
                break
            typical[band] = 0.0 if np.isfinite(sample).any() else np.nan
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
    return _Sums(strip.stands, np.array(rows).transpose(0, 2, 1), work.origin)


def _in_turn(work: Iterator[StripValues], threads: int) -> Iterator[_Sums]:
    """Sums in the order of the work, computed beside the reading where there are two threads."""
    if threads <= 1:
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
