"""Modelled stocks of coming years by county, township, species group and age group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..results import ResultTable
from ..stands.layer import FieldType
from .summary import GROUP_COLUMNS, known_sum, summary_groups

PROJECTION_COLUMNS: dict[str, FieldType] = {
    "year": FieldType("integer"),
    "county": FieldType("text"),
    "township": FieldType("text"),
    "species_group": FieldType("text"),
    "age_group": FieldType("integer"),
    "stands": FieldType("integer"),
    "stands_projected": FieldType("integer"),
    "area_projected_ha": FieldType("real"),
    "stock_surveyed_tco2e": FieldType("real"),
    "stock_projected_tco2e": FieldType("real"),
    "projection_basis": FieldType("text"),
}


def projection_summary(facts: pd.DataFrame, projected: pd.DataFrame, years: Sequence[int]) -> ResultTable:
    """One row per year and group of the summary; stands are grouped as surveyed.

    ``stock_surveyed_tco2e`` is the surveyed stock of the very stands that could be projected, so that both
    sums can be compared; ``projection_basis`` is ``growth_curve`` where any could, else ``none``.
    """
    number, groups = summary_groups(facts)
    count = len(groups)
    area, surveyed = facts["area_ha"].to_numpy(dtype=float), facts["stock_tco2e"].to_numpy(dtype=float)
    parts = []
    for year in years:
        stock = projected[f"stock_{year}_tco2e"].to_numpy(dtype=float)
        known = ~np.isnan(stock)
        part = groups[list(GROUP_COLUMNS)].copy()
        part["year"] = year
        part["stands"] = np.bincount(number, minlength=count)
        part["stands_projected"] = np.bincount(number, weights=known, minlength=count).astype(int)
        for name, values in (("area_projected_ha", area), ("stock_surveyed_tco2e", surveyed)):
            part[name] = known_sum(np.where(known, values, np.nan), number, count)
        part["stock_projected_tco2e"] = known_sum(stock, number, count)
        part["projection_basis"] = np.where(part["stands_projected"] > 0, "growth_curve", "none")
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(PROJECTION_COLUMNS))
    return ResultTable(dict(PROJECTION_COLUMNS), frame[list(PROJECTION_COLUMNS)])
