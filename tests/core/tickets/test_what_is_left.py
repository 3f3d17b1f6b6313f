"""A rest that is no parcel, and a profile that holds no longer, make no ticket."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.core.tickets.eligibility import check_tickets
from sanming_carbon_plugin.core.tickets.profiles import Profile
from sanming_carbon_plugin.core.tickets.total_error import error_of_total

from .conftest import credited, shapes
from .ticket_stands import PERIOD, SQUARE, checked, load_profile, sign, stand

pytestmark = pytest.mark.everywhere
LEAST_HA = 0.04


def first(check):
    return check.stage.columns.iloc[0]


def codes(check):
    return set(check.stage.issues["code"])


@pytest.mark.parametrize(("free_m", "outcome"), [(0.03, "no"), (3.99, "no"), (4.0, "yes"), (50.0, "yes")])
def test_what_others_left_has_to_be_a_parcel_by_itself(free_m, outcome):
    """Of 1 ha a strip of 100 m is free: 3 m2 of it made a ticket of a hundredth of a tonne."""
    parcels = [credited([shapely.box(free_m, 0, 100, 100)])]
    check = checked(load_profile(), stand(), parcels=parcels)
    assert first(check)["ticket"] == outcome
    assert first(check)["parcel_area_ha"] == pytest.approx(free_m / 100)
    assert sign(check, "AREA") == {"yes": "+", "no": "-"}[outcome]
    assert ("TICKET_FREE_PART_SMALL" in codes(check)) == (outcome == "no")
    assert first(check)["ticket_tco2e"] == pytest.approx(11.9 * PERIOD.years * free_m / 100, rel=1e-6)


def test_many_small_rests_are_no_parcel():
    """Sixteen strips of 3 m beside each other hold 48 % of the stand, none of them 400 m2."""
    strips = [shapely.box(x, 0, x + 3.25, 100) for x in np.arange(16) * 6.25]
    assert first(checked(load_profile(), stand(), parcels=[credited(strips)]))["ticket"] == "no"


def test_the_rest_is_told_in_square_metres_with_what_is_asked():
    check = checked(load_profile(), stand(), parcels=[credited([shapely.box(2, 0, 100, 100)])])
    row = render_issues(check.stage.issues).set_index("code").loc["TICKET_FREE_PART_SMALL"]
    assert row["value"] == "200"
    for words in (row["message"], row["message_zh"]):
        assert " 200 " in words
        assert " 400 " in words


@pytest.mark.parametrize(
    ("start", "end", "least"),
    [
        ("2016-01-01", "2019-12-31", 1.0),  # a year of it is free, on all of the ground
        ("2016-01-01", "2020-12-31", 0.02),
        ("2015-01-01", "2021-12-31", 0.02),
    ],
)
def test_ground_that_is_free_on_some_days_is_ground(start, end, least):
    check = checked(load_profile(), stand(), parcels=[credited([shapely.box(2, 0, 100, 100)], start=start, end=end)])
    assert first(check)["parcel_area_ha"] == pytest.approx(least)
    assert first(check)["ticket"] == ("yes" if least >= LEAST_HA else "no")


def test_ground_beside_credits_for_good_that_is_taken_for_a_while_is_ground():
    """Half of the stand is credited for good, the other half in the first year."""
    east, west = credited([shapely.box(50, 0, 100, 100)]), credited([shapely.box(0, 0, 50, 100)], end="2016-12-31")
    check = checked(load_profile(), stand(), parcels=[east, west])
    assert first(check)["parcel_area_ha"] == pytest.approx(0.5)
    assert first(check)["ticket"] == "yes"


def test_credits_of_all_surveyed_days_leave_no_ground_beside_them():
    """The later years were surveyed by nobody: a credit of the others takes all days there are."""
    facts = stand(surveyed_to="2018-12-31")
    check = checked(load_profile(), facts, parcels=[credited([shapely.box(2, 0, 100, 100)], end="2018-12-31")])
    assert first(check)["parcel_area_ha"] == pytest.approx(0.02)
    assert first(check)["ticket"] == "no"


def test_a_stand_that_others_credit_whole_fails_for_that_alone():
    check = checked(load_profile(), stand(), parcels=[credited([SQUARE])])
    assert (sign(check, "FREE"), sign(check, "AREA")) == ("-", "+")
    assert "TICKET_FREE_PART_SMALL" not in codes(check)


def test_a_stand_that_fails_by_its_rest_is_in_no_total():
    """The total's error is that of what may be issued."""
    weights = []
    facts = pd.concat([stand(), stand()]).set_axis(pd.Index(["A", "B"], name="stand_key"))
    parcels = [credited([shapely.box(2, 0, 100, 100)])]

    def error_of(weight, base):
        weights.append(weight.tolist())
        return error_of_total(None, facts)(weight, base)

    ground = shapes(SQUARE, shapely.box(200, 0, 300, 100))
    found = check_tickets(facts, ground, load_profile(), PERIOD, parcels, None, error_of=error_of)
    assert found.stage.columns["ticket"].tolist() == ["no", "yes"]
    assert weights == [pytest.approx([0.0, 1.0])]


def dated(valid_from, valid_to):
    return Profile.from_dict({**load_profile().data, "valid_from": valid_from, "valid_to": valid_to})


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "today", "outcome"),
    [
        (None, "2020-12-31", "2020-12-31", "yes"),
        (None, "2020-12-31", "2021-01-01", "unknown"),  # on the day of the run it holds no longer
        (None, "2020-12-30", "2020-12-31", "unknown"),  # nor on the last day of the period
        (None, "2030-12-31", "2026-01-01", "yes"),
        ("2021-01-01", "2030-12-31", "2026-01-01", "yes"),  # the first tickets were for years before the rule
    ],
)
def test_a_profile_that_holds_no_longer_makes_no_ticket(valid_from, valid_to, today, outcome):
    check = checked(dated(valid_from, valid_to), stand(), today=date.fromisoformat(today))
    assert first(check)["ticket"] == outcome
    assert sign(check, "PERIOD") == ("+" if outcome == "yes" else "?")
    assert ("TICKET_PROFILE_ENDED" in codes(check)) == (outcome == "unknown")
    assert ("TICKET_PROFILE_NOT_IN_FORCE" in codes(check)) == (valid_from is not None)


def test_without_a_day_of_the_run_it_is_today():
    assert first(checked(dated(None, "2021-12-31"), stand()))["ticket"] == "unknown"


def test_the_words_name_profile_and_days():
    check = checked(dated(None, "2021-12-31"), stand(), today=date(2026, 11, 23))
    row = render_issues(check.stage.issues).set_index("code").loc["TICKET_PROFILE_ENDED"]
    for words in (row["message"], row["message_zh"]):
        assert all(name in words for name in ("sanming_ticket", "2021-12-31", "2026-11-23", "valid_to"))
