"""Which stand of a result lies at a place, and which one comes before and after it; by index, never by a full scan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path

import shapely

from .geopackage_blobs import geometry_from_blobs
from .geopackage_rows import opened

_AT = """
SELECT s.fid, s.stand_key, s.geom FROM stands s
WHERE s.fid IN (SELECT id FROM rtree_stands_geom WHERE minx <= :x AND maxx >= :x AND miny <= :y AND maxy >= :y)
ORDER BY s.fid
"""
_KEY = "SELECT stand_key FROM stands WHERE fid = ?"
_ROW = "SELECT fid FROM stands WHERE stand_key = ?"
_GEOMETRY = "SELECT geom FROM stands WHERE stand_key = ?"
_NEXT = "SELECT fid, stand_key FROM stands WHERE fid > ? ORDER BY fid LIMIT 1"
_BEFORE = "SELECT fid, stand_key FROM stands WHERE fid < ? ORDER BY fid DESC LIMIT 1"
_COUNT = "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'stands'"
_LAST = "SELECT max(fid) FROM stands"


def stands_at(result: Path, x: float, y: float) -> list[str]:
    """Keys of the stands that cover a point given in the CRS of the result; several where stands overlap.

    Raises
    ------
    InputError
        Where the file is no result.
    """
    point = shapely.Point(x, y)
    with opened(result) as database:
        found = [row[1:] for row in database.execute(_AT, {"x": x, "y": y})]
    polygons = geometry_from_blobs([blob for _, blob in found])
    return [str(key) for (key, _), polygon in zip(found, polygons, strict=True) if shapely.intersects(polygon, point)]


def outline(result: Path, stand_key: str) -> shapely.Geometry | None:
    """Polygon of a stand; None where it has none or is not there."""
    with opened(result) as database:
        row = database.execute(_GEOMETRY, (stand_key,)).fetchone()
    return None if row is None or row[0] is None else geometry_from_blobs([row[0]])[0]


def key_of_row(result: Path, row: int) -> str | None:
    """Key of the stand with this number of the layer."""
    with opened(result) as database:
        found = database.execute(_KEY, (row,)).fetchone()
    return None if found is None else str(found[0])


def row_of_key(result: Path, stand_key: str) -> int | None:
    """Number in the layer of a stand."""
    with opened(result) as database:
        found = database.execute(_ROW, (stand_key,)).fetchone()
    return None if found is None else int(found[0])


def neighbour(result: Path, stand_key: str, step: int) -> str | None:
    """The stand after (``step`` 1) or before (−1) this one in the order of the layer; None at the end."""
    with opened(result) as database:
        here = database.execute(_ROW, (stand_key,)).fetchone()
        if here is None:
            return None
        found = database.execute(_NEXT if step > 0 else _BEFORE, here).fetchone()
    return None if found is None else str(found[1])


def position(result: Path, stand_key: str) -> tuple[int, int] | None:
    """Which one of how many it is; None where the numbers of the layer have gaps and counting would take long."""
    with opened(result) as database:
        here = database.execute(_ROW, (stand_key,)).fetchone()
        count = database.execute(_COUNT).fetchone()
        last = database.execute(_LAST).fetchone()
    if here is None or count is None or count[0] != last[0]:
        return None
    return int(here[0]), int(count[0])


def chosen_neighbour(rows: Sequence[int], here: int | None, step: int) -> int | None:
    """The row after or before ``here`` among chosen rows in ascending order; the first one where ``here`` is none."""
    if not rows:
        return None
    if here is None:
        return rows[0]
    place = bisect_right(rows, here) if step > 0 else bisect_left(rows, here) - 1
    return rows[place] if 0 <= place < len(rows) else None
