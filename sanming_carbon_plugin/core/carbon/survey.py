"""When and how each date was surveyed: the years between, and whether a difference is a measurement."""

from __future__ import annotations

from dataclasses import dataclass
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
from .two_dates import LINE_SHARE, Pieces

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


def years_of(between: FloatArray, period: Period | None, limits: SinkLimits) -> FloatArray:
    """Years by which each change is divided: those of the period, those between its surveys where these are more.

    Growth of ten years is not that of five. Of fewer years than the period it is not made more than was found.
    """
    if period is None:
        return between
    return np.where(between - _apart(period) > limits.years_told, between, period.years)


def _apart(period: Period) -> float:
    """Years between two surveys on the first and the last day."""
    return (period.end - period.start).days / DAYS_PER_YEAR


@dataclass(frozen=True)
class SurveyTimes:
    """What the survey dates of both layers say about each stand of today.

    Attributes
    ----------
    undated
        A survey date is missing, today's or that of an earlier piece, or gives no day: nothing shows when
        the volumes were found.
    beside
        The surveys do not begin and end with what the difference is divided by, so that nothing was measured
        over it.
    between
        Years from the earlier survey of the largest piece to today's, NaN where a date is missing.
    """

    undated: BoolArray
    beside: BoolArray
    between: FloatArray


def survey_times(
    facts: pd.DataFrame,
    earlier: pd.DataFrame,
    change: PieceChange,
    between: FloatArray,
    period: Period | None,
    limits: SinkLimits,
) -> SurveyTimes:
    """Compare the survey dates of every piece with the stated period, or with ``between`` where there is none.

    Pieces of unknown change ask too. A date too far from its end of the period, or surveys whose distance differs
    too much from the period's length, measured nothing over it. Missing dates are told apart: they grant nothing
    either.
    """
    count, stand, piece = len(facts), change.stand, change.earlier
    now, then = survey_dates(facts), survey_dates(earlier)
    undated = np.isnat(now) | any_by(stand, np.isnat(then)[piece], count)
    expected, away = between[stand], np.zeros(count, dtype=bool)
    if period is not None:
        expected = np.full(len(stand), _apart(period))
        away = _days_from(now, period.end) > limits.survey_tolerance_days
        away |= any_by(stand, (_days_from(then, period.start) > limits.survey_tolerance_days)[piece], count)
    days = now[stand] - then[piece]
    apart = np.where(np.isnat(days), np.nan, days.astype("timedelta64[D]").astype(np.float64)) / DAYS_PER_YEAR
    beside = away | any_by(stand, np.abs(apart - expected) > limits.years_told, count)
    return SurveyTimes(undated, np.asarray(beside), between)


def surveyed_span(facts: pd.DataFrame, earlier: pd.DataFrame, change: PieceChange) -> dict[str, TextArray]:
    """``surveyed_from`` and ``surveyed_to`` of each stand: ISO days between which its difference was found.

    Of several earlier pieces the latest survey counts, because before it a part of the stand was not measured.
    None where a date is missing.
    """
    count, use = len(facts), change.known
    never = np.iinfo(np.int64).min
    now, then = survey_dates(facts), survey_dates(earlier)[change.earlier[use]]
    latest = np.full(count, never, dtype=np.int64)
    np.maximum.at(latest, change.stand[use], then.astype(np.int64))
    known = (latest != never) & ~np.isnat(now) & ~any_by(change.stand[use], np.isnat(then), count)
    span = {"surveyed_from": latest.astype("datetime64[D]"), "surveyed_to": now}
    texts_of = {name: _written(days) for name, days in span.items()}
    for days in texts_of.values():
        days[~known] = None
    return texts_of


def _written(days: DateArray) -> TextArray:
    """Days as ISO text; stands of one day share its text, for a county has few days and many stands."""
    code, different = pd.factorize(days.astype(np.int64))
    return np.datetime_as_string(different.astype("datetime64[D]"), unit="D").astype(object)[code]


def _days_from(dates: DateArray, end: date) -> FloatArray:
    days = np.abs(dates - np.datetime64(end, "D"))
    return np.where(np.isnat(days), np.nan, days.astype(np.float64))


def survey_dates(facts: pd.DataFrame) -> DateArray:
    """Survey date of each stand, NaT where missing or no date; a year or a month alone names no day."""
    # Layers hold few different dates, so each is read once.
    code, different = pd.factorize(pd.Series(texts(facts, "survey_date"), dtype=object))
    written = pd.Series(different, dtype=object).astype("string").str.slice(0, ISO_DATE_LENGTH)
    written = written.where((written.str.len() == ISO_DATE_LENGTH).fillna(False))
    values = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce").to_numpy().astype("datetime64[D]")
    return np.append(values, np.datetime64("NaT", "D"))[code]


def basis_of(
    facts: pd.DataFrame, earlier: pd.DataFrame, change: PieceChange, known: BoolArray, beside: BoolArray
) -> TextArray:
    """Measured where today and every earlier piece were surveyed, else two layers; none where not ``known``.

    Volume put together from trees on a date makes no measured difference either, nor does a stock of no known
    species, nor is one ``beside`` what is asked: between surveys without a date or beside the period, or of too
    small a part of the stand.
    """
    surveyed_now = pd.Series(texts(facts, "survey_method"), dtype=object).isin(SURVEYED).to_numpy()
    surveyed_then = pd.Series(texts(earlier, "survey_method"), dtype=object).isin(SURVEYED).to_numpy()
    # Pieces of unknown change ask too: what is left out for a gap must not leave a measurement behind.
    not_then = ~surveyed_then[change.earlier] | change.other_basis | change.nameless
    not_then &= change.share_of_now > LINE_SHARE
    basis = np.full(len(facts), TWO_LAYERS, dtype=object)
    basis[surveyed_now & ~any_by(change.stand, not_then, len(facts)) & ~beside] = MEASURED
    basis[~known] = NO_BASIS
    return basis
