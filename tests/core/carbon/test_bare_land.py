"""Felled, burnt and cleared ground of which nothing is recorded: the strictest reading, and it is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory

PINE = 0.38 * 1.472 * 1.187 * 0.46 * 44 / 12  # t CO2e per m3
CULM = 16.2 / 1000 * 0.475 * 44 / 12
BARE = ["cutover", "burnt", "other_unstocked", "plantable_barren", "built_up", "unestablished_plantation"]


@pytest.fixture
def change(make_facts, parameters, errors, five_years):
    def run(now, then):
        now, then = make_facts(["k"], **now), make_facts(["k"], **then)
        nowhere = np.full(1, None, dtype=object)
        found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
        return found, found.columns["sink_tco2e_yr"].iloc[0] * five_years.years

    return run


PINE_STAND = {"species_code": "220", "volume_m3_ha": 100.0}


@pytest.mark.parametrize("land", BARE)
@pytest.mark.parametrize("species", [[None], ["220"]])
def test_nothing_recorded_where_a_stand_stood_is_the_whole_loss(change, land, species):
    """10 ha of 100 m3/ha: the loss is exactly all of it, as if a 0 had been recorded."""
    found, tonnes = change({"land_class": land, "species_code": species, "volume_m3_ha": np.nan}, dict(PINE_STAND))
    assert tonnes == pytest.approx(-1000 * PINE)
    zero, by_zero = change({"land_class": land, "species_code": species, "volume_m3_ha": 0.0}, dict(PINE_STAND))
    assert by_zero == pytest.approx(tonnes)
    for name in ("sink_low_tco2e_yr", "sink_high_tco2e_yr"):
        assert found.columns[name].iloc[0] == pytest.approx(zero.columns[name].iloc[0])
    told = set(found.issues["code"])
    assert told & {"SINK_NOTHING_RECORDED", "SINK_CONVERTED"}
    assert not told & {"SINK_LOSS_UNEXPLAINED", "SINK_NOW_UNKNOWN"}


@pytest.mark.parametrize("land", ["cutover", "plantable_barren", "unestablished_plantation"])
def test_what_is_left_on_bare_land_without_a_species_never_grew_and_measures_nothing(change, land):
    today = {"land_class": land, "species_code": [None], "survey_date": "2020-12-31"}
    then = PINE_STAND | {"survey_date": "2015-12-31"}
    more, grown = change(today | {"volume_m3_ha": 120.0}, then)
    assert np.isnan(grown)
    assert set(more.issues["code"]) >= {"SINK_NOW_UNKNOWN"}
    less, _ = change(today | {"volume_m3_ha": 80.0}, then)
    lost = less.columns["sink_tco2e_yr"] * less.columns["years"]
    assert lost.tolist() == pytest.approx([-200 * PINE])
    assert less.columns["sink_basis"].tolist() == ["two_layers"]


def test_trees_of_then_without_a_species_are_lost_as_what_today_names(change):
    today = {"land_class": "cutover", "species_code": ["220"], "volume_m3_ha": np.nan, "survey_date": "2020-12-31"}
    then = PINE_STAND | {"survey_date": "2015-12-31"}
    assert change(today, then)[0].columns["sink_basis"].tolist() == ["measured"]
    found, _ = change(today, then | {"species_code": [None]})
    lost = found.columns["sink_tco2e_yr"] * found.columns["years"]
    assert lost.tolist() == pytest.approx([-1000 * PINE])
    assert found.columns["sink_basis"].tolist() == ["two_layers"]
    assert "SINK_SPECIES_ONE_DATE" in set(found.issues["code"])


@pytest.mark.parametrize("land", ["cutover", "burnt", "unestablished_plantation"])
def test_the_assumption_is_told_with_the_land_class(change, land):
    found, _ = change({"land_class": land, "species_code": [None], "volume_m3_ha": np.nan}, dict(PINE_STAND))
    row = found.issues.set_index("code").loc["SINK_NOTHING_RECORDED"]
    assert (row["field"], row["value"]) == ("land_class", land)


@pytest.mark.parametrize("land", ["cutover", "burnt", "other_unstocked"])
def test_its_stock_stays_unknown(make_facts, parameters, land):
    facts = make_facts(species_code="220", land_class=land, volume_m3_ha=np.nan)
    assert np.isnan(stock(facts, parameters).columns["stock_tco2e"].iloc[0])


def test_a_recorded_rest_counts(change):
    found, tonnes = change({**PINE_STAND, "land_class": "burnt", "volume_m3_ha": 30.0}, dict(PINE_STAND))
    assert tonnes == pytest.approx(-700 * PINE)
    assert "SINK_NOTHING_RECORDED" not in set(found.issues["code"])


@pytest.mark.parametrize("land", ["arbor", "sparse", None])
def test_a_stand_of_trees_without_a_volume_stays_unknown(change, land):
    found, tonnes = change({"land_class": [land], "species_code": "220", "volume_m3_ha": np.nan}, dict(PINE_STAND))
    assert np.isnan(tonnes)
    assert found.columns["sink_basis"].iloc[0] == "none"


@pytest.mark.parametrize("land", BARE)
def test_growth_on_ground_that_was_bare_needs_a_recorded_zero(change, land):
    bare = {"land_class": land, "species_code": [None]}
    young = {**PINE_STAND, "volume_m3_ha": 30.0, "age_yr": 6.0}
    assert np.isnan(change(dict(young), {**bare, "volume_m3_ha": np.nan})[1])
    grown = change(dict(young), {**bare, "volume_m3_ha": 0.0})[1]
    assert grown == pytest.approx(300 * PINE)


@pytest.mark.parametrize("land", BARE)
def test_bare_on_both_dates_is_neither_loss_nor_gain(change, land):
    bare = {"land_class": land, "species_code": [None], "volume_m3_ha": np.nan}
    found, tonnes = change(dict(bare), dict(bare))
    assert np.isnan(tonnes)
    assert found.issues["code"].tolist() == ["SINK_NOT_FOREST"]


@pytest.mark.parametrize("land", BARE)
def test_an_unknown_earlier_stock_is_no_loss_of_nothing(change, land):
    found, tonnes = change(
        {"land_class": land, "species_code": [None], "volume_m3_ha": np.nan}, {**PINE_STAND, "volume_m3_ha": np.nan}
    )
    assert np.isnan(tonnes)
    assert "SINK_EARLIER_UNKNOWN" in set(found.issues["code"])


def test_bamboo_and_bamboo_among_trees_are_lost_too(change):
    """10 ha of 3,000 one-year culms per ha; 10 ha of 100 m3/ha of pine with 500 culms per ha."""
    bare = {"land_class": "cutover", "species_code": [None], "volume_m3_ha": np.nan}
    assert change(dict(bare), {"species_code": "660", "stems_per_ha": 3000.0})[1] == pytest.approx(-30_000 * CULM)
    then = {**PINE_STAND, "bamboo_culms_per_ha": 500.0}
    assert change(dict(bare), then)[1] == pytest.approx(-1000 * PINE - 5_000 * CULM)


def test_a_loss_enters_the_total_and_its_interval(make_facts, parameters, errors, five_years):
    now = make_facts(species_code=["220", None], land_class=["arbor", "cutover"], volume_m3_ha=[120.0, np.nan])
    then = make_facts(species_code="220", volume_m3_ha=[100.0, 50.0])
    nowhere = np.full(2, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
    assert found.columns["sink_tco2e_yr"].sum() * five_years.years == pytest.approx((200 - 500) * PINE)
    assert pd.isna(found.columns["sink_low_tco2e_yr"]).sum() == 0


@pytest.mark.parametrize("species", ["670", "700", "900"])
@pytest.mark.parametrize("land", ["unestablished_plantation", "unestablished_closure", "cutover"])
def test_ground_that_is_not_stocked_yet_holds_no_constant_per_hectare(change, land, species):
    """Economic forest is a constant per hectare once it stands; planted over a 0 it would all count as grown."""
    then = {"species_code": None, "land_class": "plantable_barren", "volume_m3_ha": 0.0}
    now = {"land_class": land, "species_code": species, "volume_m3_ha": np.nan}
    assert change(now, then)[1] == 0.0


def test_saplings_make_no_volume(change):
    then = {"species_code": None, "land_class": "plantable_barren", "volume_m3_ha": 0.0}
    now = {"land_class": "unestablished_plantation", "species_code": "220", "volume_m3_ha": np.nan}
    assert change(now | {"dbh_cm": 5.0, "height_m": 3.0, "stems_per_ha": 2000.0}, then)[1] == 0.0
