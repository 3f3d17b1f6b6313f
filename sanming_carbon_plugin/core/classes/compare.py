"""Two rule sets on the same stands: which stands change, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from .evaluation import Evaluation
from .measures import chosen_technique, judged
from .rules import Measure, RuleSet
from .trace import SIGNS, texts_of

COLUMNS = ("measure", "before", "after", "technique_before", "technique_after", "rules")
_ANSWERS = np.array(["no", "unknown", "yes"], dtype=object)


def compare_rule_sets(
    before: RuleSet | Sequence[RuleSet],
    after: RuleSet | Sequence[RuleSet],
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_] | None = None,
) -> pd.DataFrame:
    """The stands that change from one rule set to another.

    Parameters
    ----------
    facts
        The table of stands, n rows, indexed by ``stand_key``.
    geometry
        Their polygons, shape (n,), for the blocks of clear-cuts.

    Returns
    -------
    DataFrame
        One row per stand and measure that changes, indexed by ``stand_key``: outcome and technique before and
        after, and the rules that came out differently (``PINE- to +``; ``PINE new +`` and ``PINE gone +`` for
        rules that only one set has). A measure that one set does not rule has the outcome None there.
    """
    first, second = (_evaluated(rule_sets, facts, geometry) for rule_sets in (before, after))
    names = list(dict.fromkeys([*first, *second]))
    parts = [_changes(name, first.get(name), second.get(name), facts.index) for name in names]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS), index=facts.index[:0], dtype=object)
    return pd.concat(filled)


def _evaluated(
    rule_sets: RuleSet | Sequence[RuleSet], facts: pd.DataFrame, geometry: npt.NDArray[np.object_] | None
) -> dict[str, tuple[Evaluation, Measure]]:
    sets = [rule_sets] if isinstance(rule_sets, RuleSet) else list(rule_sets)
    return {
        measure.id: (evaluation, measure)
        for evaluation in judged(facts, geometry, sets).evaluations
        for measure in evaluation.rule_set.measures.values()
    }


def _changes(
    name: str,
    first: tuple[Evaluation, Measure] | None,
    second: tuple[Evaluation, Measure] | None,
    index: pd.Index,
) -> pd.DataFrame:
    answer_before, technique_before = _answers(first, len(index))
    answer_after, technique_after = _answers(second, len(index))
    changed = np.flatnonzero((answer_before != answer_after) | (technique_before != technique_after))
    return pd.DataFrame(
        {
            "measure": np.full(len(changed), name, dtype=object),
            "before": answer_before[changed],
            "after": answer_after[changed],
            "technique_before": technique_before[changed],
            "technique_after": technique_after[changed],
            "rules": _flipped(_outcomes(first, changed), _outcomes(second, changed), len(changed)),
        },
        index=index[changed],
        columns=list(COLUMNS),
    )


def _answers(
    found: tuple[Evaluation, Measure] | None, count: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    if found is None:
        nothing = np.full(count, None, dtype=object)
        return nothing, nothing
    evaluation, measure = found
    outcome = evaluation.measure(measure)
    return _ANSWERS[outcome + 1], chosen_technique(evaluation, measure, outcome)


def _outcomes(
    found: tuple[Evaluation, Measure] | None, stands: npt.NDArray[np.intp]
) -> dict[str, npt.NDArray[np.int8]]:
    if found is None:
        return {}
    evaluation, measure = found
    return {rule.id: evaluation.outcomes[rule.id][stands] for rule in measure.rules}


def _flipped(
    before: Mapping[str, npt.NDArray[np.int8]], after: Mapping[str, npt.NDArray[np.int8]], count: int
) -> npt.NDArray[np.object_]:
    old, new = list(before), list(after)

    def text(signs: list[int]) -> str | None:
        was = dict(zip(old, signs[: len(old)], strict=True))
        now = dict(zip(new, signs[len(old) :], strict=True))
        words = ["{}{} to {}".format(r, SIGNS[was[r]], SIGNS[now[r]]) for r in old if r in now and was[r] != now[r]]
        words += ["{} gone {}".format(r, SIGNS[was[r]]) for r in old if r not in now]
        words += ["{} new {}".format(r, SIGNS[now[r]]) for r in new if r not in was]
        return ";".join(words) or None

    return texts_of([*before.values(), *after.values()], count, text)
