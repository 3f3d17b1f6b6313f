"""Ages that show whether what stands today can have grown from an earlier 0."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..units import DAYS_PER_YEAR
from .account import NOT_YET_STOCKED, BoolArray, StandAccount, numbers, texts
from .doubted_zeros import hardly_any, small_trees
from .limits import SinkLimits
from .parameters import FAMILY_CULM
from .period import Period
from .survey import survey_dates
from .two_dates import Pieces


def too_old(
    pieces: Pieces,
    facts: pd.DataFrame,
    earlier: pd.DataFrame,
    accounts: tuple[StandAccount, StandAccount],
    period: Period | None,
    limits: SinkLimits,
) -> BoolArray:
    """Pieces on which today's trees cannot have grown from the 0 of then, or have no age that shows that they did.

    What was planted after the earlier survey is no older than the years since and the age of seedlings. Small
    trees, or a plantation not yet stocked, that the earlier layer records with their age are no empty field; they
    have grown older by the years since.

    Parameters
    ----------
    pieces, facts, earlier, accounts
        Common ground of the two layers, their tables and their accounts, today's first.
    period
        Serves where a survey has no date.
    limits
        ``planted_age_yr``; without it no age is asked. Next to nothing (``least_volume_m3_ha``) is asked like a 0.
    """
    found = np.zeros(len(pieces.now), dtype=bool)
    if not np.isfinite(limits.planted_age_yr):
        return found
    now, then = accounts
    q_now, q_then = now.quantity[pieces.now], then.quantity[pieces.then]
    at = np.flatnonzero(hardly_any(then, limits)[pieces.then] & (q_now > q_then))
    if not len(at):
        return found
    stand, before = pieces.now[at], pieces.then[at]
    days = survey_dates(facts)[stand] - survey_dates(earlier)[before]
    years = np.where(np.isnat(days), np.nan, days.astype("timedelta64[D]").astype(np.float64)) / DAYS_PER_YEAR
    if period is not None:
        years = np.where(np.isnan(years), period.years, years)
    # An old grove has young culms too: their age shows nothing.
    age = np.where(now.family == FAMILY_CULM, np.nan, numbers(facts, "age_yr"))[stand]
    planted = pd.Series(texts(earlier, "land_class"), dtype=object).isin(NOT_YET_STOCKED).to_numpy()
    young = planted | small_trees(earlier, limits)
    age_then = np.where(young, np.nan_to_num(numbers(earlier, "age_yr")), 0.0)[before]
    found[at] = np.isnan(age) | (age > years + limits.planted_age_yr + age_then)
    return found
