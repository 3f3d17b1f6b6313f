"""How large a stand is on the ellipsoid, whatever map projection it is drawn in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from ..progress import Progress

Floats = npt.NDArray[np.float64]

_FULL_TURN = 2.0 * np.pi
_CHUNK = 1_000


def authalic_latitude(latitude_rad: Floats, eccentricity: float) -> Floats:
    """Latitude on the sphere that has the same area as the ellipsoid, between the same parallels.

    Parameters
    ----------
    latitude_rad
        Geodetic latitude in radians, any shape.
    eccentricity
        First eccentricity of the ellipsoid, 0 for a sphere.

    Returns
    -------
    ndarray
        Authalic latitude in radians, same shape.

    Notes
    -----
    Snyder, Map Projections: A Working Manual (USGS Professional Paper 1395), equations 3-11 and 3-12.
    """
    ratio = _authalic_q(np.sin(latitude_rad), eccentricity) / _authalic_q(np.float64(1.0), eccentricity)
    beta: Floats = np.arcsin(np.clip(ratio, -1.0, 1.0))
    return beta


def moved_or_none(geometry: npt.NDArray[np.object_], move: Callable[[Floats], Floats]) -> npt.NDArray[np.object_]:
    """Geometries with every vertex moved; None where a vertex cannot be.

    Parameters
    ----------
    geometry
        Geometries or None; length n.
    move
        New coordinates, shape (m, 2), of coordinates of the same shape; not finite where there are none.
    """
    coordinates, row = shapely.get_coordinates(geometry, return_index=True)
    moved = np.asarray(move(coordinates)) if len(coordinates) else coordinates
    lost = np.zeros(len(geometry), dtype=bool)
    lost[row[~np.isfinite(moved).all(axis=1)]] = True
    kept = geometry.copy()
    kept[lost] = None
    found: npt.NDArray[np.object_] = shapely.set_coordinates(shapely.force_2d(kept), moved[~lost[row]])
    return found


def stand_areas_m2(
    geometry: npt.NDArray[np.object_],
    to_lonlat: Callable[[npt.NDArray[np.object_]], npt.NDArray[np.object_]],
    semi_major_m: float,
    flattening: float,
    progress: Progress | None = None,
) -> Floats:
    """Area on the ellipsoid of polygons in the CRS of a layer.

    Works on a thousand stands at a time, so that a large layer is never in memory twice and a cancel is heard.

    Parameters
    ----------
    geometry
        Polygons or multipolygons, None for unknown; length n.
    to_lonlat
        Moves polygons to longitude and latitude in degrees; None where it cannot.
    semi_major_m, flattening
        The ellipsoid.
    progress
        Asked for cancelling.

    Returns
    -------
    ndarray
        Area in m², NaN where unknown; length n.

    Notes
    -----
    A straight line of the map is nearly, not wholly, the geodesic between its ends. A cut that puts new vertices on
    an outline so moves the sum of the parts off the whole, 100 km off the central meridian by 1e-9 to 2e-8 for stands
    of a dozen vertices or more and up to 1 km across, by up to 1e-6 for large ones of four. Whatever this plugin cuts
    by itself takes planar shares of the stand's own area, which add up.
    """
    found = np.full(len(geometry), np.nan)
    for start in range(0, len(geometry), _CHUNK):
        if progress is not None:
            progress.raise_if_cancelled()
        part = to_lonlat(geometry[start : start + _CHUNK])
        found[start : start + _CHUNK] = ellipsoidal_area_m2(part, semi_major_m, flattening)
    return found


def ellipsoidal_area_m2(geometry_lonlat: npt.NDArray[np.object_], semi_major_m: float, flattening: float) -> Floats:
    """Area of polygons on the ellipsoid.

    Every edge is a geodesic: the great circle of the sphere of equal area, and the first term of what lies
    between the two. For edges of a few kilometres nothing beyond 1e-9 of the area is left.

    Parameters
    ----------
    geometry_lonlat
        Polygons or multipolygons with longitude and latitude in degrees; None for unknown. Length n.
    semi_major_m
        Semi-major axis of the ellipsoid in m.
    flattening
        Flattening of the ellipsoid (0 for a sphere).

    Returns
    -------
    ndarray
        Area in m², length n; holes are subtracted, parts are summed. NaN for None, for an empty geometry and
        for one that has no polygon.

    Notes
    -----
    Spherical excess of the triangle between an edge and the equator, with β the authalic latitude:
    E = 2·atan2(tan(Δλ/2)·(tan(β1/2) + tan(β2/2)), 1 + tan(β1/2)·tan(β2/2)). The sum round a ring of
    Δλ·sin(β0) is zero, so it is taken off each edge: this keeps the digits of small rings.
    On that sphere a geodesic of the ellipsoid bends by e²·sin(β)·cos(β)·sin(azimuth) per radius (to first order
    in e², from the meridian scale 1 − e²/6·cos²β of the authalic mapping), which adds the sliver of area
    e²/12·sin(β)·cos(β)·u·(u² + v²) with u = Δλ·cos(β) and v = Δβ.
    """
    result = np.full(len(geometry_lonlat), np.nan)
    parts, part_of = shapely.get_parts(np.asarray(geometry_lonlat, dtype=object), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return result
    ring_area = _ring_areas_m2(rings, semi_major_m, flattening)
    is_shell = np.ones(len(rings), dtype=bool)
    is_shell[1:] = ring_part[1:] != ring_part[:-1]
    owner = part_of[ring_part]
    total = np.bincount(owner, np.where(is_shell, ring_area, -ring_area), minlength=len(result))
    has_rings = np.bincount(owner, minlength=len(result)) > 0
    result[has_rings] = total[has_rings]
    return result


def _authalic_q(sine: Floats | np.float64, eccentricity: float) -> Floats:
    """Snyder's q, which grows with the area between the equator and a parallel."""
    if eccentricity == 0.0:
        return np.asarray(2.0 * sine)
    scaled = eccentricity * sine
    return np.asarray((1.0 - eccentricity**2) * (sine / (1.0 - scaled**2) + np.arctanh(scaled) / eccentricity))


def _ring_areas_m2(rings: npt.NDArray[np.object_], semi_major_m: float, flattening: float) -> Floats:
    """Unsigned area of each ring in m²."""
    eccentricity = float(np.sqrt(flattening * (2.0 - flattening)))
    coordinates, ring_of = shapely.get_coordinates(rings, return_index=True)
    longitude, latitude = np.radians(coordinates[:, 0]), np.radians(coordinates[:, 1])
    authalic = authalic_latitude(latitude, eccentricity)
    half_tangent = np.tan(0.5 * authalic)
    same_ring = ring_of[1:] == ring_of[:-1]
    turn = np.diff(longitude)
    turn -= _FULL_TURN * np.round(turn / _FULL_TURN)
    first, second = half_tangent[:-1], half_tangent[1:]
    excess = 2.0 * np.arctan2(np.tan(0.5 * turn) * (first + second), 1.0 + first * second)
    starts = np.searchsorted(ring_of, np.arange(len(rings)))
    reference = half_tangent[np.minimum(starts, len(half_tangent) - 1)]
    excess -= turn * (2.0 * reference / (1.0 + reference**2))[ring_of[:-1]]
    excess += _geodesic_slivers(turn, authalic, eccentricity)
    total = np.bincount(ring_of[:-1][same_ring], excess[same_ring], minlength=len(rings))
    squared_radius = 0.5 * semi_major_m**2 * float(_authalic_q(np.float64(1.0), eccentricity))
    area: Floats = np.abs(total) * squared_radius
    return area


def _geodesic_slivers(turn_rad: Floats, authalic_rad: Floats, eccentricity: float) -> Floats:
    """Area between the geodesic and the great circle of each edge, on the unit sphere."""
    middle = 0.5 * (authalic_rad[1:] + authalic_rad[:-1])
    east, north = turn_rad * np.cos(middle), np.diff(authalic_rad)
    slivers: Floats = eccentricity**2 / 24.0 * np.sin(2.0 * middle) * east * (east**2 + north**2)
    return slivers
