"""Which stands go to the field: reasons, shares of the visits, and the random control sample."""

import json

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.classes.evaluation import evaluate
from sanming_carbon_plugin.core.classes.fields import KNOWN_FIELDS
from sanming_carbon_plugin.core.classes.rules import RuleSet
from sanming_carbon_plugin.core.errors import InputError, UsageError
from sanming_carbon_plugin.core.fieldwork.reasons import verification_scores
from sanming_carbon_plugin.core.fieldwork.sample import choose_stands, draw_control, share_out, strata
from sanming_carbon_plugin.core.fieldwork.settings import SampleSettings
from sanming_carbon_plugin.paths import resources_dir

DATA = json.loads((resources_dir() / "fieldwork" / "sampling.json").read_text(encoding="utf-8"))
SETTINGS = SampleSettings.from_dict(DATA)
NO_ISSUES = pd.DataFrame({"stand_key": pd.Series(dtype=object), "code": pd.Series(dtype=object)})


def made_stands(count=400, seed=1):
    random = np.random.default_rng(seed)
    keys = pd.Index(["s{:05d}".format(n) for n in range(count)], dtype=object)
    sink = random.normal(10, 5, count)
    half = np.abs(random.normal(4, 3, count))
    return pd.DataFrame(
        {
            "image_conflict": np.where(random.random(count) < 0.1, "yes", "no"),
            "image_probability": random.random(count),
            "sink_tco2e_yr": sink,
            "sink_low_tco2e_yr": sink - half,
            "sink_high_tco2e_yr": sink + half,
            "pine_transform": random.choice(["yes", "no", "unknown"], count, p=[0.2, 0.75, 0.05]),
            "reserve_forest": random.choice(["yes", "no"], count),
            "area_ha": random.uniform(1, 20, count),
        },
        index=keys,
    )


def issues_of(stands):
    keys = stands.index[::9]
    return pd.DataFrame({"stand_key": keys, "code": "CONFLICT_VOLUME_TREES"})


def rules_about_closure(*conditions):
    rules = [
        {
            "id": "RULE_{}".format(number), "kind": "require", "title": "made", "title_zh": "自拟",
            "source": "made", "confidence": "high", "condition": condition,
        }
        for number, condition in enumerate(conditions)
    ]  # fmt: skip
    measure = {"title": "made", "title_zh": "自拟", "rules": rules}
    data = {
        "id": "made", "version": "1", "status": "provisional", "title": "made", "title_zh": "自拟",
        "measures": {"tending": measure},
    }  # fmt: skip
    return RuleSet.from_dict(data, KNOWN_FIELDS)


def test_the_same_seed_gives_the_same_list_in_any_order_of_rows():
    stands = made_stands()
    scores = verification_scores(stands, issues_of(stands), [], SETTINGS)
    one = choose_stands(scores, stands, 60, 7, SETTINGS)
    turned = stands.sample(frac=1.0, random_state=3)
    other = choose_stands(scores.reindex(turned.index), turned, 60, 7, SETTINGS)
    pd.testing.assert_frame_equal(one.stands.sort_index(), other.stands.sort_index())
    assert len(one.stands) == 60
    third = choose_stands(scores, stands, 60, 8, SETTINGS)
    assert set(third.stands.index[third.stands["control_sample"] == "yes"]) != set(
        one.stands.index[one.stands["control_sample"] == "yes"]
    )


def test_each_reason_gets_its_share_and_what_it_cannot_use_goes_on():
    stands = made_stands()
    scores = verification_scores(stands, NO_ISSUES, [], SETTINGS)  # no conflict, no threshold
    chosen = choose_stands(scores, stands, 80, 1, SETTINGS).stands["chosen_for"].value_counts()
    assert chosen["control"] == 20
    assert chosen["disagreement"] + chosen["uncertainty"] == 60
    assert share_out(10, {"a": 0.34, "b": 0.33, "c": 0.33}) == {"a": 4, "b": 3, "c": 3}


def test_the_best_scores_come_first_and_unknown_is_no_reason():
    stands = made_stands(100)
    stands.loc[stands.index[0], ["sink_low_tco2e_yr", "sink_high_tco2e_yr"]] = [-500.0, 500.0]
    stands.loc[stands.index[1], ["sink_low_tco2e_yr", "sink_high_tco2e_yr", "sink_tco2e_yr"]] = np.nan
    scores = verification_scores(stands, NO_ISSUES, [], SETTINGS)
    assert scores["uncertainty"].idxmax() == stands.index[0]
    assert np.isnan(scores["uncertainty"].iat[1])
    chosen = choose_stands(scores, stands, 20, 1, SETTINGS.with_shares({"uncertainty": 1.0}))
    assert stands.index[0] in chosen.stands.index
    assert (chosen.stands["control_sample"] == "no").all()


def test_every_stand_of_a_stratum_has_the_same_known_chance():
    stands = made_stands(600)
    label = strata(stands, SETTINGS)
    keys, area = stands.index.to_numpy(dtype=object), stands["area_ha"].to_numpy()
    hits = np.zeros(len(stands))
    for seed in range(400):
        drawn, chance, design = draw_control(keys, label, area, 60, seed, SETTINGS)
        hits += drawn
        assert drawn.sum() == 60
    assert (design["drawn"] >= 2).all()
    assert design["stands"].sum() == 600
    expected = chance["probability"].to_numpy()
    error = np.sqrt(expected * (1 - expected) / 400)
    assert (np.abs(hits / 400 - expected) < 5 * error).all()
    assert design["area_ha"].sum() == pytest.approx(area.sum())


def test_small_strata_are_joined_and_a_tiny_control_sample_still_has_two_of_each():
    stands = made_stands(60)
    _, _, design = draw_control(
        stands.index.to_numpy(dtype=object), strata(stands, SETTINGS), stands["area_ha"].to_numpy(), 4, 1, SETTINGS
    )
    assert len(design) <= 2
    assert (design["drawn"] >= 2).all()
    with pytest.raises(UsageError) as told:
        choose_stands(verification_scores(stands, NO_ISSUES, [], SETTINGS), stands, 4, 1, SETTINGS)
    assert told.value.code == "FIELD_BUDGET_TOO_SMALL"


def test_more_visits_than_stands_take_all_of_them_once():
    stands = made_stands(30)
    scores = verification_scores(stands, issues_of(stands), [], SETTINGS)
    chosen = choose_stands(scores, stands, 500, 1, SETTINGS.with_shares({"control": 1.0}))
    assert sorted(chosen.stands.index) == sorted(stands.index)
    assert (chosen.stands["inclusion_probability"] == 1.0).all()


def test_a_stratum_with_an_unknown_area_has_no_area():
    stands = made_stands(100)
    stands.iloc[3, stands.columns.get_loc("area_ha")] = np.nan
    _, _, design = draw_control(
        stands.index.to_numpy(dtype=object), strata(stands, SETTINGS), stands["area_ha"].to_numpy(), 20, 1, SETTINGS
    )
    assert design["area_ha"].isna().sum() == 1


CLOSED = {"field": "closure", "op": ">=", "value": 0.5}
HIGH = {"field": "height_m", "op": "<=", "value": 10.0}


def nearness(facts, *conditions):
    frame = pd.DataFrame(facts)
    scores = verification_scores(frame, NO_ISSUES, [evaluate(rules_about_closure(*conditions), frame)], SETTINGS)
    return scores["threshold"].to_numpy(), scores["threshold_measure"].tolist()


def test_near_a_threshold_on_either_side():
    score, measure = nearness({"closure": [0.5, 0.51, 0.6, 0.49, 0.3, np.nan]}, CLOSED)
    assert score[:2] == pytest.approx([1.0, 1 - 0.02 / 0.05])
    assert score[3] == pytest.approx(1 - 0.02 / 0.05)
    assert np.isnan(score[[2, 4, 5]]).all()
    assert measure == ["tending", "tending", None, "tending", None, None]


def test_a_stand_that_fails_elsewhere_is_not_near_anything():
    score, _ = nearness({"closure": [0.49, 0.49, 0.51], "height_m": [9.9, 30.0, 9.0]}, CLOSED, HIGH)
    assert score[0] == pytest.approx(1 - 0.02 / 0.05)  # only the closure keeps it out
    assert np.isnan(score[1])  # far from the height, whatever the closure
    assert score[2] == pytest.approx(1 - 0.02 / 0.05)  # the tightest of what passes


def test_classes_words_and_intervals_have_no_distance():
    score, _ = nearness({"age_group": [3.0, 2.0]}, {"field": "age_group", "op": ">=", "value": 3})
    assert np.isnan(score).all()
    score, _ = nearness({"origin": ["planted", "natural"]}, {"field": "origin", "op": "==", "value": "planted"})
    assert np.isnan(score).all()
    facts = {"pine_share_low": [0.65, 0.65], "pine_share_high": [1.0, 0.65]}
    score, _ = nearness(facts, {"field": "pine_share", "op": ">=", "value": 0.65})
    assert np.isnan(score[0])
    assert score[1] == 1.0


def test_settings_are_refused_with_every_problem():
    with pytest.raises(InputError) as told:
        SampleSettings.from_dict(DATA | {"shares": {"control": 0.5, "luck": 0.1}, "confidence": 7, "reasons": ["odd"]})
    assert told.value.code == "FIELD_SETTINGS_INVALID"
    assert told.value.values["count"] == 4
    with pytest.raises(UsageError):
        SETTINGS.with_shares({"control": 0.4})
