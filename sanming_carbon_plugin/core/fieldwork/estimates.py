"""How many stands are wrong, from the control sample alone.

Stands that were chosen because something is odd about them say nothing about the others; only those drawn at random,
each with a known chance, do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ..classes.accuracy import stratified_accuracy
from ..errors import InputError
from .settings import SampleSettings

Floats = npt.NDArray[np.float64]
_LEAST_ANSWERS = 2
_KEYS_SHOWN = 10


@dataclass(frozen=True)
class Interval:
    """A share with its interval, 0 to 1; NaN where it cannot be said."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class WrongStands:
    """Share of wrong stands.

    Attributes
    ----------
    of_stands, of_area
        By number and by area. Where control stands are without an answer the interval reaches from "all of them are
        right" to "all of them are wrong".
    drawn, answered, wrong
        Control stands drawn, with an answer, and found wrong.
    by_stratum
        Index: stratum; ``stands``, ``drawn``, ``answered``, ``wrong``, ``share_wrong``.
    """

    of_stands: Interval
    of_area: Interval
    drawn: int
    answered: int
    wrong: int
    confidence: float
    by_stratum: pd.DataFrame


def wrong_stands(control: pd.DataFrame, design: pd.DataFrame, settings: SampleSettings) -> WrongStands:
    """Estimate the share of wrong stands of the whole result.

    Parameters
    ----------
    control
        The stands of the control sample, indexed by ``stand_key``: ``stratum``, ``area_ha``, ``wrong`` (1, 0, or NaN
        where nobody looked or the answer is open).
    design
        The strata as they were drawn: ``stratum``, ``stands``, ``drawn``, ``area_ha``.
    settings
        Confidence, and how many answers may be missing.

    Returns
    -------
    WrongStands
        Stratified estimator (Cochran 1977, 5.3) with finite-population correction, for area the combined ratio
        estimator (6.11); limits by Korn and Graubard (1998), Clopper–Pearson with the effective number of stands,
        at most that of Kish (1965), which also holds where no stand is wrong.

    Raises
    ------
    InputError
        CONTROL_SAMPLE_MISSING where none was drawn, CONTROL_SAMPLE_INCOMPLETE where too many answers are missing, or
        a stratum has fewer than two.
    """
    design = design[design["drawn"] > 0].set_index("stratum")
    if design.empty:
        raise InputError("CONTROL_SAMPLE_MISSING")
    control = _with_lost_rows(control.loc[control["stratum"].isin(design.index)], design)
    answered = control["wrong"].notna()
    _refuse_if_incomplete(control, answered, design, settings)
    told = control[answered]
    missing = int(design["drawn"].sum()) - len(told)
    stratum_table = _by_stratum(told, design)
    share = _of_stands(told, design, settings.confidence)
    by_area = _of_area(told, design, settings.confidence)
    if missing:
        share, by_area = _reaching_both_ends(control, design, settings.confidence, share, by_area)
    return WrongStands(
        of_stands=share,
        of_area=by_area,
        drawn=int(design["drawn"].sum()),
        answered=len(told),
        wrong=int(told["wrong"].sum()),
        confidence=settings.confidence,
        by_stratum=stratum_table,
    )


def _reaching_both_ends(
    control: pd.DataFrame, design: pd.DataFrame, confidence: float, share: Interval, by_area: Interval
) -> tuple[Interval, Interval]:
    """Intervals widened to what they would be if all missing answers were "right", and if all were "wrong"."""
    right = control.assign(wrong=control["wrong"].fillna(0.0))
    wrong = control.assign(wrong=control["wrong"].fillna(1.0))
    return (
        _widened(share, _of_stands(right, design, confidence), _of_stands(wrong, design, confidence)),
        _widened(by_area, _of_area(right, design, confidence), _of_area(wrong, design, confidence)),
    )


def _with_lost_rows(control: pd.DataFrame, design: pd.DataFrame) -> pd.DataFrame:
    """Drawn stands that somebody took off the list are without an answer, not out of the sample."""
    listed = control.groupby("stratum").size().reindex(design.index, fill_value=0)
    lost = (design["drawn"] - listed).clip(lower=0).astype(int)
    names = np.repeat(design.index.to_numpy(dtype=object), lost.to_numpy())
    rows = pd.DataFrame({"stratum": names, "area_ha": np.nan, "wrong": np.nan}, index=["?"] * len(names))
    return pd.concat([control[["stratum", "area_ha", "wrong"]], rows]) if len(rows) else control


def _refuse_if_incomplete(
    control: pd.DataFrame, answered: pd.Series, design: pd.DataFrame, settings: SampleSettings
) -> None:
    drawn = int(design["drawn"].sum())
    missing = drawn - int(answered.sum())
    each = control[answered].groupby("stratum").size().reindex(design.index, fill_value=0)
    needed = np.minimum(design["drawn"], _LEAST_ANSWERS)
    thin = sorted(design.index[each < needed])
    if missing <= settings.missing_share_limit * drawn and not thin:
        return
    keys = sorted(map(str, control.index[~answered]))
    shown = ", ".join(keys[:_KEYS_SHOWN]) + (", …" if len(keys) > _KEYS_SHOWN else "")
    raise InputError(
        "CONTROL_SAMPLE_INCOMPLETE",
        drawn=drawn,
        missing=missing,
        limit=round(100 * settings.missing_share_limit),
        strata=thin or "-",
        stands=shown or "-",
    )


def _by_stratum(told: pd.DataFrame, design: pd.DataFrame) -> pd.DataFrame:
    groups = told.groupby("stratum")["wrong"]
    table = design[["stands", "drawn"]].copy()
    table["answered"] = groups.size().reindex(table.index, fill_value=0)
    table["wrong"] = groups.sum().reindex(table.index, fill_value=0.0)
    table["share_wrong"] = table["wrong"] / table["answered"]
    return table


def _of_stands(told: pd.DataFrame, design: pd.DataFrame, confidence: float) -> Interval:
    answers = told.groupby("stratum").size()
    weight = (told["stratum"].map(design["stands"]) / told["stratum"].map(answers)).to_numpy(dtype=np.float64)
    label = told["stratum"].to_numpy(dtype=object)
    if (answers < _LEAST_ANSWERS).any():  # a stratum of one stand, looked at whole
        wrong = float(np.average(told["wrong"], weights=weight))
        variance = 0.0
        return _limits(wrong, variance, _alike(weight), _whole(answers, design), confidence)
    right = np.where(told["wrong"].to_numpy() > 0, "", label).astype(object)
    accuracy = stratified_accuracy(label, weight, np.ones(len(told), dtype=bool), right)
    wrong = 1.0 - accuracy.overall
    each = accuracy.by_class
    size, number, share = (each[name].to_numpy() for name in ("size", "checked", "users_accuracy"))
    part = size / size.sum()
    unseen = 1.0 - number / size
    variance = float(np.sum(part**2 * unseen * share * (1 - share) / (number - 1)))
    return _limits(wrong, variance, _alike(weight), _whole(answers, design), confidence)


def _of_area(told: pd.DataFrame, design: pd.DataFrame, confidence: float) -> Interval:
    answers = told.groupby("stratum").size()
    area = told["area_ha"].to_numpy(dtype=np.float64)
    if np.isnan(area).any() or (answers < _LEAST_ANSWERS).any():
        return Interval(np.nan, np.nan, np.nan)
    size = told["stratum"].map(design["stands"]).to_numpy(dtype=np.float64)
    number = told["stratum"].map(answers).to_numpy(dtype=np.float64)
    weight = size / number
    wrong = told["wrong"].to_numpy(dtype=np.float64)
    total = float(np.sum(weight * area))
    share = float(np.sum(weight * area * wrong) / total)
    residual = pd.Series(area * (wrong - share), index=told["stratum"].to_numpy())
    spread = residual.groupby(level=0).var(ddof=1)
    stands = design["stands"].reindex(spread.index).astype(float)
    seen = answers.reindex(spread.index)
    variance = float((stands**2 * (1 - seen / stands) * spread / seen).sum()) / total**2
    return _limits(share, variance, _alike(weight * area), _whole(answers, design), confidence)


def _whole(answers: pd.Series, design: pd.DataFrame) -> bool:
    """Whether every stand of every stratum was looked at: then there is nothing left to chance."""
    return bool((answers.reindex(design.index, fill_value=0) >= design["stands"]).all())


def _alike(weight: Floats) -> float:
    """How many stands of equal weight would be as certain as these (Kish 1965, 11.7).

    Where stands speak for unlike numbers or areas of others, the few heavy ones decide.
    """
    return float(np.sum(weight) ** 2 / np.sum(weight**2))


def _limits(share: float, variance: float, number: float, whole: bool, confidence: float) -> Interval:
    share = min(max(share, 0.0), 1.0)
    if whole:
        return Interval(share, share, share)
    effective = share * (1 - share) / variance if variance > 0 else number
    # More certainty than that of as many independent stands would rest on a variance that is itself a guess: a
    # stratum in which all visited stands are right has none, and may hold wrong ones all the same.
    effective = min(effective, number)
    hits, tail = share * effective, (1 - confidence) / 2
    low = float(stats.beta.ppf(tail, hits, effective - hits + 1)) if hits > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, hits + 1, effective - hits)) if hits < effective else 1.0
    return Interval(share, low, high)


def _widened(told: Interval, best: Interval, worst: Interval) -> Interval:
    if np.isnan([best.low, worst.high]).any():
        return Interval(told.share, np.nan, np.nan)
    return Interval(told.share, min(told.low, best.low), max(told.high, worst.high))
