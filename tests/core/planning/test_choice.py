"""The choice of parcels is the best there is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning import counties, solver
from sanming_carbon_plugin.core.planning.clashes import clashes
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.neighbours import Neighbourhood
from sanming_carbon_plugin.core.planning.openings import broken_clusters
from sanming_carbon_plugin.core.planning.problem import BlockRule, ChoiceProblem, keeps_rows
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve

from .every_plan import best_of, best_value, looked_at
from .small_plans import SmallPlan

EXACT = SolverLimits(gap=0.0, nodes=100_000)
INSTANCES = 216


KINDS = ("target", "asked", "beyond", "cap", "budget", "yearly budget", "quota", "share", "patch", "block",
         "open ground", "lock in", "lock out")  # fmt: skip


def binding(values, checks):
    """The kinds of limits without which another plan would be the best."""
    for kind in KINDS:
        # Openings beside open ground are too large without it, too: only what the ground adds is counted for it.
        others = [ok for name, ok in checks.items() if name not in (kind, "open ground" if kind == "block" else kind)]
        with_it = best_of(values, np.logical_and.reduce([*others, checks[kind]]))
        without = best_of(values, np.logical_and.reduce(others))
        if without is not None and (with_it is None or without > with_it + 1e-6):
            yield kind


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, INSTANCES, 24))
def test_small_plans_equal_the_best_of_all_plans(start):
    for seed in range(start, start + 24):
        best = best_value(seed)
        try:
            problem, *_ = SmallPlan(seed).problem()
        except InputError:
            assert best is None, seed
            continue
        choice = solve(problem, EXACT)
        if best is None:
            assert choice is None, seed
            continue
        assert choice is not None, seed
        assert choice.value == pytest.approx(best, rel=1e-7, abs=1e-4), seed
        assert choice.bound == pytest.approx(best, rel=1e-6, abs=1e-3), seed
        assert Neighbourhood.of(problem).keeps_all(choice.option)


@pytest.mark.long
def test_every_kind_of_limit_binds_in_some_small_plans():
    counts = dict.fromkeys(KINDS, 0)
    for seed in range(INSTANCES):
        for kind in binding(*looked_at(seed)):
            counts[kind] += 1
        if min(counts.values()) >= 3:
            break
    assert {kind: count for kind, count in counts.items() if count < 3} == {}


@pytest.mark.long
def test_small_plans_that_are_divided_keep_all_limits_and_tell_how_far_they_are_from_the_best(monkeypatch):
    monkeypatch.setattr(counties, "SMALL_OPTIONS", 0)
    together, found = counties._together, []
    monkeypatch.setattr(counties, "_together", lambda *of: found.append(together(*of)) or found[-1])
    methods = []
    for seed in (seed for seed in range(120) if seed % 20):
        plan = SmallPlan(seed)
        plan.minimum = 0.0  # patches do not cross borders, but those of small plans do
        best = best_value(seed, patches=False)
        try:
            problem, *_ = plan.problem()
        except InputError:
            continue
        county = (plan.county == "350428").astype(np.int64)
        choice = solve_by_county(problem, county, replace(EXACT, whole_options=0))
        assert (choice is None) == (best is None), seed
        if choice is None:
            continue
        assert Neighbourhood.of(problem).keeps_all(choice.option), seed
        assert choice.value <= best + 1e-4, seed
        assert choice.bound >= best - 1e-3, seed
        assert (choice.method == "optimal") == (choice.gap <= 1e-7), seed
        methods.append(choice.method)
        whole = solve_by_county(problem, county, EXACT)
        assert whole.value == pytest.approx(best, rel=1e-7, abs=1e-4), seed
    assert sum(one is not None for one in found) > 20
    assert set(methods) == {"optimal", "limit"}


@pytest.mark.long
def test_without_branches_a_plan_that_keeps_all_limits_is_still_found(monkeypatch):
    milp, methods = solver._milp, []

    def without_branches(problem, gap, nodes):
        return None if problem.value.any() else milp(problem, gap, nodes)  # for any plan at all, nothing has a value

    monkeypatch.setattr(solver, "_milp", without_branches)
    for seed in (*(seed for seed in range(72) if seed % 20), 98, 164):
        best = best_value(seed)
        try:
            problem, *_ = SmallPlan(seed).problem()
        except InputError:
            continue
        choice = solve(problem, SolverLimits(0.0, 0))
        assert (choice is None) == (best is None), seed
        if choice is None:
            continue
        methods.append(choice.method)
        assert Neighbourhood.of(problem).keeps_all(choice.option), seed
        assert choice.value <= best + 1e-6 <= choice.bound + 1e-3, seed
        assert choice.gap == pytest.approx((choice.bound - choice.value) / max(choice.bound, abs(choice.value), 1e-9))
        assert np.array_equal(solve(problem, SolverLimits(0.0, 0)).option, choice.option)
    assert set(methods) == {"greedy", "first_found"}
    assert methods.count("greedy") > len(methods) / 2


def large_plan(seed, stands=1800, count=3):
    """A plan of many stands with shared and own limits and adjoining clear-cuts."""

    rng = np.random.default_rng(seed)
    stand, work, year = (a.ravel() for a in np.meshgrid(np.arange(stands), range(2), range(3), indexing="ij"))
    area = rng.gamma(2, 3, stands)
    value = (rng.gamma(2, 5, (stands, 2)) * area[:, None])[stand, work] * (1 - 0.03 * year)
    cost = (rng.uniform(3000, 12000, (stands, 2)) * area[:, None])[stand, work]
    county = np.arange(stands) * count // stands
    rows, low, high = [], [], []
    for one in range(count):
        for of in range(2):
            rows.append(area[stand] * ((county[stand] == one) & (work == of)))
            low.append(0.1 * area[county == one].sum())
            high.append(0.15 * area[county == one].sum())
    for of in range(3):
        rows.append(cost * (year == of))
        low.append(-np.inf)
        high.append(0.055 * area.sum() * 6000)
    first = np.arange(stands - 1)
    first = first[first % 10 != 9]
    blocks = BlockRule(first, first + 1, area, np.full(stands, 20.0), work == 0, year, 2)
    problem = ChoiceProblem(
        stand, value, csr_matrix(np.array(rows)), np.array(low), np.array(high), stands, np.zeros(stands, bool), blocks
    )
    return problem, county


@pytest.mark.long
def test_large_plans_prove_a_gap_of_half_a_percent():
    for seed in range(2):
        problem, county = large_plan(seed)
        choice = solve_by_county(problem, county, SolverLimits(gap=0.005))
        assert choice.gap <= 0.005
        assert choice.method == "optimal"
        assert keeps_rows(problem, choice.option)
        assert broken_clusters(problem.blocks, choice.option) == []


def municipal_plan(seed, stands, count):
    """Many small counties with targets and yearly budgets of the municipality, and a cap of each county."""
    problem, county = large_plan(seed, stands, count)
    own = np.asarray(problem.matrix.todense())
    of_work = [own[work : 2 * count : 2].sum(axis=0) for work in range(2)]
    shared = [*of_work, *own[2 * count :]]
    low = [0.12 * of_work[0].sum() / 3, 0.10 * of_work[1].sum() / 3, *problem.low[2 * count :]]
    high = [np.inf, np.inf, *problem.high[2 * count :]]
    caps = [own[2 * one] for one in range(count)]
    rows = csr_matrix(np.array([*shared, *caps]))
    low, high = np.array([*low, *[-np.inf] * count]), np.array([*high, *(row.sum() / 3 * 0.3 for row in caps)])
    return replace(problem, matrix=rows, low=low, high=high), county


@pytest.mark.long
@pytest.mark.parametrize(("seed", "stands", "count"), [(0, 700, 30), (1, 1200, 60), (2, 2400, 11), (3, 2400, 200)])
def test_many_small_counties_with_limits_of_the_municipality_prove_half_a_percent(seed, stands, count):
    problem, county = municipal_plan(seed, stands, count)
    choice = solve_by_county(problem, county, SolverLimits(gap=0.005))
    assert choice.gap <= 0.005
    assert choice.method == "optimal"
    assert Neighbourhood.of(problem).keeps_all(choice.option)


@pytest.mark.slow
def test_a_plan_of_few_stands_in_each_county_proves_half_a_percent():
    problem, county = large_plan(1, 600, 11)
    choice = solve_by_county(problem, county, SolverLimits(gap=0.005))
    assert choice.gap <= 0.005
    assert choice.method == "optimal"


@pytest.mark.long
def test_a_divided_plan_that_misses_the_gap_does_not_say_it_is_the_best():
    problem, county = municipal_plan(0, 300, 6)
    choice = solve_by_county(problem, county, SolverLimits(gap=1e-4, nodes=20, whole_options=0))
    assert choice.gap > 1e-4
    assert choice.method != "optimal"


@pytest.mark.long
def test_of_two_answers_the_better_plan_and_the_closer_bound_are_kept():
    problem, county = municipal_plan(4, 300, 6)
    whole = solve(problem, SolverLimits(gap=0.005))
    divided = solve_by_county(problem, county, SolverLimits(gap=1e-3, nodes=20, whole_options=0))
    worse = replace(whole, value=whole.value * 0.9, bound=whole.bound * 1.1)
    for given, other in ((worse, whole), (whole, worse), (whole, divided), (None, whole), (whole, None)):
        kept = counties._better(given, other, SolverLimits())
        both = [one for one in (given, other) if one is not None]
        assert kept.value == max(one.value for one in both)
        assert kept.bound == min(one.bound for one in both)


@pytest.mark.long
def test_the_same_question_has_the_same_answer():
    problem, county = large_plan(5, 900, 2)
    once, again = (solve_by_county(problem, county, SolverLimits(gap=0.005)) for _ in range(2))
    assert np.array_equal(once.option, again.option)
    assert once.value == again.value


def test_what_clashes_is_named_with_the_least_that_would_have_to_give():
    problem, described, *_ = SmallPlan(0).problem()
    wanted = np.flatnonzero(described["kind"] == "target")[0]
    low = problem.low.copy()

    low[wanted] = problem.matrix[wanted].sum() + 7.0
    short = replace(problem, low=low)
    assert solve(short, EXACT) is None
    found = clashes(short, np.ones(len(described), dtype=bool)).set_index("row")
    assert found.loc[wanted, "short"] >= 7.0


@pytest.mark.long
def test_the_bound_of_divided_counties_holds_for_every_plan():
    problem, county = large_plan(7, 600, 3)
    divided = solve_by_county(problem, county, SolverLimits(gap=0.002, nodes=100, whole_options=0))
    whole = solve(problem, SolverLimits(gap=0.005))
    assert divided.bound >= whole.value * (1 - 1e-9)
    assert whole.bound >= divided.value * (1 - 1e-9)
