"""No day that no survey covers is credited, so that shifting a period never credits growth again."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.core.carbon.period import Period
from sanming_carbon_plugin.core.tickets.double_count import free_share
from sanming_carbon_plugin.core.tickets.tenure_pieces import tenure_pieces

from .conftest import FiveYears, credited, shapes
from .test_applications import STANDS, TWO, results
from .ticket_stands import PERIOD, SQUARE, checked, stand

pytestmark = pytest.mark.everywhere
GROWTH_T = 1000.0
FIRST, LAST = date(2015, 12, 31), date(2020, 12, 31)


def measured(period, count=3, first=FIRST, last=LAST):
    """Stands whose growth between two surveys is divided by the period, as the carbon room does."""
    table = results(sink=(GROWTH_T / period.years,) * count)
    return table.assign(surveyed_from=first.isoformat(), surveyed_to=last.isoformat())


def tonnes_of(period, parcels):
    found = tenure_pieces(measured(period), STANDS, load_profile(), period, parcels, TWO).pieces
    return found.groupby("stand_key")["net_tco2e"].sum()


def shifted(period, days, longer=0):
    return Period(period.start + timedelta(days), period.end + timedelta(days + longer))


def test_a_survey_on_the_eve_of_the_period_covers_it_whole():
    assert tonnes_of(PERIOD, []).to_numpy() == pytest.approx(np.full(3, GROWTH_T), abs=1e-9)
    assert checked(load_profile(), stand()).stage.columns["free_share"].iloc[0] == 1.0


@given(days=st.integers(-2500, 2500), longer=st.integers(-1500, 1500))
@settings(max_examples=60, deadline=None)
def test_growth_that_was_credited_is_never_credited_again_in_a_shifted_period(days, longer):
    again = tonnes_of(shifted(PERIOD, days, longer), [credited([shape]) for shape in STANDS])
    assert (again == 0.0).all()


@given(
    first=st.tuples(st.integers(-900, 900), st.integers(-900, 900)),
    second=st.tuples(st.integers(-900, 900), st.integers(-900, 900)),
)
@settings(max_examples=80, deadline=None)
def test_two_periods_never_credit_more_than_the_surveys_found(first, second):
    one, two = shifted(PERIOD, *first), shifted(PERIOD, *second)
    credited_first = tonnes_of(one, [])
    taken = [credited([shape], one.start.isoformat(), one.end.isoformat()) for shape in STANDS]
    assert ((credited_first + tonnes_of(two, taken)) <= GROWTH_T * (1 + 1e-9)).all()


def test_days_after_the_last_survey_are_not_free_and_are_told():
    check = checked(load_profile(), stand(), period=Period(date(2016, 12, 31), date(2021, 12, 30)))
    columns = check.stage.columns.iloc[0]
    assert columns["free_share"] == pytest.approx(1462 / 1827, abs=1e-12)
    told = check.stage.issues.set_index("code").loc["TICKET_DAYS_UNSURVEYED"]
    assert told["params"] == {"first": "2015-12-31", "last": "2020-12-31"}
    none = checked(load_profile(), stand(), period=Period(date(2021, 1, 1), date(2021, 12, 31)))
    assert none.stage.columns["ticket"].iloc[0] == "no"
    assert "FREE-" in none.stage.columns["ticket_rules"].iloc[0]


def test_a_piece_without_a_surveyed_day_says_so():
    period = Period(date(2021, 1, 1), date(2022, 12, 31))
    found = tenure_pieces(measured(period), STANDS, load_profile(), period, [], TWO).pieces
    assert set(found["reason"]) == {"unsurveyed"}


def test_a_parcel_credited_on_unsurveyed_days_alone_takes_nothing_away():
    surveyed = tuple(np.asarray([day], dtype="datetime64[D]") for day in ("2017-01-01", "2020-12-31"))
    before = [credited([SQUARE], "2010-01-01", "2016-12-31")]
    found = free_share(shapes(SQUARE), ["A"], FiveYears(), before, surveyed=surveyed).stands.iloc[0]
    assert found["free_share"] == pytest.approx(1461 / 1827)
    half = [credited([SQUARE], "2016-01-01", "2018-12-31"), credited([SQUARE], "2018-06-01", "2018-12-31")]
    found = free_share(shapes(SQUARE), ["A"], FiveYears(), half, surveyed=surveyed).stands.iloc[0]
    assert found["free_share"] == pytest.approx(731 / 1827)


@pytest.mark.parametrize("gone", ["surveyed_from", "surveyed_to"])
def test_a_measurement_without_its_dates_is_unknown(gone):
    for facts in (stand(**{gone: None}), stand().drop(columns=gone), stand(**{gone: "2015"})):
        columns = checked(load_profile(), facts).stage.columns.iloc[0]
        assert (columns["ticket"], "MEASURED?" in columns["ticket_rules"]) == ("unknown", True)
        assert "survey_date" in columns["ticket_missing"]


def test_tonnes_leave_out_unsurveyed_days_where_nobody_looked_for_credited_ground():
    late = Period(date(2016, 12, 31), date(2021, 12, 30))
    known = checked(load_profile(), stand(), period=late).stage.columns["ticket_tco2e"]
    nobody = checked(load_profile(), stand(), period=late, parcels=None).stage.columns["ticket_tco2e"]
    pd.testing.assert_series_equal(known, nobody)
