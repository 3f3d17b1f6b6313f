"""Growth curves from made stands with a known curve, what is refused, and what a modelled sink may claim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.carbon_parameters import load_growth_rates, load_growth_rules
from sanming_carbon_plugin.core.carbon.growth import GrowthFit, fit_curve, fit_growth, project, site_classes
from sanming_carbon_plugin.core.carbon.growth_data import SurveyedStands
from sanming_carbon_plugin.core.carbon.growth_models import MODELS, SPREAD_POWERS, fit_best
from sanming_carbon_plugin.core.carbon.growth_rates import GrowthRates
from sanming_carbon_plugin.core.carbon.simulation import simulate
from sanming_carbon_plugin.core.carbon.sink import SinkOptions, sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import contributions, total_interval
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.issues import no_issues

RULES = load_growth_rules()
SHAPES = {"richards": (0.06, 2.2), "logistic": (15.0, 0.14), "schumacher": (18.0,)}


def made(model, count=400, scatter=0.1, seed=1, low=6, high=55):
    rng = np.random.default_rng(seed)
    age = rng.integers(low, high, count).astype(float)
    curve = 300.0 * MODELS[model].shape(age, np.array(SHAPES[model]))
    return age, curve * rng.lognormal(0.0, scatter, count), curve


@pytest.mark.parametrize("model", sorted(SHAPES))
def test_a_known_curve_is_found_again(model):
    age, volume, _ = made(model)
    curve = fit_curve("pine", age, volume, RULES)
    at = np.array([10.0, 20.0, 30.0, 45.0])
    truth = 300.0 * MODELS[model].shape(at, np.array(SHAPES[model]))
    assert curve.fitted.volume_m3_ha(at) == pytest.approx(truth, rel=0.06)
    assert curve.fitted.power == 1.0  # the scatter was made in proportion to the volume
    assert (curve.basis, curve.stands) == ("cross_section", 400)
    assert sum(curve.stands_by_age.values()) == 400


def test_remeasured_stands_go_first_and_give_a_hold_out_error():
    age, volume, curve = made("richards", scatter=0.2)
    then_curve = 300.0 * MODELS["richards"].shape(age - 5, np.array(SHAPES["richards"]))
    noise = np.random.default_rng(2).lognormal(0.0, 0.03, len(age))
    then = volume * then_curve / curve * noise
    found = fit_curve("pine", age, volume, RULES, then, np.full(len(age), 5.0))
    assert found.basis == "remeasured"
    ratio = found.ratio(np.array([20.0]), np.array([25.0]))[0]
    k, c = SHAPES["richards"]
    assert ratio == pytest.approx(((1 - np.exp(-k * 25)) / (1 - np.exp(-k * 20))) ** c, rel=0.03)
    assert 0 < found.hold_out_rmse < 3
    assert abs(found.hold_out_bias) < 0.5
    assert found.age_from_yr == age.min() - 5


@pytest.mark.parametrize(("model", "power"), [("richards", 1.0), ("logistic", 0.0), ("schumacher", 0.5)])
def test_the_best_curve_is_that_of_the_smallest_corrected_criterion(model, power):
    """AICc by hand for each model and spread: -2 ln L + 2k + 2k(k+1)/(n-k-1), k the parameters, sigma and the power."""
    rng = np.random.default_rng(3)
    age = rng.integers(5, 60, 36).astype(float)
    curve = 300.0 * MODELS[model].shape(age, np.array(SHAPES[model]))
    volume = curve + rng.standard_normal(36) * 0.1 * curve**power * 150 ** (1 - power)
    criteria = {}
    for name in MODELS:
        for spread in SPREAD_POWERS:
            one = fit_best(age, volume, None, None, RULES.largest_asymptote, (name, spread))
            if one is None or one.at_bound:
                continue
            mean = one.volume_m3_ha(age)
            sd = one.sigma * np.maximum(mean, volume.max() / 1000) ** spread
            k = len(one.parameters) + 2 + (spread > 0)
            ln_l = -0.5 * np.sum(((volume - mean) / sd) ** 2 + np.log(2 * np.pi * sd**2))
            criteria[name, spread] = -2 * ln_l + 2 * k + 2 * k * (k + 1) / (36 - k - 1)
            assert one.aicc == pytest.approx(criteria[name, spread], rel=1e-9)
            assert one.rmse == pytest.approx(np.sqrt(np.mean((volume - mean) ** 2)))
    best = fit_best(age, volume, None, None, RULES.largest_asymptote)
    assert (best.model, best.power) == min(criteria, key=criteria.get)
    assert len(criteria) >= 5


def test_the_report_tells_what_is_behind_each_curve():
    """Ages and classes of the very stands, and the error against increments that the fit did not see."""
    age, volume, curve = made("richards", count=120, scatter=0.2)
    then = volume * 300.0 * MODELS["richards"].shape(age - 5, np.array(SHAPES["richards"])) / curve
    noise = np.random.default_rng(8).normal(0.0, 2.0, 120)
    then = np.maximum(then + noise, 0.5)
    unknown = np.full(120, np.nan)
    remeasured = fit_curve("pine", age, volume, RULES, then, np.full(120, 5.0))
    few = np.where(np.arange(120) < 20, 5.0, np.nan)
    held = fit_curve("pine", age, volume, RULES, then, few)
    never = fit_curve("pine", age, volume, RULES, unknown, unknown)
    sites = pd.DataFrame({"site_class": [], "site_index_m": []})
    curves = {("pine", at): found for at, found in enumerate((remeasured, held, never))}
    report = GrowthFit(curves, sites, no_issues()).report()
    assert report["basis"].tolist() == ["remeasured", "cross_section", "cross_section"]
    assert report["stands"].tolist() == [found.stands for found in curves.values()]
    assert (report["stands"] + report["left_out"]).tolist() == [120, 120, 120]
    classes = np.unique(age // 10 * 10, return_counts=True)
    if never.left_out == 0:
        assert never.stands_by_age == {int(low): int(n) for low, n in zip(*classes, strict=True)}
    assert report["stands_by_age"].str.contains(r"^0-9: \d+; 10-19: \d+; 20-29: \d+").all()
    assert age.min() - 5 <= report["age_from_yr"].iloc[0] <= age.min() - 1
    assert report["age_from_yr"].tolist()[1:] == [age.min()] * 2
    assert report["age_to_yr"].tolist() == [age.max()] * 3
    assert (report[["rmse_m3_ha", "aicc", "asymptote_m3_ha"]].notna()).all(axis=None)
    # 2 m3/ha of noise at the earlier date is at least 0.4 m3/ha a year over five years.
    assert 0.3 < report["hold_out_rmse_m3_ha_yr"].iloc[0] < 4.0
    assert report["hold_out_rmse_m3_ha_yr"].iloc[1] > 0.3
    assert report[["hold_out_rmse_m3_ha_yr", "hold_out_bias_m3_ha_yr"]].iloc[2].isna().all()


def test_the_hold_out_error_is_that_of_stands_the_fit_did_not_see():
    """Stands whose growth follows no curve are missed by their scatter, also where a part has no free curve."""
    rng = np.random.default_rng(5)
    age = rng.integers(10, 50, 60).astype(float)
    volume = 300.0 * MODELS["richards"].shape(age, np.array(SHAPES["richards"]))
    grown = rng.choice([1.0, 9.0], 60)
    found = fit_curve("pine", age, volume, RULES, volume - 5 * grown, np.full(60, 5.0))
    assert found.hold_out_rmse > 3.0
    assert found.hold_out_share == pytest.approx(found.hold_out_rmse / grown.mean())


def test_every_stand_is_held_out_once(monkeypatch):
    """Of five fits each leaves out a fifth, so that no increment is compared with a curve that was fitted to it."""
    age, volume, curve = made("richards", count=60, scatter=0.02)
    then = volume * 300.0 * MODELS["richards"].shape(age - 5, np.array(SHAPES["richards"])) / curve
    fits, fit = [], SurveyedStands.fit

    def seen(data, use, remeasured, rules, only=None):
        if only is not None:
            fits.append(set(use.tolist()))
        return fit(data, use, remeasured, rules, only)

    monkeypatch.setattr(SurveyedStands, "fit", seen)
    found = fit_curve("pine", age, volume, RULES, then, np.full(60, 5.0))
    used = set.union(*fits)
    assert len(used) == found.stands
    assert [len(fits), sum(len(used - part) for part in fits)] == [RULES.folds, found.stands]


@pytest.mark.parametrize(
    ("count", "low", "high", "code"), [(29, 5, 60, "GROWTH_TOO_FEW_STANDS"), (200, 20, 34, "GROWTH_AGE_SPAN")]
)
def test_too_little_is_refused(count, low, high, code):
    age, volume, _ = made("richards", count=count, low=low, high=high)
    with pytest.raises(InputError) as caught:
        fit_curve("pine", age, volume, RULES)
    assert caught.value.code == code


def test_a_slipped_decimal_point_does_not_bend_the_curve():
    age, volume, _ = made("richards")
    clean = fit_curve("pine", age, volume, RULES)
    volume[[3, 17]] *= 10
    found = fit_curve("pine", age, volume, RULES)
    assert found.left_out == 2
    at = np.array([10.0, 25.0, 45.0])
    assert found.fitted.volume_m3_ha(at) == pytest.approx(clean.fitted.volume_m3_ha(at), rel=0.02)


def test_a_curve_held_by_its_bounds_is_not_offered():
    age = np.linspace(5, 40, 60)
    with pytest.raises(InputError, match="GROWTH_NO_CURVE"):
        fit_curve("pine", age, np.linspace(300, 20, 60), RULES)


def test_site_classes_come_from_height_at_age():
    rng = np.random.default_rng(0)
    age, site = rng.uniform(8, 50, 300), rng.choice([0.8, 1.0, 1.2], 300)
    found, index = site_classes(age, 20 * np.exp(-8 / age) * site, 3)
    assert np.mean(found == np.searchsorted([0.8, 1.0, 1.2], site) + 1) > 0.95
    assert np.corrcoef(index, site)[0, 1] > 0.99
    assert site_classes(np.array([np.nan, 10.0]), np.array([10.0, np.nan]), 3)[0].tolist() == [0, 0]


@pytest.fixture
def layer(make_facts):
    age, volume, _ = made("richards")
    height = 20 * np.exp(-8 / age)
    return make_facts(
        [f"s{i}" for i in range(len(age))], species_code="220", volume_m3_ha=volume, age_yr=age, height_m=height
    )


def test_stands_move_along_the_ratio_of_their_curve(layer, parameters):
    growth = fit_growth(layer, parameters, RULES)
    found = project(layer, growth, parameters, 10)
    columns = found.columns
    k, c = growth.curves["pine", 0].fitted.parameters
    assert columns["volume_projected_m3_ha"].notna().all()
    assert (columns["volume_projected_m3_ha"] > layer["volume_m3_ha"]).all()
    assert set(columns["projection_basis"]) == {"growth_curve"}
    assert {"GROWTH_EXTRAPOLATED"} == set(found.issues["code"])
    assert "GROWTH_CROSS_SECTION" in set(growth.issues["code"])
    assert len(growth.report()) == len(growth.curves)
    assert k > 0
    assert c > 0


def test_what_no_curve_can_say_stays_unknown(layer, parameters):
    growth = fit_growth(layer, parameters, RULES)
    other = layer.iloc[:4].copy()
    other["species_code"] = ["310", "220", "220", "660"]
    other["age_yr"] = [20.0, np.nan, 1.0, 3.0]
    found = project(other, growth, parameters, 5)
    assert found.columns["stock_projected_tco2e"].isna().all()
    assert set(found.columns["projection_basis"]) == {"none"}
    assert set(found.issues["code"]) == {
        "GROWTH_NO_CURVE_FOR_GROUP",
        "GROWTH_NO_AGE",
        "GROWTH_AGE_OUTSIDE",
        "GROWTH_NOT_BY_VOLUME",
    }


def test_a_modelled_sink_says_so_and_has_a_wider_interval(layer, parameters, errors, five_years):
    growth = fit_growth(layer, parameters, RULES)
    nowhere = np.full(len(layer), None, dtype=object)
    layer = layer.assign(survey_date="2020-12-31")
    then = layer.iloc[:50].assign(volume_m3_ha=lambda t: t["volume_m3_ha"] * 0.9, survey_date="2015-12-31")
    earlier = EarlierInventory(then, nowhere[:50])
    found = sink(layer, nowhere, earlier, parameters, errors, five_years, SinkOptions(growth=growth))
    assert set(found.columns["sink_basis"].iloc[:50]) == {"measured"}
    assert set(found.columns["sink_basis"].iloc[50:]) == {"growth_curve"}
    assert found.columns[["sink_low_tco2e_yr", "sink_high_tco2e_yr"]].notna().all(axis=None)
    whole = total_interval(found.errors, np.zeros(len(layer), dtype=np.int64)).iloc[0]
    assert whole["stands"] == len(layer)
    assert whole["sink_tco2e_yr"] == pytest.approx(found.columns["sink_tco2e_yr"].sum())
    drawn = simulate(found.errors, parameters, 3000, seed=1)
    assert whole["sd_tco2e_yr"] == pytest.approx(drawn.std(), rel=0.06)
    shares = contributions(found.errors).set_index("component")["share"]
    assert shares["growth_model"] > 0.1


@pytest.fixture
def layer_of_sites(make_facts):
    """Pines of three sites that differ in height and in how fast their volume grows, and firs that grow faster."""
    rng = np.random.default_rng(4)
    count = 450
    site = np.arange(count) % 3
    age = rng.integers(6, 55, count).astype(float)
    species = np.where(np.arange(count) < 300, "220", "310").astype(object)
    rate = np.array([0.03, 0.06, 0.10])[site] * np.where(species == "220", 1.0, 1.5)
    volume = 300.0 * (1 - np.exp(-rate * age)) ** 2.2 * rng.lognormal(0.0, 0.03, count)
    height = 20 * np.exp(-8 / age) * np.array([0.7, 1.0, 1.3])[site]
    return make_facts(
        [f"s{i}" for i in range(count)], species_code=species, volume_m3_ha=volume, age_yr=age, height_m=height
    ), rate


def test_each_species_and_site_has_a_curve_of_its_own_and_is_moved_by_it(layer_of_sites, parameters):
    facts, rate = layer_of_sites
    growth = fit_growth(facts, parameters, RULES)
    assert {(group, site) for group in ("pine", "chinese_fir") for site in range(4)} <= set(growth.curves)
    assert (growth.sites["site_class"] == np.arange(len(facts)) % 3 + 1).mean() > 0.97
    found = project(facts, growth, parameters, 10)
    ratio = (found.columns["volume_projected_m3_ha"] / facts["volume_m3_ha"]).to_numpy()
    age = facts["age_yr"].to_numpy()
    truth = ((1 - np.exp(-rate * (age + 10))) / (1 - np.exp(-rate * age))) ** 2.2
    inside = (age >= 10) & (age <= 40)
    assert ratio[inside] == pytest.approx(truth[inside], rel=0.12)
    curves, served = growth.curve_of(facts.index, np.full(len(facts), "pine", dtype=object))
    assert {curves[at].site_class for at in np.unique(served)} == {1, 2, 3}
    # The curve of all sites would be wrong by far more than that for most stands.
    one = growth.curves["pine", 0].ratio(age, age + 10)
    assert np.median(np.abs(one / truth - 1)[inside & (np.arange(len(age)) % 3 != 1)]) > 0.12


def test_a_stand_without_a_height_is_moved_by_the_curve_of_all_sites(layer_of_sites, parameters):
    facts, _ = layer_of_sites
    growth = fit_growth(facts, parameters, RULES)
    other = facts.iloc[:1].assign(height_m=np.nan)
    other.index = pd.Index(["elsewhere"])
    found = project(other, growth, parameters, 10).columns.iloc[0]
    age = other["age_yr"].to_numpy()
    ratio = growth.curves["pine", 0].ratio(age, age + 10)[0]
    assert found["volume_projected_m3_ha"] == pytest.approx(other["volume_m3_ha"].iloc[0] * ratio)


@pytest.mark.parametrize(
    ("share", "pairs", "expected"),
    [(0.1, 30, 0.1), (0.6, 30, 0.6), (0.1, 29, None), (0.6, 29, 0.6), (np.nan, 0, None), (np.nan, 30, None)],
)
def test_the_hold_out_error_of_its_curve_is_in_the_interval_of_a_modelled_sink(
    layer, parameters, errors, five_years, share, pairs, expected
):
    """One sd of the model is the hold-out share of the sink; from few re-measured stands at least that of the table."""
    growth = fit_growth(layer, parameters, RULES)
    told = {"hold_out_share": share, "hold_out_stands": pairs}
    held = {key: replace(curve, **told) for key, curve in growth.curves.items()}
    growth = replace(growth, curves=held, sites=growth.sites.assign(site_class=0))
    nowhere = np.full(len(layer), None, dtype=object)
    found = sink(layer, nowhere, None, parameters, errors, five_years, SinkOptions(growth=growth))
    table = contributions(found.errors).set_index("component")["sd_tco2e_yr"]
    total = found.columns["sink_tco2e_yr"].sum()
    expected = errors.size["growth_curve"] if expected is None else expected
    assert table["growth_model"] / total == pytest.approx(expected, rel=1e-9)
    one = contributions(found.errors, np.where(np.arange(len(layer)) == 0, 0, -1)).set_index("component")
    width = found.columns["sink_high_tco2e_yr"] - found.columns["sink_low_tco2e_yr"]
    assert width.iloc[0] / 2 == pytest.approx(1.6448536 * np.sqrt((one["sd_tco2e_yr"] ** 2).sum()))


def rates(tmp_path, text):
    path = tmp_path / "rates.csv"
    path.write_text("group,age_from_yr,age_to_yr,percent_yr,source\n" + text, encoding="utf-8")
    return load_growth_rates(path)


def test_pressler_rates_of_a_users_table(tmp_path, make_facts, parameters, errors):
    """100 m3 at 8 %: 100*2*8/(200-8) = 8.3333, and back: 200*8.3333/(100+108.3333) = 8."""
    table = rates(tmp_path, "*,,,2,office\npine,,20,8,office\npine,21,,4,office\n")
    facts = make_facts(
        species_code=["220", "220", "310", "660", None], volume_m3_ha=[100.0, 100.0, 50.0, 0.0, 100.0],
        age_yr=[20.0, 21.0, np.nan, 2.0, 9.0], stems_per_ha=2000.0,
    )  # fmt: skip
    found = sink(facts, np.full(5, None, dtype=object), None, parameters, errors, options=SinkOptions(rates=table))
    grown = found.columns["increment_m3_ha_yr"].to_numpy()[:3]
    assert grown == pytest.approx([1600 / 192, 800 / 196, 200 / 198])
    then = facts["volume_m3_ha"].to_numpy()[:3]
    assert 200 * grown / (then + then + grown) == pytest.approx([8.0, 4.0, 2.0])  # Pressler, of a year
    assert found.columns["sink_tco2e_yr"].iloc[0] == pytest.approx(10 * 1600 / 192 * 1.1198797, rel=1e-6)
    assert found.columns["sink_basis"].tolist() == ["growth_rate"] * 3 + ["none"] * 2
    assert found.columns["sink_tco2e_yr"].iloc[3:].isna().all()


def test_wrong_rates_are_reported_together(tmp_path):
    with pytest.raises(InputError) as caught:
        rates(tmp_path, "pine,30,20,8,x\nchinese_fir,,,800,x\n,,,5,x\n")
    assert caught.value.values["count"] == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pine,,,0.06,office\n", "pine.percent_yr: 0.06 (0.5 … 60)"),
        ("pinee,,,6,office\n", "pinee.group: pinee"),
        ("pine,0,20,8,office\npine,20,40,4,office\n", "pine.age_from_yr | age_to_yr: 20 … 40 (2x)"),
        ("*,,,8,office\n*,,,4,office\n", "(2x)"),
        ("pine,0,20,8,\n", "pine.source: empty"),
    ],
)
def test_rates_that_would_pass_for_others_are_refused(tmp_path, text, problem):
    with pytest.raises(InputError) as caught:
        rates(tmp_path, text)
    assert caught.value.values["count"] == 1
    assert problem in caught.value.values["problems"]


@pytest.mark.parametrize("model", ["curve", "rate"])
def test_a_volume_of_0_and_bare_land_are_moved_by_no_model(tmp_path, make_facts, parameters, errors, model):
    """0 times any growth would be a sink of 0 with an interval of 0; and no stand grows on cropland."""
    layer = stand_layer(make_facts)
    if model == "curve":
        options = SinkOptions(growth=fit_growth(layer, parameters, RULES))
    else:
        options = SinkOptions(rates=rates(tmp_path, "*,,,6,office\n"))
    facts = make_facts(
        species_code="220", volume_m3_ha=[0.0, 80.0, 80.0, 80.0, 80.0], age_yr=20.0,
        land_class=["arbor", "arbor", "built_up", "cropland", "cutover"],
    )  # fmt: skip
    found = sink(facts, np.full(5, None, dtype=object), None, parameters, errors, options=options)
    assert found.columns["sink_tco2e_yr"].notna().tolist() == [False, True, False, False, False]
    assert found.columns["sink_basis"].tolist() == ["none", f"growth_{model}", "none", "none", "none"]
    told = found.issues.groupby("code")["stand_key"].agg(list)
    assert told["GROWTH_VOLUME_ZERO"] == ["s0"]
    assert told["GROWTH_BARE_LAND"] == ["s2", "s3", "s4"]


def test_a_volume_of_0_is_not_projected(make_facts, parameters):
    layer = stand_layer(make_facts)
    facts = make_facts(species_code="220", volume_m3_ha=[0.0, 80.0], age_yr=20.0)
    found = project(facts, fit_growth(layer, parameters, RULES), parameters, 5.0)
    assert found.columns["stock_projected_tco2e"].notna().tolist() == [False, True]
    assert found.columns["projection_basis"].tolist() == ["none", "growth_curve"]
    assert "GROWTH_VOLUME_ZERO" in set(found.issues["code"])


def stand_layer(make_facts):
    """200 stands of pine on one curve, from 5 to 60 years."""
    rng = np.random.default_rng(4)
    age = np.linspace(5, 60, 200)
    volume = 300 * (1 - np.exp(-0.06 * age)) ** 2.5 * rng.lognormal(0, 0.1, 200)
    return make_facts(species_code="220", volume_m3_ha=volume, age_yr=age)


def test_a_rate_needs_no_ages():
    rates = GrowthRates.from_rows(pd.DataFrame([{"group": "*", "percent_yr": "5", "source": "x"}]))
    assert rates.percent_yr.tolist() == [5.0]
    assert np.isnan([*rates.age_from_yr, *rates.age_to_yr]).all()
