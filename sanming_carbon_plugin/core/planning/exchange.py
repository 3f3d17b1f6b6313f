"""Makes a plan better by exchanging one parcel or two at a time, and mends one that passes its limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from ..progress import Progress
from .neighbours import Neighbourhood
from .problem import NONE, BoolArray, ChoiceProblem, FloatArray, IntArray, best_profit, keeps_rows, tolerance

MOVES_TOGETHER, LEAST_TOGETHER = 900, 400
CLOSENESS = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0)
"""How close to the best of its stand an option is that is tried, as a share of the usual worth of a stand's plan for
one row of limits; the closest first, so that room is not filled by what brings little."""
USUAL_SHARE = 0.05
MENDING_PRICE = 3.0
ROUNDS = 4


@dataclass(frozen=True)
class Moves:
    """What may be done instead in some stands; the last move is to do nothing.

    Attributes
    ----------
    stand, option
        Stand and its other option, -1 for none; shape (m,).
    value, uses
        Value of the option and what it uses of each limited side of a row; shape (m,) and (m, r).
    rows, sign
        The row of each column of ``uses``, and -1 for lower limits; shape (r,).
    regret
        What the option is worth less than the best of its stand, at the prices of the limits; shape (m,).
    """

    stand: IntArray
    option: IntArray
    value: FloatArray
    uses: FloatArray
    rows: IntArray
    sign: FloatArray
    regret: FloatArray

    def within(self, most: float) -> Moves:
        """Those whose regret is no more."""
        kept = self.regret <= most
        return Moves(
            self.stand[kept], self.option[kept], self.value[kept], self.uses[kept], self.rows, self.sign,
            self.regret[kept],
        )  # fmt: skip


def exchanged(
    ground: Neighbourhood,
    known: ChoiceProblem,
    option: IntArray,
    prices: tuple[FloatArray, FloatArray],
    part: IntArray,
    progress: Progress | None = None,
) -> IntArray | None:
    """A choice made better by exchanges, and to keep all limits where it does not; None where that fails.

    Parameters
    ----------
    ground, known
        The question, and the same with the rows that are known of its neighbours.
    option
        The choice, which may pass some limits. Shape (stands,).
    prices
        Price of each row of ``known`` and profit of each option at these.
    part
        Part of each stand: exchanges are looked for within a part, and within small parts together. Shape (stands,).
    progress
        Asked whether to stop.
    """
    progress = progress or Progress()
    price, profit = prices
    for _ in range(ROUNDS):
        option = _all_exchanges(known, option, (price, profit), part, progress)
        if not keeps_rows(known, option):
            return None
        broken = ground.broken(option)
        if not broken:
            return option
        known = ground.closed_off(known, broken)
        price = np.append(price, np.zeros(known.matrix.shape[0] - len(price)))
    return None


def _all_exchanges(
    known: ChoiceProblem, option: IntArray, prices: tuple[FloatArray, FloatArray], part: IntArray, progress: Progress
) -> IntArray:
    option, (price, profit) = option.copy(), prices
    taken = option[option != NONE]
    used = np.asarray(known.matrix[:, taken].sum(axis=1), dtype=np.float64).reshape(-1)
    usual = float(np.abs(known.value[taken]).mean()) if len(taken) else 0.0
    regret, none_regret = _regrets(known, profit)
    most = usual * USUAL_SHARE * CLOSENESS[-1]
    groups = []
    for stands in _together(part, known, regret <= most):
        progress.raise_if_cancelled()
        groups.append(_moves(known, stands, regret, none_regret, most))
    weight = np.where(price != 0, np.abs(price), _usual_price(known)) * MENDING_PRICE
    for closeness in CLOSENESS:
        for moves in groups:
            _exchange(known, moves.within(usual * USUAL_SHARE * closeness), option, used, weight, progress)
    return option


def _usual_price(known: ChoiceProblem) -> FloatArray:
    """A price that makes each row as dear as the values are, for rows without one."""
    size = np.asarray(abs(known.matrix).max(axis=1).todense(), dtype=np.float64).reshape(-1)
    return float(np.abs(known.value).max(initial=0.0)) / np.where(size > 0, size, 1.0)


def _regrets(known: ChoiceProblem, profit: FloatArray) -> tuple[FloatArray, FloatArray]:
    best = best_profit(known, profit)
    best = np.where(known.must, best, np.maximum(best, 0.0))
    return best[known.stand] - profit, np.where(known.must, np.inf, best)


def _together(part: IntArray, known: ChoiceProblem, near: BoolArray) -> Iterator[BoolArray]:
    """Stands among which exchanges are looked for: those of a part, or of several where each has few moves."""
    moves = np.bincount(known.stand[near], minlength=known.stands)
    group, count = np.zeros(known.stands, dtype=bool), 0
    for one in np.unique(part):
        mine = part == one
        more = int(moves[mine].sum())
        if count and count + more > MOVES_TOGETHER:
            yield group
            group, count = np.zeros(known.stands, dtype=bool), 0
        group, count = group | mine, count + more
        if count >= LEAST_TOGETHER:
            yield group
            group, count = np.zeros(known.stands, dtype=bool), 0
    if count:
        yield group


def _moves(known: ChoiceProblem, stands: BoolArray, regret: FloatArray, none_regret: FloatArray, most: float) -> Moves:
    """The moves of some stands that are close enough to the best."""
    mine = np.flatnonzero(stands[known.stand] & (regret <= most))
    nothing = np.flatnonzero(stands & (none_regret <= most))
    stand = np.concatenate([known.stand[mine], nothing, [NONE]])
    option = np.concatenate([mine, np.full(len(nothing) + 1, NONE)])
    of_stand = np.concatenate([regret[mine], none_regret[nothing], [0.0]])
    order = np.sort(np.argsort(of_stand, kind="stable")[:MOVES_TOGETHER])
    order = order if len(stand) - 1 in order else np.append(order, len(stand) - 1)
    stand, option, of_stand = stand[order], option[order], of_stand[order]
    concerned = np.flatnonzero(np.diff(known.matrix[:, stands[known.stand]].indptr))
    upper = concerned[np.isfinite(known.high[concerned])]
    lower = concerned[np.isfinite(known.low[concerned])]
    rows, sign = np.append(upper, lower), np.append(np.ones(len(upper)), -np.ones(len(lower)))
    value, uses = _of_options(known, option, rows, sign)
    return Moves(stand, option, value, uses, rows, sign, of_stand)


def _of_options(
    known: ChoiceProblem, option: IntArray, rows: IntArray, sign: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Value of some options and what they use, none for -1."""
    some = np.flatnonzero(option != NONE)
    value, uses = np.zeros(len(option)), np.zeros((len(option), len(rows)))
    value[some] = known.value[option[some]]
    uses[some] = csr_matrix(known.matrix[:, option[some]])[rows].toarray().T * sign
    return value, uses


def _exchange(
    known: ChoiceProblem, moves: Moves, option: IntArray, used: FloatArray, weight: FloatArray, progress: Progress
) -> None:
    """Go through the moves once, each alone or with the best second one; ``option`` and ``used`` are changed."""
    rows, sign = moves.rows, moves.sign
    limit = np.where(sign > 0, known.high[rows], -known.low[rows])
    limit = limit + tolerance(limit) / 2
    now = np.where(moves.stand == NONE, NONE, option[moves.stand])
    value, uses = _of_options(known, now, rows, sign)
    gain, more = moves.value - value, moves.uses - uses
    total = used[rows] * sign
    least = 1e-9 * float(np.abs(known.value).max(initial=0.0))
    for at in np.argsort(moves.regret, kind="stable").tolist():
        progress.raise_if_cancelled()
        if moves.stand[at] == NONE or option[moves.stand[at]] == moves.option[at]:
            continue
        after = total + more[at] + more
        kept = (after <= np.maximum(limit, total)).all(axis=1) & (moves.stand != moves.stand[at])
        if not kept.any():
            continue
        better = gain[at] + gain
        over = np.flatnonzero(total > limit)
        if len(over):
            excess = np.maximum(after[:, over] - limit[over], 0.0) - (total[over] - limit[over])
            better = better - excess @ weight[rows[over]]
        second = int(np.argmax(np.where(kept, better, -np.inf)))
        if better[second] <= least:
            continue
        for one in (at, second):
            stand = int(moves.stand[one])
            if stand == NONE:
                continue
            total = total + more[one]
            _do(known, option, used, stand, int(moves.option[one]))
            mine = moves.stand == stand
            gain[mine] = moves.value[mine] - moves.value[one]
            more[mine] = moves.uses[mine] - moves.uses[one]


def _do(known: ChoiceProblem, option: IntArray, used: FloatArray, stand: int, new: int) -> None:
    for one, sign in ((int(option[stand]), -1.0), (new, 1.0)):
        if one != NONE:
            used += sign * np.asarray(known.matrix[:, [one]].todense(), dtype=np.float64).reshape(-1)
    option[stand] = new
