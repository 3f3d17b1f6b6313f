"""The relative error of any group of stands, by increment and by stock, also from what a result file holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.carbon_parameters import load_growth_rates
from sanming_carbon_plugin.adapters.geopackage import write_geopackage
from sanming_carbon_plugin.adapters.sink_errors import load_sink_errors, sink_error_tables
from sanming_carbon_plugin.core.carbon.sink import SinkOptions, sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import (
    component_variances,
    relative_error,
    total_interval,
    weighted,
)


def keyed(now, then, parameters, errors, period):
    nowhere = np.full(len(now), None, dtype=object)
    return sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, period).errors


@pytest.fixture
def pine(make_facts):
    def table(count, volume):
        return make_facts([f"s{i}" for i in range(count)], species_code="220", volume_m3_ha=volume)

    return table


@pytest.fixture
def everything(make_facts, row_of_boxes, parameters, errors, five_years, tmp_path):
    """Keyed, redrawn, recoded, cleared and modelled stands in one layer."""
    ground = row_of_boxes(8)
    then = make_facts(
        [f"e{i}" for i in range(6)] + ["n6"],
        species_code=["220", "310", "220", "620", "220", "660", "220"],
        volume_m3_ha=[100.0, 80.0, 90.0, 60.0, 70.0, np.nan, 50.0],
        stems_per_ha=[np.nan] * 5 + [3000.0, np.nan],
    )
    now = make_facts(
        [f"n{i}" for i in range(8)],
        species_code=["220", "310", "630", "620", "220", "660", "220", "310"],
        volume_m3_ha=[120.0, 95.0, 100.0, 80.0, np.nan, np.nan, 66.0, 90.0],
        stems_per_ha=[np.nan] * 5 + [3300.0, np.nan, np.nan],
        land_class=["arbor"] * 4 + ["built_up"] + ["arbor"] * 3,
        age_yr=20.0,
    )
    shifted = shapely.transform(ground[:6], lambda xy: xy + np.array([60.0, 0.0]))
    earlier = EarlierInventory(then, np.append(shifted, ground[6]))
    rates = tmp_path / "rates.csv"
    rates.write_text("group,age_from_yr,age_to_yr,percent_yr,source\nchinese_fir,0,200,4,test\n", encoding="utf-8")
    options = SinkOptions(rates=load_growth_rates(rates))
    return now, sink(now, ground, earlier, parameters, errors, five_years, options)


def test_ten_percent_per_date_and_the_survey_by_hand(pine, parameters, errors, five_years):
    found = keyed(pine(1000, 120.0), pine(1000, 100.0), parameters, errors, five_years)
    got = relative_error(found, np.ones(1000), "increment")
    variances = component_variances(found, np.zeros(1000, dtype=np.int64), 1)
    survey = np.hypot(6.0, 5.0) / 20.0
    stands = np.hypot(12.0, 10.0) / 20.0 / 1000**0.5
    own = parameters.relative_errors()
    factors = sum(v[0] for name, v in variances.items() if name in own) / np.nansum(found.sink) ** 2
    assert got == pytest.approx(1.6448536 * np.sqrt(survey**2 + stands**2 + factors), rel=1e-6)


def test_the_stock_is_known_far_better_than_its_change(pine, parameters, errors, five_years):
    found = keyed(pine(1000, 120.0), pine(1000, 100.0), parameters, errors, five_years)
    own = parameters.relative_errors()
    row = parameters.look_up(np.array(["220"], dtype=object)).row[0]
    factors = sum(float(values[row]) ** 2 for values in own.values())
    by_hand = 1.6448536 * np.sqrt(0.05**2 + 0.10**2 / 1000 + factors)
    assert relative_error(found, np.ones(1000), "stock") == pytest.approx(by_hand, rel=1e-6)
    assert by_hand < relative_error(found, np.ones(1000), "increment") / 2


def test_half_of_every_stand_errs_by_the_same_share(everything):
    _, found = everything
    whole = np.ones(found.errors.count)
    for base in ("increment", "stock"):
        assert relative_error(found.errors, whole / 2, base) == pytest.approx(relative_error(found.errors, whole, base))


def test_a_group_of_whole_stands_has_the_interval_of_its_total(everything):
    _, found = everything
    group = np.where(np.arange(found.errors.count) < 4, 0, -1)
    row = total_interval(found.errors, group, 1).iloc[0]
    half = (row["sink_high_tco2e_yr"] - row["sink_low_tco2e_yr"]) / 2
    got = relative_error(found.errors, (group == 0).astype(float))
    assert got == pytest.approx(half / abs(row["sink_tco2e_yr"]))


def test_unknown_shares_and_unknown_stands_never_give_a_small_error(pine, parameters, errors, five_years):
    found = keyed(pine(2, [120.0, np.nan]), pine(2, [100.0, 100.0]), parameters, errors, five_years)
    assert np.isnan(relative_error(found, np.array([1.0, np.nan])))
    assert np.isnan(relative_error(found, np.array([0.0, 1.0])))
    assert np.isnan(relative_error(found, np.array([0.0, 1.0]), "stock"))
    assert np.isnan(relative_error(found, np.zeros(2)))
    still = keyed(pine(1, 100.0), pine(1, 100.0), parameters, errors, five_years)
    assert relative_error(still, np.ones(1)) == np.inf


def test_a_result_file_gives_back_the_same_errors(everything, tmp_path):
    now, found = everything
    kinds = {
        name: amounts
        for name in ("boundary", "recode", "growth")
        if len((amounts := getattr(found.errors, name)).stand)
    }
    assert len(kinds) == 3
    path = tmp_path / "result.gpkg"
    write_geopackage(path, sink_error_tables(found.errors, now))
    again = load_sink_errors(path, now.index)
    group = np.arange(found.errors.count) % 3
    expected, got = component_variances(found.errors, group, 3), component_variances(again, group, 3)
    assert list(expected) == list(got)
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-12, atol=1e-12, err_msg=name)
    pd.testing.assert_frame_equal(total_interval(again, group, 3), total_interval(found.errors, group, 3))
    share = np.linspace(0.1, 1.0, found.errors.count)
    for base in ("increment", "stock"):
        assert relative_error(again, share, base) == pytest.approx(relative_error(found.errors, share, base), rel=1e-12)


def test_stands_may_come_in_another_order_or_in_part(everything, tmp_path):
    now, found = everything
    path = tmp_path / "result.gpkg"
    write_geopackage(path, sink_error_tables(found.errors, now))
    order = np.array([6, 0, 3])
    again = load_sink_errors(path, now.index[order])
    weight = np.zeros(found.errors.count)
    weight[order] = [0.5, 1.0, 0.2]
    expected = relative_error(found.errors, weight)
    assert relative_error(again, np.array([0.5, 1.0, 0.2])) == pytest.approx(expected, rel=1e-12)


def test_a_file_without_errors_says_so(tmp_path, everything):
    now, found = everything
    assert sink_error_tables(None, now) == []
    empty = weighted(found.errors, np.ones(found.errors.count))
    path = tmp_path / "other.gpkg"
    write_geopackage(path, sink_error_tables(empty, now)[:2])
    assert load_sink_errors(path, now.index) is None
