"""Stands and area of each class of a theme, in words: the figures that map, web map and report show; no QGIS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ...core.planning.sums import sums_by
from ...core.units import mu_from_hectares
from .themes import Theme

Row = tuple[str, ...]

ISSUES = "issues"
"""The layer whose rows are doubts about stands: they are counted and have no area."""

AREA_UNITS = ("ha", "mu")
_HEADS = {"en": ("Class", "Stands"), "zh": ("类型", "小班数")}
_ISSUE_HEADS = {"en": ("Severity", "Doubts"), "zh": ("级别", "问题数")}
_AREAS = {"ha": {"en": "Area (ha)", "zh": "面积(公顷)"}, "mu": {"en": "Area (mu)", "zh": "面积(亩)"}}
_OTHERS = {"en": "{} other classes", "zh": "其余 {} 类"}
_TOTAL = {"en": "Total", "zh": "合计"}


def class_areas(stands: pd.DataFrame, theme: Theme) -> pd.DataFrame:
    """One row for each class of ``theme`` that occurs, in its order: ``class``, ``stands``, ``area_ha``.

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
    stands: pd.DataFrame, theme: Theme, language: str, units: Sequence[str] = AREA_UNITS, most: int | None = None
) -> list[Row]:
    """Head, one row for each class that occurs, and the sum, as texts.

    A stand without a known area counts as a stand; its area is missing in the sum, never 0. In a table of at most
    ``most`` rows the smallest classes stand together in the last row before the sum.
    """
    if theme.layer == ISSUES:
        units = ()
    sums, total = class_areas(stands, theme), sums_by(stands, [])
    labels: Mapping[str, str] = {each.value: each.label(language) for each in theme.classes}
    heads = _ISSUE_HEADS if theme.layer == ISSUES else _HEADS
    head = (*heads[language], *(_AREAS[unit][language] for unit in units))
    shown, rest = _largest(sums, most)
    rows = [
        (labels.get(str(value), str(value)), "{:,}".format(count), *area_texts(area, units))
        for value, count, area in zip(shown["class"], shown["stands"], shown["area_ha"], strict=True)
    ]
    if len(rest):
        others = sums_by(stands[stands["class"].isin(rest["class"])], []).iloc[0]
        told = _OTHERS[language].format(len(rest))
        rows.append((told, "{:,}".format(int(others["stands"])), *area_texts(others["area_ha"], units)))
    whole = total.iloc[0]
    rows.append((_TOTAL[language], "{:,}".format(int(whole["stands"])), *area_texts(whole["area_ha"], units)))
    return [head, *rows]


def _largest(sums: pd.DataFrame, most: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The classes that have rows of their own in a table of ``most`` rows, in their order, and the others."""
    if most is None or len(sums) + 2 <= most:
        return sums, sums.iloc[:0]
    kept = sums["area_ha"].fillna(0.0).nlargest(max(most - 3, 0)).index
    return sums.loc[sums.index.isin(kept)], sums.loc[~sums.index.isin(kept)]


def area_texts(area_ha: float, units: Sequence[str] = AREA_UNITS) -> tuple[str, ...]:
    """An area in each unit as it stands in tables; empty where it is not known."""
    if area_ha != area_ha:  # noqa: PLR0124 - NaN
        return ("",) * len(units)
    texts = {"ha": "{:,.2f}".format(area_ha), "mu": "{:,.1f}".format(mu_from_hectares(area_ha))}
    return tuple(texts[unit] for unit in units)
