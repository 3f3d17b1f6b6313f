"""Totals: unknown is never zero, and the parts add up to the whole."""

import numpy as np
import pandas as pd

from sanming_carbon_plugin.core.planning.summary import SUMMARY_COLUMNS, summary


def facts(**columns):
    count = len(next(iter(columns.values())))
    base = {
        "county": ["350428"] * count,
        "township": ["199"] * count,
        "species_group": ["pine"] * count,
        "age_group": [2.0] * count,
        "area_ha": [10.0] * count,
        "area_mu": [150.0] * count,
        "volume_m3_ha": [100.0] * count,
        "stock_tco2e": [1119.88] * count,
        "stock_alt_tco2e": [1195.6] * count,
        "sink_tco2e_yr": [44.78] * count,
    }
    base.update(columns)
    return pd.DataFrame(base, index=[f"k{number}" for number in range(count)])


def test_one_row_per_group_sorted_with_unknown_last():
    table = summary(facts(township=["200", None, "199", "199"], age_group=[1.0, 1.0, 3.0, np.nan]), None).frame
    assert list(table.columns) == list(SUMMARY_COLUMNS)
    assert list(table["township"].fillna("?")) == ["199", "199", "200", "?"]
    assert table["age_group"].iloc[0] == 3.0
    assert np.isnan(table["age_group"].iloc[1])
    assert list(table["stands"]) == [1, 1, 1, 1]


def test_unknown_is_left_out_of_the_sum_and_counted():
    table = summary(facts(stock_tco2e=[100.0, np.nan, 50.0]), None).frame
    assert table["stock_tco2e"].iloc[0] == 150.0
    assert table["stands_without_stock"].iloc[0] == 1
    assert table["volume_m3"].iloc[0] == 3000.0


def test_a_group_that_knows_nothing_is_unknown_not_zero():
    table = summary(facts(stock_tco2e=[np.nan, np.nan]), None).frame
    assert np.isnan(table["stock_tco2e"].iloc[0])
    assert table["stands_without_stock"].iloc[0] == 2


def test_a_true_zero_stays_zero():
    table = summary(facts(volume_m3_ha=[0.0]), None).frame
    assert table["volume_m3"].iloc[0] == 0.0
    assert table["stands_without_volume"].iloc[0] == 0


def test_the_interval_of_each_group_is_asked_for_by_its_number():
    def interval(number, count):
        assert count == 2
        assert list(number) == [0, 1, 0]
        return np.array([1.0, 2.0]), np.array([3.0, 4.0])

    table = summary(facts(species_group=["a", "b", "a"]), interval).frame
    assert list(table["sink_low_tco2e_yr"]) == [1.0, 2.0]
    assert list(table["sink_high_tco2e_yr"]) == [3.0, 4.0]
