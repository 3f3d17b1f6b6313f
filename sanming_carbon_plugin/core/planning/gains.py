"""What a work brings: carbon gained over a horizon by the growth curves, infestation taken out. Always modelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.account import numbers, open_account, texts
from ..carbon.growth import GrowthFit, growth_ratio
from ..carbon.parameters import FAMILY_VOLUME, ParameterTable
from ..carbon.projection import years_until
from .works import Works

FloatArray = npt.NDArray[np.float64]

PESTS = ("pest_or_disease", "disease", "insects")
GRADES = (0, 1, 2, 3)


@dataclass(frozen=True)
class GrowthAhead:
    """Stock of each stand at the survey and the factor it grows by until the end of coming years.

    Attributes
    ----------
    stock_tco2e
        Stock at the survey; 0 on land without trees, NaN where unknown.
    ratio
        By year, shape (stands,); NaN where no curve can say; 1 on land without trees.
    area_ha
        Area of each stand.
    """

    stock_tco2e: FloatArray
    ratio: dict[int, FloatArray]
    area_ha: FloatArray

    def without(self, year: int) -> FloatArray:
        """Stock at the end of ``year`` if nothing is done, t CO₂e."""
        return np.asarray(self.stock_tco2e * self.ratio[year])

    def grown(self, year: int, stands: npt.NDArray[np.int64]) -> FloatArray:
        """Factor by which the surveyed volume has grown at the end of ``year``; 1 where no curve can say."""
        ratio = self.ratio[year][stands]
        return np.where(np.isnan(ratio), 1.0, ratio)

    def gain(self, works: Works, work: int, year: int, horizon: int, stands: npt.NDArray[np.int64]) -> FloatArray:
        """Stock with a work, done in ``year``, less the stock without it, both at the end of ``horizon``, t CO₂e."""
        kept, factor = 1.0 - works.felled_share[work], works.growth_factor[work]
        planted = works.planted_tco2e_ha_yr[work] * self.area_ha[stands] * max(horizon - year, 0)
        if kept == 1.0 and factor == 1.0:
            return np.asarray(planted)
        then, now = self.ratio[year][stands], self.ratio[horizon][stands]
        with_work = then * kept + (now - then) * kept * factor
        return np.asarray(self.stock_tco2e[stands] * (with_work - now) + planted)


def growth_ahead(facts: pd.DataFrame, growth: GrowthFit, parameters: ParameterTable, years: list[int]) -> GrowthAhead:
    """Read the stands for the years of a plan and its horizon.

    Parameters
    ----------
    facts
        Stands with ``stock_tco2e``, ``area_ha``, species, age and survey date.
    growth
        Curves of the same stands.
    parameters
        The parameter table.
    years
        Years to look at, plan years and horizons.
    """
    account = open_account(facts, parameters)
    by_volume = account.family == FAMILY_VOLUME
    stock = numbers(facts, "stock_tco2e")
    bare = account.not_forest & np.isnan(stock)
    stock = np.where(bare, 0.0, stock)
    ratio = {}
    for year in sorted(set(years)):
        found, _ = growth_ratio(facts, growth, account.look_up.group, by_volume, years_until(facts, year))
        ratio[year] = np.where(bare, 1.0, found)
    return GrowthAhead(stock, ratio, numbers(facts, "area_ha"))


def infested_ha(facts: pd.DataFrame, rules: Mapping[str, float]) -> FloatArray:
    """Infested area of each stand: its share of damage from images, else by the grade of the inventory.

    0 where the inventory says that nothing disturbs the stand, NaN where nobody knows.
    """
    kind, grade = texts(facts, "disturbance"), numbers(facts, "disturbance_grade")
    share = np.where(pd.isna(kind), np.nan, 0.0)
    pest = np.isin(kind.astype(str), PESTS)
    share[pest] = np.nan
    for one in GRADES:
        share[pest & (grade == one)] = rules[f"infested_share_grade_{one}"]
    seen = numbers(facts, "damage_share")
    return np.asarray(np.where(np.isnan(seen), share, seen) * numbers(facts, "area_ha"))
