"""Which days of a period lie between a stand's two surveys: growth was found on no other day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import no_issues, stand_issues
from .parcel_layer import DatedPeriod
from .tonnes import text_column

Days = npt.NDArray[np.datetime64]
Surveyed = tuple[Days, Days]
"""First and last day that the growth of each stand was found on, both included; NaT where nobody knows."""


def surveyed_days(facts: pd.DataFrame) -> Surveyed:
    """The day after the earlier survey, and the day of the later one; NaT where either is unknown. Shape (n,) each."""
    ends = [_full_days(facts, name) for name in ("surveyed_from", "surveyed_to")]
    unknown = ~(ends[0] < ends[1])
    ends[0][unknown] = ends[1][unknown] = np.datetime64("NaT", "D")
    return ends[0] + np.timedelta64(1, "D"), ends[1]


def _full_days(facts: pd.DataFrame, name: str) -> Days:
    written = pd.Series(text_column(facts, name), dtype=object).astype("string")
    # A bare year would be read as its first day.
    whole = written.where(written.str.fullmatch(r"\d{4}-\d{2}-\d{2}").fillna(False).astype(bool))
    return pd.to_datetime(whole, format="%Y-%m-%d", errors="coerce").to_numpy().astype("datetime64[D]")


class DaysOfPeriod:
    """The days of a period that each stand's surveys cover, as offsets from its first day.

    Attributes
    ----------
    begin, end
        First day covered, and the day after the last. A stand of unknown surveys has the whole period, because
        what it lacks is told by another rule. Shape (n,).
    scale
        What a covered day of the period weighs: 1, or less where the time between the surveys is longer than
        the period, because then a part of the growth fell on other days.
    share
        Share of the growth that falls on covered days, 0 to 1.
    """

    def __init__(self, count: int, period: DatedPeriod, surveyed: Surveyed | None) -> None:
        start = np.datetime64(period.start, "D")
        days = int((np.datetime64(period.end, "D") - start).astype(np.int64)) + 1
        self.begin, self.end = np.zeros(count, dtype=np.int64), np.full(count, days, dtype=np.int64)
        self.scale = np.ones(count)
        if surveyed is not None:
            known = np.flatnonzero(~np.isnat(surveyed[0]) & ~np.isnat(surveyed[1]))
            first = (surveyed[0][known] - start).astype(np.int64)
            after = (surveyed[1][known] - start).astype(np.int64) + 1
            self.begin[known] = np.clip(first, 0, days)
            self.end[known] = np.maximum(np.clip(after, 0, days), self.begin[known])
            self.scale[known] = days / np.maximum(after - first, days)
        self.covered = (self.end - self.begin) / days
        self.share = self.covered * self.scale


def survey_day_issues(
    keys: npt.NDArray[np.object_], found: DaysOfPeriod, surveyed: Surveyed, least: float
) -> pd.DataFrame:
    """Stands of which a share of the period's growth above ``least`` was never surveyed."""
    at = np.flatnonzero((1.0 - found.share >= least) & (found.share < 1.0))
    if not len(at):
        return no_issues()
    told = stand_issues(
        "TICKET_DAYS_UNSURVEYED", keys[at], "free_share", [f"{100 * one:.4g} %" for one in found.share[at]]
    )
    first = np.datetime_as_string(surveyed[0][at] - np.timedelta64(1, "D"), unit="D")
    last = np.datetime_as_string(surveyed[1][at], unit="D")
    told["params"] = [{"first": str(one), "last": str(two)} for one, two in zip(first, last, strict=True)]
    return told
