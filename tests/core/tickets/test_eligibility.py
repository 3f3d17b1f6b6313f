"""What an eligible stand is worth in tonnes, what is missing where nobody can decide, and what is doubted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.profiles import shipped_profiles
from sanming_carbon_plugin.core.classes.evaluation import evaluate
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.tickets.eligibility import (
    ASKED_COLUMNS,
    TICKET_COLUMNS,
    applicable,
    eligibility,
)
from sanming_carbon_plugin.core.tickets.tonnes import whole_tonnes

from .conftest import credited, shapes
from .ticket_stands import BAMBOO, GOOD, PERIOD, SQUARE, checked, edited, load_profile, stand, tenure

pytestmark = pytest.mark.everywhere


# --- tonnes ---------------------------------------------------------------------------------------------


def test_first_ticket_is_plausible():
    """A plausibility check, not a proof: the growth of 7.2 m³/ha·yr was worked back from the published ticket.

    3,197 亩 of mixed broadleaf, five growing seasons from 2016 to 2020; the published ticket says 12,723 t.
    """
    area_ha = 3197 / 15
    tco2e_per_m3 = 0.482 * 1.514 * (1 + 0.262) * 0.49 * 44 / 12
    grown_tco2e = area_ha * 7.2 * 5 * tco2e_per_m3
    facts = stand(area_ha=area_ha, sink_tco2e_yr=grown_tco2e / PERIOD.years)
    result = checked(load_profile(), facts).stage
    assert result.columns["ticket"].iloc[0] == "yes"
    assert round(result.columns["ticket_tco2e"].iloc[0]) == 12_696
    assert whole_tonnes(result.columns["ticket_tco2e"].iloc[0], load_profile()) == 12_695
    assert abs(12_696 / 12_723 - 1) < 0.005
    assert set(result.issues["code"]) == {"TICKET_PROFILE_PROVISIONAL"}


def test_only_the_free_part_is_credited():
    parcels = [credited([shapely.box(0, 0, 50, 100)], start="2020-01-01", end="2022-12-31")]
    result = checked(load_profile(), stand(), parcels=parcels).stage.columns.iloc[0]
    free = 1 - 0.5 * 366 / 1827
    assert result["free_share"] == pytest.approx(free, abs=1e-12)
    assert result["ticket_tco2e"] == pytest.approx(11.9 * PERIOD.years * free, rel=1e-12)
    assert result["ticket"] == "yes"


@pytest.mark.parametrize(
    ("basis", "filled"),
    [
        ("measured", True),
        ("two_layers", True),
        ("growth_curve", False),
        ("growth_rate", False),
        ("none", False),
        (None, False),
    ],
)
def test_tonnes_need_two_dates_and_nothing_else(basis, filled):
    facts = stand(sink_basis=basis, dispute="yes", land_class="bamboo")
    assert np.isfinite(checked(load_profile(), facts).stage.columns["ticket_tco2e"].iloc[0]) == filled
    assert np.isnan(checked(load_profile(), facts, period=None).stage.columns["ticket_tco2e"].iloc[0])


def test_deductions_lower_growth_and_enlarge_loss():
    profile = edited("sanming_ticket", uncertainty_share=0.1, risk_share=0.2)
    grown = checked(profile, stand()).stage.columns["ticket_tco2e"].iloc[0]
    assert grown == pytest.approx(11.9 * PERIOD.years * 0.9 * 0.8)
    lost = checked(profile, stand(sink_tco2e_yr=-1.0)).stage.columns["ticket_tco2e"].iloc[0]
    assert lost == pytest.approx(-PERIOD.years * 1.1)


def test_baselines():
    pine = stand(species_group="pine", sink_tco2e_yr=10.0, area_ha=1.5)
    assert checked(load_profile("sanming_ticket_incremental"), pine).stage.columns["ticket_tco2e"].iloc[0] == (
        pytest.approx((10.0 - 6.0 * 1.5) * PERIOD.years)
    )
    previous = edited("sanming_ticket", baseline="previous_period")
    assert checked(previous, stand()).stage.columns["ticket_tco2e"].iloc[0] == pytest.approx(6.9 * PERIOD.years)
    stopped = load_profile("stop_harvest")
    assert checked(stopped, stand(stock_tco2e=200.0)).stage.columns["ticket_tco2e"].iloc[0] == (
        pytest.approx(200.0 * 0.25 / 10 * PERIOD.years)
    )
    assert checked(stopped, stand(stock_tco2e=2000.0)).stage.columns["ticket_tco2e"].iloc[0] == (
        pytest.approx(11.9 * PERIOD.years)
    )


# --- evidence -------------------------------------------------------------------------------------------


def evidence(check):
    issues = check.stage.issues
    found = issues.loc[issues["code"] == "TICKET_EVIDENCE_MISSING", "value"]
    return found.iloc[0] if len(found) else None


def test_unknown_lists_exactly_what_is_missing():
    profile = load_profile()
    assert evidence(checked(profile, stand())) is None
    assert evidence(checked(profile, stand(closure=np.nan))) == "closure"
    assert evidence(checked(profile, stand(dispute=None, height_m=np.nan))) == "dispute, height_m"
    assert evidence(checked(profile, stand(land_class="cropland", closure=np.nan))) is None
    assert evidence(checked(profile, stand(), parcels=None)) == "credited_layer"
    both_branches = stand(land_class=None, closure=0.1)
    assert evidence(checked(profile, both_branches)) == "land_class"
    incremental = load_profile("sanming_ticket_incremental")
    assert "reference_growth_tco2e_ha_yr" in evidence(checked(incremental, stand()))


def test_two_layers_are_unknown_and_say_why():
    check = checked(load_profile(), stand(sink_basis="two_layers"))
    assert check.stage.columns["ticket"].iloc[0] == "unknown"
    assert evidence(check) == "survey_date, survey_method"
    assert "TICKET_SURVEY_UNPROVED" in set(check.stage.issues["code"])


@pytest.mark.parametrize("basis", ["growth_curve", "growth_rate"])
@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_modelled_growth_is_never_eligible(basis, name):
    check = checked(load_profile(name), stand(sink_basis=basis), tenure_layer=tenure())
    assert check.stage.columns["ticket"].iloc[0] == "no"


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_removing_a_column_never_makes_a_stand_eligible(name):
    profile = load_profile(name)
    spoilt = ({}, {"dispute": "yes"}, {"closure": 0.1}, {"cleared_or_burned": "yes"}, {"land_class": "water"}, BAMBOO)
    facts = pd.concat([stand(**changes) for changes in spoilt])
    facts.index = pd.Index([f"S{row}" for row in range(len(spoilt))], name="stand_key")
    apart = shapes(*[shapely.box(x, 0, x + 100, 100) for x in range(0, 100 * len(spoilt), 100)])
    cover = tenure(geometry=shapely.box(0, 0, 10_000, 100))
    for layer in (None, cover):
        before = eligibility(facts, apart, profile, PERIOD, [], layer).columns["ticket"]
        for column in GOOD:
            after = eligibility(facts.drop(columns=column), apart, profile, PERIOD, [], layer).columns["ticket"]
            assert not ((after == "yes") & (before != "yes")).any(), column


@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_what_was_asked_is_kept_so_that_every_outcome_can_be_explained(name):
    profile, facts = load_profile(name), stand(closure=np.nan)
    check = checked(profile, facts, tenure_layer=tenure(geometry=shapely.box(0, 0, 50, 100)))
    kept = facts.drop(columns="dispute").join(check.stage.columns).assign(dispute=["no"])
    again = evaluate(profile.rule_set, kept)
    assert {rule: int(sign[0]) for rule, sign in again.outcomes.items()} == {
        rule: int(sign[0]) for rule, sign in check.outcomes.items()
    }


def test_an_empty_table_of_stands_gives_empty_columns():
    empty = stand().iloc[:0]
    result = eligibility(empty, shapes(), load_profile(), PERIOD, [credited([SQUARE])], tenure())
    assert list(result.columns.columns) == [*TICKET_COLUMNS, *ASKED_COLUMNS]
    assert len(result.columns) == 0


def test_overlapping_stands_of_the_application_are_not_credited_twice():
    facts = pd.concat([stand(), stand()]).set_axis(pd.Index(["A", "A#2"], name="stand_key"))
    check = checked(load_profile(), facts)
    assert list(check.stage.columns["ticket"]) == ["no", "no"]
    assert check.stage.columns["ticket_tco2e"].sum() == 0.0
    assert (check.stage.issues["code"] == "TICKET_STANDS_OVERLAP").sum() == 2


def test_an_overlap_with_ground_that_gets_no_ticket_costs_nothing():
    facts = pd.concat([stand(), stand(land_class="cropland")]).set_axis(pd.Index(["A", "B"], name="stand_key"))
    assert list(checked(load_profile(), facts).stage.columns["ticket"]) == ["yes", "no"]


# --- plausibility, schemes, methods ---------------------------------------------------------------------


def test_growth_outside_the_bench_is_doubted_by_species():
    codes = set(checked(load_profile(), stand(sink_tco2e_yr=30.0)).stage.issues["code"])
    assert {"TICKET_IMPLAUSIBLE", "TICKET_TOTAL_IMPLAUSIBLE"} <= codes
    assert "TICKET_IMPLAUSIBLE" in set(checked(load_profile(), stand(sink_tco2e_yr=4.0)).stage.issues["code"])
    slow_fir = stand(sink_tco2e_yr=4.0, species_group="chinese_fir")
    assert "TICKET_IMPLAUSIBLE" not in set(checked(load_profile(), slow_fir).stage.issues["code"])


def test_schemes_go_by_their_spellings_and_an_unknown_one_is_an_error():
    check = checked(load_profile(), stand(), parcels=[credited([SQUARE], scheme=" 林业碳票")])
    assert check.double_count.pieces["scheme"].tolist() == ["ticket"]
    with pytest.raises(InputError) as caught:
        checked(load_profile(), stand(), parcels=[credited([SQUARE, SQUARE], scheme=["CCER", "GoldStandard"])])
    assert (caught.value.code, caught.value.values["row"]) == ("TICKET_SCHEME_UNKNOWN", 2)


def test_a_method_can_be_looked_through_before_anything_is_measured():
    unmeasured = stand(sink_basis="none", origin="planted")
    geometry = shapes(SQUARE)
    assert applicable(unmeasured, geometry, load_profile("ar_cm_003"))["applicable"].iloc[0] == "unknown"
    declared = edited("ar_cm_003", tenure_evidence="declared")
    assert applicable(unmeasured, geometry, declared)["applicable"].iloc[0] == "yes"
    assert applicable(unmeasured, geometry, load_profile("ccer_14_001"))["applicable"].iloc[0] == "no"
    screened = checked(load_profile("ar_cm_003"), stand()).stage.issues["code"]
    assert "TICKET_PROFILE_IS_SCREEN" in set(screened)
