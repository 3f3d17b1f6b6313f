"""Counties balanced at the prices of what they share, and exchanges of parcels: no limit passed, no false bound."""

import numpy as np
import pytest

from sanming_carbon_plugin.core.errors import CancelledError, InputError
from sanming_carbon_plugin.core.planning import balance, counties, exchange
from sanming_carbon_plugin.core.planning.balance import balanced
from sanming_carbon_plugin.core.planning.counties import solve_by_county, solve_here
from sanming_carbon_plugin.core.planning.exchange import exchanged
from sanming_carbon_plugin.core.planning.fall_back import plain_plan
from sanming_carbon_plugin.core.planning.neighbours import Neighbourhood
from sanming_carbon_plugin.core.planning.problem import NONE, chosen_values, priced_bound
from sanming_carbon_plugin.core.planning.solver import SolverLimits, relaxed_of, rounded
from sanming_carbon_plugin.core.progress import Progress

from .every_plan import best_value
from .small_plans import SmallPlan
from .test_choice import EXACT, municipal_plan


def small_questions(seeds, patches=False):
    """Small questions with the counties of their stands and the best value there is."""
    for seed in seeds:
        plan = SmallPlan(seed)
        plan.minimum = plan.minimum if patches else 0.0
        try:
            problem, *_ = plan.problem()
        except InputError:
            continue
        yield seed, problem, (plan.county == "350428").astype(np.int64), best_value(seed, patches)


def rows_of(problem, county):
    return counties._rows_by_county(problem, county, np.unique(county))


@pytest.mark.long
def test_balanced_counties_keep_all_limits_and_no_plan_passes_their_bound(monkeypatch):
    alone, bounds = balance._alone, []
    monkeypatch.setattr(balance, "_alone", lambda *of: bounds.append(alone(*of)) or bounds[-1])
    found = closer = 0
    for seed, problem, county, best in small_questions(seed for seed in range(200) if seed % 20):
        bounds.clear()
        choice = balanced(problem, county, rows_of(problem, county), EXACT, solve_here)
        assert best is None or all(bound >= best - 1e-3 for _, bound in bounds), seed
        if choice is None:
            continue
        assert best is not None, seed
        assert Neighbourhood.of(problem).keeps_all(choice.option), seed
        assert choice.value == pytest.approx(chosen_values(problem, choice.option)[0]), seed
        assert choice.value <= best + 1e-4, seed
        assert choice.bound >= best - 1e-3, seed
        assert choice.price_bound >= choice.bound - 1e-6, seed
        assert (choice.method == "optimal") == (choice.gap <= 1e-7), seed
        found += 1
        closer += bool(choice.bound < choice.price_bound - 1e-3)
    assert found > 60
    assert closer > 10


@pytest.mark.long
def test_exchanges_make_no_plan_worse_and_pass_no_limit(monkeypatch):
    monkeypatch.setattr(exchange, "USUAL_SHARE", 5.0)  # in a small plan no option is close to another
    better = mended = 0
    for seed, problem, county, best in small_questions(seed for seed in range(1, 80) if seed % 20):
        ground = Neighbourhood.of(problem)
        known = ground.first_rows(problem)
        relaxed = relaxed_of(known)
        if relaxed is None:
            continue
        price = relaxed[1]
        _, profit = priced_bound(known, price)
        for start in (plain_plan(ground, relaxed[0], profit), rounded(known, relaxed[0])):
            if start is None:
                continue
            before = start.copy()
            option = exchanged(ground, known, start, (price, profit), county)
            assert np.array_equal(start, before), seed
            sound = ground.keeps_all(start)
            assert option is not None or not sound, seed
            if option is None:
                continue
            assert ground.keeps_all(option), seed
            value, first = (chosen_values(problem, one)[0] for one in (option, start))
            assert best is not None, seed
            assert value <= best + 1e-4, seed
            assert value >= first - 1e-6 or not sound, seed
            better += bool(value > first + 1e-6 and sound)
            mended += not sound
    assert better >= 3
    assert mended >= 3


class Leaving(Progress):
    """Says to stop when asked for the second time."""

    def __init__(self):
        self.asked = 0

    def is_cancelled(self):
        self.asked += 1
        return self.asked > 1


def test_a_cancel_is_heard_within_one_exchange():
    problem, _ = municipal_plan(0, 300, 6)
    moves = exchange._moves(problem, np.ones(300, bool), np.zeros(len(problem)), np.zeros(300), 1.0)
    assert len(moves.stand) > exchange.LEAST_TOGETHER
    leaving, none = Leaving(), np.full(300, NONE)
    used = np.zeros(problem.matrix.shape[0])
    with pytest.raises(CancelledError):
        exchange._exchange(problem, moves, none, used, np.ones(len(used)), leaving)
    assert leaving.asked == 2


@pytest.mark.long
def test_few_stands_in_each_county_prove_half_a_percent_without_the_whole():
    """What the municipality shares is used up by all counties together; HiGHS never sees the whole question."""
    problem, county = municipal_plan(3, 1500, 100)
    asked = []

    def solve_all(parts, limits):
        asked.extend(len(part) for part in parts if not limits.only_bound)
        return solve_here(parts, limits)

    choice = solve_by_county(problem, county, SolverLimits(gap=0.005), solve_all)
    assert choice.gap <= 0.005
    assert choice.method == "optimal"
    assert Neighbourhood.of(problem).keeps_all(choice.option)
    assert len(problem) not in asked


def test_a_stand_without_work_stays_without():
    problem, county = municipal_plan(0, 300, 6)
    choice = solve_by_county(problem, county, SolverLimits(gap=0.01))
    without = ~np.isin(np.arange(problem.stands), problem.stand)
    assert (choice.option[without] == NONE).all()
