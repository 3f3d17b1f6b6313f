"""Which stands are behind a growth curve: none that is burnt or felled, none of a slipped age, in whatever order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.carbon_parameters import load_errors, load_growth_rules, load_parameters
from sanming_carbon_plugin.core.carbon.growth import fit_curve, fit_growth
from sanming_carbon_plugin.core.carbon.growth_data import lots
from sanming_carbon_plugin.core.carbon.growth_rates import GrowthRates
from sanming_carbon_plugin.core.carbon.sink import SinkOptions, sink
from sanming_carbon_plugin.core.carbon.uncertainty import contributions, total_interval
from sanming_carbon_plugin.core.errors import InputError

RULES, PARAMETERS, ERRORS = load_growth_rules(), load_parameters(), load_errors()


def volumes(rng, age, scatter=0.15):
    return 250 * np.exp(-10 / age) * rng.lognormal(0, scatter, len(age))


def pines(count=60, seed=4, low=6.0, high=45.0, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.uniform(low, high, count)
    return table(age, volumes(rng, age), **columns)


def table(age, volume, name="a", **columns) -> pd.DataFrame:
    keys = pd.Index([f"{name}{i}" for i in range(len(age))], name="stand_key", dtype=object)
    known = {"species_code": "220", "land_class": "arbor", "area_ha": 10.0, "survey_method": "plot", **columns}
    return pd.DataFrame({"age_yr": age, "volume_m3_ha": volume, **known}, index=keys)


def modelled(facts, growth=None, rates=None):
    options = SinkOptions(growth=growth, rates=rates)
    return sink(facts, np.full(len(facts), None, dtype=object), None, PARAMETERS, ERRORS, None, options)


@pytest.mark.parametrize(
    "columns",
    [
        {"land_class": "burnt"},
        {"land_class": "cutover"},
        {"land_class": "unestablished_plantation"},
        {"disturbance": "fire"},
        {"disturbance": "insects", "disturbance_grade": 2.0},
    ],
)
def test_what_is_left_of_burnt_felled_and_disturbed_stands_bends_no_curve(columns):
    """Sound stands have the curve and the sink they have without them, and what was left out is counted."""
    sound = pines(disturbance=None, disturbance_grade=np.nan)
    rng = np.random.default_rng(1)
    remnants = table(rng.uniform(25, 45, 40), rng.uniform(10, 40, 40), "b").assign(**columns)
    alone, beside = (fit_growth(facts, PARAMETERS, RULES) for facts in (sound, pd.concat([sound, remnants])))
    for name in ("asymptote_m3_ha", "rmse_m3_ha"):
        assert beside.report()[name].tolist() == pytest.approx(alone.report()[name].tolist(), rel=1e-6)
    first, second = (modelled(sound, growth).columns["sink_tco2e_yr"] for growth in (alone, beside))
    np.testing.assert_allclose(second, first, rtol=1e-5)
    told = beside.issues.set_index("code").loc["GROWTH_LEFT_OUT"]
    assert (told["value"], told["params"]) == ("pine", {"stands": 40})
    assert "GROWTH_LEFT_OUT" not in set(alone.issues["code"])


def test_a_disturbance_of_no_grade_is_none():
    some = np.arange(60) < 30
    facts = pines(disturbance=np.where(some, "insects", "none"), disturbance_grade=np.where(some, 0.0, np.nan))
    assert fit_growth(facts, PARAMETERS, RULES).curves["pine", 0].stands == 60


@pytest.mark.parametrize("typo", [31.0, 35.0, 45.0, 250.0])
def test_one_slipped_age_makes_no_span(typo):
    rng = np.random.default_rng(0)
    age = np.r_[rng.uniform(20, 25, 40), typo]
    volume = np.r_[rng.uniform(90, 130, 40), 220.0]
    with pytest.raises(InputError, match="GROWTH_AGE_SPAN") as caught:
        fit_curve("pine", age, volume, RULES)
    assert caught.value.values["span"] <= 5.0
    younger = np.r_[age[:40], 1.0]
    with pytest.raises(InputError, match="GROWTH_AGE_SPAN"):
        fit_curve("pine", younger, volume, RULES)


def test_thirty_stands_over_fifteen_years_are_enough():
    age = np.linspace(10.0, 25.0, 30)
    found = fit_curve("pine", age, volumes(np.random.default_rng(2), age, 0.05), RULES)
    assert (found.stands, found.left_out, found.age_from_yr, found.age_to_yr) == (30, 0, 10.0, 25.0)
    with pytest.raises(InputError, match="GROWTH_TOO_FEW_STANDS"):
        fit_curve("pine", age[:29], volumes(np.random.default_rng(2), age[:29], 0.05), RULES)


def test_a_stand_alone_at_its_age_does_not_hold_the_end_of_a_curve():
    """Of volume and age that fit no worse than others, but further off than any: it alone would say what is old."""
    rng = np.random.default_rng(3)
    age = rng.uniform(6, 45, 80)
    volume = volumes(rng, age)
    clean = fit_curve("pine", age, volume, RULES)
    found = fit_curve("pine", np.r_[age, 250.0, 240.0], np.r_[volume, 190.0, 195.0], RULES)
    assert found.left_out == clean.left_out + 2
    assert found.age_to_yr == age.max()
    assert found.fitted.asymptote == pytest.approx(clean.fitted.asymptote, rel=1e-9)
    old = np.r_[age, 60.0, 62.0, 64.0]
    kept = fit_curve("pine", old, np.r_[volume, volumes(rng, old[-3:])], RULES)
    assert (kept.left_out, kept.age_to_yr) == (clean.left_out, 64.0)


def test_a_slipped_age_makes_no_span_of_remeasured_stands():
    """The pairs are too alike in age for a curve of their own; the other stands are not."""
    rng = np.random.default_rng(5)
    age = np.r_[rng.uniform(20, 25, 40), 250.0, rng.uniform(6, 45, 60)]
    volume = volumes(rng, age)
    years = np.where(np.arange(101) <= 40, 5.0, np.nan)
    then = volume * np.exp(-10 / (age - 5)) / np.exp(-10 / age)
    assert fit_curve("pine", age, volume, RULES, then, years).basis == "cross_section"


@pytest.mark.parametrize(("pairs", "narrower"), [(0, False), (5, False), (29, False), (35, True)])
def test_a_few_lucky_pairs_do_not_narrow_the_interval(pairs, narrower):
    """Growth that the curve meets to a tenth of a percent: what 5 stands say of it is chance, what 35 say is not."""
    rng = np.random.default_rng(4)
    age = np.r_[rng.uniform(20, 30, 35), rng.uniform(6, 45, 60)]
    facts = table(age, volumes(rng, age))
    curve = fit_growth(facts, PARAMETERS, RULES).curves["pine", 0]
    then = facts["volume_m3_ha"].to_numpy() / curve.ratio(age - 5, age)
    growth = fit_growth(facts, PARAMETERS, RULES, then, np.where(np.arange(95) < pairs, 5.0, np.nan))
    assert growth.curves["pine", 0].basis == "cross_section"
    assert growth.report().loc[0, "hold_out_stands"] == pairs
    found = modelled(facts, growth)
    model = contributions(found.errors).set_index("component").loc["growth_model", "sd_tco2e_yr"]
    share = model / found.columns["sink_tco2e_yr"].sum()
    if narrower:
        assert share < 0.5 * ERRORS.size["growth_curve"]
    else:
        assert share == pytest.approx(ERRORS.size["growth_curve"])


def mixed_layer(seed):
    """Two species of many ages and heights, some disturbed, some bare, some without an age."""
    rng = np.random.default_rng(seed)
    age = rng.integers(5, 50, 160).astype(float)
    facts = table(np.where(rng.random(160) < 0.05, np.nan, age), volumes(rng, age))
    facts["height_m"] = 20 * np.exp(-8 / age) * rng.lognormal(0, 0.15, 160)
    facts["species_code"] = rng.choice(["220", "310"], 160)
    facts["disturbance"] = rng.choice(["none", "fire", None], 160, p=[0.6, 0.05, 0.35])
    facts["land_class"] = rng.choice(["arbor", "burnt"], 160, p=[0.95, 0.05])
    then = np.where(rng.random(160) < 0.2, facts["volume_m3_ha"] * 0.8, np.nan)
    return facts, then, np.where(np.isnan(then), np.nan, 4.0)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1_000), st.sampled_from(["curve", "rate"]), st.integers(0, 3))
def test_modelled_sinks_do_not_depend_on_the_order_of_rows(seed, model, draw):
    """Neither where a sample of the stands is fitted, nor where parts of them are held out."""
    facts, then, years = mixed_layer(seed)
    few = replace(RULES, stands_at_most=35)
    rates = GrowthRates.from_rows(pd.DataFrame(
        [("*", None, None, 3), ("pine", None, None, 5), ("pine", 0, 20, 8)],
        columns=["group", "age_from_yr", "age_to_yr", "percent_yr"]).assign(source="x"))  # fmt: skip
    order = np.random.default_rng(seed + 1).permutation(len(facts))

    def found(rows):
        part = facts.iloc[rows]
        if model == "rate":
            return modelled(part, None, rates)
        return modelled(part, fit_growth(part, PARAMETERS, few, then[rows], years[rows], draw), rates)

    first, second = found(np.arange(len(facts))), found(order)
    names = ["sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "increment_m3_ha_yr"]
    assert first.columns["sink_tco2e_yr"].notna().sum() > 100
    np.testing.assert_allclose(second.columns[names], first.columns[names].iloc[order], rtol=1e-12)
    group = np.zeros(len(facts), dtype=np.int64)
    np.testing.assert_allclose(total_interval(second.errors, group), total_interval(first.errors, group), rtol=1e-9)


def test_a_seed_draws_other_stands_and_the_same_ones_again():
    keys = pd.Index([f"350428-1-2-3-{i}" for i in range(200)], dtype=object)
    assert (lots(keys, 1) == lots(keys[::-1], 1)[::-1]).all()
    assert (lots(keys, 1) != lots(keys, 2)).any()
    # Written down, so that another version of Python or pandas cannot draw other stands unseen.
    assert lots(pd.Index(["350428-1-2-3-4", "小班"], dtype=object), 0).tolist() == [
        15280120520909950921,
        12384496034681315110,
    ]
    assert len(np.unique(lots(keys, 0))) == 200


def test_a_stand_that_no_curve_was_fitted_to_is_moved_by_that_of_all_sites():
    """Its site is not known: neither the curve of the poorest sites nor that of any other serves it."""
    seen = pines(120, height_m=12.0)
    seen["height_m"] = seen["age_yr"] * 0.5 + np.random.default_rng(3).uniform(0, 8, len(seen))
    fit = fit_growth(seen, PARAMETERS, RULES)
    assert ("pine", 0) in fit.curves
    assert ("pine", 1) in fit.curves
    curves, served = fit.curve_of(pd.Index(["nowhere", seen.index[0]]), np.array(["pine", "pine"], dtype=object))
    assert curves[served[0]].site_class == 0
    assert curves[served[1]].site_class == fit.sites["site_class"].iloc[0] > 0
