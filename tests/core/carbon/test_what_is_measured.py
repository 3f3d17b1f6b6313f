"""What is no measured difference: slivers, parts, missing species, volumes from trees, doubted units."""

from __future__ import annotations

import numpy as np
import pytest
from two_layers import PINE, boxes, changes, codes

from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory


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
