"""Large outlines cut into tiles, so that a river of 100,000 vertices does not slow down every stand beside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from .sums import sum_by

IntArray = npt.NDArray[np.int64]
GeometryArray = npt.NDArray[np.object_]

MOST_VERTICES = 1_000
"""Outlines with more are cut; stands rarely have so many."""

ROUNDING_SHARE = 1e-9
"""Areas that differ by no more than this share are the same but for the rounding of coordinates."""

MOST_CUTS = 16
"""A knot of vertices in one place is left as it is after so many halvings."""


def cut_large(polygons: GeometryArray, most_vertices: int = MOST_VERTICES) -> tuple[GeometryArray, IntArray]:
    """Halve every outline that has too many vertices until none has.

    Returns
    -------
    tiles, owner
        Small outlines as they were and the tiles of large ones; the row of ``polygons`` each belongs to.
    """
    tiles, owner = polygons, np.arange(len(polygons), dtype=np.int64)
    for _ in range(MOST_CUTS):
        large = shapely.get_num_coordinates(tiles) > most_vertices
        if not large.any():
            break
        halves = _halves(tiles[large])
        keep = ~shapely.is_empty(halves)
        tiles = np.concatenate([tiles[~large], halves[keep]])
        owner = np.concatenate([owner[~large], np.tile(owner[large], 2)[keep]])
    return _whole_where_wrong(polygons, tiles, owner)


def _whole_where_wrong(
    polygons: GeometryArray, tiles: GeometryArray, owner: IntArray
) -> tuple[GeometryArray, IntArray]:
    """Outlines whose tiles are not as large as they are go uncut: the geometry library cut them wrongly."""
    area = shapely.area(polygons)
    wrong = np.abs(sum_by(owner, shapely.area(tiles), len(polygons)) - area) > ROUNDING_SHARE * area
    keep, whole = ~wrong[owner], np.flatnonzero(wrong)
    return np.concatenate([tiles[keep], polygons[whole]]), np.concatenate([owner[keep], whole])


def _halves(polygons: GeometryArray) -> GeometryArray:
    """Both halves of each outline, cut across its longer side: all first ones, then all second ones."""
    west, south, east, north = shapely.bounds(polygons).T
    wide = east - west >= north - south
    middle_x, middle_y = np.where(wide, (west + east) / 2, east), np.where(wide, north, (south + north) / 2)
    first = shapely.box(west, south, middle_x, middle_y)
    second = shapely.box(np.where(wide, middle_x, west), np.where(wide, south, middle_y), east, north)
    return np.concatenate([shapely.intersection(polygons, first), shapely.intersection(polygons, second)])
