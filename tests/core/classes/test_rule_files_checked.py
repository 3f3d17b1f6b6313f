"""Rule files are checked as a whole: every problem is named with its place, hostile files are refused."""

from __future__ import annotations

import copy
import json

import pytest

from sanming_carbon_plugin.adapters.rule_files import load_rule_sets, read_rules
from sanming_carbon_plugin.core.classes.fields import KNOWN_FIELDS
from sanming_carbon_plugin.core.classes.measures import measure_rules, with_own_rules
from sanming_carbon_plugin.core.classes.rules import RuleSet
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.paths import resources_dir

CLOSED = {"field": "closure", "op": ">=", "value": 0.7}


def is_(field, op, value):
    return {"field": field, "op": op, "value": value}


def rule(condition, rule_id="ONE", kind="require", **more):
    return {
        "id": rule_id, "kind": kind, "title": "t", "title_zh": "题", "condition": condition,
        "source": "s", "confidence": "low", **more,
    }  # fmt: skip


def rule_file(*rules, **more):
    return {
        "id": "own", "version": "1", "status": "provisional", "title": "Own", "title_zh": "自定",
        "measures": {"tending": {"title": "Tending", "title_zh": "抚育", "rules": list(rules)}}, **more,
    }  # fmt: skip


def problems(data) -> str:
    with pytest.raises(InputError) as caught:
        measure_rules(data)
    assert caught.value.code == "RULES_INVALID"
    return str(caught.value.values["problems"])


def test_a_good_file_is_accepted():
    rules = measure_rules(rule_file(rule(CLOSED)))
    assert [one.id for one in rules.rules] == ["ONE"]
    assert rules.status == "provisional"


@pytest.mark.parametrize(
    ("condition", "place", "words"),
    [
        ({"field": "closur", "op": ">=", "value": 0.7}, ".condition.field", "unknown field 'closur'"),
        ({"field": ["closure"], "op": ">=", "value": 0.7}, ".condition.field", "unknown field"),
        ({"field": "closure", "op": "=>", "value": 0.7}, ".condition.op", "unknown comparison"),
        ({"field": "closure", "op": ["<"], "value": 0.7}, ".condition.op", "unknown comparison"),
        ({"field": "closure", "op": ">=", "value": "0.7"}, ".condition.value", "must be a number, not '0.7'"),
        ({"field": "closure", "op": ">=", "value": True}, ".condition.value", "must be a number, not True"),
        ({"field": "closure", "op": ">=", "value": None}, ".condition.value", "must be a number"),
        ({"field": "closure", "op": ">=", "value": 70}, ".condition.value", "outside the possible range 0 to 1"),
        ({"field": "area_ha", "op": ">=", "value": 1e308}, ".condition.value", "not a usable number"),
        ({"field": "area_ha", "op": ">=", "value": float("nan")}, ".condition.value", "not a usable number"),
        ({"field": "area_ha", "op": ">=", "value": 10**4000}, ".condition.value", "not a usable number"),
        ({"field": "closure", "op": "between", "value": [0.8, 0.3]}, ".condition.value", "the smaller one first"),
        ({"field": "closure", "op": "between", "value": [0.8]}, ".condition.value", "must be two numbers"),
        ({"field": "closure", "op": "in", "value": []}, ".condition.value", "list of 1 to"),
        ({"field": "closure", "op": "in", "value": [0.1, "x"]}, ".condition.value[1]", "must be a number"),
        ({"field": "origin", "op": "==", "value": "wild"}, ".condition.value", "'wild' is no word of this field"),
        ({"field": "origin", "op": "==", "value": 1}, ".condition.value", "must be text"),
        ({"field": "origin", "op": "<", "value": "planted"}, ".condition.op", "needs a number"),
        ({"field": "species_code", "op": "==", "value": "__import__('os').system('x')"}, ".condition.value", "no word"),
        ({"field": "county", "op": "in", "value": ["350428", "x' OR 1"]}, ".condition.value[1]", "no word"),
        ({"field": "closure", "op": ">="}, ".condition", 'needs either "value" or "other"'),
        ({"field": "closure", "op": ">=", "value": 0.5, "other": "age_yr"}, ".condition", "needs either"),
        ({"field": "closure", "op": ">=", "other": "origin"}, ".condition.other", "of different kinds"),
        ({"field": "closure", "op": ">=", "other": "closure"}, ".condition.other", "compared with itself"),
        ({"field": "closure", "op": "in", "other": "age_yr"}, ".condition.op", "does not compare two fields"),
        ({"field": "closure", "op": ">=", "other": "age"}, ".condition.other", "unknown field"),
        ({"field": "closure", "op": ">=", "value": 0.5, "eval": "1"}, ".condition", "unknown key 'eval'"),
        ({"all": []}, ".condition.all", "at least one condition"),
        ({"any": {"field": "closure"}}, ".condition.any", "must be a list"),
        ({"all": [CLOSED], "any": [CLOSED]}, ".condition", "stands with other keys"),
        ({"all": [CLOSED, {"not": "closure > 1"}]}, ".condition.all[1].not", "must be an object"),
        ({"ref": "NOWHERE"}, ".condition", "there is no definition 'NOWHERE'"),
        ({"ref": ["A"]}, ".condition", "there is no definition"),
        ("closure >= 0.7", ".condition", "must be an object"),
        (None, ".condition", "must be an object"),
        ({"all": [CLOSED] * 501}, ".condition.all", "more than 500"),
    ],
)  # fmt: skip
def test_conditions_that_cannot_be_used(condition, place, words):
    text = problems(rule_file(rule(condition)))
    assert "$.measures.tending.rules[0]" + place + ": " in text
    assert words in text


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"all": [is_("slope_deg", "<", 15), is_("slope_deg", ">", 25)]}, "never be true"),
        ({"all": [is_("origin", "==", "planted"), is_("origin", "==", "natural")]}, "never be true"),
        ({"field": "age_group", "op": ">", "value": 5}, "never be true"),
        ({"field": "closure", "op": "<=", "value": 1}, "always true"),
        ({"field": "origin", "op": "in", "value": ["planted", "natural"]}, "always true"),
        ({"any": [is_("closure", "<", 0.5), is_("closure", ">=", 0.5)]}, "always true"),
        ({"all": [CLOSED, {"any": [is_("closure", "<", 0.3), is_("closure", "==", 0.6)]}]}, "never be true"),
        ({"field": "slope_over_15_share", "op": "outside", "value": [0, 1]}, "never be true"),
    ],
)  # fmt: skip
def test_dead_rules(condition, words):
    assert words in problems(rule_file(rule(condition)))


def test_rules_that_contradict_each_other():
    young = rule({"field": "age_group", "op": "<=", "value": 2})
    not_young = rule({"field": "age_group", "op": "<=", "value": 2}, "TWO", "exclude")
    assert "no stand can fit" in problems(rule_file(young, not_young))


def test_a_rule_that_says_the_same_as_another():
    again = rule({"not": {"field": "closure", "op": "<", "value": 0.7}}, "TWO")
    assert "TWO says the same as ONE" in problems(rule_file(rule(CLOSED), again))


def test_a_technique_that_can_never_apply():
    data = json.loads((resources_dir() / "rules" / "pine_transformation.json").read_text(encoding="utf-8"))
    rules = data["measures"]["pine_transform"]["rules"]
    rules.append(rule({"field": "land_class", "op": "==", "value": "bamboo"}, "DEAD", "require", technique="strip_cut"))
    assert "strip_cut can never apply" in problems(data)


def test_circles_and_idle_definitions():
    definitions = {
        "A": {"condition": {"all": [{"ref": "B"}, CLOSED]}},
        "B": {"condition": {"not": {"ref": "C"}}},
        "C": {"condition": {"ref": "A"}},
        "IDLE": {"condition": CLOSED},
    }
    text = problems(rule_file(rule({"ref": "A"}), definitions=definitions))
    assert "go in a circle: A → B → C → A" in text
    assert "$.definitions.IDLE: is never used" in text


def test_every_problem_is_told_at_once():
    data = rule_file(
        rule({"field": "closur", "op": ">=", "value": 0.7}),
        rule(CLOSED, "ONE"),
        rule(CLOSED, "lower"),
        rule(CLOSED, "KIND", "allow"),
        rule(CLOSED, "TECH", technique="clear_cut"),
        rule(CLOSED, "SRC", source=""),
        rule(CLOSED, "EXTRA", code="print()"),
        "no rule",
        status="final",
        precedence=["tending", "tending", "mining"],
        python="import os",
    )
    data["measures"]["mining"] = {}
    data["measures"]["closure"] = {"title": "<script>x</script>", "title_zh": "\x07", "rules": []}
    text = problems(data)
    for words in (
        "rules[0].condition.field: unknown field",
        "rules[1].id: ONE stands twice",
        "rules[2].id: must be 1 to 24 capitals",
        "rules[3].kind: must be one of exclude, require, technique",
        "rules[4].technique: 'clear_cut' is no technique",
        "rules[5].source: must be a text",
        "rules[6]: unknown key 'code'",
        "rules[7]: must be an object",
        "$.status: must be one of official, provisional",
        "$.precedence: names a measure twice",
        "$.precedence: unknown measure 'mining'",
        "$: unknown key 'python'",
        "$.measures.mining: unknown measure",
        "$.measures.closure.title: holds control characters or markup",
        "$.measures.closure.title_zh: holds control characters or markup",
        "$.measures.closure.rules: must be a list with at least one rule",
    ):
        assert words in text


@pytest.mark.parametrize("data", [None, [], "x", 3, {}, {"measures": []}, {"measures": {"tending": None}}])
def test_files_of_the_wrong_shape(data):
    assert "$" in problems(data)


def test_deep_nesting_is_refused_with_its_place():
    condition = CLOSED
    for _ in range(300):
        condition = {"all": [condition]}
    assert "more than 16 levels" in problems(rule_file(rule(condition)))


def test_ten_thousand_rules_are_refused():
    text = problems(rule_file(*[rule(CLOSED, "R{}".format(i)) for i in range(10_000)]))
    assert text == "$.measures.tending.rules: has 10000 rules, more than 300"


def test_definitions_that_multiply_are_refused():
    definitions = {"D0": {"condition": CLOSED}}
    for i in range(1, 14):
        definitions["D{}".format(i)] = {"condition": {"all": [{"ref": "D{}".format(i - 1)}] * 10}}
    assert "more than 2000 parts" in problems(rule_file(rule({"ref": "D13"}), definitions=definitions))


def test_many_problems_are_cut_short_but_counted():
    broken = [rule({"field": "x", "op": "<", "value": 1}, "R{}".format(i)) for i in range(200)]
    with pytest.raises(InputError) as caught:
        measure_rules(rule_file(*broken))
    assert caught.value.values["count"] == 200
    assert len(str(caught.value)) < 5_000


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"clear_cut_limits": []}, "$.clear_cut_limits"),
        ({"clear_cut_limits": {"rows": [{"slope_below_deg": 5}]}}, "$.clear_cut_limits.rows[0]"),
        ({"clear_cut_limits": {"rows": [{"slope_below_deg": 5, "area_ha": -1}]}}, "$.clear_cut_limits.rows[0]"),
        ({"clear_cut_limits": {"rows": [{"slope_below_deg": True, "area_ha": 1}]}}, "$.clear_cut_limits.rows[0]"),
        (
            {
                "clear_cut_limits": {
                    "rows": [{"slope_below_deg": 5, "area_ha": 1}, {"slope_below_deg": 4, "area_ha": 1}]
                }
            },
            "$.clear_cut_limits.rows",
        ),
        ({"site_yield": 3}, "$.site_yield"),
        ({"site_yield": {"least_stands": 0, "highest_volume_m3_ha": 1}}, "$.site_yield.least_stands"),
        ({"site_yield": {"least_stands": 10, "highest_volume_m3_ha": 1e9}}, "$.site_yield.highest_volume_m3_ha"),
        ({"site_yield": {"least_stands": 10, "highest_volume_m3_ha": 1, "x": 1}}, "$.site_yield: unknown key"),
    ],
)
def test_further_sections_are_checked(section, place):
    assert place in problems(rule_file(rule(CLOSED), **section))


def test_evidence_of_rasters_may_be_asked():
    asked = {
        "all": [{"field": "ndvi_mean", "op": ">", "value": 0.4}, {"field": "ndvi_support", "op": ">=", "value": 0.9}]
    }
    assert measure_rules(rule_file(rule(asked))).rules
    asked = {"field": "ndvi_support", "op": ">=", "value": 90}
    assert "outside the possible range" in problems(rule_file(rule(asked)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "JSON_INVALID"),
        (b'{"a": 1, "a": 2}', "JSON_INVALID"),
        (b'{"a": NaN}', "JSON_INVALID"),
        (b'{"a": -Infinity}', "JSON_INVALID"),
        (b"[]", "JSON_INVALID"),
        (b"[" * 200_000, "JSON_TOO_DEEP"),
        (b'{"a": ' + b"9" * 10_000 + b"}", None),
        (b'{"a": 1e999}', "RULES_INVALID"),
        (b"\x00\x01\xff", "FILE_NOT_TEXT"),
    ],
)
def test_files_that_are_no_rules(tmp_path, content, code):
    path = tmp_path / "规则 1.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_rules(path)
    # Python 3.10 reads numbers of any length; then the rules are refused for their content.
    assert caught.value.code == code or (code is None and caught.value.code in {"JSON_INVALID", "RULES_INVALID"})


def test_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError):
            read_rules(path)


def test_shipped_rules_are_provisional_and_sourced():
    for rule_set in load_rule_sets():
        assert rule_set.status == "provisional"
        assert all(one.source and one.confidence and one.title_zh for one in rule_set.rules)


def test_own_file_takes_the_place_of_its_measures(tmp_path):
    own = tmp_path / "own.json"
    own.write_text(json.dumps(rule_file(rule(CLOSED))), encoding="utf-8")
    sets = load_rule_sets(own)
    assert [name for one in sets for name in one.measures].count("tending") == 1
    assert sets[-1].id == "own"
    assert any(one.precedence for one in sets)
    assert with_own_rules([sets[-1]], sets[-1]) == [sets[-1]]


@pytest.mark.parametrize("measure", ["tending", "project_pool", "pine_transform", "closure"])
def test_what_is_left_of_a_rule_set_can_be_stored_and_read_again(measure):
    for rule_set in load_rule_sets():
        left = rule_set.without([measure])
        if left.measures:
            again = measure_rules(left.data)
            assert list(again.measures) == list(left.measures)
            assert [one.id for one in again.rules] == [one.id for one in left.rules]


def test_reading_changes_nothing():
    data = rule_file(rule({"not": CLOSED}))
    before = copy.deepcopy(data)
    RuleSet.from_dict(data, KNOWN_FIELDS)
    assert data == before


def test_what_is_declared_needs_a_name_and_a_reason():
    told = {"value": "no", "reason": "告示期满", "name": "林工", "date": "2025-03-01"}
    assert measure_rules(rule_file(rule(CLOSED), declared={"dispute": told})).declared == {"dispute": "no"}
    for wrong, words in (
        ({"dispute": told | {"value": "perhaps"}}, "$.declared.'dispute'.value"),
        ({"dispute": "no"}, "$.declared.'dispute'.value"),
        ({"closure": told}, "no text field"),
        ({"disputes": told}, "no text field"),
        ({"dispute": {"value": "no"}}, "$.declared.'dispute'.reason"),
        ([], "$.declared"),
    ):
        assert words in problems(rule_file(rule(CLOSED), declared=wrong))


SEEN = {"field": "damage_share", "op": ">", "value": 0.3, "unknown": "fail"}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (rule({"not": SEEN}), "$.measures.tending.rules[0].condition.not: "),
        (rule({"not": {"any": [CLOSED, {"ref": "SIGN"}]}}), "$.measures.tending.rules[0].condition.not: "),
        (rule(SEEN, kind="exclude"), "$.measures.tending.rules[0].condition: "),
        (rule(SEEN | {"unknown": "pass"}), "$.measures.tending.rules[0].condition.unknown: "),
    ],
)
def test_what_nobody_saw_can_never_grant(wrong, place):
    definitions = {"SIGN": {"condition": SEEN}} if "SIGN" in str(wrong) else {}
    assert place in problems(rule_file(wrong, definitions=definitions))


def test_only_rules_of_clear_cutting_ask_for_blocks():
    block = {"field": "clear_cut_block_ha", "op": "<=", "value": 10}
    assert "$.measures.tending.rules.ONE: " in problems(rule_file(rule(block)))


TOLD = {"value": "no", "reason": "县内无自然保护区", "name": "林工", "date": "2026-03-01"}


def test_a_file_of_declarations_leaves_the_shipped_rules(tmp_path):
    path = tmp_path / "声明.json"
    path.write_text(json.dumps({"declared": {"reserve": TOLD, "dispute": TOLD}}, ensure_ascii=False), encoding="utf-8")
    told, shipped = load_rule_sets(path), load_rule_sets()
    assert [one.measures for one in told] != []
    assert [[rule.id for rule in one.rules] for one in told] == [[rule.id for rule in one.rules] for one in shipped]
    assert [dict(one.declared) for one in told] == [
        {"reserve": "no"},
        {"reserve": "no", "dispute": "no"},
        {"reserve": "no", "dispute": "no"},
    ]
    assert [one.fingerprint() for one in told] != [one.fingerprint() for one in shipped]


@pytest.mark.parametrize(
    "declared", [[], {"reserve": TOLD | {"value": "maybe"}}, {"closure": TOLD}, {"slope": TOLD}, 3]
)
def test_wrong_declarations_are_refused(tmp_path, declared):
    path = tmp_path / "d.json"
    path.write_text(json.dumps({"declared": declared}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rule_sets(path)
    assert "$.declared" in caught.value.values["problems"]
