"""Outlines of stands moved to the CRS of a raster; the raster itself is never resampled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from osgeo import osr

from ...core.errors import InputError
from ...core.rasters.grid import Grid

ObjectArray = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]
PointMover = Callable[[FloatArray], FloatArray]

_UNNOTICED_CELLS = 1e-6
"""A CRS that moves the raster's corners by less than this is the same CRS under another name."""

_BEND_CELLS = 1e-4
"""How far a densified edge may lie from the true one."""

_EARTH_RADIUS = {True: 180 / np.pi, False: 6_378_137.0}


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
    stands, raster = _crs(stands_crs_wkt, path), _crs(grid.crs_wkt, path)
    if stands_crs_wkt == grid.crs_wkt or stands.IsSame(raster):
        return None
    forward, backward = _point_mover(stands, raster, path), _point_mover(raster, stands, path)
    corners = grid.to_map(_sample_positions(grid))
    moved = backward(corners)
    if not np.isfinite(moved).all():
        raise InputError("RASTER_CRS_UNREACHABLE", path=path, raster_crs=raster.GetName(), stands_crs=stands.GetName())
    if np.abs(grid.to_cells(moved) - grid.to_cells(corners)).max() < _UNNOTICED_CELLS:
        return None
    longest_edge = _longest_edge(grid, backward, is_geographic=bool(stands.IsGeographic()))

    def move(geometry: ObjectArray) -> ObjectArray:
        dense = shapely.segmentize(shapely.force_2d(geometry), longest_edge)
        return shapely.transform(dense, forward)

    return move


def _longest_edge(grid: Grid, backward: PointMover, *, is_geographic: bool) -> float:
    """Longest edge, in units of the stands' CRS, whose bend in the raster's CRS stays unnoticed.

    A straight line of length s bends by about s²/(8 R) between two map projections.
    """
    middle = np.array([[grid.width / 2, grid.height / 2]])
    steps = middle + np.array([[0, 0], [1, 0], [0, 1]])
    across = backward(grid.to_map(steps))
    cell = float(np.hypot(*(across[1:] - across[0]).T).min())
    return float(np.sqrt(8 * _EARTH_RADIUS[is_geographic] * _BEND_CELLS * cell))


def _sample_positions(grid: Grid) -> FloatArray:
    columns, rows = np.meshgrid(np.linspace(0, grid.width, 3), np.linspace(0, grid.height, 3))
    return np.column_stack([columns.ravel(), rows.ravel()])


def _crs(wkt: str, path: str) -> osr.SpatialReference:
    crs = osr.SpatialReference()
    try:
        failed = crs.ImportFromWkt(wkt) != 0
    except RuntimeError:
        failed = True
    if failed:
        raise InputError("RASTER_CRS_UNREADABLE", path=path, crs=wkt[:60])
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


def _point_mover(source: osr.SpatialReference, target: osr.SpatialReference, path: str) -> PointMover:
    try:
        way = osr.CoordinateTransformation(source, target)
    except RuntimeError:
        way = None
    if way is None or not way.this:
        raise InputError("RASTER_CRS_UNREACHABLE", path=path, raster_crs=target.GetName(), stands_crs=source.GetName())

    def move(points: FloatArray) -> FloatArray:
        if not len(points):
            return points.reshape(-1, 2)
        return np.asarray(way.TransformPoints(points), dtype=np.float64)[:, :2]

    return move
