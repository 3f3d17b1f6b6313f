"""Earlier ground that several stands of today cover: how much of it each of them gets."""

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

ASKED_AT_ONCE = 1_000


def shares_of_ground(
    geometry_now: GeometryArray,
    geometry_then: GeometryArray,
    now: IntArray,
    then: IntArray,
    asked: BoolArray,
    smallest_share: float,
    progress: Progress,
) -> FloatArray:
    """Factor of each piece: 1, or less where pieces of the same earlier stand lie on each other.

    Pieces that lie on each other get together what they cover together; one beside them keeps all of its own.

    Parameters
    ----------
    geometry_now, geometry_then
        Polygons of both dates.
    now, then
        Rows of each piece.
    asked
        Pieces that may lie on others.
    smallest_share
        Less common ground than this, by the earlier stand, is the rounding of a common line.
    progress
        May cancel.
    """
    factor = np.ones(len(now))
    at = np.flatnonzero(asked)
    if not len(at):
        return factor
    outline = usable(geometry_then[then[at]])
    ground = usable(polygons_only(shapely.intersection(usable(geometry_now[now[at]]), outline)))
    one, other = shapely.STRtree(ground).query(ground)
    same = (one < other) & (then[at[one]] == then[at[other]])
    one, other = one[same], other[same]
    both = shapely.area(shapely.intersection(ground[one], ground[other]))
    meet = both > smallest_share * shapely.area(outline)[one]
    links = coo_matrix((np.ones(meet.sum(), dtype=np.int8), (one[meet], other[meet])), shape=(len(at), len(at)))
    count, label = connected_components(links, directed=False)
    drawn = sum_by(label, shapely.area(ground), count)
    order = np.argsort(label, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    for done, some in enumerate(part for part in members if len(part) > 1):
        if done % ASKED_AT_ONCE == 0:
            progress.raise_if_cancelled()
        covered = shapely.area(shapely.union_all(ground[some]))
        factor[at[some]] = min(covered / drawn[label[some[0]]], 1.0)
    return factor
