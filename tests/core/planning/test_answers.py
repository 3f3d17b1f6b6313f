"""What an answer says of itself: its value, and how far it may be from the best."""

from dataclasses import replace

import numpy as np
import pytest

from sanming_carbon_plugin.core.planning import counties
from sanming_carbon_plugin.core.planning.problem import LIMIT, OPTIMAL, Choice
from sanming_carbon_plugin.core.planning.solver import SolverLimits

NOTHING = np.empty(0)
ANSWER = Choice(np.zeros(1, dtype=np.int64), 90.0, 100.0, NOTHING, NOTHING, LIMIT, NOTHING, 0.0)


def test_of_two_answers_the_better_plan_and_the_closer_bound_are_kept():
    other = replace(ANSWER, value=95.0, bound=120.0)
    for first, second in ((ANSWER, other), (other, ANSWER)):
        best = counties._better(first, second, SolverLimits(gap=0.01))
        assert (best.value, best.bound, best.method) == (95.0, 100.0, LIMIT)
        assert best.gap == pytest.approx(0.05)
    assert counties._better(ANSWER, other, SolverLimits(gap=0.05)).method == OPTIMAL
    closer = replace(ANSWER, value=100.0 + 1e-9, bound=101.0)
    assert counties._better(ANSWER, closer, SolverLimits()).bound == closer.value  # no bound below what was found
