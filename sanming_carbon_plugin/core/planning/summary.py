"""Totals by county, township, species group and age group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..results import ResultTable
from ..stands.layer import FieldType

GROUP_COLUMNS = ("county", "township", "species_group", "age_group")

SUMMARY_COLUMNS: dict[str, FieldType] = {
    "county": FieldType("text"),
    "township": FieldType("text"),
    "species_group": FieldType("text"),
    "age_group": FieldType("integer"),
    "stands": FieldType("integer"),
    "area_ha": FieldType("real"),
    "area_mu": FieldType("real"),
    "volume_m3": FieldType("real"),
    "stock_tco2e": FieldType("real"),
    "stock_alt_tco2e": FieldType("real"),
    "sink_tco2e_yr": FieldType("real"),
    "sink_low_tco2e_yr": FieldType("real"),
    "sink_high_tco2e_yr": FieldType("real"),
    "stands_without_volume": FieldType("integer"),
    "stands_without_stock": FieldType("integer"),
    "stands_without_sink": FieldType("integer"),
}

TotalInterval = Callable[[npt.NDArray[np.int64], int], "tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]"]
"""Takes the group number of each stand and the number of groups; gives low and high of each group's sink."""


def summary(facts: pd.DataFrame, sink_interval: TotalInterval | None) -> ResultTable:
    """One row per county × township × species group × age group, sorted by them.

    A sum holds the stands whose value is known; how many are not is told beside it, and a group without any
    known value is unknown, not 0. The interval of a group's sink is given by ``sink_interval``, because the
    errors of its stands are correlated and must not be added as if they were independent.
    """
    number, frame = summary_groups(facts)
    count = len(frame)
    area_ha = _numbers(facts, "area_ha")
    amounts = {
        "area_ha": area_ha,
        "area_mu": _numbers(facts, "area_mu"),
        "volume_m3": _numbers(facts, "volume_m3_ha") * area_ha,
        "stock_tco2e": _numbers(facts, "stock_tco2e"),
        "stock_alt_tco2e": _numbers(facts, "stock_alt_tco2e"),
        "sink_tco2e_yr": _numbers(facts, "sink_tco2e_yr"),
    }
    frame["stands"] = np.bincount(number, minlength=count)
    for name, values in amounts.items():
        frame[name] = known_sum(values, number, count)
    low, high = _no_interval(count) if sink_interval is None else sink_interval(number, count)
    frame["sink_low_tco2e_yr"], frame["sink_high_tco2e_yr"] = low, high
    for name, source in (("volume", "volume_m3"), ("stock", "stock_tco2e"), ("sink", "sink_tco2e_yr")):
        unknown = np.isnan(amounts[source]).astype(float)
        frame[f"stands_without_{name}"] = np.bincount(number, weights=unknown, minlength=count).astype(int)
    return ResultTable(dict(SUMMARY_COLUMNS), frame[list(SUMMARY_COLUMNS)])


def summary_groups(facts: pd.DataFrame) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Group number of each stand, and the groups in order; unknown comes last."""
    number = np.zeros(len(facts), dtype=np.int64)
    for name in GROUP_COLUMNS:
        values = facts.get(name, _unknown(facts)).to_numpy()
        codes, uniques = pd.factorize(values, sort=True)
        number = number * (len(uniques) + 1) + np.where(codes < 0, len(uniques), codes)
    _, first, number = np.unique(number, return_index=True, return_inverse=True)
    columns = {name: facts.get(name, _unknown(facts)).to_numpy()[first] for name in GROUP_COLUMNS}
    return number.reshape(-1), pd.DataFrame(columns)


def known_sum(values: npt.NDArray[np.float64], group: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.float64]:
    """Sum of the known values of each group; NaN where a group knows none."""
    known = ~np.isnan(values)
    sums = np.bincount(group, weights=np.where(known, values, 0.0), minlength=count)
    return np.where(np.bincount(group, weights=known, minlength=count) > 0, sums, np.nan)


def _numbers(facts: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    if name not in facts.columns:
        return np.full(len(facts), np.nan)
    return facts[name].to_numpy(dtype=float)


def _unknown(facts: pd.DataFrame) -> pd.Series:
    return pd.Series(np.full(len(facts), None, dtype=object), index=facts.index)


def _no_interval(count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return np.full(count, np.nan), np.full(count, np.nan)
