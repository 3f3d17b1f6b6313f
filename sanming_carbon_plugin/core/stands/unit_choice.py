"""In which unit a column was written, decided once per column from its values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..units import MU_PER_HECTARE, SQUARE_METRES_PER_HECTARE

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

AREA_UNITS = {"ha": 1.0, "mu": MU_PER_HECTARE, "m2": SQUARE_METRES_PER_HECTARE}
_TENTHS = 10


@dataclass(frozen=True)
class Converted:
    """Values in the unit of the result.

    ``unit`` is the unit found in the column (None where it cannot be told); ``doubtful`` marks values that do
    not fit the unit of their column, they are NaN.
    """

    values: Floats
    unit: str | None
    doubtful: Mask


def area_in_hectares(
    values: Floats, area_ha: Floats, agreement: float, factor: float, decided: str | None = None
) -> Converted:
    """Recorded areas in ha, after comparing them with the areas of the geometry.

    Parameters
    ----------
    values
        Recorded areas, ha, 亩 or m²; length n.
    area_ha
        Area on the ellipsoid in ha, length n.
    agreement
        Share of stands that must speak for one unit.
    factor
        How far a ratio may be from the unit and still speak for it.
    decided
        Unit chosen by the user.
    """
    nothing = np.zeros(len(values), dtype=bool)
    unit = decided
    if unit is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = values / area_ha
        ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
        for name, per_ha in AREA_UNITS.items():
            near = (ratio >= per_ha / factor) & (ratio <= per_ha * factor)
            if len(ratio) and near.mean() >= agreement:
                unit = name
    if unit is None:
        return Converted(np.full(len(values), np.nan), None, nothing)
    return Converted(values / AREA_UNITS[unit], unit, nothing)


def closure_as_fraction(
    values: Floats, fraction_share: float, percent_median: float, decided: str | None = None
) -> Converted:
    """Closure 0 to 1 of a column in fractions, tenths or percent.

    In a column of percent or tenths a value between 0 and 1 may be either; in a column of fractions a value
    above 1 is none. Both are unknown.
    """
    positive = values[np.isfinite(values) & (values > 0)]
    large = positive[positive > 1]
    unit = decided
    if unit is None:
        unit = "fraction"
        if len(positive) and len(large) / len(positive) > fraction_share:
            tenths = np.median(large) <= percent_median and large.max() <= _TENTHS
            unit = "tenths" if tenths else "percent"
    if unit == "fraction":
        doubtful = values > 1
        return Converted(np.where(doubtful, np.nan, values), unit, doubtful)
    doubtful = (values > 0) & (values < 1)
    divisor = 100.0 if unit == "percent" else 10.0
    return Converted(np.where(doubtful, np.nan, values / divisor), unit, doubtful)


def tenths_of(values: Floats, median_limit: float, names: tuple[str, str], decided: str | None = None) -> Converted:
    """Values of a column that may be written in a tenth of its unit (mm for cm, dm for m).

    Only a column of whole numbers whose median is beyond ``median_limit`` is taken as tenths. ``names`` are
    the unit and its tenth.
    """
    known = values[np.isfinite(values) & (values > 0)]
    unit = decided
    if unit is None:
        whole = len(known) > 0 and bool(np.all(known == np.round(known)))
        unit = names[1] if whole and np.median(known) > median_limit else names[0]
    doubtful = np.zeros(len(values), dtype=bool)
    return Converted(values / 10.0 if unit == names[1] else values.copy(), unit, doubtful)
