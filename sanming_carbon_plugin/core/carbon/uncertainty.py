"""How far the yearly sink may be off: named error components, each with what it shares, and the 90 % interval.

Each component is a list of amounts (tonnes a year that one standard deviation moves a stand by) with the
identity of the thing that errs: a stand's volume on one date, a survey, a row of parameters, a line, a code.
Amounts of the same identity add up, different identities add in quadrature. So a total is never the sum of
independent stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from .error_amounts import Amounts, ErrorTable, SinkErrors, parameter_amounts
from .parameters import ERROR_KINDS, FloatArray, IntArray
from .sums import sum_by

__all__ = [
    "ErrorTable",
    "SinkErrors",
    "component_variances",
    "contributions",
    "relative_error",
    "stand_interval",
    "stock_variances",
    "total_interval",
    "weighted",
]

HALF_WIDTH_90 = ERROR_KINDS["half_width_90"]
DENSE_CELLS = 1_000_000
"""Up to this many group-identity cells are summed in one array, above it by sorting."""

INCREMENT, STOCK = "increment", "stock"


def weighted(found: SinkErrors, weight: FloatArray) -> SinkErrors:
    """The same errors when of each stand only a share counts; parts of a stand err with it.

    Parameters
    ----------
    found
        Error components of a layer.
    weight
        Share of each stand that counts, 0 and more; one entry per stand.
    """

    def share(amounts: Amounts) -> Amounts:
        return Amounts(amounts.stand, amounts.identity, amounts.amount * weight[amounts.stand])

    pieces = found.pieces
    at = weight[pieces.stand]
    return replace(
        found,
        sink=found.sink * weight,
        shift=found.shift * weight,
        boundary=share(found.boundary),
        recode=share(found.recode),
        growth=share(found.growth),
        pieces=replace(pieces, now=pieces.now * at, then=pieces.then * at, stock=pieces.stock * at),
    )


def relative_error(found: SinkErrors, weight: FloatArray, base: str = INCREMENT) -> float:
    """Half of the width of the 90 % interval of a group of stands, by the size of its total.

    Parameters
    ----------
    found
        Error components of a layer.
    weight
        Share of each stand of the layer that belongs to the group, 0 to 1; one entry per stand.
    base
        ``increment``: of the yearly sink. ``stock``: of today's stock on the ground whose sink is known,
        by the factors that the sink was counted with.

    Returns
    -------
    float
        0.1 for 10 %. Stands of unknown sink have no part in it; NaN where none of the group is known or a
        share is unknown, infinite where the total is 0 and its error is not.
    """
    if np.isnan(weight).any():
        return np.nan
    use = weight > 0.0
    part = weighted(found, np.where(use, weight, 0.0))
    group = np.where(use, 0, -1).astype(np.int64)
    if base == STOCK:
        total = float(part.pieces.stock.sum()) if use[part.pieces.stand].any() else np.nan
        half = HALF_WIDTH_90 * float(np.sqrt(sum(float(v[0]) for v in stock_variances(part, group, 1).values())))
    else:
        interval = total_interval(part, group, 1).iloc[0]
        total = float(interval["sink_tco2e_yr"])
        half = float(interval["sink_high_tco2e_yr"] - interval["sink_low_tco2e_yr"]) / 2.0
    if np.isnan(total) or np.isnan(half):
        return np.nan
    if total == 0.0:
        return np.inf if half > 0.0 else 0.0
    return half / abs(total)


def stock_variances(found: SinkErrors, group: IntArray, groups: int) -> dict[str, FloatArray]:
    """Variance (t²) that each component gives to today's stock of each group; groups as for the sink."""
    pieces, table = found.pieces, found.errors
    alone = Amounts(pieces.stand, pieces.id_now, pieces.stock * table.size["stand_volume"])
    together = Amounts(pieces.stand, pieces.id_now, pieces.stock * table.size["survey"])
    variances = {
        "stand_volume_now": _by_identity(alone, group, groups),
        "survey_now": _sums(together, group, groups) ** 2,
    }
    today = replace(pieces, now=pieces.stock, then=np.zeros(len(pieces.stock)), row_then=pieces.row_now)
    return variances | dict(_parameter_variances(replace(found, pieces=today), group, groups))


def _parameter_variances(found: SinkErrors, group: IntArray, groups: int) -> Iterator[tuple[str, FloatArray]]:
    """Rows of different source lean the same way by the stated correlation."""
    lean = found.errors.correlation["parameter"]
    for name, amounts in parameter_amounts(found.pieces, found.sources):
        alone = _by_identity(amounts, group, groups)
        yield name, (1.0 - lean) * alone + lean * _sums(amounts, group, groups) ** 2


def component_variances(found: SinkErrors, group: IntArray, groups: int) -> dict[str, FloatArray]:
    """Variance (t²/a²) that each component gives to the total of each group.

    Parameters
    ----------
    found
        Error components of a layer.
    group
        Group of each stand, 0 to ``groups`` - 1; -1 leaves a stand out.
    groups
        Number of groups.
    """
    return dict(each_variance(found, group, groups))


def each_variance(found: SinkErrors, group: IntArray, groups: int) -> Iterator[tuple[str, FloatArray]]:
    """:func:`component_variances` one after the other; of a million stands all at once would be much."""
    table, pieces = found.errors, found.pieces
    yield "stand_volume_now", _by_identity(found.volume_now, group, groups)
    yield "stand_volume_earlier", _by_identity(found.volume_then, group, groups)
    if table.correlation["stand_volume"]:
        yield "stand_volume_shared", table.correlation["stand_volume"] * _shared_variance(found, group, groups)
    survey = table.size["survey"]
    total_now, total_then = (
        survey * _sums(Amounts(pieces.stand, pieces.stand, stock), group, groups) for stock in (pieces.now, pieces.then)
    )
    yield "survey_now", total_now**2
    yield "survey_earlier", total_then**2
    if table.correlation["survey"]:
        yield "survey_shared", -2.0 * table.correlation["survey"] * total_now * total_then
    del total_now, total_then
    yield from _parameter_variances(found, group, groups)
    yield "boundary", _by_identity(found.boundary, group, groups)
    same, codes = table.correlation["recode"], found.recode
    alone = _by_identity(Amounts(codes.stand, codes.stand, codes.amount), group, groups)
    yield "recode", same * _by_identity(codes, group, groups) + (1.0 - same) * alone
    yield "growth_model", _by_identity(found.growth, group, groups)


def _shared_variance(found: SinkErrors, group: IntArray, groups: int) -> FloatArray:
    """What the volume errors of the two dates of a stand would add if they were the same."""
    now, then = found.volume_now, found.volume_then
    summed = Amounts(
        np.concatenate([now.stand, then.stand]),
        np.concatenate([now.identity, then.identity]),
        np.concatenate([now.amount, -then.amount]),
    )
    apart = _by_identity(now, group, groups) + _by_identity(then, group, groups)
    return _by_identity(summed, group, groups) - apart


def total_interval(found: SinkErrors, group: IntArray, groups: int | None = None) -> pd.DataFrame:
    """Yearly sink and its 90 % interval for each group of stands.

    Parameters
    ----------
    found
        Error components of a layer.
    group
        Group of each stand, 0 …; -1 leaves a stand out.
    groups
        Number of groups; by default one more than the largest in ``group``.

    Returns
    -------
    DataFrame
        One row per group: ``stands`` (with a known sink), ``sink_tco2e_yr``, ``sink_low_tco2e_yr``,
        ``sink_high_tco2e_yr``, ``sd_tco2e_yr``; NaN where no stand of the group is known.
    """
    groups = int(group.max(initial=-1)) + 1 if groups is None else groups
    variance = np.zeros(groups)
    for _, part in each_variance(found, group, groups):
        variance += part
    sd = np.sqrt(np.maximum(variance, 0.0))
    use = (group >= 0) & ~np.isnan(found.sink)
    stands = np.bincount(group[use], minlength=groups)
    total = np.where(stands > 0, sum_by(group[use], found.sink[use], groups), np.nan)
    middle = total + sum_by(group[use], found.shift[use], groups)
    return pd.DataFrame(
        {
            "stands": stands,
            "sink_tco2e_yr": total,
            "sink_low_tco2e_yr": np.minimum(middle - HALF_WIDTH_90 * sd, total),
            "sink_high_tco2e_yr": middle + HALF_WIDTH_90 * sd,
            "sd_tco2e_yr": sd,
        }
    )


def interval_of(errors: SinkErrors | None) -> Callable[[IntArray, int], tuple[FloatArray, FloatArray]] | None:
    """What gives the interval of the sink of any groups of stands; None where there is no sink.

    It takes the number of each stand's group, shape (n,), and how many groups there are, and gives the lower and the
    upper end of each group in t CO2e a year.
    """
    if errors is None:
        return None

    def interval(group: IntArray, count: int) -> tuple[FloatArray, FloatArray]:
        found = total_interval(errors, group, count)
        return found["sink_low_tco2e_yr"].to_numpy(), found["sink_high_tco2e_yr"].to_numpy()

    return interval


def stand_interval(found: SinkErrors) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the 90 % interval of every stand, t/a; NaN where the sink is unknown."""
    table = total_interval(found, np.arange(found.count), found.count)
    return table["sink_low_tco2e_yr"].to_numpy(), table["sink_high_tco2e_yr"].to_numpy()


def contributions(found: SinkErrors, group: IntArray | None = None, groups: int = 1) -> pd.DataFrame:
    """How much each component gives to the variance of each total.

    Returns
    -------
    DataFrame
        ``group``, ``component``, ``sd_tco2e_yr``, ``share`` (of the variance; shares of a group sum to 1).
    """
    codes = np.zeros(found.count, dtype=np.int64) if group is None else group
    variances = component_variances(found, codes, groups)
    total = np.sum(list(variances.values()), axis=0)
    parts = [
        pd.DataFrame(
            {
                "group": np.arange(groups),
                "component": np.full(groups, name, dtype=object),
                "sd_tco2e_yr": np.sign(values) * np.sqrt(np.abs(values)),
                "share": np.divide(values, total, out=np.full(groups, np.nan), where=total > 0),
            }
        )
        for name, values in variances.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _sums(amounts: Amounts, group: IntArray, groups: int) -> FloatArray:
    """Sum of the amounts of each group."""
    at = group[amounts.stand]
    use = at >= 0
    if use.all():
        return sum_by(at, amounts.amount, groups)
    return sum_by(at[use], amounts.amount[use], groups)


def _by_identity(amounts: Amounts, group: IntArray, groups: int) -> FloatArray:
    """Sum over identities of the squared sum of their amounts, for each group."""
    at, identity, amount = group[amounts.stand], amounts.identity, amounts.amount
    use = at >= 0
    if not use.all():
        at, identity, amount = at[use], identity[use], amount[use]
    if not len(at):
        return np.zeros(groups)
    names = int(identity.max()) + 1
    if groups * names <= DENSE_CELLS + 4 * len(at):
        sums = sum_by(at * names + identity, amount, groups * names)
        return np.asarray((sums**2).reshape(groups, names).sum(axis=1))
    if np.bincount(at).max() == 1:
        return sum_by(at, amount**2, groups)
    order = np.lexsort((identity, at))
    at, identity, amount = at[order], identity[order], amount[order]
    first = np.flatnonzero(np.r_[True, (at[1:] != at[:-1]) | (identity[1:] != identity[:-1])])
    return sum_by(at[first], np.add.reduceat(amount, first) ** 2, groups)
