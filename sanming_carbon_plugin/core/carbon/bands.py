"""The table of believable yearly sinks, by species group and age group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .parameter_checks import CellReader

FloatArray = npt.NDArray[np.float64]
TextArray = npt.NDArray[np.object_]

ANY = "*"
AGES = (1, 2, 3, 4, 5)
SENSIBLE = (-200.0, 200.0)


@dataclass(frozen=True)
class PlausibilityBands:
    """Low and high yearly sink (t CO₂e/ha) of each species group and age group."""

    group: TextArray
    age_group: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> PlausibilityBands:
        """Check and take over the table of bands; an empty age group is for any age, group ``*`` for any species.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell at once.
        """
        cells = CellReader(frame.reset_index(drop=True), "group")
        cells.need_columns(("group", "age_group", "low_tco2e_ha_yr", "high_tco2e_ha_yr"))
        cells.need_text("source")
        group = cells.text("group")
        for row in np.flatnonzero(pd.isna(group)):
            cells.note(int(row), "group", "empty")
        age = cells.number("age_group", (1, 5))
        low = cells.number("low_tco2e_ha_yr", SENSIBLE, required=True)
        high = cells.number("high_tco2e_ha_yr", SENSIBLE, required=True)
        cells.note_where(low > high, "high_tco2e_ha_yr", high)
        cells.refuse("plausibility")
        return cls(group, age, low, high)

    def highest(self, group: TextArray) -> FloatArray:
        """Highest believable sink of each stand's group at any age."""
        codes, names = pd.factorize(pd.Series(group, dtype=object))
        # The last is for stands without a group.
        each = np.concatenate([np.asarray(names, dtype=object), np.array([None], dtype=object)])
        of_ages = [self.of(each, np.full(len(each), age))[1] for age in (np.nan, *AGES)]
        return np.asarray(np.fmax.reduce(of_ages)[codes])

    def of(self, group: TextArray, age_group: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Band of each stand: its group and age group, else its group, else that of all."""
        codes, names = pd.factorize(pd.Series(group, dtype=object))
        ages = np.where(np.isin(age_group, AGES), np.nan_to_num(age_group), 0).astype(np.int64)
        bands = np.full((len(names) + 1, len(AGES) + 1, 2), np.nan)  # the last row is for stands without a group
        exactness = np.where(self.group == ANY, 0, 1) + np.where(np.isnan(self.age_group), 0, 2)
        for row in np.argsort(exactness, kind="stable"):
            mine = slice(None) if self.group[row] == ANY else np.flatnonzero(names == self.group[row])
            age = slice(None) if np.isnan(self.age_group[row]) else int(self.age_group[row])
            bands[mine, age] = self.low[row], self.high[row]
        found = bands[codes, ages]
        return found[:, 0], found[:, 1]
