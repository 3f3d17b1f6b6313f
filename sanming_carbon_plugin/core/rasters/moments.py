"""Mean, standard deviation and support of bands, weighted by the covered share of each cell."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
        2 sums one strip while the next is read; 1 does all in turn.

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
    values: list[npt.NDArray[Any]] = []
    valid: list[BoolArray] = []
    origin = np.empty(0)
    for strip in strips_of(blocks, grid.width, _strip_rows(grid, step)):
        progress.raise_if_cancelled()
        if strip.end_row > chunk_end:
            chunk_start = strip.first_row
            chunk_end = min((chunk_start // step + 1) * step, grid.height)
            read = [reader.read_rows(chunk_start, chunk_end - chunk_start) for reader in readers]
            values, valid = [part[0] for part in read], [part[1] for part in read]
            if not len(origin):
                origin = np.concatenate([_typical(*part) for part in read])
        rows = slice(strip.first_row - chunk_start, strip.end_row - chunk_start)
        here = [part[:, rows] if part.shape[1] > 1 else part for part in valid]
        yield StripValues(strip, [part[:, rows] for part in values], here, origin)
        progress.update(strip.end_row / grid.height)


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
            np.subtract(values[band].reshape(-1), work.origin[len(rows)], out=plane)
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
