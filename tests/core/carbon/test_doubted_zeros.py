"""A 0 that databases write where nobody entered anything makes neither growth nor a loss; recoding makes no loss."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory

PINE = 0.38 * 1.472 * 1.187 * 0.46 * 44 / 12  # t CO2e per m3
CULM = 16.2 / 1000 * 0.475 * 44 / 12
OLDER_CULM = 19.3 / 1000 * 0.475 * 44 / 12
DATES = {"survey_date": "2020-12-31"}, {"survey_date": "2015-12-31"}
BARREN = {"land_class": "plantable_barren", "species_code": None, "volume_m3_ha": 0.0}
PINE_STAND = {"species_code": "220", "volume_m3_ha": 50.0}
BAMBOO_STAND = {"land_class": "bamboo", "species_code": "660", "stems_per_ha": 3000.0}


@pytest.fixture
def change(make_facts, parameters, errors, five_years):
    def run(now, then, period=five_years, dates=DATES):
        today, before = (
            make_facts(["k"], **{name: [value] for name, value in (date | side).items()})
            for date, side in zip(dates, (now, then), strict=True)
        )
        nowhere = np.full(1, None, dtype=object)
        found = sink(today, nowhere, EarlierInventory(before, nowhere), parameters, errors, period)
        row = found.columns.iloc[0]
        return row["sink_tco2e_yr"] * row["years"], row, set(found.issues["code"])

    return run


@pytest.mark.parametrize(
    ("today", "grown_m3"),
    [
        ({"age_yr": 30.0, "dbh_cm": 14.0}, None),
        ({"age_yr": 7.5}, None),  # five years and seedlings of two
        ({"age_yr": 7.0}, 50.0),
        ({}, None),
        ({"age_group": 1.0}, None),  # of pine: up to 10 or 20 years
    ],
)
@pytest.mark.parametrize("land", ["plantable_barren", "cutover", "cropland"])
def test_what_is_older_than_the_years_since_has_not_grown_from_a_0(change, land, today, grown_m3):
    tonnes, row, told = change(PINE_STAND | today, BARREN | {"land_class": land})
    if grown_m3 is None:
        assert np.isnan(tonnes)
        assert row["sink_basis"] == "none"
        assert "SINK_OLDER_THAN_ZERO" in told
    else:
        assert tonnes == pytest.approx(10 * grown_m3 * PINE)
        assert row["sink_basis"] == "measured"


@pytest.mark.parametrize(("land", "basis"), [("plantable_barren", "measured"), ("arbor", "two_layers")])
def test_old_trees_on_a_strip_of_bare_land_grow_only_beside_it(make_facts, parameters, errors, five_years, land, basis):
    """9.5 ha grew by 20 m3/ha; the strip was bare, so nothing can be lost there. A 0 of trees may hide some."""
    whole, parts = shapely.box(0, 0, 400, 250), shapely.box([0, 380], 0, [380, 400], 250)
    now = make_facts(["n"], species_code="220", volume_m3_ha=120.0, age_yr=30.0, **DATES[0])
    then = make_facts(
        ["t", "u"],
        species_code="220",
        volume_m3_ha=[100.0, 0.0],
        land_class=["arbor", land],
        area_ha=[9.5, 0.5],
        **DATES[1],
    )
    found = sink(now, np.array([whole]), EarlierInventory(then, parts), parameters, errors, five_years).columns.iloc[0]
    assert found["sink_tco2e_yr"] * found["years"] == pytest.approx(9.5 * 20 * PINE)
    assert found["sink_basis"] == basis


@pytest.mark.parametrize(("land", "known"), [("plantable_barren", False), ("cutover", True)])
@pytest.mark.parametrize("counted", ["stems_per_ha", "bamboo_culms_per_ha"])
def test_stems_on_bare_land_without_a_species_may_be_culms_which_have_no_volume(change, counted, land, known):
    """On felled ground they are those of the stand that stood there."""
    tonnes, _, told = change(PINE_STAND | {"age_yr": 7.0}, BARREN | {"land_class": land, counted: 3000.0})
    assert np.isnan(tonnes) != known
    assert ("SINK_EARLIER_ZERO" in told) != known


@pytest.mark.parametrize(("survey", "known"), [("2010-12-31", True), ("2015-12-31", False)])
def test_the_years_are_those_between_the_surveys(change, survey, known):
    """Twelve-year-old trees: planted after 2010, not after 2015; the period says nothing about it."""
    dates = DATES[0], {"survey_date": survey}
    assert np.isnan(change(PINE_STAND | {"age_yr": 12.0}, BARREN, dates=dates)[0]) != known


@pytest.mark.parametrize(("age_yr", "known"), [(7.0, True), (9.0, False)])
def test_without_dates_the_years_are_those_of_the_period(change, age_yr, known):
    assert np.isnan(change(PINE_STAND | {"age_yr": age_yr}, BARREN, dates=({}, {}))[0]) != known


@pytest.mark.parametrize(
    ("then", "age_yr", "known"),
    [
        ({"dbh_cm": 3.0, "age_yr": 4.0}, 9.0, True),
        ({"dbh_cm": 3.0, "age_yr": 4.0}, 30.0, False),  # other trees than those
        ({"dbh_cm": 3.0}, 9.0, False),  # an age left blank grants nothing, neither then
        ({"dbh_cm": 3.0, "age_yr": 4.0}, np.nan, False),  # nor today
        ({"dbh_cm": 3.0}, 6.0, True),
        ({"height_m": 0.8, "age_yr": 4.0}, 9.0, True),  # below breast height no tree has a DBH
        ({"height_m": 0.0, "age_yr": 4.0}, 9.0, False),
        ({"land_class": "unestablished_plantation", "age_yr": 4.0}, 9.0, True),
        ({"land_class": "plantable_barren", "age_yr": 4.0}, 9.0, False),
    ],
)
def test_small_trees_of_then_were_older_than_nothing(change, then, age_yr, known):
    tonnes = change(PINE_STAND | {"age_yr": age_yr}, PINE_STAND | {"volume_m3_ha": 0.0} | then)[0]
    assert tonnes == pytest.approx(500 * PINE if known else np.nan, nan_ok=True)


@pytest.mark.parametrize("today", [{"age_group": 1.0}, {"age_group": 3.0}, {"age_yr": 2.0}, {}])
def test_no_age_of_culms_shows_that_bamboo_grew_from_a_0(change, today):
    """An old grove has young culms every spring."""
    tonnes, _, told = change(BAMBOO_STAND | {"age_yr": np.nan, "age_group": np.nan} | today, BARREN)
    assert np.isnan(tonnes)
    assert "SINK_OLDER_THAN_ZERO" in told


@pytest.mark.parametrize(
    ("today", "then", "code", "params"),
    [
        ({"age_yr": 30.0}, BARREN, "SINK_OLDER_THAN_ZERO", {"planted": "2"}),
        (
            {"age_yr": 30.0},
            PINE_STAND | {"volume_m3_ha": 0.0},
            "SINK_EARLIER_ZERO",
            {"callipered": "5", "least": "1", "culms": "15"},
        ),
    ],
)
def test_each_cause_has_words_of_its_own(make_facts, parameters, errors, five_years, today, then, code, params):
    """The limits of the table are named in both languages."""
    now, before = (make_facts(["k"], **{n: [v] for n, v in side.items()}) for side in (PINE_STAND | today, then))
    nowhere = np.full(1, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(before, nowhere), parameters, errors, five_years)
    row = render_issues(found.issues).set_index("code").loc[code]
    for words in (row["message"], row["message_zh"]):
        assert all(f" {value} " in words for value in params.values())
    assert row["value"] == ("30" if code == "SINK_OLDER_THAN_ZERO" else None)


def test_a_loss_from_a_0_is_none_and_0_to_0_is_0(change):
    assert change(BARREN, BARREN)[0] == 0.0


def test_bamboo_among_trees_does_not_grow_from_a_0(change):
    tonnes, _, told = change(
        PINE_STAND | {"bamboo_culms_per_ha": 500.0}, PINE_STAND | {"volume_m3_ha": 40.0, "bamboo_culms_per_ha": 0.0}
    )
    assert tonnes == pytest.approx(100 * PINE)
    assert "SINK_BAMBOO_ONE_DATE" in told


@pytest.mark.parametrize(("land", "species"), [("special_shrub", None), ("special_shrub", "900"), ("arbor", "700")])
def test_a_constant_per_hectare_does_not_grow_from_0(change, land, species):
    tonnes, row, told = change({"land_class": land, "species_code": species, "age_yr": 3.0}, BARREN)
    assert np.isnan(tonnes)
    assert row["sink_basis"] == "none"
    assert "SINK_CONSTANT_METHOD" in told


def test_shrubs_that_stayed_on_a_strip_take_nothing_from_the_loss_beside_them(
    make_facts, parameters, errors, five_years
):
    """9.75 ha of pine became shrubs; on the strip shrubs stood then, too, where nothing can be lost."""
    whole, parts = shapely.box(0, 0, 400, 250), shapely.box([0, 390], 0, [390, 400], 250)
    now = make_facts(["n"], land_class="special_shrub", species_code="900", **DATES[0])
    then = make_facts(
        ["t", "u"],
        species_code=["220", "900"],
        volume_m3_ha=[100.0, np.nan],
        land_class=["arbor", "special_shrub"],
        area_ha=[9.75, 0.25],
        **DATES[1],
    )
    found = sink(now, np.array([whole]), EarlierInventory(then, parts), parameters, errors, five_years)
    lost = 9.75 * (100 * PINE - 17.99 * 0.47 * 44 / 12)
    assert found.columns["sink_tco2e_yr"].iloc[0] * found.columns["years"].iloc[0] == pytest.approx(-lost)
    assert found.columns["sink_basis"].tolist() == ["measured"]
    assert "SINK_EARLIER_PART_UNKNOWN" not in set(found.issues["code"])


@pytest.mark.parametrize(("side_m", "basis"), [(0.2, "measured"), (20.0, "two_layers")])
def test_a_crumb_of_which_nothing_is_known_takes_nothing_from_a_measurement(
    make_facts, parameters, errors, five_years, side_m, basis
):
    """Ground below a millionth of the stand; on 400 m2 nobody surveyed, and some bamboo may be lost."""
    whole, crumb = shapely.box(0, 0, 400, 250), shapely.box(100, 100, 100 + side_m, 100 + side_m)
    parts = np.array([shapely.difference(whole, crumb), crumb])
    now = make_facts(["n"], species_code="220", volume_m3_ha=120.0, bamboo_culms_per_ha=500.0, **DATES[0])
    then = make_facts(
        ["t", "u"], species_code="220", volume_m3_ha=100.0, bamboo_culms_per_ha=[400.0, np.nan],
        survey_method=["plot", None], area_ha=shapely.area(parts) / 1e4, **DATES[1],
    )  # fmt: skip
    found = sink(now, np.array([whole]), EarlierInventory(then, parts), parameters, errors, five_years)
    assert found.columns["sink_basis"].tolist() == [basis]


def test_a_constant_per_hectare_is_lost_whole(change):
    shrub = {"land_class": "special_shrub", "species_code": "900"}
    assert change(BARREN, shrub)[0] == pytest.approx(-10 * 17.99 * 0.47 * 44 / 12)


@pytest.mark.parametrize(
    ("today", "lost"),
    [
        ({"dbh_cm": 16.0, "height_m": 12.0, "stems_per_ha": 900.0}, False),
        ({"height_m": 12.0}, False),
        ({"species_code": None, "dbh_cm": 16.0}, False),
        ({"dbh_cm": 3.0}, True),
        ({}, True),  # an empty cell puts no loss off
        ({"dbh_cm": 16.0, "change_reason": "20"}, True),
        ({"dbh_cm": 16.0, "land_class": "cutover"}, True),
    ],
)
def test_a_0_of_today_beside_trees_is_no_loss(change, today, lost):
    tonnes, _, told = change(PINE_STAND | {"volume_m3_ha": 0.0} | today, PINE_STAND)
    assert tonnes == pytest.approx(-500 * PINE if lost else np.nan, nan_ok=True)
    assert ("SINK_NOW_UNKNOWN" in told) != lost


def test_bamboo_of_0_culms_today_is_no_loss(change):
    tonnes, _, told = change(BAMBOO_STAND | {"stems_per_ha": 0.0}, BAMBOO_STAND)
    assert np.isnan(tonnes)
    assert "SINK_NOW_UNKNOWN" in told


LED_BY_PINE = {"species_code": "220", "volume_m3_ha": 100.0, "bamboo_culms_per_ha": 3000.0}
LED_BY_BAMBOO = BAMBOO_STAND | {"volume_m3_ha": 100.0, "trees_in_bamboo_code": "220", "age_group": 2.0}


@pytest.mark.parametrize(("now", "then"), [(LED_BY_BAMBOO, LED_BY_PINE), (LED_BY_PINE, LED_BY_BAMBOO)])
def test_the_same_trees_and_culms_under_a_new_leading_species_are_no_loss(change, now, then):
    tonnes, row, told = change(now, then)
    sign = 1 if now is LED_BY_BAMBOO else -1  # among trees culms have no age and count as young
    assert tonnes == pytest.approx(0.0, abs=1e-9)
    assert row["recode_tco2e"] == pytest.approx(sign * 10 * 3000 * (OLDER_CULM - CULM))
    assert row["sink_basis"] == "measured"
    assert not told & {"SINK_BAMBOO_UNTOLD", "SINK_TREES_UNTOLD", "SINK_BAMBOO_ONE_DATE", "SINK_TREES_ONE_DATE"}


def test_what_each_kind_lost_counts_under_a_new_leading_species(change):
    now = LED_BY_BAMBOO | {"volume_m3_ha": 40.0, "stems_per_ha": 2500.0, "age_group": 1.0}
    assert change(now, LED_BY_PINE)[0] == pytest.approx(-10 * (60 * PINE + 500 * CULM))


@pytest.mark.parametrize("culms_then", [np.nan, 0.0])
def test_trees_that_all_stand_are_no_loss_where_the_bamboo_of_then_is_unknown(change, culms_then):
    tonnes, _, told = change(LED_BY_BAMBOO, LED_BY_PINE | {"bamboo_culms_per_ha": culms_then})
    assert np.isnan(tonnes)
    assert "SINK_EARLIER_UNKNOWN" in told


def test_trees_that_are_gone_stay_a_loss_where_the_bamboo_of_then_is_unknown(change):
    """Only 10 of 500 m3/ha are left: what leads today is less than what led then, and a loss is never put off."""
    now = LED_BY_BAMBOO | {"volume_m3_ha": 10.0, "age_group": 1.0}
    then = LED_BY_PINE | {"volume_m3_ha": 500.0, "bamboo_culms_per_ha": np.nan}
    assert change(now, then)[0] == pytest.approx(10 * (3000 * CULM - 500 * PINE))


@pytest.mark.parametrize(
    ("now", "then", "tonnes"),
    [
        (LED_BY_BAMBOO, LED_BY_PINE | {"volume_m3_ha": 0.0, "dbh_cm": 3.0}, 10 * 3000 * (CULM - CULM)),
        (LED_BY_PINE, LED_BY_BAMBOO | {"land_class": "cutover", "stems_per_ha": 0.0}, 0.0),
    ],
)
def test_what_led_then_with_a_0_has_not_grown_beside_what_leads_today(change, now, then, tonnes):
    found, _, _ = change(now, then)
    assert found == pytest.approx(tonnes, abs=1e-9)


@pytest.mark.parametrize(("volume", "known"), [(0.0001, False), (0.999, False), (1.0, True)])
@pytest.mark.parametrize("then", [{"dbh_cm": 12.0}, {"height_m": 9.0}, {}])
def test_next_to_nothing_is_doubted_like_a_0(change, volume, known, then):
    """200 trees of 5 cm hold 1 m3/ha: where trees stood, less than that stands for a field that nobody filled."""
    tonnes, row, told = change(PINE_STAND, PINE_STAND | {"volume_m3_ha": volume} | then)
    assert tonnes == pytest.approx(10 * (50.0 - volume) * PINE if known else np.nan, nan_ok=True)
    assert row["sink_basis"] == ("measured" if known else "none")
    assert ("SINK_EARLIER_ZERO" in told) != known


@pytest.mark.parametrize(("age_yr", "known"), [(7.0, True), (30.0, False)])
def test_from_next_to_nothing_on_bare_land_only_young_trees_grow(change, age_yr, known):
    tonnes, _, told = change(PINE_STAND | {"age_yr": age_yr}, BARREN | {"species_code": "220", "volume_m3_ha": 0.5})
    assert tonnes == pytest.approx(10 * 49.5 * PINE if known else np.nan, nan_ok=True)
    assert ("SINK_OLDER_THAN_ZERO" in told) != known


@pytest.mark.parametrize(("culms", "known"), [(1.0, False), (14.9, False), (15.0, True)])
def test_a_few_culms_are_no_grove_to_grow_from(change, culms, known):
    then = BAMBOO_STAND | {"stems_per_ha": culms}
    tonnes, _, told = change(BAMBOO_STAND, then)
    assert tonnes == pytest.approx(10 * (3000 - culms) * CULM if known else np.nan, nan_ok=True)
    assert ("SINK_EARLIER_ZERO" in told) != known


@pytest.mark.parametrize(("culms", "today", "counted"), [(1.0, 500.0, 0), (14.9, 500.0, 0), (15.0, 500.0, 485)])
def test_bamboo_among_trees_does_not_grow_from_a_few_culms(change, culms, today, counted):
    then = PINE_STAND | {"volume_m3_ha": 40.0, "bamboo_culms_per_ha": culms}
    tonnes, row, told = change(PINE_STAND | {"bamboo_culms_per_ha": today}, then)
    assert tonnes == pytest.approx(100 * PINE + 10 * counted * CULM)
    assert row["sink_basis"] == "measured"
    assert ("SINK_BAMBOO_ONE_DATE" in told) == (counted == 0)
    assert "SINK_BAMBOO_UNTOLD" not in told


def test_the_loss_of_a_few_culms_counts(change):
    then = PINE_STAND | {"volume_m3_ha": 40.0, "bamboo_culms_per_ha": 10.0}
    assert change(PINE_STAND | {"bamboo_culms_per_ha": 0.0}, then)[0] == pytest.approx(100 * PINE - 100 * CULM)


def test_today_next_to_nothing_is_a_loss(change):
    """A doubt of today's would put the loss off."""
    tonnes, row, _ = change(PINE_STAND | {"volume_m3_ha": 0.5, "dbh_cm": 16.0}, PINE_STAND)
    assert tonnes == pytest.approx(-10 * 49.5 * PINE)
    assert row["sink_basis"] == "measured"


@pytest.mark.parametrize("culms_then", [0.0, 1.0])
def test_bamboo_that_leads_today_did_not_grow_from_a_few_culms_among_the_trees(change, culms_then):
    tonnes, _, told = change(LED_BY_BAMBOO, LED_BY_PINE | {"bamboo_culms_per_ha": culms_then})
    assert np.isnan(tonnes)
    assert "SINK_EARLIER_UNKNOWN" in told
