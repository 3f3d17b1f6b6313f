"""Why and why not for one stand; and which stands change from one rule set to another."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.core.classes.compare import COLUMNS, compare_rule_sets
from sanming_carbon_plugin.core.classes.explain import explain_stand
from sanming_carbon_plugin.core.classes.measures import classify, measure_rules, with_derived_facts

from .hand_made import apart, stand, table

RULES = load_rule_sets()
PINE = RULES[0]


def explained(facts, key="a"):
    layer = with_derived_facts(table([facts], [key]), RULES)
    return {record["rule"]: record for record in explain_stand(PINE, layer.loc[key])}


def test_every_rule_is_told_with_value_threshold_and_distance():
    records = explained(stand("pine", "slope_deg=28 closure=0.66"))
    assert set(records) == {rule.id for rule in PINE.rules}
    slope = records["CC_SLOPE25"]
    assert (slope["outcome"], slope["field"], slope["value"], slope["threshold"]) == ("fail", "slope_deg", 28.0, 25.0)
    assert slope["distance"] == pytest.approx(-3.0)
    assert slope["title_zh"].startswith("坡度小于25")
    assert slope["source"]
    assert slope["confidence"]
    assert slope["measure_outcome"] == "yes"
    assert slope["measure_technique"] == "strip_cut"
    assert records["SEL_CLOSURE"]["distance"] == pytest.approx(0.035)
    assert records["CC_USE"]["value"] == "commercial"
    assert records["CC_USE"]["distance"] is None


def test_interval_and_missing_fields_are_told():
    records = explained(stand("pine", "slope_deg_low=15 slope_deg_high=24.9 slope_over_25_share= red_line="))
    steep = records["CC_STEEPPART"]
    assert steep["outcome"] == "unknown"
    assert steep["missing"] == ["slope_over_25_share"]
    assert records["CC_SLOPE25"]["value"] == [15.0, 24.9]
    assert records["CC_SLOPE25"]["distance"] == pytest.approx(0.1)
    to_the_next_class = explained(stand("pine", f"slope_deg_low=15 slope_deg_high={float(np.nextafter(25, 0))!r}"))
    assert to_the_next_class["CC_SLOPE25"]["distance"] == 0.0  # below it, by no number that means anything
    assert records["CC_REDLINE"]["missing"] == ["red_line"]
    assert records["CC_REDLINE"]["value"] is None


def test_of_a_class_and_a_figure_the_figure_tells_how_close_it_was():
    reserve = RULES[1]
    layer = with_derived_facts(table([stand("pine", "age_group=2 closure=0.82")], ["a"]), RULES)
    told = next(one for one in explain_stand(reserve, layer.loc["a"]) if one["rule"] == "YT_CLOSURE")
    assert (told["outcome"], told["field"], told["value"], told["threshold"]) == ("pass", "closure", 0.82, 0.7)
    assert told["distance"] == pytest.approx(0.12)
    member = [one for one in told["comparisons"] if one["field"] == "age_group" and one["outcome"] == "pass"]
    assert [one["distance"] for one in member] == [None]


def test_relation_between_fields_is_told():
    area = explained(stand("pine", "slope_deg=15 area_ha=12"))["CC_AREA"]
    assert (area["field"], area["value"], area["threshold"], area["distance"]) == ("area_ha", 12.0, 10.0, -2.0)


def test_records_can_be_written_as_json():
    for facts in (stand("pine"), stand("nothing"), stand("cutover", "slope_deg=")):
        layer = with_derived_facts(table([facts], ["a"]), RULES)
        for rule_set in RULES:
            text = json.dumps(explain_stand(rule_set, layer.loc["a"]), allow_nan=False)
            assert json.loads(text)


def test_explanation_agrees_with_the_trace():
    layer = table([stand("pine", "slope_deg=28"), stand("fir"), stand("cutover", "quality_grade="), stand("nothing")])
    signs = {"pass": "+", "fail": "-", "unknown": "?"}
    columns = classify(layer, None, RULES).columns
    full = with_derived_facts(layer, RULES)
    for key in layer.index:
        for rule_set, trace, answer in (
            (RULES[0], "pine_rules", "pine_transform"),
            (RULES[1], "reserve_rules", "reserve_forest"),
        ):
            records = explain_stand(rule_set, full.loc[[key]])
            assert ";".join(r["rule"] + signs[r["outcome"]] for r in records) == columns.at[key, trace]
            assert {r["measure_outcome"] for r in records} == {columns.at[key, answer]}


def edited(change) -> object:
    data = copy.deepcopy(dict(PINE.data))
    change({rule["id"]: rule for rule in data["measures"]["pine_transform"]["rules"]}, data)
    return measure_rules(data)


def test_stands_that_change_and_the_rules_that_flip():
    layer = table(
        [stand("pine", "pine_share=0.6"), stand("pine"), stand("fir"), stand("pine", "slope_deg=20")], list("abcd")
    )

    def easier(rules, _):
        rules["PINE"]["condition"]["value"] = 0.6
        rules["CC_SLOPE25"]["condition"]["value"] = 18

    changes = compare_rule_sets(PINE, edited(easier), layer, apart(len(layer)))
    assert list(changes.columns) == list(COLUMNS)
    assert list(changes.index) == ["a", "d"]
    assert list(changes.loc["a"])[:3] == ["pine_transform", "no", "yes"]
    assert changes.loc["a", "rules"] == "PINE- to +"
    assert (changes.loc["d", "technique_before"], changes.loc["d", "technique_after"]) == ("clear_cut", "strip_cut")
    assert changes.loc["d", "rules"] == "CC_SLOPE25+ to -"


def test_rules_that_come_and_go():
    layer = table([stand("pine", "closure=0.65 slope_deg=10")], ["a"])

    def other(rules, data):
        listed = data["measures"]["pine_transform"]["rules"]
        listed.remove(rules["CC_STEEPPART"])
        listed.append({**rules["SEL_CLOSURE"], "id": "CLOSED", "technique": "clear_cut"})
        listed[-1]["condition"] = {"field": "closure", "op": ">=", "value": 0.9}

    changes = compare_rule_sets([PINE], [edited(other)], layer, apart(len(layer)))
    assert changes.loc["a", "rules"] == "CC_STEEPPART gone +;CLOSED new -"


def test_same_rules_change_nothing_and_missing_measures_are_told():
    layer = table([stand("pine"), stand("fir")], ["a", "b"])
    assert compare_rule_sets(RULES, RULES, layer, apart(len(layer))).empty
    fewer = compare_rule_sets(RULES, RULES[1:], layer, apart(len(layer)))
    assert set(fewer["measure"]) == {"pine_transform"}
    assert fewer["after"].isna().all()


def test_comparing_is_about_all_stands_at_once():
    layer = table([stand("pine", "pine_share=0.6")] * 3)
    changes = compare_rule_sets(
        PINE, edited(lambda rules, _: rules["PINE"]["condition"].update(value=0.5)), layer, apart(len(layer))
    )
    assert len(changes) == 3
    assert np.all(changes["rules"] == "PINE- to +")


def test_a_sign_that_nobody_saw_is_not_asked_for():
    sign = explained(stand("pine"))["CC_REASON"]
    assert sign["missing"] == []
    young = explained(stand("pine", "age_group=2 disturbance=insects disturbance_grade="))["CC_REASON"]
    assert young["outcome"] == "unknown"
    assert set(young["missing"]) == {"disturbance_grade", "site_volume_ratio"}
    assert explained(stand("pine", "disturbance=insects disturbance_grade=1 damage_share=0.4 age_group=2"))[
        "CC_REASON"
    ]["field"] in {"damage_share", "disturbance"}


def test_blocks_are_told_with_their_size_and_limit():
    record = explained(stand("pine", "slope_deg=15 area_ha=8"))["CC_BLOCK"]
    assert (record["field"], record["other"]) == ("clear_cut_block_ha", "clear_cut_block_limit_ha")
    assert record["missing"] == ["clear_cut_block_ha", "clear_cut_block_limit_ha"]
