"""Rules held against all stands at once, in three-valued logic.

Outcomes are int8: 1 passed, 0 unknown, −1 failed. So "all" is the minimum, "any" the maximum and "not" the
sign. A missing value, or a missing column, is unknown; an interval that lies across a threshold is unknown too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from .conditions import Comparison, Node, fields_of
from .declarations import Declaration
from .rules import Measure, Rule, RuleSet

PASSED = 1
UNKNOWN = 0
FAILED = -1

Outcomes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


class FactsView:
    """The table of stands as rules read it, each column taken up once.

    A field ``X`` is an interval where the table holds ``X_low`` or ``X_high``. With one end missing, or with ends
    the wrong way round, nothing is known of it.
    """

    def __init__(
        self,
        facts: pd.DataFrame,
        declared: Mapping[str, str] | None = None,
        declarations: Sequence[Declaration] = (),
    ) -> None:
        self._facts = facts
        self._further: dict[str, pd.Series] = {}
        self._declared = declared or {}
        self._declarations = declarations
        self._answered: dict[str, npt.NDArray[np.bool_]] = {}
        self._intervals: dict[str, tuple[Floats, Floats]] = {}
        self._words: dict[str, tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]] = {}

    def __len__(self) -> int:
        return len(self._facts)

    def declaring(self, declared: Mapping[str, str], declarations: Sequence[Declaration] = ()) -> FactsView:
        """The same table, with words put in wherever a stand has none: everywhere, or in the units of a declaration."""
        other = FactsView(self._facts, declared, declarations)
        other._intervals, other._further = self._intervals, self._further
        return other

    def learn(self, columns: pd.DataFrame) -> None:
        """Take up further columns of numbers, or other values of columns that were there."""
        for name in columns.columns:
            self._further[name] = columns[name]
            self._intervals.pop(name.removesuffix("_low").removesuffix("_high"), None)

    @property
    def index(self) -> pd.Index:
        """Keys of the stands."""
        return self._facts.index

    def interval(self, field: str) -> tuple[Floats, Floats]:
        """Smallest and largest value of a number field; −inf and inf where unknown. Shape (n,) each."""
        if field not in self._intervals:
            ends = (field + "_low", field + "_high")
            if any(end in self._further or end in self._facts.columns for end in ends):
                low, high = (self._numbers(end) for end in ends)
            else:
                low = self._numbers(field)
                high = low
            known = np.isfinite(low) & np.isfinite(high) & (low <= high)
            self._intervals[field] = np.where(known, low, -np.inf), np.where(known, high, np.inf)
        return self._intervals[field]

    def words(self, field: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
        """Position of each stand's word in the list of different words (−1 unknown), and that list."""
        if field not in self._words:
            if field in self._facts.columns:
                codes, found = pd.factorize(self._facts[field].to_numpy(dtype=object))
            else:
                codes, found = np.full(len(self), -1, dtype=np.intp), np.empty(0, dtype=object)
            found = np.asarray(found, dtype=object)
            if field in self._declared:
                found = np.append(found, self._declared[field])
                codes = np.where(codes >= 0, codes, len(found) - 1)
            for one in self._declarations:
                if one.field == field:
                    answered = self._answered[one.id] = (codes < 0) & one.covers(self.index)
                    found = np.append(found, one.value)
                    codes = np.where(answered, len(found) - 1, codes)
            self._words[field] = codes, found
        return self._words[field]

    def answered_by(self, declaration: Declaration) -> npt.NDArray[np.bool_]:
        """Stands whose word is that of a declaration, because they have none of their own. Shape (n,)."""
        self.words(declaration.field)
        return self._answered[declaration.id]

    def known(self, field: str, text: bool) -> npt.NDArray[np.bool_]:
        """Where a field has a value; for an interval, both its ends."""
        if text:
            return self.words(field)[0] >= 0
        return np.isfinite(self.interval(field)[0])

    def _numbers(self, column: str) -> Floats:
        if column not in self._further and column not in self._facts.columns:
            return np.full(len(self), np.nan)
        values = self._further[column] if column in self._further else self._facts[column]
        if values.dtype.kind not in "fiu":
            values = pd.to_numeric(values, errors="coerce")
        return values.to_numpy(dtype=np.float64, na_value=np.nan)


def compare(comparison: Comparison, facts: FactsView) -> Outcomes:
    """Outcome of one comparison for every stand."""
    outcome = _compare(comparison, facts)
    return np.where(outcome == UNKNOWN, FAILED, outcome).astype(np.int8) if comparison.seen else outcome


def _compare(comparison: Comparison, facts: FactsView) -> Outcomes:
    if comparison.text:
        return _compare_words(comparison, facts)
    passed_by, failed_by, strict = margins(comparison, facts)
    if strict:
        passed, failed = passed_by > 0, failed_by <= 0
    else:
        passed, failed = passed_by >= 0, failed_by < 0
    return passed.astype(np.int8) - failed.astype(np.int8)


def margins(comparison: Comparison, facts: FactsView) -> tuple[Floats, Floats, bool]:
    """How far the least and the most favourable value of each stand are on the passing side.

    Returns
    -------
    least, most
        In the field's unit, negative on the failing side, shape (n,); ∓inf where unknown.
    strict
        Whether a margin of exactly 0 fails.
    """
    low, high = facts.interval(comparison.field)
    op, value = comparison.op, comparison.value
    if isinstance(value, tuple) and op in {"in", "not_in"}:
        return _list_margins(low, high, np.asarray(value, dtype=np.float64), op == "in")
    if comparison.other is not None:
        other_low, other_high = facts.interval(comparison.other)
    elif isinstance(value, tuple):
        other_low, other_high = np.float64(value[0]), np.float64(value[1])  # type: ignore[assignment]
    else:
        other_low = other_high = np.float64(value)  # type: ignore[assignment]
    with np.errstate(invalid="ignore"):
        if op in {"<", "<="}:
            least, most = other_low - high, other_high - low
        elif op in {">", ">="}:
            least, most = low - other_high, high - other_low
        elif op in {"between", "outside"}:
            inside = np.minimum(low - other_low, other_high - high)
            reached = np.minimum(high - other_low, other_high - low)
            least, most = (inside, reached) if op == "between" else (-reached, -inside)
        else:
            least = np.minimum(low - other_high, other_low - high)
            most = np.minimum(high - other_low, other_high - low)
            if op == "!=":
                least, most = -most, -least
    # Infinity less infinity is no number: nothing is known there.
    return (
        np.where(np.isnan(least), -np.inf, least),
        np.where(np.isnan(most), np.inf, most),
        op in {"<", ">", "!=", "outside"},
    )


def _list_margins(low: Floats, high: Floats, values: Floats, inside: bool) -> tuple[Floats, Floats, bool]:
    """Margins of a list: passed for certain only by a single listed value, failed where none is in reach."""
    values = np.sort(values)
    position = np.searchsorted(values, low)
    after = np.append(values, np.inf)[position]
    before = np.append(values, -np.inf)[position - 1]
    touched = after <= high
    with np.errstate(invalid="ignore"):
        gap = np.minimum(after - high, low - before)
    least = np.where(touched, low - high, -gap)
    most = np.where(touched, 0.0, -gap)
    return (least, most, False) if inside else (-most, -least, True)


def _compare_words(comparison: Comparison, facts: FactsView) -> Outcomes:
    codes, found = facts.words(comparison.field)
    equal = comparison.op in {"==", "in"}
    if comparison.other is not None:
        other_codes, other_found = facts.words(comparison.other)
        known = (codes >= 0) & (other_codes >= 0)
        places = pd.Index(found).get_indexer(pd.Index(other_found)) if len(found) and len(other_found) else None
        same = np.zeros(len(facts), dtype=bool)
        if places is not None:
            same[known] = places[other_codes[known]] == codes[known]
        return np.where(known, np.where(same == equal, PASSED, FAILED), UNKNOWN).astype(np.int8)
    value = comparison.value
    listed = set(value) if isinstance(value, tuple) else {value}
    table = np.array([PASSED if (word in listed) == equal else FAILED for word in found] + [UNKNOWN], dtype=np.int8)
    return table[codes]


class Evaluation:
    """What a rule set says about every stand of a table.

    Attributes
    ----------
    outcomes
        Per rule id an int8 array of length n: 1 passed, 0 unknown, −1 failed. An ``exclude`` rule has passed
        where the exclusion does not apply.
    """

    def __init__(self, rule_set: RuleSet, facts: FactsView) -> None:
        self.rule_set = rule_set
        self.facts = facts
        self._compared: dict[Comparison, Outcomes] = {}
        # The nodes live as long as the rule set, so their identity can stand for them.
        self._grouped: dict[int, Outcomes] = {}
        self.outcomes: dict[str, Outcomes] = {rule.id: self.of(rule.test) for rule in rule_set.rules}

    def of(self, node: Node) -> Outcomes:
        """Outcome of a condition for every stand; a part that stands in several rules is looked at once."""
        if isinstance(node, Comparison):
            if node not in self._compared:
                self._compared[node] = compare(node, self.facts)
            return self._compared[node]
        if id(node) not in self._grouped:
            combine = np.minimum if node.every else np.maximum
            result = self.of(node.children[0])
            for child in node.children[1:]:
                result = combine(result, self.of(child))
            self._grouped[id(node)] = result
        return self._grouped[id(node)]

    def learn(self, columns: pd.DataFrame, fields: Collection[str]) -> None:
        """Take up columns that tell more of some fields, and judge the rules that ask for these anew."""
        self.facts.learn(columns)
        asked = [rule for rule in self.rule_set.rules if asks_for(rule.test, fields)]
        self._compared = {one: found for one, found in self._compared.items() if not asks_for(one, fields)}
        self._grouped = {}
        for rule in asked:
            self.outcomes[rule.id] = self.of(rule.test)

    def all_of(self, rules: Iterable[Rule]) -> Outcomes:
        """Whether all of several rules pass."""
        result = np.full(len(self.facts), PASSED, dtype=np.int8)
        for rule in rules:
            result = np.minimum(result, self.outcomes[rule.id])
        return result

    def gate(self, measure: Measure) -> Outcomes:
        """Outcome of the rules about the measure as a whole."""
        return self.all_of(measure.gate())

    def techniques(self, measure: Measure) -> dict[str, Outcomes]:
        """Outcome of each technique's own rules."""
        return {technique: self.all_of(measure.of_technique(technique)) for technique in measure.techniques}

    def measure(self, measure: Measure) -> Outcomes:
        """Outcome of a measure: its gate and, where it has techniques, at least one of them."""
        result = self.gate(measure)
        if measure.techniques:
            possible = np.maximum.reduce(list(self.techniques(measure).values()))
            result = np.minimum(result, possible)
        return result


def asks_for(node: Node, fields: Collection[str]) -> bool:
    """Whether a condition asks for one of some fields."""
    return not set(fields).isdisjoint(fields_of(node))


def evaluate(rule_set: RuleSet, facts: pd.DataFrame | FactsView) -> Evaluation:
    """Hold every rule of ``rule_set`` against every stand of ``facts``."""
    view = facts if isinstance(facts, FactsView) else FactsView(facts)
    if rule_set.declared or rule_set.declarations:
        view = view.declaring(rule_set.declared, rule_set.declarations)
    return Evaluation(rule_set, view)
