"""Two inventories of the same ground: split, merged, redrawn, missing and overlapping stands, worked by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.core.carbon.period import Period, parse_period
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.tiles import cut_large
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory, match
from sanming_carbon_plugin.core.carbon.uncertainty import total_interval
from sanming_carbon_plugin.core.errors import CancelledError, UsageError
from sanming_carbon_plugin.core.progress import Progress

PINE = 0.38 * 1.472 * 1.187 * 0.46 * 44 / 12  # t CO2e per m3
FIR = 0.307 * 1.634 * 1.246 * 0.52 * 44 / 12
CULM = 16.2 / 1000 * 0.475 * 44 / 12


def boxes(*corners):
    return np.array([shapely.box(*c) for c in corners], dtype=object)


@pytest.fixture
def compare(make_facts, parameters, errors, five_years):
    def run(now_shapes, now, then_shapes, then, **more):
        tables = []
        for shapes, columns, day in ((now_shapes, now, "2020-12-31"), (then_shapes, then, "2015-12-31")):
            columns.setdefault("species_code", "220")
            columns.setdefault("survey_date", [day] * len(shapes))
            columns.setdefault("area_ha", np.nan_to_num(shapely.area(shapes)) / 1e4)
            tables.append(make_facts(columns.pop("keys", None) or [f"s{i}" for i in range(len(shapes))], **columns))
        earlier = EarlierInventory(tables[1], then_shapes)
        return sink(tables[0], now_shapes, earlier, parameters, errors, more.pop("period", five_years), **more)

    return run


def changes(found):
    return (found.columns["sink_tco2e_yr"] * found.columns["years"]).to_numpy()


def codes(found):
    return set(found.issues["code"])


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


def test_slivers_of_neighbours_say_nothing_about_a_new_stand(compare):
    found = compare(
        boxes((0, 0, 400, 250)),
        {"keys": ["n"], "volume_m3_ha": 120.0},
        boxes((-300, 0, 20, 250)),
        {"keys": ["t"], "volume_m3_ha": 100.0},
    )
    assert np.isnan(changes(found)[0])
    assert found.issues["code"].tolist()[0] == "SINK_NO_EARLIER_STAND"


@pytest.mark.parametrize(("today", "before"), [(np.nan, 100.0), (120.0, np.nan), (np.nan, np.nan)])
def test_volume_from_trees_is_no_measured_difference(compare, today, before):
    """Else a volume that is taken away on one date could be granted by taking it away on the other, too."""
    shape = boxes((0, 0, 400, 250))
    trees = {"dbh_cm": 18.0, "height_m": 13.0, "stems_per_ha": 900.0}
    found = compare(shape, {"volume_m3_ha": today, **trees}, shape.copy(), {"volume_m3_ha": before, **trees})
    assert found.columns["sink_basis"].iloc[0] == "two_layers"
    assert "SINK_VOLUME_BASIS_DIFFERS" in codes(found)


@pytest.mark.parametrize("east", [380, 340])
@pytest.mark.parametrize("gone", [None, "dbh_cm", "height_m", "stems_per_ha", "all"])
def test_a_sliver_that_only_trees_tell_leaves_no_measurement_behind(compare, east, gone):
    """A part of the stand stood on volume that only trees tell: told or not, the stand is not measured.

    Recorded: 9.5 or 8.5 ha * (120 - 100). The trees tell of more than 120, so that what they lost counts. Once they are
    no longer told, the loss is unknown: what is left is more. Nor are trees to stand in for more that was recorded.
    """
    trees = {"dbh_cm": 18.0, "height_m": 13.0, "stems_per_ha": 900.0}
    trees = {name: np.nan if gone in (name, "all") else value for name, value in trees.items()}
    then = {"keys": ["t", "u"], "volume_m3_ha": [100.0, np.nan], **trees}
    shapes = boxes((0, 0, east, 250), (east, 0, 400, 250))
    found = compare(boxes((0, 0, 400, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, shapes, then)
    row = found.columns.iloc[0]
    assert row["sink_basis"] == "two_layers"
    recorded = east * 250 / 1e4 * 20 * PINE
    if gone is not None:
        assert changes(found) == pytest.approx([recorded])
        assert row["earlier_cover"] == pytest.approx(east / 400)
    else:
        assert changes(found)[0] == pytest.approx(recorded - (10 - east * 250 / 1e4) * lost_of_trees(compare) * PINE)
        assert row["earlier_cover"] == pytest.approx(1.0)
    assert ("SINK_VOLUME_BASIS_DIFFERS" in codes(found)) == (gone is None)
    told = found.issues.set_index("code")["value"].get("SINK_EARLIER_PART_UNKNOWN")
    assert told == (None if gone is None else f"{1 - east / 400:g}")


@pytest.mark.parametrize(
    "then",
    [
        {"species_code": ["220", "660"], "volume_m3_ha": [100.0, np.nan]},
        {"species_code": ["220", None], "volume_m3_ha": 100.0},
        {"volume_m3_ha": [100.0, np.nan]},
        {"volume_m3_ha": [100.0, np.nan], "land_class": ["arbor", "cutover"]},
    ],
)
def test_a_sliver_of_unknown_earlier_stock_is_no_measurement(compare, then):
    """Its culms, species or volume may have been more than what stands there today; ground without a stand is told."""
    shapes = boxes((0, 0, 399, 250), (399, 0, 400, 250))
    found = compare(boxes((0, 0, 400, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, shapes, dict(then))
    assert found.columns["sink_basis"].iloc[0] == "two_layers"
    assert "SINK_EARLIER_PART_UNKNOWN" in codes(found)
    then = {name: value[:1] if isinstance(value, list) else value for name, value in then.items()}
    alone = compare(boxes((0, 0, 400, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, shapes[:1], then)
    assert alone.columns["sink_basis"].iloc[0] == "measured"
    assert "SINK_EARLIER_PART_UNKNOWN" not in codes(alone)


@pytest.mark.parametrize("land", ["cutover", None])
def test_a_constant_per_hectare_of_no_known_land_class_is_no_measurement(compare, land):
    """Felled ground holds no constant, so that a blank for its land class must not make one up that is measured."""
    shapes = boxes((0, 0, 380, 250), (380, 0, 400, 250))
    then = {"species_code": ["220", "700"], "volume_m3_ha": [100.0, 8.0], "land_class": ["arbor", land]}
    found = compare(boxes((0, 0, 400, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, shapes, then)
    assert found.columns["sink_basis"].iloc[0] == "two_layers"
    assert codes(found) & {"SINK_VOLUME_BASIS_DIFFERS", "SINK_EARLIER_PART_UNKNOWN"}


def lost_of_trees(compare):
    """What 1 ha of 120 m3 today has lost since its trees of then, m3."""
    shape = boxes((0, 0, 100, 100))
    trees = {"dbh_cm": 18.0, "height_m": 13.0, "stems_per_ha": 900.0}
    loss = -changes(compare(shape, {"volume_m3_ha": 120.0}, shape.copy(), {"volume_m3_ha": np.nan, **trees}))[0] / PINE
    assert 0 < loss < 100
    return loss


@pytest.mark.parametrize("east", [0.9, 1.1])
@pytest.mark.parametrize(("today", "sign"), [(0.0, -1), (110.0, -1)])
def test_known_losses_of_a_sliver_are_never_left_out(compare, east, today, sign):
    """9.1 ha at 100 m3/ha and a sliver of large trees without a volume: cut over, all of it is lost, on 0.9 ha too."""
    middle = 9.1 / (9.1 + east) * 400
    wide = (9.1 + east) * 25.0
    shapes = boxes((0, 0, middle, wide), (middle, 0, 400, wide))
    trees = {"dbh_cm": 30.0, "height_m": 20.0, "stems_per_ha": 600.0}
    then = {"keys": ["t", "u"], "volume_m3_ha": [100.0, np.nan], **trees}
    whole = compare(boxes((0, 0, 400, wide)), {"keys": ["n"], "volume_m3_ha": today}, shapes, dict(then))
    cut = compare(shapes, {"keys": ["n", "m"], "volume_m3_ha": today}, shapes.copy(), dict(then))
    assert whole.columns["sink_basis"].iloc[0] == "two_layers"
    assert changes(whole)[0] == pytest.approx(changes(cut).sum(), rel=1e-9)
    assert changes(whole)[0] < 9.1 * (today - 100) * PINE - 1.0
    assert whole.blocks["change_tco2e"].sum() == pytest.approx(changes(whole)[0])


@pytest.mark.parametrize("sliver", [0.05, 0.5])
def test_no_growth_follows_from_trees_on_one_date_alone(compare, sliver):
    """Else a recorded volume that is taken away could be granted again as growth since thinner trees."""
    middle = 400 * (1 - sliver)
    shapes = boxes((0, 0, middle, 250), (middle, 0, 400, 250))
    thin = {"dbh_cm": 10.0, "height_m": 8.0, "stems_per_ha": 600.0}
    then = {"keys": ["t", "u"], "volume_m3_ha": [100.0, np.nan], **thin}
    found = compare(boxes((0, 0, 400, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, shapes, then)
    assert changes(found) == pytest.approx([10 * (1 - sliver) * 20 * PINE])
    assert found.columns["recode_tco2e"].iloc[0] > 0


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


def test_losses_count(compare):
    found = compare(
        boxes((0, 0, 400, 250), (400, 0, 800, 250), (800, 0, 1200, 250)),
        {
            "volume_m3_ha": [0.0, np.nan, np.nan],
            "land_class": ["burnt", "built_up", "cutover"],
            "species_code": [None, None, "220"],
        },
        boxes((0, 0, 400, 250), (400, 0, 800, 250), (800, 0, 1200, 250)),
        {"volume_m3_ha": [100.0, 100.0, 100.0]},
    )
    assert changes(found) == pytest.approx([-1000 * PINE] * 3)
    told = dict(zip(found.issues["stand_key"], found.issues["code"], strict=True))
    assert told["s1"] == "SINK_CONVERTED"
    assert told["s2"] == "SINK_NOTHING_RECORDED"


def test_land_without_a_stand_on_both_dates_is_no_fault(compare):
    shape = boxes((0, 0, 400, 250))
    land = {"volume_m3_ha": np.nan, "land_class": "cropland", "species_code": [None]}
    found = compare(shape, dict(land), shape.copy(), dict(land))
    assert found.issues["code"].tolist() == ["SINK_NOT_FOREST"]


def test_gain_on_bare_land_needs_a_recorded_zero(compare):
    shapes = boxes((0, 0, 400, 250), (400, 0, 800, 250))
    found = compare(
        shapes,
        {"volume_m3_ha": 30.0, "age_yr": 6.0},
        shapes.copy(),
        {"volume_m3_ha": [0.0, np.nan], "land_class": "plantable_barren", "species_code": [None, None]},
    )
    assert changes(found)[0] == pytest.approx(300 * PINE)
    assert np.isnan(changes(found)[1])
    assert "SINK_EARLIER_UNKNOWN" in codes(found)


@pytest.mark.parametrize(
    ("today", "before", "basis"),
    [
        ("plot", "lidar", "measured"),
        ("ocular", "angle_gauge", "measured"),
        ("model", "plot", "two_layers"),
        ("plot", None, "two_layers"),
        (None, None, "two_layers"),
    ],
)
def test_a_layer_rolled_forward_is_no_measurement(compare, today, before, basis):
    shape = boxes((0, 0, 400, 250))
    now, then = {"volume_m3_ha": 120.0, "survey_method": today}, {"volume_m3_ha": 100.0, "survey_method": before}
    found = compare(shape, now, shape.copy(), then)
    assert found.columns["sink_basis"].iloc[0] == basis
    assert ("SINK_TWO_LAYERS" in codes(found)) == (basis == "two_layers")


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


def test_without_a_period_the_survey_dates_count(compare):
    shapes = boxes((0, 0, 400, 250), (400, 0, 800, 250))
    now = {"volume_m3_ha": 120.0, "survey_date": ["2021-07-01", None]}
    then = {"volume_m3_ha": 100.0, "survey_date": ["2016-07-01", "2016-07-01"]}
    found = compare(shapes, now, shapes.copy(), then, period=None)
    assert found.columns["years"].iloc[0] == pytest.approx(1826 / 365.25)
    assert np.isnan(found.columns["sink_tco2e_yr"].iloc[1])
    assert "SINK_NO_PERIOD" in codes(found)


@pytest.mark.parametrize(
    ("then", "now", "basis"),
    [
        ("2016-01-01", "2020-12-31", "measured"),
        ("2015-10-02", "2020-12-31", "measured"),  # 91 days before 2016-01-01
        ("2015-09-30", "2020-12-31", "two_layers"),  # more than a quarter of a year too long
        ("2016-04-01", "2020-12-31", "measured"),
        ("2016-04-03", "2020-12-31", "two_layers"),
        ("2015-01-01", "2020-12-31", "two_layers"),  # six years of growth would be divided by five
        ("2015-02-01", "2020-02-01", "measured"),  # five years, both ends within a growing season
        ("2014-12-31", "2019-12-31", "two_layers"),  # 366 days beside both ends
        ("2011-01-01", "2015-12-31", "two_layers"),  # five years long, but another five years
        ("2012-07-01", "2022-07-01", "two_layers"),
    ],
)
def test_surveys_must_begin_and_end_with_the_period(compare, then, now, basis):
    found = dated(compare, now, then)
    assert list(found.columns["sink_basis"]) == [basis]
    assert ("SINK_PERIOD_DIFFERS" in codes(found)) == (basis == "two_layers")
    assert changes(found) == pytest.approx([200 * PINE])


@pytest.mark.parametrize(
    ("then", "now", "years"),
    [
        ("2010-12-31", "2020-12-31", 3653 / 365.25),  # ten years of growth are not those of five
        ("2018-12-31", "2020-12-31", 1827 / 365.25),  # nor are those of two made more
        ("2011-01-01", "2015-12-31", 1827 / 365.25),  # another five years
        ("2016-04-01", "2020-12-31", 1827 / 365.25),
        (None, "2020-12-31", 1827 / 365.25),
    ],
)
def test_growth_of_more_years_than_the_period_is_divided_by_them(compare, then, now, years):
    row = dated(compare, now, then).columns.iloc[0]
    assert row["years"] == pytest.approx(years)
    assert row["sink_tco2e_yr"] == pytest.approx(200 * PINE / years)
    assert row["sink_low_tco2e_yr"] < 0 < row["sink_tco2e_yr"] < row["sink_high_tco2e_yr"]


def dated(compare, now, then):
    shape = boxes((0, 0, 400, 250))
    now_columns = {"volume_m3_ha": 120.0, "survey_date": [now]}
    then_columns = {"volume_m3_ha": 100.0, "survey_date": [then]}
    return compare(shape, now_columns, shape.copy(), then_columns)


@pytest.mark.parametrize(
    ("then", "now"), [(None, "2020-12-31"), ("2015-12-31", None), (None, None), ("2015", "2020-12-31")]
)
def test_a_missing_date_measures_nothing(compare, then, now):
    """Nothing shows that the two layers lie a period apart, or even which of them is the later one."""
    found = dated(compare, now, then)
    assert list(found.columns["sink_basis"]) == ["two_layers"]
    assert "SINK_UNDATED" in codes(found)
    assert changes(found) == pytest.approx([200 * PINE])


@pytest.mark.parametrize("day", [None, "2012-12-31"])
def test_without_a_period_all_earlier_parts_belong_to_one_survey(compare, day):
    now = {"volume_m3_ha": 120.0, "survey_date": ["2020-12-31"]}
    then = {"keys": ["a", "b"], "volume_m3_ha": 100.0, "survey_date": ["2015-12-31", day]}
    shapes = boxes((0, 0, 300, 250), (300, 0, 400, 250))
    found = compare(boxes((0, 0, 400, 250)), now, shapes, then, period=None)
    assert list(found.columns["sink_basis"]) == ["two_layers"]
    assert ("SINK_UNDATED" if day is None else "SINK_SURVEYS_DIFFER") in codes(found)


def test_one_earlier_part_of_another_year_is_enough(compare):
    """Merged from two stands, one of them surveyed three years before the period."""
    now = {"volume_m3_ha": 120.0, "survey_date": ["2020-12-31"]}
    then = {"keys": ["a", "b"], "volume_m3_ha": 100.0, "survey_date": ["2015-12-31", "2012-12-31"]}
    found = compare(boxes((0, 0, 400, 250)), now, boxes((0, 0, 300, 250), (300, 0, 400, 250)), then)
    assert list(found.columns["sink_basis"]) == ["two_layers"]
    later = {"volume_m3_ha": 120.0, "survey_date": ["2012-06-30"]}
    assert "SINK_PERIOD_DIFFERS" not in codes(
        compare(boxes((0, 0, 400, 250)), later, boxes((900, 0, 999, 250)), {"volume_m3_ha": 100.0})
    ), "an unknown sink has its own reason"


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


def test_both_days_of_a_period_count():
    period = parse_period("2016-01-01/2020-12-31")
    assert (period.days, str(period)) == (1827, "2016-01-01/2020-12-31")
    assert Period(date(2020, 2, 29), date(2020, 2, 29)).days == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2020-12-31/2016-01-01", "PERIOD_REVERSED"),
        ("2016-01-01", "PERIOD_INVALID"),
        ("2016-01-01/2020-13-01", "PERIOD_INVALID"),
        ("2016/2020", "PERIOD_INVALID"),
        ("20160101/20201231", "PERIOD_INVALID"),
        ("2016-W01-1/2020-W01-1", "PERIOD_INVALID"),
        ("", "PERIOD_INVALID"),
        ("2016-01-01/2020-12-31/2021-01-01", "PERIOD_INVALID"),
        ("2024-01-01/2031-01-01", "PERIOD_IN_FUTURE"),
    ],
)
def test_each_wrong_period_has_its_own_words(text, code):
    with pytest.raises(UsageError) as caught:
        parse_period(text, today=date(2026, 1, 1))
    assert caught.value.code == code


NAMELESS = [None, "999"]


@pytest.mark.parametrize("species", NAMELESS)
@pytest.mark.parametrize("culms", [3300.0, 3000.0])
def test_a_bamboo_stand_whose_earlier_species_is_missing_has_no_sink(compare, species, culms):
    """Its earlier volume of 0 is that of bamboo: 3000 culms stood there, and all of them would count as grown."""
    shape = boxes((0, 0, 400, 250))
    now = {"land_class": "bamboo", "species_code": "660", "stems_per_ha": culms, "volume_m3_ha": 0.0}
    then = {"land_class": "bamboo", "species_code": [species], "stems_per_ha": 3000.0, "volume_m3_ha": 0.0}
    found = compare(shape, now, shape.copy(), then)
    assert np.isnan(changes(found)[0])
    assert found.columns["sink_basis"].tolist() == ["none"]
    assert "SINK_EARLIER_NO_SPECIES" in codes(found)


@pytest.mark.parametrize("species", NAMELESS)
@pytest.mark.parametrize("missing", ["now", "then"])
def test_without_a_species_only_a_loss_counts(compare, species, missing):
    """The other code may be one of another factor, which would have given less; trees that are gone are gone."""
    shape = boxes((0, 0, 400, 250))
    for volume, expected in ((120.0, np.nan), (90.0, -100 * PINE)):
        tables = {"now": {"volume_m3_ha": volume}, "then": {"volume_m3_ha": 100.0}}
        tables[missing]["species_code"] = [species]
        found = compare(shape, tables["now"], shape.copy(), tables["then"])
        assert changes(found) == pytest.approx([expected], nan_ok=True)
        told = {"now": "SINK_NOW_UNKNOWN", "then": "SINK_EARLIER_NO_SPECIES"}[missing]
        assert (told in codes(found)) == np.isnan(expected)


@pytest.mark.parametrize(
    ("before", "true_zero"),
    [
        ({"dbh_cm": 8.0, "stems_per_ha": 1500.0, "closure": 0.7}, False),
        ({"dbh_cm": np.nan}, False),  # nothing says that the 0 was found
        ({"dbh_cm": 0.0, "height_m": 6.0}, False),
        ({"dbh_cm": 0.0, "height_m": 0.8}, True),
        ({"dbh_cm": 0.0, "height_m": 1.3}, False),  # at breast height they have a DBH
        ({"dbh_cm": 4.9, "height_m": 4.0}, True),
        ({"dbh_cm": 5.0}, False),  # from here on they are callipered
        ({"land_class": "plantable_barren"}, True),
        ({"land_class": "plantable_barren", "dbh_cm": 12.0}, False),
        ({"land_class": "cutover", "dbh_cm": 18.0}, True),  # the trees that were felled
        ({"land_class": None}, False),
        ({"land_class": "bamboo", "species_code": "660", "stems_per_ha": 0.0}, False),
    ],
)
def test_an_earlier_zero_with_trees_is_unknown(compare, before, true_zero):
    """An empty volume that was written as 0 would make all that stands today grown: 10 ha at 40 m3/ha."""
    shape = boxes((0, 0, 400, 250))
    now = {"volume_m3_ha": 40.0, "dbh_cm": 12.0, "age_yr": 7.0}
    if before.get("species_code") == "660":
        now = {"land_class": "bamboo", "species_code": "660", "stems_per_ha": 3000.0}
    then = {"volume_m3_ha": 0.0} | {name: [value] for name, value in before.items()}
    found = compare(shape, now, shape.copy(), then)
    assert changes(found) == pytest.approx([400 * PINE if true_zero else np.nan], nan_ok=True)
    assert ("SINK_EARLIER_ZERO" in codes(found)) == (not true_zero)


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


def test_volumes_in_a_doubted_unit_measure_nothing(make_facts, parameters, errors, five_years):
    shape = boxes((0, 0, 400, 250))
    now = make_facts(species_code="220", volume_m3_ha=120.0, survey_date="2020-12-31")
    then = make_facts(species_code="220", volume_m3_ha=100.0, survey_date="2015-12-31")
    bases = [
        sink(now, shape, EarlierInventory(then, shape, doubted), parameters, errors, five_years).columns["sink_basis"]
        for doubted in (False, True)
    ]
    assert [list(basis) for basis in bases] == [["measured"], ["two_layers"]]


def test_a_piece_that_is_left_out_leaves_no_measurement_behind(compare):
    """5 % of the stand were never surveyed; without their species the rest is no better a measurement than with it."""
    shapes = boxes((0, 0, 380, 250), (380, 0, 400, 250))
    for species in ("220", None):
        then = {"keys": ["t", "u"], "volume_m3_ha": 100.0, "species_code": ["220", species]}
        then["survey_method"] = ["plot", "model"]
        found = compare(boxes((0, 0, 400, 250)), {"keys": ["n"], "volume_m3_ha": 120.0}, shapes, then)
        assert found.columns["sink_basis"].tolist() == ["two_layers"]
