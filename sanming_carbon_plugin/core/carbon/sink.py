"""Yearly sink of every stand from two inventories, with its 90 % interval and what is kept out of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues
from ..progress import Progress
from ..stage import StageResult
from .account import for_comparison, numbers, open_account, species_group, texts
from .blocks import block_accounts, ground_left_out, kinds_of_change, redigitised
from .change import (
    BoolArray,
    PieceChange,
    because_of_zeros,
    enough_cover,
    for_errors,
    joined,
    piece_change,
    unknown_before,
    withheld,
)
from .common_ground import GeometryArray
from .companions import Companions, companion_changes, led_by_another
from .counted_once import EarlierGround, earlier_ground
from .doubted_zeros import doubted_today, doubted_zeros, without
from .error_amounts import ErrorTable, SinkErrors, collect_errors, countable
from .error_identity import parents_of, part_numbers, volume_identities
from .growth import GrowthFit
from .growth_rates import GrowthRates
from .limits import SinkLimits
from .parameters import FloatArray, ParameterTable, TextArray
from .period import Period
from .planted_since import too_old
from .plausibility import far_above, implausible
from .sink_modelled import fill_modelled, models_for, no_errors
from .sink_reasons import part_unknown_issues, period_issues, sink_issues, untold_issues
from .sums import any_by, sum_by
from .survey import NO_BASIS, basis_of, survey_times, surveyed_span, years_between, years_of
from .two_dates import EarlierInventory, Pieces, match
from .uncertainty import HALF_WIDTH_90, stand_interval

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
        None takes what the table says, see :func:`~.error_identity.parents_of`.
    growth, rates
        Curves of the user's own stands and the user's growth rates, for stands that were not measured twice;
        None leaves their sink unknown.
    """

    parent_key: TextArray | None = None
    growth: GrowthFit | None = None
    rates: GrowthRates | None = None


@dataclass(frozen=True)
class SinkResult(StageResult):
    """Columns and doubts as every stage, and what the totals need.

    Attributes
    ----------
    errors
        Named error components of every stand, for intervals of totals; :func:`sink` always fills it.
    blocks
        One row per connected block of changed stands: stands, area, stock then and now, change, recoding.
    earlier_gone
        Share of each earlier stand that no stand of today covers, by its key, where it is not 0.
    earlier_ground
        What the stands lie on, for sums over stands that overlap; None without an earlier inventory.
    """

    errors: SinkErrors | None = None
    blocks: pd.DataFrame = field(default_factory=pd.DataFrame)
    earlier_gone: pd.DataFrame = field(default_factory=pd.DataFrame)
    earlier_ground: EarlierGround | None = None


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
        Monitoring period; without it, and where they are further apart than it is long, the two survey dates of each
        stand are taken.
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
        stand on earlier stands of known stock), ``surveyed_from`` and ``surveyed_to`` (days of the two
        surveys), ``change_kind``, ``sink_block``.
    """
    options = options or SinkOptions()
    if earlier is None:
        found, components = _no_earlier(facts), no_errors(len(facts), errors, parameters)
    else:
        found, components = _two_dates(facts, geometry, earlier, parameters, errors, period, options, progress)
    return _with_models(facts, found, components, parameters, options)


def _two_dates(
    facts: pd.DataFrame,
    geometry: GeometryArray,
    earlier: EarlierInventory,
    parameters: ParameterTable,
    errors: ErrorTable,
    period: Period | None,
    options: SinkOptions,
    progress: Progress | None,
) -> tuple[SinkResult, SinkErrors]:
    """Sink from two inventories and its error components, without the ends of the intervals.

    What a step no longer needs is left behind in it: a county's worth of each array is many megabytes.
    """
    pieces = match(facts.index, geometry, earlier.facts.index, earlier.geometry, progress)
    area = numbers(facts, "area_ha")
    change, beside, gone = _changes(facts, earlier, pieces, area, parameters, period)
    between = years_between(facts, earlier.facts, pieces)
    years = years_of(between, period, parameters.limits)
    parents = parents_of(facts, options.parent_key), parents_of(earlier.facts)
    identities = volume_identities(change, countable(change, years), pieces.keyed, *parents)
    blocks = block_accounts(pieces, change)
    columns = _columns(facts, pieces, change, years)
    change = for_errors(change)
    shift_m = HALF_WIDTH_90 * errors.size["boundary"]
    columns["change_kind"] = _kinds(facts, geometry, earlier, pieces, shift_m, parameters.limits)
    seen = between, beside.untold, pieces.overlapping > parameters.limits.uncovered_told_share
    told = _surveys(facts, earlier, change, columns, seen, period, parameters.limits)
    issues = sink_issues(facts, earlier.facts, pieces, change, columns, parameters.limits)
    issues = join_issues([issues, beside.issues, told])
    ground = earlier_ground(pieces, change, columns["earlier_cover"].to_numpy(), earlier.geometry)
    found = SinkResult(columns, issues, None, blocks, gone, ground)
    return found, collect_errors(pieces, change, years, area, identities, parameters, errors)


def _changes(
    facts: pd.DataFrame,
    earlier: EarlierInventory,
    pieces: Pieces,
    area_ha: FloatArray,
    parameters: ParameterTable,
    period: Period | None,
) -> tuple[PieceChange, Companions, pd.DataFrame]:
    """Change of every piece that counts, what is known of bamboo and trees beside each other, and ground left out."""
    now, then = (for_comparison(open_account(table, parameters)) for table in (facts, earlier.facts))
    doubted = doubted_zeros(earlier.facts, then, parameters.limits)
    now, then = without(now, doubted_today(facts, now, parameters.limits)), without(then, doubted)
    gone = ground_left_out(earlier.facts, then, pieces)
    others, taken = led_by_another(pieces, facts, earlier.facts, (now, then), area_ha, parameters)
    rest = pieces.only(~taken) if taken.any() else pieces
    old = too_old(rest, facts, earlier.facts, (now, then), period, parameters.limits)
    parts = [withheld(piece_change(rest, now, then, area_ha, parameters), old, "old"), *others]
    del now, then
    beside = companion_changes(rest, facts, earlier.facts, area_ha, parameters)
    change = because_of_zeros(joined([*parts, *beside.changes]), doubted)
    beside = replace(beside, changes=[])
    return enough_cover(change, len(facts), parameters.limits.cover_needed_share), beside, gone


def _kinds(
    facts: pd.DataFrame,
    geometry: GeometryArray,
    earlier: EarlierInventory,
    pieces: Pieces,
    shift_m: float,
    limits: SinkLimits,
) -> TextArray:
    """How each stand came about; redigitised where only its lines moved, by less than ``shift_m``."""
    recorded = ~pd.isna(texts(facts, "change_reason"))
    anew = redigitised(pieces, geometry, earlier.geometry, recorded, shift_m)
    kinds = kinds_of_change(pieces, len(facts), limits.origin_share)
    kinds[anew] = "redigitised"
    return kinds


def _surveys(
    facts: pd.DataFrame,
    earlier: EarlierInventory,
    change: PieceChange,
    columns: pd.DataFrame,
    seen: tuple[FloatArray, dict[str, BoolArray], BoolArray],
    period: Period | None,
    limits: SinkLimits,
) -> pd.DataFrame:
    """Add the days of the surveys and the basis of each sink to ``columns``; what is to be told of both.

    ``seen`` are the years between the surveys, the stands of which a part that stood then is not told today, and those
    of which earlier stands tell twice.
    """
    between, untold, twice = seen
    for name, days in surveyed_span(facts, earlier.facts, change).items():
        columns[name] = days
    known = columns["sink_tco2e_yr"].notna().to_numpy()
    times = survey_times(facts, earlier.facts, change, between, period, limits)
    thin = columns["earlier_cover"].to_numpy() < limits.measured_cover_share
    unknown = unknown_before(change, len(facts))
    beside = times.undated | times.beside | thin | earlier.doubted | (unknown > 0.0) | twice
    for part in untold.values():
        beside = beside | part
    columns["sink_basis"] = basis_of(facts, earlier.facts, change, known, beside)
    told = [period_issues(facts, times, period, known), untold_issues(facts, untold, known)]
    return join_issues([*told, part_unknown_issues(facts, unknown, known)])


def _with_models(
    facts: pd.DataFrame,
    found: SinkResult,
    errors: SinkErrors,
    parameters: ParameterTable,
    options: SinkOptions,
) -> SinkResult:
    """Modelled sinks where nothing was measured and a model was given, and the ends of all intervals."""
    columns, issues = found.columns, found.issues
    if options.growth is not None or options.rates is not None:
        models, account = models_for(facts, parameters, errors.errors, options.growth, options.rates)
        parts = part_numbers(parents_of(facts, options.parent_key), len(facts))
        columns, errors, told = fill_modelled(facts, columns, errors, models, account, parts)
        issues = join_issues([issues, told])
    low, high = stand_interval(errors)
    known = columns["sink_tco2e_yr"].notna().to_numpy()
    columns["sink_low_tco2e_yr"] = np.where(known, low, np.nan)
    columns["sink_high_tco2e_yr"] = np.where(known, high, np.nan)
    if parameters.bands is not None:
        group, bands = species_group(facts, parameters), parameters.bands
        columns["sink_basis"], far = far_above(facts, columns, group, bands, parameters.limits.far_above_band)
        told = implausible(facts, columns, group, bands)
        said = told["stand_key"].isin(far["stand_key"]) & (told["code"] == "SINK_ABOVE_BAND")
        issues = join_issues([issues, far, told[~said]])
    return replace(found, columns=columns, issues=issues, errors=errors)


def _by_the_other_method(change: PieceChange, count: int) -> FloatArray:
    """Change of each piece by the continuous method; culms are the same by both, beside trees that differ."""
    no_volume = np.isnan(change.volume_now) & np.isnan(change.volume_then)
    trees = any_by(change.stand, change.known & ~no_volume, count)
    return np.where(no_volume & trees[change.stand], change.change, change.change_alt)


def _no_earlier(facts: pd.DataFrame) -> SinkResult:
    """All unknown, with one reason for the whole layer."""
    columns = pd.DataFrame({name: np.full(len(facts), np.nan) for name in SINK_NUMBERS}, index=facts.index)
    columns["sink_basis"] = np.full(len(facts), NO_BASIS, dtype=object)
    for name in ("change_kind", "surveyed_from", "surveyed_to"):
        columns[name] = np.full(len(facts), None, dtype=object)
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
            "sink_alt_tco2e_yr": total(_by_the_other_method(change, count), change.known) / years,
            "years": years,
            "volume_earlier_m3_ha": total(change.volume_then * change.area_ha) / area,
            "stock_earlier_tco2e": total(change.stock_then, change.known),
            "earlier_cover": total(change.share_of_now),
        }
    columns = pd.DataFrame({name: found[name] for name in SINK_NUMBERS}, index=facts.index)
    columns["sink_block"] = np.where(pieces.block >= 0, pieces.block.astype(np.float64), np.nan)
    return columns
