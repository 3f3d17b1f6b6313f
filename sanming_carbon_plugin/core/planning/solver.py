"""Finds the best choice with HiGHS: small questions to their optimum, large ones to a proven gap.

A large question is relaxed to fractions first. The relaxation gives the bound and the price of every limit, and
leaves few stands undecided; those, and the ones nearly so, are then decided in whole numbers with the others
held. Nothing here looks at a clock: the same question has the same answer on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_matrix, diags, hstack, identity, vstack

from .fall_back import plain_plan
from .neighbours import Neighbourhood
from .problem import (
    BOUND_ONLY,
    FIRST_FOUND,
    GREEDY,
    LIMIT,
    NONE,
    NOT_FOUND,
    OPTIMAL,
    BoolArray,
    Choice,
    ChoiceProblem,
    FloatArray,
    IntArray,
    chosen_values,
    keeps_rows,
    priced_bound,
)

SMALL_OPTIONS = 3_000
FIRST_CORE = 60
CORE_GROWTH = 4
CLOSER = 0.5
FIRST_NODES, CORE_NODES = 1, 200
MAX_ROUNDS = 60
PATCH_CORE, PATCH_ROUNDS = 400, 4
"""With a smallest patch every question in whole numbers is hard: larger cores and further rounds of a large question
are left, and the plain choice stands in where it is better."""
SOLVED, INFEASIBLE = 0, 2
ASKED_ANEW = 20
"""A question that is asked once more with what was broken ruled out costs about as much as so many branches."""
NOISE = 1e-7
MISSING_PENALTY = 1e3
HALF = 0.5
"""Above it a whole number with noise is one; and of one stand, only one option can have more."""

Found = tuple[IntArray, float, str]
"""A choice, a value that no choice can pass, and how it was found."""


@dataclass(frozen=True)
class SolverLimits:
    """When to be content.

    Attributes
    ----------
    gap
        Share of the bound that may be missing from the plan's value.
    nodes
        Branches looked at for one question in whole numbers.
    only_bound
        Whether the bound alone is wanted, without a choice.
    whole_options
        Questions of up to so many options may be solved whole, larger ones only county by county.
    only_branches
        Whether no plan is to be found by other means where the branches do not suffice.
    first_nodes
        Branches looked at for any plan at all, where neither the branches above nor the plain choice have one.
    soft
        With ``only_bound``: limits may be passed at a penalty. No bound follows from that, only a choice.
    """

    gap: float = 0.005
    nodes: int = 20_000
    only_bound: bool = False
    whole_options: int = 100_000
    only_branches: bool = False
    first_nodes: int = 1_000
    soft: bool = False


def solve(problem: ChoiceProblem, limits: SolverLimits) -> Choice | None:
    """The best choice to the gap asked for; None only where no choice keeps all limits.

    Where the branches do not suffice, the plain choice stands in for a worse answer or for none; where even that keeps
    not all limits, the first plan that does. The bound tells how far it may be from the best one. A choice that is not
    ``found`` says that the branches for a first plan did not suffice either.
    """
    ground = Neighbourhood.of(problem)
    known = ground.first_rows(problem)
    relaxed = relaxed_of(known, soft=limits.soft)
    if relaxed is None:
        return None
    fractions, price = relaxed
    bound, profit = priced_bound(known, price)
    found: Found | None
    if limits.only_bound:
        # Of the divided stands, the larger parts: where other processes relax, this is what they tell of the shares.
        found = (rounded(known, fractions), bound, BOUND_ONLY)
    else:
        if len(problem) <= SMALL_OPTIONS:
            found = _whole(known, ground, limits, np.ones(problem.stands, dtype=bool), None)
        else:
            found = _by_cores(known, ground, limits, fractions, profit, bound)
        if (found is None or found[2] != OPTIMAL) and not limits.only_branches:
            found = _no_worse_than_plain(ground, known, found, (fractions, profit), limits.first_nodes)
    if found is None:
        return None
    choice = choice_of(problem, known, found, (price, profit, bound), only_bound=limits.only_bound)
    return replace(choice, share=fractions) if limits.only_bound else choice


def choice_of(
    problem: ChoiceProblem,
    known: ChoiceProblem,
    found: Found,
    prices: tuple[FloatArray, FloatArray, float],
    *,
    only_bound: bool = False,
) -> Choice:
    """What was found as an answer; ``prices`` are those of the rows of ``known``, the profits and the bound by them."""
    option, proven, method = found
    price, profit, bound = prices
    value = -np.inf if method == NOT_FOUND else chosen_values(problem, option)[0]
    rows = problem.matrix.shape[0]
    return Choice(
        option,
        value,
        bound if only_bound else max(min(bound, proven), value),
        price[:rows],
        profit,
        method,
        np.asarray(known.matrix[rows:].T @ price[rows:], dtype=np.float64).reshape(-1),
        float(price[rows:] @ known.high[rows:]),
        bound,
    )


def _no_worse_than_plain(
    ground: Neighbourhood,
    known: ChoiceProblem,
    found: Found | None,
    relaxed: tuple[FloatArray, FloatArray],
    first_nodes: int,
) -> Found | None:
    """What was found within the branches, or the plain choice where that is better; else the first plan there is."""
    problem, (fractions, profit) = ground.problem, relaxed
    plain = plain_plan(ground, fractions, profit)
    proven = np.inf if found is None else found[1]
    if plain is not None:
        if found is None or chosen_values(problem, plain)[0] > chosen_values(problem, found[0])[0]:
            return plain, proven, GREEDY
        return found
    if found is not None:
        return found
    first = _first_plan(known, ground, first_nodes)
    if first is None or first[2] == NOT_FOUND:
        return first
    better = plain_plan(ground, fractions, profit, first[0])
    return first if better is None else (better, *first[1:])


def _first_plan(known: ChoiceProblem, ground: Neighbourhood, nodes: int) -> Found | None:
    """Any plan that keeps all limits, if the branches suffice; None only where there is none for certain."""
    asked = replace(known, value=np.zeros(len(known)))
    option = np.full(known.stands, NONE, dtype=np.int64)
    while nodes > 0:
        answer = _milp(asked, 0.0, nodes)
        if answer is None:
            return None
        if answer.x is None:
            break
        option[:] = NONE
        taken = np.flatnonzero(answer.x > HALF)
        option[known.stand[taken]] = taken
        broken = ground.broken(option)
        if not broken:
            return (option, np.inf, FIRST_FOUND) if keeps_rows(ground.problem, option) else None
        asked = ground.closed_off(asked, broken)
        nodes -= max(ASKED_ANEW, int(answer.mip_node_count or 0))
    return option, np.inf, NOT_FOUND


def relaxed_of(problem: ChoiceProblem, *, soft: bool = False) -> tuple[FloatArray, FloatArray] | None:
    """Shares of the options and prices of the rows when stands may be divided; None where even that cannot be.

    With ``soft``, limits may be passed at a penalty, and the prices are 0.
    """
    if not len(problem):
        return _nothing(problem)
    scaled, low, high, scale = _scaled(problem)
    upper, lower = np.isfinite(high), np.isfinite(low)
    one = problem.one_each()
    must = np.flatnonzero(problem.must)
    matrix = vstack([scaled[upper], -scaled[lower], one, -one[must]]).tocsr()
    limit = np.concatenate([high[upper], -low[lower], np.ones(problem.stands), -np.ones(len(must))])
    unit = _unit(problem)
    if soft:
        return _softly(problem, matrix, limit, int(upper.sum() + lower.sum())), np.zeros(len(scale))
    answer = linprog(-problem.value / unit, A_ub=matrix, b_ub=limit, bounds=(0, 1), method="highs")
    if answer.status == INFEASIBLE:
        return None
    if answer.x is None or answer.status != SOLVED:
        # Without prices every stand may do its best: a bound that is far, but holds.
        return np.zeros(len(problem)), np.zeros(len(scale))
    dual = -answer.ineqlin.marginals * unit
    price = np.zeros(len(scale))
    price[upper] += dual[: upper.sum()]
    price[lower] -= dual[upper.sum() : upper.sum() + lower.sum()]
    return np.asarray(answer.x), price / scale


def _softly(problem: ChoiceProblem, matrix: csr_matrix, limit: FloatArray, count: int) -> FloatArray:
    """Shares of the options where the first ``count`` rows may be passed at a penalty."""
    missed = -csr_matrix(identity(matrix.shape[0]))[:, :count]
    cost = np.append(-problem.value / _unit(problem), np.full(count, MISSING_PENALTY))
    answer = linprog(cost, A_ub=hstack([matrix, missed]).tocsr(), b_ub=limit, bounds=(0, None), method="highs")
    return np.zeros(len(problem)) if answer.x is None else np.asarray(answer.x[: len(problem)])


def _nothing(problem: ChoiceProblem) -> tuple[FloatArray, FloatArray] | None:
    option = np.full(problem.stands, NONE, dtype=np.int64)
    rows = problem.matrix.shape[0]
    return (np.zeros(0), np.zeros(rows)) if keeps_rows(problem, option) else None


def _unit(problem: ChoiceProblem) -> float:
    return float(np.abs(problem.value).max(initial=0.0)) or 1.0


def _scaled(problem: ChoiceProblem) -> tuple[csr_matrix, FloatArray, FloatArray, FloatArray]:
    """Rows with 1 as their largest coefficient, so that yuan and hectares weigh alike, and their scale."""
    largest = np.asarray(abs(problem.matrix).max(axis=1).todense(), dtype=np.float64).reshape(-1)
    scale = np.where(largest > 0, largest, 1.0)
    return (diags(1.0 / scale) @ problem.matrix).tocsr(), problem.low / scale, problem.high / scale, scale


def _by_cores(
    problem: ChoiceProblem,
    ground: Neighbourhood,
    limits: SolverLimits,
    fractions: FloatArray,
    profit: FloatArray,
    bound: float,
) -> Found | None:
    """Decide the undecided stands in whole numbers, more of them each time until the gap is met."""
    held = rounded(problem, fractions)
    parted = np.zeros(problem.stands, dtype=bool)
    parted[problem.stand[(fractions > NOISE) & (fractions < 1 - NOISE)]] = True
    order = np.lexsort((np.arange(problem.stands), _regret(problem, profit), ~parted))[: len(np.unique(problem.stand))]
    best: Found | None = None
    size = int(parted.sum()) + FIRST_CORE
    # The first core is mostly far better than its own gap says; only where it is not, later ones are solved closer.
    closer = 1.0
    while True:
        free = np.zeros(problem.stands, dtype=bool)
        free[order[:size]] = True
        free |= size >= len(order)
        found = _whole(problem, ground, limits, free, held, closer)
        closer = CLOSER
        if found is not None:
            value, _ = chosen_values(problem, found[0])
            bound = min(bound, found[1])
            if best is None or value > chosen_values(problem, best[0])[0]:
                best = found
            if bound - value <= limits.gap * max(abs(bound), 1e-9):
                return found[0], bound, OPTIMAL
        if size >= len(order) or (problem.patches is not None and size >= PATCH_CORE):
            return None if best is None else (best[0], bound, best[2] if size >= len(order) else LIMIT)
        size = min(size * CORE_GROWTH, len(order))


def rounded(problem: ChoiceProblem, fractions: FloatArray) -> IntArray:
    """The option of each stand that has more than half of it, -1 for none."""
    option = np.full(problem.stands, NONE, dtype=np.int64)
    most = np.flatnonzero(fractions > HALF)
    option[problem.stand[most]] = most
    return option


def _regret(problem: ChoiceProblem, profit: FloatArray) -> FloatArray:
    """How clear the best answer for each stand is: its profit less that of the next best (or of no work)."""
    order = np.lexsort((-profit, problem.stand))
    stand, sorted_profit = problem.stand[order], profit[order]
    begins = np.flatnonzero(np.r_[True, stand[1:] != stand[:-1]])
    first, second = np.zeros(problem.stands), np.full(problem.stands, -np.inf)
    first[stand[begins]] = sorted_profit[begins]
    follows = begins + 1
    has_next = follows < np.r_[begins[1:], len(stand)]
    second[stand[begins[has_next]]] = sorted_profit[follows[has_next]]
    free = ~problem.must
    best = np.where(free, np.maximum(first, 0.0), first)
    other = np.where(free & (first > 0), np.maximum(second, 0.0), np.where(free, first, second))
    # A stand without an option has nothing to regret and comes last.
    return np.where(np.isin(np.arange(problem.stands), stand), np.abs(best - other), np.inf)


def _whole(
    problem: ChoiceProblem,
    ground: Neighbourhood,
    limits: SolverLimits,
    free: BoolArray,
    held: IntArray | None,
    closer: float = 1.0,
) -> Found | None:
    """Decide the ``free`` stands in whole numbers, the others as ``held``; what neighbours break is closed off.

    With a smallest patch the branches hold for all rounds together: each of them is hard.
    """
    free = free.copy()
    left = limits.nodes
    for _ in range(PATCH_ROUNDS if problem.patches is not None and held is not None else MAX_ROUNDS):
        answer, nodes = _decided(problem, replace(limits, nodes=left), free, held, closer)
        if problem.patches is not None:
            left = max(left - nodes, FIRST_NODES if held is not None else 0)
        if answer is None:
            return None
        broken = ground.broken(answer[0])
        if not broken:
            return answer
        problem = ground.closed_off(problem, broken)
        free |= ground.concerned(broken)
    return None


def _decided(
    problem: ChoiceProblem, limits: SolverLimits, free: BoolArray, held: IntArray | None, closer: float
) -> tuple[Found | None, int]:
    """What was found for one question, and how many branches that took."""
    option = np.full(problem.stands, NONE, dtype=np.int64)
    base = 0.0
    low, high = problem.low, problem.high
    if held is not None:
        option[~free] = held[~free]
        base, used = chosen_values(problem, option)
        low, high = low - used, high - used
    mine = np.flatnonzero(free[problem.stand])
    small = ChoiceProblem(
        problem.stand[mine],
        problem.value[mine],
        problem.matrix.tocsc()[:, mine].tocsr(),
        low,
        high,
        problem.stands,
        problem.must & free,
    )
    whole = held is None or bool(free.all())
    nodes = limits.nodes if whole else min(limits.nodes, FIRST_NODES if closer == 1.0 else CORE_NODES)
    answer = _milp(small, limits.gap if whole else limits.gap * closer, nodes)
    branches = 0 if answer is None else int(answer.mip_node_count or 0)
    if answer is None or answer.x is None:
        return None, branches
    taken = np.flatnonzero(answer.x > HALF)
    option[small.stand[taken]] = mine[taken]
    if not keeps_rows(problem, option):
        return None, branches
    proven = base - float(answer.mip_dual_bound) * _unit(small) if whole else np.inf
    return (option, proven, OPTIMAL if answer.status == SOLVED else LIMIT), branches


def _milp(problem: ChoiceProblem, gap: float, nodes: int) -> OptimizeResult | None:
    """HiGHS on one question: ``x`` is None where the branches did not suffice; None where there is no answer."""
    if not len(problem):
        empty = np.full(problem.stands, NONE, dtype=np.int64)
        nothing = OptimizeResult(x=np.zeros(0), status=SOLVED, mip_dual_bound=0.0, mip_node_count=0)
        return nothing if keeps_rows(problem, empty) else None
    matrix, low, high, _ = _scaled(problem)
    most = np.asarray(matrix.maximum(0).sum(axis=1)).reshape(-1)
    least_sum = np.asarray(matrix.minimum(0).sum(axis=1)).reshape(-1)
    if ((low > most + 1e-6) | (high < least_sum - 1e-6)).any():
        return None
    concerned = (most > high) | (least_sum < low)
    one = problem.one_each()
    least = np.where(problem.must, 1.0, -np.inf)
    used = np.unique(problem.stand)
    if (problem.must & ~np.isin(np.arange(problem.stands), used)).any():
        return None
    answer = milp(
        -problem.value / _unit(problem),
        constraints=[
            LinearConstraint(matrix[concerned], low[concerned], high[concerned]),
            LinearConstraint(one[used], least[used], np.ones(len(used))),
        ],
        integrality=np.ones(len(problem)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    # "Unbounded or infeasible" has no status of its own, and no question is unbounded.
    if answer.x is None and (answer.status == INFEASIBLE or "infeasible" in answer.message):
        return None
    if answer.mip_dual_bound is None:
        answer.mip_dual_bound = -np.inf
    return answer
