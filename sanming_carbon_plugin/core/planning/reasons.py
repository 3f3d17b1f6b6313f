"""Why a stand is in the plan or not, and what changing that would cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from .options import Options
from .problem import BoolArray, Choice, ChoiceProblem, FloatArray, best_profit

LOCKED_IN, CHOSEN, CHOSEN_FOR_LIMIT = "locked_in", "chosen_for_value", "chosen_for_targets"
NO_VALUE, TOO_DEAR, BESIDE_OPENING, OTHERS_BETTER = "no_gain", "others_use_limits_better", "opening_full", "close_call"
NOT_ASKED = "no_target_needs_it"
FITS_NOTHING, NO_PLAN_THEN, SWAP_UNKNOWN = "fits_nothing", "no_plan_then", "swap_unknown"
"""Why a swap that was asked for has no cost."""


def reasons(problem: ChoiceProblem, choice: Choice, options: Options) -> pd.DataFrame:
    """Reason, best option and cost of a swap for every stand.

    The cost of a swap is by the prices of the limits: what the best others would bring in its place. It holds for
    one stand at a time and is an estimate; what the swap costs at least is proven: the estimate less what the plan may
    be from the bound of these prices.

    Returns
    -------
    DataFrame
        One row per stand: ``option`` (chosen, else the best one, -1 for none), ``reason`` (None for a stand that
        fits nothing), ``swap_cost`` and ``swap_cost_low`` in the unit of the value, NaN without an option.
    """
    count = problem.stands
    best = best_profit(problem, choice.profit)
    order = np.lexsort((-choice.profit, problem.stand))
    option = np.full(count, -1, dtype=np.int64)
    first = np.flatnonzero(np.r_[True, np.diff(problem.stand[order]) > 0]) if len(problem) else order
    option[problem.stand[order[first]]] = order[first]
    chosen = choice.option >= 0
    option[chosen] = choice.option[chosen]
    has = option >= 0
    reason = np.full(count, None, dtype=object)
    for name, where in options.refused.items():
        reason[where & ~has] = name
    value = np.where(has, problem.value[np.maximum(option, 0)] if len(problem) else 0.0, np.nan)
    in_opening = np.zeros(count, dtype=bool)
    if len(problem):
        in_opening = has & (choice.opening_price[np.maximum(option, 0)] > 0)
    rest = has & ~chosen
    reason[rest] = OTHERS_BETTER
    reason[rest & (best < 0)] = TOO_DEAR
    reason[rest & (best < 0) & in_opening] = BESIDE_OPENING
    reason[rest & (value <= 0)] = NO_VALUE
    reason[chosen] = np.where(value[chosen] > 0, CHOSEN, CHOSEN_FOR_LIMIT)
    reason[chosen & problem.must] = LOCKED_IN
    cost = _swap_cost(problem, choice, best, has)
    return pd.DataFrame({"option": option, "reason": reason, "swap_cost": cost,
                         "swap_cost_low": _swap_cost_low(problem, choice, best, has)})  # fmt: skip


def _swap_cost(problem: ChoiceProblem, choice: Choice, best: FloatArray, has: BoolArray) -> FloatArray:
    """Value lost by taking a stand out, or by taking one in, at the prices of the limits; never below 0."""
    cost = np.full(problem.stands, np.nan)
    chosen = choice.option >= 0
    rest = has & ~chosen
    cost[rest] = np.maximum(-best[rest], 0.0)
    cost[chosen] = np.maximum(choice.profit[choice.option[chosen]], 0.0)
    return cost


def _swap_cost_low(problem: ChoiceProblem, choice: Choice, best: FloatArray, has: BoolArray) -> FloatArray:
    """What a swap costs at least: no plan with the swap can pass the bound of the prices less what the stand earns.

    With a stand out, the bound falls by the profit of its best option; with one in that only loses, by that loss.
    A stand of the plan that must stay has no swap.
    """
    cost = np.full(problem.stands, np.nan)
    chosen = choice.option >= 0
    room = choice.price_bound - choice.value
    fall = np.where(chosen, np.maximum(best, 0.0), np.maximum(-best, 0.0))
    swappable = has & ~(chosen & problem.must)
    cost[swappable] = np.maximum(fall[swappable] - room, 0.0)
    return cost


def swapped(problem: ChoiceProblem, choice: Choice, stand: int) -> ChoiceProblem | None:
    """The question with one stand taken out of the plan, or taken into it; None where it must stay.

    Its answer tells exactly what the swap costs; by the prices of the limits it is only an estimate.
    """
    if choice.option[stand] < 0:
        must = problem.must.copy()
        must[stand] = True
        return replace(problem, must=must)
    return None if problem.must[stand] else problem.only(problem.stand != stand)


def swap_interval(choice: Choice, answer: Choice) -> tuple[float, float, float]:
    """What a swap costs by two answers, and between which amounts it lies for certain, their gaps considered."""
    cost = max(choice.value - answer.value, 0.0)
    return cost, max(choice.value - answer.bound, 0.0), max(choice.bound - answer.value, 0.0)
