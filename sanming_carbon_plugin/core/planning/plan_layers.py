"""The layers of a plan, in the order of their columns: what maps, sheets and reports are made from."""

from __future__ import annotations

from ..stands.layer import FieldType

_TEXT, _REAL, _INTEGER = FieldType("text"), FieldType("real"), FieldType("integer")

PLAN_COLUMNS: dict[str, FieldType] = {
    "stand_key": _TEXT,
    "county": _TEXT,
    "township": _TEXT,
    "village": _TEXT,
    "compartment": _TEXT,
    "stand_no": _TEXT,
    "year": _INTEGER,
    "measure": _TEXT,
    "technique": _TEXT,
    "counts_for": _TEXT,
    "area_ha": _REAL,
    "area_mu": _REAL,
    "land_class": _TEXT,
    "species_code": _TEXT,
    "species_group": _TEXT,
    "origin": _TEXT,
    "age_group": _INTEGER,
    "volume_m3_ha": _REAL,
    "felling_type": _TEXT,
    "felled_share": _REAL,
    "felled_m3": _REAL,
    "felling_block": _INTEGER,
    "value": _REAL,
    "carbon_gain_tco2e": _REAL,
    "carbon_gain_low_tco2e": _REAL,
    "carbon_gain_high_tco2e": _REAL,
    "infestation_removed_ha": _REAL,
    "cost_yuan": _REAL,
    "locked": _TEXT,
    "reason": _TEXT,
    "reason_text": _TEXT,
    "reason_text_zh": _TEXT,
    "swap_cost": _REAL,
    "swap_cost_low": _REAL,
}
"""``plan``: one polygon per chosen stand.

``measure`` and ``technique`` are codes of the works table, ``counts_for`` the measures whose targets the parcel
counts for (``;`` between), ``value`` its share of what was maximised, ``locked`` is ``yes`` or ``no``,
``felling_block`` numbers adjoining clear-cut parcels (NULL for other techniques), ``swap_cost`` is the value lost,
in the unit of ``value``, if the parcel were left out and the best others taken instead: an estimate by the prices of
the limits. It is never less than ``swap_cost_low``; NULL there means that a lock keeps the parcel in.
"""

CANDIDATE_COLUMNS: dict[str, FieldType] = {
    "stand_key": _TEXT,
    "county": _TEXT,
    "township": _TEXT,
    "area_ha": _REAL,
    "chosen": _TEXT,
    "measure": _TEXT,
    "technique": _TEXT,
    "year": _INTEGER,
    "reason": _TEXT,
    "reason_text": _TEXT,
    "reason_text_zh": _TEXT,
    "swap_cost": _REAL,
    "swap_cost_low": _REAL,
}
"""``candidates`` (no geometry): one row per stand that fits any planned measure; for one that was not chosen,
the best work for it and what taking it would cost."""

PROGRESS_COLUMNS: dict[str, FieldType] = {
    "level": _TEXT,
    "area_unit": _TEXT,
    "measure": _TEXT,
    "year_from": _INTEGER,
    "year": _INTEGER,
    "target_ha": _REAL,
    "target_mu": _REAL,
    "done_ha": _REAL,
    "done_mu": _REAL,
    "planned_ha": _REAL,
    "planned_mu": _REAL,
    "available_ha": _REAL,
    "available_mu": _REAL,
    "missing_ha": _REAL,
    "missing_mu": _REAL,
    "met": _TEXT,
    "source": _TEXT,
}
"""``progress`` (no geometry): done, planned, available and missing area per ``level`` (``municipality``,
``county``, ``township``), ``area_unit`` (code, ``350400`` for Sanming), measure and period. ``target_*`` and
``missing_*`` are NULL where nobody set a target, ``done_*`` where no acceptance layer was given. ``missing`` is
target less done less planned, never below 0; ground that several stands cover counts once, in ``available`` too;
``met`` (``yes``, ``no``, ``unknown``) looks at what is done alone."""

INDICATOR_COLUMNS: dict[str, FieldType] = {
    "indicator": _TEXT,
    "level": _TEXT,
    "area_unit": _TEXT,
    "date": _TEXT,
    "value": _REAL,
    "unit": _TEXT,
    "target": _REAL,
    "target_year": _INTEGER,
    "met": _TEXT,
    "definition": _TEXT,
    "definition_zh": _TEXT,
    "source": _TEXT,
}
"""``indicators`` (no geometry): forest cover, growing stock, tickets and projects with date and definition."""

PLAN_SUMMARY_COLUMNS: dict[str, FieldType] = {
    "county": _TEXT,
    "township": _TEXT,
    "measure": _TEXT,
    "technique": _TEXT,
    "year": _INTEGER,
    "stands": _INTEGER,
    "area_ha": _REAL,
    "area_mu": _REAL,
    "felled_m3": _REAL,
    "cost_yuan": _REAL,
    "value": _REAL,
    "carbon_gain_tco2e": _REAL,
    "carbon_gain_low_tco2e": _REAL,
    "carbon_gain_high_tco2e": _REAL,
    "infestation_removed_ha": _REAL,
}
"""``plan_summary`` (no geometry): the plan by county, township, measure, technique and year."""

CONSTRAINT_COLUMNS: dict[str, FieldType] = {
    "kind": _TEXT,
    "area_unit": _TEXT,
    "measure": _TEXT,
    "technique": _TEXT,
    "year_from": _INTEGER,
    "year": _INTEGER,
    "unit": _TEXT,
    "low": _REAL,
    "high": _REAL,
    "used": _REAL,
    "price": _REAL,
    "text": _TEXT,
    "text_zh": _TEXT,
}
"""``constraints`` (no geometry): every target, budget, quota, cap and share with what the plan uses of it, and
the value that one more unit of it would bring (``price``)."""

PLAN_CARBON_COLUMNS: dict[str, FieldType] = {
    "scenario": _TEXT,
    "area_unit": _TEXT,
    "year": _INTEGER,
    "stock_without_tco2e": _REAL,
    "stock_with_tco2e": _REAL,
    "gain_tco2e": _REAL,
    "gain_low_tco2e": _REAL,
    "gain_high_tco2e": _REAL,
    "stands_projected": _INTEGER,
    "stands_without_curve": _INTEGER,
    "basis": _TEXT,
}
"""``plan_carbon`` (no geometry): modelled stock without and with the plan at the end of coming years, by county
and (``area_unit`` ``all``) in total; ``basis`` is always ``modelled``."""
