"""When and how each date was surveyed: the years between, and whether a difference is a measurement."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import DAYS_PER_YEAR
from .account import texts
from .change import PieceChange
from .limits import SinkLimits
from .parameters import FloatArray, IntArray, TextArray
from .period import Period
from .sums import any_by
from .two_dates import Pieces

BoolArray = npt.NDArray[np.bool_]
DateArray = npt.NDArray[np.datetime64]

SURVEYED = frozenset({"plot", "angle_gauge", "ocular", "lidar"})
"""Ways of survey that measure a stand; a model or an unknown way does not."""

ISO_DATE_LENGTH = 10

MEASURED, TWO_LAYERS, NO_BASIS = "measured", "two_layers", "none"
GROWTH_CURVE, GROWTH_RATE = "growth_curve", "growth_rate"


def main_piece(pieces: Pieces, count: int) -> IntArray:
    """Earlier stand that holds the largest share of each stand of today, -1 where there is none."""
    order = np.argsort(pieces.share_of_now, kind="stable")
    main = np.full(count, -1, dtype=np.int64)
    main[pieces.now[order]] = pieces.then[order]
    return main


def years_between(facts: pd.DataFrame, earlier: pd.DataFrame, pieces: Pieces) -> FloatArray:
    """Years from the earlier survey of the largest piece to today's survey; NaN where a date is missing."""
    before = np.append(survey_dates(earlier), np.datetime64("NaT", "D"))[main_piece(pieces, len(facts))]
    days = survey_dates(facts) - before
    years = np.where(np.isnat(days), np.nan, days.astype("timedelta64[D]").astype(np.float64)) / DAYS_PER_YEAR
    return np.where(years > 0, years, np.nan)


def years_of(facts: pd.DataFrame, between: FloatArray, period: Period | None) -> FloatArray:
    """Length of the period of each stand: the given one, else the time between its surveys."""
    return between if period is None else np.full(len(facts), period.years)


def beside_the_period(
    facts: pd.DataFrame,
    earlier: pd.DataFrame,
    change: PieceChange,
    between: FloatArray,
    period: Period | None,
    limits: SinkLimits,
) -> BoolArray:
    """Stands whose surveys do not bracket the stated period, so that nothing was measured over it.

    A survey date, of today or of any earlier piece, lies too far from its end of the period, or the time
    ``between`` the surveys differs too much from the period's length. Missing dates say nothing.
    """
    count = len(facts)
    if period is None:
        return np.zeros(count, dtype=bool)
    now = _days_from(survey_dates(facts), period.end) > limits.survey_tolerance_days
    then = _days_from(survey_dates(earlier), period.start) > limits.survey_tolerance_days
    use = change.known
    then_away = any_by(change.stand[use], then[change.earlier[use]], count)
    first_to_last = (period.end - period.start).days / DAYS_PER_YEAR
    return np.asarray(now | then_away | (np.abs(between - first_to_last) > limits.years_told))


def _days_from(dates: DateArray, end: date) -> FloatArray:
    days = np.abs(dates - np.datetime64(end, "D"))
    return np.where(np.isnat(days), np.nan, days.astype(np.float64))


def survey_dates(facts: pd.DataFrame) -> DateArray:
    """Survey date of each stand, NaT where missing or no date."""
    written = pd.Series(texts(facts, "survey_date"), dtype=object).astype("string").str.slice(0, ISO_DATE_LENGTH)
    values = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    return values.to_numpy().astype("datetime64[D]")


def basis_of(
    facts: pd.DataFrame, earlier: pd.DataFrame, change: PieceChange, known: BoolArray, beside: BoolArray
) -> TextArray:
    """Measured where today and every earlier piece were surveyed, else two layers; none where not ``known``.

    Volume recorded on one date and put together from trees on the other is no measured difference either, nor
    is one ``beside`` what is asked: between surveys beside the period, or of too small a part of the stand.
    """
    surveyed_now = pd.Series(texts(facts, "survey_method"), dtype=object).isin(SURVEYED).to_numpy()
    surveyed_then = pd.Series(texts(earlier, "survey_method"), dtype=object).isin(SURVEYED).to_numpy()
    use = change.known
    not_then = any_by(change.stand[use], (~surveyed_then[change.earlier] | change.other_basis)[use], len(facts))
    basis = np.full(len(facts), TWO_LAYERS, dtype=object)
    basis[surveyed_now & ~not_then & ~beside] = MEASURED
    basis[~known] = NO_BASIS
    return basis
