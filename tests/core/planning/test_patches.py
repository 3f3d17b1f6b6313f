"""Patches of work are connected and as large as asked, in each measure and year: worked by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.core.planning import counties, solver
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.greedy import greedy_choice
from sanming_carbon_plugin.core.planning.neighbours import Neighbourhood
from sanming_carbon_plugin.core.planning.patches import broken_patches, patches_of
from sanming_carbon_plugin.core.planning.problem import ChoiceProblem, PatchRule
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve

EXACT = SolverLimits(0.0, 100_000)


def row_of_stands(values, minimum, groups=1, must=(), most=99.0):
    """Stands of 1 ha in a row, each with one option for each group; at most ``most`` hectares in all."""
    count = len(values)
    stand = np.repeat(np.arange(count), groups)
    pairs = np.arange(count - 1), np.arange(1, count)
    rule = PatchRule(*pairs, np.ones(len(stand)), np.tile(np.arange(groups), count), minimum)
    forced = np.isin(np.arange(count), must)
    value = np.repeat(np.asarray(values, dtype=float), groups) - 0.01 * rule.group
    area = csr_matrix(np.ones((1, len(stand))))
    return ChoiceProblem(stand, value, area, np.array([-np.inf]), np.array([most]), count, forced, None, rule)


def chosen(problem):
    return np.flatnonzero(solve(problem, EXACT).option >= 0).tolist()


def test_a_patch_reaches_the_area_through_all_its_stands():
    values = [5, -1, -1, -1, 4, 0.5]
    assert chosen(row_of_stands(values, 0.0)) == [0, 4, 5]
    assert chosen(row_of_stands(values, 2.0)) == [0, 1, 4, 5]
    # Three in a row: one neighbour of enough area would not do, nor would two patches of two.
    assert chosen(row_of_stands(values, 3.0)) == [0, 1, 2, 3, 4, 5]
    assert chosen(row_of_stands([5, -1, -1, -9, 4, 0.5], 3.0)) == [0, 1, 2]
    assert chosen(row_of_stands([5, -9, -9, -9, 4, 0.5], 3.0)) == []
    assert chosen(row_of_stands(values, 7.0)) == []


def test_work_of_another_year_is_another_patch():
    problem = row_of_stands([5, 5, 5, 5], 4.0, groups=2)
    choice = solve(problem, EXACT)
    assert problem.patches.group[choice.option].tolist() == [0, 0, 0, 0]
    mixed = np.array([0, 3, 4, 6])  # groups 0, 1, 0, 0
    assert patches_of(problem.patches, mixed) == [(0, {0}), (1, {1}), (0, {2, 3})]
    assert len(broken_patches(problem.patches, mixed)) == 3
    assert Neighbourhood.of(problem).broken(mixed)


def test_the_plain_choice_takes_whole_patches_or_none():
    problem = row_of_stands([5, 1, 1, 0, 4, 0], 3.0)
    option, _ = greedy_choice(problem)
    assert np.flatnonzero(option >= 0).tolist() == [0, 1, 2, 3, 4]
    assert not broken_patches(problem.patches, option)
    option, _ = greedy_choice(row_of_stands([5, 1, 1, 0, 4, 0], 3.0, most=2.0))
    assert not (option >= 0).any()


def test_a_locked_stand_takes_its_patch_along():
    assert chosen(row_of_stands([-5, -1, -2, -9], 2.0, must=(1,))) == [1, 2]
    assert solve(row_of_stands([-5, -1], 3.0, must=(1,)), EXACT) is None


def counties_with_patches(seed):
    """Three counties side by side, two works in two years; caps and targets of each, yearly budgets that all share."""
    rng = np.random.default_rng(seed)
    wide, high = 12, 4
    count = wide * high
    column, row = np.arange(count) % wide, np.arange(count) // wide
    county = column // 4
    stand, work, year = (axis.ravel() for axis in np.meshgrid(np.arange(count), range(2), range(2), indexing="ij"))
    area = np.round(rng.gamma(2, 2, count) + 0.3, 2)
    one, two = (axis.ravel() for axis in np.meshgrid(np.arange(count), np.arange(count), indexing="ij"))
    beside = (np.abs(column[one] - column[two]) + np.abs(row[one] - row[two]) == 1) & (one < two)
    beside &= county[one] == county[two]
    rule = PatchRule(one[beside], two[beside], area[stand], work * 2 + year, float(rng.choice([5.0, 7.0, 8.0])))
    value, cost = rng.uniform(-4, 20, len(stand)) * area[stand], rng.uniform(1, 9, len(stand)) * area[stand]
    rows = [cost * (year == of) for of in range(2)]
    rows += [area[stand] * (county[stand] == of) * (work == 1) for of in range(3)]
    own = np.array([area[county == of].sum() for of in range(3)])
    rows += [area[stand] * (county[stand] == of) * (work == 0) for of in range(3)]
    wanted = rng.uniform(0.2, 0.45, 3) * own
    low = np.array([*np.full(5, -np.inf), *wanted])
    most = np.array([*np.full(2, 1.1 * area.sum()), *(0.3 * own), *(1.15 * wanted)])
    must = np.zeros(count, bool)
    matrix = csr_matrix(np.array(rows))
    return ChoiceProblem(stand, value, matrix, low, most, count, must, None, rule), county.astype(np.int64)


def patch_sizes(problem, option):
    """Area of every patch of a choice, by walking from stand to stand."""
    rule = problem.patches
    links = {*zip(rule.first.tolist(), rule.second.tolist(), strict=True)}
    group = {int(s): int(rule.group[option[s]]) for s in np.flatnonzero(option >= 0)}
    left = set(group)
    while left:
        edge, area = [left.pop()], 0.0
        while edge:
            here = edge.pop()
            area += rule.area_ha[option[here]]
            near = {n for n in left if group[n] == group[here] and ((here, n) in links or (n, here) in links)}
            left -= near
            edge.extend(near)
        yield area


def test_with_a_smallest_patch_the_branches_hold_for_all_rounds_together(monkeypatch):
    milp, used, given = solver._milp, [], []

    def counted(problem, gap, nodes):
        given.append(nodes)
        answer = milp(problem, gap, nodes)
        answer.mip_node_count = 4  # as if each round took so many
        used.append(answer.mip_node_count)
        return answer

    monkeypatch.setattr(solver, "_milp", counted)
    problem = row_of_stands([5, -1, -1, -1, 4, 0.5, -1, 3, -2, 6], 4.0)
    assert solve(problem, SolverLimits(0.0, 10)) is not None
    assert len(given) >= 3
    assert given == [max(10 - 4 * at, 0) for at in range(len(given))]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_no_plan_of_divided_counties_holds_a_patch_below_the_minimum(monkeypatch, seed):
    monkeypatch.setattr(counties, "SMALL_OPTIONS", 100)  # divide it, and solve its parts by growing cores
    monkeypatch.setattr(solver, "SMALL_OPTIONS", 100)
    problem, county = counties_with_patches(seed)
    choice = solve_by_county(problem, county, SolverLimits(gap=0.05, nodes=5, whole_options=0))
    assert choice is not None
    assert choice.found
    sizes = list(patch_sizes(problem, choice.option))
    assert len(sizes) >= 3
    assert min(sizes) >= problem.patches.minimum_ha * (1 - 1e-9)
    assert Neighbourhood.of(problem).keeps_all(choice.option)
    assert choice.bound >= choice.value - 1e-9
