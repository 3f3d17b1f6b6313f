"""Whether the recorded area, the area on the map and the area on the ellipsoid agree."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...units import hectares_from_square_metres
from .findings import Findings

Floats = npt.NDArray[np.float64]

_GEOGRAPHIC = ("GEOGCRS", "GEOGCS", "GEODCRS", "GEODETICCRS", "GEOGRAPHICCRS")
_MOST = 0.5
_MERIDIAN = re.compile(r'"(?:Longitude of natural origin|central_meridian)",\s*([-+\d.]+)', re.IGNORECASE)
_THREE_DEGREES = re.compile(r"(?<!\d)3[-_ ]degree", re.IGNORECASE)


def check_areas(
    facts: pd.DataFrame, planar_area: Floats, crs_wkt: str | None, settings: Mapping[str, float], findings: Findings
) -> None:
    """Differences from the ellipsoid beyond the tolerances.

    Parameters
    ----------
    facts
        With ``area_ha`` and ``area_attr_ha``.
    planar_area
        Area of each stand in square units of the CRS (m² where it is projected), NaN without a valid outline.
    crs_wkt
        CRS of the layer; nothing is planar in a geographic one.
    settings, findings
        Thresholds; takes the rows.
    """
    true_ha = facts["area_ha"].to_numpy(dtype=np.float64)
    recorded_ha = facts["area_attr_ha"].to_numpy(dtype=np.float64)
    findings.add("STAND_OFF_THE_EARTH", np.isnan(true_ha) & (planar_area > 0))
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


def zone_edges_deg(crs_wkt: str | None, settings: Mapping[str, float]) -> tuple[float, float] | None:
    """West and east edge of the zone of a transverse Mercator projection; None for any other CRS.

    A projection that calls itself one of 3° zones (EPSG:4527, EPSG:4548 …) has those, any other zones of 6°.
    """
    if crs_wkt is None or "transverse" not in crs_wkt.lower():
        return None
    meridian = _MERIDIAN.search(crs_wkt)
    if meridian is None:
        return None
    narrow = _THREE_DEGREES.search(crs_wkt) is not None
    half = 0.5 * settings["zone_narrow_deg" if narrow else "zone_wide_deg"]
    middle = float(meridian.group(1))
    return middle - half, middle + half


def check_zone(longitude_deg: Floats, crs_wkt: str | None, settings: Mapping[str, float], findings: Findings) -> None:
    """Stands beyond the edge of the zone of their map projection.

    Parameters
    ----------
    longitude_deg
        Longitude of the middle of each stand, NaN where unknown.
    crs_wkt
        CRS of the layer.
    settings, findings
        Widths of the zones; takes the rows.
    """
    edges = zone_edges_deg(crs_wkt, settings)
    if edges is not None:
        west, east = edges
        outside = (longitude_deg < west) | (longitude_deg > east)
        findings.add("OUTSIDE_ZONE", outside, None, np.round(longitude_deg, 4))
