"""What is doubtful about the measures of stands, told once for the layer or stand by stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import ISSUE_COLUMNS, join_issues, layer_issue, no_issues
from .conditions import comparisons, fields_of
from .evaluation import FAILED, PASSED, UNKNOWN, Evaluation, FactsView, Outcomes, asks_for
from .felling_blocks import BLOCK_FIELDS, CLEAR_CUT, Blocks
from .rules import Rule, RuleSet
from .trace import texts_of


def absent_fields(evaluation: Evaluation) -> pd.DataFrame:
    """One row about the layer: the fields that this rule set asks and no stand has."""
    kinds = {name: text for rule in evaluation.rule_set.rules for name, text in _needed(rule).items()}
    absent = [name for name, text in kinds.items() if not evaluation.facts.known(name, text).any()]
    if not absent or not len(evaluation.facts):
        return no_issues()
    return layer_issue("RULES_LACK_FIELDS", None, ";".join(absent), **_about(evaluation.rule_set))


def declared_fields(facts: FactsView, rule_set: RuleSet) -> pd.DataFrame:
    """One row about the layer for each field of which the user answered for the stands without a value."""
    rows = []
    for name, word in rule_set.declared.items():
        count = int((~facts.known(name, text=True)).sum())
        rows.append(layer_issue("RULES_DECLARED", name, word, count=count, **_about(rule_set)))
    return join_issues(rows)


def unknown_issues(evaluation: Evaluation, outcomes: Mapping[str, Outcomes]) -> pd.DataFrame:
    """One row per stand of which a measure of this rule set is unknown: rules without answer, fields without value."""
    asked: dict[str, Outcomes] = {}
    rules: list[Rule] = []
    for measure in evaluation.rule_set.measures.values():
        open_measure = outcomes[measure.id] == UNKNOWN
        techniques = evaluation.techniques(measure)
        for rule in measure.rules:
            matters = open_measure & (evaluation.outcomes[rule.id] == UNKNOWN)
            if rule.technique is not None:
                # A technique that is excluded anyway needs no further evidence.
                matters = matters & (techniques[rule.technique] != FAILED)
            if asks_for(rule.test, BLOCK_FIELDS):
                # Whose block is not known may be known as soon as the other rules are.
                others = [one for one in (*measure.gate(), *measure.of_technique(CLEAR_CUT)) if one is not rule]
                matters = matters & (evaluation.all_of(others) == PASSED)
            if matters.any():
                asked[rule.id] = matters.astype(np.int8)
                rules.append(rule)
    if not rules:
        return no_issues()
    stands = np.flatnonzero(np.maximum.reduce(list(asked.values())))
    open_fields = _open_fields(evaluation, rules, asked)
    missing = [here[stands] for here in open_fields.values()]
    return pd.DataFrame(
        {
            "stand_key": np.asarray(evaluation.facts.index, dtype=object)[stands],
            "code": np.full(len(stands), "CLASS_UNKNOWN", dtype=object),
            "field": texts_of(missing, len(stands), lambda signs: _listed(list(open_fields), signs)),
            "value": texts_of([a[stands] for a in asked.values()], len(stands), lambda s: _listed(list(asked), s)),
            "params": _same(_about(evaluation.rule_set), len(stands)),
        },
        columns=list(ISSUE_COLUMNS),
    )


def _needed(rule: Rule) -> dict[str, bool]:
    return fields_of(rule.test, signs=False)


def _open_fields(evaluation: Evaluation, rules: Iterable[Rule], asked: Mapping[str, Outcomes]) -> dict[str, Outcomes]:
    """Fields that keep a rule from an answer: without a value, or as an interval that is too wide for it."""
    found: dict[str, Outcomes] = {}
    for rule in rules:
        for comparison in comparisons(rule.test):
            here = asked[rule.id] * (evaluation.of(comparison) == UNKNOWN)
            names = [name for name in (comparison.field, comparison.other) if name is not None]
            gaps = [~evaluation.facts.known(name, comparison.text) for name in names]
            too_wide = ~np.logical_or.reduce(gaps)
            for name, gap in zip(names, gaps, strict=True):
                found[name] = np.maximum(found.get(name, 0), here * (gap | too_wide)).astype(np.int8)
    return found


def _listed(names: Sequence[str], signs: Sequence[int]) -> str | None:
    return ";".join(name for name, sign in zip(names, signs, strict=True) if sign) or None


def _about(rule_set: RuleSet) -> dict[str, object]:
    """What a message about a rule set needs to name it and its rules."""
    titles = {rule.id: (rule.title, rule.title_zh) for rule in rule_set.rules}
    named = {"rule_set_title": rule_set.title, "rule_set_title_zh": rule_set.title_zh}
    return {"rule_set": rule_set.id, **named, "titles": titles}


def _same(params: dict[str, object], count: int) -> npt.NDArray[np.object_]:
    column = np.empty(count, dtype=object)
    column[:] = params
    return column


def block_issues(blocks: Blocks | None, result: pd.DataFrame) -> pd.DataFrame:
    """One row per stand that fits clear-cutting and whose block is too large for it, or may be."""
    if blocks is None:
        return no_issues()
    kept = (result["pine_technique"] == CLEAR_CUT).to_numpy()
    rows = [
        ("CLEAR_CUT_BLOCK_TOO_LARGE", blocks.too_large() & ~kept),
        ("CLEAR_CUT_BLOCK_OPEN", blocks.doubtful() & ~kept),
        # Rules of an office that do not ask for blocks leave it at a warning.
        ("CLEAR_CUT_BLOCK_NOT_ASKED", blocks.too_large() & kept),
    ]
    return join_issues([_told_blocks(code, np.flatnonzero(here), blocks, result) for code, here in rows])


def _told_blocks(code: str, here: npt.NDArray[np.intp], blocks: Blocks, result: pd.DataFrame) -> pd.DataFrame:
    if not len(here):
        return no_issues()
    block = blocks.columns.iloc[here].round(2)
    about = pd.DataFrame(
        {
            "block": blocks.name[here],
            "block_ha": block["clear_cut_block_ha_low"].to_numpy(),
            "limit_ha": block["clear_cut_block_limit_ha_high"].to_numpy(),
            "stands": blocks.stands[here],
            "technique": result["pine_technique"].to_numpy(dtype=object)[here],
        }
    )
    if code == "CLEAR_CUT_BLOCK_OPEN":
        about["most_ha"] = block["clear_cut_block_ha_high"].to_numpy()
    return pd.DataFrame(
        {
            "stand_key": np.asarray(result.index, dtype=object)[here],
            "code": code,
            "field": "pine_technique",
            "value": about["block_ha"].astype(str).to_numpy(dtype=object),
            "params": about.astype(object).where(about.notna(), None).to_dict("records"),
        },
        columns=list(ISSUE_COLUMNS),
    )
