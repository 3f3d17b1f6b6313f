"""How a stand's volume compares with stands of the same species group, age group and quality grade.

The mean is taken from the layer itself. Stands of which a needed value is missing might belong to the group too,
with any volume that is possible, so that the mean, and with it the ratio, is an interval: a missing value anywhere
can only widen it and never turns a stand into a low-yielding one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from .problems import Problems, shown

SECTION = "site_yield"
_MOST_STANDS, _MOST_M3_HA = 1_000_000, 5_000
_PARTS = ("species_group", "age_group", "quality_grade")
_COLUMNS = ("site_volume_ratio_low", "site_volume_ratio_high")


@dataclass(frozen=True)
class SiteYieldTerms:
    """When a mean of a site is trusted.

    Attributes
    ----------
    least_stands
        Fewest stands with known volume in a group; below, the ratio is unknown.
    highest_volume_m3_ha
        Largest volume a stand can have; a larger one is taken as unknown.
    """

    least_stands: int
    highest_volume_m3_ha: float


def site_yield_terms(data: object, problems: Problems) -> SiteYieldTerms | None:
    """The section ``site_yield`` of a rule file."""
    path = "$." + SECTION
    if not isinstance(data, Mapping):
        problems.add(path, "must be an object, not {}", shown(data))
        return None
    for key in set(data) - {
        "least_stands",
        "highest_volume_m3_ha",
        "source",
        "confidence",
        "source_zh",
        "confidence_zh",
    }:
        problems.add(path, "unknown key {}", shown(key))
    least, highest = data.get("least_stands"), data.get("highest_volume_m3_ha")
    if isinstance(least, bool) or not isinstance(least, int) or not 1 <= least <= _MOST_STANDS:
        problems.add(path + ".least_stands", "must be a whole number of at least 1, not {}", shown(least))
        return None
    if isinstance(highest, bool) or not isinstance(highest, (int, float)) or not 0 < highest <= _MOST_M3_HA:
        problems.add(path + ".highest_volume_m3_ha", "must lie between 0 and 5000, not {}", shown(highest))
        return None
    return SiteYieldTerms(least, float(highest))


def site_volume_ratio(facts: pd.DataFrame, terms: SiteYieldTerms) -> pd.DataFrame:
    """Volume per hectare relative to the mean of the same site, as an interval.

    Returns
    -------
    DataFrame
        ``site_volume_ratio_low`` and ``site_volume_ratio_high``, NaN where the group is not known or has too
        few stands.
    """
    count = len(facts)
    volume = _numbers(facts, "volume_m3_ha")
    volume = np.where((volume >= 0) & (volume <= terms.highest_volume_m3_ha), volume, np.nan)
    codes = [_codes(facts, name) for name in _PARTS]
    could_be_forest = _land(facts)
    full = np.logical_and.reduce([code >= 0 for code in codes])
    member = full & np.isfinite(volume) & could_be_forest[0]
    sizes = [int(code.max(initial=-1)) + 1 for code in codes]
    if not all(sizes) or not member.any():
        return pd.DataFrame(np.full((count, 2), np.nan), index=facts.index, columns=list(_COLUMNS))
    cube = tuple(code[member] for code in codes)
    stands, total = np.zeros(sizes), np.zeros(sizes)
    np.add.at(stands, cube, 1.0)
    np.add.at(total, cube, volume[member])
    doubtful = could_be_forest[1] & ~member
    possible = _possible_members(codes, doubtful, sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        low_mean = total / (stands + possible)
        high_mean = (total + possible * terms.highest_volume_m3_ha) / (stands + possible)
    trusted = stands >= terms.least_stands
    ratio = np.full((count, 2), np.nan)
    asked = full & np.isfinite(volume) & could_be_forest[0]
    asked[asked] = trusted[cube]
    place = tuple(code[asked] for code in codes)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio[asked, 0] = volume[asked] / high_mean[place]
        ratio[asked, 1] = volume[asked] / low_mean[place]
    ratio[~np.isfinite(ratio).all(axis=1)] = np.nan
    return pd.DataFrame(ratio, index=facts.index, columns=list(_COLUMNS))


def _possible_members(
    codes: list[npt.NDArray[np.intp]], doubtful: npt.NDArray[np.bool_], sizes: list[int]
) -> npt.NDArray[np.float64]:
    """For every group, how many stands of which something is missing might belong to it."""
    possible = np.zeros(sizes)
    for pattern in product((False, True), repeat=len(codes)):
        here = doubtful & np.logical_and.reduce(
            [(code >= 0) == known for code, known in zip(codes, pattern, strict=True)]
        )
        if not here.any():
            continue
        # An unknown part counts into every value of that part: its axis has length 1 and is spread out.
        shape = [size if known else 1 for size, known in zip(sizes, pattern, strict=True)]
        counted = np.zeros(shape)
        place = tuple(
            code[here] if known else np.zeros(int(here.sum()), dtype=np.intp)
            for code, known in zip(codes, pattern, strict=True)
        )
        np.add.at(counted, place, 1.0)
        possible += counted
    return possible


def _land(facts: pd.DataFrame) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Where a stand is known to be arbor forest, and where it is or might be."""
    if "land_class" not in facts.columns:
        return np.zeros(len(facts), dtype=bool), np.ones(len(facts), dtype=bool)
    land = facts["land_class"]
    arbor = (land == "arbor").to_numpy()
    return arbor, arbor | land.isna().to_numpy()


def _numbers(facts: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    if name not in facts.columns:
        return np.full(len(facts), np.nan)
    return pd.to_numeric(facts[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _codes(facts: pd.DataFrame, name: str) -> npt.NDArray[np.intp]:
    if name not in facts.columns:
        return np.full(len(facts), -1, dtype=np.intp)
    # A group from the age alone is no group on record: its ends are unknown.
    codes, _ = pd.factorize(facts[name + "_low"] if name + "_low" in facts.columns else facts[name])
    return codes
