"""From well-known binary to flat polygons, without repairing anything."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.stands.packed import OutlinePacker, PackedOutlines
from .notes import layer_note, numbers_note

Geometries = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Simplify = Callable[[bytes], bytes | None]

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_ROWS_PER_CALL = 2_000
_FEWEST_VERTICES = 4
_NO_HEAD = b"\xff" * 5
_Z, _M, _ZM = 1, 2, 3
_PLAIN_TYPES = frozenset({1, 2, 3, 4, 5, 6, 7})
_CURVED_TYPES = frozenset({8, 9, 10, 11, 12, 13, 14})
_NOTICED = (
    "GEOMETRY_CURVES_LINEARISED",
    "GEOMETRY_Z_DROPPED",
    "GEOMETRY_NULL",
    "GEOMETRY_UNREADABLE",
    "GEOMETRY_EMPTY",
    "GEOMETRY_COLLECTION_PARTS",
    "GEOMETRY_NOT_POLYGON",
)
"""What can be noticed, in the order in which it is told."""


class Noticed:
    """What had to be changed or left out: how many rows, and which where that is told by stand."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._rows: dict[str, list[Rows]] = {}

    def count(self, code: str, count: int) -> None:
        """Some rows more to which this was done."""
        self._counts[code] = self._counts.get(code, 0) + count

    def rows(self, code: str, which: npt.NDArray[np.bool_], first_row: int) -> None:
        """The rows of a part of the layer that are meant."""
        self._rows.setdefault(code, []).append(np.flatnonzero(which) + first_row)

    def notes(self) -> list[pd.DataFrame]:
        """Notes about the whole layer."""
        found: list[pd.DataFrame] = []
        for code in _NOTICED:
            if self._counts.get(code):
                found.append(layer_note(code, self._counts[code]))
            if code in self._rows:
                found += numbers_note(code, np.concatenate(self._rows[code]))
        return found


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
    noticed = Noticed()
    geometry = np.full(len(wkb), None, dtype=object)
    for part, polygons in _portions(wkb, simplify, 0, noticed):
        geometry[part] = polygons
        if release and not shapely.is_missing(polygons).all():
            wkb[part] = None
    return geometry, noticed.notes()


class PackedWkb:
    """Takes rows of WKB as they are read and keeps them as packed outlines; the rest is as above.

    Attributes
    ----------
    kinds
        Geometry types that were seen, by their flat OGR codes.
    """

    def __init__(self, rows_about: int, simplify: Simplify | None) -> None:
        self._packer = OutlinePacker(rows_about)
        self._simplify = simplify
        self._noticed = Noticed()
        self._rows = 0
        self.kinds: set[int] = set()

    def __len__(self) -> int:
        return self._rows

    def add(self, wkb: Geometries) -> None:
        """Take some rows more."""
        for _, polygons in _portions(wkb, self._simplify, self._rows, self._noticed):
            self._packer.add(polygons)
        self.kinds.update(seen_kinds(wkb))
        self._rows += len(wkb)

    def outlines(self) -> tuple[PackedOutlines, list[pd.DataFrame]]:
        """All rows, and what had to be changed or left out."""
        return self._packer.packed(), self._noticed.notes()


Packing = Callable[[int], PackedWkb] | None
"""Begins to pack the outlines of a layer, told how many rows it has about; None where they are not packed."""


def _portions(
    wkb: Geometries, simplify: Simplify | None, first_row: int, noticed: Noticed
) -> Iterator[tuple[slice, Geometries]]:
    """Polygons of some rows after the others; a call lets no other thread work, so a window would stand still."""
    for first in range(0, len(wkb), _ROWS_PER_CALL):
        part = slice(first, first + _ROWS_PER_CALL)
        yield part, _polygons(wkb[part], simplify, first_row + first, noticed)


def _polygons(wkb: Geometries, simplify: Simplify | None, first_row: int, noticed: Noticed) -> Geometries:
    kinds, has_z, has_m = _kinds(wkb)
    present = kinds >= 0
    odd = present & (has_m | ~np.isin(kinds, list(_PLAIN_TYPES)))
    if odd.any():
        wkb = wkb.copy()
        for row in np.flatnonzero(odd):
            wkb[row] = simplify(wkb[row]) if simplify is not None else None
        noticed.count("GEOMETRY_CURVES_LINEARISED", int(np.isin(kinds, list(_CURVED_TYPES)).sum()))
    noticed.count("GEOMETRY_Z_DROPPED", int(has_z.sum()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    return _flat_polygons(geometry, ~present, first_row, noticed)


def _flat_polygons(
    geometry: Geometries, is_null: npt.NDArray[np.bool_], first_row: int, noticed: Noticed
) -> Geometries:
    """The same for geometries that are already made; ``is_null`` marks rows without one in the source."""
    geometry = np.array(geometry, dtype=object)
    unreadable = shapely.is_missing(geometry) & ~is_null
    with_z = shapely.has_z(geometry)
    geometry[with_z] = shapely.force_2d(geometry[with_z])
    empty = ~shapely.is_missing(geometry) & shapely.is_empty(geometry)
    geometry[empty] = None
    collections = np.flatnonzero(shapely.get_type_id(geometry) == _COLLECTION)
    for row in collections:
        geometry[row] = _polygon_parts(geometry[row])
    kinds = shapely.get_type_id(geometry)
    other = (kinds != _POLYGON) & (kinds != _MULTIPOLYGON) & ~is_null & ~unreadable & ~empty
    geometry[other] = None
    short = _with_a_short_ring(geometry)
    geometry[short] = None
    unreadable |= short
    noticed.count("GEOMETRY_COLLECTION_PARTS", len(collections))
    for code, which in (
        ("GEOMETRY_NULL", is_null),
        ("GEOMETRY_UNREADABLE", unreadable),
        ("GEOMETRY_EMPTY", empty),
        ("GEOMETRY_NOT_POLYGON", other),
    ):
        noticed.rows(code, which, first_row)
    return geometry


def _with_a_short_ring(geometry: Geometries) -> npt.NDArray[np.bool_]:
    """Rows with a ring of three vertices, there and back: GEOS reads it and then fails in other places over it."""
    found = np.zeros(len(geometry), dtype=bool)
    parts, row = shapely.get_parts(geometry, return_index=True)
    pierced = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    rings, owner = shapely.get_rings(parts[pierced], return_index=True)
    for outlines, rows in ((parts, row), (rings, row[pierced][owner])):
        vertices = shapely.get_num_coordinates(outlines)
        found[rows[(vertices > 0) & (vertices < _FEWEST_VERTICES)]] = True
    return found


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


def seen_kinds(wkb: Geometries) -> set[int]:
    """Flat OGR type codes that occur; -1 for NULL."""
    return set(np.unique(_kinds(wkb)[0]).tolist()) if len(wkb) else set()


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
    has_z = ((code & 0x80000000) != 0) | np.isin(dimension, (_Z, _ZM))
    has_m = ((code & 0x40000000) != 0) | np.isin(dimension, (_M, _ZM))
    kinds = np.where(dimension <= _ZM, iso % 1000, 0)
    kinds[null] = -1
    return kinds, has_z & ~null, has_m & ~null
