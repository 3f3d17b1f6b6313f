"""Limits, clashes and reasons of a plan in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..core.errors import InputError
from ..core.planning.area_units import COUNTY_DIGITS, AreaUnits
from ..core.planning.clashes import LOCK
from ..core.planning.limits import ANY, QUOTA
from .words import word

AMOUNT_UNITS = {"ha": "ha", "m3": "m³", "yuan": "yuan", "1": ""}
SIGNIFICANT, ROUNDING, MOST_TOLD = 3, 1e-9, 20
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
    kind, unit = str(row["kind"]), row["area_unit"]
    if kind == QUOTA and unit == ANY:
        return word("plan_limit", "uncovered", language)
    place = "" if _missing(unit) else place_text(str(unit), units, language)
    first, last = row["year_from"], row["year"]
    years = ""
    if not _missing(last):
        years = str(int(float(str(last))))
        if not _missing(first) and first != last:
            years = f"{int(float(str(first)))}-{years}"
        years = word("plan_note", "years", language).format(years)
    said = []
    if not (_missing(row["measure"]) or row["measure"] == ANY):
        said.append(word("felling_type" if kind == QUOTA else "measure", row["measure"], language))
    if not (_missing(row["technique"]) or row["technique"] == ANY):
        technique = row["technique"]
        said.append(word("origin", technique, language) if kind == QUOTA else technique_word(technique, language))
    subject = ("，" if language == "zh" else ", ").join(part for part in (*said, place, years) if part)
    return (" " if language == "en" else "").join((word("plan_limit", kind, language), subject)).strip()


def place_text(code: str, units: AreaUnits, language: str) -> str:
    """Name of a unit; a township, whose name no table has, by its county and number."""
    if code == ANY:
        return word("plan_note", "everywhere", language)
    county, number = code[:COUNTY_DIGITS], code[COUNTY_DIGITS:]
    if not number or code in units.level or county not in units.level:
        return units.named(code, language)
    return word("plan_note", "township", language).format(county=units.named(county, language), number=number)


def clash_texts(
    clashes: pd.DataFrame, described: pd.DataFrame, units: AreaUnits, keys: Sequence[str], language: str
) -> tuple[str, str]:
    """What would have to give and by how much, and what stands against it; ``keys`` are those of the stands."""
    gives, holds = [], []
    for clash in clashes.itertuples(index=False):
        row = described.iloc[int(clash.row)].to_dict() if clash.row >= 0 else {"unit": "ha"}
        if clash.row >= 0:
            text = limit_text({**dict.fromkeys(described.columns), **row}, units, language)
        elif clash.stand >= 0:
            text = word("plan_limit", clash.kind, language) + (" " if language == "en" else "")
            text += str(keys[int(clash.stand)])
        else:
            text = word("plan_limit", f"{clash.kind}_any", language)
        if clash.holds:
            holds.append(text)
            continue
        if clash.kind == LOCK:
            gives.append(text)
            continue
        side = word("plan_limit", "short" if clash.short >= clash.over else "over", language)
        amount = amount_text(max(float(clash.short), float(clash.over)), str(row["unit"]), language)
        gives.append(f"{text}: {side} {amount}" if language == "en" else f"{text}（{side}{amount}）")
    return _listed(gives, language), _listed(holds, language)


def _listed(texts: Sequence[str], language: str) -> str:
    """Different texts in a row, of very many the first ones and how many there are more."""
    told = [*dict.fromkeys(texts)]
    if len(told) > MOST_TOLD:
        told[MOST_TOLD:] = [word("plan_note", "more", language).format(len(told) - MOST_TOLD)]
    return ("；" if language == "zh" else "; ").join(told) or "-"


def amount_text(amount: float, unit: str, language: str, *, at_most: bool = False) -> str:
    """An amount with three digits that count, rounded up so that giving as much is enough; yuan are whole.

    What there is ``at_most`` is rounded down: asking for as much must not be too much again.
    """
    names = AMOUNT_UNITS_ZH if language == "zh" else AMOUNT_UNITS
    places = 0 if unit == "yuan" or amount <= 0 else min(max(SIGNIFICANT - 1 - math.floor(math.log10(amount)), 0), 6)
    whole = math.floor(amount * 10**places + ROUNDING) if at_most else math.ceil(amount * 10**places - ROUNDING)
    rounded = whole / 10**places
    return f"{rounded:,.{places}f}{'' if language == 'zh' else ' '}{names.get(unit, '')}".rstrip()


def targets_in_words(problem: InputError, units: AreaUnits) -> InputError:
    """The same refusal with its targets in words of both languages instead of codes."""
    rows = problem.values.get("rows")
    if not isinstance(rows, list):
        return problem
    said: dict[str, object] = {}
    for language, suffix in (("en", ""), ("zh", "_zh")):
        told = []
        for row in rows:
            text = limit_text({**row, "kind": "target"}, units, language)
            if "left" in row:
                wanted = amount_text(float(row["left"]), "ha", language)
                there = amount_text(float(row["available"]), "ha", language, at_most=True)
                text += f": {wanted} > {there}" if language == "en" else f"：{wanted} > {there}"
            told.append(text)
        said[f"targets{suffix}"] = ("；" if language == "zh" else "; ").join(told)
    return InputError(problem.code, **said)


def fallen_back_text(counties: Sequence[str], gap: float, units: AreaUnits, language: str) -> str:
    """That a plan is not the solver's, where, and how far it may be from the best."""
    places = ("、" if language == "zh" else ", ").join(units.named(code, language) for code in counties)
    return word("plan_note", "fallen_back", language).format(places=places, gap=f"{gap:.2%}")


def reason_text(reason: object, language: str) -> str | None:
    """Why a stand is in the plan or not."""
    return None if reason is None else word("plan_reason", reason, language)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and bool(np.isnan(value)))
