"""Dates of surveys, and the years by which a change is divided."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from two_layers import PINE, boxes, changes, codes

from sanming_carbon_plugin.core.carbon.period import Period, parse_period
from sanming_carbon_plugin.core.errors import UsageError


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
