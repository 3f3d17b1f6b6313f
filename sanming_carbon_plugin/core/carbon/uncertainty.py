"""How far the yearly sink may be off: named error components, each with what it shares, and the 90 % interval.

Each component is a list of amounts (tonnes a year that one standard deviation moves a stand by) with the
identity of the thing that errs: a stand's volume on one date, a survey, a row of parameters, a line, a code.
Amounts of the same identity add up, different identities add in quadrature. So a total is never the sum of
independent stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import SQUARE_METRES_PER_HECTARE
from .change import PieceChange
from .parameter_checks import ANY_POSITIVE, CellReader
from .parameters import ERROR_KINDS, FloatArray, IntArray, ParameterTable
from .sums import any_by, sum_by
from .two_dates import Pieces

HALF_WIDTH_90 = ERROR_KINDS["half_width_90"]
DENSE_CELLS = 1_000_000
"""Up to this many group-identity cells are summed in one array, above it by sorting."""

NEEDED = ("stand_volume", "survey", "parameter", "boundary", "recode", "growth_curve", "growth_rate")


@dataclass(frozen=True)
class ErrorTable:
    """Size (one standard deviation) and correlation of each named component."""

    size: dict[str, float]
    correlation: dict[str, float]
    table_id: str = ""
    version: str = ""
    status: str = "provisional"

    @classmethod
    def from_rows(cls, frame: pd.DataFrame, meta: dict[str, str] | None = None) -> ErrorTable:
        """Check the table of error components and bring every size to one standard deviation.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell at once.
        """
        cells = CellReader(frame.reset_index(drop=True), "component")
        cells.need_columns(("component", "value", "kind", "correlation"))
        names = cells.text("component")
        value = cells.number("value", ANY_POSITIVE, required=np.asarray(names != "parameter", dtype=bool))
        kinds = cells.choice("kind", tuple(ERROR_KINDS), None)
        for row in np.flatnonzero(pd.isna(kinds)):
            cells.note(int(row), "kind", "empty")
        correlation = cells.number("correlation", (0.0, 1.0), required=True)
        cells.problems.extend(f"{name}: -" for name in NEEDED if name not in set(names))
        cells.refuse("errors")
        spans = np.array([ERROR_KINDS[kind] for kind in kinds])
        meta = meta or {}
        return cls(
            dict(zip(names, value / spans, strict=True)),
            dict(zip(names, correlation, strict=True)),
            meta.get("id", ""),
            meta.get("version", ""),
            meta.get("status", "provisional"),
        )


@dataclass(frozen=True)
class Amounts:
    """Amounts of one component: stand, identity of what errs, tonnes a year per standard deviation."""

    stand: IntArray
    identity: IntArray
    amount: FloatArray


@dataclass(frozen=True)
class ErrorPieces:
    """What errs, one entry per known piece: stand, whose volume error on each date, tonnes a year, rows.

    ``now`` minus ``then`` is the piece's part of the yearly sink.
    """

    stand: IntArray
    id_now: IntArray
    id_then: IntArray
    now: FloatArray
    then: FloatArray
    row_now: IntArray
    row_then: IntArray


@dataclass(frozen=True)
class SinkErrors:
    """All error components of the yearly sink of a layer.

    Attributes
    ----------
    count
        Number of stands.
    sink
        Yearly sink of each stand, tonnes; NaN where unknown.
    shift
        How far the middle of each stand's interval lies above its sink (recoded stands count the smaller of
        two results, the truth may be either).
    volume_now, volume_then
        Stand volume errors; the same identity on both dates is the same ground.
    parameters
        One entry per parameter (density, expansion …); identities are error sources.
    boundary, recode, growth
        Errors of lines and codes, and of the growth that moved modelled stands (one identity per curve).
    pieces
        The pieces behind them, for the check by simulation.
    errors
        The table the sizes came from.
    """

    count: int
    sink: FloatArray
    shift: FloatArray
    volume_now: Amounts
    volume_then: Amounts
    parameters: dict[str, Amounts]
    boundary: Amounts
    recode: Amounts
    growth: Amounts
    pieces: ErrorPieces
    errors: ErrorTable


def no_amounts() -> Amounts:
    """A component that moves nothing."""
    nothing = np.empty(0, dtype=np.int64)
    return Amounts(nothing, nothing, np.empty(0))


def countable(change: PieceChange, years: FloatArray) -> npt.NDArray[np.bool_]:
    """Pieces whose yearly change is known."""
    return np.asarray(change.known & ~np.isnan(years[change.stand]))


def collect_errors(
    pieces: Pieces,
    change: PieceChange,
    years: FloatArray,
    area_ha: FloatArray,
    identities: tuple[IntArray, IntArray],
    parameters: ParameterTable,
    errors: ErrorTable,
) -> SinkErrors:
    """Take the error amounts of every known piece, per year.

    Parameters
    ----------
    pieces, change
        Common ground of the two inventories and what changed on it.
    years, area_ha
        Length of the period and area of each stand of today.
    identities
        Whose volume error each piece of :func:`countable` carries today and then.
    parameters, errors
        The parameter table and the table of error components.
    """
    count = len(years)
    use = countable(change, years)
    stand = change.stand[use]
    per_year = 1.0 / years[stand]
    s_now, s_then = change.now[use] * per_year, change.then[use] * per_year
    row_now, row_then = change.row_now[use], change.row_then[use]
    id_now, id_then = identities
    size = errors.size["stand_volume"]
    half_gap = change.gap[use] * per_year * errors.size["recode"]
    code_pair = pd.factorize(row_now * (len(parameters.species) + 1) + row_then)[0].astype(np.int64)
    known = any_by(stand, np.ones(len(stand), dtype=bool), count)
    return SinkErrors(
        count,
        np.where(known, sum_by(stand, change.change[use] * per_year, count), np.nan),
        sum_by(stand, np.abs(half_gap), count),
        Amounts(stand, id_now, s_now * size),
        Amounts(stand, id_then, s_then * size),
        parameter_amounts(stand, s_now, s_then, row_now, row_then, parameters),
        _boundary_amounts(pieces, change, use, years, errors, area_ha),
        _only(Amounts(stand, code_pair, half_gap)),
        no_amounts(),
        ErrorPieces(stand, id_now, id_then, s_now, s_then, row_now, row_then),
        errors,
    )


def parameter_amounts(
    stand: IntArray,
    s_now: FloatArray,
    s_then: FloatArray,
    row_now: IntArray,
    row_then: IntArray,
    parameters: ParameterTable,
) -> dict[str, Amounts]:
    """Amounts by parameter; one set of factors on both dates errs on the change alone."""
    source = pd.factorize(pd.Series(parameters.error_source, dtype=object))[0].astype(np.int64)
    one = row_now == row_then
    two = np.flatnonzero(~one)
    stands = np.concatenate([stand, stand[two]])
    rows = np.concatenate([row_now, row_then[two]])
    base = np.concatenate([np.where(one, s_now - s_then, s_now), -s_then[two]])
    found = {}
    for name, relative in parameters.relative_errors().items():
        amount = base * np.where(rows >= 0, np.nan_to_num(relative[rows]), 0.0)
        found[name] = _only(Amounts(stands, np.where(rows >= 0, source[rows], 0), amount))
    return found


def _boundary_amounts(
    pieces: Pieces,
    change: PieceChange,
    use: npt.NDArray[np.bool_],
    years: FloatArray,
    errors: ErrorTable,
    area_ha: FloatArray,
) -> Amounts:
    """Earlier lines inside a stand may lie elsewhere: length · shift · difference of what stood on both sides.

    All stands crossed by the line between the same two earlier stands err together, so cutting a stand along
    any other line changes no total.
    """
    redrawn = np.flatnonzero(use & change.main & (pieces.inner_line[change.stand] > 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        density = change.then[redrawn] / change.area_ha[redrawn]
    redrawn, density = redrawn[~np.isnan(density)], density[~np.isnan(density)]
    stand, earlier = change.stand[redrawn], change.earlier[redrawn]
    order = np.lexsort((earlier, density, stand))
    first = np.flatnonzero(np.r_[True, np.diff(stand[order]) > 0]) if len(order) else order
    last = np.r_[first[1:] - 1, len(order) - 1] if len(order) else order
    light, dense = order[first], order[last]
    at = stand[light]
    line_m = pieces.inner_line[at] * np.sqrt(area_ha[at] * SQUARE_METRES_PER_HECTARE)
    misplaced_ha = np.minimum(errors.size["boundary"] * line_m / SQUARE_METRES_PER_HECTARE, area_ha[at])
    amount = misplaced_ha * (density[dense] - density[light]) / years[at]
    line = pd.factorize(earlier[light] * (int(pieces.then.max(initial=0)) + 1) + earlier[dense])[0]
    return _only(Amounts(at, line.astype(np.int64), amount))


def _only(amounts: Amounts) -> Amounts:
    """Without the entries that move nothing."""
    some = np.flatnonzero(amounts.amount != 0.0)
    if len(some) == len(amounts.amount):
        return amounts
    return Amounts(amounts.stand[some], amounts.identity[some], amounts.amount[some])


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
    table = found.errors
    variances = {}
    now, then = found.volume_now, found.volume_then
    variances["stand_volume_now"] = _by_identity(now, group, groups)
    variances["stand_volume_earlier"] = _by_identity(then, group, groups)
    both = table.correlation["stand_volume"]
    if both:
        summed = Amounts(
            np.concatenate([now.stand, then.stand]),
            np.concatenate([now.identity, then.identity]),
            np.concatenate([now.amount, -then.amount]),
        )
        cross = _by_identity(summed, group, groups) - variances["stand_volume_now"] - variances["stand_volume_earlier"]
        variances["stand_volume_shared"] = both * cross
    pieces, survey = found.pieces, table.size["survey"]
    total_now = _sums(Amounts(pieces.stand, pieces.id_now, pieces.now * survey), group, groups)
    total_then = _sums(Amounts(pieces.stand, pieces.id_then, pieces.then * survey), group, groups)
    variances["survey_now"] = total_now**2
    variances["survey_earlier"] = total_then**2
    if table.correlation["survey"]:
        variances["survey_shared"] = -2.0 * table.correlation["survey"] * total_now * total_then
    lean = table.correlation["parameter"]
    for name, amounts in found.parameters.items():
        variances[name] = (1.0 - lean) * _by_identity(amounts, group, groups) + lean * _sums(
            amounts, group, groups
        ) ** 2
    variances["boundary"] = _by_identity(found.boundary, group, groups)
    same = table.correlation["recode"]
    alone = Amounts(found.recode.stand, found.recode.stand, found.recode.amount)
    variances["recode"] = same * _by_identity(found.recode, group, groups) + (1.0 - same) * _by_identity(
        alone, group, groups
    )
    variances["growth_model"] = _by_identity(found.growth, group, groups)
    return variances


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
    variance = sum(component_variances(found, group, groups).values(), start=np.zeros(groups))
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
    return sum_by(at[use], amounts.amount[use], groups)


def _by_identity(amounts: Amounts, group: IntArray, groups: int) -> FloatArray:
    """Sum over identities of the squared sum of their amounts, for each group."""
    at = group[amounts.stand]
    use = at >= 0
    at, identity, amount = at[use], amounts.identity[use], amounts.amount[use]
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
