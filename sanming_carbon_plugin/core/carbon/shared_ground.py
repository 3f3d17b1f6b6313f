"""Ground that several stands of one date cover: how much of it each of them gets, so that no hectare counts twice."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..progress import Progress
from ..stands.checks.shapes import polygons_only
from .common_ground import BoolArray, GeometryArray, usable
from .parameters import FloatArray, IntArray
from .sums import sum_by

AT_ONCE = 10_000
SAME_SHARE = 1e-10


def lying_on_others(polygons: GeometryArray, smallest_share: float, progress: Progress) -> BoolArray:
    """Polygons of one date that share ground, more of it than ``smallest_share`` of either.

    Dropping every edge that occurs twice leaves the outline of ground that is covered an odd number of times: where it
    is as large as all polygons together, none lies on another, and nothing needs to be cut.
    """
    shapes = usable(polygons)
    found = np.zeros(len(shapes), dtype=bool)
    if _covers_once(shapes):
        return found
    one, other = shapely.STRtree(shapes).query(shapes)
    one, other = one[one < other], other[one < other]
    area = np.maximum(shapely.area(shapes), np.finfo(np.float64).tiny)
    for start in range(0, len(one), AT_ONCE):
        progress.raise_if_cancelled()
        a, b = one[start : start + AT_ONCE], other[start : start + AT_ONCE]
        ground = shapely.area(shapely.intersection(shapes[a], shapes[b]))
        meet = ground > smallest_share * np.minimum(area[a], area[b])
        found[a[meet]] = found[b[meet]] = True
    return found


def _covers_once(shapes: GeometryArray) -> bool:
    """Whether it is proved that no polygon lies on another."""
    try:
        with np.errstate(invalid="ignore"):
            odd = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        return False
    total = float(shapely.area(shapes).sum())
    return bool(shapely.is_valid(odd)) and abs(total - float(shapely.area(odd))) <= SAME_SHARE * total


def shares_of_ground(
    geometry: GeometryArray,
    base: GeometryArray,
    member: IntArray,
    on: IntArray,
    asked: BoolArray,
    smallest_share: float,
    progress: Progress,
) -> FloatArray:
    """Factor of each piece: 1, or less where pieces of the same stand of the other date lie on each other.

    Pieces that lie on each other get together what they cover together; one beside them keeps all of its own.

    Parameters
    ----------
    geometry, base
        Polygons of the date whose stands may lie on each other, and of the other date.
    member, on
        Rows of each piece in ``geometry`` and in ``base``.
    asked
        Pieces that may lie on others.
    smallest_share
        Less common ground than this, by the stand of the other date, is the rounding of a common line.
    progress
        May cancel.
    """
    factor = np.ones(len(member))
    at = np.flatnonzero(asked)
    if not len(at):
        return factor
    outline = usable(base[on[at]])
    ground = usable(polygons_only(shapely.intersection(usable(geometry[member[at]]), outline)))
    one, other = shapely.STRtree(ground).query(ground)
    same = (one < other) & (on[at[one]] == on[at[other]])
    one, other = one[same], other[same]
    both = shapely.area(shapely.intersection(ground[one], ground[other]))
    meet = both > smallest_share * shapely.area(outline)[one]
    links = coo_matrix((np.ones(meet.sum(), dtype=np.int8), (one[meet], other[meet])), shape=(len(at), len(at)))
    count, label = connected_components(links, directed=False)
    drawn = sum_by(label, shapely.area(ground), count)
    order = np.argsort(label, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    for done, some in enumerate(part for part in members if len(part) > 1):
        if done % AT_ONCE == 0:
            progress.raise_if_cancelled()
        covered = shapely.area(shapely.union_all(ground[some]))
        factor[at[some]] = min(covered / drawn[label[some[0]]], 1.0)
    return factor
