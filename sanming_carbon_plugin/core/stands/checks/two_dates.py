"""Whether an earlier and a later layer are two surveys, or one survey rolled forward by a growth table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...issues import join_issues, layer_issue
from ...stage import StageResult
from ..species import BAMBOO
from .attributes import doubtful_median_m3_ha

_GROWING = ("volume_m3_ha", "age_yr", "dbh_cm", "height_m", "stems_per_ha")
_NEIGHBOURHOOD = 10.0


def check_two_dates(facts: pd.DataFrame, earlier_facts: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """Groups of species and age in which the stock of many stands grew by the same share.

    Stands are paired by key; those recoded, felled or without stock are left aside. Many stands of a survey
    never agree to two per cent of the growth rate; those of a yearly update by a table do.

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
        params ``species``, ``age_group``, ``count``, ``total``; NO_STANDS_IN_COMMON where no key meets.
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
        rate, count = commonest_rate(growth.to_numpy(dtype=np.float64), settings)
        if count:
            rows.append(
                layer_issue(
                    "GROWTH_BY_TABLE",
                    "volume_m3_ha",
                    round(rate, 4),
                    species=species,
                    age_group=int(age_group),
                    count=count,
                    total=len(growth),
                    percent=round(rate * 100.0, 2),
                )
            )
    return join_issues(rows)


def check_earlier_layer(
    facts: pd.DataFrame, earlier: StageResult, settings: Mapping[str, float]
) -> tuple[pd.DataFrame, bool]:
    """Doubts about the earlier layer as rows about the layer, and whether a layer's volumes are in another unit.

    What the reading of the earlier layer noticed is told with the number of its stands; its unit as an error. A layer
    that is given as both inventories gives a sink of 0 all over, and is told.

    Parameters
    ----------
    facts
        Normalised stands of today.
    earlier
        Normalised stands of then with what was noticed in reading them.
    settings
        Thresholds of the check table.
    """
    rows = []
    keyed = earlier.issues[earlier.issues["stand_key"].notna()]
    for code, count in keyed["code"].value_counts(sort=False).items():
        field = keyed.loc[keyed["code"] == code, "field"].iloc[0]
        rows.append(layer_issue("EARLIER_LAYER_DOUBT", field, int(count), doubt=code))
    if _all_the_same(facts, earlier.columns):
        rows.append(layer_issue("EARLIER_LAYER_SAME", "volume_m3_ha", len(facts)))
    median = doubtful_median_m3_ha(earlier.columns, settings)
    if median is not None:
        rows.append(layer_issue("EARLIER_VOLUME_UNIT_DOUBTFUL", "volume_m3_ha", median, median=median))
    doubted = median is not None or doubtful_median_m3_ha(facts, settings) is not None
    for name, count, times in _times_as_much(facts, earlier.columns, settings):
        if times >= settings["unit_times_high"]:
            rows.append(layer_issue("EARLIER_UNIT_DIFFERS", name, round(times, 1), count=count))
            doubted = True
    return join_issues(rows), doubted


def _times_as_much(
    facts: pd.DataFrame, before: pd.DataFrame, settings: Mapping[str, float]
) -> Iterator[tuple[str, int, float]]:
    """Of volume and of culms: how many stands are compared by key, and how many times as much the middle one has now.

    Young stands may have many times the volume of then.
    """
    shared = facts.index.intersection(before.index)
    now, then = facts.loc[shared], before.loc[shared]
    young = settings["unit_times_age_yr"]
    too_young = (then["age_yr"] < young) | (then["age_yr"].isna() & (now["age_yr"] < 2.0 * young))
    bamboo = (now["land_class"] == BAMBOO) & (then["land_class"] == BAMBOO)
    for name, asked in (("volume_m3_ha", ~too_young), ("stems_per_ha", bamboo)):
        times = (now[name] / then[name].where(asked & (then[name] > 0.0))).dropna()
        if len(times):
            yield name, len(times), float(times.median())


def _all_the_same(facts: pd.DataFrame, before: pd.DataFrame) -> bool:
    """Whether not one stand has grown, aged or changed: then one layer was taken for two."""
    if not facts.index.equals(before.index):
        return False
    names = [name for name in _GROWING if name in facts.columns and name in before.columns]
    now, then = (table[names].to_numpy(dtype=np.float64) for table in (facts, before))
    return bool((now > 0).any()) and np.array_equal(now, then, equal_nan=True)


def commonest_rate(growth: npt.NDArray[np.float64], settings: Mapping[str, float]) -> tuple[float, int]:
    """The rate by which conspicuously many stands grew, and how many; 0 stands where there is no such rate.

    The rate is looked for as the narrow band with the most stands. It is conspicuous when it holds nearly all
    stands of the group, or several times as many as bands of the same width beside it: part of a layer may
    be surveyed and the rest rolled forward.
    """
    rates = np.sort(growth[growth != 0.0])
    if not len(rates):
        return 0.0, 0
    half = settings["constant_growth_cv"] * np.abs(rates)
    inside = np.searchsorted(rates, rates + half, side="right") - np.searchsorted(rates, rates - half, side="left")
    best = int(np.argmax(inside))
    count, rate, width = int(inside[best]), float(rates[best]), float(half[best])
    near = np.abs(rates - rate) <= _NEIGHBOURHOOD * width
    background = (int(near.sum()) - count) / (_NEIGHBOURHOOD - 1.0)
    most = count >= settings["constant_growth_share"] * len(growth)
    conspicuous = most or count >= settings["constant_growth_excess"] * background
    enough = count >= settings["constant_growth_smallest_group"]
    return (rate, count) if enough and conspicuous else (0.0, 0)
