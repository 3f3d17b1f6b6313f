"""The choice of parcels is the best there is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning import solver
from sanming_carbon_plugin.core.planning.clashes import clashes
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.neighbours import Neighbourhood
from sanming_carbon_plugin.core.planning.openings import broken_clusters
from sanming_carbon_plugin.core.planning.problem import BlockRule, ChoiceProblem, keeps_rows
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve

from .small_plans import EveryPlan, SmallPlan

EXACT = SolverLimits(gap=0.0, nodes=100_000)
INSTANCES = 216


KINDS = ("target", "beyond", "cap", "budget", "yearly budget", "quota", "share", "patch", "block", "open ground",
         "lock in", "lock out")  # fmt: skip
BINDING = dict.fromkeys(KINDS, 0)
"""In how many of the small plans each kind of limit changes what is best."""


def best_of(values, kept):
    return values[kept].max() if kept.any() else None


def count_binding(values, checks):
    """Add the kinds of limits without which another plan would be the best."""
    for kind in KINDS:
        # Openings beside open ground are too large without it, too: only what the ground adds is counted for it.
        others = [ok for name, ok in checks.items() if name not in (kind, "open ground" if kind == "block" else kind)]
        with_it = best_of(values, np.logical_and.reduce([*others, checks[kind]]))
        without = best_of(values, np.logical_and.reduce(others))
        BINDING[kind] += without is not None and (with_it is None or without > with_it + 1e-6)


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, INSTANCES, 24))
def test_small_plans_equal_the_best_of_all_plans(start):
    for seed in range(start, start + 24):
        plan = SmallPlan(seed)
        every = EveryPlan(plan)
        values, checks = every.of("value").sum(axis=1), every.checks()
        best = best_of(values, np.logical_and.reduce(list(checks.values())))
        count_binding(values, checks)
        try:
            problem, *_ = plan.problem()
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


def test_every_kind_of_limit_binds_in_some_small_plans():
    if not any(BINDING.values()):
        pytest.skip("counted by the tests above")
    assert {kind: count for kind, count in BINDING.items() if count < 3} == {}


@pytest.mark.long
def test_without_branches_a_plan_that_keeps_all_limits_is_still_found(monkeypatch):
    milp, methods = solver._milp, []

    def without_branches(problem, gap, nodes):
        return None if nodes is not None else milp(problem, gap, nodes)

    monkeypatch.setattr(solver, "_milp", without_branches)
    for seed in (*(seed for seed in range(72) if seed % 20), 98, 164):
        plan = SmallPlan(seed)
        every = EveryPlan(plan)
        best = best_of(every.of("value").sum(axis=1), every.kept())
        try:
            problem, *_ = plan.problem()
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


def large_plan(seed, stands=1800, counties=3):
    """A plan of many stands with shared and own limits and adjoining clear-cuts."""

    rng = np.random.default_rng(seed)
    stand, work, year = (a.ravel() for a in np.meshgrid(np.arange(stands), range(2), range(3), indexing="ij"))
    area = rng.gamma(2, 3, stands)
    value = (rng.gamma(2, 5, (stands, 2)) * area[:, None])[stand, work] * (1 - 0.03 * year)
    cost = (rng.uniform(3000, 12000, (stands, 2)) * area[:, None])[stand, work]
    county = np.arange(stands) * counties // stands
    rows, low, high = [], [], []
    for one in range(counties):
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
    divided = solve_by_county(problem, county, SolverLimits(gap=0.002, nodes=100))
    whole = solve(problem, SolverLimits(gap=0.005))
    assert divided.bound >= whole.value * (1 - 1e-9)
    assert whole.bound >= divided.value * (1 - 1e-9)
