"""Yearly sinks that are hard to believe, and losses that nothing on record explains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..issues import join_issues, stand_issues
from .account import BARE, numbers, texts
from .bands import PlausibilityBands
from .parameters import FloatArray, TextArray
from .survey import MEASURED, TWO_LAYERS


def far_above(
    facts: pd.DataFrame, columns: pd.DataFrame, group: TextArray, bands: PlausibilityBands, times: float
) -> tuple[pd.Series, pd.DataFrame]:
    """The basis of each sink without measurements that nothing can have grown, and issue rows of their stands.

    No measurement is what lies with its whole interval above ``times`` the highest believable sink of its species group
    at any age: an age that is left out grants none.
    """
    highest = bands.highest(group)
    area = numbers(facts, "area_ha")
    with np.errstate(invalid="ignore", divide="ignore"):
        sink, least = (columns[name].to_numpy() / area for name in ("sink_tco2e_yr", "sink_low_tco2e_yr"))
    far = (columns["sink_basis"] == MEASURED).to_numpy() & (least > times * highest)
    keys = facts.index.to_numpy(dtype=object)
    rows = []
    for high in np.unique(highest[far]).tolist():
        at = np.flatnonzero(far & (highest == high))
        rows.append(_about("SINK_FAR_ABOVE_BAND", keys[at], sink[at], high=f"{high:g}", times=f"{times:g}"))
    return columns["sink_basis"].mask(far, TWO_LAYERS), join_issues(rows)


def implausible(facts: pd.DataFrame, columns: pd.DataFrame, group: TextArray, bands: PlausibilityBands) -> pd.DataFrame:
    """Issue rows of the stands whose sink lies outside its band, and of losses that nothing on record explains.

    Parameters
    ----------
    facts
        Table of stands.
    columns
        ``sink_tco2e_yr`` with ``sink_low_tco2e_yr`` and ``sink_high_tco2e_yr``. An interval that reaches into
        the band makes the doubt a weaker one: the error of the volumes alone may be the reason.
    group
        Species group of each stand.
    bands
        Believable sinks.
    """
    area = numbers(facts, "area_ha")
    with np.errstate(invalid="ignore", divide="ignore"):
        sink, least, most = (
            columns[name].to_numpy() / area for name in ("sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr")
        )
    low, high = bands.of(group, numbers(facts, "age_group"))
    keys = facts.index.to_numpy(dtype=object)
    rows = []
    explained = _explained(facts)
    asked = (sink >= 0) | ((most >= 0) & ~explained)  # a loss is told as one, or tells its reason itself
    for code, where in (
        ("SINK_ABOVE_BAND", least > high),
        ("SINK_ABOVE_BAND_UNSURE", (sink > high) & ~(least > high)),
        ("SINK_BELOW_BAND", (most < low) & asked),
        ("SINK_BELOW_BAND_UNSURE", (sink < low) & ~(most < low) & asked),
    ):
        for band in np.unique(np.column_stack([low[where], high[where]]), axis=0):
            at = np.flatnonzero(where & (low == band[0]) & (high == band[1]))
            rows.append(_about(code, keys[at], sink[at], low=float(band[0]), high=float(band[1])))
    lost = np.flatnonzero((most < 0) & ~explained)
    rows.append(_about("SINK_LOSS_UNEXPLAINED", keys[lost], sink[lost]))
    return join_issues(rows)


def _about(code: str, keys: TextArray, per_hectare: FloatArray, **params: float | str) -> pd.DataFrame:
    return stand_issues(code, keys, "sink_tco2e_yr", np.round(per_hectare, 2), **params)


def _explained(facts: pd.DataFrame) -> np.ndarray:
    """Stands that tell themselves why they lost stock: land class, change reason or damage."""
    land = pd.Series(texts(facts, "land_class"), dtype=object)
    damage = pd.Series(texts(facts, "disturbance"), dtype=object)
    reason = pd.Series(texts(facts, "change_reason"), dtype=object)
    return (land.isin(BARE) | (damage.notna() & (damage != "none")) | reason.notna()).to_numpy()
