"""Every profile rule with a stand that passes, one that fails and one nobody can decide."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from sanming_carbon_plugin.adapters.profiles import shipped_profiles
from sanming_carbon_plugin.core.carbon.period import Period
from sanming_carbon_plugin.core.errors import CarbonError

from .conftest import credited
from .ticket_stands import BAMBOO, PERIOD, PLANTABLE, SQUARE, checked, edited, load_profile, sign, stand, tenure

pytestmark = pytest.mark.everywhere


UNSURE = {"land_tenure": None}
CASES = [
    ("sanming_ticket", "SCOPE", {}, {"land_class": "bamboo"}, {"land_class": None}),
    ("sanming_ticket", "CANOPY", {"closure": 0.2}, {"closure": 0.19}, {"closure": np.nan}),
    ("sanming_ticket", "HEIGHT", {"height_m": 2.0}, {"height_m": 1.99}, {"height_m": np.nan}),
    ("sanming_ticket", "AREA", {"area_ha": 0.04}, {"area_ha": 0.0399}, {"area_ha": np.nan}),
    ("sanming_ticket", "OWNER", {}, {"land_tenure": "0"}, UNSURE),
    ("sanming_ticket", "MEASURED", {}, {"sink_basis": "growth_curve"}, {"sink_basis": "two_layers"}),
    ("sanming_ticket", "MEASURED", {}, {"sink_basis": "growth_rate"}, {"sink_basis": "none"}),
    ("sanming_ticket", "MEASURED", {}, {"sink_basis": "growth_rate"}, {"sink_tco2e_yr": np.nan}),
    (
        "stop_harvest",
        "STAND",
        {},
        {"origin": "planted", "forest_use": "commercial"},
        {"origin": None, "forest_use": None},
    ),
    ("stop_harvest", "STOPPED", {}, {"felling_stopped": "no"}, {"felling_stopped": None}),
    ("fujian_carbon_neutral_forest", "SCOPE", BAMBOO, {**BAMBOO, "managed": "no"}, {**BAMBOO, "managed": None}),
    ("fujian_carbon_neutral_forest", "AREA", {"area_ha": 0.0667}, {"area_ha": 0.05}, {"area_ha": np.nan}),
    ("ccer_14_001", "AREA", {"area_ha": 0.0667}, {"area_ha": 0.05}, {"area_ha": np.nan}),
    ("fujian_carbon_neutral_forest", "SITE", {}, {"cleared_or_burned": "yes"}, {"cleared_or_burned": None}),
    ("fujian_carbon_neutral_forest", "LITTER", {}, {"litter_removed": "yes"}, {"litter_removed": None}),
    (
        "fujian_carbon_neutral_forest",
        "SOIL",
        {"soil_disturbed_share": 0.1},
        {"soil_disturbed_share": 0.11},
        {"soil_disturbed_share": np.nan},
    ),
    ("ccer_14_001", "LAND", PLANTABLE, {}, {"land_class": None}),
    ("ccer_14_001", "NOT_FOREST", {"not_forest_years": 3.0}, {"not_forest_years": 2.0}, {"not_forest_years": np.nan}),
    ("ccer_14_001", "WETLAND", {}, {"wetland": "yes"}, {"wetland": None}),
    ("ccer_14_001", "ECONOMIC", {}, {"species_group": "economic"}, {"species_group": None}),
    ("ccer_14_001", "BURNING", {}, {"cleared_or_burned": "yes"}, {"cleared_or_burned": None}),
    ("ccer_14_001", "FARMING", {}, {"displaces_farming": "yes"}, {"displaces_farming": None}),
    ("ar_cm_003", "SCOPE", {}, BAMBOO, {"land_class": None}),
    ("ar_cm_003", "PLANTED", {"origin": "planted"}, {}, {"origin": None}),
    ("ar_cm_003", "YOUNG", {"age_group": 2.0}, {"age_group": 3.0}, {"age_group": np.nan}),
    ("ar_cm_003", "AREA", {"area_ha": 0.0667}, {"area_ha": 0.0666}, {"area_ha": np.nan}),
    ("ar_cm_003", "CANOPY", {"closure": 0.2}, {"closure": 0.19}, {"closure": np.nan}),
    ("ar_cm_003", "HEIGHT", {"height_m": 2.0}, {"height_m": 1.9}, {"height_m": np.nan}),
    ("ar_cm_003", "MINERAL", {}, {"mineral_soil": "no"}, {"mineral_soil": None}),
    ("ar_cm_003", "BURNING", {}, {"cleared_or_burned": "yes"}, {"cleared_or_burned": None}),
    ("ar_cm_003", "LITTER", {}, {"litter_removed": "yes"}, {"litter_removed": None}),
    (
        "ar_cm_003",
        "SOIL",
        {"soil_disturbed_share": 0.1},
        {"soil_disturbed_share": 0.2},
        {"soil_disturbed_share": np.nan},
    ),
    ("ar_cm_005", "SCOPE", BAMBOO, {}, {"land_class": None}),
    ("ar_cm_005", "AREA", {"area_ha": 0.0667}, {"area_ha": 0.06}, {"area_ha": np.nan}),
    ("ar_cm_005", "CANOPY", {"closure": 0.2}, {"closure": 0.19}, {"closure": np.nan}),
    ("ar_cm_005", "HEIGHT", {"height_m": 2.0}, {"height_m": 1.9}, {"height_m": np.nan}),
    ("ar_cm_005", "CULM", {"dbh_cm": 2.0}, {"dbh_cm": 1.9}, {"dbh_cm": np.nan}),
    (
        "ar_cm_005",
        "SCATTERED",
        {"scattered_tree_closure": 0.19},
        {"scattered_tree_closure": 0.2},
        {"scattered_tree_closure": np.nan},
    ),
    ("ar_cm_005", "WETLAND", {}, {"wetland": "yes"}, {"wetland": None}),
    ("ar_cm_005", "MANAGED", {}, {"managed": "no"}, {"managed": None}),
]


@pytest.mark.parametrize(("name", "rule", "passes", "fails", "unknown"), CASES)
def test_each_rule_passes_fails_and_stays_unknown(name, rule, passes, fails, unknown):
    profile = load_profile(name)
    for changes, expected in ((passes, "+"), (fails, "-"), (unknown, "?")):
        check = checked(profile, stand(**changes), tenure_layer=tenure())
        assert sign(check, rule) == expected, changes
        outcome = check.stage.columns["ticket"].iloc[0]
        assert expected != "-" or outcome == "no"
        assert expected != "?" or outcome != "yes"


def test_every_rule_of_every_shipped_profile_has_a_case():
    general = {"MEASURED", "PERIOD", "BASELINE", "PRECISION", "FREE", "TITLE", "DISPUTE", "OWNER", "LOSS"}
    here = {(name, rule) for name, rule, *_ in CASES}
    shared = {rule for name, rule in here if name == "sanming_ticket"}
    for name in shipped_profiles():
        for rule in load_profile(name).rule_set.rules:
            same = rule.id in shared and name not in {"ar_cm_003", "ar_cm_005"}
            assert rule.id in general or (name, rule.id) in here or same, (name, rule.id)


def test_a_good_stand_of_each_ticket_profile_is_eligible():
    fit = {"sanming_ticket": {}, "stop_harvest": {}, "fujian_carbon_neutral_forest": {}}
    fit["sanming_ticket_incremental"] = {"species_group": "pine"}
    for name, changes in fit.items():
        check = checked(load_profile(name), stand(**changes), tenure_layer=tenure())
        assert check.stage.columns["ticket"].iloc[0] == "yes", check.stage.columns["ticket_rules"].iloc[0]


def test_bamboo_counts_only_where_the_profile_says_so():
    assert checked(load_profile("sanming_ticket"), stand(**BAMBOO)).stage.columns["ticket"].iloc[0] == "no"
    assert checked(edited("sanming_ticket", bamboo=True), stand(**BAMBOO)).stage.columns["ticket"].iloc[0] == "yes"


@pytest.mark.parametrize(
    ("name", "start", "area_ha", "expected"),
    [
        ("fujian_carbon_neutral_forest", date(2022, 1, 1), 0.04, "+"),
        ("fujian_carbon_neutral_forest", date(2022, 1, 1), 0.039, "-"),
        ("fujian_carbon_neutral_forest", date(2021, 12, 31), 0.04, "-"),
        ("ccer_14_001", date(2020, 1, 1), 0.04, "+"),
        ("ccer_14_001", date(2019, 12, 31), 0.04, "-"),
    ],
)
def test_the_minimum_area_was_larger_for_earlier_starts(name, start, area_ha, expected):
    later = Period(start, date(2024, 12, 31))
    assert sign(checked(load_profile(name), stand(area_ha=area_ha), period=later), "AREA") == expected
    assert sign(checked(load_profile(name), stand(area_ha=0.05), period=None), "AREA") == "?"
    assert sign(checked(load_profile(name), stand(area_ha=0.07), period=None), "AREA") == "+"


@pytest.mark.parametrize(
    ("period", "changes", "expected"),
    [
        (PERIOD, {}, "+"),
        (Period(date(2015, 12, 31), date(2020, 12, 31)), {}, "-"),
        (None, {}, "?"),
        (PERIOD, {"shortest_period_years": 5, "longest_period_years": 5}, "+"),
        (Period(date(2016, 1, 1), date(2019, 12, 31)), {"shortest_period_years": 5}, "-"),
        (Period(date(2016, 1, 1), date(2021, 12, 31)), {"longest_period_years": 5}, "-"),
    ],
)
def test_period_rules(period, changes, expected):
    assert sign(checked(edited("sanming_ticket", **changes), stand(), period=period), "PERIOD") == expected


def test_a_period_in_the_future_is_refused():
    with pytest.raises(CarbonError) as caught:
        checked(load_profile(), stand(), today=date(2020, 6, 1))
    assert caught.value.code == "PERIOD_IN_FUTURE"


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (tenure(), "+"),
        (tenure(valid_to="2020-12-31"), "+"),
        (tenure(valid_to="2020-12-30"), "-"),
        (tenure(disputed="yes"), "-"),
        (tenure(geometry=shapely.box(0, 0, 50, 100)), "-"),
        (tenure(valid_to=None), "?"),
        (tenure(disputed=None), "?"),
        (None, "?"),
    ],
)
def test_proved_tenure(layer, expected):
    profile = edited("sanming_ticket", tenure_evidence="proved")
    assert sign(checked(profile, stand(), tenure_layer=layer), "TITLE") == expected


def test_a_dispute_known_to_the_tenure_layer_counts_whatever_the_inventory_says():
    assert sign(checked(load_profile(), stand(dispute="no"), tenure_layer=tenure(disputed="yes")), "DISPUTE") == "-"
    assert sign(checked(load_profile(), stand(dispute=None), tenure_layer=tenure(disputed="yes")), "DISPUTE") == "-"


def test_a_certificate_never_says_that_there_is_no_dispute():
    """The inventory records disputes under certificates that name none: where it is silent, nothing is granted."""
    assert sign(checked(load_profile(), stand(dispute="yes"), tenure_layer=tenure()), "DISPUTE") == "-"
    assert sign(checked(load_profile(), stand(dispute=None), tenure_layer=tenure()), "DISPUTE") == "?"
    assert sign(checked(load_profile(), stand().drop(columns="dispute"), tenure_layer=tenure()), "DISPUTE") == "?"
    assert sign(checked(load_profile(), stand(dispute="no"), tenure_layer=tenure()), "DISPUTE") == "+"
    half = tenure(geometry=shapely.box(0, 0, 50, 100))
    assert sign(checked(load_profile(), stand(dispute=None), tenure_layer=half), "DISPUTE") == "?"
    assert sign(checked(load_profile(), stand(dispute=None)), "DISPUTE") == "?"
    assert sign(checked(load_profile(), stand(dispute="yes")), "DISPUTE") == "-"


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("sanming_ticket", {}, "+"),
        ("sanming_ticket_incremental", {"species_group": "pine"}, "+"),
        ("sanming_ticket_incremental", {"species_group": "mixed_broadleaf"}, "?"),
        ("ar_cm_003", {}, "+"),
        ("ar_cm_003", {"previous_sink_tco2e_yr": np.nan}, "?"),
        ("stop_harvest", {"stock_tco2e": np.nan}, "?"),
    ],
)
def test_baseline_rule(name, changes, expected):
    assert sign(checked(load_profile(name), stand(**changes)), "BASELINE") == expected


@pytest.mark.parametrize(
    ("low", "high", "expected", "deduction"),
    [
        (10.9, 12.9, "+", 0.0),
        (10.0, 13.8, "+", 0.06),
        (9.0, 14.8, "+", 0.11),
        (2.0, 21.8, "-", np.nan),
        (np.nan, 1.0, "?", np.nan),
    ],
)
def test_precision_rule_and_deduction_table(low, high, expected, deduction):
    profile = edited("sanming_ticket", uncertainty_deduction="table")
    check = checked(profile, stand(sink_low_tco2e_yr=low, sink_high_tco2e_yr=high))
    assert sign(check, "PRECISION") == expected
    np.testing.assert_equal(check.deduction, deduction)


def test_free_rule():
    profile = load_profile()
    half = credited([shapely.box(0, 0, 50, 100)])
    assert sign(checked(profile, stand(), parcels=[half]), "FREE") == "+"
    assert sign(checked(profile, stand(), parcels=[credited([SQUARE])]), "FREE") == "-"
    assert sign(checked(profile, stand(), parcels=None), "FREE") == "?"
    assert sign(checked(profile, stand(), geometry=None), "FREE") == "?"


def test_loss_stands_are_netted_by_default_and_dropped_on_request():
    lost = stand(sink_tco2e_yr=-3.0)
    netted = checked(load_profile(), lost).stage.columns.iloc[0]
    assert netted["ticket"] == "yes"
    assert netted["ticket_tco2e"] == pytest.approx(-3.0 * PERIOD.years)
    dropped = checked(edited("sanming_ticket", loss_treatment="drop"), lost)
    assert sign(dropped, "LOSS") == "-"
    assert {"TICKET_LOSS_DROPPED", "TICKET_LOSS_DROPPED_BIAS"} <= set(dropped.stage.issues["code"])
    assert sign(checked(edited("sanming_ticket", loss_treatment="drop"), stand()), "LOSS") == "+"
    unknown = checked(edited("sanming_ticket", loss_treatment="drop"), stand(sink_tco2e_yr=np.nan))
    assert sign(unknown, "LOSS") == "?"
