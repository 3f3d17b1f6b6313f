"""The stands behind a growth curve: which count, which are left out, and how well the curve meets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from .growth_models import FittedShape, fit_best
from .parameter_checks import named_numbers
from .parameters import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution by its median absolute deviation."""


@dataclass(frozen=True)
class GrowthRules:
    """When a fit is refused and how it is done."""

    stands_needed: int
    age_span_needed: float
    site_classes: int
    largest_asymptote: float
    stands_at_most: int
    folds: int
    outlier_spreads: float
    end_stands: int
    end_years: float

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> GrowthRules:
        """Check and take over the table of rules (``name``, ``value``).

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        values = named_numbers(frame, tuple(cls.__dataclass_fields__), "growth")
        return cls(
            int(values["stands_needed"]),
            values["age_span_needed"],
            int(values["site_classes"]),
            values["largest_asymptote"],
            int(values["stands_at_most"]),
            int(values["folds"]),
            values["outlier_spreads"],
            int(values["end_stands"]),
            values["end_years"],
        )


@dataclass(frozen=True)
class SurveyedStands:
    """Both surveys of a set of stands."""

    age: FloatArray
    volume: FloatArray
    age_then: FloatArray
    volume_then: FloatArray

    def fit(
        self, use: IntArray, remeasured: bool, rules: GrowthRules, only: tuple[str, float] | None = None
    ) -> FittedShape | None:
        """Best curve through the stands ``use``."""
        age_then = self.age_then[use] if remeasured else None
        volume_then = self.volume_then[use] if remeasured else None
        return fit_best(self.age[use], self.volume[use], age_then, volume_then, rules.largest_asymptote, only)


def hold_out(
    data: SurveyedStands,
    paired: IntArray,
    use: IntArray,
    remeasured: bool,
    fitted: FittedShape,
    rules: GrowthRules,
) -> tuple[float, float, float]:
    """RMSE, bias and relative RMSE of the yearly increment of re-measured stands that the fit did not see."""
    if len(paired) < rules.folds:
        return np.nan, np.nan, np.nan
    fold = np.arange(len(paired)) % rules.folds
    missed = []
    for one in range(rules.folds):
        left_out = paired[fold == one]
        part = data.fit(use[~np.isin(use, left_out)], remeasured, rules, (fitted.model, fitted.power))
        if part is None:
            return np.nan, np.nan, np.nan
        then, now = data.age_then[left_out], data.age[left_out]
        volume = data.volume_then[left_out] * part.volume_m3_ha(now) / part.volume_m3_ha(then)
        missed.append((volume - data.volume[left_out]) / (now - then))
    error = np.concatenate(missed)
    measured = np.mean((data.volume[paired] - data.volume_then[paired]) / (data.age[paired] - data.age_then[paired]))
    rmse = float(np.sqrt(np.mean(error**2)))
    return rmse, float(error.mean()), rmse / float(measured) if measured > 0 else np.nan


def enough(age: FloatArray, rules: GrowthRules) -> bool:
    """Whether these stands suffice for a curve."""
    return len(age) >= rules.stands_needed and float(np.ptp(age)) >= rules.age_span_needed


def refuse_few(group: str, age: FloatArray, ages: FloatArray, rules: GrowthRules) -> None:
    """Refuse a fit to too few stands or too short a span of ages.

    Raises
    ------
    InputError
        ``GROWTH_TOO_FEW_STANDS`` or ``GROWTH_AGE_SPAN``.
    """
    if len(age) < rules.stands_needed:
        raise InputError("GROWTH_TOO_FEW_STANDS", name=group, count=len(age), needed=rules.stands_needed)
    if np.ptp(ages) < rules.age_span_needed:
        raise InputError("GROWTH_AGE_SPAN", name=group, span=float(np.ptp(ages)), needed=rules.age_span_needed)


def lots(keys: pd.Index, seed: int) -> npt.NDArray[np.uint64]:
    """A random number for each stand, by its key alone: the order of the rows decides nothing."""
    drawn: npt.NDArray[np.uint64] = pd.util.hash_array(
        keys.to_numpy(dtype=object), hash_key=f"{seed:016d}"[-16:], categorize=False
    )
    return drawn


def with_held_ends(where: BoolArray, age: FloatArray, rules: GrowthRules) -> BoolArray:
    """``where`` without the youngest and oldest stands that are nearly alone at their age.

    One slipped age would otherwise make up a span of ages that is not there, and hold an end of the curve.
    """
    ages = np.sort(age[where])
    place = np.arange(len(ages))
    young = np.searchsorted(ages, ages + rules.end_years, side="right") - place >= rules.end_stands
    old = place + 1 - np.searchsorted(ages, ages - rules.end_years) >= rules.end_stands
    return np.asarray(where & (age >= ages[young].min(initial=np.inf)) & (age <= ages[old].max(initial=-np.inf)))


def likely(data: SurveyedStands, use: IntArray, remeasured: bool, rules: GrowthRules) -> IntArray:
    """``use`` without stands whose volume (or growth) is far from that of all others of their age.

    A slipped decimal point would otherwise bend the curve for everyone. Logarithms are compared over 1/age,
    on which all three models are nearly straight, with a robust spread, so that outliers cannot hide.
    """
    inverse = 1.0 / data.age[use]
    if remeasured:
        value = np.log(data.volume[use] / data.volume_then[use]) / (data.age[use] - data.age_then[use])
    else:
        value = np.log(data.volume[use])
    design = np.column_stack([np.ones(len(use)), inverse, inverse**2])
    residual = value - design @ np.linalg.lstsq(design, value, rcond=None)[0]
    residual = residual - np.median(residual)
    spread = NORMAL_MAD * np.median(np.abs(residual))
    return use[np.abs(residual) <= rules.outlier_spreads * spread] if spread > 0 else use
