"""What a rule may ask about a stand: the names of the facts, their kinds, ranges and words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NUMBER = "number"
TEXT = "text"


@dataclass(frozen=True)
class KnownField:
    """A fact that conditions may name.

    Attributes
    ----------
    kind
        ``number`` or ``text``.
    low, high
        Smallest and largest value a number can take; a comparison that no value in between could pass is
        refused when a rule file is loaded.
    words
        The words a text field can hold, None where it is free text.
    pattern
        What a free text looks like.
    """

    kind: str
    low: float = float("-inf")
    high: float = float("inf")
    words: frozenset[str] | None = None
    pattern: str = r"[\w .#/:;+()\-]{1,64}"

    def holds_word(self, word: str) -> bool:
        """Whether ``word`` can be a value of this text field."""
        if self.words is not None:
            return word in self.words
        return re.fullmatch(self.pattern, word) is not None


def _number(low: float = 0.0, high: float = float("inf")) -> KnownField:
    return KnownField(NUMBER, low, high)


def _words(words: str) -> KnownField:
    return KnownField(TEXT, words=frozenset(words.split()))


def _text(pattern: str = KnownField.pattern) -> KnownField:
    return KnownField(TEXT, pattern=pattern)


_SHARE = _number(0.0, 1.0)
_SIGNED = KnownField(NUMBER)
_YES_NO = _words("yes no")

_INVENTORY = {
    "county": _text(r"\d{6}"),
    "township": _text(),
    "village": _text(),
    "compartment": _text(),
    "stand_no": _text(),
    "area_ha": _number(),
    "area_mu": _number(),
    "area_attr_ha": _number(),
    "land_class": _words(
        """arbor bamboo sparse special_shrub other_shrub shrub unestablished_plantation unestablished_closure
        nursery cutover burnt other_unstocked temporary_use cleared_for_farming landslide plantable_barren
        plantable_sand plantable_other forest_support cropland pasture water unused built_up mangrove forest_swamp
        shrub_swamp other_forest_land"""
    ),
    "species_code": _text(r"\d{3}"),
    "species_group": _text(r"[a-z][a-z_]{0,39}"),
    "composition": _text(),
    "pine_share": _SHARE,
    "origin": _words("natural planted"),
    "origin_code": _text(r"\d{2}"),
    "age_yr": _number(0.0, 5000.0),
    "age_group": _number(1.0, 5.0),
    "closure": _SHARE,
    "dbh_cm": _number(0.0, 1000.0),
    "height_m": _number(0.0, 150.0),
    "volume_m3_ha": _number(0.0, 5000.0),
    "stems_per_ha": _number(),
    "basal_area_m2_ha": _number(0.0, 1000.0),
    "slope_deg": _number(0.0, 90.0),
    "slope_over_15_share": _SHARE,
    "slope_over_25_share": _SHARE,
    "slope_over_35_share": _SHARE,
    "soil_depth_cm": _number(0.0, 2000.0),
    "quality_grade": _number(1.0, 5.0),
    "land_tenure": _text(),
    "tree_tenure": _text(),
    "forest_class": _words("public_key public_general commercial_key commercial_general"),
    "forest_use": _words("public commercial"),
    "protection_grade": _number(1.0, 3.0),
    "land_protection_grade": _number(1.0, 4.0),
    "forest_category": _text(r"\d{3}"),
    "disturbance": _words("none pest_or_disease disease insects fire weather windthrow snow landslide drought other"),
    "disturbance_grade": _number(0.0, 3.0),
    "project_category": _text(),
    "dead_tree_rate": _SHARE,
    "change_reason": _text(),
    "red_line": _YES_NO,
    "reserve": _YES_NO,
    "reserve_core": _YES_NO,
    "dispute": _YES_NO,
    "survey_date": _text(r"\d{4}-\d{2}-\d{2}"),
    "survey_method": _words("plot angle_gauge ocular lidar model"),
}

_CARBON = {
    "biomass_t_ha": _number(),
    "carbon_tc_ha": _number(),
    "stock_tco2e": _number(),
    "stock_alt_tco2e": _number(),
    "increment_m3_ha_yr": _SIGNED,
    "sink_tco2e_yr": _SIGNED,
    "sink_low_tco2e_yr": _SIGNED,
    "sink_high_tco2e_yr": _SIGNED,
    "recode_tco2e": _SIGNED,
    "sink_basis": _words("measured two_layers growth_curve growth_rate none"),
}

_CLASSES = {
    "image_species_group": _text(r"[a-z][a-z_]{0,39}"),
    "image_probability": _SHARE,
    "image_conflict": _YES_NO,
    "damage_share": _SHARE,
    "damage_support": _SHARE,
    "site_volume_ratio": _number(),
    "clear_cut_limit_ha": _number(),
    "clear_cut_block_ha": _number(),
    "clear_cut_block_limit_ha": _number(),
}

KNOWN_FIELDS: dict[str, KnownField] = _INVENTORY | _CARBON | _CLASSES
"""The facts of every run. ``pine_share``, ``slope_deg``, ``age_group``, ``site_volume_ratio`` and what begins with
``clear_cut_`` are intervals: the table holds ``…_low`` and ``…_high``. The ends of ``age_group`` are known only where
it is recorded."""


def field_named(name: object, fields: Mapping[str, KnownField]) -> KnownField | None:
    """The fact ``name``: one of ``fields``, or the evidence of a raster (``NAME_mean``, ``_std``, ``_support``).

    Which rasters a run has is not known when a rule file is read: without the raster its evidence is unknown.
    """
    if not isinstance(name, str):
        return None
    if name in fields:
        return fields[name]
    evidence = re.fullmatch(r"[a-z0-9_]{1,60}_(mean|std|support)", name)
    if evidence is None:
        return None
    return _SHARE if evidence[1] == "support" else _SIGNED
