"""Stands that lie on each other, and what is left open between the stands of a compartment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...progress import Progress
from ...units import SQUARE_METRES_PER_HECTARE
from .findings import Findings
from .shapes import narrow_pieces, polygons_only, square_metres_per_unit, usable_polygons

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Item = TypeVar("Item")
Found = TypeVar("Found")

_CHUNK = 4_000
_SAME = 1e-6
_SAME_TOTAL = 1e-10
_THREADS = 4
_GAPS, _PAIRS = (0.0, 0.4), (0.4, 0.95)


@dataclass(frozen=True)
class CompartmentGaps:
    """What the stands of each compartment leave open.

    Attributes
    ----------
    compartment, gap
        Number of the compartment, and polygon, of each area that its stands enclose and no stand covers.
    tidy
        For each stand the number of its compartment where the stands of that one cover no ground twice, else −1.
    """

    compartment: Integers
    gap: Geometries
    tidy: Integers


@dataclass(frozen=True)
class Overlaps:
    """Ground that two stands of a layer cover, beyond slivers.

    Attributes
    ----------
    first, second, piece
        Positions, ``first < second``, and the area that both cover.
    area
        Area of each stand of the layer, in square units of its CRS.
    """

    first: Integers
    second: Integers
    piece: Geometries
    area: Floats

    def only(self, pairs: Mask) -> Overlaps:
        """Some of the pairs."""
        return Overlaps(self.first[pairs], self.second[pairs], self.piece[pairs], self.area)


def overlapping_pairs(
    polygons: Geometries,
    only: Mask | None = None,
    progress: Progress | None = None,
    tidy: Integers | None = None,
) -> tuple[Integers, Integers, Geometries]:
    """All pairs of polygons that share an area.

    Parameters
    ----------
    polygons
        Valid polygons or None; length n.
    only
        Report only pairs with one of these.
    progress
        Asked between chunks whether to stop.
    tidy
        Groups without overlaps inside them (:class:`CompartmentGaps`), −1 for none: their pairs are left out.

    Returns
    -------
    first, second : ndarray of int
        Positions, ``first < second``, in order.
    piece : ndarray of object
        The shared area.
    """
    first, second = shapely.STRtree(polygons).query(polygons)
    keep = first < second
    if only is not None:
        keep &= only[first] | only[second]
    if tidy is not None:
        keep &= (tidy[first] < 0) | (tidy[first] != tidy[second])
    order = np.lexsort((second[keep], first[keep]))
    first, second = first[keep][order], second[keep][order]
    in_parts = shapely.get_type_id(polygons) == shapely.GeometryType.MULTIPOLYGON
    in_parts |= shapely.get_num_interior_rings(polygons) > 0

    def own(rows: Integers) -> Geometries:
        # GEOS before 3.12 notes the extent of a hole where it is first asked for it: never in two threads at once.
        shapes = polygons[rows]
        shapes[in_parts[rows]] = shapely.force_2d(shapes[in_parts[rows]])
        return shapes

    def cut(start: int) -> tuple[Integers, Integers, Geometries]:
        one, two = first[start : start + _CHUNK], second[start : start + _CHUNK]
        piece = shapely.intersection(own(one), own(two))
        has_area = shapely.area(piece) > 0
        return one[has_area], two[has_area], polygons_only(piece[has_area])

    found = in_threads(cut, range(0, len(first), _CHUNK), progress, _PAIRS)
    if not found:
        return first, second, np.empty(0, dtype=object)
    columns = [np.concatenate([part[position] for part in found]) for position in range(3)]
    return columns[0], columns[1], columns[2]


def compartment_gaps(
    polygons: Geometries, compartment: Integers, only: Mask | None = None, progress: Progress | None = None
) -> CompartmentGaps:
    """Areas that the stands of one compartment enclose and no stand covers.

    Parameters
    ----------
    polygons
        Valid polygons or None; length n.
    compartment
        Number of the compartment of each stand, −1 where unknown.
    only
        Look only at compartments with one of these.
    progress
        Asked between compartments whether to stop.
    """
    known = (compartment >= 0) & shapely.is_geometry(polygons)
    if only is not None:
        known &= np.isin(compartment, compartment[only & known])
    order = np.argsort(np.where(known, compartment, -1), kind="stable")[np.count_nonzero(~known) :]
    groups = np.split(order, np.flatnonzero(np.diff(compartment[order])) + 1) if len(order) else []
    unions = in_threads(lambda members: _union(polygons[members]), groups, progress, _GAPS)
    tidy = np.full(len(polygons), -1, dtype=np.int64)
    for members, (_, covers_once) in zip(groups, unions, strict=True):
        tidy[members] = compartment[members] if covers_once else -1
    holes = [_holes(union) for union, _ in unions]
    numbers = [np.full(len(found), compartment[members[0]]) for members, found in zip(groups, holes, strict=True)]
    if not any(len(found) for found in holes):
        return CompartmentGaps(np.empty(0, dtype=np.int64), np.empty(0, dtype=object), tidy)
    left, owner = shapely.get_parts(_uncovered(np.concatenate(holes), polygons), return_index=True)
    surface = shapely.area(left) > 0
    return CompartmentGaps(np.concatenate(numbers)[owner[surface]], left[surface], tidy)


def check_neighbours(
    polygons: Geometries,
    facts: pd.DataFrame,
    m2_per_unit: Floats,
    settings: Mapping[str, float],
    findings: Findings,
    only: Mask | None = None,
    progress: Progress | None = None,
) -> tuple[Integers, Overlaps]:
    """Duplicates, overlaps, gaps and slivers, each with its piece as geometry.

    Returns
    -------
    tidy : ndarray of int
        ``tidy`` of :class:`CompartmentGaps`, for whoever looks for overlaps again.
    overlaps : Overlaps
        What was found, slivers left out.
    """
    compartment = compartment_numbers(facts)
    gaps = compartment_gaps(polygons, compartment, only, progress)
    _report_gaps(polygons, gaps, (compartment, m2_per_unit), settings, findings)
    first, second, piece = overlapping_pairs(polygons, only, progress, gaps.tidy)
    scale = 0.5 * (m2_per_unit[first] + m2_per_unit[second])
    wide = _report_overlaps(polygons, (first, second, piece), scale, settings, findings)
    return gaps.tidy, Overlaps(first[wide], second[wide], piece[wide], shapely.area(polygons))


def common_ground(
    layer_geometry: Geometries, facts: pd.DataFrame, settings: Mapping[str, float], progress: Progress | None = None
) -> Overlaps:
    """Overlaps of a layer that nobody checked."""
    polygons, _ = usable_polygons(layer_geometry)
    scale = square_metres_per_unit(facts["area_ha"].to_numpy(dtype=np.float64), polygons)
    unread = Findings(facts.index.to_numpy(dtype=object))
    return check_neighbours(polygons, facts, scale, settings, unread, progress=progress)[1]


def compartment_numbers(facts: pd.DataFrame) -> Integers:
    """Running number of each stand's compartment, −1 where the compartment is unknown."""
    parts = [facts[name].where(facts[name].notna(), "") for name in ("county", "township", "village", "compartment")]
    joined = parts[0].str.cat(parts[1:], sep="\x1f")
    numbers = pd.factorize(joined)[0].astype(np.int64)
    return np.where(facts["compartment"].notna(), numbers, -1)


def _report_overlaps(
    polygons: Geometries,
    pairs: tuple[Integers, Integers, Geometries],
    scale: Floats,
    settings: Mapping[str, float],
    findings: Findings,
) -> Mask:
    """Tell each overlap as what it is; which are more than slivers and noise."""
    first, second, piece = pairs
    planar = shapely.area(piece)
    area_m2 = planar * scale
    one, two = planar / shapely.area(polygons[first]), planar / shapely.area(polygons[second])
    same = (one > 1 - _SAME) & (two > 1 - _SAME)
    inside = ~same & ((one > 1 - _SAME) | (two > 1 - _SAME))
    noise = area_m2 < settings["overlap_smallest_m2"]
    sliver = ~same & ~inside & ~noise & narrow_pieces(piece, scale, settings["sliver_width_m"])
    rest = ~same & ~inside & ~noise & ~sliver
    for code, which in (
        ("GEOMETRY_REPEATED", same),
        ("STAND_INSIDE_ANOTHER", inside),
        ("OVERLAP_SLIVER", sliver),
        ("OVERLAP", rest),
    ):
        findings.add_rows(code, first[which], piece[which], np.round(area_m2[which], 1), second[which])
    return np.asarray(same | inside | rest)


def _report_gaps(
    polygons: Geometries,
    gaps: CompartmentGaps,
    places: tuple[Integers, Floats],
    settings: Mapping[str, float],
    findings: Findings,
) -> None:
    numbers, gap = gaps.compartment, gaps.gap
    compartment, m2_per_unit = places
    if not len(gap):
        return
    rows = _touching_stand(gap, numbers, polygons, compartment)
    scale = m2_per_unit[rows]
    area_m2 = shapely.area(gap) * scale
    wanted = (area_m2 >= settings["gap_smallest_m2"]) & (
        area_m2 <= settings["gap_largest_ha"] * SQUARE_METRES_PER_HECTARE
    )
    sliver = narrow_pieces(gap, scale, settings["sliver_width_m"])
    for code, which in (("GAP_SLIVER", wanted & sliver), ("GAP", wanted & ~sliver)):
        findings.add_rows(code, rows[which], gap[which], np.round(area_m2[which], 1))


def in_threads(
    work: Callable[[Item], Found],
    items: Iterable[Item],
    progress: Progress | None = None,
    span: tuple[float, float] = (0.0, 1.0),
) -> list[Found]:
    """Results of ``work`` in the order of ``items``; shapely works on several of them at a time.

    ``span`` is the part of the whole step that this is, for the progress.

    Raises
    ------
    CancelledError
        When the user stops it; work that has not begun is dropped.
    """
    waiting = list(items)
    results: list[Found] = []
    pool = ThreadPoolExecutor(_THREADS)
    try:
        for result in pool.map(work, waiting):
            results.append(result)
            if progress is not None:
                progress.raise_if_cancelled()
                progress.update(span[0] + (span[1] - span[0]) * len(results) / len(waiting))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return results


def _union(polygons: Geometries) -> tuple[shapely.Geometry, bool]:
    """Union, and whether it is proved that the polygons cover no ground twice.

    Dropping every edge that occurs twice leaves the outline of the ground covered an odd number of times. Where
    that is a sound polygon as large as all polygons together, no ground is covered twice, and it is the union.
    This is some thirty times as quick as a union that has to find crossings.
    """
    try:
        odd = shapely.coverage_union_all(polygons)
    except shapely.errors.GEOSException:
        return shapely.union_all(polygons), False
    total = float(shapely.area(polygons).sum())
    if shapely.is_valid(odd) and abs(total - shapely.area(odd)) <= _SAME_TOTAL * total:
        return odd, True
    return shapely.union_all(polygons), False


def _holes(geometry: shapely.Geometry) -> Geometries:
    """Holes of a polygon or multipolygon, as polygons."""
    parts = shapely.get_parts(geometry)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    inner = np.ones(len(rings), dtype=bool)
    if len(rings):
        inner[0] = False
        inner[1:] = part_of[1:] == part_of[:-1]
    holes: Geometries = shapely.polygons(rings[inner])
    return holes


def _uncovered(holes: Geometries, polygons: Geometries) -> Geometries:
    """What no stand covers of each hole: stands of other compartments may lie in it."""
    hole_at, stand_at = shapely.STRtree(polygons).query(holes, predicate="intersects")
    left = holes.copy()
    order = np.argsort(hole_at, kind="stable")
    starts = np.flatnonzero(np.diff(hole_at[order], prepend=-1))
    for members in np.split(order, starts[1:]) if len(order) else []:
        hole = hole_at[members[0]]
        left[hole] = shapely.difference(holes[hole], shapely.union_all(polygons[stand_at[members]]))
    return left


def _touching_stand(gap: Geometries, numbers: Integers, polygons: Geometries, compartment: Integers) -> Integers:
    """First stand of the same compartment that bounds each gap."""
    gap_at, stand_at = shapely.STRtree(polygons).query(gap, predicate="intersects")
    same = compartment[stand_at] == numbers[gap_at]
    rows = np.full(len(gap), len(polygons), dtype=np.int64)
    np.minimum.at(rows, gap_at[same], stand_at[same])
    lost = rows == len(polygons)
    rows[lost] = [int(np.flatnonzero(compartment == number)[0]) for number in numbers[lost]]
    return rows
