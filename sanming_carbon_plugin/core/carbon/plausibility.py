"""Yearly sinks that are hard to believe, and losses that nothing on record explains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..issues import join_issues, stand_issues
from .account import NOT_FOREST, UNSTOCKED, numbers, texts
from .bands import PlausibilityBands
from .parameters import FloatArray, TextArray


def implausible(
    facts: pd.DataFrame, sink_tco2e_yr: FloatArray, group: TextArray, bands: PlausibilityBands
) -> pd.DataFrame:
    """Issue rows of the stands whose sink lies outside its band, and of losses that nothing on record explains."""
    with np.errstate(invalid="ignore", divide="ignore"):
        per_hectare = sink_tco2e_yr / numbers(facts, "area_ha")
    low, high = bands.of(group, numbers(facts, "age_group"))
    keys = facts.index.to_numpy(dtype=object)
    rows = []
    for code, where in (
        ("SINK_ABOVE_BAND", per_hectare > high),
        ("SINK_BELOW_BAND", (per_hectare < low) & (per_hectare >= 0)),
    ):
        for one_low, one_high in np.unique(np.column_stack([low[where], high[where]]), axis=0):
            at = np.flatnonzero(where & (low == one_low) & (high == one_high))
            rows.append(
                stand_issues(
                    code,
                    keys[at],
                    "sink_tco2e_yr",
                    np.round(per_hectare[at], 2),
                    low=float(one_low),
                    high=float(one_high),
                )
            )
    lost = np.flatnonzero((per_hectare < 0) & ~_explained(facts))
    if len(lost):
        rows.append(stand_issues("SINK_LOSS_UNEXPLAINED", keys[lost], "sink_tco2e_yr", np.round(per_hectare[lost], 2)))
    return join_issues(rows)


def _explained(facts: pd.DataFrame) -> np.ndarray:
    """Stands that tell themselves why they lost stock: land class, change reason or damage."""
    land = pd.Series(texts(facts, "land_class"), dtype=object)
    damage = pd.Series(texts(facts, "disturbance"), dtype=object)
    reason = pd.Series(texts(facts, "change_reason"), dtype=object)
    return (land.isin(NOT_FOREST | UNSTOCKED) | (damage.notna() & (damage != "none")) | reason.notna()).to_numpy()
