"""Which measures fit a stand, by which technique, and which goes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import ISSUE_COLUMNS, join_issues, layer_issue, no_issues
from ..progress import Progress
from ..stage import StageResult
from .conditions import comparisons, fields_of
from .evaluation import FAILED, PASSED, UNKNOWN, Evaluation, FactsView, Outcomes, asks_for, evaluate
from .felling_blocks import BLOCK_FIELDS, Blocks, ClearCutLimits, clear_cut_blocks, clear_cut_limits
from .felling_blocks import SECTION as LIMITS_SECTION
from .fields import KNOWN_FIELDS, KnownField
from .overrides import Decisions, decided
from .problems import Problems
from .rules import Measure, Rule, RuleSet, rules_invalid
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
CLEAR_CUT = "clear_cut"

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
    """Hold rule sets against a layer: all rules first, then those about the blocks of what these would clear-cut."""
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
        issues += [_absent_fields(evaluation), _declared_fields(recorded, evaluation.rule_set)]
        issues.append(_unknown_issues(evaluation, outcomes))
    columns |= _fitting(outcomes, _precedence(sets), len(facts))
    result = pd.concat([pd.DataFrame(columns, index=facts.index), found.derived], axis=1)
    issues.append(_block_issues(found.blocks, result))
    if overrides is not None:
        beside = decided(result, geometry, overrides)
        result = pd.concat([result, beside.columns], axis=1)
        issues.append(beside.issues)
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


def _absent_fields(evaluation: Evaluation) -> pd.DataFrame:
    """One row about the layer: the fields that this rule set asks and no stand has."""
    kinds = {name: text for rule in evaluation.rule_set.rules for name, text in _needed(rule).items()}
    absent = [name for name, text in kinds.items() if not evaluation.facts.known(name, text).any()]
    if not absent or not len(evaluation.facts):
        return no_issues()
    return layer_issue("RULES_LACK_FIELDS", None, ";".join(absent), **_about(evaluation.rule_set))


def _declared_fields(facts: FactsView, rule_set: RuleSet) -> pd.DataFrame:
    """One row about the layer for each field of which the user answered for the stands without a value."""
    rows = []
    for name, word in rule_set.declared.items():
        count = int((~facts.known(name, text=True)).sum())
        rows.append(layer_issue("RULES_DECLARED", name, word, count=count, **_about(rule_set)))
    return join_issues(rows)


def _unknown_issues(evaluation: Evaluation, outcomes: Mapping[str, Outcomes]) -> pd.DataFrame:
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


def _block_issues(blocks: Blocks | None, result: pd.DataFrame) -> pd.DataFrame:
    """One row per stand that fits clear-cutting and whose block is too large for it, or may be."""
    if blocks is None:
        return no_issues()
    rows = [("CLEAR_CUT_BLOCK_TOO_LARGE", blocks.too_large()), ("CLEAR_CUT_BLOCK_OPEN", blocks.doubtful())]
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
