"""Outlines of stands moved to the CRS of a raster; the raster itself is never resampled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from ...core.errors import InputError
from ...core.rasters.grid import Grid
from .. import crs
from ..datum_shift import shift_is_unknown

ObjectArray = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]
PointMover = Callable[[FloatArray], FloatArray]

_UNNOTICED_CELLS = 1e-6
"""A CRS that moves the raster's corners by less than this is the same CRS under another name."""

_BEND_CELLS = 1e-4
"""How far a densified edge may lie from the true one."""

_WIDE_CELLS = 20_000
"""Wider than any scene: mosaics of provinces and countries."""

_MARGIN_CELLS, _ROUND_CELLS = 64, 1_024

_EARTH_RADIUS_M = 6_378_137.0
_ROUND_THE_EARTH = 4 * np.pi
"""Twice round: no stand is that long, in whatever projection."""


def mover(stands_crs_wkt: str | None, grid: Grid, path: str) -> Callable[[ObjectArray], ObjectArray] | None:
    """What moves geometries of the stands to the grid; None where both share a CRS.

    Raises
    ------
    InputError
        When only one of both has a CRS, or there is no way from one to the other.
    """
    if stands_crs_wkt is None and grid.crs_wkt is None:
        return None
    if stands_crs_wkt is None:
        raise InputError("STANDS_WITHOUT_CRS", path=path)
    if grid.crs_wkt is None:
        raise InputError("RASTER_WITHOUT_CRS", path=path)
    if crs.same_crs(stands_crs_wkt, grid.crs_wkt):
        return None
    forward = crs.transformer(stands_crs_wkt, grid.crs_wkt)
    backward = crs.transformer(grid.crs_wkt, stands_crs_wkt)
    corners = grid.to_map(_sample_positions(grid))
    moved = backward(corners)
    if np.abs(grid.to_cells(moved) - grid.to_cells(corners)).max() < _UNNOTICED_CELLS:
        return None
    radius = np.degrees(1.0) if crs.is_geographic(stands_crs_wkt) else _EARTH_RADIUS_M
    longest_edge = _longest_edge(grid, backward, radius)

    def move(geometry: ObjectArray) -> ObjectArray:
        dense = shapely.segmentize(_on_earth(shapely.force_2d(geometry), radius), longest_edge)
        placed: ObjectArray = shapely.transform(dense, forward)
        points, owner = shapely.get_coordinates(placed, return_index=True)
        # What has no place in the raster's CRS is beside the raster.
        placed[np.unique(owner[~np.isfinite(points).all(axis=1)])] = None
        return placed

    return move


def shift_to_raster_is_unknown(
    stands_crs_wkt: str, grid: Grid, extent: tuple[float, float, float, float] | None
) -> bool:
    """Whether the datum of a raster lies on that of the stands by an amount that is not known here."""
    if grid.crs_wkt is None or crs.same_crs(stands_crs_wkt, grid.crs_wkt):
        return False
    if extent is None:
        middle = grid.to_map(np.array([[grid.width / 2, grid.height / 2]]))
        return shift_is_unknown(grid.crs_wkt, stands_crs_wkt, middle)
    middle = np.array([[sum(extent[::2]) / 2, sum(extent[1::2]) / 2]])
    return shift_is_unknown(stands_crs_wkt, grid.crs_wkt, middle)


def columns_near(
    grid: Grid, move: Callable[[ObjectArray], ObjectArray] | None, extent: tuple[float, float, float, float]
) -> tuple[int, int] | None:
    """First and end column of the part of a wide raster that stands can lie on; None for all of it.

    Parameters
    ----------
    grid
        The cells. Images of one scene are never cut: their darkest cells may lie far from the stands.
    move
        As :func:`mover` gives it.
    extent
        xmin, ymin, xmax, ymax of the stands in their CRS.
    """
    low_x, low_y, high_x, high_y = extent
    if grid.width < _WIDE_CELLS or not np.isfinite(extent).all():
        return None
    box: ObjectArray = np.array([shapely.box(low_x, low_y, high_x, high_y)], dtype=object)
    cells = grid.to_cells(shapely.get_coordinates(box if move is None else move(box)))
    if not len(cells) or not np.isfinite(cells).all():
        return None
    low, high = cells.min(axis=0), cells.max(axis=0)
    if (high <= 0).any() or (low >= (grid.width, grid.height)).any():
        return None
    # Round numbers, so that rasters on the same cells stay on the same cells, and their saved indices of use.
    first = max(int((low[0] - _MARGIN_CELLS) // _ROUND_CELLS) * _ROUND_CELLS, 0)
    end = min(int(-((-high[0] - _MARGIN_CELLS) // _ROUND_CELLS)) * _ROUND_CELLS, grid.width)
    return (first, end) if 2 * (end - first) <= grid.width else None


def _on_earth(geometry: ObjectArray, radius: float) -> ObjectArray:
    """The stands without those that are larger than the earth or have a corner nowhere.

    One wrong corner a million times too far off would be cut into more pieces than there is memory for.
    """
    points, owner = shapely.get_coordinates(geometry, return_index=True)
    kept = geometry.copy()
    kept[np.unique(owner[~np.isfinite(points).all(axis=1)])] = None
    with np.errstate(invalid="ignore"):
        boxes = shapely.bounds(kept)
    kept[((boxes[:, 2:] - boxes[:, :2]) > _ROUND_THE_EARTH * radius).any(axis=1)] = None
    return kept


def _longest_edge(grid: Grid, backward: PointMover, radius: float) -> float:
    """Longest edge, in units of the stands' CRS, whose bend in the raster's CRS stays unnoticed.

    A straight line of length s bends by about s²/(8 R) between two map projections. Where the raster lies
    beside the reach of the stands' CRS, the cell is taken as one hundred-thousandth of the radius.
    """
    middle = np.array([[grid.width / 2, grid.height / 2]])
    across = backward(grid.to_map(middle + np.array([[0, 0], [1, 0], [0, 1]])))
    cell = float(np.hypot(*(across[1:] - across[0]).T).min())
    if not np.isfinite(cell) or cell <= 0:
        cell = radius * 1e-5
    return float(np.sqrt(8 * radius * _BEND_CELLS * cell))


def _sample_positions(grid: Grid) -> FloatArray:
    columns, rows = np.meshgrid(np.linspace(0, grid.width, 3), np.linspace(0, grid.height, 3))
    return np.column_stack([columns.ravel(), rows.ravel()])
