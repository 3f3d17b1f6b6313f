"""What changed on each piece of common ground: real change, loss, and what is only a new species code."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .account import BASIS_TREES, StandAccount
from .parameters import FAMILY_AREA, FAMILY_NONE, FAMILY_VOLUME, FloatArray, IntArray, ParameterTable
from .stock import continuous_biomass, per_hectare
from .sums import sum_by
from .two_dates import LINE_SHARE, Pieces

BoolArray = npt.NDArray[np.bool_]


PIECES_AT_ONCE = 100_000
"""Pieces that are compared together: what is only needed on the way would fill memory for a county."""

SHARED_WITH_PIECES = ("stand", "earlier", "share_of_now")


@dataclass(frozen=True)
class PieceChange:
    """Change of every piece over the period, tonnes of CO₂e; NaN where it is unknown.

    Attributes
    ----------
    stand, earlier
        Row of today's and of the earlier table.
    share_of_now, area_ha
        Planar share of today's stand and the ground of the piece on the ellipsoid.
    main
        The stand itself; False for bamboo counted beside the trees of the same ground.
    change
        What counts.
    change_alt
        The same by the continuous method.
    recode
        What comes only from a new code or another way of counting.
    gap
        Signed difference between the results of the two sets of factors, 0 where they agree.
    other_set
        Factor of the set that was not counted by that of the counted one, 1 where they agree.
    now, then
        Stock that the counted set of factors gives today and gave then; their difference is ``change``
        unless the dates are counted in different things.
    row_now, row_then
        Rows of the parameter table behind ``now`` and ``then``.
    species_now, species_then
        Rows of the stands' own species.
    stock_then
        Stock then, by its own factors, or by today's where it names no known species.
    volume_then, volume_now
        Growing stock per hectare of the piece, NaN where it is not counted by volume.
    reason
        Why the change is unknown: ``now``, ``then``, ``zero`` and ``species`` (of then), ``old`` (too old to have
        grown from the 0 of then), ``constant``, ``cover``, ``not_forest`` (on both dates); empty where it is known.
    other_basis
        The volume of a date, or of both, is not recorded but put together from trees, or something stands in for
        what one date leaves open, or bamboo lost culms whose age one date does not tell.
    nameless
        A date with a stock names no species that the table knows, so that it is counted by the other date's.
    converted
        The land is bare by its class, nothing is recorded on it, and its stock was counted as lost.
    """

    stand: IntArray
    earlier: IntArray
    share_of_now: FloatArray
    area_ha: FloatArray
    main: BoolArray
    change: FloatArray
    change_alt: FloatArray
    recode: FloatArray
    gap: FloatArray
    other_set: FloatArray
    now: FloatArray
    then: FloatArray
    row_now: IntArray
    row_then: IntArray
    species_now: IntArray
    species_then: IntArray
    stock_then: FloatArray
    volume_now: FloatArray
    volume_then: FloatArray
    reason: npt.NDArray[np.object_]
    converted: BoolArray
    other_basis: BoolArray
    nameless: BoolArray

    @property
    def known(self) -> BoolArray:
        """Where the change is known."""
        return np.asarray(~np.isnan(self.change))


@dataclass(frozen=True)
class _Sides:
    """Both dates of every piece: quantity per hectare, own factor (t CO₂e a unit), row, and what is counted."""

    q_now: FloatArray
    q_then: FloatArray
    f_now: FloatArray
    f_then: FloatArray
    row_now: IntArray
    row_then: IntArray
    kind_now: npt.NDArray[np.int8]
    kind_then: npt.NDArray[np.int8]
    cleared: BoolArray
    treeless: BoolArray
    nameless_now: BoolArray
    nameless_then: BoolArray


def piece_change(
    pieces: Pieces,
    now: StandAccount,
    then: StandAccount,
    area_ha: FloatArray,
    parameters: ParameterTable,
    main: bool = True,
) -> PieceChange:
    """Compare the two accounts on every piece.

    One set of factors serves both dates; where the code changed, the smaller result of both sets counts.
    Where the dates are counted in different things (volume, culms, area), a loss counts and a gain does not.
    So it is where the volume of one date is recorded and that of the other put together from trees.
    Ground that is bare by its land class and has no record of what is left has lost its trees. Where a date
    names no species that the table knows, nothing says in what it is counted: a loss counts, a gain is unknown.
    """
    count = len(pieces.now)
    if count <= PIECES_AT_ONCE:
        return _piece_change(pieces, now, then, area_ha, parameters, main)
    whole: dict[str, npt.NDArray[Any]] = {}
    for start in range(0, count, PIECES_AT_ONCE):
        portion = slice(start, min(start + PIECES_AT_ONCE, count))
        part = _piece_change(pieces.only(portion), now, then, area_ha, parameters, main)
        for item in fields(PieceChange):
            if item.name in SHARED_WITH_PIECES:
                continue
            values = getattr(part, item.name)
            whole.setdefault(item.name, np.empty(count, dtype=values.dtype))[portion] = values
    return PieceChange(stand=pieces.now, earlier=pieces.then, share_of_now=pieces.share_of_now, **whole)


def _piece_change(
    pieces: Pieces,
    now: StandAccount,
    then: StandAccount,
    area_ha: FloatArray,
    parameters: ParameterTable,
    main: bool,
) -> PieceChange:
    """:func:`piece_change` of few pieces."""
    s = _sides(pieces, now, then)
    area = pieces.share_of_now * area_ha[pieces.now]
    same_kind = (s.kind_now == s.kind_then) | (s.q_now == 0.0) | (s.q_then == 0.0)
    set_now, row_now, set_then, row_then = _sets_of_factors(s)
    by_now, by_then = (per_hectare(s.q_now - s.q_then, factors) for factors in (set_now, set_then))
    stock_now, stock_then = per_hectare(s.q_now, s.f_now), per_hectare(s.q_then, s.f_then)
    raw = stock_now - stock_then
    change: FloatArray = np.where(same_kind, np.fmin(by_now, by_then), np.minimum(raw, 0.0)).astype(np.float64)
    constant = _constant(s)
    change[constant | ((s.nameless_now | s.nameless_then) & (change > 0.0))] = np.nan
    no_gain, other_basis = _by_other_bases(pieces, now, then, change)
    change = _lost(change, no_gain)
    use = np.isnan(by_then) | (by_now <= by_then)
    factor, row = np.where(use, set_now, set_then), np.where(use, row_now, row_then)
    alternative = _lost(np.where(same_kind, _continuous_change(s, row_now, row_then, parameters), np.nan), no_gain)
    two_sets = same_kind & ~constant & ~no_gain
    return PieceChange(
        stand=pieces.now,
        earlier=pieces.then,
        share_of_now=pieces.share_of_now,
        area_ha=area,
        main=np.full(len(area), main),
        change=change * area,
        change_alt=np.multiply(np.where(np.isnan(change), np.nan, alternative), area),
        recode=_recoding(raw, change) * area,
        gap=np.multiply(np.where(two_sets, by_now - by_then, 0.0), area),
        other_set=np.where(two_sets, _ratio(np.where(use, set_then, set_now), factor), 1.0),
        now=np.multiply(np.where(same_kind, per_hectare(s.q_now, factor), stock_now), area),
        then=np.multiply(np.where(same_kind, per_hectare(s.q_then, factor), stock_then), area),
        row_now=np.where(same_kind, row, s.row_now),
        row_then=np.where(same_kind, row, s.row_then),
        species_now=s.row_now,
        species_then=s.row_then,
        stock_then=np.multiply(np.where(np.isnan(stock_then), per_hectare(s.q_then, factor), stock_then), area),
        volume_now=_volume(s.q_now, s.kind_now),
        volume_then=_volume(s.q_then, s.kind_then),
        reason=_reason(s, change, constant),
        converted=s.cleared & (s.q_then > 0.0),
        other_basis=other_basis,
        nameless=(s.nameless_now & (s.q_now > 0.0)) | (s.nameless_then & (s.q_then > 0.0)),
    )


def _constant(s: _Sides) -> BoolArray:
    """Pieces that are counted by a constant per hectare, which shows no growth, not even from 0."""
    by_area_then = (s.kind_then == FAMILY_AREA) & (s.q_then > 0.0)
    return np.asarray((s.kind_now == FAMILY_AREA) & (s.q_now > 0.0) & (by_area_then | (s.q_then == 0.0)))


def _by_other_bases(
    pieces: Pieces, now: StandAccount, then: StandAccount, change: FloatArray
) -> tuple[BoolArray, BoolArray]:
    """Pieces whose gain may only come of what stands in for a missing figure, and those that therefore measure none."""
    trees_now, trees_then = now.volume_basis[pieces.now] == BASIS_TREES, then.volume_basis[pieces.then] == BASIS_TREES
    in_now, in_then = now.stands_in[pieces.now], then.stands_in[pieces.then]
    light = (now.ageless[pieces.now] != then.ageless[pieces.then]) & (change < 0.0)
    no_gain = ((trees_now != trees_then) | (in_now != in_then)) & (change > 0.0)
    # On both dates neither: else what one date tells could be granted by taking it away.
    stand_in = (in_now | in_then) & ~(now.only_column[pieces.now] & then.only_column[pieces.then])
    return no_gain, np.asarray(trees_now | trees_then | stand_in | light, dtype=bool)


def _lost(change: FloatArray, no_gain: BoolArray) -> FloatArray:
    """Only the loss where ``no_gain``: no growth follows from a volume that is put together from trees on one date."""
    return np.where(no_gain, np.minimum(change, 0.0), change)


def _sets_of_factors(s: _Sides) -> tuple[FloatArray, IntArray, FloatArray, IntArray]:
    """Factor and row of today's and of the earlier set; where nothing stands on one date, the other's are both."""
    borrow_now = np.isnan(s.f_now) | ((s.q_now == 0.0) & ~np.isnan(s.f_then))
    borrow_then = np.isnan(s.f_then) | ((s.q_then == 0.0) & ~np.isnan(s.f_now))
    return (
        np.where(borrow_now, s.f_then, s.f_now),
        np.where(borrow_now, s.row_then, s.row_now),
        np.where(borrow_then, s.f_now, s.f_then),
        np.where(borrow_then, s.row_now, s.row_then),
    )


def _ratio(other: FloatArray, counted: FloatArray) -> FloatArray:
    """``other`` by ``counted``, 1 where either is unknown or 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = other / counted
    return np.where((counted > 0.0) & (other > 0.0), ratio, 1.0)


def withheld(change: PieceChange, out: BoolArray, why: str) -> PieceChange:
    """The same with the change of some pieces unknown."""
    if not out.any():
        return change
    reason = change.reason.copy()
    reason[out & change.known & change.main] = why
    gone = {name: np.where(out, np.nan, getattr(change, name)) for name in ("change", "change_alt", "recode")}
    return replace(change, reason=reason, **gone)


def enough_cover(change: PieceChange, count: int, needed_share: float) -> PieceChange:
    """Withhold the change of stands of which too little lies on earlier stands of known stock.

    What is unknown is never turned into a figure for the whole: a stand of which less than ``needed_share`` is known
    is unknown as a whole, even if a part of it, cut out and recorded as a stand of its own, would be known. Cutting
    therefore leaves totals as they are on ground that is known on both dates, and may show more of other ground.
    """
    main = change.known & change.main
    cover = sum_by(change.stand[main], change.share_of_now[main], count)
    return withheld(change, (cover < needed_share)[change.stand], "cover")


def unknown_before(change: PieceChange, count: int) -> FloatArray:
    """Share of each stand on earlier stands of unknown stock, of which some may be lost.

    Ground that carried no stand on either date, is counted by a constant, or had a 0 that nothing but the age of what
    stands there today speaks against, had nothing to lose.
    """
    nothing = np.isin(change.reason.astype(str), ("not_forest", "constant", "old"))
    unknown = change.main & ~change.known & ~nothing & (change.share_of_now > LINE_SHARE)
    return sum_by(change.stand[unknown], change.share_of_now[unknown], count)


def for_errors(change: PieceChange) -> PieceChange:
    """Only what the error amounts ask for: of a county's worth of pieces the rest fills memory that they need."""
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    return replace(
        change,
        change_alt=nothing,
        recode=nothing,
        stock_then=nothing,
        volume_now=nothing,
        volume_then=nothing,
        species_now=none,
        species_then=none,
    )


def because_of_zeros(change: PieceChange, doubted: BoolArray) -> PieceChange:
    """The same change with its own reason where the 0 of an earlier stand is ``doubted``."""
    at = (change.reason == "then") & change.main & doubted[change.earlier]
    return replace(change, reason=np.where(at, "zero", change.reason)) if at.any() else change


def joined(parts: list[PieceChange]) -> PieceChange:
    """The pieces of several parts of the same stands, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return PieceChange(
        **{item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(PieceChange)}
    )


def _sides(pieces: Pieces, now: StandAccount, then: StandAccount) -> _Sides:
    a, b = pieces.now, pieces.then
    q_now, f_now, kind_now = now.quantity[a].copy(), now.factor_tco2e[a].copy(), now.family[a].copy()
    kind_then = then.family[b].copy()
    cleared = np.isnan(q_now) & now.bare[a]
    # What was lost counts as what it was; only where then names nothing known, as what today names.
    q_now[cleared], f_now[cleared & ~np.isnan(then.factor_tco2e[b])] = 0.0, np.nan
    # A stand without a known species can only be recorded by volume; cleared land lost whatever stood there.
    kind_now = np.where(kind_now == FAMILY_NONE, FAMILY_VOLUME, kind_now)
    kind_then = np.where(kind_then == FAMILY_NONE, FAMILY_VOLUME, kind_then)
    kind_now = np.where(cleared, kind_then, kind_now)
    unnamed_now, unnamed_then = now.family[a] == FAMILY_NONE, then.family[b] == FAMILY_NONE
    return _Sides(
        q_now,
        then.quantity[b],
        f_now,
        then.factor_tco2e[b],
        now.look_up.row[a],
        then.look_up.row[b],
        kind_now,
        kind_then,
        cleared,
        cleared & then.bare[b] & np.isnan(then.quantity[b]),
        unnamed_now & (~now.bare[a] | (q_now > 0.0)),
        unnamed_then & (~then.bare[b] | (then.quantity[b] > 0.0)),
    )


def _continuous_change(s: _Sides, row_now: IntArray, row_then: IntArray, parameters: ParameterTable) -> FloatArray:
    """Smaller change of the two sets by the continuous method, t CO₂e/ha."""
    both = []
    per_tonne = parameters.tco2e_per_biomass()
    for row in (row_now, row_then):
        by_volume = (row >= 0) & (parameters.family[row] == FAMILY_VOLUME)
        change = continuous_biomass(s.q_now, row, parameters) - continuous_biomass(s.q_then, row, parameters)
        both.append(np.where(by_volume, change * per_tonne[row], np.nan))
    return np.asarray(np.minimum(both[0], both[1]))


def _recoding(raw: FloatArray, change: FloatArray) -> FloatArray:
    """What is left of the plain difference; differences below the rounding of the subtraction are none."""
    rest = np.where(np.isnan(raw) & ~np.isnan(change), 0.0, raw - change)
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(rest) <= 1e-12 * np.maximum(np.abs(raw), 1.0), 0.0, rest)


def _reason(s: _Sides, change: FloatArray, constant: BoolArray) -> npt.NDArray[np.object_]:
    """Which date leaves the change unknown; today's first."""
    unknown = np.isnan(change)
    reason = np.full(len(change), "", dtype=object)
    reason[unknown] = "now"
    reason[unknown & s.nameless_then] = "species"
    reason[unknown & ~_countable(s.q_then, s.f_then, s.f_now)] = "then"
    reason[unknown & ~_countable(s.q_now, s.f_now, s.f_then)] = "now"
    reason[constant] = "constant"
    reason[unknown & s.treeless] = "not_forest"
    return reason


def _countable(quantity: FloatArray, own: FloatArray, other: FloatArray) -> BoolArray:
    """Whether one date can be counted, if need be with the other date's factors."""
    return np.asarray(~np.isnan(quantity) & ((quantity == 0.0) | ~np.isnan(own) | ~np.isnan(other)))


def _volume(quantity: FloatArray, kind: npt.NDArray[np.int8]) -> FloatArray:
    """Volume per hectare where the piece is counted by volume."""
    return np.where(kind == FAMILY_VOLUME, quantity, np.nan)
