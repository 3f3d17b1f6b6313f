"""Ground that is done: accepted, told by stand and measure, and no hectare twice for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from ..carbon.two_dates import LINE_SHARE
from ..stands.checks.neighbours import Overlaps
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
    own_elsewhere, counted_elsewhere
        The same of ground that counts in another stand, which lies on this one: it is done here too.
    """

    own: Pieces
    counted: Pieces
    geometry: GeometryArray
    area_ha: FloatArray
    matrix: CountingMatrix
    own_elsewhere: Pieces = field(default_factory=dict)
    counted_elsewhere: Pieces = field(default_factory=dict)

    def done_ha(self, measure: str) -> FloatArray:
        """Hectares of each stand that count as done for a measure, shape (n,)."""
        return self._summed(
            {stand: _of(self.own, stand, {measure}) + _of(self.counted, stand, {measure}) for stand in self.own}
        )

    def taken_ha(self, measure: str) -> FloatArray:
        """Hectares of each stand on which a measure may not be counted once more, shape (n,).

        Ground that counts for it, and ground accepted for what may not be counted together with it, in whichever of
        the stands that cover it it counts.
        """
        return self._summed({stand: self.taken_shapes(stand, measure) for stand in {**self.own, **self.own_elsewhere}})

    def taken_shapes(self, stand: int, measure: str) -> list[shapely.Geometry]:
        """Outlines in a stand on which a measure may not be counted once more."""
        everywhere = [self.own.get(stand, []), self.own_elsewhere.get(stand, [])]
        others = {m for pieces in everywhere for m, _ in pieces if not self.matrix.together(m, measure)}
        return [
            shape
            for pieces, wanted in (
                (self.own, {measure, *others}),
                (self.own_elsewhere, {measure, *others}),
                (self.counted, {measure}),
                (self.counted_elsewhere, {measure}),
            )
            for shape in _of(pieces, stand, wanted)
        ]

    def _summed(self, shapes_of: Mapping[int, list[shapely.Geometry]]) -> FloatArray:
        found = np.zeros(len(self.geometry))
        for stand, shapes in shapes_of.items():
            if shapes:
                share = shapely.area(shapely.union_all(shapes)) / shapely.area(self.geometry[stand])
                found[stand] = min(share, 1.0) * np.nan_to_num(self.area_ha[stand])
        return found


def _of(pieces: Pieces, stand: int, measures: set[str]) -> list[shapely.Geometry]:
    return [shape for measure, shape in pieces.get(stand, []) if measure in measures]


def done_ground(
    accepted: Accepted,
    geometry: GeometryArray,
    area_ha: FloatArray,
    matrix: CountingMatrix,
    years: tuple[int, int],
    fits: Mapping[str, BoolArray] | None = None,
    overlaps: Overlaps | None = None,
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
    overlaps
        Stands that lie on each other; None for none.
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
    elsewhere = ({}, {}) if overlaps is None else (_elsewhere(own, overlaps), _elsewhere(counted, overlaps))
    return DoneGround(own, counted, geometry, area_ha, matrix, *elsewhere)


def _elsewhere(pieces: Pieces, overlaps: Overlaps) -> Pieces:
    """The pieces of each stand that lie in others too, by these."""
    found: Pieces = {}
    pairs = zip(overlaps.first.tolist(), overlaps.second.tolist(), overlaps.piece, strict=True)
    for first, second, common in pairs:
        for here, there in ((first, second), (second, first)):
            for measure, shape in pieces.get(here, []):
                part = shape.intersection(common)
                if part.area > 0:
                    found.setdefault(there, []).append((measure, part))
    return found


def outside_of(accepted: Accepted, geometry: GeometryArray) -> GeometryArray:
    """What of each accepted polygon lies in no stand, shape (p,); ground accepted twice is in the first of them.

    A share of a polygon up to ``LINE_SHARE`` is the rounding of a common line.
    """
    left = np.asarray(accepted.geometry, dtype=object).copy()
    stands, before = shapely.STRtree(geometry), shapely.STRtree(accepted.geometry)
    for at in range(len(left)):
        whole = shapely.area(left[at])
        covered = [geometry[stands.query(left[at], predicate="intersects")]]
        near = before.query(left[at], predicate="intersects")
        covered.append(accepted.geometry[near[near < at]])
        left[at] = left[at].difference(shapely.union_all(np.concatenate(covered)))
        if shapely.area(left[at]) <= LINE_SHARE * whole:
            left[at] = shapely.Polygon()
    return left


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
