"""Questions for the solver and its answers as files of arrays: what goes to another process and comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from ..core.planning.clashes import CLASH_COLUMNS, clashes
from ..core.planning.problem import BlockRule, Choice, ChoiceProblem
from ..core.planning.solver import SolverLimits, solve

_BLOCK_ARRAYS = ("first", "second", "area_ha", "limit_ha", "is_cut", "year")
_CHOICE_ARRAYS = ("option", "price", "profit", "opening_price")


def write_question(path: Path, problem: ChoiceProblem, limits: SolverLimits, soft: np.ndarray | None = None) -> None:
    """One question; with ``soft`` rows it asks what clashes, else for the best choice."""
    matrix = problem.matrix.tocsr()
    arrays = {
        "stand": problem.stand,
        "value": problem.value,
        "data": matrix.data,
        "indices": matrix.indices,
        "indptr": matrix.indptr,
        "low": problem.low,
        "high": problem.high,
        "must": problem.must,
        "gap": np.array(limits.gap),
        "nodes": np.array(limits.nodes),
        "only_bound": np.array(limits.only_bound),
    }
    if soft is not None:
        arrays["soft"] = soft
    if problem.blocks is not None:
        arrays |= {f"block_{name}": getattr(problem.blocks, name) for name in _BLOCK_ARRAYS}
        arrays["block_green_up_yr"] = np.array(problem.blocks.green_up_yr)
    np.savez(path, **arrays)


def answer_question(question: Path, answer: Path) -> None:
    """Solve the question of one file and write the answer into another."""
    with np.load(question, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    problem = _problem(arrays)
    limits = SolverLimits(float(arrays["gap"]), int(arrays["nodes"]), bool(arrays["only_bound"]))
    if "soft" in arrays:
        found = clashes(problem, arrays["soft"], limits.nodes)
        np.savez(answer, **{name: found[name].to_numpy() for name in CLASH_COLUMNS})
        return
    choice = solve(problem, limits)
    if choice is None:
        np.savez(answer, impossible=np.array(True))
        return
    numbers = np.array([choice.value, choice.bound, choice.opening_paid])
    parts = {name: getattr(choice, name) for name in _CHOICE_ARRAYS}
    np.savez(answer, numbers=numbers, method=np.array(choice.method), **parts)


def _problem(arrays: dict[str, np.ndarray]) -> ChoiceProblem:
    blocks = None
    if "block_first" in arrays:
        parts = {name: arrays[f"block_{name}"] for name in _BLOCK_ARRAYS}
        blocks = BlockRule(**parts, green_up_yr=int(arrays["block_green_up_yr"]))
    shape = (len(arrays["low"]), len(arrays["stand"]))
    return ChoiceProblem(
        arrays["stand"],
        arrays["value"],
        csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape),
        arrays["low"],
        arrays["high"],
        len(arrays["must"]),
        arrays["must"],
        blocks,
    )


def read_choice(path: Path) -> Choice | None:
    """The answer to a question for the best choice; None where there is none."""
    with np.load(path, allow_pickle=False) as file:
        if "impossible" in file.files:
            return None
        value, bound, paid = (float(number) for number in file["numbers"])
        arrays = {name: file[name] for name in _CHOICE_ARRAYS}
        return Choice(value=value, bound=bound, opening_paid=paid, method=str(file["method"]), **arrays)


def read_clashes(path: Path) -> pd.DataFrame:
    """The answer to a question about what clashes."""
    with np.load(path, allow_pickle=False) as file:
        return pd.DataFrame({name: file[name] for name in CLASH_COLUMNS})
