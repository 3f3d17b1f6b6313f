"""Large questions: by balanced counties or whole as far as that goes, else with shared limits divided beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from ..progress import Progress
from .balance import SolveAll, balanced
from .neighbours import Neighbourhood
from .problem import (
    FIRST_FOUND,
    GREEDY,
    LIMIT,
    NONE,
    OPTIMAL,
    Choice,
    ChoiceProblem,
    FloatArray,
    IntArray,
    chosen_values,
    priced_bound,
)
from .solver import NOISE, SMALL_OPTIONS, SolverLimits, solve

WHOLE_OPTIONS = 15_000
"""Of larger questions HiGHS looks at a few branches in minutes: they are divided."""
SAMPLE_OPTIONS = 40_000
SHARED_GAP, DIVIDED_NODES = 0.6, 500
"""Share of the gap that the counties may use up where limits are shared (the rest is for the sharing out), and the
branches of each."""


def solve_here(problems: Sequence[ChoiceProblem], limits: SolverLimits) -> list[Choice | None]:
    """One question after the other, in this process."""
    return [solve(problem, limits) for problem in problems]


def solve_by_county(
    problem: ChoiceProblem,
    county: IntArray,
    limits: SolverLimits,
    solve_all: SolveAll = solve_here,
    progress: Progress | None = None,
) -> Choice | None:
    """The best choice to the gap asked for, county by county where the question is large.

    A question of up to ``limits.whole_options`` is answered by counties that are balanced, whole where that misses the
    gap and the question is small enough, and divided where that misses it too. A larger one is divided first, which
    takes least time and memory, and balanced where that misses the gap. The better plan and the closer bound are
    kept. Whatever misses the gap says so by its method.

    Parameters
    ----------
    problem
        The whole question.
    county
        Number of the county of each stand, shape (stands,).
    limits
        Gap and nodes.
    solve_all
        What solves the parts.
    progress
        Asked whether to stop, beside what ``solve_all`` does.

    Returns
    -------
    Choice or None
        None where no choice keeps all limits.
    """
    counties = np.unique(county)
    if len(problem) <= SMALL_OPTIONS or len(counties) <= 1:
        return solve_all([problem], limits)[0]
    best = None
    if len(problem) <= limits.whole_options:
        best, settled = _undivided(problem, county, counties, limits, solve_all, progress)
        if settled:
            return best
    divided, impossible = _divided(problem, county, counties, limits, solve_all)
    if impossible:
        return best if best is not None and best.found else None
    if best is None and (divided is None or divided.gap > limits.gap + NOISE):
        # What was shared out beforehand was too little for a county, or too roughly shared out.
        best = balanced(problem, county, _rows_by_county(problem, county, counties), limits, solve_all, progress)
    if divided is None and best is None:
        best = solve_all([problem], limits)[0]
    choice = _better(divided, best, limits)
    if choice is not None and choice.method == OPTIMAL and choice.gap > limits.gap + NOISE:
        return replace(choice, method=LIMIT)
    return choice


def _undivided(
    problem: ChoiceProblem,
    county: IntArray,
    counties: IntArray,
    limits: SolverLimits,
    solve_all: SolveAll,
    progress: Progress | None,
) -> tuple[Choice | None, bool]:
    """The best choice without dividing shared limits beforehand, and whether dividing them is of no use."""
    best = balanced(problem, county, _rows_by_county(problem, county, counties), limits, solve_all, progress)
    if best is not None and best.method == OPTIMAL:
        return best, True
    if len(problem) > WHOLE_OPTIONS:
        return best, best is not None
    whole = solve_all([problem], limits)[0]
    if whole is None:
        return best, True
    best = _better(best, whole, limits)
    return best, best is None or best.gap <= limits.gap + NOISE


def _better(divided: Choice | None, whole: Choice | None, limits: SolverLimits) -> Choice | None:
    """The better plan of two answers to one question, with the closer bound of both."""
    if divided is None or whole is None:
        return whole if divided is None else divided
    bound = min(divided.bound, whole.bound)
    best = whole if whole.value >= divided.value else divided
    best = replace(best, bound=max(bound, best.value))
    return replace(best, method=OPTIMAL) if best.method == LIMIT and best.gap <= limits.gap else best


def _divided(
    problem: ChoiceProblem, county: IntArray, counties: IntArray, limits: SolverLimits, solve_all: SolveAll
) -> tuple[Choice | None, bool]:
    """The counties' choices as one, None where they do not go together; and whether no choice can keep all limits."""
    touching = _rows_by_county(problem, county, counties)
    shared = np.flatnonzero(touching.sum(axis=1) > 1)
    low, high = _shares(problem, county, counties, shared, solve_all)
    parts, options, rows_of = [], [], []
    for at, one in enumerate(counties):
        rows = np.flatnonzero(touching[:, at])
        part, own = problem.part(county == one, rows, low[rows, at], high[rows, at])
        parts.append(part)
        options.append(own)
        rows_of.append(rows)
    part_limits = limits
    if len(shared):
        part_limits = replace(limits, gap=limits.gap * SHARED_GAP, nodes=min(limits.nodes, DIVIDED_NODES))
    answers = solve_all(parts, part_limits)
    if any(answer is None for answer in answers):
        # What a county was given of a shared limit may be too little for it: then nothing is divided.
        return None, not len(shared)
    if not all(answer.found for answer in answers if answer is not None):
        return None, False
    choice = _together(problem, county, counties, [a for a in answers if a is not None], options, rows_of)
    if choice is None or not len(shared) or choice.gap <= limits.gap:
        return choice, False
    price = _common_price(problem, shared, rows_of, [a.price for a in answers if a is not None])
    return _closer_bound(problem, choice, price, shared, (parts, options, rows_of), limits, solve_all), False


def _common_price(
    problem: ChoiceProblem, shared: IntArray, rows_of: list[IntArray], prices: list[FloatArray]
) -> FloatArray:
    """One price for each shared limit, 0 for all others: the middle of what the counties would pay."""
    price = np.zeros(problem.matrix.shape[0])
    for row in shared:
        price[row] = np.median([own[rows == row][0] for rows, own in zip(rows_of, prices, strict=True) if row in rows])
    return price


def _closer_bound(
    problem: ChoiceProblem,
    choice: Choice,
    price: FloatArray,
    shared: IntArray,
    divided: tuple[list[ChoiceProblem], list[IntArray], list[IntArray]],
    limits: SolverLimits,
    solve_all: SolveAll,
) -> Choice:
    """The choice with a closer bound: every county may use as much of the shared limits as it pays for."""
    parts, options, rows_of = divided
    paid = problem.matrix.T @ price
    free = []
    for part, own, rows in zip(parts, options, rows_of, strict=True):
        kept = np.flatnonzero(~np.isin(rows, shared))
        free.append(
            replace(
                part,
                value=part.value - paid[own],
                matrix=part.matrix[kept],
                low=part.low[kept],
                high=part.high[kept],
            )
        )
    answers = solve_all(free, replace(limits, only_bound=True))
    if any(answer is None for answer in answers):
        return choice
    limit = np.where(price > 0, problem.high, problem.low)
    bound = sum(answer.bound for answer in answers if answer is not None) + float(price[price != 0] @ limit[price != 0])
    return replace(choice, bound=max(min(choice.bound, bound), choice.value))


def _rows_by_county(problem: ChoiceProblem, county: IntArray, counties: IntArray) -> np.ndarray:
    """Which rows concern which county, shape (rows, counties)."""
    of_option = np.searchsorted(counties, county[problem.stand])
    ones = csr_matrix(
        (np.ones(len(problem)), (np.arange(len(problem)), of_option)), shape=(len(problem), len(counties))
    )
    return np.asarray((abs(problem.matrix) @ ones).todense()) > 0


def _shares(
    problem: ChoiceProblem, county: IntArray, counties: IntArray, shared: IntArray, solve_all: SolveAll
) -> tuple[FloatArray, FloatArray]:
    """Limits of each row for each county, shape (rows, counties); a shared one is divided by what a sample uses."""
    low = np.repeat(problem.low[:, None], len(counties), axis=1)
    high = np.repeat(problem.high[:, None], len(counties), axis=1)
    if not len(shared):
        return low, high
    part, sample = _sampled(problem)
    answer = solve_all([part], SolverLimits(only_bound=True, soft=True))[0]
    taken = np.zeros(len(problem))
    if answer is not None:
        # Of a sample the divided stands count: whole ones alone would share out some limits far too roughly.
        taken[sample] = answer.share
    of_option = np.searchsorted(counties, county[problem.stand])
    sampled = csr_matrix((np.ones(len(sample)), (sample, of_option[sample])), shape=(len(problem), len(counties)))
    everything = csr_matrix((np.ones(len(problem)), (np.arange(len(problem)), of_option)), shape=sampled.shape)
    size = np.asarray((abs(problem.matrix[shared]) @ everything).todense())
    seen = np.asarray((abs(problem.matrix[shared]) @ sampled).todense())
    used = np.asarray((problem.matrix[shared] @ csr_matrix(sampled.multiply(taken[:, None]))).todense())
    used = used * np.divide(size, seen, out=np.zeros_like(size), where=seen > 0)
    weight = size / size.sum(axis=1, keepdims=True)
    total = used.sum(axis=1, keepdims=True)
    for limit, mine in ((problem.low, low), (problem.high, high)):
        bounded = np.isfinite(limit[shared])
        rows = shared[bounded]
        mine[rows] = used[bounded] + (limit[rows][:, None] - total[bounded]) * weight[bounded]
    return low, high


def _sampled(problem: ChoiceProblem) -> tuple[ChoiceProblem, IntArray]:
    """A sample of the stands under limits as much smaller as the sample is, and its options."""
    step = max(1, -(-len(problem) // SAMPLE_OPTIONS))
    sample = np.flatnonzero(problem.stand % step == 0)
    matrix = problem.matrix.tocsc()[:, sample].tocsr()
    whole = np.asarray(abs(problem.matrix).sum(axis=1)).reshape(-1)
    part = np.asarray(abs(matrix).sum(axis=1)).reshape(-1)
    factor = np.divide(part, whole, out=np.ones_like(whole), where=whole > 0)
    used, stand = np.unique(problem.stand[sample], return_inverse=True)
    must = np.zeros(len(used), dtype=bool)
    small = ChoiceProblem(
        stand.reshape(-1), problem.value[sample], matrix, problem.low * factor, problem.high * factor, len(used), must
    )
    return small, sample


def _together(
    problem: ChoiceProblem,
    county: IntArray,
    counties: IntArray,
    answers: list[Choice],
    options: list[IntArray],
    rows_of: list[IntArray],
) -> Choice | None:
    """The counties' choices as one, with a bound for the whole; None where a limit does not hold for all together."""
    option = np.full(problem.stands, NONE, dtype=np.int64)
    price = np.zeros(problem.matrix.shape[0])
    weight = np.zeros(len(price))
    profit, opening_price = np.empty(len(problem)), np.zeros(len(problem))
    for at, answer in enumerate(answers):
        stands = np.flatnonzero(county == counties[at])
        taken = answer.option >= 0
        option[stands[taken]] = options[at][answer.option[taken]]
        size = np.asarray(abs(problem.matrix[rows_of[at]]).tocsc()[:, options[at]].sum(axis=1)).reshape(-1)
        price[rows_of[at]] += answer.price * size
        weight[rows_of[at]] += size
        profit[options[at]] = answer.profit
        opening_price[options[at]] = answer.opening_price
    parted = _parted_at_borders(problem, option)
    if parted is None:
        return None
    option = parted
    value, _ = chosen_values(problem, option)
    own_rows = not np.any(_rows_by_county(problem, county, counties).sum(axis=1) > 1)
    price = np.divide(price, weight, out=np.zeros_like(price), where=weight > 0)
    paid = sum(answer.opening_paid for answer in answers)
    bound = sum(answer.bound for answer in answers)
    if not own_rows:
        bound, profit = priced_bound(problem, price, opening_price, paid)
    methods = {answer.method for answer in answers}
    worst = next(one for one in (FIRST_FOUND, GREEDY, LIMIT, OPTIMAL) if one in methods)
    fallen = tuple(
        int(one) for one, answer in zip(counties, answers, strict=True) if answer.method in (FIRST_FOUND, GREEDY)
    )
    priced = max(sum(answer.price_bound for answer in answers), float(bound)) if own_rows else float(bound)
    return Choice(
        option, value, max(float(bound), value), price, profit, worst, opening_price, paid, priced, fallen
    )  # fmt: skip


def _parted_at_borders(problem: ChoiceProblem, option: IntArray) -> IntArray | None:
    """The choice with openings across county borders kept within their limit; None where limits do not allow that.

    Each county was solved without the others' clear-cuts. Of an opening that is too large, the stand that is worth
    least does its best other work or none, as long as all limits hold.
    """
    ground, option = Neighbourhood.of(problem), option.copy()
    beginning = np.searchsorted(problem.stand, np.arange(problem.stands + 1))
    while clusters := ground.broken(option).clusters:
        stands = [one for one in clusters[0] if one < problem.stands]
        for stand in sorted(stands, key=lambda one: (problem.value[option[one]], one)):
            others = [NONE, *range(beginning[stand], beginning[stand + 1])]
            before = option[stand]
            for other in sorted(others, key=lambda at: -problem.value[at] if at != NONE else 0.0):
                option[stand] = other
                if not (other != NONE and problem.blocks is not None and problem.blocks.is_cut[other]) and (
                    ground.keeps_all_but_openings(option)
                ):
                    break
            else:
                option[stand] = before
                continue
            break
        else:
            return None
    return option if ground.keeps_all(option) else None
