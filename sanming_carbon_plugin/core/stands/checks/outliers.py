"""Values that stand out among stands of the same species and age."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from .findings import Findings

Floats = npt.NDArray[np.float64]

_MAD_TO_SD = 1.4826
_MEASURES = {"OUTLIER_STOCK": "volume_m3_ha", "OUTLIER_DBH": "dbh_cm", "OUTLIER_HEIGHT": "height_m"}


def robust_scores(values: Floats, group: npt.NDArray[np.int64], smallest_group: float) -> Floats:
    """Distance of each value from the median of its group, in 1.4826 median absolute deviations.

    Parameters
    ----------
    values
        NaN where unknown; length n.
    group
        Number of the group, −1 for none; length n.
    smallest_group
        Groups with fewer known values are not judged.

    Returns
    -------
    ndarray
        Signed score; NaN where it cannot be told, also where more than half of the group have one value.
    """
    frame = pd.DataFrame({"value": values, "group": group})
    known = frame[np.isfinite(values) & (group >= 0)]
    by_group = known.groupby("group")["value"]
    distance = known["value"] - by_group.transform("median")
    spread = distance.abs().groupby(known["group"]).transform("median") * _MAD_TO_SD
    judged = (by_group.transform("size") >= smallest_group) & (spread > 0)
    scores = np.full(len(values), np.nan)
    scores[known.index[judged]] = (distance / spread)[judged]
    return scores


def check_outliers(facts: pd.DataFrame, settings: Mapping[str, float], findings: Findings) -> None:
    """Stock, diameter and height that stand out within species and age group."""
    known = facts["species_code"].notna() & facts["age_group"].notna()
    label = facts["species_code"].astype(str) + "/" + facts["age_group"].astype(str)
    group = np.where(known, pd.factorize(label)[0], -1).astype(np.int64)
    for code, column in _MEASURES.items():
        values = facts[column].to_numpy(dtype=np.float64)
        scores = robust_scores(np.where(values > 0, values, np.nan), group, settings["outlier_smallest_group"])
        findings.add(code, np.abs(scores) > settings["outlier_z"], column, values)
