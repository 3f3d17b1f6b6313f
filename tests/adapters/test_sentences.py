"""Messages say facts, rules and faults of files in words, in both languages, and numbers no longer than they are."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.fact_words import fact_name
from sanming_carbon_plugin.adapters.message_tables import message_table
from sanming_carbon_plugin.adapters.messages import render_error, render_issues
from sanming_carbon_plugin.adapters.problem_words import problem_texts
from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.adapters.sentences import filled
from sanming_carbon_plugin.adapters.words import words_of
from sanming_carbon_plugin.core.classes.fields import KNOWN_FIELDS
from sanming_carbon_plugin.core.classes.measures import classify, measure_rules
from sanming_carbon_plugin.core.classes.overrides import Decisions
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.issues import stand_issues
from sanming_carbon_plugin.core.tickets.profiles import TICKET_FIELDS

CORE = Path(__file__).resolve().parents[2] / "sanming_carbon_plugin" / "core"


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize("name", sorted({*KNOWN_FIELDS, *TICKET_FIELDS}))
def test_every_fact_that_rules_ask_has_a_name(name):
    assert chinese(fact_name(name, "zh"))
    assert fact_name(name, "en") != name


def test_rules_and_facts_are_named_in_words():
    facts = pd.DataFrame({"land_class": ["arbor"], "species_group": ["pine"]}, index=pd.Index(["a"], name="stand_key"))
    told = render_issues(classify(facts, None, load_rule_sets()).issues)
    unknown = told[told["code"] == "CLASS_UNKNOWN"].iloc[0]
    assert "松类蓄积占比不低于65%" in unknown["message_zh"]
    assert "松类蓄积占比" in unknown["message_zh"]
    assert "等" in unknown["message_zh"]
    assert "Pine share of the stock" in unknown["message"]
    for text in (unknown["message"], unknown["message_zh"]):
        assert "PINE" not in text  # codes of rules and facts are for files
        assert "pine_share" not in text
    assert "sanming_" not in unknown["message_zh"]
    lacking = told[told["code"] == "RULES_LACK_FIELDS"].iloc[0]
    assert "松类蓄积占比" in lacking["message_zh"]
    assert "NULL" not in "".join(told["message"]) + "".join(told["message_zh"])


def test_an_interval_too_wide_is_named_as_what_is_not_exact():
    layer = pd.DataFrame(
        {"land_class": "arbor", "species_group": "pine", "pine_share_low": 0.5, "pine_share_high": 0.9},
        index=pd.Index(["a"], name="stand_key"),
    )
    issues = classify(layer, None, load_rule_sets()[:1]).issues
    assert "pine_share" in issues[issues["code"] == "CLASS_UNKNOWN"]["field"].iloc[0].split(";")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.05906233534", "0.05906"), ("105.5246697", "105.5"), (12345.678912, "12345.7"), ("35.40", "35.40"),
        ("350428", "350428"), (np.float64(0.1) + 0.2, "0.3"), ("2018-06-30", "2018-06-30"), (float("nan"), "nan"),
        ("-0.6943217", "-0.6943"), (7, "7"), (None, "NULL"),
    ],
)  # fmt: skip
def test_numbers_are_cut_to_what_counts(value, shown):
    assert filled("{value}", {"value": value}, "en") == shown


def test_what_a_template_asks_for():
    values = {"value": "0.4312", "technique": "strip_cut", "field": "pine_transform", "said": "no"}
    assert filled("{value:.0%} {technique:pine_technique}", values, "zh") == "43% 带状采伐改造"
    assert filled("{said:answer} {nothing} {field:fact}", values, "en") == "No {nothing} Pine transformation"


def _problem_texts() -> set[str]:
    """Every text of a problem in the program, told from its source."""
    found = set()
    for path in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            named = ast.unparse(node.func)
            text = node.args[1]
            if (named.endswith("roblems.add") or named == "_Refused") and isinstance(text, ast.Constant):
                found.add(text.value)
    return found


def test_every_problem_of_a_file_has_its_chinese():
    texts = problem_texts()
    assert len(_problem_texts()) > 60
    assert _problem_texts() - set(texts) == set()
    for text, text_zh in texts.items():
        assert chinese(text_zh), text
        if "{}" in text:
            fields = [name for _, name, _, _ in string.Formatter().parse(text_zh) if name is not None]
            assert len(fields) == text.count("{}"), text


def test_a_wrong_rule_file_is_told_in_chinese():
    rule = {"id": "one", "kind": "require", "condition": {"field": "closur", "op": ">=", "value": 1}}
    with pytest.raises(InputError) as caught:
        measure_rules({"id": "own", "measures": {"tending": {"rules": [rule]}}})
    message, hint = render_error(caught.value, "zh")
    assert "$.measures.tending.rules[0].condition.field：未知的字段 'closur'" in message
    assert "must" not in message
    assert hint
    english, _ = render_error(caught.value, "en")
    assert "$.measures.tending.rules[0].condition.field: unknown field 'closur'" in english


def test_wrong_decisions_are_told_in_chinese():
    row = dict.fromkeys(("stand_key", "column", "value", "reason", "name", "date", "evidence", "geometry_hash"))
    with pytest.raises(InputError) as caught:
        Decisions.from_rows(pd.DataFrame([row | {"column": "stock_tco2e", "stand_key": "a"}]))
    message, _ = render_error(caught.value, "zh")
    assert "第 1 行：缺少 reason" in message
    assert "字段 stock_tco2e 不能作人工决定" in message


def test_a_decision_is_told_in_words():
    issue = stand_issues("DECISION_SUPERSEDED", ["a"], "pine_technique", ["clear_cut"])
    shown = render_issues(issue).iloc[0]
    assert "皆伐改造" in shown["message_zh"]
    assert "clear_cut" not in shown["message_zh"]


@pytest.mark.parametrize("kind", ["errors", "issues"])
def test_templates_ask_only_for_what_there_is(kind):
    for code, entry in message_table(kind).items():
        for name, template in entry.items():
            for _, field, how, _ in string.Formatter().parse(template):
                if not field or not how:
                    continue
                known = how in ("fact", "rule", "doubt", "answer", "title", "if_any", "or_unknown") or words_of(
                    how, "en"
                )
                assert known or format(0.5, how), (code, name, how)


def test_why_nothing_was_learnt_is_said_in_words():
    shown = render_issues(stand_issues("IMAGE_SPECIES_NOT_LEARNT", ["a"], None, ["TOO_FEW_LABELS"])).iloc[0]
    assert "TOO_FEW" not in shown["message"] + shown["message_zh"]


def test_what_is_missing_in_a_message_is_said():
    values = {"technique": None, "most_ha": None, "block_ha": 4.25}
    template = (
        "{technique:pine_technique} {most_ha:or_unknown} {block_ha:or_unknown} {most_ha:if_any} {block_ha:if_any}"
    )
    assert filled(template, values, "zh") == "无 未知 4.25 无 4.25"


def test_a_doubt_about_the_earlier_layer_is_told_in_words():
    told = filled("{doubt:doubt}", {"doubt": "STAND_KEY_MISSING"}, "zh")
    assert told.startswith("“图层中没有县、乡、村、林班、小班号字段")
    assert told.endswith("”")
    assert "STAND_KEY_MISSING" not in told
    assert "{" not in told
    assert filled("{doubt:doubt}", {"doubt": "NO_SUCH"}, "en") == "NO_SUCH"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", "“合并的小层”、“松林改造提升 否，国家储备林 否”"),
        ("en", "“Small groups together”, “Pine transformation No, National reserve forest No”"),
    ],
)
def test_strata_without_answers_are_named_in_words(language, told):
    values = {"drawn": 9, "missing": 4, "limit": 20, "stands": "a"}
    values["strata"] = ["other", "pine_transform=no, reserve_forest=no"]
    message, _ = render_error(InputError("CONTROL_SAMPLE_INCOMPLETE", **values), language)
    assert told in message
