"""What the yearly sink owes to which error: amounts of each named component, with the identity of what errs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import SQUARE_METRES_PER_HECTARE
from .change import PieceChange
from .parameter_checks import ANY_POSITIVE, CellReader
from .parameters import ERROR_KINDS, FloatArray, IntArray, ParameterTable
from .sums import any_by, sum_by
from .two_dates import Pieces

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
        cells.need_text("source")
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
class ErrorSources:
    """What errs in the rows of the parameter table.

    Attributes
    ----------
    source
        Number of the thing that errs per row; rows copied from one another have the same.
    relative
        Relative standard deviation of each row by parameter (density, expansion …).
    """

    source: IntArray
    relative: dict[str, FloatArray]

    @classmethod
    def of(cls, parameters: ParameterTable) -> ErrorSources:
        """The sources of a parameter table."""
        source = pd.factorize(pd.Series(parameters.error_source, dtype=object))[0].astype(np.int64)
        return cls(source, parameters.relative_errors())


@dataclass(frozen=True)
class ErrorPieces:
    """What errs, one entry per known piece: stand, whose volume error on each date, tonnes a year, rows.

    ``now`` minus ``then`` is what changed in a year, where either of two codes may be right halfway between their
    results, because what is measured wrongly errs by the factor that is right; ``change`` is what of it counts as
    sink (the smaller result; a gain between dates that are counted in different things does not), ``stock`` is what
    stands on the piece today, t.
    """

    stand: IntArray
    id_now: IntArray
    id_then: IntArray
    now: FloatArray
    then: FloatArray
    row_now: IntArray
    row_then: IntArray
    change: FloatArray
    stock: FloatArray


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
    boundary, recode, growth
        Errors of lines and codes, and of the growth that moved modelled stands (one identity per curve).
    pieces
        What the volumes and the parameters err on; their amounts are made from them when they are asked for, for
        a county's worth of them would fill the memory that the table of stands needs.
    errors
        The table the sizes came from.
    sources
        The errors of the parameter rows that ``pieces`` name.
    """

    count: int
    sink: FloatArray
    shift: FloatArray
    boundary: Amounts
    recode: Amounts
    growth: Amounts
    pieces: ErrorPieces
    errors: ErrorTable
    sources: ErrorSources

    @property
    def volume_now(self) -> Amounts:
        """Errors of the stands' volumes of today; the same identity as then is the same ground."""
        return Amounts(self.pieces.stand, self.pieces.id_now, self.pieces.now * self.errors.size["stand_volume"])

    @property
    def volume_then(self) -> Amounts:
        """Errors of the stands' volumes of then."""
        return Amounts(self.pieces.stand, self.pieces.id_then, self.pieces.then * self.errors.size["stand_volume"])


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
    use = countable(change, years)
    stand = change.stand[use]
    per_year = 1.0 / years[stand]
    row_now, row_then = change.row_now[use], change.row_then[use]
    half_gap = change.gap[use] * per_year * errors.size["recode"]
    halfway = 1.0 + errors.size["recode"] * (change.other_set[use] - 1.0)
    code_pair = pd.factorize(row_now * (len(parameters.species) + 1) + row_then)[0].astype(np.int64)
    found = ErrorPieces(
        stand,
        *identities,
        now=change.now[use] * per_year * halfway,
        then=change.then[use] * per_year * halfway,
        row_now=row_now,
        row_then=row_then,
        change=change.change[use] * per_year,
        stock=change.now[use],
    )
    boundary = _boundary_amounts(pieces, change, use, years, errors, area_ha)
    recode = _only(Amounts(stand, code_pair, half_gap))
    sources = ErrorSources.of(parameters)
    return errors_of_pieces(len(years), found, (boundary, recode, no_amounts()), errors, sources)


def errors_of_pieces(
    count: int,
    pieces: ErrorPieces,
    others: tuple[Amounts, Amounts, Amounts],
    errors: ErrorTable,
    sources: ErrorSources,
) -> SinkErrors:
    """All components of ``count`` stands by their pieces; ``others`` are those of lines, codes and growth."""
    boundary, recode, growth = others
    known = any_by(pieces.stand, np.ones(len(pieces.stand), dtype=bool), count)
    return SinkErrors(
        count,
        np.where(known, sum_by(pieces.stand, pieces.change, count), np.nan),
        sum_by(recode.stand, np.abs(recode.amount), count),
        boundary,
        recode,
        growth,
        pieces,
        errors,
        sources,
    )


def parameter_amounts(pieces: ErrorPieces, sources: ErrorSources) -> Iterator[tuple[str, Amounts]]:
    """Amounts by parameter, one after the other; one set of factors on both dates errs on the change alone.

    Identities are error sources: rows copied from one another err together.
    """
    one = pieces.row_now == pieces.row_then
    two = np.flatnonzero(~one)
    stands, rows = _with(pieces.stand, pieces.stand[two]), _with(pieces.row_now, pieces.row_then[two])
    base = _with(np.where(one, pieces.now - pieces.then, pieces.now), -pieces.then[two])
    served = rows >= 0
    identity = np.where(served, sources.source[rows], 0)
    for name, relative in sources.relative.items():
        yield name, Amounts(stands, identity, base * np.where(served, np.nan_to_num(relative)[rows], 0.0))


def _with(values: npt.NDArray[Any], more: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([values, more]) if len(more) else values


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
    # Of two that held the same the larger one counts, so that the order of the rows does not decide.
    ground = sum_by(earlier, change.area_ha[redrawn], int(earlier.max(initial=-1)) + 1)
    order = np.lexsort((earlier, ground[earlier], density, stand))
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
