"""What is left of a stand where part of it is done, as an outline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from ..stands.checks.shapes import polygons_only
from .done_ground import DoneGround
from .open_ground import OpenGround
from .problem import BoolArray, IntArray
from .works import TextArray

GeometryArray = TextArray
Grounds = Sequence[tuple[BoolArray, DoneGround]]
"""Accepted ground with the stands that it holds for, shape (n,) each: no stand in two of them."""


def left_outlines(
    outlines: GeometryArray,
    stands: IntArray,
    measure: TextArray,
    fells: BoolArray,
    grounds: Grounds,
    opened: OpenGround,
) -> GeometryArray:
    """Outlines of planned parcels, less the ground that their area was reduced by.

    Parameters
    ----------
    outlines
        Sound outlines of all stands, shape (n,).
    stands, measure, fells
        Stand of each parcel, its measure, and whether anything is felled; shape (p,).
    grounds
        Accepted ground.
    opened
        Open ground: what of it counts as accepted is in ``grounds`` already.
    """
    left = outlines[stands].copy()
    uncounted = opened.geometry[~opened.counted]
    for at, stand in enumerate(stands.tolist()):
        taken = [one for where, ground in grounds if where[stand] for one in ground.taken_shapes(stand, measure[at])]
        if fells[at]:
            taken += uncounted[shapely.intersects(uncounted, left[at])].tolist()
        if taken:
            left[at] = left[at].difference(shapely.union_all(taken))
    return np.asarray(polygons_only(left), dtype=object)
