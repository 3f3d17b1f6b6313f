"""Slope of a stand, written as a class or in degrees: an interval in either case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import layer_issue, no_issues
from ..stage import StageResult
from .cells import read_numbers
from .codes import read_codes
from .tables import StandTables

Floats = npt.NDArray[np.float64]


DEM_SLOPE = "slope_deg_mean"
_WALL_DEG = 90.0


def slope_from_dem(facts: pd.DataFrame, terrain: pd.DataFrame) -> StageResult:
    """The slope that rules ask about, of the elevation model where it knows it: it goes before the inventory's.

    Parameters
    ----------
    facts, terrain
        Tables of the same stands; ``terrain`` may hold ``slope_deg_mean`` in degrees.

    Returns
    -------
    StageResult
        ``slope_deg_low`` and ``slope_deg_high``; no column without an elevation model.
    """
    if DEM_SLOPE not in terrain.columns:
        return StageResult(pd.DataFrame(index=facts.index))
    measured = terrain[DEM_SLOPE].to_numpy(dtype=np.float64)
    known = np.isfinite(measured)
    columns = {
        name: np.where(known, measured, facts[name].to_numpy(dtype=np.float64))
        for name in ("slope_deg_low", "slope_deg_high")
    }
    issues = layer_issue("SLOPE_FROM_DEM", DEM_SLOPE, int(known.sum())) if known.any() else no_issues()
    return StageResult(pd.DataFrame(columns, index=facts.index), issues)


@dataclass(frozen=True)
class Slopes:
    """Slope in degrees, from ``low`` to ``high`` with both included; NaN where unknown.

    ``kind`` is ``class``, ``degrees`` or None (nothing filled in); ``unknown`` marks cells that say something
    which is no slope.
    """

    low: Floats
    high: Floats
    kind: str | None
    unknown: npt.NDArray[np.bool_]


def read_slopes(column: pd.Series, tables: StandTables, decided: str | None = None) -> Slopes:
    """Slope intervals of a column.

    The column is in classes when (nearly) all its numbers are whole and none is above 6, else in degrees;
    what does not fit the kind of its column is unknown. Names of classes (陡 …) are read in both. Class 3
    means [15, 25): its upper limit is the largest number below 25, so
    that "at least 25" is surely false and "at most 24.9" stays open.
    """
    table = tables.codes["PO_DU"]
    numbers = read_numbers(column, tables)
    values = numbers.values
    known = values[np.isfinite(values)]
    kind = decided
    if kind is None and (len(known) or numbers.not_number.any()):
        highest = max(float(code) for code in table.values)
        whole = (known == np.round(known)) & (known >= 0) & (known <= highest)
        as_class = len(known) == 0 or bool(whole.mean() >= tables.settings["slope_class_share"])
        kind = "class" if as_class else "degrees"
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    as_code = read_codes(column, ("PO_DU",), tables)
    classed = as_code.how == "name" if kind == "degrees" else np.asarray([code is not None for code in as_code.code])
    for code, (lower, upper) in table.bounds.items():
        here = classed & (as_code.code == code)
        low[here] = lower
        high[here] = upper if upper >= _WALL_DEG else np.nextafter(upper, -np.inf)
    if kind == "degrees":
        inside = np.isfinite(values) & (values >= 0.0) & (values <= _WALL_DEG)
        low[inside] = high[inside] = values[inside]
    said = np.isfinite(values) & ~((values == 0) & (kind == "class")) | numbers.not_number
    return Slopes(low, high, kind, said & np.isnan(low))
