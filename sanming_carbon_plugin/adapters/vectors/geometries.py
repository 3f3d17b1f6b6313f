"""From well-known binary to flat polygons, without repairing anything."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .notes import layer_note, row_note

Geometries = npt.NDArray[np.object_]
Simplify = Callable[[bytes], bytes | None]

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_ROWS_PER_CALL = 2_000
_NO_HEAD = b"\xff" * 5
_PLAIN_TYPES = frozenset({1, 2, 3, 4, 5, 6, 7})
_CURVED_TYPES = frozenset({8, 9, 10, 11, 12, 13, 14})


def polygons_from_wkb(
    wkb: Geometries, simplify: Simplify | None = None, *, release: bool = False
) -> tuple[Geometries, list[pd.DataFrame]]:
    """Polygons and multipolygons in two dimensions, None where there is none.

    Parameters
    ----------
    wkb
        Object array of ``bytes`` (ISO or EWKB) or None, length n.
    simplify
        Turns curves, surfaces and measured coordinates, which GEOS does not read, into plain WKB.
    release
        Take rows out of ``wkb`` as soon as they are polygons, so that a large layer is not in memory twice. Where
        there is no polygon, all rows stay.

    Returns
    -------
    geometry, notes
        Object array of length n, and what had to be changed or left out.
    """
    kinds, has_z, has_m = _kinds(wkb)
    notes: list[pd.DataFrame] = []
    present = kinds >= 0
    odd = present & (has_m | ~np.isin(kinds, list(_PLAIN_TYPES)))
    if odd.any():
        wkb = wkb.copy()
        for row in np.flatnonzero(odd):
            wkb[row] = simplify(wkb[row]) if simplify is not None else None
        curved = int(np.isin(kinds, list(_CURVED_TYPES)).sum())
        if curved:
            notes.append(layer_note("GEOMETRY_CURVES_LINEARISED", curved))
    if has_z.any():
        notes.append(layer_note("GEOMETRY_Z_DROPPED", int(has_z.sum())))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A call lets no other thread work, so that a window would stand still in a single one.
        geometry = np.full(len(wkb), None, dtype=object)
        for first in range(0, len(wkb), _ROWS_PER_CALL):
            part = slice(first, first + _ROWS_PER_CALL)
            geometry[part] = shapely.from_wkb(wkb[part], on_invalid="ignore")
            if release and _holds_polygons(geometry[part]):
                wkb[part] = None
    geometry, more = _flat_polygons(geometry, ~present)
    return geometry, notes + more


def _holds_polygons(geometry: Geometries) -> bool:
    is_polygon = np.isin(shapely.get_type_id(geometry), (_POLYGON, _MULTIPOLYGON))
    return bool((is_polygon & ~shapely.is_empty(geometry)).any())


def _flat_polygons(geometry: Geometries, is_null: npt.NDArray[np.bool_]) -> tuple[Geometries, list[pd.DataFrame]]:
    """The same for geometries that are already made; ``is_null`` marks rows without one in the source."""
    geometry = np.array(geometry, dtype=object)
    notes: list[pd.DataFrame] = []
    unreadable = shapely.is_missing(geometry) & ~is_null
    notes += row_note("GEOMETRY_NULL", is_null)
    notes += row_note("GEOMETRY_UNREADABLE", unreadable)
    with_z = shapely.has_z(geometry)
    geometry[with_z] = shapely.force_2d(geometry[with_z])
    empty = ~shapely.is_missing(geometry) & shapely.is_empty(geometry)
    geometry[empty] = None
    notes += row_note("GEOMETRY_EMPTY", empty)
    collections = np.flatnonzero(shapely.get_type_id(geometry) == _COLLECTION)
    for row in collections:
        geometry[row] = _polygon_parts(geometry[row])
    if len(collections):
        notes.append(layer_note("GEOMETRY_COLLECTION_PARTS", len(collections)))
    kinds = shapely.get_type_id(geometry)
    other = (kinds != _POLYGON) & (kinds != _MULTIPOLYGON) & ~is_null & ~unreadable & ~empty
    geometry[other] = None
    notes += row_note("GEOMETRY_NOT_POLYGON", other)
    return geometry, notes


def _polygon_parts(collection: shapely.Geometry) -> shapely.Geometry | None:
    polygons: list[shapely.Geometry] = []
    waiting = [collection]
    while waiting:
        part = waiting.pop()
        kind = shapely.get_type_id(part)
        if kind == _POLYGON:
            polygons.append(part)
        elif kind in (_MULTIPOLYGON, _COLLECTION):
            waiting.extend(reversed(shapely.get_parts(part)))
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _kinds(wkb: Geometries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Flat OGR type code per row (-1 for NULL, 0 for what is no WKB), whether it has heights, whether measures."""
    heads = b"".join([_NO_HEAD if item is None else bytes(item[:5]).ljust(5, b"\0") for item in wkb])
    head = np.frombuffer(heads, dtype=np.uint8).reshape(len(wkb), 5)
    little = np.ascontiguousarray(head[:, 1:]).view("<u4").ravel()
    big = np.ascontiguousarray(head[:, 1:]).view(">u4").ravel()
    code = np.where(head[:, 0] == 0, big, little).astype(np.int64)
    null = head[:, 0] == _NO_HEAD[0]
    iso = code & 0x0FFFFFFF
    dimension = iso // 1000  # ISO adds 1000 for Z, 2000 for M, 3000 for both; PostGIS and old GDAL set high bits
    has_z = ((code & 0x80000000) != 0) | (dimension == 1) | (dimension == 3)  # noqa: PLR2004
    has_m = ((code & 0x40000000) != 0) | (dimension == 2) | (dimension == 3)  # noqa: PLR2004
    kinds = np.where(dimension < 4, iso % 1000, 0)  # noqa: PLR2004
    kinds[null] = -1
    return kinds, has_z & ~null, has_m & ~null
