"""Share of wrong stands from the control sample."""

import json

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.classes.accuracy import stratified_accuracy
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.fieldwork.estimates import wrong_stands
from sanming_carbon_plugin.core.fieldwork.sample import draw_control
from sanming_carbon_plugin.core.fieldwork.settings import SampleSettings
from sanming_carbon_plugin.paths import resources_dir

SETTINGS = SampleSettings.from_dict(
    json.loads((resources_dir() / "fieldwork" / "sampling.json").read_text(encoding="utf-8"))
)


def sample(wrong, stratum=None, area=None, stands=None):
    wrong = np.asarray(wrong, dtype=float)
    stratum = np.asarray(["a"] * len(wrong) if stratum is None else stratum, dtype=object)
    control = pd.DataFrame(
        {"stratum": stratum, "area_ha": np.ones(len(wrong)) if area is None else area, "wrong": wrong},
        index=["k{}".format(n) for n in range(len(wrong))],
    )
    names, drawn = np.unique(stratum.astype(str), return_counts=True)
    stands = drawn * 10 if stands is None else np.asarray(stands)
    design = pd.DataFrame({"stratum": names.astype(object), "stands": stands, "drawn": drawn, "area_ha": 1.0 * stands})
    return control, design


def test_worked_by_hand():
    # Stratum a: 100 stands, 10 drawn, 2 wrong; b: 300 stands, 10 drawn, 1 wrong.
    control, design = sample([1, 1] + [0] * 8 + [1] + [0] * 9, ["a"] * 10 + ["b"] * 10, stands=[100, 300])
    found = wrong_stands(control, design, SETTINGS)
    assert found.of_stands.share == pytest.approx((100 * 0.2 + 300 * 0.1) / 400)
    variance = 0.25**2 * 0.9 * 0.2 * 0.8 / 9 + 0.75**2 * (1 - 10 / 300) * 0.1 * 0.9 / 9
    effective = min(400**2 / (10 * 10**2 + 10 * 30**2), 0.125 * 0.875 / variance)
    from scipy.stats import beta

    assert found.of_stands.low == pytest.approx(beta.ppf(0.05, 0.125 * effective, effective * 0.875 + 1))
    assert found.of_stands.high == pytest.approx(beta.ppf(0.95, 0.125 * effective + 1, effective * 0.875))
    assert (found.drawn, found.answered, found.wrong) == (20, 20, 3)


def test_agrees_with_the_accuracy_of_maps():
    random = np.random.default_rng(5)
    stratum = random.choice(["a", "b", "c"], 90)
    control, design = sample(random.random(90) < 0.2, stratum, stands=[1000, 500, 300])
    found = wrong_stands(control, design, SETTINGS)
    population = np.repeat(["a", "b", "c"], [1000, 500, 300]).astype(object)
    checked = np.zeros(1800, dtype=bool)
    reference = np.full(1800, None, dtype=object)
    for name in "abc":
        mine = control[control["stratum"] == name]
        rows = np.flatnonzero(population == name)[: len(mine)]
        checked[rows] = True
        reference[rows] = np.where(mine["wrong"] > 0, "x", name)
    accuracy = stratified_accuracy(population, np.ones(1800), checked, reference)
    assert found.of_stands.share == pytest.approx(1 - accuracy.overall)


def test_no_wrong_stand_does_not_mean_that_there_is_none():
    control, design = sample([0] * 20)
    found = wrong_stands(control, design, SETTINGS)
    assert found.of_stands.share == 0
    assert found.of_stands.low == 0
    assert 0.1 < found.of_stands.high < 0.2  # one-sided 95 % of 0 in 20: 1 − 0.05^(1/20) = 0.139
    assert found.of_stands.high == pytest.approx(1 - 0.05 ** (1 / 20))


def test_a_whole_look_leaves_no_chance():
    control, design = sample([1, 0, 0, 0], stands=[4])
    found = wrong_stands(control, design, SETTINGS)
    assert found.of_stands == type(found.of_stands)(0.25, 0.25, 0.25)


def test_large_wrong_stands_weigh_more_by_area():
    control, design = sample([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], area=[91.0, *[1.0] * 9])
    found = wrong_stands(control, design, SETTINGS)
    assert found.of_stands.share == pytest.approx(0.1)
    assert found.of_area.share == pytest.approx(0.91)
    unknown = wrong_stands(control.assign(area_ha=np.nan), design, SETTINGS)
    assert np.isnan(unknown.of_area.share)


@pytest.mark.long
def test_the_interval_holds_what_it_promises():
    random = np.random.default_rng(11)
    count = 3000
    stratum = random.choice(["a", "b"], count, p=[0.3, 0.7])
    wrong = random.random(count) < np.where(stratum == "a", 0.25, 0.04)
    area = random.gamma(2.0, 4.0, count)
    keys = np.array(["k{:05d}".format(n) for n in range(count)], dtype=object)
    truth, truth_area = wrong.mean(), (area * wrong).sum() / area.sum()
    held = held_area = 0
    shares = []
    for seed in range(300):
        drawn, chance, design = draw_control(keys, stratum.astype(object), area, 120, seed, SETTINGS)
        control = pd.DataFrame(
            {"stratum": chance["stratum"].to_numpy()[drawn], "area_ha": area[drawn], "wrong": wrong[drawn] * 1.0},
            index=keys[drawn],
        )
        found = wrong_stands(control, design, SETTINGS)
        shares.append(found.of_stands.share)
        held += found.of_stands.low <= truth <= found.of_stands.high
        held_area += found.of_area.low <= truth_area <= found.of_area.high
    assert np.mean(shares) == pytest.approx(truth, abs=0.006)
    assert held / 300 >= 0.88
    assert held_area / 300 >= 0.86


def test_missing_answers_widen_the_interval_to_both_bounds():
    full, design = sample([1] * 2 + [0] * 18)
    missing = full.copy()
    missing.iloc[[18, 19], missing.columns.get_loc("wrong")] = np.nan
    whole, part = wrong_stands(full, design, SETTINGS), wrong_stands(missing, design, SETTINGS)
    worst = full.copy()
    worst.iloc[[18, 19], worst.columns.get_loc("wrong")] = 1.0
    assert part.answered == 18
    assert part.of_stands.low <= whole.of_stands.low
    assert part.of_stands.high >= wrong_stands(worst, design, SETTINGS).of_stands.high


def test_too_many_missing_answers_are_refused_by_name():
    control, design = sample([0] * 20)
    control.iloc[:5, control.columns.get_loc("wrong")] = np.nan
    with pytest.raises(InputError) as told:
        wrong_stands(control, design, SETTINGS)
    assert told.value.code == "CONTROL_SAMPLE_INCOMPLETE"
    assert told.value.values["missing"] == 5
    assert "k0" in told.value.values["stands"]


def test_a_stratum_that_nobody_visited_is_refused_however_small():
    control, design = sample([0] * 40 + [np.nan, np.nan], ["a"] * 40 + ["b"] * 2, stands=[400, 20])
    with pytest.raises(InputError) as told:
        wrong_stands(control, design, SETTINGS)
    assert told.value.values["strata"] == ["b"]


def test_without_a_control_sample_nothing_is_said():
    control, design = sample([0, 0])
    with pytest.raises(InputError) as told:
        wrong_stands(control.iloc[:0], design.assign(drawn=0), SETTINGS)
    assert told.value.code == "CONTROL_SAMPLE_MISSING"


def test_stands_taken_off_the_list_are_missing_answers():
    control, design = sample([1] * 2 + [0] * 18)
    gone = wrong_stands(control.iloc[:18], design, SETTINGS)
    assert (gone.drawn, gone.answered) == (20, 18)
    worst = control.copy()
    worst.iloc[18:, worst.columns.get_loc("wrong")] = 1.0
    assert gone.of_stands.high == pytest.approx(wrong_stands(worst, design, SETTINGS).of_stands.high)
    assert np.isnan(gone.of_area.high)  # nobody knows how large they are
    with pytest.raises(InputError):
        wrong_stands(control.iloc[:10], design, SETTINGS)


def test_horvitz_and_thompson_by_hand():
    """Three strata with chances of 1/2, 1/10 and 1/50: every wrong stand speaks for 2, 10 and 50 stands."""
    wrong = [*(1, 0, 1, 0, 1), *(0, 0, 1, 0), *(1, 0)]
    control, design = sample(wrong, ["a"] * 5 + ["b"] * 4 + ["c"] * 2, stands=[10, 40, 100])
    found = wrong_stands(control, design, SETTINGS)
    # (3·2 + 1·10 + 1·50) wrong stands of 150; a plain share of the sample would say 5 of 11.
    assert found.of_stands.share == pytest.approx((3 * 2 + 1 * 10 + 1 * 50) / 150)
    assert found.of_area.share == pytest.approx(found.of_stands.share)  # all stands are of one size
    assert found.by_stratum["share_wrong"].tolist() == pytest.approx([0.6, 0.25, 0.5])
    assert found.of_stands.low < found.of_stands.share < found.of_stands.high


def test_the_chances_that_were_drawn_with_give_the_same_share():
    """The list states a chance for every stand; with those alone Horvitz and Thompson's estimator gives the share."""
    random = np.random.default_rng(3)
    label = np.repeat(["a", "b", "c"], [25, 300, 1200]).astype(object)
    keys = np.array(["k{:04d}".format(n) for n in range(1525)], dtype=object)
    drawn, chance, design = draw_control(keys, label, np.ones(1525), 40, 9, SETTINGS)
    assert chance["probability"].nunique() > 1  # the smallest stratum gets more than its part
    wrong = (random.random(1525) < 0.3) * 1.0
    control = pd.DataFrame({"stratum": chance["stratum"][drawn], "area_ha": 1.0, "wrong": wrong[drawn]})
    found = wrong_stands(control, design, SETTINGS)
    weighted = (wrong[drawn] / chance["probability"].to_numpy()[drawn]).sum() / 1525
    assert found.of_stands.share == pytest.approx(weighted)


@pytest.mark.long
def test_a_stand_is_drawn_as_often_as_its_chance_says():
    label = np.repeat(["a", "b"], [30, 270]).astype(object)
    keys = np.array(["k{:03d}".format(n) for n in range(300)], dtype=object)
    times = np.zeros(300)
    for seed in range(1500):
        drawn, chance, _ = draw_control(keys, label, np.ones(300), 20, seed, SETTINGS)
        times += drawn
    expected = chance["probability"].to_numpy() * 1500
    spread = np.sqrt(expected * (1 - chance["probability"].to_numpy()))
    assert np.abs((times - expected) / spread).max() < 4.5


@pytest.mark.long
@pytest.mark.parametrize(
    ("stands", "drawn", "wrong"),
    [([300, 2700], [60, 60], [0.4, 0.03]), ([300, 2700], [30, 10], [0.4, 0.03]), ([50, 3000], [20, 20], [0.6, 0.1])],
)
def test_the_interval_holds_where_chances_differ_and_only_with_them(stands, drawn, wrong):
    """Strata that are looked at harder than others must not speak for them."""
    random = np.random.default_rng(17)
    population = [random.random(count) < share for count, share in zip(stands, wrong, strict=True)]
    area = [random.gamma(2.0, 4.0, count) for count in stands]
    truth = sum(each.sum() for each in population) / sum(stands)
    truth_area = sum((a * w).sum() for a, w in zip(area, population, strict=True)) / sum(a.sum() for a in area)
    held = held_area = held_without = 0
    shares = []
    for _ in range(200):
        picked = [random.choice(count, number, replace=False) for count, number in zip(stands, drawn, strict=True)]
        control, design = sample(
            np.concatenate([w[rows] for w, rows in zip(population, picked, strict=True)]) * 1.0,
            np.repeat(["a", "b"], drawn),
            np.concatenate([a[rows] for a, rows in zip(area, picked, strict=True)]),
            stands,
        )
        found = wrong_stands(control, design, SETTINGS)
        alike = wrong_stands(control, design.assign(stands=100 * design["drawn"]), SETTINGS).of_stands
        shares.append(found.of_stands.share)
        held += found.of_stands.low <= truth <= found.of_stands.high
        held_area += found.of_area.low <= truth_area <= found.of_area.high
        held_without += alike.low <= truth <= alike.high
    assert np.mean(shares) == pytest.approx(truth, abs=0.01)
    assert held / 200 >= 0.9
    assert held_area / 200 >= 0.9
    assert held_without / 200 < 0.5
