"""Whether the outline of each stand can be worked with: rings, parts, slivers, size."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...units import SQUARE_METRES_PER_HECTARE
from .findings import Findings

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_POLYGON, _MULTIPOLYGON = 3, 6
_CHUNK = 10_000
_PLACE = re.compile(r"\[(?P<x>[-+\d.eE]+) (?P<y>[-+\d.eE]+)\]")
_REASONS = {
    "Self-intersection": "RING_CROSSES_ITSELF",
    "Ring Self-intersection": "RING_TOUCHES_ITSELF",
    "Hole lies outside shell": "HOLE_OUTSIDE",
    "Nested shells": "PARTS_NESTED",
    "Duplicate Rings": "RING_REPEATED",
}


def usable_polygons(geometry: Geometries) -> tuple[Geometries, Mask]:
    """Valid polygons for overlays, None where there is none; and which stands were repaired for that.

    The layer's own geometry stays as it is.
    """
    present = shapely.is_geometry(geometry) & ~shapely.is_empty(geometry)
    present &= np.isin(shapely.get_type_id(geometry), (_POLYGON, _MULTIPOLYGON))
    present[present] = finite_coordinates(geometry[present])
    polygons = np.full(len(geometry), None, dtype=object)
    polygons[present] = geometry[present]
    tall = shapely.has_z(polygons)
    polygons[tall] = shapely.force_2d(polygons[tall])
    bad = present & ~shapely.is_valid(polygons)
    if bad.any():
        polygons[bad] = polygons_only(shapely.make_valid(polygons[bad]))
    return polygons, bad


def finite_coordinates(geometry: Geometries) -> Mask:
    """Whether all coordinates are numbers."""
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    broken = np.bincount(owner, ~np.isfinite(coordinates).all(axis=1), minlength=len(geometry))
    finite: Mask = broken == 0
    return finite


def repair_rings(geometry: Geometries, tolerance: float) -> tuple[Geometries, Floats]:
    """Valid polygons with the same area, where that can be had.

    Parameters
    ----------
    geometry
        Polygons in a planar system; length n.
    tolerance
        Largest change of the area, as a share of it.

    Returns
    -------
    geometry : ndarray
        Repaired polygons; a stand whose area would change by more keeps its geometry.
    area_change : ndarray
        Change of the area as a share, 0 where nothing was repaired, NaN where there is no polygon. Where its
        size is beyond the tolerance the geometry was left alone.
    """
    polygons, bad = usable_polygons(geometry)
    change = np.where(shapely.is_geometry(polygons), 0.0, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = shapely.area(geometry[bad])
        change[bad] = np.where(before > 0, shapely.area(polygons[bad]) / before - 1.0, np.inf)
    repaired = geometry.copy()
    kept = bad & (np.abs(change) <= tolerance)
    repaired[kept] = polygons[kept]
    return repaired, change


def check_shapes(
    geometry: Geometries,
    polygons: Geometries,
    m2_per_unit: Floats,
    settings: Mapping[str, float],
    findings: Findings,
    already_told: Mask | None = None,
) -> None:
    """Missing, broken, multipart, narrow and small outlines.

    Parameters
    ----------
    geometry
        Geometry as handed in.
    polygons
        Usable polygons of :func:`usable_polygons`.
    m2_per_unit
        Square metres on the ellipsoid per square unit of the layer's CRS, per stand.
    settings
        Thresholds of the check table.
    findings
        Takes the rows.
    already_told
        Stands whose missing geometry was told when the layer was read.
    """
    told = np.zeros(len(geometry), dtype=bool) if already_told is None else already_told
    _check_presence(geometry, told, findings)
    _check_rings(geometry, findings)
    count = shapely.get_num_geometries(polygons)
    findings.add("MULTIPART", count > 1, values=count)
    for start in range(0, len(polygons), _CHUNK):
        parts, owner = shapely.get_parts(polygons[start : start + _CHUNK], return_index=True)
        _check_parts(parts, owner + start, m2_per_unit, settings, findings)


def _check_parts(
    parts: Geometries,
    owner: npt.NDArray[np.int64],
    m2_per_unit: Floats,
    settings: Mapping[str, float],
    findings: Findings,
) -> None:
    """Small and narrow parts."""
    with np.errstate(invalid="ignore"):
        area_m2 = shapely.area(parts) * m2_per_unit[owner]
    small = area_m2 < settings["smallest_part_m2"]
    early = ~small & (area_m2 < settings["smallest_part_before_2022_m2"])
    for code, which in (("PART_TOO_SMALL", small), ("PART_SMALL_BEFORE_2022", early)):
        findings.add_rows(code, owner[which], parts[which], _rounded(area_m2[which]))
    width_m = _width(parts) * np.sqrt(m2_per_unit[owner])
    narrow = width_m < settings["sliver_width_m"]
    findings.add_rows("PART_IS_SLIVER", owner[narrow], parts[narrow], _rounded(width_m[narrow]))


def narrow_pieces(pieces: Geometries, m2_per_unit: Floats, width_m: float) -> Mask:
    """Pieces whose mean width (2·area/perimeter) is below ``width_m``."""
    narrow: Mask = _width(pieces) * np.sqrt(m2_per_unit) < width_m
    return narrow


def _width(polygons: Geometries) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        length = shapely.length(polygons)
        width: Floats = np.where(length > 0, 2.0 * shapely.area(polygons) / length, 0.0)
    return width


def _rounded(values: Floats) -> Floats:
    rounded: Floats = np.round(values, 1)
    return rounded


def _check_presence(geometry: Geometries, told: Mask, findings: Findings) -> None:
    none = ~shapely.is_geometry(geometry)
    empty = ~none & shapely.is_empty(geometry)
    kinds = shapely.get_type_id(geometry)
    other = ~none & ~empty & ~np.isin(kinds, (_POLYGON, _MULTIPOLYGON))
    findings.add("GEOMETRY_NULL", none & ~told)
    findings.add("GEOMETRY_EMPTY", empty & ~told)
    findings.add("GEOMETRY_NOT_POLYGON", other & ~told)
    findings.add("GEOMETRY_NOT_FINITE", ~none & ~empty & ~finite_coordinates(geometry))


def _check_rings(geometry: Geometries, findings: Findings) -> None:
    """Invalid rings, with the place where they go wrong."""
    broken = shapely.is_geometry(geometry) & finite_coordinates(geometry) & ~shapely.is_valid(geometry)
    rows = np.flatnonzero(broken)
    if not len(rows):
        return
    reasons = pd.Series(shapely.is_valid_reason(geometry[rows]), dtype=object)
    kind = reasons.str.split("[", regex=False).str[0].str.strip()
    codes = kind.map(_REASONS).fillna("RING_INVALID")
    place = reasons.str.extract(_PLACE).astype(float).to_numpy()
    points = np.where(np.isfinite(place).all(axis=1), shapely.points(place), geometry[rows])
    for code in codes.unique():
        here = (codes == code).to_numpy()
        findings.add_rows(code, rows[here], points[here], kind[here].to_numpy())


def polygons_only(geometry: Geometries) -> Geometries:
    """Polygonal part of collections; None where there is none."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    surfaces = shapely.get_type_id(parts) == _POLYGON
    found = np.full(len(geometry), None, dtype=object)
    if surfaces.any():
        owners = np.unique(owner[surfaces])
        found[owners] = shapely.multipolygons(parts[surfaces], indices=np.searchsorted(owners, owner[surfaces]))
    single = shapely.get_num_geometries(found) == 1
    found[single] = shapely.get_geometry(found[single], 0)
    return found


def square_metres_per_unit(area_ha: Floats, polygons: Geometries) -> Floats:
    """Square metres on the ellipsoid per square unit of the CRS, per stand; the layer's median where unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        planar = shapely.area(polygons)
        scale = area_ha * SQUARE_METRES_PER_HECTARE / planar
    known = np.isfinite(scale) & (scale > 0)
    middle = float(np.median(scale[known])) if known.any() else 1.0
    filled: Floats = np.where(known, scale, middle)
    return filled
