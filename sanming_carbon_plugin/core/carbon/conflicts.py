"""Stands whose volume, height, closure and image do not fit together: a list for surveyors.

What the checks of the stands say already is not said again; these look at a species group as a whole, at the
volume equations and at the image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import join_issues, stand_issues
from ..rasters.canopy import HEIGHT, SUPPORT
from .account import numbers, open_account
from .parameter_checks import named_numbers
from .parameters import NO_ROW, FloatArray, ParameterTable, TextArray

SAID_BY_CHECKS = {
    "CONFLICT_VOLUME_TREES": ("STOCK_TOO_LARGE_FOR_TREES", "STOCK_TOO_SMALL_FOR_TREES"),
    "CONFLICT_VOLUME_PATTERN": ("OUTLIER_STOCK", "STOCK_TOO_LARGE_FOR_CLOSURE"),
}
"""Codes of the checks that make a conflict of the same stand a repetition."""

NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution by its median absolute deviation."""


@dataclass(frozen=True)
class ConflictRules:
    """From where on two attributes of a stand are told to contradict each other."""

    trees_ratio_low: float
    trees_ratio_high: float
    outlier_spreads: float
    stands_needed: float
    height_ratio_low: float
    height_ratio_high: float
    image_support_needed: float

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> ConflictRules:
        """Check and take over the table of limits (``name``, ``value``).

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        return cls(**named_numbers(frame, tuple(cls.__dataclass_fields__), "conflicts"))


def conflicts(
    facts: pd.DataFrame,
    parameters: ParameterTable,
    rules: ConflictRules,
    canopy_height_m: FloatArray | None = None,
    told: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Issue rows, one per stand and contradiction.

    Parameters
    ----------
    facts
        Table of stands.
    parameters
        The parameter table (groups and volume equations).
    rules
        Limits.
    canopy_height_m
        Mean canopy height of each stand from an image or lidar, NaN where unknown.
    told
        Issue rows of the checks, not to be repeated.
    """
    keys = facts.index.to_numpy(dtype=object)
    recorded, height = numbers(facts, "volume_m3_ha"), numbers(facts, "height_m")
    group = open_account(facts, parameters).look_up.group
    rows = []

    def about(code: str, where: npt.NDArray[np.bool_], field: str, seen: FloatArray, other: FloatArray) -> None:
        at = np.flatnonzero(where)
        told = stand_issues(code, keys[at], field, np.round(seen[at], 2))
        told["params"] = [{"expected": round(float(value), 2)} for value in other[at]]
        rows.append(told)

    trees = _volume_of_trees(facts, group, parameters)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = recorded / trees
        seen = np.full(len(facts), np.nan) if canopy_height_m is None else canopy_height_m
        taller = seen / height
    about(
        "CONFLICT_VOLUME_TREES",
        (recorded > 0) & ((ratio < rules.trees_ratio_low) | (ratio > rules.trees_ratio_high)),
        "volume_m3_ha",
        recorded,
        trees,
    )
    expected, odd = _pattern(recorded, height, numbers(facts, "closure"), group, rules)
    about("CONFLICT_VOLUME_PATTERN", odd, "volume_m3_ha", recorded, expected)
    odd_image = (taller < rules.height_ratio_low) | (taller > rules.height_ratio_high)
    about("CONFLICT_HEIGHT_IMAGE", odd_image & (height > 0), "height_m", height, seen)
    return _not_told_before(join_issues(rows), told)


def canopy_heights_m(facts: pd.DataFrame, rules: ConflictRules) -> FloatArray | None:
    """Mean canopy height of each stand where a raster plays that role; None without one.

    NaN where too little of the stand has a height.
    """
    if f"{HEIGHT}_mean" not in facts.columns:
        return None
    support = numbers(facts, SUPPORT)
    return np.where(support >= rules.image_support_needed, numbers(facts, f"{HEIGHT}_mean"), np.nan)


def _not_told_before(found: pd.DataFrame, told: pd.DataFrame | None) -> pd.DataFrame:
    if told is None or not len(told):
        return found
    repeated = np.zeros(len(found), dtype=bool)
    for code, checks in SAID_BY_CHECKS.items():
        said = told.loc[told["code"].isin(checks), "stand_key"]
        repeated |= ((found["code"] == code) & found["stand_key"].isin(said)).to_numpy()
    return found[~repeated].reset_index(drop=True)


def _volume_of_trees(facts: pd.DataFrame, group: TextArray, parameters: ParameterTable) -> FloatArray:
    """Volume per hectare of the mean tree times the number of trees, NaN where it cannot be said."""
    if parameters.equations is None:
        return np.full(len(facts), np.nan)
    row = pd.Series(group, dtype=object).map(parameters.equations.groups).fillna(NO_ROW).to_numpy(dtype=np.int64)
    tree = parameters.equations.tree_volume_m3(row, numbers(facts, "dbh_cm"), numbers(facts, "height_m"))
    return tree * numbers(facts, "stems_per_ha")


def _pattern(
    volume: FloatArray, height: FloatArray, closure: FloatArray, group: TextArray, rules: ConflictRules
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Volume that height and closure lead to expect within the species group, and who is far from it.

    ln V = c0 + c1 ln H + c2 ln closure by least squares; the limit is robust, so that outliers do not hide
    one another.
    """
    expected = np.full(len(volume), np.nan)
    odd = np.zeros(len(volume), dtype=bool)
    usable = (volume > 0) & (height > 0) & (closure > 0)
    names = pd.Series(group, dtype=object)
    for name in names[usable].dropna().unique():
        at = np.flatnonzero(usable & (names == name).to_numpy())
        if len(at) < rules.stands_needed:
            continue
        design = np.column_stack([np.ones(len(at)), np.log(height[at]), np.log(closure[at])])
        fitted = design @ np.linalg.lstsq(design, np.log(volume[at]), rcond=None)[0]
        residual = np.log(volume[at]) - fitted
        spread = NORMAL_MAD * np.median(np.abs(residual - np.median(residual)))
        expected[at] = np.exp(fitted)
        odd[at] = (np.abs(residual - np.median(residual)) > rules.outlier_spreads * spread) & (spread > 0)
    return expected, odd
