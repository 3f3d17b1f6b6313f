"""Counties that share limits, each solved alone at the prices of what they share, then balanced against each other.

At these prices each county has many plans of nearly the same worth. Solved without the shared limits they bound the
whole more closely than any plan of divided stands; then the counties are solved once more, each near its part of what
is shared, and exchanges of single parcels use up or mend what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from ..progress import Progress
from .exchange import exchanged
from .neighbours import Neighbourhood
from .problem import (
    LIMIT,
    NONE,
    OPTIMAL,
    BoolArray,
    Choice,
    ChoiceProblem,
    FloatArray,
    IntArray,
    chosen_values,
)
from .solver import NOISE, SolverLimits, choice_of

SolveAll = Callable[[Sequence[ChoiceProblem], SolverLimits], "list[Choice | None]"]
"""Solves several questions, perhaps at the same time and in other processes; answers in the order asked."""

PART_GAP, PART_NODES, LARGEST_GAP = 0.6, 30, 0.02
"""Share of the gap that the counties may use up alone, and what their own gap may be at most."""
STEPS = ((2, 0, False), (2, 1, True))
WIDTH = 0.04
"""How far the use of a shared limit may be from a county's part of it, as a share of that part."""


@dataclass(frozen=True)
class Counties:
    """A question by county.

    Attributes
    ----------
    county, numbers
        County of each stand, shape (stands,), and the counties' numbers.
    touching
        Which rows concern which county, shape (rows, counties).
    shared, price
        Rows that concern several counties, and their prices.
    bound
        A value that no plan can pass: what the gaps of the counties are measured by.
    """

    problem: ChoiceProblem
    county: IntArray
    numbers: IntArray
    touching: BoolArray
    shared: IntArray
    price: FloatArray
    bound: float

    def used(self, option: IntArray) -> FloatArray:
        """What each county uses of the shared rows, shape (shared, counties)."""
        stands = np.flatnonzero(option != NONE)
        at = np.searchsorted(self.numbers, self.county[stands])
        of_county = csr_matrix((np.ones(len(stands)), (np.arange(len(stands)), at)), (len(stands), len(self.numbers)))
        return np.asarray((self.problem.matrix[self.shared][:, option[stands]] @ of_county).todense())

    def part(self, at: int, low: FloatArray, high: FloatArray) -> tuple[ChoiceProblem, IntArray]:
        """One county at the prices, its use of the shared rows between ``low`` and ``high``; and its options."""
        bounded = np.isfinite(low) | np.isfinite(high)
        lows, highs = self.problem.low.copy(), self.problem.high.copy()
        lows[self.shared], highs[self.shared] = low, high
        rows = self.touching[:, at].copy()
        rows[self.shared[~bounded]] = False
        kept = np.flatnonzero(rows)
        part, own = self.problem.part(self.county == self.numbers[at], kept, lows[kept], highs[kept])
        return replace(part, value=part.value - (self.problem.matrix[self.shared].T @ self.price)[own]), own


def balanced(
    problem: ChoiceProblem,
    county: IntArray,
    touching: BoolArray,
    limits: SolverLimits,
    solve_all: SolveAll,
    progress: Progress | None = None,
) -> Choice | None:
    """The best choice found by balancing the counties; None where none of those found keeps all limits.

    ``touching`` tells which rows concern which county, shape (rows, counties). A question with smallest patches is not
    answered: exchanges of one parcel or two seldom keep them. Whatever takes long is solved by ``solve_all``, or asks
    ``progress`` whether to stop.
    """
    if problem.patches is not None:
        return None
    ground = Neighbourhood.of(problem)
    known = ground.first_rows(problem)
    relaxed = solve_all([replace(known, blocks=None)], replace(limits, only_bound=True))[0]
    if relaxed is None:
        return None
    price, profit, bound = relaxed.price, relaxed.profit, relaxed.bound
    shared = np.flatnonzero(touching.sum(axis=1) > 1)
    counties = Counties(problem, county, np.unique(county), touching, shared, price[shared], bound)

    def better(best: Choice | None, option: IntArray, proven: float) -> Choice | None:
        found = exchanged(ground, known, option, (price, profit), county, progress)
        if found is None or (best is not None and chosen_values(problem, found)[0] < best.value):
            found = None if best is None else best.option
        if found is None:
            return None
        choice = choice_of(problem, known, (found, proven, LIMIT), (price, profit, bound))
        return replace(choice, method=OPTIMAL) if choice.gap <= limits.gap + NOISE else choice

    choice = better(None, relaxed.option, bound)
    if choice is not None and choice.method == OPTIMAL:
        return choice
    option, proven = _alone(counties, limits, solve_all)
    for step in STEPS:
        choice = better(choice, option, proven)
        if choice is not None and choice.method == OPTIMAL:
            return choice
        option = _beside_each_other(counties, option, limits, solve_all, step)
    return better(choice, option, proven)


def _part_limits(counties: Counties, limits: SolverLimits) -> SolverLimits:
    """The gap of the parts: what they may lose of the whole together, as a share of their own values at the prices."""
    paid = np.where(counties.price > 0, counties.problem.high[counties.shared], counties.problem.low[counties.shared])
    known = counties.price != 0
    left = counties.bound - float(counties.price[known] @ paid[known])
    share = abs(counties.bound) / max(abs(left), 1e-9 * abs(counties.bound), 1e-9)
    gap = min(limits.gap * PART_GAP * share, LARGEST_GAP)
    return replace(limits, gap=gap, nodes=min(limits.nodes, PART_NODES), only_branches=True)


def _alone(counties: Counties, limits: SolverLimits, solve_all: SolveAll) -> tuple[IntArray, float]:
    """Each county alone at the prices: their choices together, which may pass shared limits, and a closer bound."""
    free = np.full(len(counties.shared), np.inf)
    found = [counties.part(at, -free, free) for at in range(len(counties.numbers))]
    parts = [part for part, _ in found]
    answers = solve_all(parts, _part_limits(counties, limits))
    option = np.full(counties.problem.stands, NONE, dtype=np.int64)
    for at, (answer, (_, own)) in enumerate(zip(answers, found, strict=True)):
        _put(counties, option, at, answer, own)
    if any(answer is None for answer in answers):
        return option, counties.bound
    limit = np.where(counties.price > 0, counties.problem.high[counties.shared], counties.problem.low[counties.shared])
    known = counties.price != 0
    paid = float(counties.price[known] @ limit[known])
    return option, min(counties.bound, paid + sum(answer.bound for answer in answers if answer is not None))


def _beside_each_other(
    counties: Counties, option: IntArray, limits: SolverLimits, solve_all: SolveAll, step: tuple[int, int, bool]
) -> IntArray:
    """Some counties once more, each near its part of what is left of the shared limits; where that fails, as before.

    ``step``: every how manieth county is solved, from which on, and whether the limits have to hold then.
    """
    every, first, firm = step
    mine = np.arange(len(counties.numbers))[first::every]
    used, price = counties.used(option), counties.price[:, None]
    total = used.sum(axis=1, keepdims=True)
    weight = np.where(np.isin(np.arange(len(counties.numbers)), mine), used, 0.0) if firm else used
    weight = np.abs(weight) / np.maximum(np.abs(weight).sum(axis=1, keepdims=True), 1e-300)
    low, high = (side[counties.shared][:, None] - total for side in (counties.problem.low, counties.problem.high))
    wanted = np.where(price > 0, high, np.where(price < 0, low, 0.0))
    aim = used + wanted * weight
    width = WIDTH * np.abs(aim)
    before, after = (np.where(price > 0, 1.0, 0.0), np.where(price < 0, 1.0, 0.0)) if firm else (0.5, 0.5)
    with np.errstate(invalid="ignore"):  # of no limit, no county has a part
        own_low, own_high = used + low * weight, used + high * weight
    lows = np.where(price != 0, aim - before * width, np.where(firm & np.isfinite(own_low), own_low, -np.inf))
    highs = np.where(price != 0, aim + after * width, np.where(firm & np.isfinite(own_high), own_high, np.inf))
    found = [counties.part(at, lows[:, at], highs[:, at]) for at in mine.tolist()]
    parts = [part for part, _ in found]
    answers = solve_all(parts, _part_limits(counties, limits))
    option = option.copy()
    for at, answer, (_, own) in zip(mine.tolist(), answers, found, strict=True):
        _put(counties, option, at, answer, own)
    return option


def _put(counties: Counties, option: IntArray, at: int, answer: Choice | None, own: IntArray) -> None:
    """Put a county's answer into the choice of all."""
    if answer is None:
        return
    stands = np.flatnonzero(counties.county == counties.numbers[at])
    taken = answer.option != NONE
    option[stands] = NONE
    option[stands[taken]] = own[answer.option[taken]]
