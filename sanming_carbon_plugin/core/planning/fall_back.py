"""The plan to fall back on where the solver's branches do not suffice: the plain choice, made to keep every limit."""

from __future__ import annotations

import numpy as np

from .greedy import PlainChoice, burden_of, by_value
from .neighbours import Neighbourhood
from .problem import FloatArray, IntArray, chosen_values


def plain_plan(
    ground: Neighbourhood, fractions: FloatArray, profit: FloatArray, start: IntArray | None = None
) -> IntArray | None:
    """The best of some plain choices that keep all limits; None where none of them does.

    Parameters
    ----------
    ground
        The question and the rules between neighbours.
    fractions, profit
        Share of each option where stands may be divided, and what it is worth at the prices found there: they lead
        one of the choices past limits that are tight. Shape (k,).
    start
        A plan to add to, which keeps all limits; the plan is then never worse.
    """
    problem = ground.problem
    number, free = np.arange(len(problem)), ~problem.must[problem.stand]
    targets = np.flatnonzero(np.isfinite(problem.low) & (problem.low > 0))
    low = np.where(np.isfinite(problem.low) & (problem.low > 0), problem.low, np.inf)
    helps = np.asarray(abs(problem.matrix).T @ (1.0 / low)).reshape(-1) if len(targets) else np.zeros(len(problem))
    orders = (
        by_value(problem),
        np.lexsort((number, -profit, -np.round(fractions, 6), free)),
        np.lexsort((number, -problem.value, -helps / burden_of(problem), free)),
    )
    best, most = None, -np.inf
    for order in orders:
        plain = PlainChoice(ground, start)
        plain.take_in(order)
        value, _ = chosen_values(problem, plain.option)
        if value > most and ground.keeps_all(plain.option):
            best, most = plain.option, value
    return best
