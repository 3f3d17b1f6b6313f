"""Which limits clash where no plan keeps them all, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, diags, hstack, identity, vstack

from .neighbours import Broken, Neighbourhood
from .patches import patch_ha
from .problem import NONE, BoolArray, ChoiceProblem, FloatArray, IntArray, chosen_values, tolerance
from .solver import ASKED_ANEW, SMALL_OPTIONS

NOISE = 1e-6
BRANCHES, MAX_ROUNDS = 20_000, 60
"""Branches looked at in all, and how often at most the question is asked anew with what was broken ruled out."""
FIXED_COST = 0.02
"""Cost of touching one more limit: one that gives a little more is better than two that give."""
RULE_COST = 1_000.0
"""Cost of breaking a rule between neighbours or leaving out a locked stand: only where nothing else helps."""
ROW, OPENING, PATCH, LOCK = "row", "opening", "patch", "lock"
CLASH_COLUMNS = ("kind", "row", "stand", "short", "over", "holds")


@dataclass(frozen=True)
class _Softened:
    """A question whose limits may be missed at a cost.

    Attributes
    ----------
    matrix, high
        ``matrix @ z <= high`` for the options and what is missed.
    cost, top
        Cost and largest value of each column.
    upper, lower, must
        Rows of the question that have upper and lower limits, and stands that must be chosen, as in ``matrix``.
    """

    matrix: csr_matrix
    high: FloatArray
    cost: FloatArray
    top: FloatArray
    upper: IntArray
    lower: IntArray
    must: IntArray


def clashes(problem: ChoiceProblem, soft: BoolArray) -> pd.DataFrame:
    """The least that would have to give so that a plan exists.

    Every limit may be missed at a price, the rules between neighbours and the locks only where that is not enough. The
    amounts are those of a plan in whole parcels: with limits relaxed by them, that plan keeps every limit. A large
    question is first answered for parcels that may be divided; only those that are, are then decided anew, so its
    amounts may be more than the very least. Rules that are still broken when the rounds or branches are used up are
    named among what would have to give.

    Parameters
    ----------
    problem
        The question without an answer.
    soft
        Rows that may be missed, shape (r,).

    Returns
    -------
    DataFrame
        One row per limit that plays a part: ``kind`` (``row``, ``opening``, ``patch``, ``lock``), ``row`` (number of a
        row of limits, else -1), ``stand`` (its number for a rule about stands, else -1), ``short`` and ``over`` (how
        much is missing or too much in the limit's unit, 0 for none), ``holds`` (kept, but it is why others cannot be).
    """
    ground = Neighbourhood.of(problem)
    option, pressing, pressing_rules = _cheapest(ground, soft, rules_give=False)
    if option is None:
        option, pressing, pressing_rules = _cheapest(ground, soft, rules_give=True)
    if option is None:
        option = np.full(problem.stands, NONE, dtype=np.int64)
    _, used = chosen_values(problem, option)
    over, short = used - problem.high, problem.low - used
    over = np.where(over > tolerance(problem.high), over, 0.0)
    short = np.where(short > tolerance(problem.low), short, 0.0)
    plays = (short > 0) | (over > 0)
    found = [(ROW, int(row), -1, short[row], over[row], False) for row in np.flatnonzero(plays)]
    found += _broken_rules(ground, option)
    if not pressing.any() and not pressing_rules:
        pressing = _full(problem, used)
    if not (pressing & ~plays).any() and not pressing_rules:
        pressing = _rivals(problem, plays)
    found += [(ROW, int(row), -1, 0.0, 0.0, True) for row in np.flatnonzero(pressing & ~plays)]
    broken = {kind for kind, *_ in found}
    found += [(kind, -1, -1, 0.0, 0.0, True) for kind in sorted(pressing_rules - broken)]
    return pd.DataFrame(found, columns=list(CLASH_COLUMNS))


def _broken_rules(ground: Neighbourhood, option: IntArray) -> list[tuple[str, int, int, float, float, bool]]:
    """Rules between neighbours that the plan breaks, and locked stands it leaves out."""
    problem, broken = ground.problem, ground.broken(option)
    found = []
    for cluster in broken.clusters:
        if problem.blocks is not None:
            places = sorted(cluster)
            over = float(problem.blocks.area_ha[places].sum() - problem.blocks.limit_ha[places].min())
            found.append((OPENING, -1, places[0], 0.0, over, False))
    for _, stands in broken.patches:
        if problem.patches is not None:
            short = problem.patches.minimum_ha - patch_ha(problem.patches, option, stands)
            found.append((PATCH, -1, min(stands), short, 0.0, False))
    left_out = np.flatnonzero(problem.must & (option < 0))
    return [*found, *((LOCK, -1, int(stand), 1.0, 0.0, False) for stand in left_out)]


def _full(problem: ChoiceProblem, used: FloatArray) -> BoolArray:
    """Upper limits with no room for one more of the parcels that are concerned."""
    largest = np.asarray(problem.matrix.max(axis=1).todense(), dtype=np.float64).reshape(-1)
    return np.asarray(np.isfinite(problem.high) & (used + largest > problem.high) & (largest > 0))


def _rivals(problem: ChoiceProblem, missed: BoolArray) -> BoolArray:
    """Lower limits that want stands of those that are missed."""
    wanted = (problem.matrix != 0).tocsr()
    theirs = np.isin(problem.stand, problem.stand[wanted[np.flatnonzero(missed)].indices])
    return np.asarray(np.isfinite(problem.low) & (wanted[:, theirs].getnnz(axis=1) > 0))


def _cheapest(
    ground: Neighbourhood, soft: BoolArray, *, rules_give: bool
) -> tuple[IntArray | None, BoolArray, set[str]]:
    """The plan that misses the least, which rows press, and which rules do; no plan where the rules forbid all."""
    problem, known = ground.problem, ground.first_rows(ground.problem)
    more = np.zeros(problem.stands, dtype=bool)
    closed: set[object] = set()
    branches = BRANCHES
    for left in reversed(range(MAX_ROUNDS)):
        give = np.append(soft, np.full(known.matrix.shape[0] - len(soft), rules_give))
        asked = _softened(known, give, rules_give, len(soft))
        option, pressing, rules, nodes = _answered(known, asked, more, len(soft), branches)
        branches -= max(ASKED_ANEW, nodes)
        broken = Broken([], []) if option is None else ground.broken(option)
        new = {*broken.clusters, *broken.patches} - closed
        if option is None or not new or not left or branches <= 0:
            break
        closed |= new
        known = ground.closed_off(known, broken)
        more |= ground.concerned(broken)
    return option, pressing, rules


def _softened(problem: ChoiceProblem, give: BoolArray, rules_give: bool, own_rows: int) -> _Softened:
    weight = np.where(np.isfinite(problem.low), np.abs(problem.low), 0.0)
    weight = np.maximum(weight, np.where(np.isfinite(problem.high), np.abs(problem.high), 0.0))
    largest = np.asarray(abs(problem.matrix).max(axis=1).todense(), dtype=np.float64).reshape(-1)
    weight = np.maximum(weight, np.maximum(largest, NOISE))
    scaled = (diags(1 / weight) @ problem.matrix).tocsr()
    high, low = problem.high / weight, problem.low / weight
    upper, lower = np.flatnonzero(np.isfinite(high)), np.flatnonzero(np.isfinite(low))
    missed = csr_matrix(identity(len(weight)))[:, np.flatnonzero(give)]
    one, must = problem.one_each(), np.flatnonzero(problem.must)
    left_out = csr_matrix(identity(len(must)))
    count, options = missed.shape[1], len(problem)
    matrix = vstack([
        hstack([scaled[upper], -missed[upper], csr_matrix((len(upper), count + len(must)))]),
        hstack([-scaled[lower], csr_matrix((len(lower), count)), -missed[lower], csr_matrix((len(lower), len(must)))]),
        hstack([one, csr_matrix((one.shape[0], 2 * count + len(must)))]),
        hstack([-one[must], csr_matrix((len(must), 2 * count)), -left_out]),
    ]).tocsr()  # fmt: skip
    high = np.concatenate([high[upper], -low[lower], np.ones(one.shape[0]), -np.ones(len(must))])
    cost = np.where(np.flatnonzero(give) < own_rows, 1.0, RULE_COST)
    costs = np.concatenate([np.zeros(options), cost, cost, np.full(len(must), RULE_COST)])
    top = np.concatenate([np.ones(options), np.full(2 * count, np.inf), np.full(len(must), float(rules_give))])
    return _Softened(matrix, high, costs, top, upper, lower, must)


def _answered(
    problem: ChoiceProblem, asked: _Softened, more: BoolArray, own_rows: int, branches: int
) -> tuple[IntArray | None, BoolArray, set[str], int]:
    """The cheapest plan in whole parcels, pressing rows and rules, and the branches that it took."""
    count = len(problem)
    bounds = np.column_stack([np.zeros(len(asked.top)), asked.top])
    divided = linprog(asked.cost, A_ub=asked.matrix, b_ub=asked.high, bounds=bounds, method="highs")
    if divided.x is None:
        return None, np.zeros(own_rows, dtype=bool), set(), 0
    pressing, rules = _pressing(problem, asked, -np.asarray(divided.ineqlin.marginals), own_rows)
    fractions = np.asarray(divided.x[:count])
    lowest, highest = np.zeros(len(asked.top)), asked.top.copy()
    if count > SMALL_OPTIONS:
        parted = more.copy()
        parted[problem.stand[(fractions > NOISE) & (fractions < 1 - NOISE)]] = True
        held = np.flatnonzero(~parted[problem.stand])
        lowest[held] = highest[held] = np.round(fractions[held])
    matrix, high, cost, most = _touching(problem, asked)
    lowest = np.append(lowest, np.zeros(len(cost) - len(lowest)))
    whole = milp(
        cost,
        constraints=LinearConstraint(matrix, -np.inf, high),
        integrality=(np.arange(len(cost)) < count) | (np.arange(len(cost)) >= len(asked.top) - len(asked.must)),
        bounds=Bounds(lowest, np.append(highest, most)),
        options={"node_limit": branches},
    )
    nodes = int(whole.mip_node_count or 0)
    if whole.x is None:
        return None, pressing, rules, nodes
    option = np.full(problem.stands, NONE, dtype=np.int64)
    taken = np.flatnonzero(np.rint(whole.x[:count]))  # whole numbers, but for noise
    option[problem.stand[taken]] = taken
    return option, pressing, rules, nodes


def _touching(problem: ChoiceProblem, asked: _Softened) -> tuple[csr_matrix, FloatArray, FloatArray, FloatArray]:
    """Matrix, upper limits and cost with one more column for each limit that is touched, and their largest value."""
    first, last = len(problem), len(asked.top) - len(asked.must)
    missed = asked.matrix.tocsc()[:, first:last]
    row = np.asarray(abs(missed).argmax(axis=0)).reshape(-1)
    free = asked.matrix.tocsc()[:, :first].tocsr()[row]
    most = np.maximum(np.asarray(free.maximum(0).sum(axis=1)).reshape(-1) - asked.high[row], 0.0)
    limits = csr_matrix(identity(len(asked.top)))[first:last]
    matrix = vstack([
        hstack([asked.matrix, csr_matrix((len(asked.high), last - first))]),
        hstack([limits, -diags(most)]),
    ]).tocsr()  # fmt: skip
    high = np.append(asked.high, np.zeros(last - first))
    return matrix, high, np.append(asked.cost, np.full(last - first, FIXED_COST)), np.ones(last - first)


def _pressing(problem: ChoiceProblem, asked: _Softened, price: FloatArray, own_rows: int) -> tuple[BoolArray, set[str]]:
    """Rows and rules that a plan of divided parcels would pay to be rid of."""
    paid = np.zeros(problem.matrix.shape[0])
    np.add.at(paid, asked.upper, price[: len(asked.upper)])
    np.add.at(paid, asked.lower, price[len(asked.upper) : len(asked.upper) + len(asked.lower)])
    pressing = paid > NOISE
    rules = {LOCK} if len(asked.must) and (price[len(price) - len(asked.must) :] > NOISE).any() else set()
    # Rows of the smallest patch have negative numbers, those of openings have none.
    of_patches = np.asarray((problem.matrix < 0).sum(axis=1)).reshape(-1) > 0
    beyond = np.arange(len(paid)) >= own_rows
    rules |= {PATCH} if (pressing & beyond & of_patches).any() else set()
    rules |= {OPENING} if (pressing & beyond & ~of_patches).any() else set()
    return pressing[:own_rows], rules
