"""A sink for stands that were never measured twice: by a growth curve or a growth rate, always marked as modelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue
from .account import StandAccount, numbers, open_account
from .error_amounts import Amounts, ErrorPieces, ErrorSources, ErrorTable, SinkErrors, errors_of_pieces, no_amounts
from .growth import GrowthFit, growth_ratio, standing_volume
from .growth_rates import GrowthRates, pressler_growth
from .parameters import FAMILY_VOLUME, FloatArray, IntArray, ParameterTable
from .survey import GROWTH_CURVE, GROWTH_RATE, NO_BASIS

NEXT_YEAR = 1.0


@dataclass(frozen=True)
class ModelledGrowth:
    """Yearly growth of volume of each stand (m³/ha), what moved it, and the relative error of that."""

    increment_m3_ha_yr: FloatArray
    identity: IntArray
    relative_error: FloatArray
    basis: str
    issues: pd.DataFrame


def by_curve(facts: pd.DataFrame, account: StandAccount, growth: GrowthFit, errors: ErrorTable) -> ModelledGrowth:
    """Growth of the coming year by each stand's curve."""
    by_volume = account.family == FAMILY_VOLUME
    ratio, issues = growth_ratio(facts, growth, account.look_up.group, by_volume, NEXT_YEAR)
    curves, served = growth.curve_of(facts.index, account.look_up.group)
    share = np.array([*(curve.hold_out_share for curve in curves), np.nan])
    few = np.array([*(curve.hold_out_stands < growth.pairs_needed for curve in curves), True])
    share = np.where(few | np.isnan(share), np.fmax(share, errors.size["growth_curve"]), share)
    volume, told = standing_volume(facts, account)
    issues = join_issues([issues, told])
    return ModelledGrowth(volume * (ratio - 1.0), served, share[served], GROWTH_CURVE, issues)


def by_rate(facts: pd.DataFrame, account: StandAccount, rates: GrowthRates, errors: ErrorTable) -> ModelledGrowth:
    """Growth of the coming year by the user's rates (Pressler)."""
    percent, row = rates.of(facts, account.look_up.group)
    volume, told = standing_volume(facts, account)
    relative = np.full(len(facts), errors.size["growth_rate"])
    missing = int(np.count_nonzero(np.isnan(percent) & ~np.isnan(volume)))
    issues = join_issues([told, *([layer_issue("GROWTH_NO_RATE", "age_yr", missing)] if missing else [])])
    return ModelledGrowth(pressler_growth(volume, percent), row, relative, GROWTH_RATE, issues)


def fill_modelled(
    facts: pd.DataFrame,
    columns: pd.DataFrame,
    found: SinkErrors,
    models: list[ModelledGrowth],
    account: StandAccount,
    parts: IntArray,
) -> tuple[pd.DataFrame, SinkErrors, pd.DataFrame]:
    """Give every stand without a sink the first model's that knows it; measured ones stay as they are.

    ``parts`` is a number per stand, the same for parts of one stand: they share its volume error.

    Returns
    -------
    columns, errors, issues
        New columns, error components with those of the modelled stands, and what should be told.
    """
    columns = columns.copy()
    told: list[pd.DataFrame] = []
    area = numbers(facts, "area_ha")
    for model in models:
        sink = model.increment_m3_ha_yr * account.factor_tco2e * area
        without = (columns["sink_basis"] == NO_BASIS).to_numpy()
        free = without & ~np.isnan(sink)
        # Doubts of the model say nothing about stands that were measured.
        about = model.issues["stand_key"]
        told.append(model.issues[about.isna() | about.isin(facts.index[without])])
        if not free.any():
            continue
        columns.loc[free, "increment_m3_ha_yr"] = model.increment_m3_ha_yr[free]
        columns.loc[free, "sink_tco2e_yr"] = sink[free]
        columns.loc[free, "sink_basis"] = model.basis
        stock = account.quantity * account.factor_tco2e * area
        found = _with_modelled(found, np.flatnonzero(free), sink, stock, model, account, parts)
        told.append(layer_issue("SINK_MODELLED", "sink_basis", int(free.sum()), basis=model.basis))
    # Of two models both tell what neither can move.
    issues = join_issues(told).drop_duplicates(["stand_key", "code", "field", "value"], ignore_index=True)
    return columns, found, issues


def no_errors(count: int, errors: ErrorTable, parameters: ParameterTable) -> SinkErrors:
    """Components of a layer of which nothing is known yet."""
    none, empty = np.empty(0, dtype=np.int64), np.empty(0)
    pieces = ErrorPieces(none, none, none, empty, empty, none, none, empty, empty)
    nothing = (no_amounts(), no_amounts(), no_amounts())
    return errors_of_pieces(count, pieces, nothing, errors, ErrorSources.of(parameters))


def _with_modelled(
    found: SinkErrors,
    at: IntArray,
    sink: FloatArray,
    stock: FloatArray,
    model: ModelledGrowth,
    account: StandAccount,
    parts: IntArray,
) -> SinkErrors:
    """Modelled stands err with their volume, the survey, the parameters and the model itself."""
    amount, row = sink[at], account.look_up.row[at]
    pieces = found.pieces
    first = 1 + max(int(pieces.id_now.max(initial=-1)), int(pieces.id_then.max(initial=-1)))
    # A part beside measured parts of the same stand errs with them.
    of_part = np.full(int(parts.max(initial=-1)) + 1, -1, dtype=np.int64)
    of_part[parts[pieces.stand]] = pieces.id_now
    identity = np.where(of_part[parts[at]] >= 0, of_part[parts[at]], first + parts[at])
    new = ErrorPieces(at, identity, identity, amount, np.zeros(len(at)), row, row, amount, stock[at])
    joined = ErrorPieces(
        *(np.concatenate([getattr(pieces, name), getattr(new, name)]) for name in ErrorPieces.__dataclass_fields__)
    )
    offset = int(found.growth.identity.max(initial=-1)) + 1
    growth = _join(found.growth, Amounts(at, offset + model.identity[at], amount * model.relative_error[at]))
    others = (found.boundary, found.recode, growth)
    return errors_of_pieces(found.count, joined, others, found.errors, found.sources)


def _join(first: Amounts, second: Amounts) -> Amounts:
    return Amounts(
        np.concatenate([first.stand, second.stand]),
        np.concatenate([first.identity, second.identity]),
        np.concatenate([first.amount, second.amount]),
    )


def models_for(
    facts: pd.DataFrame,
    parameters: ParameterTable,
    errors: ErrorTable,
    growth: GrowthFit | None,
    rates: GrowthRates | None,
) -> tuple[list[ModelledGrowth], StandAccount]:
    """Models in the order of trust: the curve of the user's own stands, then the user's rates."""
    account = open_account(facts, parameters)
    models = [] if growth is None else [by_curve(facts, account, growth, errors)]
    if rates is not None:
        models.append(by_rate(facts, account, rates, errors))
    return models, account
