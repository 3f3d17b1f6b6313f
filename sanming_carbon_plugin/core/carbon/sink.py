"""Yearly sink of every stand from two inventories, with its 90 % interval and what is kept out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..issues import layer_issue, no_issues
from ..progress import Progress
from ..stage import StageResult
from ..units import DAYS_PER_YEAR
from .account import StandAccount, numbers, open_account, texts
from .change import PieceChange, piece_change
from .parameters import FloatArray, ParameterTable, TextArray
from .period import Period
from .sink_reasons import sink_issues
from .sums import any_by, sum_by
from .two_dates import EarlierInventory, GeometryArray, Pieces, match
from .uncertainty import ErrorTable, SinkErrors, collect_errors, stand_interval

SURVEYED = frozenset({"plot", "angle_gauge", "ocular", "lidar"})
"""Ways of survey that measure a stand; a model or an unknown way does not."""

MEASURED, TWO_LAYERS, NO_BASIS = "measured", "two_layers", "none"

KIND_SHARE = 0.05
"""A stand that holds less than this share of another one did not come about from it; for words only."""


@dataclass(frozen=True)
class SinkOptions:
    """How the sink is found.

    Attributes
    ----------
    parent_key
        Stand that each row was cut from, in the order of the table; parts share the error of their stand.
        None where every row is a stand of its own.
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
        ``recode_tco2e`` (over the period), ``sink_basis`` and the helpers ``years``,
        ``volume_earlier_m3_ha``, ``stock_earlier_tco2e``, ``earlier_cover``, ``change_kind``, ``sink_block``.
    """
    if earlier is None:
        return _no_earlier(facts)
    options = options or SinkOptions()
    pieces = match(facts.index, geometry, earlier.facts.index, earlier.geometry, progress)
    now, then = open_account(facts, parameters), open_account(earlier.facts, parameters)
    change = piece_change(pieces, now, then, numbers(facts, "area_ha"))
    years = _years(facts, earlier.facts, pieces, period)
    known = ~np.isnan(change.change)
    columns = _columns(facts, pieces, change, known, years)
    columns["sink_basis"] = _basis(facts, earlier.facts, pieces, known, columns)
    stand_errors = collect_errors(
        pieces, change, known, years, options.parent_key, parameters, errors, numbers(facts, "area_ha")
    )
    low, high = stand_interval(stand_errors)
    unknown = columns["sink_tco2e_yr"].isna().to_numpy()
    columns["sink_low_tco2e_yr"] = np.where(unknown, np.nan, low)
    columns["sink_high_tco2e_yr"] = np.where(unknown, np.nan, high)
    issues = sink_issues(facts, earlier.facts, pieces, change, columns, now, then)
    return SinkResult(
        columns, issues, stand_errors, _blocks(pieces, change, known, columns), _gone(earlier.facts, then, pieces)
    )


def _no_earlier(facts: pd.DataFrame) -> SinkResult:
    """All unknown, with one reason for the whole layer."""
    names = (
        "increment_m3_ha_yr", "sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "recode_tco2e",
        "years", "volume_earlier_m3_ha", "stock_earlier_tco2e", "earlier_cover",
    )  # fmt: skip
    columns = pd.DataFrame({name: np.full(len(facts), np.nan) for name in names}, index=facts.index)
    columns["sink_basis"] = np.full(len(facts), NO_BASIS, dtype=object)
    columns["change_kind"] = np.full(len(facts), None, dtype=object)
    columns["sink_block"] = np.full(len(facts), -1, dtype=np.int64)
    issues = layer_issue("SINK_NO_EARLIER_LAYER", "sink_tco2e_yr", len(facts)) if len(facts) else no_issues()
    return SinkResult(columns, issues)


def _columns(
    facts: pd.DataFrame, pieces: Pieces, change: PieceChange, known: np.ndarray, years: FloatArray
) -> pd.DataFrame:
    """Sums over the known pieces of each stand; NaN where a stand has none."""
    count = len(facts)
    at = pieces.now[known]

    def total(values: FloatArray) -> FloatArray:
        return sum_by(at, values[known], count)

    has_any = np.bincount(at, minlength=count) > 0
    area = total(change.area_ha)
    with np.errstate(invalid="ignore", divide="ignore"):
        volume_then = total(change.volume_then * change.area_ha) / area
        increment = total((change.volume_now - change.volume_then) * change.area_ha) / area / years
        yearly = total(change.change) / years

    def where_known(values: FloatArray) -> FloatArray:
        return np.where(has_any, values, np.nan)

    return pd.DataFrame(
        {
            "increment_m3_ha_yr": where_known(increment),
            "sink_tco2e_yr": where_known(yearly),
            "sink_low_tco2e_yr": np.full(count, np.nan),
            "sink_high_tco2e_yr": np.full(count, np.nan),
            "recode_tco2e": where_known(total(change.recode)),
            "years": years,
            "volume_earlier_m3_ha": where_known(volume_then),
            "stock_earlier_tco2e": where_known(total(change.stock_then)),
            "earlier_cover": pieces.cover,
            "change_kind": _kinds(pieces, count),
            "sink_block": pieces.block,
        },
        index=facts.index,
    )


def _kinds(pieces: Pieces, count: int) -> TextArray:
    """How each stand came about: same, split, merged, redrawn or new."""
    real = (pieces.share_of_now > KIND_SHARE) | (pieces.share_of_then > KIND_SHARE)
    now, then = pieces.now[real], pieces.then[real]
    parents = np.bincount(now, minlength=count)
    children = np.bincount(then, minlength=int(pieces.then.max(initial=-1)) + 1)
    shared = any_by(now, children[then] > 1, count)
    kinds = np.full(count, "new", dtype=object)
    kinds[(parents == 1) & ~shared] = "same"
    kinds[(parents == 1) & shared] = "split"
    kinds[(parents > 1) & ~shared] = "merged"
    kinds[(parents > 1) & shared] = "redrawn"
    return kinds


def _years(facts: pd.DataFrame, earlier: pd.DataFrame, pieces: Pieces, period: Period | None) -> FloatArray:
    """Length of the period of each stand: the given one, else between the survey dates of its largest piece."""
    if period is not None:
        return np.full(len(facts), period.years)
    order = np.argsort(pieces.share_of_now, kind="stable")
    main = np.full(len(facts), -1, dtype=np.int64)
    main[pieces.now[order]] = pieces.then[order]
    today = _dates(facts)
    before = np.append(_dates(earlier), np.datetime64("NaT", "D"))[main]
    days = (today - before).astype("timedelta64[D]")
    years = np.where(np.isnat(days), np.nan, days.astype(np.float64)) / DAYS_PER_YEAR
    return np.where(years > 0, years, np.nan)


def _dates(facts: pd.DataFrame) -> np.ndarray:
    values = pd.to_datetime(pd.Series(texts(facts, "survey_date"), dtype=object), errors="coerce")
    return values.to_numpy().astype("datetime64[D]")


def _basis(
    facts: pd.DataFrame, earlier: pd.DataFrame, pieces: Pieces, known: np.ndarray, columns: pd.DataFrame
) -> TextArray:
    """Measured where today and every earlier piece were surveyed, else two layers, else none."""
    surveyed_now = pd.Series(texts(facts, "survey_method"), dtype=object).isin(SURVEYED).to_numpy()
    surveyed_then = pd.Series(texts(earlier, "survey_method"), dtype=object).isin(SURVEYED).to_numpy()
    not_then = any_by(pieces.now[known], ~surveyed_then[pieces.then[known]], len(facts))
    basis = np.where(surveyed_now & ~not_then, MEASURED, TWO_LAYERS).astype(object)
    basis[columns["sink_tco2e_yr"].isna().to_numpy()] = NO_BASIS
    return np.asarray(basis, dtype=object)


def _blocks(pieces: Pieces, change: PieceChange, known: np.ndarray, columns: pd.DataFrame) -> pd.DataFrame:
    """Account of each connected block of changed stands, where the lines inside cancel out."""
    in_block = known & (pieces.block[pieces.now] >= 0)
    frame = pd.DataFrame(
        {
            "block": pieces.block[pieces.now[in_block]],
            "stand": pieces.now[in_block],
            "area_ha": change.area_ha[in_block],
            "stock_earlier_tco2e": change.stock_then[in_block],
            "change_tco2e": change.change[in_block],
            "recode_tco2e": change.recode[in_block],
        }
    )
    del columns
    sums = frame.drop(columns="stand").groupby("block").sum()
    sums.insert(0, "stands", frame.groupby("block")["stand"].nunique())
    return sums


def _gone(earlier: pd.DataFrame, then: StandAccount, pieces: Pieces) -> pd.DataFrame:
    """Earlier stands, or parts of them, on which the new layer has no stand."""
    at = np.flatnonzero(pieces.gone > 0.0)
    area = numbers(earlier, "area_ha")[at] * pieces.gone[at]
    stock = np.where(then.quantity[at] == 0.0, 0.0, then.quantity[at] * then.factor_tco2e[at]) * area
    return pd.DataFrame(
        {"share": pieces.gone[at], "area_ha": area, "stock_tco2e": stock},
        index=earlier.index[at],
    )
