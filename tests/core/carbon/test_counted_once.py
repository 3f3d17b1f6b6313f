"""Ground that is drawn twice counts once in sums; each stand keeps its own numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.core.carbon.counted_once import counted_once
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import interval_of, total_interval
from sanming_carbon_plugin.core.planning.summary import summary
from sanming_carbon_plugin.core.stands.checks.neighbours import common_ground

SETTINGS = load_stand_tables().settings
PLACE = {"county": "350428", "township": "199", "village": "001", "compartment": "1", "age_group": 2.0}
ONE = 44.77680  # t/yr of 10 ha of pine from 100 to 120 m3/ha
STOCK = 1343.855688


@pytest.fixture
def sums(make_facts, parameters, errors, five_years):
    def run(now_shapes, then_shapes, now_keys=None, then_keys=None, order=None, **more):
        def table(shapes, keys, volume, day):
            area = shapely.area(shapes) / 1e4
            facts = make_facts(list(keys), species_code="220", volume_m3_ha=volume, area_ha=area, survey_date=day)
            return facts.assign(area_mu=area * 15.0, **PLACE)

        keys = now_keys or [f"k{i}" for i in range(len(now_shapes))]
        now = table(now_shapes, keys, 120.0, "2020-12-31").assign(**more)
        then = table(then_shapes, then_keys or keys[: len(then_shapes)], 100.0, "2015-12-31")
        at = np.arange(len(now)) if order is None else np.asarray(order)
        now, now_shapes = now.iloc[at], now_shapes[at]
        found = sink(now, now_shapes, EarlierInventory(then, then_shapes), parameters, errors, five_years)
        facts = now.join(stock(now, parameters).columns).join(found.columns)
        overlaps = common_ground(now_shapes, facts, SETTINGS)
        counted, weights, told = counted_once(facts, found.errors, overlaps, found.earlier_ground)
        return facts, counted, weights, told

    return run


def boxes(*ends):
    return np.array([shapely.box(west, 0.0, east, 250.0) for west, east in ends], dtype=object)


def total(counted, name):
    return counted[name].sum()


def test_a_stand_inside_another_is_ground_of_that_one(sums):
    drawn = boxes((0, 400), (100, 200))
    _, counted, _, told = sums(drawn, drawn[:1].copy())
    assert total(counted, "area_ha") == pytest.approx(10.0)
    assert total(counted, "stock_tco2e") == pytest.approx(STOCK)
    assert total(counted, "sink_tco2e_yr") == pytest.approx(ONE, abs=1e-4)
    assert told["value"].tolist() == ["2"]


def test_no_share_of_a_sink_is_less_than_none(make_facts):
    """Of a stand that another covers, half lay on known ground: its sink is left out once, not twice."""
    shapes = boxes((0, 400), (0, 400))
    facts = make_facts(["a", "b"], sink_tco2e_yr=[20.0, 10.0], earlier_cover=[1.0, 0.5], stock_tco2e=100.0, **PLACE)
    counted = counted_once(facts, None, common_ground(shapes, facts, SETTINGS))[0]
    assert counted["sink_tco2e_yr"].tolist() == [20.0, 0.0]
    assert counted["stock_tco2e"].tolist() == [100.0, 0.0]


@pytest.mark.parametrize("copies", [2, 3, 5])
def test_ground_drawn_several_times_on_both_dates_counts_once(sums, errors, copies):
    drawn = boxes(*[(0, 400)] * copies)
    facts, counted, weights, told = sums(drawn, drawn.copy())
    assert facts["sink_tco2e_yr"].tolist() == pytest.approx([ONE] * copies, abs=1e-4)  # each keeps its own
    assert facts["stock_tco2e"].tolist() == pytest.approx([STOCK] * copies)
    assert total(counted, "sink_tco2e_yr") == pytest.approx(ONE, abs=1e-4)
    assert total(counted, "stock_tco2e") == pytest.approx(STOCK)
    assert total(counted, "area_ha") == pytest.approx(10.0)
    assert told[["code", "value"]].values.tolist() == [["STOCK_COUNTED_ONCE", str(copies)]]
    table = summary(counted, interval_of(weights)).frame.iloc[0]
    assert table["stands"] == copies
    assert (table["volume_m3"], table["area_mu"]) == (pytest.approx(1200.0), pytest.approx(150.0))
    alone = sums(drawn[:1], drawn[:1].copy())[2]
    for weighed, single in zip(
        interval_of(weights)(np.zeros(copies, dtype=np.int64), 1), _interval(alone), strict=True
    ):
        assert weighed[0] == pytest.approx(single)
    assert table["sink_low_tco2e_yr"] == pytest.approx(_interval(alone)[0])


def _interval(errors):
    found = total_interval(errors, np.zeros(errors.count, dtype=np.int64), 1).iloc[0]
    return found["sink_low_tco2e_yr"], found["sink_high_tco2e_yr"]


def test_part_of_a_stand_under_another_counts_once(sums):
    """Two stands of 10 ha share 4: 16 ha grow."""
    drawn = boxes((0, 400), (240, 640))
    _, counted, _, _ = sums(drawn, drawn.copy())
    assert counted["area_ha"].tolist() == pytest.approx([10.0, 6.0])
    assert total(counted, "sink_tco2e_yr") == pytest.approx(1.6 * ONE, abs=1e-4)


def test_pieces_that_overlap_themselves_are_lost_once(sums):
    """The third stand lies under both others on the same 4 ha."""
    drawn = boxes((0, 400), (0, 400), (240, 640))
    _, counted, _, _ = sums(drawn, drawn.copy())
    assert total(counted, "area_ha") == pytest.approx(16.0)
    assert total(counted, "sink_tco2e_yr") == pytest.approx(1.6 * ONE, abs=1e-4)


def test_new_numbers_for_ground_drawn_twice_on_both_dates_count_once(sums):
    drawn = boxes((0, 400), (0, 400))
    _, counted, _, _ = sums(drawn, drawn.copy(), now_keys=["n", "o"], then_keys=["t", "u"])
    assert total(counted, "sink_tco2e_yr") == pytest.approx(ONE, abs=1e-4)
    assert total(counted, "stock_tco2e") == pytest.approx(STOCK)


def test_earlier_ground_that_is_shared_out_already_is_not_left_out_again(sums):
    """Drawn twice today and once then: the two share the growth of the one."""
    facts, counted, _, _ = sums(boxes((0, 400), (0, 400)), boxes((0, 400)), now_keys=["n", "o"], then_keys=["t"])
    assert facts["sink_tco2e_yr"].sum() == pytest.approx(ONE, abs=1e-4)
    assert total(counted, "sink_tco2e_yr") == pytest.approx(ONE, abs=1e-4)
    assert total(counted, "stock_tco2e") == pytest.approx(STOCK)


@pytest.mark.parametrize(
    ("now", "then", "own", "counted"),
    [
        # Two on the west of 20 ha, one on half of the east: the first two share 10 ha, the third keeps its 5.
        ([(0, 400), (0, 400), (400, 600)], [(0, 800)], [5.0, 5.0, 5.0], 15.0),
        # Two on all of one stand, which they share, and on the west of another, which in all is not covered twice.
        ([(-400, 400), (-400, 400)], [(-400, 0), (0, 800)], [15.0, 15.0], 20.0),
        # Two on all of 5 ha, which they share, and on 5 of 40 ha beside them.
        ([(0, 400), (0, 400)], [(0, 200), (200, 1800)], [7.5, 7.5], 10.0),
    ],
)
def test_ground_that_is_shared_out_in_part_is_neither_left_out_nor_counted_twice(sums, now, then, own, counted):
    now, then = boxes(*now), boxes(*then)
    keys = [f"n{at}" for at in range(len(now))]
    facts, sums_of, weights, _ = sums(now, then, now_keys=keys, then_keys=[f"t{at}" for at in range(len(then))])
    tonnes = ONE / 10.0
    assert facts["sink_tco2e_yr"].tolist() == pytest.approx([hectares * tonnes for hectares in own], abs=1e-4)
    assert total(sums_of, "sink_tco2e_yr") == pytest.approx(counted * tonnes, abs=1e-4)
    assert np.nansum(weights.sink) == pytest.approx(counted * tonnes, abs=1e-4)


@pytest.mark.parametrize("keys", [["a", "b"], ["b", "a"]])
@pytest.mark.parametrize("west", [0, 100])
def test_ground_drawn_twice_on_both_dates_counts_once_also_where_a_stand_reaches_beyond_it(sums, keys, west):
    """The half of the second stand that lies on the first did so then too; the other half lies on no earlier stand."""
    now, then = boxes((0, 400), (200, 600)), boxes((0, 400), (100 + west, 400))
    facts, counted, _, _ = sums(now, then, now_keys=keys, then_keys=[keys[0], "t"])
    assert facts["earlier_cover"].tolist() == pytest.approx([1.0, 0.5])
    assert counted["sink_tco2e_yr"].tolist() == pytest.approx([ONE, 0.0], abs=1e-4)
    assert total(counted, "area_ha") == pytest.approx(15.0)


def test_only_what_both_cover_of_the_earlier_ground_is_left_out(sums):
    """Of the 5 ha of the second stand that were known then, the first covers 2."""
    now, then = boxes((0, 400), (200, 600)), boxes((0, 400), (320, 520))
    facts, counted, _, _ = sums(now, then, now_keys=["a", "b"], then_keys=["a", "t"])
    assert facts["earlier_cover"].tolist() == pytest.approx([1.0, 0.5])
    assert counted["sink_tco2e_yr"].tolist() == pytest.approx([ONE, 0.3 * ONE], abs=1e-4)


@pytest.mark.parametrize("keys", [["a", "b"], ["b", "a"]])
def test_a_new_stand_drawn_over_one_that_stayed_takes_nothing_of_its_sink(sums, keys):
    """The half that lies on the other has no sink of its own; the half beside it keeps all of its sink."""
    now, then = boxes((0, 400), (200, 600)), boxes((0, 400), (400, 800))
    facts, counted, _, _ = sums(now, then, now_keys=keys, then_keys=[keys[0], "t"])
    assert facts["earlier_cover"].tolist() == pytest.approx([1.0, 0.5])
    assert counted["sink_tco2e_yr"].tolist() == pytest.approx([ONE, ONE / 2], abs=1e-4)
    assert total(counted, "area_ha") == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("now", "then", "hectares"),
    [
        ([(300, 500), (100, 550)], [(250, 500), (150, 600)], 10.0),
        ([(50, 200), (400, 550), (0, 300)], [(50, 200), (0, 200), (250, 700)], 10.0),
        ([(0, 400), (0, 400)], [(0, 200), (100, 400), (400, 600)], 10.0),
    ],
)
def test_ground_drawn_twice_on_both_dates_is_shared_out_by_no_stand_alone(sums, now, then, hectares):
    """One earlier stand shared its ground out, the other that lies on it did not: up to half as much again was counted.

    Each stand keeps what it covers of earlier ground; sums leave it out of all but one.
    """
    drawn, before = boxes(*now), boxes(*then)
    keys = [f"n{at}" for at in range(len(now))]
    facts, counted, weights, _ = sums(drawn, before, now_keys=keys, then_keys=[f"t{at}" for at in range(len(then))])
    known = shapely.area(shapely.intersection(drawn, shapely.union_all(before))) / 1e4
    assert facts["sink_tco2e_yr"].tolist() == pytest.approx(known * ONE / 10.0, abs=1e-4)
    assert total(counted, "sink_tco2e_yr") == pytest.approx(hectares * ONE / 10.0, abs=1e-4)
    assert np.nansum(weights.sink) == pytest.approx(hectares * ONE / 10.0, abs=1e-4)


@pytest.mark.parametrize("seed", range(24))
def test_random_overlaps_of_both_dates_never_count_more_than_the_common_ground(sums, seed):
    rng = np.random.default_rng(seed)

    def drawn(count):
        west, south = (rng.integers(0, most, count) * 50.0 for most in (8, 4))
        return shapely.box(west, south, *(at + rng.integers(2, 8, count) * 50.0 for at in (west, south)))

    now, then = drawn(rng.integers(2, 5)), drawn(rng.integers(2, 5))
    keys = [f"n{at}" for at in range(len(now))]
    _, counted, _, _ = sums(now, then, now_keys=keys, then_keys=[f"t{at}" for at in range(len(then))])
    ground = shapely.area(shapely.intersection(shapely.union_all(now), shapely.union_all(then))) / 1e5
    assert total(counted, "sink_tco2e_yr") <= ground * ONE * (1 + 1e-6)


def test_the_order_of_the_rows_decides_nothing_and_what_is_known_goes_first(sums):
    drawn = boxes((0, 400), (0, 400), (800, 1200))
    ways = [sums(drawn, drawn.copy(), order=order)[1] for order in ([0, 1, 2], [2, 1, 0])]
    pd.testing.assert_series_equal(ways[0]["sink_tco2e_yr"], ways[1]["sink_tco2e_yr"].reindex(ways[0].index))
    volume = np.array([np.nan, 120.0, 120.0])
    _, counted, _, _ = sums(drawn, drawn.copy(), volume_m3_ha=volume)
    assert total(counted, "stock_tco2e") == pytest.approx(2 * STOCK)


def test_a_layer_without_overlaps_is_as_it_was(sums):
    drawn = boxes((0, 400), (400, 800))
    facts, counted, _, told = sums(drawn, drawn.copy())
    assert counted is facts
    assert told.empty
