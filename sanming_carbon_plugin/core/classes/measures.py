"""Which measures fit a stand, by which technique, and which goes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import join_issues
from ..progress import Progress
from ..stage import StageResult
from .class_doubts import absent_fields, block_issues, declared_fields, unknown_issues
from .conditions import fields_of
from .evaluation import PASSED, Evaluation, FactsView, Outcomes, asks_for, evaluate
from .felling_blocks import BLOCK_FIELDS, CLEAR_CUT, Blocks, ClearCutLimits, clear_cut_blocks, clear_cut_limits
from .felling_blocks import SECTION as LIMITS_SECTION
from .fields import KNOWN_FIELDS, KnownField
from .overrides import Decisions, decided
from .problems import Problems
from .prohibitions import against_rules
from .rules import Measure, RuleSet, rules_invalid
from .site_yield import SECTION as YIELD_SECTION
from .site_yield import SiteYieldTerms, site_volume_ratio, site_yield_terms
from .trace import Texts, texts_of, trace

MEASURES: dict[str, tuple[str, ...]] = {
    "pest_control": (),
    "pine_transform": ("clear_cut", "strip_cut", "selective_tending"),
    "reserve_forest": ("intensive_plantation", "stand_improvement", "young_tending"),
    "tending": (),
    "closure": (),
    "afforestation": (),
    "project_pool": (),
}
"""The measures of the programme and the techniques each may have."""

EXTRA_SECTIONS = (YIELD_SECTION, LIMITS_SECTION)

_WITH_COLUMNS = {
    "pine_transform": ("pine_transform", "pine_technique", "pine_rules"),
    "reserve_forest": ("reserve_forest", "reserve_mode", "reserve_rules"),
}
_WORDS = np.array(["no", "unknown", "yes"], dtype=object)


def measure_rules(data: object, known_fields: Mapping[str, KnownField] = KNOWN_FIELDS) -> RuleSet:
    """A rule set about measures, checked together with its further sections.

    Raises
    ------
    InputError
        RULES_INVALID, with every problem and its place.
    """
    rule_set = RuleSet.from_dict(data, known_fields, MEASURES, EXTRA_SECTIONS)
    problems = Problems()
    _terms([rule_set], problems)
    for rule in rule_set.rules:
        if asks_for(rule.test, BLOCK_FIELDS) and rule.technique != CLEAR_CUT:
            problems.add("$.measures.{}.rules.{}".format(rule.measure, rule.id), "asks for blocks of clear-cuts")
    if problems.found:
        raise rules_invalid(data, problems)
    return rule_set


def with_own_rules(shipped: Iterable[RuleSet], own: RuleSet) -> list[RuleSet]:
    """The shipped rule sets with the measures of a user's own file put in their place."""
    kept = [rule_set.without(own.measures) for rule_set in shipped]
    return [*(rule_set for rule_set in kept if rule_set.measures), own]


def with_declared(shipped: Iterable[RuleSet], data: Mapping[str, object]) -> list[RuleSet]:
    """The shipped rule sets with the words that a user answers for wherever a stand has none.

    Parameters
    ----------
    data
        Content of a file with ``declared`` and without measures.

    Raises
    ------
    InputError
        RULES_INVALID, with every problem and its place.
    """
    declared, made = data.get("declared"), []
    for rule_set in shipped:
        measure_rules({**rule_set.data, "declared": declared})
        asked = {name for rule in rule_set.rules for name in fields_of(rule.test)}
        mine = {name: entry for name, entry in dict(declared).items() if name in asked}  # type: ignore[call-overload]
        made.append(measure_rules({**rule_set.data, "declared": mine}) if mine else rule_set)
    return made


@dataclass(frozen=True)
class _Terms:
    site_yield: SiteYieldTerms | None
    limits: ClearCutLimits | None


def _terms(rule_sets: Iterable[RuleSet], problems: Problems) -> _Terms:
    """The further sections; a later file goes before an earlier one."""
    site_yield, limits = None, None
    for rule_set in rule_sets:
        if YIELD_SECTION in rule_set.extra:
            site_yield = site_yield_terms(rule_set.extra[YIELD_SECTION], problems)
        if LIMITS_SECTION in rule_set.extra:
            limits = clear_cut_limits(rule_set.extra[LIMITS_SECTION], problems)
    return _Terms(site_yield, limits)


def derived_facts(facts: pd.DataFrame, rule_sets: Sequence[RuleSet]) -> pd.DataFrame:
    """What rules ask and only the whole layer or a table of the rule file can tell.

    Returns
    -------
    DataFrame
        ``site_volume_ratio_low``, ``…_high`` (1) and ``clear_cut_limit_ha_low``, ``…_high`` (ha), one row per
        stand; columns of which no rule file gives the terms are absent, and so unknown.
    """
    terms = _terms(rule_sets, Problems())
    parts = [pd.DataFrame(index=facts.index)]
    if terms.site_yield is not None:
        parts.append(site_volume_ratio(facts, terms.site_yield))
    if terms.limits is not None:
        parts.append(terms.limits.of_stands(facts))
    return pd.concat(parts, axis=1)


@dataclass(frozen=True)
class Judged:
    """Rule sets held against a layer.

    Attributes
    ----------
    evaluations
        One per rule set, in their order.
    derived
        The derived facts and, where a rule set limits clear-cuts, those of their blocks.
    blocks
        Those blocks; None where no rule set limits them.
    """

    evaluations: list[Evaluation]
    derived: pd.DataFrame
    blocks: Blocks | None


def judged(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_] | None,
    rule_sets: Sequence[RuleSet],
    progress: Progress | None = None,
) -> Judged:
    """Hold rule sets against a layer: all rules first, then those about the blocks of what these would clear-cut.

    Parameters
    ----------
    facts
        The table of stands, n rows.
    geometry
        Their polygons, shape (n,); without them no block of clear-cuts is known.
    rule_sets
        Each is held against all stands; of two that limit clear-cuts the later one says how large they may be.

    Raises
    ------
    CancelledError
        When the user cancelled between two rule sets.
    """
    progress = progress or Progress()
    derived = derived_facts(facts, rule_sets)
    view = FactsView(pd.concat([facts.drop(columns=derived.columns, errors="ignore"), derived], axis=1))
    limits = _terms(rule_sets, Problems()).limits
    evaluations, blocks = [], None
    for number, rule_set in enumerate(rule_sets):
        progress.raise_if_cancelled()
        evaluation = evaluate(rule_set, view)
        evaluations.append(evaluation)
        measure = next((one for one in rule_set.measures.values() if CLEAR_CUT in one.techniques), None)
        if measure is not None and limits is not None:
            rules = [*measure.gate(), *measure.of_technique(CLEAR_CUT)]
            fit = evaluation.all_of(rule for rule in rules if not asks_for(rule.test, BLOCK_FIELDS))
            blocks = clear_cut_blocks(facts, geometry, fit, limits)
            evaluation.learn(blocks.columns, BLOCK_FIELDS)
        progress.update((number + 1) / (len(rule_sets) + 1))
    return Judged(evaluations, derived if blocks is None else pd.concat([derived, blocks.columns], axis=1), blocks)


def with_derived_facts(
    facts: pd.DataFrame, rule_sets: Sequence[RuleSet], geometry: npt.NDArray[np.object_] | None = None
) -> pd.DataFrame:
    """``facts`` and the derived facts, those of blocks of clear-cuts too; columns that are there are kept."""
    derived = judged(facts, geometry, rule_sets).derived
    new = [name for name in derived.columns if name not in facts.columns]
    return pd.concat([facts, derived[new]], axis=1) if new else facts


def classify(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_] | None,
    rule_sets: RuleSet | Sequence[RuleSet],
    overrides: Decisions | None = None,
    progress: Progress | None = None,
) -> StageResult:
    """Which measures fit each stand.

    Parameters
    ----------
    facts
        The table of stands, indexed by ``stand_key``, n rows.
    geometry
        Their polygons, shape (n,); without them no block of clear-cuts is known, and so no clear-cut is granted.
    rule_sets
        Rule sets of :func:`measure_rules`; no measure may stand in two of them.
    overrides
        Decisions of foresters, kept beside what the rules say.

    Returns
    -------
    StageResult
        The class columns of the layer ``stands``, the derived facts, and ``…_decided`` columns where there are
        decisions.
    """
    progress = progress or Progress()
    sets = [rule_sets] if isinstance(rule_sets, RuleSet) else list(rule_sets)
    found, recorded = judged(facts, geometry, sets, progress), FactsView(facts)
    columns: dict[str, object] = _no_answers(len(facts))
    outcomes: dict[str, Outcomes] = {}
    issues = []
    for evaluation in found.evaluations:
        for measure in evaluation.rule_set.measures.values():
            outcomes[measure.id] = evaluation.measure(measure)
            columns |= _measure_columns(evaluation, measure, outcomes[measure.id])
        issues += [absent_fields(evaluation), declared_fields(recorded, evaluation.rule_set)]
        issues.append(unknown_issues(evaluation, outcomes))
    columns |= _fitting(outcomes, _precedence(sets), len(facts))
    result = pd.concat([pd.DataFrame(columns, index=facts.index), found.derived], axis=1)
    issues.append(block_issues(found.blocks, result))
    if overrides is not None:
        beside = decided(result, geometry, overrides)
        result = pd.concat([result, beside.columns], axis=1)
        issues += [beside.issues, against_rules(found.evaluations, beside.columns)]
    progress.update(1.0)
    return StageResult(result, join_issues(issues))


def _no_answers(count: int) -> dict[str, object]:
    """The columns of measures that no rule set rules."""
    return {name: np.full(count, None, dtype=object) for names in _WITH_COLUMNS.values() for name in names}


def _precedence(rule_sets: Iterable[RuleSet]) -> list[str]:
    """The order of the last file that gives one; measures it leaves out come last."""
    order: list[str] = []
    for rule_set in rule_sets:
        order = list(rule_set.precedence) or order
    return order + [name for name in MEASURES if name not in order]


def _measure_columns(evaluation: Evaluation, measure: Measure, outcome: Outcomes) -> dict[str, Texts]:
    if measure.id not in _WITH_COLUMNS:
        return {}
    answer, technique, rules = _WITH_COLUMNS[measure.id]
    ids = [rule.id for rule in measure.rules]
    return {
        answer: _WORDS[outcome + 1],
        technique: chosen_technique(evaluation, measure, outcome),
        rules: trace(ids, [evaluation.outcomes[rule_id] for rule_id in ids], len(outcome)),
    }


def chosen_technique(evaluation: Evaluation, measure: Measure, outcome: Outcomes) -> Texts:
    """The first technique that is possible for certain; None unless the measure is granted.

    Techniques stand in the file from the strongest to the gentlest. One that is unknown is passed over: a stand
    is never clear-cut because nobody knew its slope.
    """
    chosen = np.full(len(outcome), None, dtype=object)
    for technique, possible in reversed(evaluation.techniques(measure).items()):
        chosen[possible == PASSED] = technique
    chosen[outcome != PASSED] = None
    return chosen


def _fitting(outcomes: Mapping[str, Outcomes], order: Sequence[str], count: int) -> dict[str, Texts]:
    names = [name for name in order if name in outcomes]
    fits = [(outcomes[name] == PASSED).astype(np.int8) for name in names]

    def joined(signs: list[int]) -> str | None:
        return ";".join(name for name, sign in zip(names, signs, strict=True) if sign) or None

    def first(signs: list[int]) -> str | None:
        return next((name for name, sign in zip(names, signs, strict=True) if sign), None)

    return {"measures": texts_of(fits, count, joined), "measure": texts_of(fits, count, first)}
