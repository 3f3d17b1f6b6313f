"""Decisions that go against a rule: they count, and the list of doubts names the rule they go against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..issues import join_issues, no_issues, stand_issues
from .evaluation import FAILED, Evaluation
from .rules import Measure, Rule

_MEASURE_OF = {
    "pine_transform": "pine_transform",
    "reserve_forest": "reserve_forest",
    "pine_technique": "pine_transform",
    "reserve_mode": "reserve_forest",
}
_KINDS = (("exclude", "DECISION_AGAINST_PROHIBITION"), ("require", "DECISION_AGAINST_REQUIREMENT"))


def against_rules(evaluations: Sequence[Evaluation], beside: pd.DataFrame) -> pd.DataFrame:
    """One row per decision that grants what a rule forbids, and one per decision that lacks what a rule requires.

    Parameters
    ----------
    beside
        The columns ``…_decided``, one row per stand.

    Returns
    -------
    DataFrame
        Issues DECISION_AGAINST_PROHIBITION and DECISION_AGAINST_REQUIREMENT; params ``rules`` (ids with ``;``
        between) and ``titles``. A rule without an answer is not told here: the measure is unknown there anyway.
    """
    found = [no_issues()]
    for name in beside.columns:
        column = name.removesuffix("_decided")
        for value in pd.unique(beside[name].dropna()):
            here = (beside[name] == value).to_numpy()
            for evaluation, measure in _measures(evaluations, _measure_named(column, value)):
                found += [_told(evaluation, measure, column, value, here, *kind) for kind in _KINDS]
    return join_issues(found)


def _measure_named(column: str, value: str) -> str | None:
    """The measure that a decision grants; None where it grants none."""
    if column == "measure":
        return value
    return None if value in ("no", "unknown") else _MEASURE_OF[column]


def _measures(evaluations: Sequence[Evaluation], name: str | None) -> list[tuple[Evaluation, Measure]]:
    return [
        (evaluation, measure)
        for evaluation in evaluations
        for measure in evaluation.rule_set.measures.values()
        if measure.id == name
    ]


def _told(
    evaluation: Evaluation, measure: Measure, column: str, value: str, here: np.ndarray, kind: str, code: str
) -> pd.DataFrame:
    rules = [rule for rule in measure.gate() if rule.kind == kind]
    if value in measure.techniques:
        rules += [rule for rule in measure.of_technique(value) if rule.kind == kind]
    elif measure.techniques:
        # A measure as a whole is ruled out by its techniques only where each of them is.
        own = [[rule for rule in measure.of_technique(one) if rule.kind == kind] for one in measure.techniques]
        ruled_out = np.logical_and.reduce([_failed(evaluation, some).any(axis=0) for some in own])
        parts = [(rules, here & ~ruled_out), ([*rules, *(rule for some in own for rule in some)], here & ruled_out)]
        return join_issues([_rows(evaluation, some, column, value, where, code) for some, where in parts])
    return _rows(evaluation, rules, column, value, here, code)


def _failed(evaluation: Evaluation, rules: Sequence[Rule]) -> np.ndarray:
    """Which rule fails where. Shape (rules, stands)."""
    none = np.zeros((0, len(evaluation.facts)), dtype=bool)
    return np.vstack([none, *(evaluation.outcomes[rule.id] == FAILED for rule in rules)])


def _rows(
    evaluation: Evaluation, rules: Sequence[Rule], column: str, value: str, here: np.ndarray, code: str
) -> pd.DataFrame:
    failed = _failed(evaluation, rules)
    rows = np.flatnonzero(here & failed.any(axis=0))
    issues = stand_issues(code, evaluation.facts.index[rows], column, [value] * len(rows))
    params = np.empty(len(rows), dtype=object)
    for number, row in enumerate(rows):
        against = [rule for rule, fails in zip(rules, failed[:, row], strict=True) if fails]
        titles = {rule.id: (rule.title, rule.title_zh) for rule in against}
        params[number] = {"rules": ";".join(titles), "titles": titles}
    return issues.assign(params=params)
