"""Where the boundary of a stand runs through the cells, and which share of each cell lies inside.

Every edge is cut at the grid lines. A piece inside one cell has a signed height and an area to its right;
both are added to the cells of its row so that the running sum along the row is the covered share of each
cell. Between two boundary cells the running sum is 0 (outside) or 1 (a run of whole cells).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NOTHING = 1e-10
"""Shares below this are rounding, not land: 1e-10 of a 10 m cell is a square of 0.1 mm."""


_UPRIGHT = 1e-200


@dataclass(frozen=True)
class Edges:
    """Edges of many outlines, each counted in cells from the corner of its own window.

    All arrays have one entry per edge; ``low`` is the end with the smaller row position. ``sign`` is +1
    where the inside lies to the right (larger column), −1 where it lies to the left.
    """

    low_x: FloatArray
    low_y: FloatArray
    high_x: FloatArray
    high_y: FloatArray
    sign: FloatArray
    window: IntArray


@dataclass(frozen=True)
class Windows:
    """Rectangles of cells that hold one outline each, cut to the grid.

    Attributes
    ----------
    row_count, column_count
        Size of each window, 0 where the outline lies beside the grid.
    row_segment
        Per window the position of its first row in ``segment_start``.
    segment_start
        Per row of each window the place of its first cell in one flat array that holds all windows, row by
        row of the grid. Each row has one spare cell at its end, the whole one at its beginning and end:
        rounding may carry a piece of no area over the rim.
    cell_count
        Length of that flat array.
    is_cut
        Whether any outline reaches beyond its window.
    """

    row_count: IntArray
    column_count: IntArray
    row_segment: IntArray
    segment_start: IntArray
    cell_count: int
    is_cut: bool


@dataclass(frozen=True)
class Pieces:
    """Parts of edges within one row of cells."""

    left: FloatArray
    right: FloatArray
    height: FloatArray
    segment: IntArray
    column_count: IntArray | None


def covered_shares(edges: Edges, windows: Windows) -> FloatArray:
    """Covered share of every cell of all windows, in one flat array of ``windows.cell_count`` entries."""
    pieces = _cut_at_rows(edges, windows)
    place, height, area = _cut_at_columns(pieces, windows)
    increments = np.bincount(place, weights=area, minlength=windows.cell_count)
    rest = np.bincount(place, weights=height - area, minlength=windows.cell_count)
    increments[1:] += rest[:-1]
    shares: FloatArray = np.cumsum(increments)
    return shares


def _cut_at_rows(edges: Edges, windows: Windows) -> Pieces:
    first_row, last_row = _cell_of(edges.low_y, windows), _cell_of(edges.high_y, windows)
    if windows.is_cut:
        limit = windows.row_count[edges.window]
        first_row = np.clip(first_row, -1, limit)
        last_row = np.clip(last_row, -1, limit)
    count = last_row - first_row + 1
    edge, starts = _repeated(count)
    row = np.arange(len(edge)) + (first_row - starts)[edge]
    low_y = row.astype(np.float64)
    low_y[starts] = edges.low_y
    high_y = _next_or(low_y, starts, edges.high_y)
    low_x = low_y - edges.low_y[edge]
    low_x *= (1.0 / (edges.high_y - edges.low_y))[edge]
    np.minimum(low_x, 1.0, out=low_x)
    low_x *= (edges.high_x - edges.low_x)[edge]
    low_x += edges.low_x[edge]
    low_x[starts] = edges.low_x
    high_x = _next_or(low_x, starts, edges.high_x)
    height = (high_y - low_y) * edges.sign[edge]
    window = edges.window[edge]
    columns = windows.column_count[window] if windows.is_cut else None
    segment = row + windows.row_segment[window]
    if not windows.is_cut:
        return Pieces(np.minimum(low_x, high_x), np.maximum(low_x, high_x), height, segment, None)
    keep = np.flatnonzero((row >= 0) & (row < windows.row_count[window]))
    low_x, high_x = low_x[keep], high_x[keep]
    # Beside the first column numbers can be so near to 0 that a difference of two has no inverse.
    upright = np.abs(high_x - low_x) < _UPRIGHT
    low_x[upright] = high_x[upright]
    return Pieces(
        np.minimum(low_x, high_x),
        np.maximum(low_x, high_x),
        height[keep],
        segment[keep],
        columns[keep] if columns is not None else None,
    )


def _cut_at_columns(pieces: Pieces, windows: Windows) -> tuple[IntArray, FloatArray, FloatArray]:
    first_column, last_column = _cell_of(pieces.left, windows), _cell_of(pieces.right, windows)
    if pieces.column_count is not None:
        first_column = np.clip(first_column, -1, pieces.column_count)
        last_column = np.clip(last_column, -1, pieces.column_count)
    count = last_column - first_column + 1
    piece, starts = _repeated(count)
    column = np.arange(len(piece)) + (first_column - starts)[piece]
    left = column.astype(np.float64)
    left[starts] = pieces.left
    right = _next_or(left, starts, pieces.right)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_column = pieces.height / (pieces.right - pieces.left)
        height = (right - left) * per_column[piece]
    alone = count == 1
    height[starts[alone]] = pieces.height[alone]
    left += right
    left *= -0.5
    left += column
    left += 1.0
    left *= height
    start = windows.segment_start[pieces.segment]
    if pieces.column_count is not None:
        inside = np.clip(column, 0, pieces.column_count[piece])
        beside = (column != inside) | (inside == pieces.column_count[piece])
        left[beside] = height[beside]
        column = inside
    return column + start[piece], height, left


def _repeated(count: IntArray) -> tuple[IntArray, IntArray]:
    """Number of the owner of each part, and where the parts of each owner start; each has at least one."""
    starts = np.cumsum(count) - count
    owner = np.zeros(int(count.sum()), dtype=np.int64)
    owner[starts[1:]] = 1
    return np.cumsum(owner, out=owner), starts


def _cell_of(position: FloatArray, windows: Windows) -> IntArray:
    """Row or column of a position; inside the windows no position is negative, so cutting off is enough."""
    return (np.floor(position) if windows.is_cut else position).astype(np.int64)


def _next_or(values: FloatArray, starts: IntArray, last: FloatArray) -> FloatArray:
    """For each part the value of the next one, for the last part of each owner the given value."""
    following = np.empty_like(values)
    following[:-1] = values[1:]
    if len(starts):
        following[starts[1:] - 1] = last[:-1]
        following[-1] = last[-1]
    return following
