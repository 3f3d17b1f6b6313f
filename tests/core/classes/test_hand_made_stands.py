"""Every branch, every unknown and every boundary of the shipped rules, on stands made by hand."""

from __future__ import annotations

import csv

import pytest

from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.core.classes.conditions import Comparison, comparisons
from sanming_carbon_plugin.core.classes.measures import classify, judged
from sanming_carbon_plugin.core.classes.trace import SIGNS

from .hand_made import TABLE, stand, with_companions

RULES = load_rule_sets()
with TABLE.open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))
ANSWERS = ("pine_transform", "pine_technique", "reserve_forest", "reserve_mode", "measures")


def _layer(case: dict[str, str]):
    return with_companions(stand(case["base"], case["facts"]), case["companions"], case["adjoining"])


def _signs(case: dict[str, str]) -> dict[str, str]:
    return {
        rule_id: SIGNS[int(outcome[0])]
        for evaluation in judged(*_layer(case), RULES).evaluations
        for rule_id, outcome in evaluation.outcomes.items()
    }


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_outcome_and_rules(case):
    columns = classify(*_layer(case), RULES).columns.iloc[0]
    found = {name: columns[name] or "" for name in ANSWERS}
    assert found == {name: case[name] for name in ANSWERS}
    signs = _signs(case)
    expected = {token[:-1]: token[-1] for token in case["rules"].split(";")}
    assert {name: signs[name] for name in expected} == expected


@pytest.mark.long
def test_measure_is_the_first_of_the_precedence():
    for case in CASES:
        columns = classify(*_layer(case), RULES).columns.iloc[0]
        assert (columns["measure"] or "") == case["measures"].partition(";")[0]


@pytest.mark.long
def test_table_covers_every_rule_in_every_outcome():
    seen: dict[str, set[str]] = {}
    for case in CASES:
        for rule_id, sign in _signs(case).items():
            seen.setdefault(rule_id, set()).add(sign)
    assert {rule_id: signs for rule_id, signs in seen.items() if signs != {"+", "-", "?"}} == {}


def test_table_covers_every_technique():
    assert {case["pine_technique"] for case in CASES} == {"", "clear_cut", "strip_cut", "selective_tending"}
    assert {case["reserve_mode"] for case in CASES} == {
        "",
        "intensive_plantation",
        "stand_improvement",
        "young_tending",
    }


@pytest.mark.long
def test_table_covers_every_branch_and_every_boundary():
    """Each comparison of each rule passes, fails and stays open for some stand, and sees its very threshold."""
    outcomes: dict[Comparison, set[int]] = {}
    met: dict[Comparison, set[float]] = {}
    for case in CASES:
        for evaluation in judged(*_layer(case), RULES).evaluations:
            for one in {one for rule in evaluation.rule_set.rules for one in comparisons(rule.test)}:
                outcomes.setdefault(one, set()).add(int(evaluation.of(one)[0]))
                if not one.text:
                    met.setdefault(one, set()).update(float(end[0]) for end in evaluation.facts.interval(one.field))
    assert {one: found for one, found in outcomes.items() if found < ({1, -1} if one.seen else {1, 0, -1})} == {}
    thresholds = {one: one.value if isinstance(one.value, tuple) else (one.value,) for one in met if one.other is None}
    assert {one: wanted for one, wanted in thresholds.items() if not set(wanted) <= met[one]} == {}
    both = [one for one in met if one.other is not None]
    assert {(one.field, one.other) for one in both} == {
        ("area_ha", "clear_cut_limit_ha"),
        ("clear_cut_block_ha", "clear_cut_block_limit_ha"),
    }
