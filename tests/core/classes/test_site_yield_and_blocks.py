"""Yield relative to the site, and clear-cut blocks."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.core.classes.explain import explain_stand
from sanming_carbon_plugin.core.classes.felling_blocks import ClearCutLimits, felling_blocks
from sanming_carbon_plugin.core.classes.measures import classify, measure_rules
from sanming_carbon_plugin.core.classes.site_yield import SiteYieldTerms, site_volume_ratio
from sanming_carbon_plugin.core.errors import InputError

from .hand_made import stand, table

TERMS = SiteYieldTerms(10, 600.0)
RULES = load_rule_sets()
SLOPE_15 = "slope_deg=15 slope_over_25_share=0"
BOXES = {"a": (0, 0), "b": (1, 0), "c": (2, 1), "d": (9, 9)}


def stands(volumes, changes=""):
    return [stand("pine", "volume_m3_ha={} {}".format(volume, changes)) for volume in volumes]


def test_ratio_to_the_mean_of_the_same_site():
    layer = table(stands([50] + [100] * 8 + [150]) + stands([300] * 10, "quality_grade=1"))
    ratio = site_volume_ratio(layer, TERMS)
    assert ratio["site_volume_ratio_low"].iloc[0] == pytest.approx(0.5)
    assert ratio["site_volume_ratio_high"].iloc[0] == pytest.approx(0.5)
    assert ratio["site_volume_ratio_low"].iloc[15] == pytest.approx(1.0)


def test_too_few_stands_and_other_land_say_nothing():
    assert site_volume_ratio(table(stands([100] * 9)), TERMS).isna().all(axis=None)
    assert site_volume_ratio(table(stands([100] * 12, "land_class=cutover")), TERMS).isna().all(axis=None)


@pytest.mark.parametrize("gap", ["volume_m3_ha=", "age_group=", "quality_grade=", "species_group=", "land_class="])
def test_a_stand_that_might_belong_widens_the_interval(gap):
    layer = table([*stands([100] * 19), stand("pine", gap)])
    ratio = site_volume_ratio(layer, TERMS)
    assert ratio["site_volume_ratio_low"].iloc[0] == pytest.approx(100 / ((1900 + 600) / 20))
    assert ratio["site_volume_ratio_high"].iloc[0] == pytest.approx(100 / (1900 / 20))
    assert ratio.iloc[19].isna().all()


def test_a_stand_of_another_site_does_not_widen_it():
    layer = table([*stands([100] * 19), stand("pine", "volume_m3_ha= age_group=2")])
    assert site_volume_ratio(layer, TERMS).iloc[0].tolist() == [1.0, 1.0]


def test_limits_take_the_stricter_class_at_its_boundary():
    limits = ClearCutLimits(np.array([5.0, 15.0, 25.0, 35.0]), np.array([30.0, 20.0, 10.0, 5.0]))
    slopes = np.array([0, 4.99, 5, 14.99, 15, 24.99, 25, 34.99, 35, 60.0])
    assert limits.at(slopes).tolist() == [30, 30, 20, 20, 10, 10, 5, 5, 0, 0]
    table_ = limits.of_stands(table([stand("pine", "slope_deg_low=3 slope_deg_high=16"), stand("pine", "slope_deg=")]))
    assert table_.iloc[0].tolist() == [10, 30]
    assert table_.iloc[1].isna().all()


def test_blocks_share_a_side_not_a_corner():
    squares = [shapely.box(x, y, x + 1, y + 1) for x, y in [(0, 0), (1, 0), (2, 1), (2, 0), (5, 5)]]
    assert felling_blocks(np.array(squares)).tolist() == [0, 0, 0, 0, 1]
    assert felling_blocks(np.array([squares[0], squares[4], shapely.box(1, 1, 2, 2)])).tolist() == [0, 1, 2]
    overlapping = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    assert felling_blocks(overlapping).tolist() == [0, 0]


@settings(max_examples=40, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1), st.randoms())
def test_blocks_agree_with_walking_from_square_to_square(cells, random):
    order = sorted(cells)
    random.shuffle(order)
    found = felling_blocks(np.array([shapely.box(x, y, x + 1, y + 1) for x, y in order]))
    walked: dict[tuple[int, int], int] = {}
    for cell in order:
        if cell in walked:
            continue
        number, waiting = len(set(walked.values())), [cell]
        while waiting:
            x, y = waiting.pop()
            if (x, y) in cells and (x, y) not in walked:
                walked[(x, y)] = number
                waiting += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
    assert found.tolist() == [walked[cell] for cell in order]


def test_a_boundary_of_many_vertices_is_one_boundary():
    edge = [(1.0, i / 256) for i in range(257)]
    left = shapely.Polygon([(0, 0), *edge, (0, 1)])
    right = shapely.Polygon([(2, 0), (2, 1), *reversed(edge)])
    assert felling_blocks(np.array([left, right, shapely.box(2, 1, 3, 2)])).tolist() == [0, 0, 1]


def clear_cuts(order="abcd", **changes):
    """Stands of 6 ha on 15°: a and b share a side, c meets b in one corner only, d stands alone."""
    layer = table([stand("pine", SLOPE_15 + " area_ha=6 " + changes.get(key, "")) for key in order], list(order))
    return layer, np.array([shapely.box(x, y, x + 1, y + 1) for x, y in map(BOXES.get, order)])


def test_a_block_above_the_limit_is_not_clear_cut():
    layer, polygons = clear_cuts()
    result = classify(layer, polygons, RULES)
    assert result.columns["pine_technique"].to_dict() == {
        "a": "strip_cut", "b": "strip_cut", "c": "clear_cut", "d": "clear_cut",
    }  # fmt: skip
    told = result.issues[result.issues["code"] == "CLEAR_CUT_BLOCK_TOO_LARGE"]
    assert list(told["stand_key"]) == ["a", "b"]
    assert told["params"].iloc[1] == {
        "block": "a", "block_ha": 12.0, "limit_ha": 10.0, "stands": 2, "technique": "strip_cut",
    }  # fmt: skip
    assert "CC_AREA+;CC_BLOCK-" in result.columns.at["a", "pine_rules"]
    record = next(
        one for one in explain_stand(RULES[0], layer.join(result.columns).loc[["b"]]) if one["rule"] == "CC_BLOCK"
    )
    assert (record["outcome"], record["value"], record["threshold"], record["distance"]) == ("fail", 12.0, 10.0, -2.0)


def test_blocks_do_not_depend_on_the_order_of_the_stands():
    rng = np.random.default_rng(3)
    count = 120
    changes = [
        "slope_deg={} area_ha={} red_line={} age_group={}".format(
            rng.choice([3, 12, 18]), round(rng.uniform(0.1, 6), 4), rng.choice(["no", "no", "no", "yes", ""]),
            rng.choice([3, 4, 4]),
        )
        for _ in range(count)
    ]  # fmt: skip
    layer = table([stand("pine", one) for one in changes], ["k{:03}".format(i) for i in range(count)])
    row, column = np.divmod(np.arange(count), 12)
    polygons = shapely.box(column, row, column + 1.0, row + 1.0)
    first = classify(layer, polygons, RULES)
    assert {"clear_cut", "strip_cut"} <= set(first.columns["pine_technique"].dropna())
    for _ in range(5):
        order = rng.permutation(count)
        again = classify(layer.iloc[order], polygons[order], RULES)
        assert again.columns.loc[layer.index].equals(first.columns)
        told = [
            result.issues[result.issues["code"] == "CLEAR_CUT_BLOCK_TOO_LARGE"]
            .set_index("stand_key")["params"]
            .to_dict()
            for result in (first, again)
        ]
        assert told[0] == told[1]


def test_without_polygons_no_block_is_known_and_nothing_is_clear_cut():
    layer, polygons = clear_cuts()
    columns = classify(layer, None, RULES).columns
    assert set(columns["pine_technique"]) == {"strip_cut"}
    assert columns["pine_rules"].str.contains("CC_BLOCK?", regex=False).all()
    polygons[3] = None
    assert classify(layer, polygons, RULES).columns.at["d", "pine_technique"] == "strip_cut"


def test_a_stand_that_is_not_clear_cut_is_a_block_of_its_own():
    layer, polygons = clear_cuts(b="red_line=yes")
    columns = classify(layer, polygons, RULES).columns
    assert columns.at["a", "pine_technique"] == "clear_cut"
    assert columns.at["b", "clear_cut_block_ha_low"] == columns.at["b", "clear_cut_block_ha_high"] == 6.0


def test_a_doubtful_neighbour_makes_the_block_an_interval():
    layer, polygons = clear_cuts(b="red_line=")
    columns = classify(layer, polygons, RULES).columns
    assert columns.loc["a", ["clear_cut_block_ha_low", "clear_cut_block_ha_high"]].tolist() == [6.0, 12.0]
    assert columns.at["a", "pine_technique"] == "strip_cut"
    assert "CC_BLOCK?" in columns.at["a", "pine_rules"]


@pytest.mark.parametrize(
    ("gap", "within", "blocks"), [(0.0, 0.0, [0, 0]), (1.5, 2.0, [0, 0]), (2.0, 2.0, [0, 0]), (2.5, 2.0, [0, 1])]
)
def test_slivers_between_outlines_are_no_belts(gap, within, blocks):
    left, right = shapely.box(0, 0, 200, 200), shapely.box(200 + gap, 0, 400, 200)
    assert felling_blocks(np.array([left, right]), within).tolist() == blocks
    # In degrees the same gap counts.
    degrees = shapely.transform(np.array([left, right]), lambda xy: xy / 111_320 + [117.5, 26.5])
    assert felling_blocks(degrees, within).tolist() == blocks


def test_a_corner_is_no_boundary_with_slivers_either():
    corner = np.array([shapely.box(0, 0, 200, 200), shapely.box(200, 200, 400, 400), shapely.box(201, -300, 400, -1)])
    assert felling_blocks(corner, 2.0).tolist() == [0, 1, 2]


def test_an_outline_that_crosses_itself_stops_nobody():
    """It has no area, so the block that it shares a side with has none either."""
    layer, polygons = clear_cuts(b="area_ha=")
    polygons[1] = shapely.Polygon([(1, 0), (2, 1), (2, 0), (1, 1)])
    columns = classify(layer, polygons, RULES).columns
    assert columns["pine_technique"].to_dict() == {
        "a": "strip_cut", "b": "strip_cut", "c": "clear_cut", "d": "clear_cut",
    }  # fmt: skip
    polygons[0] = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0.5), (1, 0.5), (0, 0.6)])
    assert classify(layer, polygons, RULES).columns.at["d", "pine_technique"] == "clear_cut"


@pytest.mark.parametrize("wrong", [-1, 101, "2", True, None, float("nan")])
def test_a_wrong_gap_is_refused(wrong):
    data = dict(RULES[0].data)
    data["clear_cut_limits"] = dict(data["clear_cut_limits"]) | {"adjoining_within_m": wrong}
    with pytest.raises(InputError) as caught:
        measure_rules(data)
    assert "$.clear_cut_limits.adjoining_within_m" in caught.value.values["problems"]


def test_rules_that_do_not_ask_for_blocks_leave_it_at_a_warning():
    data = json.loads(json.dumps(dict(RULES[0].data)))
    rules = data["measures"]["pine_transform"]["rules"]
    data["measures"]["pine_transform"]["rules"] = [rule for rule in rules if rule["id"] != "CC_BLOCK"]
    layer, polygons = clear_cuts()
    result = classify(layer, polygons, measure_rules(data))
    assert set(result.columns["pine_technique"]) == {"clear_cut"}
    told = result.issues[result.issues["code"] == "CLEAR_CUT_BLOCK_NOT_ASKED"]
    assert list(told["stand_key"]) == ["a", "b"]
    assert not result.issues["code"].isin(["CLEAR_CUT_BLOCK_TOO_LARGE", "CLEAR_CUT_BLOCK_OPEN"]).any()
