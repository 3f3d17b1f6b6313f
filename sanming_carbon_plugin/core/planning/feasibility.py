"""Whether a felling can be done in a stand: the one rule that plans and work designs go by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]

YES, NO, UNKNOWN = "yes", "no", "unknown"
TOO_OPEN, TOO_YOUNG, CLOSURE_UNKNOWN, AGE_UNKNOWN = "canopy_too_open", "too_young", "canopy_unknown", "age_unknown"
"""Why a felling that has to leave a canopy cannot be done, or why nobody can say whether it can."""
YOUNG = 1
"""Age group of young stands; an older one is old enough for any felling that asks for an age."""
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class FellingNeeds:
    """What a technique asks of the stand it fells in.

    Attributes
    ----------
    closure_after
        Canopy that has to be left, 0 to 1; NaN where none has to.
    age_yr
        Least age; NaN for none.
    """

    closure_after: float
    age_yr: float

    def __bool__(self) -> bool:
        return not (np.isnan(self.closure_after) and np.isnan(self.age_yr))


def felling_hindered(
    needs: FellingNeeds, closure: FloatArray, age_yr: FloatArray, age_group: FloatArray
) -> tuple[TextArray, TextArray]:
    """Whether a felling finds more canopy than it has to leave, in trees old enough; and why not.

    Parameters
    ----------
    needs
        What the technique asks for.
    closure, age_yr, age_group
        Of each stand, NaN where unknown; shape (n,).

    Returns
    -------
    feasible, reason
        ``yes``, ``no``, ``unknown``, and None where nothing is asked for; reason None where it is not hindered.
    """
    feasible = np.full(len(closure), YES if needs else None, dtype=object)
    reason = np.full(len(closure), None, dtype=object)
    if not needs:
        return feasible, reason
    asks_canopy, asks_age = not np.isnan(needs.closure_after), not np.isnan(needs.age_yr)
    none = np.zeros(len(closure), dtype=bool)
    checks = (
        (NO, TOO_OPEN, closure <= needs.closure_after + _TOLERANCE if asks_canopy else none),
        (NO, TOO_YOUNG, age_yr < needs.age_yr if asks_age else none),
        (UNKNOWN, CLOSURE_UNKNOWN, np.isnan(closure) if asks_canopy else none),
        (UNKNOWN, AGE_UNKNOWN, np.isnan(age_yr) & ~(age_group > YOUNG) if asks_age else none),
    )
    for answer, why, where in reversed(checks):
        feasible[where], reason[where] = answer, why
    return feasible, reason


def within_block_limit(area_ha: FloatArray, limit_low_ha: FloatArray, limit_high_ha: FloatArray) -> TextArray:
    """Whether stands are no larger than the largest clear-cut that their slope allows, shape (n,)."""
    found = np.full(len(area_ha), UNKNOWN, dtype=object)
    found[area_ha <= limit_low_ha] = YES  # comparisons with what is unknown are false
    found[area_ha > limit_high_ha] = NO
    return found
