"""Ground that lies in two stands is planned in one of them alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.account import numbers
from ..stands.checks.neighbours import in_threads
from ..stands.checks.shapes import narrow_pieces, polygons_only
from .options import Options

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
GeometryArray = npt.NDArray[np.object_]

GROUND_OF_OTHER = "ground_of_other"
"""Why a stand is no option: another stand that can be planned lies on the same ground."""
M2_PER_HA = 10_000.0
DEPTH = 1 / 8
"""Ground that is wide enough to count reaches at least this share of the width into both stands, whatever its form."""
CHUNK = 4_000


def without_ground_twice(
    options: Options, outlines: GeometryArray, facts: pd.DataFrame, locked_in: BoolArray, rules: Mapping[str, float]
) -> Options:
    """Options without those of stands that lie on ground of another stand with options.

    Of stands over each other those that are locked in stay first, then those that come first in the layer. What two
    stands share by the width of a sliver is a matter of drawing.

    Parameters
    ----------
    options
        What can be planned.
    outlines, facts, locked_in
        Sound outlines, facts and locks of all stands, shape (n,).
    rules
        ``overlap_sliver_width_m``.
    """
    stand = options.table["stand"].to_numpy(dtype=np.int64)
    asked = np.unique(stand)
    shapes = outlines[asked]
    planar = shapely.area(shapes)
    scale = numbers(facts, "area_ha")[asked] * M2_PER_HA / np.where(planar > 0, planar, np.nan)
    first, second = _reaching_into(shapes, scale, rules["overlap_sliver_width_m"] * DEPTH)
    if not len(first):
        return options
    piece = polygons_only(shapely.intersection(shapes[first], shapes[second]))
    wide = ~narrow_pieces(piece, 0.5 * (scale[first] + scale[second]), rules["overlap_sliver_width_m"])
    beside: dict[int, list[int]] = {}
    for one, two in zip(asked[first[wide]].tolist(), asked[second[wide]].tolist(), strict=True):
        beside.setdefault(one, []).append(two)
        beside.setdefault(two, []).append(one)
    refused = np.zeros(len(facts), dtype=bool)
    stays: set[int] = set()
    for one in sorted(beside, key=lambda at: (not locked_in[at], at)):
        if stays.isdisjoint(beside[one]):
            stays.add(one)
        else:
            refused[one] = True
    if not refused.any():
        return options
    table = options.table[~refused[stand]].reset_index(drop=True)
    return Options(table, options.fits, {**options.refused, GROUND_OF_OTHER: refused})


def _reaching_into(shapes: GeometryArray, m2_per_unit: FloatArray, depth_m: float) -> tuple[IntArray, IntArray]:
    """Pairs with ground that lies deeper than some metres in both, first < second, in order.

    Most neighbours only touch: with a strip along their outlines taken away they do not even do that, which is quickly
    seen for all at once, while cutting every pair takes many times as long.
    """
    unit_m = np.sqrt(np.where(m2_per_unit > 0, m2_per_unit, 1.0))

    def inner(start: int) -> GeometryArray:
        rows = slice(start, start + CHUNK)
        return np.asarray(shapely.buffer(shapes[rows], -depth_m / unit_m[rows], quad_segs=1), dtype=object)

    found = in_threads(inner, range(0, len(shapes), CHUNK))
    inside = np.concatenate(found) if found else np.empty(0, dtype=object)
    first, second = shapely.STRtree(inside).query(inside, predicate="intersects")
    kept = first < second
    order = np.lexsort((second[kept], first[kept]))
    return first[kept][order], second[kept][order]
