"""How far the total of some stands may be off: from the carbon room, or the widest it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..carbon.uncertainty import SinkErrors, relative_error, total_interval, weighted
from .tonnes import Floats, creditable_sink_tco2e_yr, number_column

INCREMENT = "increment"
COMPONENTS, WIDEST = "components", "widest"


@dataclass(frozen=True)
class TotalError:
    """Error of the total of a group of stands.

    Attributes
    ----------
    relative
        Half-width of the 90 % interval over the base (yearly increment, or today's stock); NaN where unknown.
    below_tco2e_yr, above_tco2e_yr
        How far the ends of the interval lie from the yearly sink of the group, the first not above 0.
    base
        ``increment`` or ``stock``.
    source
        ``components`` where the carbon room knows which errors are shared, ``widest`` where all are taken to
        lean one way.
    """

    relative: float
    below_tco2e_yr: float
    above_tco2e_yr: float
    base: str
    source: str


ErrorOf = Callable[[Floats, str], TotalError]
"""Error of the total of the stands, of which shares count (0 to 1, shape (n,)), for a base."""


def error_of_total(errors: SinkErrors | None, facts: pd.DataFrame) -> ErrorOf:
    """What gives the error of any group of the stands in ``facts``.

    Parameters
    ----------
    errors
        Error components of the same stands, None where there are none.
    """
    if errors is None:
        return lambda weight, base: widest_error(facts, weight, base)
    return lambda weight, base: _from_components(errors, weight, base)


def _from_components(errors: SinkErrors, weight: Floats, base: str) -> TotalError:
    group = np.where(weight > 0.0, 0, -1).astype(np.int64)
    total = total_interval(weighted(errors, np.where(weight > 0.0, weight, 0.0)), group, 1).iloc[0]
    sink = float(total["sink_tco2e_yr"])
    return TotalError(
        relative_error(errors, weight, base),
        float(total["sink_low_tco2e_yr"]) - sink,
        float(total["sink_high_tco2e_yr"]) - sink,
        base,
        COMPONENTS,
    )


def widest_error(facts: pd.DataFrame, weight: Floats, base: str) -> TotalError:
    """Error of the total as if the errors of all stands leaned one way: the widest it can be.

    Of the stock nothing is known this way. NaN where an interval is missing.
    """
    sink = creditable_sink_tco2e_yr(facts)
    used = (weight > 0.0) & np.isfinite(sink)
    part = weight[used]
    below, above = (
        float(((number_column(facts, f"sink_{end}_tco2e_yr") - sink)[used] * part).sum()) for end in ("low", "high")
    )
    total = abs(float((sink[used] * part).sum()))
    known = base == INCREMENT and used.any() and total > 0
    return TotalError((above - below) / 2.0 / total if known else float("nan"), below, above, base, WIDEST)
