"""Patches of work are connected and as large as asked, in each measure and year: worked by hand."""

import numpy as np
from scipy.sparse import csr_matrix

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
