"""Whether the recorded area, the area on the map and the area on the ellipsoid agree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...units import hectares_from_square_metres
from .findings import Findings

Floats = npt.NDArray[np.float64]

_GEOGRAPHIC = ("GEOGCRS", "GEOGCS", "GEODCRS", "GEODETICCRS", "GEOGRAPHICCRS")
_MOST = 0.5


def check_areas(
    facts: pd.DataFrame, planar_area: Floats, crs_wkt: str | None, settings: Mapping[str, float], findings: Findings
) -> None:
    """Differences from the ellipsoid beyond the tolerances.

    Parameters
    ----------
    facts
        With ``area_ha`` and ``area_attr_ha``.
    planar_area
        Area of each stand in square units of the CRS (m² where it is projected).
    crs_wkt
        CRS of the layer; nothing is planar in a geographic one.
    settings, findings
        Thresholds; takes the rows.
    """
    true_ha = facts["area_ha"].to_numpy(dtype=np.float64)
    recorded_ha = facts["area_attr_ha"].to_numpy(dtype=np.float64)
    off_by = np.abs(recorded_ha - true_ha)
    wrong = off_by > np.maximum(settings["area_attribute_tolerance"] * true_ha, settings["area_attribute_tolerance_ha"])
    findings.add("AREA_DISAGREES", wrong, "area_attr_ha", recorded_ha)
    if crs_wkt is None or crs_wkt.lstrip().upper().startswith(_GEOGRAPHIC):
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        stretch = hectares_from_square_metres(planar_area) / true_ha
    known = np.isfinite(stretch)
    far = known & (np.abs(stretch - 1.0) > settings["area_planar_tolerance"])
    if known.any() and far.sum() > _MOST * known.sum():
        middle = float(np.median(stretch[known]))
        findings.layer("PROJECTION_STRETCHES_AREA", None, middle, ratio=round(middle, 4))
    else:
        findings.add("AREA_PLANAR_DIFFERS", far, None, np.round(stretch, 5))


def check_zone(
    stand_keys: npt.NDArray[np.object_], longitude_deg: Floats, zone_edges_deg: tuple[float, float]
) -> pd.DataFrame:
    """Stands beyond the edge of the zone of their map projection.

    Parameters
    ----------
    stand_keys
        Keys, length n.
    longitude_deg
        Longitude of a point of each stand, NaN where unknown.
    zone_edges_deg
        West and east edge of the zone; 115.5 and 118.5 for the central meridian of Sanming.
    """
    west, east = zone_edges_deg
    findings = Findings(stand_keys)
    findings.add("OUTSIDE_ZONE", (longitude_deg < west) | (longitude_deg > east), None, np.round(longitude_deg, 4))
    return findings.table()
