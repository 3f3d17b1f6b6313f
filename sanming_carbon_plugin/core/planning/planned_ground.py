"""Ground that a plan has parcels on: what it counts for, and what it keeps from everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .works import CountingMatrix, TextArray

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PlannedGround:
    """Parcels of a plan, p of them, on n stands.

    Attributes
    ----------
    stand, year, measure, counts_for, area_ha
        Row number of the stand, year and measure of each parcel, the measures that it counts for (``;`` before, between
        and after them), and its area; shape (p,).
    left_ha
        By measure the hectares of each stand that are not accepted for it or for what cannot be counted beside it,
        shape (n,): what of a plan is accepted already is done, not planned.
    matrix
        What may be counted together.
    """

    stand: npt.NDArray[np.int64]
    year: FloatArray
    measure: TextArray
    counts_for: TextArray
    area_ha: FloatArray
    left_ha: Mapping[str, FloatArray]
    matrix: CountingMatrix

    @classmethod
    def of(
        cls, plan: pd.DataFrame, keys: pd.Index, left_ha: Mapping[str, FloatArray], matrix: CountingMatrix
    ) -> PlannedGround:
        """From the rows of a layer ``plan`` and the keys of the stands; parcels of other stands are left out."""
        stand = keys.get_indexer(pd.Index(plan["stand_key"]))
        plan, stand = plan[stand >= 0], stand[stand >= 0].astype(np.int64)
        numbers = (plan[name].to_numpy(dtype=np.float64) for name in ("year", "area_ha"))
        year, area = numbers
        counts_for = (";" + plan["counts_for"].fillna("").astype(str) + ";").to_numpy(dtype=object)
        return cls(stand, year, plan["measure"].to_numpy(dtype=object), counts_for, area, left_ha, matrix)

    def planned_ha(self, measure: str, first: int, last: int) -> FloatArray:
        """Planned hectares of each stand that count for a measure in a span of years, shape (n,)."""
        left = self._area(measure)
        return self._summed(self._counts(measure) & (self.year >= first) & (self.year <= last), left)

    def held_ha(self, measure: str) -> FloatArray:
        """Hectares of each stand that the plan keeps from further work of a measure, in whatever year, shape (n,).

        Those that count for it, and those of what cannot be counted beside it.
        """
        apart = np.array([not self.matrix.together(str(one), measure) for one in self.measure], dtype=bool)
        return self._summed(apart | self._counts(measure), self._area())

    def _counts(self, measure: str) -> BoolArray:
        return np.array([f";{measure};" in text for text in self.counts_for], dtype=bool)

    def _area(self, measure: str | None = None) -> FloatArray:
        """Area of each parcel that is left for its own measure, and for ``measure``."""
        area = self.area_ha.copy()
        for one in {*self.measure, measure} & {*self.left_ha}:
            mine = np.ones(len(area), dtype=bool) if one == measure else self.measure == one
            area[mine] = np.minimum(area[mine], self.left_ha[one][self.stand[mine]])
        return area

    def _summed(self, rows: BoolArray, area: FloatArray) -> FloatArray:
        count = len(next(iter(self.left_ha.values())))
        return np.bincount(self.stand[rows], area[rows], count).astype(np.float64)
