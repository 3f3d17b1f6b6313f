"""Yearly growth rates of volume (Pressler) from a user's table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .account import numbers
from .parameter_checks import ANY_POSITIVE, CellReader, Ranges
from .parameters import FloatArray, IntArray, TextArray

PERCENT = (0.0, 60.0)
ANY = "*"


@dataclass(frozen=True)
class GrowthRates:
    """Rates in percent a year by Pressler's formula, by species group and age.

    Attributes
    ----------
    group
        Species group of each row; ``*`` serves groups without a row of their own.
    age_from_yr, age_to_yr
        Ages the row is for, both included; NaN means any.
    percent_yr
        Growth of a year by the mean of the volumes at its ends, percent.
    """

    group: TextArray
    age_from_yr: FloatArray
    age_to_yr: FloatArray
    percent_yr: FloatArray

    @classmethod
    def from_rows(
        cls, frame: pd.DataFrame, groups: Collection[str] | None = None, ranges: Ranges | None = None
    ) -> GrowthRates:
        """Check and take over a table ``group``, ``age_from_yr``, ``age_to_yr``, ``percent_yr``, ``source``.

        A group beside ``groups`` (those of the parameter table, None for any) would serve no stand, ages of two
        rows that overlap would let the order of the rows decide, and a rate below the range of ``percent_yr`` is a
        share written for a percentage.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell at once.
        """
        cells = CellReader(frame.reset_index(drop=True), "group")
        cells.need_columns(("group", "percent_yr"))
        cells.need_text("source")
        group = cells.text("group")
        for row in np.flatnonzero(pd.isna(group)):
            cells.note(int(row), "group", "empty")
        if groups is not None:
            cells.choice("group", (ANY, *sorted(groups)), ANY)
        low, high = (cells.number(name, ANY_POSITIVE) for name in ("age_from_yr", "age_to_yr"))
        cells.note_where(low > high, "age_to_yr", high)
        _note_overlaps(cells, group, low, high)
        percent = cells.number("percent_yr", (ranges or {}).get("growth_percent_yr", PERCENT), required=True)
        cells.refuse("growth_rates")
        return cls(group, low, high, percent)

    def of(self, facts: pd.DataFrame, group: TextArray) -> tuple[FloatArray, IntArray]:
        """Rate of each stand (percent a year) and the row it came from, NaN and -1 where no row serves.

        Of two rows the one that says more serves: a group's before all groups', one with ages before one without.
        """
        age = numbers(facts, "age_yr")
        row = np.full(len(facts), -1, dtype=np.int64)
        names = pd.Series(group, dtype=object)
        of_ages = _of_ages(self.age_from_yr, self.age_to_yr)
        for at in np.lexsort((of_ages, self.group != ANY)):  # the later row overwrites
            mine = names.notna().to_numpy() if self.group[at] == ANY else (names == self.group[at]).to_numpy()
            if of_ages[at]:
                low, high = np.nan_to_num(self.age_from_yr[at]), np.nan_to_num(self.age_to_yr[at], nan=np.inf)
                mine &= (age >= low) & (age <= high)
            row[mine] = at
        return np.where(row >= 0, self.percent_yr[row], np.nan), row


def _of_ages(low: FloatArray, high: FloatArray) -> npt.NDArray[np.bool_]:
    """Rows that are not for all ages."""
    return np.asarray(~(np.isnan(low) & np.isnan(high)))


def _note_overlaps(cells: CellReader, group: TextArray, low: FloatArray, high: FloatArray) -> None:
    """Remember rows whose ages another row of their group holds too; a row for all ages serves those of no other."""
    bounded = _of_ages(low, high)
    start, end = np.nan_to_num(low), np.nan_to_num(high, nan=np.inf)
    for row in range(len(group)):
        before = np.flatnonzero((group[:row] == group[row]) & (bounded[:row] == bounded[row]))
        if ((start[before] <= end[row]) & (start[row] <= end[before])).any():
            cells.note(row, "age_from_yr | age_to_yr", f"{start[row]:g} … {end[row]:g} (2x)")


def pressler_growth(volume: FloatArray, percent_yr: FloatArray) -> FloatArray:
    """What ``volume`` grows in the coming year by a rate of Pressler's formula: V · 2p / (200 - p).

    The rate refers to the mean of the volumes at both ends, so that the growth is a little more than p % of the first.
    """
    return np.asarray(volume * 2.0 * percent_yr / (200.0 - percent_yr))
