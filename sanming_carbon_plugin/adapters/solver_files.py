"""Questions for the solver and its answers as files of arrays: what goes to another process and comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from ..core.planning.clashes import CLASH_COLUMNS, clashes
from ..core.planning.problem import BlockRule, Choice, ChoiceProblem, PatchRule
from ..core.planning.solver import SolverLimits, solve

_BLOCK_ARRAYS = ("first", "second", "area_ha", "limit_ha", "is_cut", "year", "ground_year")
_PATCH_ARRAYS = ("first", "second", "area_ha", "group")
_CLASH_TYPES = {"kind": "U16", "row": np.int64, "stand": np.int64, "holds": bool}
_CHOICE_ARRAYS = ("option", "price", "profit", "opening_price", "share")


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
        "only_branches": np.array(limits.only_branches),
        "first_nodes": np.array(limits.first_nodes),
        "soft": np.array(limits.soft),
    }
    if soft is not None:
        arrays["may_give"] = soft
    if problem.blocks is not None:
        arrays |= {f"block_{name}": getattr(problem.blocks, name) for name in _BLOCK_ARRAYS}
        arrays["block_green_up_yr"] = np.array(problem.blocks.green_up_yr)
    if problem.patches is not None:
        arrays |= {f"patch_{name}": getattr(problem.patches, name) for name in _PATCH_ARRAYS}
        arrays["patch_minimum_ha"] = np.array(problem.patches.minimum_ha)
    np.savez(path, **arrays)


def answer_question(question: Path, answer: Path) -> None:
    """Solve the question of one file and write the answer into another."""
    with np.load(question, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    problem = _problem(arrays)
    limits = SolverLimits(
        float(arrays["gap"]),
        int(arrays["nodes"]),
        bool(arrays["only_bound"]),
        only_branches=bool(arrays["only_branches"]),
        first_nodes=int(arrays["first_nodes"]),
        soft=bool(arrays["soft"]),
    )
    if "may_give" in arrays:
        found = clashes(problem, arrays["may_give"])
        np.savez(answer, **{name: found[name].to_numpy(dtype=_CLASH_TYPES.get(name, float)) for name in CLASH_COLUMNS})
        return
    choice = solve(problem, limits)
    if choice is None:
        np.savez(answer, impossible=np.array(True))
        return
    numbers = np.array([choice.value, choice.bound, choice.opening_paid, choice.price_bound])
    parts = {name: getattr(choice, name) for name in _CHOICE_ARRAYS}
    np.savez(answer, numbers=numbers, method=np.array(choice.method), **parts)


def _problem(arrays: dict[str, np.ndarray]) -> ChoiceProblem:
    blocks, patches = None, None
    if "block_first" in arrays:
        parts = {name: arrays[f"block_{name}"] for name in _BLOCK_ARRAYS}
        blocks = BlockRule(**parts, green_up_yr=int(arrays["block_green_up_yr"]))
    if "patch_first" in arrays:
        parts = {name: arrays[f"patch_{name}"] for name in _PATCH_ARRAYS}
        patches = PatchRule(**parts, minimum_ha=float(arrays["patch_minimum_ha"]))
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
        patches,
    )


def read_choice(path: Path) -> Choice | None:
    """The answer to a question for the best choice; None where there is none."""
    with np.load(path, allow_pickle=False) as file:
        if "impossible" in file.files:
            return None
        value, bound, paid, priced = (float(number) for number in file["numbers"])
        arrays = {name: file[name] for name in _CHOICE_ARRAYS}
        return Choice(
            value=value, bound=bound, opening_paid=paid, price_bound=priced, method=str(file["method"]), **arrays
        )


def read_clashes(path: Path) -> pd.DataFrame:
    """The answer to a question about what clashes."""
    with np.load(path, allow_pickle=False) as file:
        return pd.DataFrame({name: file[name] for name in CLASH_COLUMNS})
