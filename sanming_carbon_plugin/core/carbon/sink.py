"""Yearly sink of every stand from two inventories, with its 90 % interval and what is kept out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues
from ..progress import Progress
from ..stage import StageResult
from .account import numbers, open_account, open_bamboo_part, texts
from .blocks import block_accounts, ground_left_out, kinds_of_change
from .change import BoolArray, PieceChange, joined, piece_change
from .error_identity import volume_identities
from .parameters import FloatArray, ParameterTable, TextArray
from .period import Period
from .sink_reasons import period_issues, sink_issues
from .sums import any_by, sum_by
from .survey import NO_BASIS, basis_of, years_between, years_of
from .two_dates import EarlierInventory, GeometryArray, Pieces, match
from .uncertainty import ErrorTable, SinkErrors, collect_errors, countable, stand_interval

SINK_NUMBERS = (
    "increment_m3_ha_yr",
    "sink_tco2e_yr",
    "sink_low_tco2e_yr",
    "sink_high_tco2e_yr",
    "recode_tco2e",
    "sink_alt_tco2e_yr",
    "years",
    "volume_earlier_m3_ha",
    "stock_earlier_tco2e",
    "earlier_cover",
)


@dataclass(frozen=True)
class SinkOptions:
    """How the sink is found.

    Attributes
    ----------
    parent_key
        Stand that each row was cut from, in the order of the table; parts share the error of their stand.
        None takes the column ``parent_key`` where the table has one, else every row is a stand of its own.
    """

    parent_key: TextArray | None = None


@dataclass(frozen=True)
class SinkResult(StageResult):
    """Columns and doubts as every stage, and what the totals need.

    Attributes
    ----------
    errors
        Named error components of every stand, for intervals of totals; None without an earlier inventory.
    blocks
        One row per connected block of changed stands: stands, area, stock then and now, change, recoding.
    earlier_gone
        Share of each earlier stand that no stand of today covers, by its key, where it is not 0.
    """

    errors: SinkErrors | None = None
    blocks: pd.DataFrame = field(default_factory=pd.DataFrame)
    earlier_gone: pd.DataFrame = field(default_factory=pd.DataFrame)


def sink(
    facts: pd.DataFrame,
    geometry: GeometryArray,
    earlier: EarlierInventory | None,
    parameters: ParameterTable,
    errors: ErrorTable,
    period: Period | None = None,
    options: SinkOptions | None = None,
    progress: Progress | None = None,
) -> SinkResult:
    """Find the yearly change of the carbon stock of every stand.

    Parameters
    ----------
    facts, geometry
        Table of stands of today and their polygons in a projected CRS.
    earlier
        The earlier inventory in the same CRS; None leaves every sink unknown.
    parameters, errors
        The parameter table and the table of error components.
    period
        Monitoring period; without it the two survey dates of each stand are taken.
    options
        See :class:`SinkOptions`.
    progress
        Told how far the overlay is; may cancel.

    Returns
    -------
    SinkResult
        ``increment_m3_ha_yr``, ``sink_tco2e_yr``, ``sink_low_tco2e_yr``, ``sink_high_tco2e_yr``,
        ``recode_tco2e`` (over the period), ``sink_basis`` and the helpers ``sink_alt_tco2e_yr`` (continuous
        method), ``years``, ``volume_earlier_m3_ha``, ``stock_earlier_tco2e``, ``earlier_cover`` (share of the
        stand on earlier stands of known stock), ``change_kind``, ``sink_block``.
    """
    if earlier is None:
        return _no_earlier(facts)
    pieces = match(facts.index, geometry, earlier.facts.index, earlier.geometry, progress)
    now, then = open_account(facts, parameters), open_account(earlier.facts, parameters)
    area = numbers(facts, "area_ha")
    parts = [piece_change(pieces, now, then, area, parameters)]
    parts.extend(_bamboo_change(pieces, facts, earlier.facts, area, parameters))
    change = joined(parts)
    between = years_between(facts, earlier.facts, pieces)
    years = years_of(facts, between, period)
    columns = _columns(facts, pieces, change, years)
    known = columns["sink_tco2e_yr"].notna().to_numpy()
    columns["sink_basis"] = basis_of(facts, earlier.facts, change, known)
    parents = _parents(facts, options or SinkOptions())
    identities = volume_identities(
        change, countable(change, years), pieces.keyed, parents, _parents(earlier.facts, SinkOptions())
    )
    errors_found = collect_errors(pieces, change, years, area, identities, parameters, errors)
    low, high = stand_interval(errors_found)
    columns["sink_low_tco2e_yr"] = np.where(known, low, np.nan)
    columns["sink_high_tco2e_yr"] = np.where(known, high, np.nan)
    issues = sink_issues(facts, earlier.facts, pieces, change, columns, now, then)
    issues = join_issues([issues, period_issues(facts, between, period)])
    return SinkResult(
        columns, issues, errors_found, block_accounts(pieces, change), ground_left_out(earlier.facts, then, pieces)
    )


def _bamboo_change(
    pieces: Pieces, facts: pd.DataFrame, earlier: pd.DataFrame, area_ha: FloatArray, parameters: ParameterTable
) -> list[PieceChange]:
    """Change of the bamboo among the trees, on the pieces where both dates counted it."""
    now, then = open_bamboo_part(facts, parameters), open_bamboo_part(earlier, parameters)
    if now is None or then is None:
        return []
    both = ~np.isnan(now.quantity[pieces.now]) & ~np.isnan(then.quantity[pieces.then])
    return [piece_change(pieces.only(both), now, then, area_ha, parameters, main=False)] if both.any() else []


def _parents(facts: pd.DataFrame, options: SinkOptions) -> TextArray | None:
    """Stand each row was cut from, where the caller or the table says so."""
    if options.parent_key is not None:
        return options.parent_key
    return texts(facts, "parent_key") if "parent_key" in facts.columns else None


def _no_earlier(facts: pd.DataFrame) -> SinkResult:
    """All unknown, with one reason for the whole layer."""
    columns = pd.DataFrame({name: np.full(len(facts), np.nan) for name in SINK_NUMBERS}, index=facts.index)
    columns["sink_basis"] = np.full(len(facts), NO_BASIS, dtype=object)
    columns["change_kind"] = np.full(len(facts), None, dtype=object)
    columns["sink_block"] = np.full(len(facts), np.nan)
    issues = layer_issue("SINK_NO_EARLIER_LAYER", "sink_tco2e_yr", len(facts)) if len(facts) else no_issues()
    return SinkResult(columns, issues)


def _columns(facts: pd.DataFrame, pieces: Pieces, change: PieceChange, years: FloatArray) -> pd.DataFrame:
    """Sums over the known pieces of each stand; NaN where a stand has none."""
    count = len(facts)
    main = change.known & change.main
    has_any = any_by(change.stand, main, count)

    def total(values: FloatArray, use: BoolArray = main) -> FloatArray:
        return np.where(has_any, sum_by(change.stand[use], values[use], count), np.nan)

    area = total(change.area_ha)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "increment_m3_ha_yr": total((change.volume_now - change.volume_then) * change.area_ha) / area / years,
            "sink_tco2e_yr": total(change.change, change.known) / years,
            "sink_low_tco2e_yr": np.full(count, np.nan),
            "sink_high_tco2e_yr": np.full(count, np.nan),
            "recode_tco2e": total(change.recode, change.known),
            "sink_alt_tco2e_yr": total(change.change_alt) / years,
            "years": years,
            "volume_earlier_m3_ha": total(change.volume_then * change.area_ha) / area,
            "stock_earlier_tco2e": total(change.stock_then, change.known),
            "earlier_cover": total(change.share_of_now),
        }
    columns = pd.DataFrame({name: found[name] for name in SINK_NUMBERS}, index=facts.index)
    columns["change_kind"] = kinds_of_change(pieces, count)
    columns["sink_block"] = np.where(pieces.block >= 0, pieces.block.astype(np.float64), np.nan)
    return columns
