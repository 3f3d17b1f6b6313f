"""Exact common ground of two sets of polygons, also where the geometry library goes wrong.

Where two outlines nearly coincide for a long way, GEOS may answer a whole polygon for two that share but a line, or
nothing for one that lies inside the other. Pieces are therefore held against the polygons they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..progress import Progress
from ..stands.checks.shapes import polygons_only
from .parameters import FloatArray, IntArray
from .sums import sum_by
from .tiles import ROUNDING_SHARE, cut_large

GeometryArray = npt.NDArray[np.object_]
BoolArray = npt.NDArray[np.bool_]

PAIRS_AT_ONCE = 50_000

MUCH_SHARE = 0.01
"""Pieces that are more than their polygon by this share are no matter of lines that were drawn twice."""

GRID_SHARE = 1e-13
"""Width of the grid, by that of the map, on which pieces in doubt are found anew: far below a micrometre of a county.

On a grid every crossing is a point of both outlines, so that lines which nearly coincide cannot be taken for others.
"""


@dataclass(frozen=True)
class CommonGround:
    """Pairs of polygons that share ground, with area and outline of the ground and of each polygon."""

    first: IntArray
    second: IntArray
    area: FloatArray
    outline: FloatArray
    area_first: FloatArray
    area_second: FloatArray
    outline_first: FloatArray


@dataclass(frozen=True)
class _TilePairs:
    """Pairs of tiles that meet: the tiles, the polygons they belong to, and their ground (kept where ``cut``)."""

    tile_a: GeometryArray
    tile_b: GeometryArray
    at_a: IntArray
    at_b: IntArray
    owner_a: IntArray
    owner_b: IntArray
    cut: BoolArray
    area: FloatArray
    outline: FloatArray
    kept: GeometryArray

    def take(self, rows: IntArray, ground: GeometryArray) -> None:
        """Write down the common ground of the pairs in ``rows``."""
        self.area[rows], self.outline[rows] = shapely.area(ground), shapely.length(ground)
        self.kept[rows[self.cut[rows]]] = ground[self.cut[rows]]


def overlay(first: GeometryArray, second: GeometryArray, progress: Progress) -> CommonGround:
    """Intersect two sets of polygons; pairs that only touch are left out."""
    first, second = usable(first), usable(second)
    area_first, area_second = np.array(shapely.area(first)), np.array(shapely.area(second))
    area_first[area_first == 0], area_second[area_second == 0] = np.nan, np.nan
    tile_a, owner_a = cut_large(first)
    tile_b, owner_b = cut_large(second)
    at_a, at_b = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if len(tile_a) and len(tile_b):
        at_a, at_b = shapely.STRtree(tile_b).query(tile_a, predicate="intersects").astype(np.int64)
    owner_a, owner_b, count = owner_a[at_a], owner_b[at_b], len(at_a)
    code, pairs = pd.factorize(owner_a * max(len(second), 1) + owner_b)
    cut = (np.bincount(code) > 1)[code]
    found = _TilePairs(
        tile_a, tile_b, at_a, at_b, owner_a, owner_b, cut,
        np.empty(count), np.empty(count), np.full(count, None, dtype=object),
    )  # fmt: skip
    for rows in _portions(np.arange(count), progress):
        found.take(rows, shapely.intersection(tile_a[at_a[rows]], tile_b[at_b[rows]]))
        progress.update((rows[-1] + 1) / count)
    _mend_ground(found, area_first, area_second, progress)
    area, outline = sum_by(code, found.area, len(pairs)), sum_by(code, found.outline, len(pairs))
    _mend_outlines(outline, code, found.kept)
    shared = area > 0.0
    one, other = np.divmod(np.asarray(pairs, dtype=np.int64)[shared], max(len(second), 1))
    return CommonGround(one, other, area[shared], outline[shared], area_first, area_second, shapely.length(first))


def _mend_ground(found: _TilePairs, area_first: FloatArray, area_second: FloatArray, progress: Progress) -> None:
    """Find anew what cannot be right.

    Where the pieces of two polygons fill both of them, none is wrong. Elsewhere a piece is asked for the other way
    round, too; where the answers differ, or it is all or nothing of a polygon, which is what a wrong answer looks
    like, it is found on a grid. So is every piece of a polygon that still has much more ground than itself; a little
    more is what neighbours have that overlap by a hand's breadth, all over many a layer.
    """
    rows = np.flatnonzero(_beside_sums(found, area_first, area_second))
    anew = np.zeros(len(found.area), dtype=bool)
    for part in _portions(rows, progress):
        a, b = found.tile_a[found.at_a[part]], found.tile_b[found.at_b[part]]
        smaller, area = np.minimum(shapely.area(a), shapely.area(b)), found.area[part]
        room = ROUNDING_SHARE * smaller
        differs = np.abs(shapely.area(shapely.intersection(b, a)) - area) > room
        anew[part[differs | (area <= room) | (area >= smaller - room)]] = True
    _find_on_grid(found, anew, progress)
    _find_on_grid(found, _beside_sums(found, area_first, area_second, over=MUCH_SHARE) & ~anew, progress)


def _find_on_grid(found: _TilePairs, pairs: BoolArray, progress: Progress) -> None:
    """Find the common ground of ``pairs`` anew with all points on a fine grid."""
    if not pairs.any():
        return
    origin, grid = _grid_of(found.tile_a, found.tile_b)
    for part in _portions(np.flatnonzero(pairs), progress):
        a, b = (_moved(tiles, -origin) for tiles in (found.tile_a[found.at_a[part]], found.tile_b[found.at_b[part]]))
        found.take(part, _moved(shapely.intersection(a, b, grid_size=grid), origin))
        found.area[part[found.area[part] <= grid * found.outline[part]]] = 0.0  # a common line, no ground


def _beside_sums(
    found: _TilePairs, area_first: FloatArray, area_second: FloatArray, over: float | None = None
) -> BoolArray:
    """Pairs of a polygon whose pieces are more or less than itself, or more by a share of ``over``."""
    beside = np.zeros(len(found.area), dtype=bool)
    for owner, area in ((found.owner_a, area_first), (found.owner_b, area_second)):
        off = sum_by(owner, found.area, len(area)) - area
        beside |= (np.abs(off) > ROUNDING_SHARE * area if over is None else off > over * area)[owner]
    return beside


def _portions(rows: IntArray, progress: Progress) -> Iterator[IntArray]:
    """The rows, so many at once that their pieces fit into memory; may be cancelled between."""
    for start in range(0, len(rows), PAIRS_AT_ONCE):
        progress.raise_if_cancelled()
        yield rows[start : start + PAIRS_AT_ONCE]


def _grid_of(*tiles: GeometryArray) -> tuple[FloatArray, float]:
    """A corner of the map, to which pieces are moved so that a fine grid fits into their numbers, and its grid."""
    bounds = np.concatenate([shapely.bounds(part) for part in tiles])
    bounds = bounds[~np.isnan(bounds).any(axis=1)]
    origin = np.floor(bounds[:, :2].min(axis=0))
    return origin, float((bounds[:, 2:].max(axis=0) - origin).max()) * GRID_SHARE


def _moved(polygons: GeometryArray, by: FloatArray) -> GeometryArray:
    """The polygons with all points moved."""
    return np.asarray(shapely.transform(polygons, lambda points: points + by), dtype=object)


def _mend_outlines(outline: FloatArray, code: IntArray, kept: GeometryArray) -> None:
    """Outlines of ground that was cut into tiles, without the lines between the tiles."""
    at = np.flatnonzero(~shapely.is_missing(kept))
    order = at[np.argsort(code[at], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1) if len(order) else []:
        outline[code[rows[0]]] = shapely.length(shapely.union_all(kept[rows]))


def usable(geometry: GeometryArray) -> GeometryArray:
    """Polygons as they are, crossed rings mended and spikes cut off, missing ones as empty polygons."""
    polygons = np.array(geometry, dtype=object)
    broken = ~shapely.is_valid(polygons) & ~shapely.is_missing(polygons)
    if broken.any():
        polygons[broken] = polygons_only(shapely.make_valid(polygons[broken]))
    polygons[shapely.is_missing(polygons)] = shapely.Polygon()
    return polygons
