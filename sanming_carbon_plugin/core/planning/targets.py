"""Targets: how much of what, where, until when."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..carbon.parameter_checks import clean_text
from ..errors import InputError
from ..units import hectares_from_mu
from .area_units import AreaUnits, normalised_unit

COLUMNS = ("measure", "area_unit", "year_from", "year", "amount", "unit", "source")
AREA_UNITS_OF_MEASURE = {"ha": 1.0, "公顷": 1.0, "亩": hectares_from_mu(1.0), "mu": hectares_from_mu(1.0),
                         "万公顷": 1e4, "万亩": hectares_from_mu(1e4), "10000 mu": hectares_from_mu(1e4)}  # fmt: skip
OTHER_UNITS = {
    "%": ("%", 1.0),
    "％": ("%", 1.0),
    "m3": ("m3", 1.0),
    "m³": ("m3", 1.0),
    "立方米": ("m3", 1.0),
    "万m3": ("m3", 1e4),
    "万m³": ("m3", 1e4),
    "万立方米": ("m3", 1e4),
    "t": ("t", 1.0),
    "吨": ("t", 1.0),
    "万t": ("t", 1e4),
    "万吨": ("t", 1e4),
    "count": ("count", 1.0),
    "个": ("count", 1.0),
}
INDICATOR_UNITS = {
    "forest_cover": "%",
    "growing_stock": "m3",
    "tickets": "t",
    "traded": "t",
    "projects_planned": "count",
}
AT_LEAST, AT_MOST = "at_least", "at_most"
FIRST_YEAR, LAST_YEAR = 1990, 2200
WHOLE = 100.0


@dataclass(frozen=True)
class Target:
    """One line of a programme.

    Attributes
    ----------
    measure
        A measure of the works table, or an indicator.
    area_unit
        Code of the municipality, of a county, or of a township.
    year_from, year
        First and last year in which it counts, both included; ``year_from`` is None for an indicator's state.
    amount, unit
        In ``ha``, ``%``, ``m3``, ``t`` or ``count``.
    bound
        ``at_least``, or ``at_most`` for a yearly cap.
    """

    measure: str
    area_unit: str
    year_from: int | None
    year: int
    amount: float
    unit: str
    bound: str
    source: str

    @property
    def is_area(self) -> bool:
        """Whether parcels are to be found for it."""
        return self.unit == "ha"


def targets_of(
    frame: pd.DataFrame, measures: Collection[str], units: AreaUnits, townships: frozenset[str] = frozenset()
) -> list[Target]:
    """Check and take over a table of targets.

    Parameters
    ----------
    frame
        Text columns ``measure``, ``area_unit``, ``year_from``, ``year``, ``amount``, ``unit``, ``source`` and, if
        there are caps, ``bound``.
    measures
        Measures of the works table.
    units, townships
        Known area units.

    Raises
    ------
    InputError
        ``TARGETS_COLUMNS``, ``TARGETS_NEGATIVE``, ``TARGETS_UNIT_UNKNOWN``, ``TARGETS_MEASURE_UNKNOWN``,
        ``TARGETS_TWICE`` or ``TARGETS_INVALID``, each with the rows.
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise InputError("TARGETS_COLUMNS", columns=", ".join(missing))
    rows = [{name: clean_text(value) for name, value in row.items()} for row in frame.to_dict("records")]
    known = {*measures, *INDICATOR_UNITS}
    _refuse("TARGETS_MEASURE_UNKNOWN", rows, lambda row: row["measure"] not in known, known=", ".join(sorted(known)))
    _refuse(
        "TARGETS_UNIT_UNKNOWN",
        rows,
        lambda row: units.level_of(normalised_unit(row["area_unit"] or ""), townships) is None,
    )
    _refuse("TARGETS_NEGATIVE", rows, lambda row: (_number(row["amount"]) or 0.0) < 0)
    _refuse("TARGETS_INVALID", rows, lambda row: _unusable(row) is not None, why=_unusable)
    found = [_target(row) for row in rows]
    seen: set[tuple[object, ...]] = set()
    for target, row in zip(found, rows, strict=True):
        key = (target.measure, target.area_unit, target.year_from, target.year, target.bound)
        if key in seen:
            raise InputError("TARGETS_TWICE", row=_named(row))
        seen.add(key)
    return found


def _refuse(
    code: str,
    rows: list[dict],
    bad: Callable[[dict], bool],
    why: Callable[[dict], str | None] | None = None,
    **values: object,
) -> None:
    wrong = [row for row in rows if bad(row)]
    if wrong:
        named = [f"{_named(row)}: {why(row)}" if why else _named(row) for row in wrong]
        raise InputError(code, count=len(wrong), rows="; ".join(named), **values)


def _named(row: dict) -> str:
    parts = (row["measure"], row["area_unit"], row["year"], " ".join(p for p in (row["amount"], row["unit"]) if p))
    return " / ".join(part or "-" for part in parts)


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR else None


def _unusable(row: dict) -> str | None:
    """Which cell of a row cannot be used; None where all can."""
    amount, unit = _number(row["amount"]), row["unit"]
    wanted = INDICATOR_UNITS.get(row["measure"])
    base = "ha" if unit in AREA_UNITS_OF_MEASURE else OTHER_UNITS.get(unit or "", (None, 1.0))[0]
    year, first = _year(row["year"]), _year(row["year_from"])
    if amount is None or (base == wanted == "%" and amount > WHOLE):
        return f"amount {row['amount'] or '-'}"
    if base != (wanted or "ha"):
        return f"unit {unit or '-'}"
    if year is None or (row["year_from"] and (first is None or first > year)):
        return f"year {row['year_from'] or '-'} … {row['year'] or '-'}"
    if (row.get("bound") or AT_LEAST) not in (AT_LEAST, AT_MOST):
        return f"bound {row['bound']}"
    return None


def _target(row: dict) -> Target:
    unit = row["unit"]
    base, factor = ("ha", AREA_UNITS_OF_MEASURE[unit]) if unit in AREA_UNITS_OF_MEASURE else OTHER_UNITS[unit]
    year, first = _year(row["year"]), _year(row["year_from"])
    if base == "ha" and first is None:
        first = year
    return Target(
        row["measure"],
        normalised_unit(row["area_unit"]),
        first,
        int(year or 0),
        float(_number(row["amount"]) or 0.0) * factor,
        base,
        row.get("bound") or AT_LEAST,
        row["source"] or "",
    )
