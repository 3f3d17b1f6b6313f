"""Sums of a result by any of its columns: the one place where maps, tables and reports get their figures from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from .summary import known_sum

AMOUNTS = ("area_ha", "volume_m3", "stock_tco2e", "sink_tco2e_yr")
"""What is summed; each comes with the number of stands in which it is not known."""


def sums_by(stands: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Stands and amounts of each group, sorted by ``columns``; groups without a value come last.

    Parameters
    ----------
    stands
        One row per stand with ``columns`` and any of ``area_ha``, ``volume_m3_ha``, ``stock_tco2e``,
        ``sink_tco2e_yr``.
    columns
        What makes a group; none for one row over all.

    Returns
    -------
    DataFrame
        ``columns``, ``stands``, the amounts (NaN where no stand of the group knows it), and for each amount
        ``unknown_AMOUNT``, the stands that do not know it.
    """
    number, groups = _groups(stands, columns)
    count = len(groups)
    groups["stands"] = np.bincount(number, minlength=count)
    amounts = _amounts(stands)
    for name, values in amounts.items():
        groups[name] = known_sum(values, number, count)
    for name, values in amounts.items():
        groups["unknown_" + name] = np.bincount(number, weights=np.isnan(values), minlength=count).astype(int)
    return groups


def _amounts(stands: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    def known(name: str) -> npt.NDArray[np.float64]:
        if name not in stands.columns:
            return np.full(len(stands), np.nan)
        return stands[name].to_numpy(dtype=float, na_value=np.nan)

    area_ha = known("area_ha")
    return {
        "area_ha": area_ha,
        "volume_m3": known("volume_m3_ha") * area_ha,
        "stock_tco2e": known("stock_tco2e"),
        "sink_tco2e_yr": known("sink_tco2e_yr"),
    }


def _groups(stands: pd.DataFrame, columns: Sequence[str]) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    number = np.zeros(len(stands), dtype=np.int64)
    for name in columns:
        codes, uniques = pd.factorize(stands[name].to_numpy(), sort=True)
        number = number * (len(uniques) + 1) + np.where(codes < 0, len(uniques), codes)
    if not columns:
        return number, pd.DataFrame(index=range(1))
    _, first, number = np.unique(number, return_index=True, return_inverse=True)
    groups = pd.DataFrame({name: stands[name].to_numpy()[first] for name in columns})
    return number.reshape(-1).astype(np.int64), groups
