"""Reflectance of the numbers that a scene stores: scale and offset, stated or seen in the cells themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue
from .boundary import FloatArray
from .indices import RoleBand
from .recipe_entries import SceneEntry

_SAMPLES = (0.2, 0.4, 0.6, 0.8)
_CELLS_PER_SAMPLE = 200_000

SUBTRACTED, REMOVED_BEFORE, UNSURE = (
    "SENTINEL2_OFFSET_SUBTRACTED", "SENTINEL2_OFFSET_REMOVED_BEFORE", "SENTINEL2_OFFSET_UNSURE"
)  # fmt: skip
_OTHERWISE = "SENTINEL2_OFFSET_OTHERWISE"


@dataclass(frozen=True)
class Scaling:
    """Reflectance = (number + offset) × scale, and what is to be told of how that was found."""

    scale: float
    offset: float
    issues: pd.DataFrame


def with_scaling(
    roles: Mapping[str, RoleBand],
    entry: SceneEntry,
    sensor: Mapping[str, Any],
    terms: Mapping[str, Any],
    *,
    in_ratios: bool,
) -> tuple[dict[str, RoleBand], pd.DataFrame]:
    """Bands with scale and offset: the recipe's, else what the cells show, else the sensor's.

    Parameters
    ----------
    roles
        Band of each role.
    entry
        What the recipe says.
    sensor
        Row of the table of sensors.
    terms
        What reflectances look like: ``lowest``, ``highest`` and the ``share`` of cells that may lie beyond;
        ``stored_below`` no product stores its numbers; below ``stated_scale_below`` an offset under 1 is a reflectance.
    in_ratios
        Whether all that is asked of the scene stays the same when its numbers are multiplied.

    Notes
    -----
    Sentinel-2 numbers carry 1000 more since 25 January 2022, unless the provider took it off. Uncorrected, an NDVI
    of 0.84 reads 0.55. Whether it is still there is seen from the darkest cells and told in any case; scenes of
    earlier days carry it where they were processed anew.
    """
    plain = in_ratios and sensor["scale"] == 1 and "later_offset" not in sensor
    numbers = {} if plain else sampled(roles)
    found = _scaling(numbers, entry, sensor, terms)
    issues = [found.issues]
    if not (in_ratios and found.offset == 0) and _OTHERWISE not in set(found.issues["code"]):
        issues.append(_unlikely(numbers, found, terms, entry.raster))
    scaled = {role: replace(band, scale=found.scale, offset=found.offset) for role, band in roles.items()}
    return scaled, join_issues(issues)


def _scaling(
    numbers: Mapping[str, FloatArray], entry: SceneEntry, sensor: Mapping[str, Any], terms: Mapping[str, Any]
) -> Scaling:
    usual = float(sensor["scale"])
    scale = usual if entry.scale is None else entry.scale
    own_offset, issues = float(sensor["offset"]), []
    if entry.scale is None and entry.offset is None and usual != 1 and _below(numbers, terms["stored_below"]):
        # The numbers were multiplied before; an offset that is still in them was multiplied with them.
        scale, own_offset = 1.0, 0.0
        issues.append(layer_issue("SCENE_REFLECTANCE_STORED", entry.raster, scale))
    unit = usual / scale
    later = sensor.get("later_offset")
    if entry.offset is not None:
        offset = entry.offset
        if 0 < abs(offset) < 1 and scale < terms["stated_scale_below"]:
            # As the guides write it: number x scale + offset.
            offset = offset / scale
            issues.append(layer_issue("SCENE_OFFSET_OF_REFLECTANCE", entry.raster, entry.offset, number=offset))
        if later is not None:
            issues.append(_stated_otherwise(numbers, entry, offset, later, unit))
        return Scaling(scale, offset, join_issues(issues))
    if later is None:
        return Scaling(scale, own_offset, join_issues(issues))
    offset, code = offset_seen(_first(numbers, later["seen_in"]) / unit, later, entry.date)
    if code is not None:
        issues.append(layer_issue(code, entry.raster, offset * unit, date=entry.date or "?"))
    return Scaling(scale, offset * unit, join_issues(issues))


def offset_seen(numbers: FloatArray, later: Mapping[str, Any], date: str = "") -> tuple[float, str | None]:
    """Offset of a Sentinel-2 scene from its darkest cells, and the code of what is to be told.

    Parameters
    ----------
    numbers
        Some cells of a visible band as the product stores them.
    later
        The offset, and by what it is seen: ``dark_number`` and ``dark_share``, ``below_share``,
        ``bright_quantile`` and ``bright_number``.
    date
        ``YYYY-MM-DD``, empty where unknown.

    Returns
    -------
    offset, code
        Where the cells do not tell, the offset of the date. No code for a scene of earlier days without it.
    """
    offset = float(later["offset"])
    is_earlier = bool(date) and date < later["from"]
    by_date = 0.0 if is_earlier or not (date or len(numbers)) else offset
    if not len(numbers):
        return by_date, UNSURE
    below = float(np.mean(numbers < -offset))
    # With the offset, numbers below it are slightly negative reflectances of water and shade: few, and near to it.
    if np.mean(numbers < later["dark_number"]) > later["dark_share"] or below > later["below_share"]:
        return 0.0, None if is_earlier else REMOVED_BEFORE
    is_bright = np.quantile(numbers, later["bright_quantile"]) > later["bright_number"]
    if is_bright or below > later["dark_share"]:
        return by_date, UNSURE
    return offset, UNSURE if is_earlier else SUBTRACTED


def sampled(roles: Mapping[str, RoleBand]) -> dict[str, FloatArray]:
    """Valid numbers of some rows spread over the image, by role."""
    parts: dict[str, list[FloatArray]] = {role: [] for role in roles}
    for reader in {id(band.reader): band.reader for band in roles.values()}.values():
        step, height = reader.row_step, reader.grid.height
        for first in sorted({int(height * share) // step * step for share in _SAMPLES}):
            values, valid = reader.read_rows(first, min(step, height - first))
            known = np.broadcast_to(valid, values.shape)
            for role, band in roles.items():
                if band.reader is reader:
                    cells = values[band.band][known[band.band]]
                    parts[role].append(cells[:: len(cells) // _CELLS_PER_SAMPLE + 1].astype(np.float64))
    return {role: np.concatenate(found) for role, found in parts.items()}


def _below(numbers: Mapping[str, FloatArray], limit: float) -> bool:
    """Whether nearly all numbers are as small as reflectances."""
    known = [cells for cells in numbers.values() if len(cells)]
    return bool(known) and all(np.quantile(cells, 0.99) <= limit for cells in known)


def _stated_otherwise(
    numbers: Mapping[str, FloatArray], entry: SceneEntry, offset: float, later: Mapping[str, Any], unit: float
) -> pd.DataFrame:
    """A doubt where the cells show clearly that the recipe states the wrong offset."""
    seen, code = offset_seen(_first(numbers, later["seen_in"]) / unit, later)
    if code == UNSURE or abs(offset - seen * unit) <= abs(later["offset"]) * unit / 2:
        return join_issues([])
    return layer_issue(_OTHERWISE, entry.raster, offset, seen=seen * unit)


def _first(numbers: Mapping[str, FloatArray], roles: Iterable[str]) -> FloatArray:
    """Numbers of the first role that the scene has."""
    return next((numbers[role] for role in roles if role in numbers), np.empty(0))


def _unlikely(numbers: Mapping[str, FloatArray], found: Scaling, terms: Mapping[str, Any], name: str) -> pd.DataFrame:
    """A doubt where many cells are no reflectances with this scale and offset."""
    shares = {}
    for role, cells in numbers.items():
        if len(cells):
            reflectance = (cells + found.offset) * found.scale
            beyond = (reflectance < terms["lowest"]) | (reflectance > terms["highest"])
            shares[role] = float(beyond.mean())
    worst = max(shares, key=lambda role: shares[role], default=None)
    if worst is None or shares[worst] <= terms["share"]:
        return join_issues([])
    return layer_issue(
        "SCENE_REFLECTANCE_UNLIKELY", name, shares[worst], role=worst, scale=found.scale, offset=round(found.offset, 6)
    )
