"""Stands and area of each class of a theme, in words: the figures that map, web map and report show; no QGIS."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
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
_DIGITS = {"ha": 2, "mu": 1, "t": 1, "wan_t": 4}
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
    together in the last row before the sum. The figures add up to the sum as they are printed.
    """
    if theme.layer == ISSUES:
        units = ()
    sums = class_figures(stands, theme, units, mass)
    sums, total = sums.iloc[:-1], sums.iloc[-1:]
    labels: Mapping[str, str] = {each.value: each.label(language) for each in theme.occurring(sums["class"])}
    heads = _ISSUE_HEADS if theme.layer == ISSUES else _HEADS
    amounts = [heads_of[language == "zh"] for heads_of in amount_heads(theme, mass)]
    head = (*heads[language], *(_AREAS[unit][language] for unit in units), *amounts)
    shown, rest = _largest(sums, most)
    names = [labels[str(value)] for value in shown["class"]]
    parts = [shown]
    if len(rest):
        names.append(_OTHERS[language].format(len(rest)))
        parts.append(rest.drop(columns="class").sum(min_count=1).to_frame().T)
    texts = figure_texts(pd.concat([*parts, total]))
    return [head, *((name, *row) for name, row in zip([*names, _TOTAL[language]], texts, strict=True))]


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


def class_figures(
    stands: pd.DataFrame, theme: Theme, units: Sequence[str] = AREA_UNITS, mass: str = "t"
) -> pd.DataFrame:
    """:func:`class_areas` as the figures are printed, and their total in the last row: what is printed adds up to it.

    Columns ``class``, ``stands``, ``area_ha`` and, rounded, the area in each of ``units`` and the amount in ``mass``,
    under the names of these units; NaN where nothing is known.
    """
    sums = pd.concat([class_areas(stands, theme), sums_by(stands, [])], ignore_index=True)
    found = sums[["class", "stands", "area_ha"]].copy()
    for unit in units:
        area = sums["area_ha"] if unit == "ha" else mu_from_hectares(sums["area_ha"])
        found[unit] = added_up(area.to_numpy(), _DIGITS[unit])
    name = AMOUNTS.get(theme.name)
    if name is not None:
        found[mass] = added_up(sums[name].to_numpy() * UnitChoice(mass=mass).mass_factor, _DIGITS[mass])
    return found


def added_up(values: npt.NDArray[np.float64], digits: int) -> npt.NDArray[np.float64]:
    """Parts and, last, their total, rounded so that the parts add up to the total, which is rounded as usual.

    The parts are cut off, and the units of the last digit that are missing go to those that lost most by it, one each:
    none is a whole unit from what it was. NaN stays NaN.
    """
    # Steps far below the last digit are noise: a part of 0.29 is 29 hundredths, not 28.999….
    scaled = np.round(values * 10.0**digits, 6)
    rounded = np.floor(scaled)
    rounded[-1:] = np.floor(scaled[-1:] + 0.5)
    missing = int(np.nan_to_num(rounded[-1] - np.nansum(rounded[:-1])))
    lost = np.nan_to_num(scaled[:-1] - rounded[:-1], nan=-1.0)
    rounded[np.argsort(-lost, kind="stable")[:missing]] += 1.0
    return np.asarray(rounded / 10.0**digits, dtype=np.float64)


def figure_texts(figures: pd.DataFrame) -> list[Row]:
    """Rows of :func:`class_figures` as they stand in tables, without the class; what is not known stays empty."""
    counts = ["{:,}".format(int(count)) for count in figures["stands"]]
    columns = [
        ["" if math.isnan(one) else "{:,.{}f}".format(one, _DIGITS[unit]) for one in figures[unit]]
        for unit in figures.columns[3:]
    ]
    return list(zip(counts, *columns, strict=True))
