"""Ground that lies in two stands is planned in one of them alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.account import numbers
from ..stands.checks.neighbours import overlapping_pairs
from ..stands.checks.shapes import narrow_pieces
from .options import Options

BoolArray = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]

GROUND_OF_OTHER = "ground_of_other"
"""Why a stand is no option: another stand that can be planned lies on the same ground."""
M2_PER_HA = 10_000.0


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
    first, second, piece = overlapping_pairs(shapes)
    if not len(piece):
        return options
    planar = shapely.area(shapes)
    scale = numbers(facts, "area_ha")[asked] * M2_PER_HA / np.where(planar > 0, planar, np.nan)
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
