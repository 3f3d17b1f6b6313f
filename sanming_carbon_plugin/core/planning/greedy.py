"""The plain way to choose: the best parcels first, as long as the limits allow. What the solver is measured by."""

from __future__ import annotations

import numpy as np

from .openings import neighbours_of, too_large
from .problem import NONE, BlockRule, ChoiceProblem, FloatArray, IntArray, tolerance


def greedy_choice(problem: ChoiceProblem) -> tuple[IntArray, FloatArray]:
    """Take the options with the most value per unit of what they use, first for the targets, then for the rest.

    Returns
    -------
    option, missing
        Chosen option of each stand (-1 for none), and by how much each row stays below its lower limit.
    """
    columns = problem.matrix.tocsc()
    used = np.zeros(problem.matrix.shape[0])
    high = problem.high + tolerance(problem.high)
    option = np.full(problem.stands, NONE, dtype=np.int64)
    beside = neighbours_of(problem.blocks) if problem.blocks is not None else {}
    spare = np.where(np.isfinite(problem.high) & (problem.high > 0), problem.high, np.inf)
    burden = np.asarray((abs(columns).T @ (1.0 / spare)).reshape(-1)) + 1e-12
    order = np.lexsort((np.arange(len(problem)), -problem.value / burden, ~problem.must[problem.stand]))
    for wanted in (True, False):
        for at in order.tolist():
            stand = int(problem.stand[at])
            if option[stand] != NONE:
                continue
            span = slice(columns.indptr[at], columns.indptr[at + 1])
            rows, numbers = columns.indices[span], columns.data[span]
            helps = bool((used[rows] < problem.low[rows]).any()) or bool(problem.must[stand])
            if helps != wanted and (wanted or problem.value[at] <= 0):
                continue
            if (used[rows] + numbers > high[rows]).any():
                continue
            if (
                problem.blocks is not None
                and problem.blocks.is_cut[at]
                and _opens_too_much(problem.blocks, beside, option, stand, at)
            ):
                continue
            option[stand] = at
            used[rows] += numbers
    return option, np.maximum(np.where(np.isfinite(problem.low), problem.low - used, 0.0), 0.0)


def _opens_too_much(rule: BlockRule, beside: dict[int, list[int]], option: IntArray, stand: int, at: int) -> bool:
    """Whether one more clear-cut makes an opening that is too large in any window of years."""
    year = int(rule.year[at])
    for first in range(year - rule.green_up_yr + 1, year + 1):
        last = first + rule.green_up_yr - 1
        opening, edge = {stand}, [stand]
        while edge:
            for other in beside.get(edge.pop(), []):
                cut = option[other]
                if other in opening or cut < 0 or not rule.is_cut[cut] or not first <= rule.year[cut] <= last:
                    continue
                opening.add(other)
                edge.append(other)
        if too_large(rule, opening):
            return True
    return False
