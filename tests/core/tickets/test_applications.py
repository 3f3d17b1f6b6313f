"""Applications: who gets how many whole tonnes, and why a piece is left out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.core.carbon.period import Period
from sanming_carbon_plugin.core.errors import InputError, UsageError
from sanming_carbon_plugin.core.tickets.applications import (
    check_periods,
    connected_parcels,
    error_of_pieces,
    holder_application,
    joint_application,
)
from sanming_carbon_plugin.core.tickets.households import Household
from sanming_carbon_plugin.core.tickets.income import income_doubts
from sanming_carbon_plugin.core.tickets.profiles import Profile
from sanming_carbon_plugin.core.tickets.shares import in_denominations, largest_remainder
from sanming_carbon_plugin.core.tickets.tenure import TenureParcels
from sanming_carbon_plugin.core.tickets.tenure_pieces import tenure_pieces
from sanming_carbon_plugin.core.tickets.total_error import TotalError

from .conftest import credited, shapes

pytestmark = pytest.mark.everywhere

PERIOD = Period(date(2016, 1, 1), date(2020, 12, 31))
YEARS = PERIOD.years
PASSES = "DISPUTE+;MEASURED+;PERIOD+;BASELINE+;PRECISION+;FREE+;SCOPE+;AREA+;CANOPY+;HEIGHT+;OWNER+"
STANDS = shapes(*[shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200)])


def results(sink=(10.0, 20.0, 30.0), rules=(PASSES, PASSES, PASSES), **columns):
    count = len(sink)
    table = {
        "village": np.asarray(["常口村"] * count, dtype=object),
        "area_ha": np.ones(count),
        "sink_basis": np.asarray(["measured"] * count, dtype=object),
        "sink_tco2e_yr": np.asarray(sink),
        "sink_low_tco2e_yr": np.asarray(sink) - 1.0,
        "sink_high_tco2e_yr": np.asarray(sink) + 1.0,
        "ticket_rules": np.asarray(rules, dtype=object),
    }
    return pd.DataFrame({**table, **columns}, index=pd.Index(["A", "B", "C"][:count], name="stand_key"))


def tenure(*rows):
    """Rows of (x from, x to, holder, valid_to, disputed)."""
    columns = [np.asarray([row[part] for row in rows] + [None], dtype=object)[:-1] for part in (2, 3, 4)]
    number = np.arange(len(rows))
    certificate = np.asarray([f"证{row}" for row in number] + [None], dtype=object)[:-1]
    right = np.asarray(["林权"] * len(rows) + [None], dtype=object)[:-1]
    boxes = shapes(*[shapely.box(row[0], 0, row[1], 100) for row in rows])
    return TenureParcels(boxes, certificate, columns[0], right, columns[1], columns[2], source_row=number)


def pieces(layer, table=None, parcels=(), profile=None):
    return tenure_pieces(
        results() if table is None else table, STANDS, profile or load_profile(), PERIOD, parcels, layer
    ).pieces


TWO = tenure((0, 150, "张三", "2040-01-01", "no"), (150, 300, "李四", "2040-01-01", "no"))


def edited(**values):
    data = dict(load_profile().data)
    data["settings"] = {**data["settings"]}
    for setting, value in values.items():
        data["settings"][setting] = {**data["settings"][setting], "value": value}
    return Profile.from_dict(data)


def alone(found, holder):
    return holder_application(found, load_profile(), PERIOD, holder)


def together(found, collective, *households):
    return joint_application(found, load_profile(), PERIOD, collective, households)


def test_stands_are_cut_with_tenure_and_tonnes_follow_the_area():
    found = pieces(TWO)
    assert found[["stand_key", "holder", "outcome"]].to_numpy().tolist() == [
        ["A", "张三", "yes"], ["B", "张三", "yes"], ["B", "李四", "yes"], ["C", "李四", "yes"]
    ]  # fmt: skip
    assert found["net_tco2e"].to_numpy() == pytest.approx(np.array([10, 10, 10, 30]) * YEARS)
    assert found["area_ha"].sum() == pytest.approx(3.0)


def test_an_application_of_one_holder():
    made = holder_application(pieces(TWO), load_profile(), PERIOD, "张三")
    assert made.outcome == "yes"
    assert made.total_tco2e == pytest.approx(20 * YEARS)
    assert made.whole_t == int(20 * YEARS)
    assert made.pieces["whole_t"].sum() == made.whole_t
    assert made.tickets == {made.whole_t: 1}
    assert made.low_tco2e == pytest.approx(18.5 * YEARS)
    assert made.high_tco2e == pytest.approx(21.5 * YEARS)


def test_credited_ground_is_cut_out_of_the_piece_it_lies_on():
    parcels = [credited([shapely.box(0, 0, 50, 100)])]
    found = pieces(TWO, parcels=parcels)
    assert found["free_share"].tolist() == [0.5, 1.0, 1.0, 1.0]
    assert found["net_tco2e"].sum() == pytest.approx((60 - 5) * YEARS)
    gone = pieces(TWO, parcels=[credited([STANDS[0]])])
    assert gone[["outcome", "reason"]].iloc[0].tolist() == ["no", "credited"]


@pytest.mark.parametrize(
    ("valid_to", "disputed", "outcome", "reason"),
    [
        ("2020-12-31", "no", "yes", None),
        ("2020-12-30", "no", "no", "expired"),
        ("2040-01-01", "yes", "no", "disputed"),
        (None, "no", "unknown", "term_unknown"),
        ("2040-01-01", None, "unknown", "dispute_unknown"),
    ],
)
def test_a_piece_needs_a_certificate_that_holds(valid_to, disputed, outcome, reason):
    found = pieces(tenure((0, 300, "张三", valid_to, disputed)))
    assert set(found["outcome"]) == {outcome}
    assert set(found["reason"]) == {reason}


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (PASSES.replace("CANOPY+", "CANOPY-"), "stand_fails"),
        (PASSES.replace("MEASURED+", "MEASURED?"), "stand_unknown"),
        (PASSES.replace("HEIGHT+;", ""), "stand_unknown"),
        (PASSES.replace("DISPUTE+", "DISPUTE-"), "stand_fails"),
        (PASSES.replace("FREE+", "FREE-").replace("OWNER+", "OWNER?"), None),
        (None, "stand_unknown"),
    ],
)
def test_a_piece_needs_a_stand_that_passes(rules, reason):
    found = pieces(TWO, results(rules=(rules, PASSES, PASSES)))
    assert found["reason"].iloc[0] == reason


def test_a_dispute_on_another_part_of_the_stand_does_not_spoil_this_part():
    layer = tenure((0, 50, "张三", "2040-01-01", "no"), (50, 100, "李四", "2040-01-01", "yes"))
    found = pieces(layer, results(rules=(PASSES.replace("DISPUTE+", "DISPUTE-"), PASSES, PASSES)))
    assert found["reason"].tolist() == [None, "disputed"]
    recorded = results(dispute=np.asarray(["yes", None, None], dtype=object))
    assert pieces(TWO, recorded)["reason"].iloc[0] == "stand_fails"


def test_a_certificate_does_not_stand_in_for_an_inventory_that_says_nothing_of_a_dispute():
    silent = PASSES.replace("DISPUTE+", "DISPUTE?")
    found = pieces(TWO, results(rules=(silent, PASSES, PASSES)))
    assert found["outcome"].tolist() == ["unknown", "yes", "yes", "yes"]
    assert found["reason"].iloc[0] == "dispute_unknown"


def test_two_certificates_on_the_same_ground_count_for_neither():
    layer = tenure((0, 60, "张三", "2040-01-01", "no"), (40, 100, "李四", "2040-01-01", "no"))
    found = pieces(layer)
    assert found["free_share"].tolist() == pytest.approx([40 / 60, 40 / 60])
    assert found["net_tco2e"].sum() == pytest.approx(8 * YEARS)


def test_a_joint_application_shares_out_every_tonne_and_the_whole_income():
    layer = tenure(
        (0, 70, "张三", "2040-01-01", "no"),
        (70, 170, "李四", "2040-01-01", "no"),
        (170, 300, "王五", "2040-01-01", "no"),
    )
    found = pieces(layer)
    members = [Household("张三", True), Household("李四", False), Household("王五", True)]
    made = joint_application(found, load_profile(), PERIOD, "常口村集体", members)
    assert made.kind == "joint"
    assert made.households["whole_t"].sum() == made.whole_t
    assert made.households["income_share"].sum() == pytest.approx(1.0)
    assert made.households.set_index("holder").loc["李四", "whole_t"] == 0
    assert set(made.left_out["reason"]) == {"not_authorised"}
    assert set(made.pieces["holder"]) == {"张三", "王五"}
    agreed = [Household("张三", True, 1.0), Household("王五", True, 3.0)]
    split = joint_application(found, load_profile(), PERIOD, "常口村集体", agreed)
    assert split.households.set_index("holder")["income_share"].to_dict() == {"张三": 0.25, "王五": 0.75}


def weights(*parts):
    return [Household(name, True, *part) for name, part in zip(("张三", "李四"), parts, strict=True)]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (((0.5, True), (0.5, False)), "APPLICATION_WEIGHTS_MIXED"),
        (((0.3, True), (0.3, True)), "APPLICATION_WEIGHTS_SUM"),
        (((1.0, True), (0.5, True)), "APPLICATION_WEIGHTS_SUM"),
        (((0.9, False), (0.5, False)), "APPLICATION_WEIGHTS_SUM"),
        (((1e308, False), (1e308, False)), "APPLICATION_WEIGHT_UNUSABLE"),
        (((float("inf"), False), (1.0, False)), "APPLICATION_WEIGHT_UNUSABLE"),
        (((float("nan"), False), (1.0, False)), "APPLICATION_WEIGHT_UNUSABLE"),
        (((-1.0, False), (2.0, False)), "APPLICATION_WEIGHT_UNUSABLE"),
    ],
)
def test_weights_that_do_not_say_one_clear_thing_are_refused(parts, code):
    with pytest.raises(InputError) as caught:
        together(pieces(TWO), "村", *weights(*parts))
    assert caught.value.code == code


@pytest.mark.parametrize("parts", [((0.6, True), (0.4, True)), ((0.6,), (0.4,)), ((30.0,), (20.0,)), ((1.5,), (1.0,))])
def test_shares_of_the_whole_and_weights_in_proportion_share_out_the_income(parts):
    found = together(pieces(TWO), "村", *weights(*parts)).households
    assert dict(zip(found["holder"], found["income_share"], strict=True)) == pytest.approx({"张三": 0.6, "李四": 0.4})


def test_income_without_ground_that_counts_is_told():
    half = tenure((0, 150, "张三", "2040-01-01", "no"), (150, 300, "李四", "2040-01-01", "yes"))
    doubts = income_doubts(together(pieces(half), "村", *weights((0.5, True), (0.5, True))))
    assert doubts[["code", "value"]].to_numpy().tolist() == [["APPLICATION_INCOME_WITHOUT_GROUND", "李四"]]
    assert income_doubts(together(pieces(TWO), "村", *weights((0.5, True), (0.5, True)))).empty


def test_losses_are_netted_and_neighbours_left_out_are_listed():
    made = holder_application(pieces(tenure((0, 300, "张三", "2040-01-01", "no")), results(sink=(10.0, -4.0, 30.0))),
                              load_profile(), PERIOD, "张三")  # fmt: skip
    assert made.total_tco2e == pytest.approx(36 * YEARS)
    assert made.pieces["whole_t"].sum() == made.whole_t
    lost = (PASSES, PASSES + ";LOSS-", PASSES)
    dropped = pieces(tenure((0, 300, "张三", "2040-01-01", "no")), results(sink=(10.0, -4.0, 30.0), rules=lost),
                     profile=edited(loss_treatment="drop"))  # fmt: skip
    assert dropped["reason"].tolist() == ["stand_unknown", "stand_fails", "stand_unknown"]
    kept = tuple(rules + ";LOSS+" if number != 1 else rules + ";LOSS-" for number, rules in enumerate([PASSES] * 3))
    dropped = pieces(tenure((0, 300, "张三", "2040-01-01", "no")), results(sink=(10.0, -4.0, 30.0), rules=kept),
                     profile=edited(loss_treatment="drop"))  # fmt: skip
    made = holder_application(dropped, edited(loss_treatment="drop"), PERIOD, "张三")
    assert made.left_out[["stand_key", "neighbour"]].to_numpy().tolist() == [["B", True]]
    assert made.pieces["parcel"].nunique() == 2


def test_the_total_lies_inside_its_interval_whatever_is_netted_and_deducted():
    found = pieces(tenure((0, 300, "张三", "2040-01-01", "no")), results(sink=(100.0, -80.0, 0.5)))
    profile = edited(uncertainty_deduction="table", risk_share=0.1)
    made = holder_application(found, profile, PERIOD, "张三", lambda *_: error(0.15))
    assert made.deduction == 0.06
    assert made.total_tco2e == pytest.approx((100.5 * 0.94 * 0.9 - 80 * 1.06) * YEARS)
    assert made.low_tco2e == pytest.approx(made.total_tco2e - YEARS * 0.94 * 0.9)
    assert made.high_tco2e == pytest.approx(made.total_tco2e + YEARS * 0.94 * 0.9)


def test_a_loss_is_borne_by_the_household_that_has_it():
    layer = tenure((0, 200, "张三", "2040-01-01", "no"), (200, 300, "李四", "2040-01-01", "no"))
    found = pieces(layer, results(sink=(10.0, -4.0, 30.0)))
    members = [Household("张三", True), Household("李四", True)]
    made = joint_application(found, load_profile(), PERIOD, "村集体", members)
    shares = made.households.set_index("holder")
    assert shares["whole_t"].to_dict() == {"张三": 30, "李四": 150}
    assert shares.loc["张三", "tonnes"] == pytest.approx(6 * YEARS)
    assert made.whole_t == 180
    assert made.pieces.groupby("holder")["whole_t"].sum().to_dict() == {"张三": 30, "李四": 150}


def test_group_rules():
    found = pieces(TWO)
    few = holder_application(found, edited(minimum_application_t=1000), PERIOD, "张三")
    assert (few.outcome, few.failed_rules) == ("no", ("TOO_FEW_TONNES",))
    apart = pieces(tenure((0, 50, "张三", "2040-01-01", "no"), (250, 300, "张三", "2040-01-01", "no")))
    made = holder_application(apart, edited(contiguous_application=True), PERIOD, "张三")
    assert made.failed_rules == ("NOT_CONTIGUOUS",)
    assert holder_application(apart, load_profile(), PERIOD, "张三").outcome == "yes"
    wide = edited(uncertainty_deduction="table")
    table = results(sink_low_tco2e_yr=np.full(3, -50.0), sink_high_tco2e_yr=np.full(3, 90.0))
    assert holder_application(pieces(TWO, table), wide, PERIOD, "张三").failed_rules[0] == "ERROR_TOO_LARGE"
    known = holder_application(pieces(TWO, table), wide, PERIOD, "张三", lambda *_: error(0.15))
    assert (known.deduction, known.failed_rules) == (0.06, ())


def error(relative):
    return TotalError(relative, -1.0, 1.0, "increment", "components")


def test_the_error_is_asked_of_the_shares_of_the_stands_that_count_and_of_the_profiles_base():
    asked = []

    def error_of(weight, base):
        asked.append((weight.tolist(), base))
        return TotalError(0.697, -8.0, 12.0, base, "components")

    found = pieces(TWO, parcels=[credited([shapely.box(0, 0, 50, 100)])])
    of_pieces = error_of_pieces(error_of, pd.Index(["C", "B", "A"]))
    made = holder_application(found, edited(uncertainty_base="stock"), PERIOD, "张三", of_pieces)
    assert asked == [([0.0, 0.5, 0.5], "stock")]
    assert made.error.relative == 0.697
    assert made.net_tco2e == pytest.approx((15 * YEARS, 7 * YEARS, 27 * YEARS))
    assert (made.low_tco2e, made.high_tco2e) == pytest.approx((7 * YEARS, 27 * YEARS))


def test_the_error_of_the_whole_layer_keeps_no_piece_out():
    rules = PASSES.replace("PRECISION+", "PRECISION-")
    assert pieces(TWO, results(rules=(rules, PASSES, PASSES)))["outcome"].iloc[0] == "yes"


def test_a_sliver_of_another_certificate_is_too_small_unless_it_adjoins():
    alone = pieces(tenure((0, 3, "张三", "2040-01-01", "no"), (10, 300, "李四", "2040-01-01", "no")))
    with pytest.raises(InputError) as caught:
        holder_application(alone, load_profile(), PERIOD, "张三")
    assert caught.value.code == "APPLICATION_EMPTY"
    adjoining = pieces(tenure((98, 300, "张三", "2040-01-01", "no")))
    assert holder_application(adjoining, load_profile(), PERIOD, "张三").pieces["stand_key"].tolist() == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda found: alone(found, "  "), "APPLICATION_HOLDER_MISSING"),
        (lambda found: alone(found, "赵六"), "APPLICATION_HOLDER_UNKNOWN"),
        (lambda found: together(found, "", Household("张三", True)), "APPLICATION_HOLDER_MISSING"),
        (lambda found: together(found, "村", Household("", True)), "APPLICATION_HOLDER_MISSING"),
        (lambda found: together(found, "村", *[Household("张三", True)] * 2), "APPLICATION_HOLDER_REPEATED"),
        (lambda found: together(found, "村", Household("张三", False)), "APPLICATION_EMPTY"),
        (lambda found: together(found, "村"), "APPLICATION_EMPTY"),
    ],
)
def test_wrong_applications_are_one_clear_error(call, code):
    with pytest.raises(InputError) as caught:
        call(pieces(TWO))
    assert caught.value.code == code


def test_periods_touch_without_overlapping():
    first, second = PERIOD, Period(date(2021, 1, 1), date(2025, 12, 31))
    assert check_periods([second, first]) == [first, second]
    with pytest.raises(UsageError) as caught:
        check_periods([first, Period(date(2020, 12, 31), date(2025, 12, 31))])
    assert caught.value.code == "PERIODS_OVERLAP"
    with pytest.raises(UsageError):
        check_periods([first, first])
    with pytest.raises(UsageError) as caught:
        check_periods([second], today=date(2024, 1, 1))
    assert caught.value.code == "PERIOD_IN_FUTURE"


def test_connected_parcels_follow_touching_borders():
    found = connected_parcels(shapes(*[shapely.box(x, 0, x + 10, 10) for x in (0, 10, 30, 40, 60)]))
    assert len(set(found[:2])) == 1
    assert len(set(found[2:4])) == 1
    assert len(set(found)) == 3


@given(st.lists(st.floats(-50, 1e6), min_size=1, max_size=60), st.integers(0, 1_000_000))
def test_whole_units_add_up_and_stay_next_to_their_share(shares, total):
    units = largest_remainder(shares, total)
    positive = np.clip(shares, 0, None)
    if positive.sum() <= 0 or total == 0:
        assert units.sum() == 0
        return
    assert units.sum() == total
    assert (units >= 0).all()
    assert (np.abs(units - positive / positive.sum() * total) < 1 + 1e-6).all()


def test_face_values():
    assert in_denominations(1234, [100, 1000]) == ({1000: 1, 100: 2}, 34)
    assert in_denominations(0, []) == ({}, 0)
