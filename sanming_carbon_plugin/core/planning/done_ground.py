"""Ground that is done: accepted, told by stand and measure, and no hectare twice for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from .acceptance import Accepted
from .works import CountingMatrix

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]
Pieces = dict[int, list[tuple[str, shapely.Geometry]]]
"""By stand: measure and outline of what was accepted there."""


@dataclass(frozen=True)
class DoneGround:
    """Accepted ground of some years.

    Attributes
    ----------
    own
        What was accepted for each measure; pieces of one measure, and of measures that may not be counted together, do
        not overlap.
    counted
        What counts for a measure besides: ground accepted for another whose work counts for it too, in stands that
        fit it, and for which it is not taken already.
    geometry, area_ha
        Outlines and areas of the stands, shape (n,).
    matrix
        What may be counted together.
    """

    own: Pieces
    counted: Pieces
    geometry: GeometryArray
    area_ha: FloatArray
    matrix: CountingMatrix

    def done_ha(self, measure: str) -> FloatArray:
        """Hectares of each stand that count as done for a measure, shape (n,)."""
        return self._summed({measure}, {measure})

    def taken_ha(self, measure: str) -> FloatArray:
        """Hectares of each stand on which a measure may not be counted once more, shape (n,).

        Ground that counts for it, and ground accepted for what may not be counted together with it.
        """
        others = {m for pieces in self.own.values() for m, _ in pieces if not self.matrix.together(m, measure)}
        return self._summed({measure, *others}, {measure})

    def _summed(self, own: set[str], counted: set[str]) -> FloatArray:
        found = np.zeros(len(self.geometry))
        for stand in self.own:
            shapes = [shape for measure, shape in self.own[stand] if measure in own]
            shapes += [shape for measure, shape in self.counted.get(stand, []) if measure in counted]
            if shapes:
                share = shapely.area(shapely.union_all(shapes)) / shapely.area(self.geometry[stand])
                found[stand] = min(share, 1.0) * np.nan_to_num(self.area_ha[stand])
        return found


def done_ground(
    accepted: Accepted,
    geometry: GeometryArray,
    area_ha: FloatArray,
    matrix: CountingMatrix,
    years: tuple[int, int],
    fits: Mapping[str, BoolArray] | None = None,
) -> DoneGround:
    """Accepted ground of the years from the first to the last of ``years``, both included.

    Ground that was accepted earlier in these years for the same measure, or for one that may not be counted
    together with it, is not counted again; ground that lies in two stands counts in the first of them.

    Parameters
    ----------
    accepted
        The polygons that count.
    geometry, area_ha
        Outlines and ellipsoidal areas of the stands, shape (n,).
    matrix
        What may be counted together.
    fits
        Stands that fit each measure, shape (n,): ground accepted for one measure counts there for others for which
        the matrix says its work counts too.
    """
    own = _own_pieces(accepted, geometry, matrix, years)
    counted: Pieces = {}
    for stand, pieces in own.items():
        for measure in sorted(fits or {}):
            if fits is None or not fits[measure][stand]:
                continue
            shapes = [shape for m, shape in pieces if m != measure and matrix.counts_for(m, measure)]
            earlier = [
                shape
                for m, shape in [*pieces, *counted.get(stand, [])]
                if m == measure or not matrix.together(m, measure)
            ]
            left = shapely.union_all(shapes).difference(shapely.union_all(earlier)) if shapes else None
            if left is not None and left.area > 0:
                counted.setdefault(stand, []).append((measure, left))
    return DoneGround(own, counted, geometry, area_ha, matrix)


def _own_pieces(accepted: Accepted, geometry: GeometryArray, matrix: CountingMatrix, years: tuple[int, int]) -> Pieces:
    inside = np.flatnonzero((accepted.year >= years[0]) & (accepted.year <= years[1]))
    found: Pieces = {}
    if not len(inside):
        return found
    tree = shapely.STRtree(geometry)
    planar = shapely.area(geometry)
    before: list[int] = []
    for at in inside.tolist():
        measure = str(accepted.measure[at])
        left = accepted.geometry[at]
        near = [
            n
            for n in before
            if (accepted.measure[n] == measure or not matrix.together(measure, str(accepted.measure[n])))
            and accepted.geometry[n].intersects(left)
        ]
        if near:
            left = left.difference(shapely.union_all(accepted.geometry[near]))
        before.append(at)
        for stand in np.sort(tree.query(left, predicate="intersects")).tolist():
            part = left.intersection(geometry[stand])
            if part.area > 0 and planar[stand] > 0:
                found.setdefault(stand, []).append((measure, part))
                left = left.difference(geometry[stand])
    return found
