"""How far a plan may pass a target, what is left to count for it, and what it fells: worked by hand."""

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.planning.gains import GrowthAhead
from sanming_carbon_plugin.core.planning.limits import Beyond, Counted, LimitRows, add_quotas, least_total
from sanming_carbon_plugin.core.planning.options import COUNTY_UNKNOWN, PlanTerms, Weights, left_ha, options_of
from sanming_carbon_plugin.core.planning.works import CountingMatrix

from .small_plans import works

STANDS = np.array([3.0, 5.0, 4.0])
NONE, FIRST, SECOND = np.zeros(3, bool), np.array([True, False, False]), np.array([False, True, False])


@pytest.mark.parametrize(
    ("beyond", "done", "locked", "most"),
    [
        (Beyond(0.1), 0.0, NONE, 12.0),  # no stands make 10 or 11 ha, all three make 12
        (Beyond(0.5), 0.0, NONE, 15.0),
        (Beyond(0.1), 4.0, NONE, 7.0),
        (Beyond(0.1), 4.0, SECOND, 8.0),  # 5 ha are in the plan, of the other stands 3 ha are enough
        (Beyond(0.1), 12.0, NONE, 0.0),
        (Beyond(0.1), 12.0, FIRST, 3.0),  # what is locked stays in the plan of a target that is met
        (Beyond(0.1, met_share=0.5), 12.0, NONE, 3.0),
        (Beyond(0.1, met_share=0.5), 12.0, SECOND, 5.0),
    ],
)
def test_a_target_may_be_passed_as_far_as_whole_stands_need(beyond, done, locked, most):
    assert beyond.most(10.0, done, STANDS, locked) == pytest.approx(most)


@pytest.mark.parametrize(
    ("wanted", "least"), [(2.0, 3.0), (6.0, 7.0), (8.0, 8.0), (8.1, 9.0), (20.0, 12.0), (-1.0, 0.0)]
)
def test_the_smallest_total_of_whole_stands(wanted, least):
    assert least_total(STANDS, wanted, wanted) == pytest.approx(least)


def test_a_quota_table_without_rows_lets_nothing_be_felled():
    table = pd.DataFrame({"stand": [0, 1], "work": [0, 3], "year": [2026, 2026], "felled_m3": [50.0, 0.0]})
    counted = Counted(table, works(), CountingMatrix(frozenset()), {})
    empty = pd.DataFrame(columns=["area_unit", "felling_type", "origin", "year", "volume_m3"])
    rows = LimitRows(len(table))
    add_quotas(rows, counted, empty, {}, np.array(["natural", "natural"], dtype=object))
    assert rows.matrix().toarray().tolist() == [[50.0, 0.0]]
    assert rows.table()[["low", "high"]].to_numpy().tolist() == [[-np.inf, 0.0]]


def test_ground_that_is_done_counts_for_its_measure_no_more():
    table = pd.DataFrame({"stand": [0, 1, 2], "work": 3, "area_ha": 10.0})
    counted = Counted(table, works(), CountingMatrix(frozenset()), {}, {"tending": np.array([0.0, 4.0, 20.0])})
    assert counted.hectares("tending").tolist() == [0.0, 4.0, 10.0]
    assert counted.for_measure("tending").tolist() == [False, True, True]
    assert Counted(table, works(), CountingMatrix(frozenset()), {}).for_measure("tending").all()


def test_a_stand_of_which_more_than_half_is_done_is_not_planned_for_the_rest():
    assert left_ha(np.full(3, 10.0), np.array([4.0, 5.0, 5.1])).tolist() == [6.0, 5.0, 0.0]


def test_the_volume_felled_has_grown_to_its_year():
    """A fifth of 1,000 m3 is thinned, 10 % more in 2026; where no curve can say, what was surveyed."""
    facts = pd.DataFrame({"measures": ["tending"] * 2, "area_ha": 10.0, "volume_m3_ha": 100.0})
    ratio = {2026: np.array([1.1, np.nan]), 2046: np.array([1.5, np.nan])}
    ahead = GrowthAhead(np.full(2, 1000.0), ratio, facts["area_ha"].to_numpy())
    terms = PlanTerms((2026,), 2046, Weights(carbon=0.0))
    found = options_of(facts, works(), terms, ahead, np.zeros(2), ["tending"]).table
    assert found["felled_m3"].tolist() == pytest.approx([220.0, 200.0])


def test_nothing_is_planned_where_the_county_is_not_known():
    facts = pd.DataFrame(
        {"measures": ["tending"] * 2, "area_ha": 10.0, "volume_m3_ha": 100.0, "county": ["350428", None]}
    )
    ahead = GrowthAhead(np.full(2, 1000.0), {2026: np.ones(2), 2046: np.ones(2)}, facts["area_ha"].to_numpy())
    found = options_of(facts, works(), PlanTerms((2026,), 2046, Weights()), ahead, np.zeros(2), ["tending"])
    assert found.table["stand"].tolist() == [0]
    assert found.refused[COUNTY_UNKNOWN].tolist() == [False, True]
