"""Questions go to the solver and come back unharmed; a worker that dies or is cancelled is told."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from sanming_carbon_plugin.adapters.solver_files import answer_question, read_choice, write_question
from sanming_carbon_plugin.adapters.solver_process import SolverProcesses, SpawnedWorker
from sanming_carbon_plugin.core.errors import CancelledError, CarbonError
from sanming_carbon_plugin.core.planning.problem import BlockRule, ChoiceProblem
from sanming_carbon_plugin.core.planning.solver import SolverLimits, solve
from sanming_carbon_plugin.core.progress import Progress


def problem(limit=2.0):
    value, is_cut, year = np.array([3.0, 2.0, 2.0]), np.array([True, True, False]), np.array([2026, 2026, 2026])
    pair = np.array([0]), np.array([1])
    blocks = BlockRule(*pair, np.array([5.0, 6.0, 1.0]), np.array([10.0, 10.0, 10.0]), is_cut, year, 3)
    return ChoiceProblem(np.arange(3), value, csr_matrix(np.ones((1, 3))), np.array([limit]), np.array([2.0]), 3,
                         np.zeros(3, dtype=bool), blocks)  # fmt: skip


class Worker:
    """A process that never answers."""

    def __init__(self, pairs):
        self.stopped = False

    def running(self):
        return False

    def stop(self):
        self.stopped = True


def test_an_answer_is_the_same_from_another_process(tmp_path):
    here = solve(problem(), SolverLimits())
    write_question(tmp_path / "q.npz", problem(), SolverLimits())
    answer_question(tmp_path / "q.npz", tmp_path / "a.npz")
    there = read_choice(tmp_path / "a.npz")
    assert there.option.tolist() == here.option.tolist() == [0, -1, 2]
    assert (there.value, there.bound, there.method) == (here.value, here.bound, here.method)
    again, none = SolverProcesses(Progress(), SpawnedWorker).best([problem(), problem(3.0)], SolverLimits())
    assert again.option.tolist() == here.option.tolist()
    assert none is None


def test_the_divided_stands_of_a_bound_come_from_another_process_as_they_are():
    """Limits that counties share are divided by them; rounded, they left a county too little."""
    divided = replace(problem(), high=np.array([1.5]), low=np.array([0.0]))
    here = solve(divided, SolverLimits(only_bound=True))
    assert ((here.share > 0.01) & (here.share < 0.99)).any()
    (there,) = SolverProcesses(Progress(), SpawnedWorker).best([divided], SolverLimits(only_bound=True))
    assert there.share.tolist() == pytest.approx(here.share.tolist(), abs=1e-12)


def test_a_process_that_goes_away_is_told():
    with pytest.raises(CarbonError, match="SOLVER_FAILED"):
        SolverProcesses(Progress(), Worker).best([problem()], SolverLimits())


def test_a_cancel_stops_every_process():
    class Cancelled(Progress):
        def is_cancelled(self):
            return True

    started = []

    def start(pairs):
        started.append(Worker(pairs))
        return started[-1]

    with pytest.raises(CancelledError):
        SolverProcesses(Cancelled(), start).best([problem(), problem()], SolverLimits())
    assert started
    assert all(worker.stopped for worker in started)
