"""The coverage index: which cells of a grid each stand covers, and by which share."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import shapely

from ..progress import Progress
from ..stands.packed import Outlined
from .boundary import NOTHING, FloatArray, IntArray, Windows, covered_shares
from .grid import Grid
from .outlines import Outlines, Rings, edges_of, outlines_in_row_order, rings_of

Rows = npt.NDArray[np.int32]

_OVERLAP = 1e-7
_FARTHEST_CELLS = 2.0**52
"""From here on, whole numbers are all that is left of a position; files write 1e308 where they know no corner."""


@dataclass(frozen=True)
class CoverageBlock:
    """Coverage of some stands (or parts of stands), sorted by row of the grid.

    Attributes
    ----------
    stands
        Position of the stand of each item of the block; a stand can have several items.
    areas
        Area of each item in cells, land beside the grid included.
    first_row
        Row of the grid that the row pointers start at; no later block has cells above it.
    edge_start, run_start
        Row pointers, length rows + 1: boundary cells and runs of row ``first_row + i`` are those from
        ``start[i]`` to ``start[i + 1]``.
    edge_column, edge_item, edge_share
        Boundary cells: column, item and covered share (0..1).
    run_column, run_length, run_item
        Runs of whole cells: first column, number of cells and item.
    """

    stands: npt.NDArray[np.int32]
    areas: FloatArray
    first_row: int
    edge_start: IntArray
    edge_column: npt.NDArray[np.int32]
    edge_item: npt.NDArray[np.int32]
    edge_share: FloatArray
    run_start: IntArray
    run_column: npt.NDArray[np.int32]
    run_length: npt.NDArray[np.int32]
    run_item: npt.NDArray[np.int32]

    @property
    def row_count(self) -> int:
        """Number of rows that the pointers span."""
        return len(self.edge_start) - 1

    def covered_per_item(self) -> FloatArray:
        """Covered area of each item within the grid, in cells."""
        count = len(self.stands)
        covered = np.zeros(count)
        covered += np.bincount(self.edge_item, weights=self.edge_share, minlength=count)
        covered += np.bincount(self.run_item, weights=self.run_length, minlength=count)
        return covered


@dataclass(frozen=True)
class _Segments:
    """Rows of the windows of a block, in order of row: their item, row, first column and place."""

    item: IntArray
    row: IntArray
    column: IntArray
    place: IntArray


def add_per_stand(total: FloatArray, stands: npt.NDArray[np.int32], amounts: FloatArray) -> None:
    """Add amounts of items to the total of their stands, of which some may occur more than once."""
    unique, position = np.unique(stands, return_inverse=True)
    total[unique] += np.bincount(position, weights=amounts, minlength=len(unique))


def coverage_blocks(
    geometry: Outlined, grid: Grid, progress: Progress | None = None, threads: int = 2
) -> Generator[CoverageBlock, None, None]:
    """Exact coverage of every stand: blocks one after the other, in order of their first row, computed a few ahead.

    Parameters
    ----------
    geometry
        Polygons and multipolygons in the CRS of the grid, length n, packed or not; None and empty ones have no
        cells.
    grid
        The cells.
    progress
        Asked for cancelling between blocks.
    threads
        How many blocks are computed side by side.
    """
    progress = progress or Progress()
    outlines = outlines_in_row_order(geometry, grid)
    cuts = iter(outlines.cuts)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[CoverageBlock]] = deque()
        for start, end in islice(cuts, 2 * threads):
            waiting.append(pool.submit(coverage_block, outlines, start, end, grid))
        while waiting:
            progress.raise_if_cancelled()
            block = waiting.popleft().result()
            for start, end in islice(cuts, 1):
                waiting.append(pool.submit(coverage_block, outlines, start, end, grid))
            yield block


def coverage_block(outlines: Outlines, start: int, end: int, grid: Grid) -> CoverageBlock:
    """Coverage of the items from ``start`` to ``end`` (not included)."""
    stands = outlines.stands[start:end]
    limits = outlines.from_row[start:end], outlines.to_row[start:end]
    polygons = outlines.polygons[start:end]
    rings = rings_of(polygons, grid)
    nowhere = _items_without_place(rings, len(stands))
    if nowhere.any():
        polygons = np.array(polygons, dtype=object)
        polygons[nowhere] = shapely.Polygon()
        rings = rings_of(polygons, grid, repair=nowhere)
    shares, segments, areas = _shares(rings, limits, grid)
    crossing = _items_crossing_themselves(shares, segments, len(stands))
    if crossing.any():
        rings = rings_of(polygons, grid, repair=crossing | nowhere)
        shares, segments, areas = _shares(rings, limits, grid)
    areas[~outlines.counts_area[start:end]] = 0.0
    # Stands below the grid count with their area, so their block, too, has to come while there are rows.
    return _packed(stands, areas, shares, segments, min(int(limits[0][0]), grid.height - 1))


def _shares(rings: Rings, limits: tuple[Rows, Rows], grid: Grid) -> tuple[FloatArray, _Segments, FloatArray]:
    from_row, to_row = limits
    count = len(from_row)
    if not len(rings.points):
        return np.empty(0), _Segments(*(np.empty(0, dtype=np.int64),) * 3, np.zeros(1, dtype=np.int64)), np.zeros(count)
    columns, rows = rings.points[:, 0].copy(), rings.points[:, 1].copy()
    item = rings.item[rings.ring]
    present = np.concatenate([[0], np.flatnonzero(item[1:] != item[:-1]) + 1])
    spans = np.zeros((4, count))
    spans[:2, item[present]] = np.minimum.reduceat(rings.points, present).T
    spans[2:, item[present]] = np.maximum.reduceat(rings.points, present).T
    np.floor(spans, out=spans)
    left, top, right, bottom = spans.astype(np.int64)
    corner_column, corner_row = np.clip(left, 0, grid.width), np.clip(top, from_row, to_row)
    column_count = np.clip(right + 1, corner_column, grid.width) - corner_column
    row_count = np.clip(bottom + 1, corner_row, to_row) - corner_row
    is_cut = bool(
        ((left != corner_column) | (top != corner_row)).any()
        or ((right >= corner_column + column_count) | (bottom >= corner_row + row_count)).any()
    )
    row_count[column_count == 0] = 0
    columns -= corner_column[item]
    rows -= corner_row[item]
    edges, ring_areas = edges_of(columns, rows, rings)
    areas = np.zeros(count)
    areas += np.bincount(rings.item, weights=ring_areas, minlength=count)
    windows, segments = _windows(corner_row, row_count, corner_column, column_count, is_cut=is_cut)
    return covered_shares(edges, windows), segments, areas


def _windows(
    corner_row: IntArray, row_count: IntArray, corner_column: IntArray, column_count: IntArray, *, is_cut: bool
) -> tuple[Windows, _Segments]:
    """Places for the rows of all windows in one flat array, in order of row and first column."""
    row_segment = np.cumsum(row_count) - row_count
    item = np.repeat(np.arange(len(row_count)), row_count)
    row = np.arange(len(item)) + (corner_row - row_segment)[item]
    order = np.lexsort((corner_column[item], row))
    width = column_count[item][order] + 1
    place = np.cumsum(width) - width + 1
    segment_start = np.empty_like(place)
    segment_start[order] = place
    cell_count = int(width.sum()) + 2
    windows = Windows(row_count, column_count, row_segment, segment_start, cell_count, is_cut)
    item = item[order]
    return windows, _Segments(item, row[order], corner_column[item], np.append(place, cell_count - 1))


def _items_without_place(rings: Rings, count: int) -> npt.NDArray[np.bool_]:
    """Items with a corner that is no number, or so far off that its column and row are none."""
    nowhere = np.zeros(count, dtype=bool)
    near = np.abs(rings.points) < _FARTHEST_CELLS
    if not near.all():
        nowhere[rings.item[rings.ring[~near.all(axis=1)]]] = True
    return nowhere


def _items_crossing_themselves(shares: FloatArray, segments: _Segments, count: int) -> npt.NDArray[np.bool_]:
    """Items with a share below 0 or above 1: their outline crosses itself."""
    crossing = np.zeros(count, dtype=bool)
    if len(shares) and (shares.min() < -_OVERLAP or shares.max() > 1 + _OVERLAP):
        wrong = np.flatnonzero((shares < -_OVERLAP) | (shares > 1 + _OVERLAP))
        segment = np.searchsorted(segments.place[:-1], wrong, side="right") - 1
        crossing[segments.item[np.maximum(segment, 0)]] = True
    return crossing


def _packed(
    stands: npt.NDArray[np.int32],
    areas: FloatArray,
    shares: FloatArray,
    segments: _Segments,
    first_row: int,
) -> CoverageBlock:
    """The block; ``first_row`` is the row of its first box, for blocks come in the order of their boxes.

    On a turned grid the first cell of a stand can lie far below, and that of the next block above it.
    """
    whole = np.zeros(len(shares) + 1, dtype=bool)
    np.greater_equal(shares, 1 - NOTHING, out=whole[1:])
    edge = np.flatnonzero((shares > NOTHING) & ~whole[1:])
    change = np.flatnonzero(whole[1:] != whole[:-1])
    run, run_end = change[::2], change[1::2]

    row_count = int(segments.row[-1]) + 1 - first_row if len(segments.row) else 0
    row_place = segments.place[np.searchsorted(segments.row, np.arange(row_count + 1) + first_row)]
    edge_item, edge_column = _item_and_column(edge, segments)
    run_item, run_column = _item_and_column(run, segments)
    return CoverageBlock(
        stands=stands,
        areas=areas,
        first_row=first_row,
        edge_start=np.searchsorted(edge, row_place),
        edge_column=edge_column,
        edge_item=edge_item,
        edge_share=shares[edge],
        run_start=np.searchsorted(run, row_place),
        run_column=run_column,
        run_length=(run_end - run).astype(np.int32),
        run_item=run_item,
    )


def _item_and_column(place: IntArray, segments: _Segments) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Item and column of places in the flat array, which are in rising order."""
    count = np.diff(np.searchsorted(place, segments.place))
    item = np.repeat(segments.item.astype(np.int32), count)
    column = place - np.repeat(segments.place[:-1] - segments.column, count)
    return item, column.astype(np.int32)
