"""Which limits clash where no plan keeps them all, and by how much."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, diags, hstack, identity, vstack

from .openings import cluster_rows, smallest_clusters
from .problem import BoolArray, ChoiceProblem, FloatArray
from .solver import SMALL_OPTIONS

NOISE = 1e-6
CLASH_COLUMNS = ("row", "short", "over", "holds")


def clashes(problem: ChoiceProblem, soft: BoolArray, nodes: int) -> pd.DataFrame:
    """The least that would have to give so that a plan exists.

    Every target, budget, quota, cap and share may be missed at a price; the cheapest way out shows what clashes.

    Parameters
    ----------
    problem
        The question without an answer.
    soft
        Rows that may be missed, shape (r,).
    nodes
        Branches looked at.

    Returns
    -------
    DataFrame
        One row per limit that plays a part: ``row`` (its number), ``short`` and ``over`` (how much is
        missing or too much in the row's unit, 0 for none), ``holds`` (kept, but it is why others cannot be).
    """
    own_rows = len(soft)
    if problem.blocks is not None:
        cut = np.unique(problem.stand[problem.blocks.is_cut])
        problem = problem.with_rows(
            *cluster_rows(problem.blocks, problem.stand, smallest_clusters(problem.blocks, cut))
        )
    soft = np.append(soft, np.zeros(problem.matrix.shape[0] - own_rows, dtype=bool))
    short, over, price = _softened(problem, soft, nodes)
    plays = (short > NOISE) | (over > NOISE)
    holds = ~plays & (np.abs(price) > NOISE)
    rows = np.flatnonzero((plays | holds)[:own_rows])
    return pd.DataFrame(dict(zip(CLASH_COLUMNS, (rows, short[rows], over[rows], holds[rows]), strict=True)))


def _softened(problem: ChoiceProblem, soft: BoolArray, nodes: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Missing and excess of each row in its unit, and which rows press (prices of the divided question)."""
    weight = np.where(np.isfinite(problem.low), np.abs(problem.low), 0.0)
    weight = np.maximum(weight, np.where(np.isfinite(problem.high), np.abs(problem.high), 0.0))
    largest = np.asarray(abs(problem.matrix).max(axis=1).todense(), dtype=np.float64).reshape(-1)
    weight = np.maximum(weight, np.maximum(largest, NOISE))
    scaled = (diags(1 / weight) @ problem.matrix).tocsr()
    low, high = problem.low / weight, problem.high / weight
    upper, lower = np.flatnonzero(np.isfinite(high)), np.flatnonzero(np.isfinite(low))
    give = csr_matrix(identity(len(weight)))[:, np.flatnonzero(soft)]
    one, must = problem.one_each(), np.flatnonzero(problem.must)
    empty = csr_matrix((one.shape[0], give.shape[1] * 2))
    none = csr_matrix((len(upper), give.shape[1])), csr_matrix((len(lower), give.shape[1]))
    full = vstack([
        hstack([scaled[upper], -give[upper], none[0]]),
        hstack([-scaled[lower], none[1], -give[lower]]),
        hstack([one, empty]),
        hstack([-one[must], empty[must]]),
    ]).tocsr()  # fmt: skip
    limit = np.concatenate([high[upper], -low[lower], np.ones(one.shape[0]), -np.ones(len(must))])
    count = len(problem)
    cost = np.append(np.zeros(count), np.ones(give.shape[1] * 2))
    top = np.append(np.ones(count), np.full(give.shape[1] * 2, np.inf))
    divided = linprog(cost, A_ub=full, b_ub=limit, bounds=np.column_stack([np.zeros(len(top)), top]), method="highs")
    price, x = np.zeros(len(weight)), None
    if divided.x is not None:
        x = divided.x
        np.add.at(price, upper, divided.ineqlin.marginals[: len(upper)])
        np.add.at(price, lower, -divided.ineqlin.marginals[len(upper) : len(upper) + len(lower)])
    if count <= SMALL_OPTIONS:
        whole = milp(
            cost,
            constraints=LinearConstraint(full, -np.inf, limit),
            integrality=np.append(np.ones(count), np.zeros(give.shape[1] * 2)),
            bounds=Bounds(0, top),
            options={"node_limit": nodes},
        )
        x = whole.x if whole.x is not None else x
    over, short = np.zeros(len(weight)), np.zeros(len(weight))
    if x is not None:
        over[soft] = x[count : count + give.shape[1]]
        short[soft] = x[count + give.shape[1] :]
    return short * weight, over * weight, price
