"""Rules in three-valued logic: unknown stays unknown, intervals pass only as a whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.core.classes.conditions import ConditionReader
from sanming_carbon_plugin.core.classes.evaluation import FactsView, compare, evaluate
from sanming_carbon_plugin.core.classes.explain import deciding, distance
from sanming_carbon_plugin.core.classes.fields import KNOWN_FIELDS
from sanming_carbon_plugin.core.classes.measures import measure_rules
from sanming_carbon_plugin.core.classes.problems import Problems
from sanming_carbon_plugin.core.classes.trace import trace

from .test_rule_files_checked import is_, rule, rule_file

NAN = float("nan")
SAME_GROUP = {"field": "species_group", "op": "==", "other": "image_species_group"}
OTHER_GROUP = {"field": "species_group", "op": "!=", "other": "image_species_group"}
WITHIN_LIMIT = {"field": "area_ha", "op": "<=", "other": "clear_cut_limit_ha"}


def limits(area_ha):
    return {"area_ha": area_ha, "clear_cut_limit_ha_low": 5.0, "clear_cut_limit_ha_high": 20.0}


def outcome(condition, facts: dict[str, object]) -> int:
    problems = Problems()
    node = ConditionReader(KNOWN_FIELDS, {}, problems).read(condition, "$")
    assert node is not None, problems.found
    frame = pd.DataFrame({name: [value] for name, value in facts.items()}, index=[0])
    return int(compare_node(node, FactsView(frame)))


def compare_node(node, view):
    if hasattr(node, "children"):
        outcomes = [compare_node(child, view) for child in node.children]
        return min(outcomes) if node.every else max(outcomes)
    return compare(node, view)[0]


@pytest.mark.parametrize(
    ("condition", "low", "high", "expected"),
    [
        (is_("slope_deg", "<", 25), 15, np.nextafter(25, 0), 1),
        (is_("slope_deg", "<", 25), 15, 25, 0),
        (is_("slope_deg", "<", 25), 25, 35, -1),
        (is_("slope_deg", "<=", 25), 15, 25, 1),
        (is_("slope_deg", "<=", 25), 25, 35, 0),
        (is_("slope_deg", ">", 25), 25, 35, 0),
        (is_("slope_deg", ">", 25), 15, 25, -1),
        (is_("slope_deg", ">=", 25), 25, 35, 1),
        (is_("slope_deg", ">=", 25), 15, np.nextafter(25, 0), -1),
        (is_("slope_deg", "==", 25), 25, 25, 1),
        (is_("slope_deg", "==", 25), 24, 26, 0),
        (is_("slope_deg", "==", 25), 26, 30, -1),
        (is_("slope_deg", "!=", 25), 25, 25, -1),
        (is_("slope_deg", "!=", 25), 24, 26, 0),
        (is_("slope_deg", "!=", 25), 26, 30, 1),
        (is_("slope_deg", "between", [15, 25]), 15, 25, 1),
        (is_("slope_deg", "between", [15, 25]), 14, 20, 0),
        (is_("slope_deg", "between", [15, 25]), 26, 30, -1),
        (is_("slope_deg", "outside", [15, 25]), 15, 25, -1),
        (is_("slope_deg", "outside", [15, 25]), 14, 20, 0),
        (is_("slope_deg", "outside", [15, 25]), 26, 30, 1),
        (is_("slope_deg", "in", [5, 15]), 15, 15, 1),
        (is_("slope_deg", "in", [5, 15]), 4, 6, 0),
        (is_("slope_deg", "in", [5, 15]), 6, 14, -1),
        (is_("slope_deg", "in", [5, 15]), 16, 20, -1),
        (is_("slope_deg", "not_in", [5, 15]), 15, 15, -1),
        (is_("slope_deg", "not_in", [5, 15]), 4, 6, 0),
        (is_("slope_deg", "not_in", [5, 15]), 6, 14, 1),
        # One end not known: nothing is known.
        (is_("slope_deg", "<", 25), NAN, 20, 0),
        (is_("slope_deg", "<", 25), 20, NAN, 0),
        (is_("slope_deg", ">=", 25), 30, NAN, 0),
        (is_("slope_deg", "<", 25), NAN, NAN, 0),
        (is_("slope_deg", "in", [5, 15]), NAN, 4, 0),
        (is_("slope_deg", "in", [5, 15]), NAN, 5, 0),
        # Ends the wrong way round say nothing.
        (is_("slope_deg", "<", 25), 20, 10, 0),
        # Infinite numbers are no numbers.
        (is_("slope_deg", ">", 25), float("inf"), float("inf"), 0),
    ],
)
def test_intervals(condition, low, high, expected):
    assert outcome(condition, {"slope_deg_low": low, "slope_deg_high": high}) == expected
    if low == high:
        assert outcome(condition, {"slope_deg": low}) == expected
    assert outcome({"not": condition}, {"slope_deg_low": low, "slope_deg_high": high}) == -expected


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (is_("origin", "==", "planted"), {"origin": "planted"}, 1),
        (is_("origin", "==", "planted"), {"origin": "natural"}, -1),
        (is_("origin", "==", "planted"), {"origin": None}, 0),
        (is_("origin", "==", "planted"), {"origin": NAN}, 0),
        (is_("origin", "==", "planted"), {}, 0),
        (is_("origin", "!=", "planted"), {}, 0),
        (is_("origin", "not_in", ["planted"]), {"origin": "natural"}, 1),
        (is_("closure", ">=", 0.7), {}, 0),
        (is_("closure", ">=", 0.7), {"closure": "0.8"}, 1),
        (is_("closure", ">=", 0.7), {"closure": "dense"}, 0),
        (SAME_GROUP, {"species_group": "pine", "image_species_group": "pine"}, 1),
        (OTHER_GROUP, {"species_group": "pine", "image_species_group": "fir"}, 1),
        (SAME_GROUP, {"species_group": "pine", "image_species_group": None}, 0),
        (SAME_GROUP, {"species_group": "pine"}, 0),
        (WITHIN_LIMIT, limits(5.0), 1),
        (WITHIN_LIMIT, limits(6.0), 0),
        (WITHIN_LIMIT, limits(21.0), -1),
        (WITHIN_LIMIT, {"area_ha": 21.0}, 0),
        ({"field": "area_ha", "op": "==", "other": "clear_cut_limit_ha"}, {}, 0),
        ({"all": [is_("closure", ">=", 0.7), is_("age_yr", ">", 10)]}, {"closure": 0.8}, 0),
        ({"all": [is_("closure", ">=", 0.7), is_("age_yr", ">", 10)]}, {"closure": 0.6}, -1),
        ({"any": [is_("closure", ">=", 0.7), is_("age_yr", ">", 10)]}, {"closure": 0.8}, 1),
        ({"any": [is_("closure", ">=", 0.7), is_("age_yr", ">", 10)]}, {"closure": 0.6}, 0),
    ],
)  # fmt: skip
def test_words_relations_and_groups(condition, facts, expected):
    assert outcome(condition, facts) == expected
    assert outcome({"not": condition}, facts) == -expected


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (is_("slope_deg", "<", 25), 20.0, 5.0),
        (is_("slope_deg", "<", 25), 28.0, -3.0),
        (is_("slope_deg", ">=", 25), 20.0, -5.0),
        (is_("slope_deg", "between", [15, 25]), 17.0, 2.0),
        (is_("slope_deg", "between", [15, 25]), 30.0, -5.0),
        (is_("slope_deg", "outside", [15, 25]), 17.0, -2.0),
        (is_("slope_deg", "==", 25), 20.0, -5.0),
        (is_("slope_deg", "in", [5, 15]), 12.0, -3.0),
        (is_("slope_deg", "<", 25), NAN, NAN),
    ],
)
def test_signed_distance(condition, value, expected):
    node = ConditionReader(KNOWN_FIELDS, {}, Problems()).read(condition, "$")
    found = distance(node, FactsView(pd.DataFrame({"slope_deg": [value]})))[0]
    assert found == expected or (np.isnan(found) and np.isnan(expected))


def test_deciding_comparison_of_a_group():
    either = {"any": [is_("closure", ">=", 0.8), {"all": [is_("age_yr", ">=", 20), is_("height_m", ">=", 10)]}]}
    rules = measure_rules(rule_file(rule(either)))
    facts = pd.DataFrame({"closure": [0.9, 0.4, 0.79], "age_yr": [5.0, 30.0, 5.0], "height_m": [5.0, 8.0, 5.0]})
    found = deciding(evaluate(rules, facts), rules.rules[0])
    fields = [found.comparisons[number].field for number in found.number]
    assert fields == ["closure", "height_m", "closure"]
    np.testing.assert_allclose(found.distance, [0.1, -2.0, -0.01], atol=1e-12)


def test_trace_of_many_rules_is_made_once_per_combination():
    rng = np.random.default_rng(1)
    outcomes = [rng.integers(-1, 2, 500).astype(np.int8) for _ in range(75)]
    names = ["R{}".format(i) for i in range(75)]
    texts = trace(names, outcomes, 500)
    signs = {1: "+", 0: "?", -1: "-"}
    for stand in range(0, 500, 50):
        assert texts[stand] == ";".join(n + signs[int(o[stand])] for n, o in zip(names, outcomes, strict=True))
    same = trace(["A"], [np.ones(1000, dtype=np.int8)], 1000)
    assert len({id(text) for text in same}) == 1
    assert len(trace(["A"], [np.ones(0, dtype=np.int8)], 0)) == 0


_LEAVES = st.one_of(
    st.tuples(
        st.sampled_from(["closure", "slope_over_25_share"]),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from([0.25, 0.5, 0.75]),
    ).map(lambda t: is_(*t)),
    st.tuples(
        st.just("pine_share"), st.sampled_from(["between", "outside", "in", "not_in"]), st.just([0.25, 0.75])
    ).map(lambda t: is_(*t)),
    st.tuples(st.just("origin"), st.sampled_from(["==", "!="]), st.sampled_from(["planted", "natural"])).map(
        lambda t: is_(*t)
    ),
)
_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=8,
)
_VALUES = st.sampled_from([0.0, 0.25, 0.4, 0.5, 0.75, 1.0])


@settings(max_examples=200, deadline=None)
@given(_CONDITIONS, _VALUES, _VALUES, _VALUES, st.sampled_from(["planted", "natural"]), st.data())
def test_losing_knowledge_only_leads_to_unknown(condition, closure, steep, share, origin, data):
    facts = {
        "closure": closure, "slope_over_25_share": steep, "pine_share_low": share, "pine_share_high": share,
        "origin": origin,
    }  # fmt: skip
    full = outcome(condition, facts)
    assert full in {-1, 1}
    gone = data.draw(st.sets(st.sampled_from(sorted(facts))))
    less = {name: (None if name == "origin" else NAN) if name in gone else value for name, value in facts.items()}
    if "pine_share_low" not in gone:
        less["pine_share_low"] = data.draw(st.sampled_from([0.0, share]))
    assert outcome(condition, less) in {0, full}


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (is_("damage_share", ">", 0.3), {"damage_share": 0.31}, 1),
        (is_("damage_share", ">", 0.3), {"damage_share": 0.3}, -1),
        (is_("damage_share", ">", 0.3), {"damage_share": NAN}, -1),
        (is_("damage_share", ">", 0.3), {}, -1),
        (is_("pine_share", ">=", 0.65), {"pine_share_low": 0.6, "pine_share_high": 0.9}, -1),
        (is_("image_species_group", "==", "pine"), {"image_species_group": None}, -1),
        (is_("image_species_group", "==", "pine"), {"image_species_group": "pine"}, 1),
        (SAME_GROUP, {"species_group": "pine"}, -1),
    ],
)
def test_a_sign_has_to_be_seen(condition, facts, expected):
    assert outcome(condition | {"unknown": "fail"}, facts) == expected


_SIGNS = st.one_of(_CONDITIONS, _LEAVES.map(lambda leaf: leaf | {"unknown": "fail"}))


_SOME = st.lists(_SIGNS, min_size=1, max_size=3).map(lambda signs: {"any": signs})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(_SIGNS, _SOME), min_size=1, max_size=3),
    _VALUES, _VALUES, _VALUES, st.sampled_from(["planted", "natural"]), st.data(),
)  # fmt: skip
def test_losing_knowledge_of_a_sign_never_helps(conditions, closure, steep, share, origin, data):
    condition = {"all": conditions}
    facts = {
        "closure": closure, "slope_over_25_share": steep, "pine_share_low": share, "pine_share_high": share,
        "origin": origin,
    }  # fmt: skip
    gone = data.draw(st.sets(st.sampled_from(sorted(facts))))
    less = {name: (None if name == "origin" else NAN) if name in gone else value for name, value in facts.items()}
    assert outcome(condition, less) == 0 or outcome(condition, less) <= outcome(condition, facts)
