"""Whether an earlier and a later layer are two surveys, or one survey rolled forward by a growth table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ...issues import join_issues, layer_issue


def check_two_dates(facts: pd.DataFrame, earlier_facts: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """Groups of species and age in which the stock of every stand grew by the same share.

    Stands are paired by key; those recoded, felled or without stock are left aside. Two surveys of the same
    stands never agree to two per cent of the growth rate; a yearly update by a table does.

    Parameters
    ----------
    facts, earlier_facts
        Normalised stands of the later and the earlier layer, indexed by key.
    settings
        Thresholds of the check table.

    Returns
    -------
    DataFrame
        GROWTH_BY_TABLE, one row per such group (about the layer): value is the share by which it grew,
        params ``species``, ``age_group``, ``count``; NO_STANDS_IN_COMMON where no key meets.
    """
    shared = facts.index.intersection(earlier_facts.index)
    if not len(shared):
        return layer_issue("NO_STANDS_IN_COMMON")
    now, before = facts.loc[shared], earlier_facts.loc[shared]
    kept = (before["volume_m3_ha"] > 0) & (now["volume_m3_ha"] > 0) & (now["species_code"] == before["species_code"])
    frame = pd.DataFrame(
        {
            "species": before["species_code"],
            "age_group": before["age_group"],
            "growth": now["volume_m3_ha"] / before["volume_m3_ha"].where(kept) - 1.0,
        }
    ).dropna()
    rows = []
    for (species, age_group), growth in frame.groupby(["species", "age_group"])["growth"]:
        if len(growth) >= settings["constant_growth_smallest_group"] and is_constant(growth.to_numpy(), settings):
            rows.append(
                layer_issue(
                    "GROWTH_BY_TABLE",
                    "volume_m3_ha",
                    round(float(growth.median()), 4),
                    species=species,
                    age_group=int(age_group),
                    count=len(growth),
                    percent=round(float(growth.median()) * 100.0, 2),
                )
            )
    return join_issues(rows)


def is_constant(growth: np.ndarray, settings: Mapping[str, float]) -> bool:
    """Whether (nearly) all stands grew by one rate other than zero."""
    middle = float(np.median(growth))
    if middle == 0.0:
        return False
    near = np.abs(growth - middle) <= settings["constant_growth_cv"] * abs(middle)
    return bool(near.mean() >= settings["constant_growth_share"])
