"""Who has credited ground of a stand already: the parcels that lie on it, found by their index."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date

import shapely

from ..core.fieldwork.values import iso_date
from .fact_words import percent
from .geopackage_blobs import geometry_from_blobs
from .parcel_words import Line
from .words import word

_NAMES = "SELECT name FROM sqlite_master WHERE name IN ('credited_parcels', 'rtree_credited_parcels_geom')"
_LAYER_AND_INDEX = 2
_PARCELS = """
SELECT geom, scheme, scheme_id, period_start, period_end FROM credited_parcels
WHERE fid IN (SELECT id FROM rtree_credited_parcels_geom
              WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?)
ORDER BY fid
"""
_OPTIONS = "SELECT options FROM run LIMIT 1"
_TOUCHING = 1e-9


@dataclass(frozen=True)
class CreditedPart:
    """A credited parcel on a stand.

    Attributes
    ----------
    scheme, scheme_id, start, end
        As the layer of credited parcels says; None where it does not.
    share
        Of the stand's area that lies on the parcel, 0 to 1.
    in_period
        Whether its days meet the monitoring period; None where that is not known.
    """

    scheme: str | None
    scheme_id: str | None
    start: str | None
    end: str | None
    share: float
    in_period: bool | None

    def line(self, language: str) -> Line:
        """The parcel in words."""
        unknown = word("card", "not_stated", language)
        scheme = unknown if self.scheme is None else word("scheme", self.scheme, language)
        named = " ".join(part for part in (scheme, self.scheme_id) if part)
        days = "{} – {}".format(self.start or unknown, self.end or unknown)
        text = "{}{} {}".format(named, "，" if language == "zh" else ",", days)
        note = word("card", "of_the_area", language).format(share=percent(self.share, language))
        if self.in_period is False:
            note += ("；" if language == "zh" else "; ") + word("card", "other_days", language)
        return Line(word("card", "credited_by", language), text, note)


def credited_parts(database: sqlite3.Connection, geometry: shapely.Geometry | None) -> tuple[CreditedPart, ...]:
    """The credited parcels on a stand of an open result, the largest part first; none where nobody looked for any."""
    if geometry is None or geometry.is_empty:
        return ()
    west, south, east, north = geometry.bounds
    if len(database.execute(_NAMES).fetchall()) < _LAYER_AND_INDEX:
        return ()
    rows = database.execute(_PARCELS, (east, west, north, south)).fetchall()
    period = _period((database.execute(_OPTIONS).fetchone() or ("",))[0]) if rows else None
    ground = shapely.make_valid(geometry)
    parts = []
    for outline, (scheme, scheme_id, start, end) in zip(
        geometry_from_blobs([row[0] for row in rows]), (row[1:] for row in rows), strict=True
    ):
        if outline is None or ground.area == 0.0:
            continue
        share = shapely.intersection(ground, shapely.make_valid(outline)).area / ground.area
        if share > _TOUCHING:
            parts.append(CreditedPart(scheme, scheme_id, start, end, min(share, 1.0), _meets(start, end, period)))
    return tuple(sorted(parts, key=lambda part: -part.share))


def _period(options: object) -> tuple[str, str] | None:
    """First and last day of the monitoring period, as the run was asked; None where it had none."""
    try:
        asked = json.loads(str(options)).get("period")
        start, end = (date.fromisoformat(day).isoformat() for day in str(asked).split("/"))
    except (ValueError, AttributeError):
        return None
    return start, end


def _meets(start: str | None, end: str | None, period: tuple[str, str] | None) -> bool | None:
    if period is None:
        return None
    # A day that is not stated leaves that end open.
    first, last = iso_date(start or "") or period[0], iso_date(end or "") or period[1]
    return first <= period[1] and last >= period[0]
