"""What is known of one stand, in words: for its own sheet, for the web map and for the work design."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..fact_words import fact_name, fact_text
from ..words import word
from .class_areas import Row

_HEADS = {"en": ("Stand", "Value"), "zh": ("项目", "内容")}
STAND_COLUMNS = (
    "stand_key", "area_ha", "area_mu", "land_class", "species_group", "composition", "origin", "age_yr", "age_group",
    "closure", "dbh_cm", "height_m", "volume_m3_ha", "stems_per_ha", "slope_deg_mean", "carbon_tc_ha", "stock_tco2e",
    "sink_tco2e_yr", "measure", "pine_technique", "reserve_mode", "ticket", "decided",
)  # fmt: skip
"""What a sheet of one stand tells, in this order, where the result has it."""

KINDS = {
    "species_group": "species_group", "origin": "origin", "measure": "measure", "pine_technique": "pine_technique",
    "reserve_mode": "reserve_mode", "ticket": "ticket_outcome", "pine_transform": "outcome",
    "reserve_forest": "outcome", "sink_basis": "sink_basis",
}  # fmt: skip
"""Columns whose codes are told in words, and the kind of word."""

_NONE_IF_EMPTY = ("measure", "pine_technique", "reserve_mode", "decided")
"""Columns whose empty cells mean that there is none, not that it is unknown."""

DECIDED_BY = {
    "measure": ("pine_transform", "reserve_forest"), "pine_technique": ("pine_transform",),
    "reserve_mode": ("reserve_forest",),
}  # fmt: skip
"""Unless one of these is undecided: then so is whether there is one, as on the map."""

_DECIMALS = {
    "area_ha": 2, "area_mu": 1, "closure": 2, "dbh_cm": 1, "height_m": 1, "age_yr": 0, "stems_per_ha": 0,
    "slope_deg_mean": 1, "soil_depth_cm": 0, "stock_tco2e": 1, "sink_tco2e_yr": 2, "volume_m3_ha": 1, "carbon_tc_ha": 1,
}  # fmt: skip


def stand_rows(stand: Mapping[str, object], language: str) -> list[Row]:
    """Head and one row for each figure of a stand; what is not known says so."""
    rows: list[Row] = [_HEADS[language]]
    rows += [
        (figure_name(name, language), figure_text(name, stand, language)) for name in STAND_COLUMNS if name in stand
    ]
    return rows


def figure_name(name: str, language: str) -> str:
    """What a figure of a stand is called."""
    text = word("report" if name == "decided" else "column", name, language)
    return fact_name(name.removesuffix("_mean"), language) if text == name else text


def figure_text(name: str, stand: Mapping[str, object], language: str) -> str:
    """One figure of a stand in words; ``unknown`` where it is not known."""
    value = stand[name]
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        if name in _NONE_IF_EMPTY:
            undecided = "unknown" in {stand.get(other) for other in DECIDED_BY.get(name, ())}
            return word("outcome", "unknown", language) if undecided else "–"
        return word("report", "unknown", language)
    if name == "age_group":
        kind = "bamboo_age_group" if stand.get("species_group") == "bamboo" else "age_group"
        return word(kind, value, language)
    if name in KINDS or name == "decided":
        kind, between = KINDS.get(name, "column"), "、" if language == "zh" else ", "
        return between.join(word(kind, each, language) for each in str(value).split(";"))
    if isinstance(value, (int, float)):
        return "{:,.{}f}".format(float(value), _DECIMALS.get(name, 2))
    return fact_text(name, value, language)
