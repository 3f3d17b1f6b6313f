"""Stands and area of each class of a theme, in words: the figures that map, web map and report show; no QGIS."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ...core.planning.sums import sums_by
from ...core.units import UnitChoice, mu_from_hectares
from ..unit_choice import titled_in_units
from .themes import Theme

Row = tuple[str, ...]

ISSUES = "issues"
"""The layer whose rows are doubts about stands: they are counted and have no area."""

AREA_UNITS = ("ha", "mu")
_HEADS = {"en": ("Class", "Stands"), "zh": ("类型", "小班数")}
_ISSUE_HEADS = {"en": ("Severity", "Doubts"), "zh": ("级别", "问题数")}
_AREAS = {"ha": {"en": "Area (ha)", "zh": "面积(公顷)"}, "mu": {"en": "Area (mu)", "zh": "面积(亩)"}}
AMOUNTS = {"carbon_density": "stock_tco2e", "sink": "sink_tco2e_yr"}
"""Themes about carbon, and the amount that their tables tell beside the area."""

_AMOUNT_HEADS = {
    "stock_tco2e": ("Stock (tCO₂e)", "碳储量(吨二氧化碳当量)"),
    "sink_tco2e_yr": ("Sink a year (tCO₂e)", "年碳汇量(吨二氧化碳当量)"),
}
_MASS_DIGITS = {"t": 1, "wan_t": 4}
_OTHERS = {"en": "{} other classes", "zh": "其余 {} 类"}
_TOTAL = {"en": "Total", "zh": "合计"}


def class_areas(stands: pd.DataFrame, theme: Theme) -> pd.DataFrame:
    """One row for each class of ``theme`` that occurs, in its order: ``class``, ``stands``, ``area_ha``, the amounts.

    Parameters
    ----------
    stands
        One row per stand with ``class`` and ``area_ha``.
    theme
        The theme.
    """
    sums = sums_by(stands, ["class"])
    order = {each.value: place for place, each in enumerate(theme.classes)}
    sums["order"] = [order.get(str(value), len(order)) for value in sums["class"]]
    return sums.sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)


def class_table(
    stands: pd.DataFrame,
    theme: Theme,
    language: str,
    units: Sequence[str] = AREA_UNITS,
    most: int | None = None,
    mass: str = "t",
) -> list[Row]:
    """Head, one row for each class that occurs, and the sum, as texts.

    A theme about carbon tells its amount too, in ``mass`` (``t`` or ``wan_t``). A stand without a known area counts as
    a stand; its area is missing in the sum, never 0. In a table of at most ``most`` rows the smallest classes stand
    together in the last row before the sum.
    """
    if theme.layer == ISSUES:
        units = ()
    sums, total = class_areas(stands, theme), sums_by(stands, [])
    labels: Mapping[str, str] = {each.value: each.label(language) for each in theme.classes}
    heads = _ISSUE_HEADS if theme.layer == ISSUES else _HEADS
    amounts = [heads_of[language == "zh"] for heads_of in amount_heads(theme, mass)]
    head = (*heads[language], *(_AREAS[unit][language] for unit in units), *amounts)
    shown, rest = _largest(sums, most)
    rows = [
        (labels.get(str(row["class"]), str(row["class"])), *figure_texts(row, theme, units, mass))
        for row in shown.to_dict("records")
    ]
    if len(rest):
        others = sums_by(stands[stands["class"].isin(rest["class"])], []).iloc[0]
        told = _OTHERS[language].format(len(rest))
        rows.append((told, *figure_texts(others.to_dict(), theme, units, mass)))
    rows.append((_TOTAL[language], *figure_texts(total.iloc[0].to_dict(), theme, units, mass)))
    return [head, *rows]


def _largest(sums: pd.DataFrame, most: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The classes that have rows of their own in a table of ``most`` rows, in their order, and the others."""
    if most is None or len(sums) + 2 <= most:
        return sums, sums.iloc[:0]
    kept = sums["area_ha"].fillna(0.0).nlargest(max(most - 3, 0)).index
    return sums.loc[sums.index.isin(kept)], sums.loc[~sums.index.isin(kept)]


def amount_heads(theme: Theme, mass: str = "t") -> list[tuple[str, str]]:
    """Heads in English and Chinese of what a theme tells beside areas; empty for most."""
    name, units = AMOUNTS.get(theme.name), UnitChoice(mass=mass)
    heads = [_AMOUNT_HEADS[name]] if name else []
    return [(titled_in_units(head, units, "en"), titled_in_units(zh, units, "zh")) for head, zh in heads]


def figure_texts(
    sums: Mapping[Hashable, Any], theme: Theme, units: Sequence[str] = AREA_UNITS, mass: str = "t"
) -> tuple[str, ...]:
    """Stands, areas and amounts of one row of sums as they stand in tables; what is not known stays empty."""
    texts = ("{:,}".format(int(sums["stands"])), *area_texts(sums["area_ha"], units))
    name = AMOUNTS.get(theme.name)
    if name is None:
        return texts
    amount = float(sums[name]) * UnitChoice(mass=mass).mass_factor
    return (*texts, "" if math.isnan(amount) else "{:,.{}f}".format(amount, _MASS_DIGITS[mass]))


def area_texts(area_ha: float, units: Sequence[str] = AREA_UNITS) -> tuple[str, ...]:
    """An area in each unit as it stands in tables; empty where it is not known."""
    if area_ha != area_ha:  # noqa: PLR0124 - NaN
        return ("",) * len(units)
    texts = {"ha": "{:,.2f}".format(area_ha), "mu": "{:,.1f}".format(mu_from_hectares(area_ha))}
    return tuple(texts[unit] for unit in units)
