"""A rule of an explanation reads as a sentence in both languages."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.jobs.explain import explanation_text
from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.adapters.rule_words import limit_in_words, seen_in_words, source_in_words
from sanming_carbon_plugin.core.classes.explain import explain_stand
from sanming_carbon_plugin.core.classes.measures import with_derived_facts

RULES = load_rule_sets()


@pytest.fixture(scope="module")
def rules():
    facts = {
        "land_class": "arbor", "species_group": "pine", "pine_share_low": 0.65, "pine_share_high": 1.0,
        "slope_deg_low": 15.0, "slope_deg_high": np.nextafter(25.0, 0), "area_ha": 3.2378213, "age_group": 4.0,
        "closure": 0.7123456, "disturbance": "none", "forest_use": "commercial", "origin": "planted",
    }  # fmt: skip
    layer = pd.DataFrame([facts], index=pd.Index(["a"], name="stand_key"))
    layer = with_derived_facts(layer, RULES, np.array([shapely.box(0, 0, 1, 1)]))
    return {
        record["rule"]: {"rule_set": one.id, "status": one.status} | record
        for one in RULES
        for record in explain_stand(one, layer)
    }


@pytest.mark.parametrize(
    ("rule", "seen", "limit"),
    [
        ("ARBOR", "地类 乔木林", "应为 乔木林"),
        ("PINE", "松类蓄积占比 0.65 – 1", "≥ 0.65"),
        ("CC_SLOPE25", "坡度(°) 15 – <25", "< 25"),
        ("CC_AREA", "面积(公顷) 3.2378", "≤ 该坡度皆伐面积上限(公顷) 10"),
        ("CC_REDLINE", "位于生态保护红线内 未知", "不应为 是"),
        ("SEL_REASON", "郁闭度 0.71235", "≥ 0.7"),
        ("CC_REASON", "龄组 成熟林", "≥ 成熟林"),
    ],
)
def test_what_a_rule_saw_and_asked_for(rules, rule, seen, limit):
    assert seen_in_words(rules[rule], "zh") == seen
    assert limit_in_words(rules[rule], "zh") == limit


def test_codes_of_a_limit_are_told_in_words_once():
    owner = next(rule for rule in load_profile(None).rule_set.rules if rule.id == "OWNER")
    layer = pd.DataFrame({"land_tenure": ["20"]}, index=pd.Index(["a"], name="stand_key"))
    records = {record["rule"]: record for record in explain_stand(load_profile(None).rule_set, layer)}
    assert seen_in_words(records[owner.id], "zh") == "林地权属 集体"
    assert limit_in_words(records[owner.id], "zh") == "不应为 未登记"
    assert limit_in_words(records[owner.id], "en").endswith(" Not recorded")


def test_every_shipped_rule_speaks_both_languages():
    for rule_set in [*RULES, load_profile(None).rule_set]:
        for rule in rule_set.rules:
            for text in (rule.title_zh, rule.source_zh):
                assert re.search("[\u4e00-\u9fff]", text), rule.id
            record = {"source": rule.source, "source_zh": rule.source_zh}
            record |= {"confidence": rule.confidence, "confidence_zh": rule.confidence_zh}
            assert source_in_words(record, "en") != source_in_words(record, "zh")


def test_a_chinese_explanation_holds_no_english_of_the_rules(rules):
    nothing = {"stand_key": "a", "figures": {"reserve_mode": None}, "decisions": [], "issues": []}
    text = explanation_text(nothing | {"rules": list(rules.values())}, "zh")
    # Names of standards and schemes, such as LY/T 1646-2005, are all that is left.
    assert set(re.findall(r"[A-Za-z_]{4,}", text)) == {"CCER"}
    assert "商品林（皆伐改造）：" in text
    assert "未知" in text
    assert "储备林建设模式" not in text
