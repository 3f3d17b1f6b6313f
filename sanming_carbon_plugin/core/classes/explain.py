"""Why, and why not: every rule for a stand, with the value it saw and how far that is from passing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .conditions import Comparison, Node, comparisons
from .evaluation import FAILED, PASSED, Evaluation, FactsView, Floats, Outcomes, compare, evaluate, margins
from .measures import chosen_technique
from .rules import Measure, Rule, RuleSet

_NO_DISTANCE = 1e-9
_OF_A_CLASS = frozenset({"==", "!=", "in", "not_in"})
OUTCOME_WORDS = {1: "pass", 0: "unknown", -1: "fail"}
_ANSWERS = {1: "yes", 0: "unknown", -1: "no"}


@dataclass(frozen=True)
class Deciding:
    """The comparison that decided a rule for each stand: the tightest one, or the one nearest to passing.

    Attributes
    ----------
    comparisons
        All comparisons of the rule.
    number
        Which of them decided, shape (n,).
    distance
        How far its value is on the passing side, in the field's unit; negative on the failing side, NaN for
        words, members of a class and where unknown. Of an interval the less favourable end counts, for a failure
        the more favourable one. Shape (n,).
    distances
        The same of every comparison.
    """

    comparisons: list[Comparison]
    number: npt.NDArray[np.intp]
    distance: Floats
    distances: list[Floats]


def deciding(evaluation: Evaluation, rule: Rule) -> Deciding:
    """What decided ``rule`` for every stand.

    Parts with different units are compared by their distance relative to the threshold.
    """
    listed = comparisons(rule.test)
    distances = [_distance(comparison, evaluation.facts, evaluation.of(comparison)) for comparison in listed]
    numbers = {comparison: number for number, comparison in enumerate(listed)}
    number, _ = _decided_by(rule.test, evaluation, numbers, distances)
    place = np.arange(len(number))
    return Deciding(listed, number, np.stack(distances)[number, place] if listed else np.empty(0), distances)


def _decided_by(
    node: Node, evaluation: Evaluation, numbers: Mapping[Comparison, int], distances: list[Floats]
) -> tuple[npt.NDArray[np.intp], Floats]:
    outcome = evaluation.of(node)
    if isinstance(node, Comparison):
        here = numbers[node]
        scale = abs(node.value) if isinstance(node.value, float) and node.value else 1.0
        relative = np.where(np.isnan(distances[here]), outcome.astype(np.float64), distances[here] / scale)
        return np.full(len(outcome), here, dtype=np.intp), relative
    best = np.full(len(outcome), -1, dtype=np.intp)
    closeness = np.full(len(outcome), np.inf if node.every else -np.inf)
    for child in node.children:
        number, relative = _decided_by(child, evaluation, numbers, distances)
        nearer = relative < closeness if node.every else relative > closeness
        taken = (evaluation.of(child) == outcome) & (nearer | (best < 0))
        best[taken], closeness[taken] = number[taken], relative[taken]
    return best, closeness


def distance(comparison: Comparison, facts: FactsView) -> Floats:
    """Signed distance from passing in the field's unit, shape (n,); NaN for words, members of a class and unknowns."""
    return _distance(comparison, facts, compare(comparison, facts))


def _distance(comparison: Comparison, facts: FactsView, outcome: Outcomes) -> Floats:
    if comparison.text:
        return np.full(len(facts), np.nan)
    least, most, _ = margins(comparison, facts)
    # What is of the class asked for is not at its limit, as 0 would tell.
    passing = np.float64(np.nan) if comparison.op in _OF_A_CLASS else least
    result = np.where(outcome == FAILED, most, passing)
    return np.where(np.isfinite(result), result + 0.0, np.nan)


def explain_stand(rule_set: RuleSet, facts_row: pd.Series | pd.DataFrame | FactsView) -> list[dict[str, object]]:
    """Every rule of ``rule_set`` for one stand.

    Parameters
    ----------
    facts_row
        One row of the table of stands with the derived facts (``site_volume_ratio_low`` …), or a view of it.

    Returns
    -------
    list of dict
        ``measure``, ``measure_title``, ``measure_title_zh``, ``measure_outcome`` (yes, no, unknown),
        ``measure_technique``, ``rule``, ``kind``, ``technique``, ``title``, ``title_zh``, ``outcome`` (pass,
        fail, unknown); of the comparison that decided ``field``, ``op``, ``other``, ``value``,
        ``threshold``, ``distance``; ``declared``, the signed statement that gave the value; ``missing`` fields; all
        ``comparisons``; ``source``, ``confidence`` and both in Chinese.
    """
    frame = facts_row.to_frame().T if isinstance(facts_row, pd.Series) else facts_row
    evaluation = evaluate(rule_set, frame)
    records = []
    for measure in rule_set.measures.values():
        outcome = evaluation.measure(measure)
        about = {
            "measure": measure.id,
            "measure_title": measure.title,
            "measure_title_zh": measure.title_zh,
            "measure_outcome": _ANSWERS[int(outcome[0])],
            "measure_technique": _technique(evaluation, measure, outcome),
        }
        records += [about | _rule_record(evaluation, rule) for rule in measure.rules]
    return records


def _technique(evaluation: Evaluation, measure: Measure, outcome: Outcomes) -> object:
    return chosen_technique(evaluation, measure, outcome)[0] if outcome[0] == PASSED else None


def _rule_record(evaluation: Evaluation, rule: Rule) -> dict[str, object]:
    found = deciding(evaluation, rule)
    parts = [
        _comparison_record(evaluation, comparison, float(apart[0]))
        for comparison, apart in zip(found.comparisons, found.distances, strict=True)
    ]
    decided = parts[int(found.number[0])]
    outcome = int(evaluation.outcomes[rule.id][0])
    # A missing field is named only where it keeps the rule from an answer.
    missing = dict.fromkeys(name for part in parts for name in part["missing"]) if outcome == 0 else {}  # type: ignore[attr-defined]
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "technique": rule.technique,
        "title": rule.title,
        "title_zh": rule.title_zh,
        "outcome": OUTCOME_WORDS[outcome],
        **{name: decided[name] for name in ("field", "op", "other", "value", "threshold", "distance")},
        "missing": list(missing),
        "comparisons": parts,
        "declared": _declared(evaluation, decided["field"]),
        "source": rule.source,
        "source_zh": rule.source_zh or rule.source,
        "confidence": rule.confidence,
        "confidence_zh": rule.confidence_zh or rule.confidence,
    }


def _declared(evaluation: Evaluation, field: object) -> Mapping[str, object] | None:
    """The declaration whose word the first stand has in a field, None where it has one of its own, or none."""
    for one in evaluation.rule_set.declarations:
        if one.field == field and evaluation.facts.answered_by(one)[0]:
            return one.told()
    return None


def _comparison_record(evaluation: Evaluation, comparison: Comparison, apart: float) -> dict[str, object]:
    facts = evaluation.facts
    names = [comparison.field] + ([comparison.other] if comparison.other else [])
    # The end of a slope class is the last number below the next one: no distance that means anything.
    apart = 0.0 if abs(apart) < _NO_DISTANCE else apart
    value = comparison.value
    return {
        "field": comparison.field,
        "op": comparison.op,
        "other": comparison.other,
        "value": observed(facts, comparison.field, comparison.text),
        "threshold": observed(facts, comparison.other, comparison.text)
        if comparison.other
        else (list(value) if isinstance(value, tuple) else value),
        "distance": None if np.isnan(apart) else apart,
        "outcome": OUTCOME_WORDS[int(evaluation.of(comparison)[0])],
        "missing": [name for name in names if not comparison.seen and not facts.known(name, comparison.text)[0]],
    }


def observed(facts: FactsView, field: str, text: bool) -> float | str | list[float | None] | None:
    """What the first stand holds in a field: a number, a word, the two ends of an interval, or None."""
    if text:
        codes, found = facts.words(field)
        return str(found[codes[0]]) if codes[0] >= 0 else None
    low, high = (float(end[0]) for end in facts.interval(field))
    if low == high:
        return low
    ends = [end if np.isfinite(end) else None for end in (low, high)]
    return None if ends == [None, None] else ends
