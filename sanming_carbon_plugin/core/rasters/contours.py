"""Contour lines of an elevation model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]

_EDGES = ((0, 1), (1, 2), (2, 3), (3, 0))
"""Sides of a square of four neighbouring cells, whose corners are numbered round."""

_IN_AND_OUT = 2
"""Sides that a single line crosses."""


def contour_lines(heights: FloatArray, interval: float) -> list[tuple[float, shapely.Geometry]]:
    """Lines of equal height, one (multi)line per level, lowest first.

    Between the centres of neighbouring cells the ground is taken as straight; where one of four neighbouring
    cells is not known there is no line.

    Parameters
    ----------
    heights
        Shape (rows, columns), NaN for cells that are not known.
    interval
        Distance of the levels, in the unit of ``heights``.

    Returns
    -------
    list of (level, geometry)
        Coordinates are columns and rows; the centre of the first cell is (0.5, 0.5).
    """
    if min(heights.shape) <= 1 or not np.isfinite(heights).any():
        return []
    low, high = np.nanmin(heights), np.nanmax(heights)
    levels = np.arange(np.ceil(low / interval), np.floor(high / interval) + 1) * interval
    found = []
    for level in levels:
        segments = _segments(heights, float(level))
        if len(segments):
            found.append((float(level), shapely.line_merge(shapely.multilinestrings(shapely.linestrings(segments)))))
    return found


def _segments(heights: FloatArray, level: float) -> FloatArray:
    """Straight pieces of one level, shape (n, 2 ends, 2 coordinates)."""
    corners = np.stack([heights[:-1, :-1], heights[:-1, 1:], heights[1:, 1:], heights[1:, :-1]])
    # A height that is just the level counts as above it, so that a line never runs through a corner.
    above = corners >= level
    known = np.isfinite(corners).all(axis=0)
    crossed = np.stack([above[a] != above[b] for a, b in _EDGES]) & known
    count = crossed.sum(axis=0)
    pieces = [_between(corners, crossed, level, np.nonzero(count == _IN_AND_OUT))]
    saddles = np.nonzero(count == len(_EDGES))
    if len(saddles[0]):
        pieces += _saddles(corners, level, saddles)
    return np.concatenate(pieces)


def _between(corners: FloatArray, crossed: npt.NDArray[np.bool_], level: float, at: tuple) -> FloatArray:
    rows, columns = at
    first = np.argmax(crossed[:, rows, columns], axis=0)
    last = len(_EDGES) - 1 - np.argmax(crossed[::-1, rows, columns], axis=0)
    ends = [_point(corners, level, edge, rows, columns) for edge in (first, last)]
    return np.stack(ends, axis=1)


def _saddles(corners: FloatArray, level: float, at: tuple) -> list[FloatArray]:
    """Two pieces in a square whose opposite corners are both above; the mean height says which belong together."""
    rows, columns = at
    middle_above = corners[:, rows, columns].mean(axis=0) >= level
    joined = (corners[0, rows, columns] >= level) == middle_above
    # Where the middle goes with corners 0 and 2, the lines cut off corners 1 and 3, else corners 0 and 2.
    pairs = [(np.where(joined, 0, 3), np.where(joined, 1, 0)), (np.where(joined, 2, 1), np.where(joined, 3, 2))]
    return [np.stack([_point(corners, level, edge, rows, columns) for edge in pair], axis=1) for pair in pairs]


def _point(
    corners: FloatArray, level: float, edge: npt.NDArray[np.intp], rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
) -> FloatArray:  # fmt: skip
    """Where the level crosses a side, as (column, row)."""
    start, end = edge, (edge + 1) % len(_EDGES)
    one, other = corners[start, rows, columns], corners[end, rows, columns]
    share = (level - one) / (other - one)
    right, down = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0])
    x = columns + 0.5 + right[start] + share * (right[end] - right[start])
    y = rows + 0.5 + down[start] + share * (down[end] - down[start])
    return np.stack([x, y], axis=-1)
