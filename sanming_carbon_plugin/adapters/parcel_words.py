"""What the parts of the parcel card are made of: the rows of one stand, and sections of named lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from .crs import is_geographic, metres_per_unit
from .stand_rows import StandRows, plain
from .words import word

_WKT = """
SELECT s.definition FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
WHERE g.table_name = 'stands'
"""
_RUN = "SELECT ended, plugin_version FROM run LIMIT 1"
_LENGTH_OF_DAY = len("YYYY-MM-DD")


@dataclass(frozen=True)
class Line:
    """One named line of a section; ``note`` says more about the value."""

    label: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the card."""

    name: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ParcelRow:
    """The rows of one stand in the tables of a result, joined.

    Attributes
    ----------
    values
        By column; None where unknown.
    geometry
        Its polygon in the CRS of the result.
    crs_wkt
        That CRS, empty where undefined.
    day, version, name
        Of the run that wrote the result, and of its file.
    """

    values: Mapping[str, Any]
    geometry: shapely.Geometry | None
    crs_wkt: str
    day: str
    version: str
    name: str

    @property
    def is_bamboo(self) -> bool:
        """Whether the stand has the age groups of bamboo."""
        return self.values.get("species_group") == "bamboo"

    def number(self, name: str) -> float | None:
        """A number, None where it is unknown."""
        value = self.values.get(name)
        return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None

    def planar_area_ha(self) -> float | None:
        """Area in the plane of a projected CRS; None in degrees, where a plane has none."""
        if self.geometry is None or not self.crs_wkt or is_geographic(self.crs_wkt):
            return None
        side_m = metres_per_unit(self.crs_wkt)
        return float(self.geometry.area) * side_m * side_m / 10_000.0

    def run_text(self, language: str) -> str:
        """From which run the card is."""
        return word("card", "run", language).format(day=self.day, version=self.version, name=self.name)


def parcel_row(rows: StandRows) -> ParcelRow:
    """All that the tables of a result hold about a stand."""
    values = {name: plain(value[0]) for name, value in (*rows.stands.items(), *rows.facts.items())}
    wkt = rows.database.execute(_WKT).fetchone()
    run = rows.database.execute(_RUN).fetchone() or ("", "")
    return ParcelRow(
        values=values,
        geometry=rows.geometry,
        crs_wkt=str(wkt[0]) if wkt is not None and str(wkt[0]).lower() != "undefined" else "",
        day=str(run[0] or "–")[:_LENGTH_OF_DAY],
        version=str(run[1] or "–"),
        name=rows.path.name,
    )
