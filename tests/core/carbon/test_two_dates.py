"""Two inventories of the same ground: split, merged, redrawn, missing and overlapping stands, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from two_layers import CULM, FIR, PINE, boxes, changes, codes

from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.tiles import cut_large
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory, match
from sanming_carbon_plugin.core.carbon.uncertainty import total_interval
from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress


def test_a_split_stand(compare):
    """10 ha at 100 m3/ha become 4 ha at 130 and 6 ha at 110: 4*30*f and 6*10*f."""
    found = compare(
        boxes((0, 0, 160, 250), (160, 0, 400, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [130.0, 110.0]},
        boxes((0, 0, 400, 250)),
        {"keys": ["a"], "volume_m3_ha": 100.0},
    )
    assert changes(found) == pytest.approx([120 * PINE, 60 * PINE])
    assert list(found.columns["change_kind"]) == ["split", "split"]
    assert found.columns["stock_earlier_tco2e"].sum() == pytest.approx(1000 * PINE)
    block = found.blocks.iloc[0]
    assert (block["stands"], block["area_ha"]) == (2, pytest.approx(10.0))
    assert block["change_tco2e"] == pytest.approx(180 * PINE)


def test_a_merged_stand(compare):
    """4 ha of pine at 100 and 6 ha of fir at 80 become 10 ha of pine at 120: 4*20*f and the smaller of 6*40*f."""
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["a"], "volume_m3_ha": 120.0},
        boxes((0, 0, 160, 250), (160, 0, 400, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [100.0, 80.0], "species_code": ["220", "310"]},
    )
    assert changes(found) == pytest.approx([80 * PINE + 240 * min(PINE, FIR)])
    naive = 1200 * PINE - 400 * PINE - 480 * FIR
    assert found.columns["recode_tco2e"].iloc[0] == pytest.approx(naive - changes(found)[0])
    assert found.columns["change_kind"].iloc[0] == "merged"
    assert found.columns["volume_earlier_m3_ha"].iloc[0] == pytest.approx(88.0)


def test_redrawn_stands(compare, five_years):
    """The line between two 10 ha stands moves 40 m west: 9 ha and 11 ha, the account of the block is unmoved."""
    found = compare(
        boxes((0, 0, 360, 250), (360, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [120.0, 60.0]},
        boxes((0, 0, 400, 250), (400, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [100.0, 50.0]},
    )
    assert changes(found) == pytest.approx([9 * 20 * PINE, (1 * -40 + 10 * 10) * PINE])
    assert list(found.columns["change_kind"]) == ["split", "redrawn"]
    assert found.blocks["change_tco2e"].iloc[0] == pytest.approx((9 * 120 + 11 * 60 - 1500) * PINE)
    line = found.errors.boundary
    assert list(line.stand) == [1]  # the old line, 250 m, runs through the second stand only
    shift = 5 / 1.6448536 * 250 / 1e4 * (100 - 50) * PINE
    assert line.amount[0] * five_years.years == pytest.approx(shift, rel=1e-6)


def test_cutting_a_redrawn_stand_leaves_its_boundary_error(compare):
    then = boxes((0, 0, 400, 250), (400, 0, 800, 250))
    before = {"keys": ["t", "u"], "volume_m3_ha": [100.0, 40.0]}
    whole = compare(boxes((0, 0, 800, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, then, dict(before))
    strips = boxes((0, 0, 800, 50), (0, 50, 800, 200), (0, 200, 500, 250), (500, 200, 800, 250))
    parts = compare(strips, {"keys": list("abcd"), "volume_m3_ha": 120.0}, then, dict(before))
    assert whole.errors.boundary.amount.sum() > 0
    assert parts.errors.boundary.amount.sum() == pytest.approx(whole.errors.boundary.amount.sum())
    one, other = (total_interval(f.errors, np.zeros(n, dtype=np.int64)) for f, n in ((whole, 1), (parts, 4)))
    assert other["sd_tco2e_yr"][0] == pytest.approx(one["sd_tco2e_yr"][0], rel=1e-9)


def test_keys_join_only_the_same_shape(compare):
    """Two stands exchanged their keys: the ground decides, not the number."""
    found = compare(
        boxes((0, 0, 400, 250), (400, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [120.0, 60.0]},
        boxes((400, 0, 800, 250), (0, 0, 400, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [50.0, 100.0]},
    )
    assert changes(found) == pytest.approx([200 * PINE, 100 * PINE])
    assert codes(found) == set()


def test_a_ring_that_begins_elsewhere_is_the_same_shape():
    ring = [(0, 0), (400, 0), (400, 250), (0, 250)]
    first = np.array([shapely.Polygon(ring)], dtype=object)
    second = np.array([shapely.Polygon([*ring[2:], *ring[:2]][::-1])], dtype=object)
    pieces = match(pd.Index(["a"]), first, pd.Index(["a"]), second)
    assert pieces.keyed.all()
    assert pieces.cover[0] == 1.0


def test_a_stand_without_an_earlier_one_is_unknown(compare):
    found = compare(
        boxes((0, 0, 400, 250), (5000, 0, 5400, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": 120.0},
        boxes((0, 0, 400, 250)),
        {"keys": ["a"], "volume_m3_ha": 100.0},
    )
    assert np.isnan(changes(found)[1])
    assert found.columns["sink_basis"].tolist() == ["measured", "none"]
    assert found.columns["change_kind"].iloc[1] == "new"
    assert found.issues[["stand_key", "code"]].values.tolist() == [["b", "SINK_NO_EARLIER_STAND"]]


def test_only_the_covered_part_counts_and_is_told(compare):
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["n"], "volume_m3_ha": 120.0},
        boxes((0, 0, 300, 250)),
        {"keys": ["t"], "volume_m3_ha": 100.0},
    )
    assert changes(found) == pytest.approx([7.5 * 20 * PINE])
    assert found.columns["earlier_cover"].iloc[0] == pytest.approx(0.75)
    assert "SINK_COVER_NOT_MEASURED" in codes(found)


def test_the_share_that_is_told_is_that_of_known_stock(compare):
    """All of the stand lies on earlier stands, a tenth of it on one whose stock is known."""
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["n"], "volume_m3_ha": 120.0},
        boxes((0, 0, 40, 250), (40, 0, 400, 250)),
        {"keys": ["t", "u"], "volume_m3_ha": 100.0, "species_code": ["220", None]},
    )
    told = found.issues[found.issues["code"] == "SINK_NO_EARLIER_STAND"]
    assert [float(value) for value in told["value"]] == [pytest.approx(0.1)]


@pytest.mark.parametrize(
    ("covered", "basis", "told"),
    [
        (0.45, "none", "SINK_NO_EARLIER_STAND"),
        (0.55, "two_layers", "SINK_COVER_NOT_MEASURED"),
        (0.89, "two_layers", "SINK_COVER_NOT_MEASURED"),
        (0.91, "measured", "SINK_PARTLY_COVERED"),
        (0.995, "measured", None),
    ],
)
def test_a_part_does_not_measure_the_whole(compare, covered, basis, told):
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["n"], "volume_m3_ha": 120.0},
        boxes((0, 0, 400 * covered, 250)),
        {"keys": ["t"], "volume_m3_ha": 100.0},
    )
    assert found.columns["sink_basis"].iloc[0] == basis
    cover = {"SINK_NO_EARLIER_STAND", "SINK_COVER_NOT_MEASURED", "SINK_PARTLY_COVERED"}
    assert codes(found) & cover == ({told} if told else set())


@pytest.mark.parametrize(
    ("shift_m", "reason", "kind"),
    [(4.0, None, "redigitised"), (4.0, "41", "same"), (60.0, None, "redrawn"), (0.0, None, "same")],
)
def test_a_line_drawn_anew_is_told_from_a_stand_that_changed(compare, shift_m, reason, kind):
    """Two stands of 10 ha; their common line lies some metres beside where it lay."""
    found = compare(
        boxes((0, 0, 400 + shift_m, 250), (400 + shift_m, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [120.0, 100.0], "change_reason": reason},
        boxes((0, 0, 400, 250), (400, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": [100.0, 80.0]},
    )
    assert found.columns["change_kind"].iloc[0] == kind
    assert ("SINK_REDIGITISED" in codes(found)) == (kind == "redigitised")
    assert found.columns["sink_tco2e_yr"].notna().all()
    if shift_m:
        row = found.blocks.iloc[0]
        assert (len(found.blocks), row["stands"]) == (1, 2)
        assert row["change_tco2e"] == pytest.approx(changes(found).sum())


def test_earlier_stands_that_overlap_do_not_count_a_hectare_twice(compare):
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["n"], "volume_m3_ha": 120.0},
        boxes((0, 0, 400, 250), (0, 0, 400, 250)),
        {"keys": ["t", "u"], "volume_m3_ha": 100.0},
    )
    assert changes(found) == pytest.approx([200 * PINE])
    assert "SINK_EARLIER_OVERLAPS" in codes(found)


@pytest.mark.parametrize(
    ("east", "other", "hectares", "basis"),
    [
        (400, (0, 0, 400, 250), 10.0, "two_layers"),  # nobody knows which of two stood there
        (200, (0, 0, 200, 250), 5.0, "two_layers"),  # half of the ground twice is not all of it
        (400, (0, 0, 3, 250), 10.0, "measured"),  # a line drawn beside
        (200, (200, 0, 400, 250), 10.0, "measured"),
    ],
)
def test_what_is_drawn_twice_in_the_earlier_layer_counts_once(compare, east, other, hectares, basis):
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["n"], "volume_m3_ha": 120.0},
        boxes((0, 0, east, 250), other),
        {"keys": ["t", "u"], "volume_m3_ha": 100.0},
    )
    row = found.columns.iloc[0]
    assert changes(found) == pytest.approx([hectares * 20 * PINE])
    assert row["earlier_cover"] == pytest.approx(hectares / 10.0)
    assert row["sink_basis"] == basis
    assert ("SINK_EARLIER_OVERLAPS" in codes(found)) == (other[0] == 0)


def test_ground_that_the_new_layer_leaves_out_is_told(compare):
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["a"], "volume_m3_ha": 120.0},
        boxes((0, 0, 400, 250), (400, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": 100.0},
    )
    assert "SINK_EARLIER_GONE" in codes(found)
    assert found.earlier_gone.loc["b", "stock_tco2e"] == pytest.approx(1000 * PINE)


def test_land_without_a_stand_on_both_dates_is_no_fault(compare):
    shape = boxes((0, 0, 400, 250))
    land = {"volume_m3_ha": np.nan, "land_class": "cropland", "species_code": [None]}
    found = compare(shape, dict(land), shape.copy(), dict(land))
    assert found.issues["code"].tolist() == ["SINK_NOT_FOREST"]


def test_crossed_and_missing_outlines(compare):
    bow = shapely.Polygon([(0, 0), (400, 250), (400, 0), (0, 250)])
    found = compare(
        np.array([bow, None, shapely.Polygon()], dtype=object),
        {"volume_m3_ha": 120.0, "area_ha": [5.0, np.nan, 1.0]},
        boxes((0, 0, 400, 250), (400, 0, 800, 250), (800, 0, 1200, 250)),
        {"volume_m3_ha": 100.0},
    )
    assert changes(found)[0] == pytest.approx(100 * PINE)
    assert np.isnan(changes(found)[1:]).all()


@pytest.mark.parametrize("today", [True, False])
def test_an_outline_with_a_spike_that_lies_on_another_is_overlaid_without_it(compare, today):
    """Made valid, a spike becomes a line beside the polygon, which the geometry library cannot overlay."""
    corners = [(0, 0), (400, 0), (400, 250), (200, 250), (200, 400), (200, 250), (0, 250)]
    spiked = np.array([shapely.Polygon(corners)] * 2, dtype=object)
    halves = boxes((0, 0, 200, 250), (200, 0, 400, 250))
    now, then = (spiked, halves) if today else (halves, spiked)
    found = compare(
        now,
        {"keys": ["n", "o"], "volume_m3_ha": 120.0, "area_ha": shapely.area(now) / 1e4},
        then,
        {"keys": ["t", "u"], "volume_m3_ha": 100.0, "area_ha": shapely.area(then) / 1e4},
    )
    assert changes(found).sum() == pytest.approx(200 * PINE)


def test_bamboo_among_trees_is_counted_beside_them(compare):
    """16.2 kg a culm: 10 ha * 200 more culms, and 10 ha * 20 m3 of pine."""
    shape = boxes((0, 0, 400, 250))
    now = {"volume_m3_ha": 120.0, "bamboo_culms_per_ha": 700.0}
    then = {"volume_m3_ha": 100.0, "bamboo_culms_per_ha": 500.0}
    found = compare(shape, now, shape.copy(), then)
    assert changes(found) == pytest.approx([200 * PINE + 10 * 200 * 0.0162 * 0.475 * 44 / 12])
    assert found.columns["increment_m3_ha_yr"].iloc[0] * found.columns["years"].iloc[0] == pytest.approx(20.0)


def test_bamboo_in_a_block_of_changed_stands_is_in_its_account_once(compare):
    """20 ha that were two stands and are two others: every hectare once, pine and bamboo beside it.

    Then 10 ha with 500 culms and 10 ha with 200; today the line lies 100 m further east: 12.5 ha with 600 culms and
    7.5 ha with 200. In the block: 12.5*600 + 7.5*200 - 10*500 - 10*200 = 2,000 culms.
    """
    found = compare(
        boxes((0, 0, 500, 250), (500, 0, 800, 250)),
        {"keys": ["c", "d"], "volume_m3_ha": [120.0, 110.0], "bamboo_culms_per_ha": [600.0, 200.0]},
        boxes((0, 0, 400, 250), (400, 0, 800, 250)),
        {"keys": ["a", "b"], "volume_m3_ha": 100.0, "bamboo_culms_per_ha": [500.0, 200.0]},
    )
    assert len(found.blocks) == 1
    block = found.blocks.iloc[0]
    assert block["stands"] == 2
    assert block["area_ha"] == pytest.approx(20.0)
    assert block["stock_earlier_tco2e"] == pytest.approx(20 * 100 * PINE + 7_000 * CULM)
    assert block["change_tco2e"] == pytest.approx((12.5 * 20 + 7.5 * 10) * PINE + 2_000 * CULM)
    assert block["change_tco2e"] == pytest.approx(changes(found).sum())


def test_without_an_earlier_layer_every_sink_is_unknown(make_facts, parameters, errors):
    facts = make_facts(species_code="220", volume_m3_ha=[100.0, 120.0])
    found = sink(facts, boxes((0, 0, 1, 1), (1, 0, 2, 1)), None, parameters, errors)
    assert found.columns["sink_tco2e_yr"].isna().all()
    assert (found.columns["sink_basis"] == "none").all()
    assert list(found.issues["code"]) == ["SINK_NO_EARLIER_LAYER"]


def test_an_empty_layer_stays_empty(make_facts, parameters, errors, five_years):
    facts = make_facts(species_code="220", volume_m3_ha=[100.0])
    none = facts.iloc[:0]
    nothing = np.empty(0, dtype=object)
    shape = boxes((0, 0, 400, 250))
    assert len(sink(none, nothing, EarlierInventory(facts, shape), parameters, errors, five_years).columns) == 0
    found = sink(facts, shape, EarlierInventory(none, nothing), parameters, errors, five_years)
    assert list(found.issues["code"]) == ["SINK_NO_EARLIER_STAND"]


def test_outlines_of_many_vertices_are_cut_without_a_trace():
    rng = np.random.default_rng(0)
    angle = np.linspace(0, 2 * np.pi, 6001)[:-1]
    radius = 1000 + 80 * np.sin(angle * 23) + rng.uniform(0, 5, 6000)
    lake = shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    tiles, owner = cut_large(np.array([lake, shapely.box(0, 0, 1, 1)], dtype=object))
    assert shapely.get_num_coordinates(tiles).max() <= 1000
    assert np.bincount(owner, shapely.area(tiles)) == pytest.approx([lake.area, 1.0], rel=1e-12)
    x, y = (v.ravel() for v in np.meshgrid(np.arange(-1200, 1200, 150.0), np.arange(-1200, 1200, 150.0)))
    stands = shapely.box(x, y, x + 150, y + 150)
    keys = pd.Index([f"s{i}" for i in range(len(stands))])
    alone = np.array([lake], dtype=object)
    for first, second in ((stands, alone), (alone, stands)):
        pieces = match(keys[: len(first)], first, keys[-len(second) :] + "x", second)
        ground = shapely.intersection(first[pieces.now], second[pieces.then])
        assert pieces.share_of_now == pytest.approx(shapely.area(ground) / shapely.area(first[pieces.now]), rel=1e-9)
        assert len(pieces.now) == np.count_nonzero(shapely.area(shapely.intersection(stands, lake)) > 0)
    length = shapely.length(ground).sum() - lake.length
    assert pieces.inner_line[0] * np.sqrt(lake.area) == pytest.approx(length / 2, rel=1e-6)


def test_the_overlay_can_be_cancelled():
    class Stopped(Progress):
        def is_cancelled(self):
            return True

    with pytest.raises(CancelledError):
        match(pd.Index(["a"]), boxes((0, 0, 1, 1)), pd.Index(["b"]), boxes((0, 0, 2, 1)), Stopped())


def test_stands_of_today_that_overlap_do_not_count_earlier_ground_twice(compare, five_years):
    """10 ha of 100 m3/ha hold two stands of 7 ha at 120: the growth is that of 10 ha, not of 14."""
    found = compare(
        boxes((0, 0, 280, 250), (120, 0, 400, 250)),
        {"keys": ["n", "o"], "volume_m3_ha": 120.0},
        boxes((0, 0, 400, 250)),
        {"keys": ["t"], "volume_m3_ha": 100.0},
    )
    assert changes(found) == pytest.approx([100 * PINE] * 2)
    assert found.columns["sink_tco2e_yr"].sum() == pytest.approx(44.78, abs=5e-3)
    assert "SINK_EARLIER_SHARED_OUT" in codes(found)
    assert "measured" not in set(found.columns["sink_basis"])


def test_stands_of_today_twice_on_the_same_ground(compare):
    """The second copy has another key; the earlier stand is the first one's."""
    shape = boxes((0, 0, 400, 250))
    found = compare(
        np.concatenate([shape, shape]),
        {"keys": ["a", "b"], "volume_m3_ha": 120.0},
        shape,
        {"keys": ["a"], "volume_m3_ha": 100.0},
    )
    assert np.nansum(changes(found)) == pytest.approx(200 * PINE)
