"""Stands moved to coming years, and their sums, worked by hand on a curve that is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.carbon_parameters import load_growth_rules
from sanming_carbon_plugin.core.carbon.growth import fit_growth
from sanming_carbon_plugin.core.carbon.projection import (
    fit_own_growth,
    project_to_years,
    require_curves,
    years_of_text,
    years_until,
)
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.errors import InputError, UsageError
from sanming_carbon_plugin.core.planning.projection import projection_summary

PINE = 0.38 * 1.472 * 1.187 * 0.46 * 44 / 12  # t CO2e per m3
RULES = load_growth_rules()


def richards(age):
    return 300 * (1 - np.exp(-0.06 * np.asarray(age))) ** 2.2


@pytest.fixture(scope="module")
def pines(make_facts):
    age = np.tile(np.linspace(6.0, 45.0, 40), 3)
    return make_facts(species_code="220", age_yr=age, volume_m3_ha=richards(age), survey_date="2020-12-31")


@pytest.fixture(scope="module")
def fitted(pines, parameters):
    return fit_growth(pines, parameters, RULES)


def test_years_are_counted_from_the_survey_to_the_last_day(make_facts):
    facts = make_facts(volume_m3_ha=1.0, survey_date=["2020-12-31", "2030-12-31", "2031-01-01", None])
    assert years_until(facts, 2030) == pytest.approx([3652 / 365.25, 0.0, np.nan, np.nan], nan_ok=True)
    assert years_until(facts, 2030, date(2025, 12, 31))[3] == pytest.approx(1826 / 365.25)


def test_a_stand_on_the_curve_stays_on_it(pines, fitted, parameters):
    found = project_to_years(pines, fitted, parameters, [2025, 2030])
    at = (pines["age_yr"] <= 34).to_numpy()
    for year, ahead in ((2025, 1826 / 365.25), (2030, 3652 / 365.25)):
        expected = richards(pines["age_yr"].to_numpy() + ahead)
        assert found.columns[f"volume_{year}_m3_ha"].to_numpy()[at] == pytest.approx(expected[at], rel=1e-3)
        stock = found.columns[f"volume_{year}_m3_ha"] * 10 * PINE
        assert found.columns[f"stock_{year}_tco2e"].to_numpy() == pytest.approx(stock.to_numpy())
    assert set(found.columns["projection_basis"]) == {"growth_curve"}
    told = found.issues[found.issues["code"] == "GROWTH_EXTRAPOLATED"]
    assert not told["stand_key"].duplicated().any(), "once, not once a year"


def test_a_stand_of_half_the_volume_stays_at_half(make_facts, fitted, parameters):
    facts = make_facts(species_code="220", age_yr=20.0, volume_m3_ha=richards(20) / 2, survey_date="2020-12-31")
    found = project_to_years(facts, fitted, parameters, [2030])
    expected = richards(20 + 3652 / 365.25) / 2
    assert found.columns["volume_2030_m3_ha"].iloc[0] == pytest.approx(expected, rel=1e-3)


def test_every_unknown_has_its_reason(make_facts, fitted, parameters):
    facts = make_facts(
        species_code=["220", "220", "310", "660", "220"],
        age_yr=[20.0, np.nan, 20.0, 3.0, 20.0],
        volume_m3_ha=[100.0, 100.0, 100.0, np.nan, 100.0],
        survey_date=[None, "2020-12-31", "2020-12-31", "2020-12-31", "2031-06-30"],
    )
    found = project_to_years(facts, fitted, parameters, [2030])
    assert found.columns["stock_2030_tco2e"].isna().all()
    assert set(found.columns["projection_basis"]) == {"none"}
    told = set(zip(found.issues["stand_key"], found.issues["code"], strict=True))
    assert {
        ("s0", "GROWTH_NO_DATE"),
        ("s1", "GROWTH_NO_AGE"),
        ("s2", "GROWTH_NO_CURVE_FOR_GROUP"),
        ("s4", "GROWTH_YEAR_PAST"),
    } <= told


def test_sums_hold_what_is_known_and_say_how_much_that_is(make_facts):
    facts = make_facts(
        county="350428",
        township=["1", "1", "2"],
        species_group="pine",
        age_group=2.0,
        area_ha=[10.0, 20.0, 30.0],
        stock_tco2e=[100.0, 200.0, 300.0],
    )
    projected = pd.DataFrame({"stock_2030_tco2e": [150.0, np.nan, np.nan]}, index=facts.index)
    rows = projection_summary(facts, projected, [2030]).frame.set_index("township")
    assert rows.loc["1", ["stands", "stands_projected"]].tolist() == [2, 1]
    assert rows.loc["1", ["area_projected_ha", "stock_surveyed_tco2e", "stock_projected_tco2e"]].tolist() == [
        10,
        100,
        150,
    ]
    assert rows.loc["1", "projection_basis"] == "growth_curve"
    assert rows.loc["2", "stands_projected"] == 0
    assert np.isnan(rows.loc["2", "stock_projected_tco2e"]), "unknown, not 0"
    assert rows.loc["2", "projection_basis"] == "none"


def test_only_stands_measured_twice_count_as_pairs(pines, parameters):
    then = richards(pines["age_yr"].to_numpy() - 5)
    twice = pines.assign(volume_earlier_m3_ha=np.where(then > 0, then, np.nan), years=5.0, sink_basis="measured")
    assert fit_own_growth(twice, parameters, RULES).curves["pine", 0].basis == "remeasured"
    layers = twice.assign(sink_basis="two_layers")
    assert fit_own_growth(layers, parameters, RULES).curves["pine", 0].basis == "cross_section"
    assert fit_own_growth(pines, parameters, RULES).curves["pine", 0].basis == "cross_section"


def test_without_a_curve_nothing_is_projected(pines, parameters):
    with pytest.raises(InputError) as caught:
        require_curves(fit_growth(pines.iloc[:10], parameters, RULES), "layer", RULES)
    assert (caught.value.code, caught.value.values["needed"]) == ("CURVES_NONE", 30)


def test_years_are_read_in_their_order():
    assert years_of_text(" 2060;2030, 2030 ", 1976) == (2030, 2060)
    for wrong in ("", ";", "2030-2060", "1900", "99999", "²⁰³⁰"):
        with pytest.raises(UsageError) as caught:
            years_of_text(wrong, 1976)
        assert caught.value.code == "YEARS_INVALID"


def test_bamboo_among_the_trees_is_kept_and_told(make_facts, fitted, parameters):
    """10 ha with 500 culms of 16.2 kg beside the pines: 141.075 t now and then."""
    facts = make_facts(
        species_code="220",
        age_yr=[15.0, 15.0],
        volume_m3_ha=[80.0, 80.0],
        survey_date="2020-12-31",
        bamboo_culms_per_ha=[500.0, np.nan],
    )
    found = project_to_years(facts, fitted, parameters, [2020, 2030])
    columns = found.columns
    bamboo = 10 * 500 * 0.0162 * 0.475 * 44 / 12
    for year in (2020, 2030):
        assert columns[f"stock_{year}_tco2e"].diff().iloc[1] == pytest.approx(-bamboo)
        assert columns[f"volume_{year}_m3_ha"].nunique() == 1
    surveyed = stock(facts, parameters).columns["stock_tco2e"]
    assert columns["stock_2020_tco2e"].to_numpy() == pytest.approx(surveyed.to_numpy())
    kept = found.issues.set_index("code").loc["GROWTH_BAMBOO_KEPT"]
    assert kept["value"] == "1"
    assert set(columns["projection_basis"]) == {"growth_curve"}


@pytest.mark.parametrize("land", ["cutover", "burnt", "plantable_barren", "cropland", "unestablished_plantation"])
def test_nothing_grows_on_bare_land_or_from_nothing(make_facts, fitted, parameters, land):
    facts = make_facts(
        species_code="220",
        age_yr=15.0,
        land_class=["arbor", land, "arbor"],
        volume_m3_ha=[80.0, 80.0, 0.0],
        survey_date="2020-12-31",
    )
    found = project_to_years(facts, fitted, parameters, [2020, 2030])
    assert found.columns["projection_basis"].tolist() == ["growth_curve", "none", "none"]
    assert found.columns.filter(regex="_m3_ha|_tco2e").iloc[1:].isna().all(axis=None)
    told = dict(zip(found.issues["stand_key"], found.issues["code"], strict=True))
    assert told == {"s1": "GROWTH_BARE_LAND", "s2": "GROWTH_VOLUME_ZERO"}
