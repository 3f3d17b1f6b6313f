"""Members of a collective that apply together, and the weights by which they share the income."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError

_SUM_TOLERANCE = 1e-5
"""What thirds written with six decimals may lack of 1."""

_LARGEST = 1e12
"""A weight above this is no count of days, persons or mu, but a slip of the pen."""


@dataclass(frozen=True)
class Household:
    """What the collective knows of a member: whether it signed, and its agreed part of the income.

    A weight that was written in percent is given as a share, 0 to 1, with ``in_percent``.
    """

    holder: str
    authorised: bool
    income_weight: float | None = None
    in_percent: bool = False


def require_agreed_weights(households: Sequence[Household]) -> None:
    """Refuse weights of the households that signed that do not say one clear thing.

    Either nobody has a weight, or everybody; either all are in percent or none. Percents, and fractions where no
    weight is above 1, are shares of the whole and must add up to it; whole numbers, and weights above 1 such as
    days or mu, only stand in proportion.

    Raises
    ------
    InputError
        APPLICATION_WEIGHTS_INCOMPLETE, APPLICATION_WEIGHTS_MIXED, APPLICATION_WEIGHT_UNUSABLE,
        APPLICATION_WEIGHTS_SUM.
    """
    signed = [household for household in households if household.authorised]
    given = [household for household in signed if household.income_weight is not None]
    weights = [float(household.income_weight or 0.0) for household in given]
    for household, weight in zip(given, weights, strict=True):
        if not (math.isfinite(weight) and 0.0 <= weight <= _LARGEST):
            raise InputError("APPLICATION_WEIGHT_UNUSABLE", holder=household.holder, value=f"{weight:g}")
    total = math.fsum(weights)
    if given and (len(given) < len(signed) or not total > 0):
        raise InputError("APPLICATION_WEIGHTS_INCOMPLETE", given=len(given), count=len(signed))
    percents = [household.in_percent for household in given]
    if any(percents) and not all(percents):
        raise InputError("APPLICATION_WEIGHTS_MIXED", percents=sum(percents), count=len(given))
    shares = any(percents) or (max(weights, default=0.0) <= 1.0 and not all(weight.is_integer() for weight in weights))
    if shares and abs(total - 1.0) > _SUM_TOLERANCE:
        raise InputError("APPLICATION_WEIGHTS_SUM", sum=f"{total:.6g}", percent=f"{total * 100.0:.6g}")
