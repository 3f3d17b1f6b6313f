"""What a swap costs, held against every plan there is; and the plan a county falls back on."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning import counties, solver
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.neighbours import Neighbourhood
from sanming_carbon_plugin.core.planning.problem import ChoiceProblem
from sanming_carbon_plugin.core.planning.reasons import reasons, swap_interval, swapped
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve

from .every_plan import EveryPlan, best_of, looked_at
from .small_plans import SmallPlan
from .test_choice import EXACT, large_plan


@cache
def asked_swap(seed):
    """A small question with its best value and, for each stand, the best values without and with it; else None."""
    plan = SmallPlan(seed)
    values, checks = looked_at(seed)
    kept = np.logical_and.reduce(list(checks.values()))
    best = best_of(values, kept)
    try:
        problem, _, options, _ = plan.problem()
    except InputError:
        return None
    if best is None:
        return None
    values, taken = values[kept], EveryPlan(plan).chosen[kept] >= 0
    others = [(best_of(values, ~taken[:, s]), best_of(values, taken[:, s])) for s in range(plan.n)]
    return seed, problem, options, best, others


def asked_swaps(seeds):
    """Those of some seeds that have a plan."""
    return [found for found in map(asked_swap, seeds) if found is not None]


@pytest.mark.long
def test_a_swap_that_is_solved_again_costs_what_every_plan_says():
    compared = impossible = 0
    for seed, problem, _, best, others in asked_swaps(range(1, 180)):
        choice = solve(problem, EXACT)
        for stand, (out, into) in enumerate(others):
            wanted = out if choice.option[stand] >= 0 else into
            other = swapped(problem, choice, stand)
            answer = None if other is None else solve(other, EXACT)
            if problem.must[stand]:
                assert other is None
                continue
            assert (answer is None) == (wanted is None), (seed, stand)
            if answer is None:
                impossible += 1
                continue
            cost, low, high = swap_interval(choice, answer)
            assert cost == pytest.approx(best - wanted, abs=1e-4), (seed, stand)
            assert low - 1e-3 <= cost <= high + 1e-3
            compared += 1
    assert compared > 90
    assert impossible > 10


@pytest.mark.long
def test_the_least_cost_of_a_swap_is_never_more_than_it_costs():
    compared = sharp = 0
    for seed, problem, options, best, others in asked_swaps(range(1, 180)):
        choice = solve(problem, EXACT)
        why = reasons(problem, choice, options)
        for stand, (out, into) in enumerate(others):
            low, estimate = why["swap_cost_low"][stand], why["swap_cost"][stand]
            if np.isnan(low):
                assert why["option"][stand] < 0 or problem.must[stand]
                continue
            wanted = out if choice.option[stand] >= 0 else into
            # Where no plan has the swap, any cost is right.
            true_cost = np.inf if wanted is None else best - wanted
            assert low <= true_cost + 1e-4, (seed, stand)
            assert low <= estimate + choice.price_bound - choice.value + 1e-6
            compared += 1
            sharp += bool(low > 0)
    assert compared > 150
    assert sharp > 20


@pytest.mark.long
def test_a_swap_of_a_plan_that_is_not_the_best_lies_between_its_amounts():
    gap = 0.2
    for seed, problem, _, best, others in asked_swaps(range(1, 30)):
        choice = solve(problem, SolverLimits(gap, 100_000))
        for stand, (out, into) in enumerate(others):
            wanted = out if choice.option[stand] >= 0 else into
            other = swapped(problem, choice, stand)
            answer = None if other is None else solve(other, SolverLimits(gap, 100_000))
            if answer is not None:
                _, low, high = swap_interval(choice, answer)
                assert low - 1e-4 <= best - wanted <= high + 1e-4, (seed, stand)


@pytest.mark.long
def test_every_stand_has_its_reason():
    for _, problem, options, _, _ in asked_swaps(range(1, 40)):
        choice = solve(problem, EXACT)
        why = reasons(problem, choice, options)
        has = np.isin(np.arange(problem.stands), problem.stand)
        assert why["reason"][has].notna().all()
        chosen = choice.option >= 0
        assert set(why["reason"][chosen]) <= {"locked_in", "chosen_for_value", "chosen_for_targets"}
        assert not set(why["reason"][~chosen].dropna()) & {"locked_in", "chosen_for_value", "chosen_for_targets"}
        value = problem.value[choice.option[chosen]]
        assert (why["reason"][chosen & ~problem.must] == "chosen_for_value").sum() == (
            (value > 0) & ~problem.must[chosen]
        ).sum()


@pytest.mark.long
def test_a_county_without_branches_falls_back_and_is_named(monkeypatch):
    problem, county = large_plan(2)
    usual = solve_by_county(problem, county, SolverLimits(gap=0.005, whole_options=0))
    milp = solver._milp
    monkeypatch.setattr(solver, "_milp", lambda p, gap, nodes: None if p.value.any() else milp(p, gap, nodes))
    none = SolverLimits(gap=0.005, nodes=0, whole_options=0)
    found, again = (solve_by_county(problem, county, none) for _ in range(2))
    assert found.method == "greedy"
    assert found.fallen_back == (0, 1, 2)
    assert usual.fallen_back == ()
    assert Neighbourhood.of(problem).keeps_all(found.option)
    assert found.value <= usual.value * (1 + usual.gap)
    assert found.bound >= usual.value * (1 - 1e-9)
    assert 0 < found.gap < 0.1
    assert np.array_equal(found.option, again.option)


@pytest.mark.long
def test_one_county_alone_may_fall_back(monkeypatch):
    problem, county = large_plan(2, 900)
    milp = solver._milp

    def without_second(question, gap, nodes):
        # The second county is told from the others by its first value.
        first = problem.value[county[problem.stand] == 1]
        mine = len(question) and np.isin(question.value[:3], first).all()
        return None if mine and question.value.any() else milp(question, gap, nodes)

    monkeypatch.setattr(solver, "_milp", without_second)
    found = solve_by_county(problem, county, SolverLimits(gap=0.005, whole_options=0))
    assert found.fallen_back == (1,)
    assert found.method == "greedy"
    assert Neighbourhood.of(problem).keeps_all(found.option)


def puzzle():
    """Forty stands of which some have to add up to four sums exactly: only branches without number would tell."""
    rng = np.random.default_rng(0)
    numbers = rng.integers(1, 100, (4, 40)).astype(float)
    half = numbers.sum(axis=1) // 2
    free = np.zeros(40, dtype=bool)
    return ChoiceProblem(np.arange(40), rng.uniform(1, 9, 40), csr_matrix(numbers), half, half, 40, free)


def test_a_search_for_any_plan_ends_at_its_branches_and_says_that_none_was_found():
    limits = SolverLimits(gap=0.0, nodes=2, first_nodes=30)
    found, again = (solve(puzzle(), limits) for _ in range(2))
    assert not found.found
    assert (found.method, found.value, found.gap) == ("not_found", -np.inf, np.inf)
    assert np.isfinite(found.bound)
    assert found.bound == again.bound
    county = np.arange(40) // 20
    assert not solve_by_county(puzzle(), county, limits).found
    impossible = replace(puzzle(), low=puzzle().low * 3)
    assert solve(impossible, limits) is None


def test_a_county_that_finds_nothing_does_not_make_the_question_impossible(monkeypatch):
    monkeypatch.setattr(counties, "SMALL_OPTIONS", 10)
    county = np.arange(40) // 20
    choice = solve_by_county(puzzle(), county, SolverLimits(gap=0.0, nodes=2, first_nodes=30, whole_options=0))
    assert choice is not None
    assert not choice.found


@pytest.mark.long
def test_openings_across_a_county_border_are_kept_small():
    problem, county = large_plan(3, 900, 3)
    border = int(np.flatnonzero(np.diff(county) > 0)[0])
    both = problem.blocks.area_ha[[border, border + 1]].sum()
    limit = problem.blocks.limit_ha.copy()
    limit[[border, border + 1]] = both * 0.9
    joined = replace(
        problem.blocks, limit_ha=limit, first=np.append(problem.blocks.first, border),
        second=np.append(problem.blocks.second, border + 1),
    )  # fmt: skip
    value = problem.value.copy()
    for stand in (border, border + 1):
        mine = (problem.stand == stand) & problem.blocks.is_cut
        value[mine] += 1e4  # both want to be cut, in the first year
    question = replace(problem, blocks=joined, value=value)
    found = solve_by_county(question, county, SolverLimits(gap=0.01, whole_options=0))
    assert Neighbourhood.of(question).keeps_all(found.option)
