"""Measured numbers of a stand: area, age, closure, diameter, height, stock, stems."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import MU_PER_HECTARE
from .cells import read_numbers
from .checks.attributes import TREELESS
from .keys import ONE_OF_SEVERAL
from .source import Source
from .unit_choice import area_in_hectares, closure_as_fraction, tenths_of

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_AREA_UNITS = {"ha": "AREA_IN_HECTARES", "mu": "AREA_IN_MU", "m2": "AREA_IN_SQUARE_METRES"}
_CLOSURE_UNITS = {"percent": "CLOSURE_IN_PERCENT", "tenths": "CLOSURE_IN_TENTHS"}
_TENTHS = {"dbh": "DBH_IN_MILLIMETRES", "height": "HEIGHT_IN_DECIMETRES"}
_PERCENT = 100.0
_SOIL_CLASSES = (1.0, 2.0, 3.0)
_STEMS, _CULMS = ("stems", "stems_per_mu"), "bamboo_culms_per_ha"
_BESIDE = {
    _CULMS: ("bamboo_culms", "bamboo_culms_per_mu", "bamboo_culms_stand", "bamboo_culms_hundreds"),
    "scattered_volume_m3_ha": ("scattered_volume", "scattered_volume_per_mu", "scattered_stand_volume"),
    "roadside_volume_m3_ha": ("roadside_stand_volume",),
}
"""Columns of what is counted beside the trees, and the roles they come from, the first known one."""

_PER_MU, _HUNDREDS, _WHOLE_STAND = "/mu", "100 n", ("n", "100 n", "m3")


def read_measures(source: Source, area_ha: Floats, land_class: Texts) -> dict[str, npt.NDArray[Any]]:
    """Numbers of the facts table, in its units; NaN where unknown, impossible or not a number.

    A layer that counts bamboo in no column but its own says so by ``culms_from``.

    Parameters
    ----------
    source
        Layer, roles, tables and the notebook of doubts.
    area_ha
        Area on the ellipsoid in ha.
    land_class
        Land class of each stand, None where unknown.
    """
    recorded_ha = _area(source, area_ha)
    volume = _volume(source, area_ha, recorded_ha)
    facts = {
        "area_attr_ha": recorded_ha,
        "age_yr": _numbers(source, "age"),
        "closure": _closure(source),
        "dbh_cm": _tenths(source, "dbh", "dbh_tenths_median_cm", ("cm", "mm")),
        "height_m": _tenths(source, "height", "height_tenths_median_m", ("m", "dm")),
        "volume_m3_ha": volume,
        "stems_per_ha": _per_hectare(source, *_STEMS),
        "basal_area_m2_ha": _numbers(source, "basal_area"),
        "soil_depth_cm": _soil_depth(source),
        "planting_year": _numbers(source, "planting_year"),
        "dead_tree_rate": _dead_tree_rate(source),
    }
    for role, column in (
        ("age", "age_yr"),
        ("closure", "closure"),
        ("dbh", "dbh_cm"),
        ("height", "height_m"),
        ("stems", "stems_per_ha"),
    ):
        facts[column] = _without_impossible_zero(source, role, facts[column], volume)
    facts["closure"] = _closure_of_trees(source, facts["closure"], facts["dbh_cm"], land_class)
    facts |= _beside_the_trees(source, area_ha, recorded_ha)
    if _CULMS in facts and not any(source.name(role) for role in _STEMS):
        return facts | {"culms_from": np.full(len(area_ha), _CULMS, dtype=object)}
    return facts


def _raw(source: Source, role: str) -> Floats:
    """Numbers as written; what is no number goes to the list of issues."""
    column = source.column(role)
    if column is None:
        return np.full(len(source.layer), np.nan)
    found = read_numbers(column, source.tables)
    field = source.name(role)
    source.doubts.stands("NOT_A_NUMBER", found.not_number, field, source.written(role))
    source.doubts.counted("NO_DATA_MARKS", found.marks, field)
    source.doubts.counted("THOUSANDS_SEPARATORS", found.thousands, field)
    source.doubts.counted("PERCENT_SIGNS", found.percent, field)
    return found.values


def _in_range(source: Source, role: str, values: Floats) -> Floats:
    """Values in their range; the others are NaN and listed."""
    limits = source.tables.roles[role]
    outside = np.zeros(len(values), dtype=bool)
    if limits.low is not None:
        outside |= values < limits.low
    if limits.high is not None:
        outside |= values > limits.high
    source.doubts.stands(
        "VALUE_OUT_OF_RANGE", outside, source.name(role), source.written(role), low=limits.low, high=limits.high
    )
    return np.where(outside, np.nan, values)


def _numbers(source: Source, role: str) -> Floats:
    return _in_range(source, role, _raw(source, role))


def _area(source: Source, area_ha: Floats) -> Floats:
    """Recorded area in ha: the unit is found by comparing with the geometry."""
    raw = _raw(source, "area")
    settings = source.tables.settings
    found = area_in_hectares(
        raw,
        area_ha,
        settings["unit_agreement"],
        settings["unit_ratio_factor"],
        source.mapping.decisions.get("area_unit"),
    )
    if source.name("area") is None or not np.isfinite(raw).any():
        return raw
    if found.unit is None:
        source.doubts.layer("AREA_UNIT_OPEN", source.name("area"))
    else:
        source.doubts.counted(_AREA_UNITS[found.unit], int(np.isfinite(raw).sum()), source.name("area"))
    return _in_range(source, "area", found.values)


def _closure(source: Source) -> Floats:
    raw = _raw(source, "closure")
    settings = source.tables.settings
    found = closure_as_fraction(
        raw, settings["fraction_share"], settings["percent_median"], source.mapping.decisions.get("closure_unit")
    )
    if found.unit in _CLOSURE_UNITS:
        _say_unit(source, "closure", _CLOSURE_UNITS[found.unit], raw)
    source.doubts.stands("CLOSURE_UNIT_UNCLEAR", found.doubtful, source.name("closure"), source.written("closure"))
    return _in_range(source, "closure", found.values)


def _dead_tree_rate(source: Source) -> Floats:
    """Share of dead trees, 0 to 1; a column that goes beyond 1 is in percent as a whole."""
    raw = _raw(source, "dead_tree_rate")
    if np.nanmax(raw, initial=0.0) > 1:
        _say_unit(source, "dead_tree_rate", "DEAD_TREES_IN_PERCENT", raw)
        raw = raw / _PERCENT
    return _in_range(source, "dead_tree_rate", raw)


def _tenths(source: Source, role: str, limit: str, names: tuple[str, str]) -> Floats:
    raw = _raw(source, role)
    found = tenths_of(raw, source.tables.settings[limit], names, source.mapping.decisions.get(f"{role}_unit"))
    if found.unit == names[1]:
        _say_unit(source, role, _TENTHS[role], raw)
    return _in_range(source, role, found.values)


def _say_unit(source: Source, role: str, code: str, raw: Floats) -> None:
    source.doubts.counted(code, int(np.isfinite(raw).sum()), source.name(role))


def _per_hectare(source: Source, role: str, role_per_mu: str) -> Floats:
    """Amount per ha; from the amount per 亩 where the layer has that instead."""
    values = _numbers(source, role)
    if source.name(role_per_mu) is None:
        return values
    from_mu = _numbers(source, role_per_mu) * MU_PER_HECTARE
    used = np.isnan(values) & np.isfinite(from_mu)
    source.doubts.counted("PER_MU_TO_PER_HA", int(used.sum()), source.name(role_per_mu))
    return np.where(used, from_mu, values)


def _volume(source: Source, area_ha: Floats, recorded_ha: Floats) -> Floats:
    """Stock in m³/ha; from m³ per 亩, else from the stock of the stand and its area on the ellipsoid."""
    values = _per_hectare(source, "volume", "volume_per_mu")
    if source.name("stand_volume") is None:
        return values
    total = np.where(np.isnan(values), _numbers(source, "stand_volume"), np.nan)
    from_total = _of_whole_stand(source, "stand_volume", total, area_ha, recorded_ha)
    used = np.isnan(values) & np.isfinite(from_total)
    source.doubts.counted("VOLUME_FROM_STAND_TOTAL", int(used.sum()), source.name("stand_volume"))
    return np.where(used, from_total, values)


def _of_whole_stand(source: Source, role: str, total: Floats, area_ha: Floats, recorded_ha: Floats) -> Floats:
    """Amount per ha of an amount for the whole stand; rows of one number with the very same amount hold it together.

    Who cuts a stand on the screen, or draws it in parts, copies its record: each part would hold all of it. Where the
    recorded area is not that of the outlines, the amount is that of another ground, so that it stays unknown here.
    """
    stand = pd.Series(source.doubts.keys, dtype=object).str.replace(ONE_OF_SEVERAL, "", regex=True)
    alone = np.where(pd.isna(source.text("stand_no")), np.arange(len(total)), -1)
    parts = pd.DataFrame({"stand": stand, "alone": alone, "total": total, "area": area_ha})
    together = parts.groupby(["stand", "alone", "total"], sort=False, dropna=False)["area"]
    several = (total > 0.0) & (together.transform("size") > 1).to_numpy()
    ground = np.where(several, together.transform("sum", min_count=1).to_numpy(), area_ha)
    source.doubts.counted("TOTAL_HELD_BY_PARTS", int(several.sum()), source.name(role))
    settings = source.tables.settings
    tolerance = np.maximum(settings["area_attribute_tolerance"] * ground, settings["area_attribute_tolerance_ha"])
    other = (total > 0.0) & (np.abs(recorded_ha - ground) > tolerance)
    source.doubts.stands("TOTAL_OF_OTHER_AREA", other, source.name(role), source.written(role))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((ground > 0) & ~other, total / ground, np.nan)


def _beside_the_trees(source: Source, area_ha: Floats, recorded_ha: Floats) -> dict[str, Floats]:
    """Bamboo among the trees, scattered and roadside trees per ha; only what the layer has a column of."""
    found: dict[str, Floats] = {}
    for column, roles in _BESIDE.items():
        for role in roles:
            if source.name(role) is None:
                continue
            known = found.get(column, np.full(len(area_ha), np.nan))
            values, code = _by_unit(source, role, area_ha, recorded_ha)
            used = np.isnan(known) & np.isfinite(values)
            if code is not None:
                source.doubts.counted(code, int(used.sum()), source.name(role))
            found[column] = np.where(used, values, known)
    return found


def _by_unit(source: Source, role: str, area_ha: Floats, recorded_ha: Floats) -> tuple[Floats, str | None]:
    """Amount per ha from the unit of the role, and what to tell about it.

    Survey cards count scattered trees and bamboo for the whole stand: that is divided by its area on the ellipsoid.
    """
    values, unit = _numbers(source, role), source.tables.roles[role].unit
    if unit.endswith(_PER_MU):
        return values * MU_PER_HECTARE, "PER_MU_TO_PER_HA"
    if unit not in _WHOLE_STAND:
        return values, None
    amount = values * (100.0 if unit == _HUNDREDS else 1.0)
    return _of_whole_stand(source, role, amount, area_ha, recorded_ha), "PER_STAND_TO_PER_HA"


def _soil_depth(source: Source) -> Floats:
    """Soil depth in cm; a column of classes 1 to 3 (thick, medium, thin) has no depth in cm."""
    values = _numbers(source, "soil_depth")
    known = values[np.isfinite(values)]
    if len(known) and np.isin(known, _SOIL_CLASSES).all():
        source.doubts.counted("SOIL_DEPTH_AS_CLASS", len(known), source.name("soil_depth"))
        return np.full(len(values), np.nan)
    return values


def _without_impossible_zero(source: Source, role: str, values: Floats, volume_m3_ha: Floats) -> Floats:
    """A zero beside a standing stock was not measured: unknown."""
    impossible = (values == 0) & (volume_m3_ha > 0)
    source.doubts.stands("ZERO_BESIDE_STOCK", impossible, source.name(role), source.written(role))
    return np.where(impossible, np.nan, values)


def _closure_of_trees(source: Source, closure: Floats, dbh_cm: Floats, land_class: Texts) -> Floats:
    """A closure of 0 beside callipered trees is an empty field, but on land that carries no stand (any more)."""
    callipered = dbh_cm >= source.tables.settings["callipered_dbh_cm"]
    impossible = (closure == 0) & callipered & ~np.isin(land_class.astype(str), TREELESS)
    source.doubts.stands("CLOSURE_ZERO_BESIDE_TREES", impossible, source.name("closure"), source.written("closure"))
    return np.where(impossible, np.nan, closure)
