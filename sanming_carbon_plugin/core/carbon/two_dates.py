"""Two inventories of the same ground: which stand of today stands on which stand of then.

Stands whose shape stayed the same are joined by key. All others are overlaid exactly, so that every hectare
is compared with what stood on it and none is counted twice. The result is one list of pieces: a stand of
today, a stand of then, and the share of today's stand that lies on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..progress import Progress
from .common_ground import BoolArray, CommonGround, GeometryArray, overlay
from .parameters import FloatArray, IntArray
from .shared_ground import lying_on_others, shares_of_ground
from .sums import sum_by

SAME_SHAPE_SHARE = 1e-4
"""Two outlines are the same when they differ by less than this share of the stand's width (rounding of formats)."""

LINE_SHARE = 1e-6
"""A piece below this share of both its stands is the rounding of a common line, not common ground."""


@dataclass(frozen=True)
class EarlierInventory:
    """The earlier layer, normalised like today's, in the same CRS.

    Attributes
    ----------
    facts
        Table of stands, indexed by ``stand_key``.
    geometry
        One polygon per row of ``facts``; None where missing.
    doubted
        The volumes of a layer, of this one or of today's, seem to be in another unit: no difference is measured.
    """

    facts: pd.DataFrame
    geometry: GeometryArray
    doubted: bool = False


@dataclass(frozen=True)
class Pieces:
    """Common ground of the two inventories, one entry per piece.

    Attributes
    ----------
    now, then
        Row of today's and of the earlier table.
    share_of_now, share_of_then
        Planar share of the stand of today and of then that the piece covers.
    keyed
        Per stand of today: joined by key because the shape stayed the same.
    cover
        Per stand of today: share that lies on any earlier stand, at most 1.
    block
        Per stand of today: number of the connected block of changed stands it belongs to, -1 outside of any.
    gone
        Per earlier stand: share that no stand of today covers.
    overlapping
        Per stand of today: by what share of it earlier stands overlap on it; they were scaled down to its own ground.
    shared_out
        Per piece: other stands of today lie on it, too, and the earlier stand, which lies on no other, is covered more
        than once; its ground was shared out among them by the ground each has on it.
    inner_line
        Per stand of today: length of the earlier lines that run through it, by the square root of its area.
    """

    now: IntArray
    then: IntArray
    share_of_now: FloatArray
    share_of_then: FloatArray
    keyed: BoolArray
    cover: FloatArray
    block: IntArray
    gone: FloatArray
    overlapping: FloatArray
    shared_out: BoolArray
    inner_line: FloatArray

    def only(self, pieces: BoolArray | slice) -> Pieces:
        """The same stands with some of the pieces."""
        return replace(
            self,
            now=self.now[pieces],
            then=self.then[pieces],
            share_of_now=self.share_of_now[pieces],
            share_of_then=self.share_of_then[pieces],
            shared_out=self.shared_out[pieces],
        )


def match(
    keys_now: pd.Index,
    geometry_now: GeometryArray,
    keys_then: pd.Index,
    geometry_then: GeometryArray,
    progress: Progress | None = None,
) -> Pieces:
    """Find the common ground of two inventories by their unique keys and their polygons in one projected CRS.

    Missing and empty polygons take no part in the overlay; ``progress`` is told how far it is and may cancel.
    """
    progress = progress or Progress()
    partner = _by_key(keys_now, geometry_now, keys_then, geometry_then)
    keyed = partner >= 0
    rest_now = np.flatnonzero(~keyed)
    free = np.ones(len(keys_then), dtype=bool)
    free[partner[keyed]] = False
    rest_then = np.flatnonzero(free)
    shapes_now, shapes_then = geometry_now[rest_now], geometry_then[rest_then]
    ground = overlay(shapes_now, shapes_then, progress)
    now, then = ground.first, ground.second
    share_now = ground.area / ground.area_first[now]
    share_then = ground.area / ground.area_second[then]
    real = (share_now > LINE_SHARE) | (share_then > LINE_SHARE)
    twice = lying_on_others(shapes_then, LINE_SHARE, progress)
    once = share_now * shares_of_ground(shapes_then, shapes_now, then, now, twice[then], LINE_SHARE, progress)
    drawn, cover = (sum_by(now, share, len(rest_now)) for share in (share_now, once))
    once /= np.maximum(cover, 1.0)[now]
    used = sum_by(then, share_then * once / share_now, len(rest_then)) > 1.0 + LINE_SHARE
    # Ground that is drawn twice on both dates stays with each stand whole, for sums leave it out of all but one: shared
    # out by one of the earlier stands alone, the part that lies on the other would count twice.
    left = shares_of_ground(shapes_now, shapes_then, now, then, (used & ~twice)[then], LINE_SHARE, progress)
    counted = once * left
    at_key = np.flatnonzero(keyed)

    def of_all(values: FloatArray, otherwise: float) -> FloatArray:
        whole = np.full(len(keys_now), otherwise)
        whole[rest_now] = values
        return whole

    gone = np.zeros(len(keys_then))
    gone[rest_then] = 1.0 - np.minimum(sum_by(then, share_then, len(rest_then)), 1.0)
    block = _blocks(now[real], then[real], len(rest_now), len(rest_then)).astype(np.float64)
    return Pieces(
        now=np.concatenate([at_key, rest_now[now]]),
        then=np.concatenate([partner[at_key], rest_then[then]]),
        share_of_now=np.concatenate([np.ones(len(at_key)), counted]),
        share_of_then=np.concatenate([np.ones(len(at_key)), share_then]),
        keyed=keyed,
        cover=of_all(np.minimum(sum_by(now, counted, len(rest_now)), 1.0), 1.0),
        block=of_all(block, -1.0).astype(np.int64),
        gone=gone,
        overlapping=of_all(np.maximum(drawn - np.minimum(cover, 1.0), 0.0), 0.0),
        shared_out=np.concatenate([np.zeros(len(at_key), dtype=bool), left < 1.0]),
        inner_line=of_all(_inner_lines(ground), 0.0),
    )


def _by_key(
    keys_now: pd.Index, geometry_now: GeometryArray, keys_then: pd.Index, geometry_then: GeometryArray
) -> IntArray:
    """Row of the earlier stand with the same key and the same shape, -1 where there is none."""
    partner = keys_then.get_indexer(keys_now).astype(np.int64)
    at = np.flatnonzero(partner >= 0)
    same = _same_shape(geometry_now[at], geometry_then[partner[at]])
    partner[at[~same]] = -1
    return partner


def _same_shape(first: GeometryArray, second: GeometryArray) -> BoolArray:
    """Whether two outlines are the same, wherever their rings begin; two missing shapes count as the same."""
    same = np.array(shapely.equals_exact(first, second, 0.0), dtype=bool)
    same |= shapely.is_missing(first) & shapely.is_missing(second)
    at = np.flatnonzero(~same & ~shapely.is_missing(first) & ~shapely.is_missing(second))
    if len(at):
        a, b = shapely.normalize(first[at]), shapely.normalize(second[at])
        width = np.sqrt(np.maximum(shapely.area(a), 0.0))
        same[at] = shapely.equals_exact(a, b, SAME_SHAPE_SHARE * width)
    return same


def _inner_lines(ground: CommonGround) -> FloatArray:
    """Length of the second set's lines inside each polygon of the first, by the square root of its area.

    Every inner line bounds two pieces, so half of what the pieces' outlines exceed the polygon's own is it.
    """
    count = len(ground.area_first)
    inner = (sum_by(ground.first, ground.outline, count) - ground.outline_first) / 2.0
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.maximum(inner, 0.0) / np.sqrt(ground.area_first))


def _blocks(now: IntArray, then: IntArray, count_now: int, count_then: int) -> IntArray:
    """Number of the connected block of each stand of today that shares ground with changed stands."""
    nodes = count_now + count_then
    links = coo_matrix((np.ones(len(now), dtype=np.int8), (now, count_now + then)), shape=(nodes, nodes))
    labels = connected_components(links, directed=False)[1][:count_now]
    linked = np.zeros(count_now, dtype=bool)
    linked[now] = True
    return np.where(linked, labels, -1).astype(np.int64)
