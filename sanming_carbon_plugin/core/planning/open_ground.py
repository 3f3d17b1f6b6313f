"""Ground that is open already: accepted clear-cuts, and those of an earlier plan that stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .acceptance import NAMES, dates_of, named_columns, text_of
from .problem import ALWAYS_OPEN, FloatArray, IntArray
from .works import Works

BoolArray = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]

GROUND_NAMES = {
    "measure": NAMES["measure"],
    "date": NAMES["date"],
    "technique": ("technique", "技术", "技术措施", "作业方式", "采伐方式"),
    "year": ("year", "年度", "作业年度", "采伐年度"),
}
CLEAR_CUT_WORD = "皆伐"
FIRST_YEAR, LAST_YEAR = 1950, 2200


@dataclass(frozen=True)
class OpenGround:
    """Clear-cuts that no plan can change.

    Attributes
    ----------
    geometry
        Outlines in the CRS of the stands; none lies over another. Shape (g,).
    year
        Year of each, :data:`ALWAYS_OPEN` where nobody knows.
    counted
        Whether it is accepted ground that counts as done.
    closed
        How many more there were that count as closed again.
    """

    geometry: GeometryArray
    year: IntArray
    counted: BoolArray
    closed: int = 0

    @property
    def undated(self) -> int:
        """How many count in every year, because nobody knows theirs."""
        return int((self.year == ALWAYS_OPEN).sum())

    def __len__(self) -> int:
        return len(self.year)

    @classmethod
    def none(cls) -> OpenGround:
        """Nothing is open."""
        return cls(np.empty(0, dtype=object), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))

    def near(self, first: int, last: int, green_up_yr: int) -> OpenGround:
        """What may be one opening with a clear-cut in the years from ``first`` to ``last``; of unknown year, always."""
        span = max(green_up_yr, 1)
        undated, closed = self.year == ALWAYS_OPEN, self.year <= first - span
        kept = undated | (~closed & (self.year < last + span))
        return OpenGround(self.geometry[kept], self.year[kept], self.counted[kept], int((closed & ~undated).sum()))


@dataclass(frozen=True)
class GroundBeside:
    """Open ground as places beside the stands.

    Attributes
    ----------
    area_ha, limit_ha, year
        Of each piece; the limit is that of the stand most of it lies in, infinite where it lies in none. Shape (g,).
    covered_ha
        What of each stand is open, shape (stands,).
    uncounted_ha
        The same without what counts as done, shape (stands,).
    """

    area_ha: FloatArray
    limit_ha: FloatArray
    year: IntArray
    covered_ha: FloatArray
    uncounted_ha: FloatArray


def clear_cuts_of(
    attributes: pd.DataFrame,
    geometry: GeometryArray,
    works: Works,
    stands: GeometryArray,
    technique_of_stand: npt.NDArray[np.object_],
) -> tuple[BoolArray, IntArray]:
    """Which polygons are clear-cuts, and of which year.

    A technique that is given decides. Without one, work of a measure that may be done by clear-cutting counts as such
    unless all stands under it have another technique; a polygon without a measure is a clear-cut. A cut counts whether
    or not its acceptance does.

    Parameters
    ----------
    attributes, geometry
        Polygons with any of measure, technique, date and year under their usual names; shape (p,).
    stands, technique_of_stand
        Outlines of the stands and the technique that the rules found for each, None where unknown; shape (n,).

    Returns
    -------
    is_cut, year
        Shape (p,); a year that is not given is :data:`ALWAYS_OPEN`.
    """
    found = named_columns(attributes, GROUND_NAMES)
    count = len(attributes)
    none = np.full(count, None, dtype=object)
    measure, technique = (text_of(found[name]) if name in found else none for name in ("measure", "technique"))
    cutting = {str(name) for name in works.technique[works.clear_cut]}
    may_cut = {str(name) for name in works.measure[works.clear_cut]}
    is_cut = np.zeros(count, dtype=bool)
    tree = shapely.STRtree(stands)
    for at in np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry))).tolist():
        if technique[at] is not None:
            known = str(technique[at]) in {str(name) for name in works.technique}
            is_cut[at] = str(technique[at]) in cutting or CLEAR_CUT_WORD in str(technique[at]) or not known
        elif measure[at] is None:
            is_cut[at] = True
        elif str(measure[at]) in may_cut:
            under = tree.query(geometry[at], predicate="intersects")
            under = under[shapely.area(shapely.intersection(stands[under], geometry[at])) > 0]
            is_cut[at] = not len(under) or any(
                one is None or str(one) in cutting for one in technique_of_stand[under].tolist()
            )
    return is_cut, _years(found, count)


def _years(found: dict[str, pd.Series], count: int) -> IntArray:
    year = np.full(count, float(ALWAYS_OPEN))
    if "year" in found:
        given = pd.to_numeric(found["year"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        sound = (given >= FIRST_YEAR) & (given <= LAST_YEAR)
        year[sound] = given[sound]
    if "date" in found:
        dated = dates_of(found["date"]).dt.year.to_numpy(dtype=np.float64, na_value=np.nan)
        year = np.where((year == ALWAYS_OPEN) & ~np.isnan(dated), dated, year)
    return np.asarray(year, dtype=np.int64)


def ground_once(geometry: GeometryArray, year: IntArray, counted: BoolArray) -> OpenGround:
    """Clear-cuts without what lies over another: accepted ones go before others, later ones before earlier."""
    latest = np.where(year == ALWAYS_OPEN, LAST_YEAR, year)
    order = np.lexsort((np.arange(len(year)), -latest, ~counted))
    shapes = shapely.make_valid(geometry[order])
    pieces, kept = list[shapely.Geometry](), list[int]()
    tree = shapely.STRtree(shapes)
    for at, shape in enumerate(shapes):
        before = [one for one in tree.query(shape, predicate="intersects").tolist() if one < at]
        left = shape.difference(shapely.union_all(shapes[before])) if before else shape
        if left.area > 0:
            pieces.append(left)
            kept.append(int(order[at]))
    found = np.empty(len(pieces), dtype=object)
    found[:] = pieces
    return OpenGround(found, year[kept], counted[kept])


def ground_beside(
    ground: OpenGround,
    stands: GeometryArray,
    area_ha: FloatArray,
    limit_ha: FloatArray,
    area_m2: Callable[[GeometryArray], FloatArray],
) -> GroundBeside:
    """Open ground as places for the rule about openings.

    Parameters
    ----------
    ground
        The open ground.
    stands, area_ha, limit_ha
        Outlines, areas and clear-cut limits of the stands, shape (n,).
    area_m2
        Area on the ellipsoid of outlines in the CRS of the stands.
    """
    covered, uncounted = np.zeros(len(stands)), np.zeros(len(stands))
    limit = np.full(len(ground), np.inf)
    piece, stand = shapely.STRtree(stands).query(ground.geometry, predicate="intersects")
    part = shapely.area(shapely.intersection(ground.geometry[piece], stands[stand]))
    planar = shapely.area(stands)[stand]
    ha = np.divide(part, planar, out=np.zeros(len(part)), where=planar > 0) * np.nan_to_num(area_ha)[stand]
    np.add.at(covered, stand, ha)
    np.add.at(uncounted, stand, np.where(ground.counted[piece], 0.0, ha))
    for at in np.lexsort((stand, part)).tolist():  # the largest part comes last and stays
        if part[at] > 0:
            limit[piece[at]] = limit_ha[stand[at]]
    return GroundBeside(
        np.nan_to_num(area_m2(ground.geometry)) / 1e4,
        np.where(np.isnan(limit), np.inf, limit),
        ground.year,
        np.minimum(covered, np.nan_to_num(area_ha)),
        np.minimum(uncounted, np.nan_to_num(area_ha)),
    )
