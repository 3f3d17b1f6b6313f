"""What changed on each piece of common ground: real change, loss, and what is only a new species code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .account import StandAccount
from .parameters import FAMILY_AREA, FAMILY_NONE, FAMILY_VOLUME, FloatArray, IntArray
from .stock import per_hectare
from .two_dates import Pieces


@dataclass(frozen=True)
class PieceChange:
    """Change of every piece over the period, tonnes of CO₂e; NaN where it is unknown.

    Attributes
    ----------
    area_ha
        Ground of the piece on the ellipsoid: the planar share of today's stand.
    change
        What counts.
    recode
        What comes only from a new code or another way of counting.
    gap
        Signed difference between the results of the two sets of factors, 0 where they agree.
    now, then
        Stock that the counted set of factors gives today and gave then; their difference is ``change``.
    row_now, row_then
        Rows of the parameter table behind ``now`` and ``then``.
    stock_then
        Stock then, by its own factors.
    volume_then, volume_now
        Growing stock per hectare of the piece, NaN where it is not counted by volume.
    reason
        Why the change is unknown: ``now``, ``then``, ``constant``; empty where it is known.
    """

    area_ha: FloatArray
    change: FloatArray
    recode: FloatArray
    gap: FloatArray
    now: FloatArray
    then: FloatArray
    row_now: IntArray
    row_then: IntArray
    stock_then: FloatArray
    volume_now: FloatArray
    volume_then: FloatArray
    reason: npt.NDArray[np.object_]
    converted: npt.NDArray[np.bool_]


def piece_change(pieces: Pieces, now: StandAccount, then: StandAccount, area_ha: FloatArray) -> PieceChange:
    """Compare the two accounts on every piece.

    One set of factors serves both dates; where the code changed, both sets are tried and the smaller result
    counts. Where the two dates are counted in different things (volume, culms, area), a loss counts and a
    gain does not. Ground that is no forest any more has lost its trees.
    """
    a, b = pieces.now, pieces.then
    area = pieces.share_of_now * area_ha[a]
    q_now, q_then = now.quantity[a].copy(), then.quantity[b]
    f_now, f_then = now.factor_tco2e[a].copy(), then.factor_tco2e[b]
    kind_now, kind_then = now.family[a].copy(), then.family[b]
    cleared = np.isnan(q_now) & now.not_forest[a]
    q_now[cleared], f_now[cleared], kind_now[cleared] = 0.0, np.nan, kind_then[cleared]
    empty_now, empty_then = q_now == 0.0, q_then == 0.0
    same_kind = (kind_now == kind_then) | empty_now | empty_then
    # Nothing stands on one date: only the other date's factors mean anything.
    set_now = np.where(np.isnan(f_now) | (empty_now & ~np.isnan(f_then)), f_then, f_now)
    set_then = np.where(np.isnan(f_then) | (empty_then & ~np.isnan(f_now)), f_now, f_then)
    difference = q_now - q_then
    by_now, by_then = per_hectare(difference, set_now), per_hectare(difference, set_then)
    stock_now, stock_then = per_hectare(q_now, f_now), per_hectare(q_then, f_then)
    raw = stock_now - stock_then
    change: FloatArray = np.where(same_kind, np.fmin(by_now, by_then), np.minimum(raw, 0.0)).astype(np.float64)
    use_now = np.isnan(by_then) | (by_now <= by_then)
    constant = (kind_now == FAMILY_AREA) & (kind_then == FAMILY_AREA) & (difference == 0.0)
    change[constant] = np.nan
    recode = np.where(np.isnan(raw) & ~np.isnan(change), 0.0, raw - change)
    factor = np.where(use_now, set_now, set_then)
    row_n, row_t = now.look_up.row[a], then.look_up.row[b]
    row_n, row_t = _rows(row_n, row_t, f_now, f_then, empty_now, empty_then)
    row_used = np.where(use_now, row_n, row_t)
    reason = np.full(len(a), "", dtype=object)
    reason[np.isnan(change)] = "now"
    reason[np.isnan(change) & ~_known(q_then, f_then, f_now)] = "then"
    reason[np.isnan(change) & ~_known(q_now, f_now, f_then)] = "now"
    reason[constant] = "constant"
    return PieceChange(
        area,
        change * area,
        np.multiply(_without_noise(recode, raw), area),
        np.multiply(np.where(same_kind, by_now - by_then, 0.0), area),
        np.multiply(np.where(same_kind, per_hectare(q_now, factor), stock_now), area),
        np.multiply(np.where(same_kind, per_hectare(q_then, factor), stock_then), area),
        np.where(same_kind, row_used, row_n),
        np.where(same_kind, row_used, row_t),
        stock_then * area,
        _volume(q_now, kind_now, empty_now),
        _volume(q_then, kind_then, empty_then),
        reason,
        cleared & (q_then > 0.0),
    )


def _rows(
    row_now: IntArray,
    row_then: IntArray,
    f_now: FloatArray,
    f_then: FloatArray,
    empty_now: npt.NDArray[np.bool_],
    empty_then: npt.NDArray[np.bool_],
) -> tuple[IntArray, IntArray]:
    """Rows behind the two sets of factors, with the same stand-ins as the sets themselves."""
    now = np.where(np.isnan(f_now) | (empty_now & ~np.isnan(f_then)), row_then, row_now)
    then = np.where(np.isnan(f_then) | (empty_then & ~np.isnan(f_now)), row_now, row_then)
    return now, then


def _known(quantity: FloatArray, own: FloatArray, other: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether one date could be counted, if need be with the other date's factors."""
    return np.asarray(~np.isnan(quantity) & ((quantity == 0.0) | ~np.isnan(own) | ~np.isnan(other)))


def _without_noise(recode: FloatArray, raw: FloatArray) -> FloatArray:
    """Differences below the rounding of the subtraction are none."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(recode) <= 1e-12 * np.maximum(np.abs(raw), 1.0), 0.0, recode)


def _volume(quantity: FloatArray, kind: npt.NDArray[np.int8], empty: npt.NDArray[np.bool_]) -> FloatArray:
    counted = (kind == FAMILY_VOLUME) | (kind == FAMILY_NONE) | empty
    return np.where(counted, quantity, np.nan)
