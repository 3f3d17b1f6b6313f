"""Limits, clashes and reasons of a plan in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..core.planning.area_units import AreaUnits
from .words import word

AMOUNT_UNITS = {"ha": "ha", "m3": "m³", "yuan": "yuan", "1": ""}
AMOUNT_UNITS_ZH = {"ha": "公顷", "m3": "立方米", "yuan": "元", "1": ""}


def technique_word(technique: object, language: str) -> str:
    """Name of a technique of any measure."""
    for kind in ("technique", "pine_technique", "reserve_mode"):
        said = word(kind, technique, language)
        if said != str(technique):
            return said
    return str(technique)


def limit_text(row: Mapping[str, object], units: AreaUnits, language: str) -> str:
    """A limit in words: what, where, when."""
    kind = str(row["kind"])
    unit = row["area_unit"]
    place = "" if _missing(unit) or unit == "*" else units.named(str(unit), language)
    first, last = row["year_from"], row["year"]
    years = ""
    if not _missing(last):
        years = str(int(float(str(last))))
        if not _missing(first) and first != last:
            years = f"{int(float(str(first)))}-{years}"
    subject = ""
    if not _missing(row["measure"]):
        subject = word("felling_type" if kind == "quota" else "measure", row["measure"], language)
    if not _missing(row["technique"]):
        of = (
            word("origin", row["technique"], language)
            if kind == "quota"
            else technique_word(row["technique"], language)
        )
        subject = f"{subject}, {of}" if subject else of
    parts = [word("plan_limit", kind, language), subject, place, years]
    return (" " if language == "en" else "").join(part for part in parts if part)


def clash_texts(clashes: pd.DataFrame, described: pd.DataFrame, units: AreaUnits, language: str) -> tuple[str, str]:
    """What would have to give and by how much, and what stands against it."""
    names = AMOUNT_UNITS_ZH if language == "zh" else AMOUNT_UNITS
    gives, holds = [], []
    for clash in clashes.itertuples(index=False):
        row = described.iloc[int(clash.row)].to_dict()
        text = limit_text(row, units, language)
        amount = max(float(clash.short), float(clash.over))
        if amount > 0 and not clash.holds:
            side = word("plan_limit", "short" if clash.short >= clash.over else "over", language)
            gap = "" if language == "zh" else " "
            gives.append(f"{text}: {side}{gap}{amount:,.1f}{gap}{names.get(str(row['unit']), '')}".rstrip())
        elif row["kind"] not in ("beyond", "patch"):
            holds.append(text)
    separator = "；" if language == "zh" else "; "
    return separator.join(gives) or "-", separator.join(dict.fromkeys(holds)) or "-"


def reason_text(reason: object, language: str) -> str | None:
    """Why a stand is in the plan or not."""
    return None if reason is None else word("plan_reason", reason, language)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and bool(np.isnan(value)))
