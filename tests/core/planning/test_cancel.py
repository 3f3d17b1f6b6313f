"""A cancel is answered soon, whatever a plan is at."""

import time

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.solver_process import SolverProcesses, SpawnedWorker
from sanming_carbon_plugin.core.planning import solver
from sanming_carbon_plugin.core.planning.counties import solve_by_county
from sanming_carbon_plugin.core.planning.openings import smallest_clusters
from sanming_carbon_plugin.core.planning.problem import BlockRule
from sanming_carbon_plugin.core.planning.solver import SolverLimits
from sanming_carbon_plugin.core.progress import Progress

from .test_choice import municipal_plan


class Watch(Progress):
    """Notes how long the process works between two questions whether to stop."""

    def __init__(self):
        self.last, self.longest = time.process_time(), 0.0

    def is_cancelled(self):
        now = time.process_time()
        self.longest, self.last = max(self.longest, now - self.last), now
        return False


@pytest.mark.long
@pytest.mark.parametrize(("whole", "gap"), [(100_000, 1e-4), (0, 0.01)], ids=["balanced", "divided"])
def test_no_phase_of_a_large_question_keeps_a_cancel_waiting(monkeypatch, whole, gap):
    """What HiGHS does, it does in other processes; between two looks for a cancel this one works 2 s at most."""

    def here(*_, **__):
        raise AssertionError("solved in the calling process")

    monkeypatch.setattr(solver, "linprog", here)
    monkeypatch.setattr(solver, "milp", here)
    question, county = municipal_plan(2, 8_400, 11)
    assert len(question) > 50_000
    watch = Watch()
    processes = SolverProcesses(watch, SpawnedWorker)
    choice = solve_by_county(
        question, county, SolverLimits(gap=gap, nodes=1, whole_options=whole), processes.best, watch
    )
    watch.is_cancelled()
    assert choice.found
    assert watch.longest <= 2.0


def test_openings_of_many_clear_cuts_are_looked_through_soon():
    """No cancel is heard meanwhile, so the work may only grow with the stands, not with their square."""
    count = 30_000
    first = np.arange(count - 1)
    first = first[first % 10 != 9]
    every, year = np.ones(count, dtype=bool), np.full(count, 2026)
    rule = BlockRule(first, first + 1, np.ones(count), np.full(count, 20.0), every, year, 3)
    begun = time.process_time()
    assert smallest_clusters(rule, np.arange(count)) == []
    assert time.process_time() - begun <= 4.0
