"""Rule sets: which rules decide about which measure. Read from plain data and checked as a whole.

A measure is granted where no ``exclude`` rule applies, every ``require`` rule holds and, if the measure has
techniques, at least one technique is possible. A rule with a ``technique`` speaks about that technique alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ..errors import InputError
from .conditions import SIGN_TURNED, ConditionReader, Group, Node, asks_for_signs, group, references
from .contradictions import can_pass
from .declarations import Declaration
from .fields import TEXT, KnownField, field_named
from .problems import Problems, shown

KINDS, STATUSES = ("exclude", "require", "technique"), ("official", "provisional")
MOST_RULES, LONGEST_TEXT = 300, 1_000

_TEXTS = ("title", "title_zh")
_ABOUT, _ABOUT_ZH = ("source", "confidence"), ("source_zh", "confidence_zh")
_TOP = {"id", "version", "status", "definitions", "measures", "precedence", "declared", "note", "note_zh"}
_TOP |= {"valid_from", "valid_to"}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    test
        What must pass for the rule to speak in favour: the condition itself, for an ``exclude`` its opposite.
    technique
        The technique the rule speaks about, None for the measure as a whole.
    source_zh, confidence_zh
        Source and confidence in Chinese, empty where the file does not give them.
    """

    id: str
    measure: str
    kind: str
    test: Node
    technique: str | None
    title: str
    title_zh: str
    source: str
    confidence: str
    source_zh: str = ""
    confidence_zh: str = ""


@dataclass(frozen=True)
class Measure:
    """A measure, its techniques in the order in which they are preferred, and its rules: exclusions first."""

    id: str
    title: str
    title_zh: str
    techniques: tuple[str, ...]
    rules: tuple[Rule, ...]

    def gate(self) -> list[Rule]:
        """The rules about the measure as a whole."""
        return [rule for rule in self.rules if rule.technique is None]

    def of_technique(self, technique: str) -> list[Rule]:
        """The rules about one technique."""
        return [rule for rule in self.rules if rule.technique == technique]


@dataclass(frozen=True)
class RuleSet:
    """A checked rule file.

    Attributes
    ----------
    precedence
        Measures in the order in which they go first where several fit; empty where the file does not say.
    declared
        Words that the user answers for wherever a stand has none; ``declarations`` are signed, for named units alone.
    extra
        Further sections of the file, which the room that uses them has to check.
    data
        The file's content as it was read.
    """

    id: str
    version: str
    status: str
    title: str
    title_zh: str
    measures: Mapping[str, Measure]
    precedence: tuple[str, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    declarations: tuple[Declaration, ...] = ()

    @staticmethod
    def from_dict(
        data: object,
        known_fields: Mapping[str, KnownField],
        measures: Mapping[str, Collection[str]] | None = None,
        extra: Collection[str] = (),
    ) -> RuleSet:
        """Check the content of a rule file and make a rule set of it.

        Parameters
        ----------
        data
            Content of the file: dictionaries, lists, texts, numbers.
        known_fields
            What conditions may ask.
        measures
            The measures that may be ruled, each with the techniques it may have; None for any.
        extra
            Names of further sections the file may have.

        Raises
        ------
        InputError
            RULES_INVALID, with every problem and its place.
        """
        problems = Problems()
        made = _FileReader(data, known_fields, measures, extra, problems).read()
        if made is None or problems.found:
            raise rules_invalid(data, problems)
        return made

    @property
    def rules(self) -> list[Rule]:
        """All rules, in the order of their measures."""
        return [rule for measure in self.measures.values() for rule in measure.rules]

    def rule(self, rule_id: str) -> Rule:
        """The rule ``rule_id``."""
        return {rule.id: rule for rule in self.rules}[rule_id]

    def without(self, measures: Collection[str]) -> RuleSet:
        """The same rule set without some measures, in its data too, with the definitions that are left over."""
        kept = {name: measure for name, measure in self.measures.items() if name not in measures}
        if len(kept) == len(self.measures):
            return self
        data = {key: value for key, value in self.data.items() if key != "definitions"}
        data["measures"] = {name: _part(self.data, "measures")[name] for name in kept}
        definitions = _part(self.data, "definitions")
        used = references(data["measures"], definitions)
        if used:
            data["definitions"] = {name: one for name, one in definitions.items() if name in used}
        return replace(self, measures=kept, data=data)

    def identity(self) -> dict[str, object]:
        """What a run record says of this rule set."""
        return {
            "id": self.id,
            "version": self.version,
            "status": self.status,
            "measures": list(self.measures),
            "sha256": self.fingerprint(),
        }

    def fingerprint(self) -> str:
        """SHA-256 over the content, the same however the file was laid out."""
        text = json.dumps(self.data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _part(data: Mapping[str, object], name: str) -> dict[str, object]:
    part = data.get(name, {})
    return part if isinstance(part, dict) else {}


def rules_invalid(data: object, problems: Problems) -> InputError:
    """The error that names every problem of a rule file."""
    name = shown(data.get("id") if isinstance(data, dict) else None)
    return InputError("RULES_INVALID", rules=name, count=len(problems.found), problems=problems.listed())


class _FileReader:
    """Reads one file's content; every problem is noted, none stops the reading of the rest."""

    def __init__(
        self,
        data: object,
        known_fields: Mapping[str, KnownField],
        measures: Mapping[str, Collection[str]] | None,
        extra: Collection[str],
        problems: Problems,
    ) -> None:
        self._data = data
        self._known = known_fields
        self._allowed = measures
        self._extra = extra
        self._problems = problems
        self._rule_ids: set[str] = set()

    def read(self) -> RuleSet | None:
        data = self._data
        if not isinstance(data, dict):
            self._problems.add("$", "must be an object, not {}", shown(data))
            return None
        for key in data:
            if key not in _TOP and key not in _TEXTS and key not in self._extra:
                self._problems.add("$", "unknown key {}", shown(key))
        texts = {key: self._text(data, key, "$") for key in ("id", "version", *_TEXTS)}
        status = self._one_of(data, "status", STATUSES, "$")
        definitions = self._definitions(data.get("definitions", {}))
        conditions = ConditionReader(self._known, definitions, self._problems)
        measures = self._measures(data.get("measures"), conditions)
        for name in definitions:
            if name not in conditions.used:
                conditions.definition(name)
                self._problems.add("$.definitions.{}".format(name), "is never used")
        extra = {key: data[key] for key in self._extra if key in data}
        return RuleSet(
            texts["id"],
            texts["version"],
            status,
            texts["title"],
            texts["title_zh"],
            measures,
            self._precedence(data.get("precedence", [])),
            self._declared(data.get("declared", {})),
            extra,
            data,
        )

    def _text(self, data: Mapping[str, object], key: str, path: str) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value.strip():
            self._problems.add("{}.{}".format(path, key), "must be a text")
        elif len(value) > LONGEST_TEXT:
            self._problems.add("{}.{}".format(path, key), "is longer than {} characters", LONGEST_TEXT)
        elif re.search(r"[\x00-\x1f]|<\s*/?\s*[a-zA-Z!]", value):
            self._problems.add("{}.{}".format(path, key), "holds control characters or markup")
        else:
            return value
        return ""

    def _one_of(self, data: Mapping[str, object], key: str, words: Collection[str], path: str) -> str:
        value = data.get(key)
        if isinstance(value, str) and value in words:
            return value
        self._problems.add("{}.{}".format(path, key), "must be one of {}, not {}", ", ".join(words), shown(value))
        return ""

    def _definitions(self, data: object) -> dict[str, object]:
        if not isinstance(data, dict) or len(data) > MOST_RULES:
            self._problems.add("$.definitions", "must be an object of at most {} definitions", MOST_RULES)
            return {}
        for name, definition in data.items():
            path = "$.definitions.{}".format(name)
            if not isinstance(definition, dict) or "condition" not in definition:
                self._problems.add(path, "must be an object with a condition")
                continue
            for key in set(definition) - {"condition", *_ABOUT, *_ABOUT_ZH, *_TEXTS}:
                self._problems.add(path, "unknown key {}", shown(key))
        return data

    def _precedence(self, data: object) -> tuple[str, ...]:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            self._problems.add("$.precedence", "must be a list of measures")
            return ()
        if len(set(data)) < len(data):
            self._problems.add("$.precedence", "names a measure twice")
        for name in data:
            if self._allowed is not None and name not in self._allowed:
                self._problems.add("$.precedence", "unknown measure {}", shown(name))
        return tuple(data)

    def _declared(self, data: object) -> dict[str, str]:
        """What a user answers for: a word, with the reason, a name and a date."""
        if not isinstance(data, dict):
            self._problems.add("$.declared", "must be an object, not {}", shown(data))
            return {}
        found = {}
        for name, entry in data.items():
            path = "$.declared.{}".format(shown(name))
            known = field_named(name, self._known)
            value = entry.get("value") if isinstance(entry, dict) else None
            if known is None or known.kind != TEXT:
                self._problems.add(path, "is no text field that can be declared")
            elif not isinstance(value, str) or not known.holds_word(value):
                self._problems.add(path + ".value", "{} is no word of this field", shown(value))
            else:
                for key in ("reason", "name", "date"):
                    self._text(entry, key, path)
                found[str(name)] = value
        return found

    def _measures(self, data: object, conditions: ConditionReader) -> dict[str, Measure]:
        if not isinstance(data, dict) or not data:
            self._problems.add("$.measures", "must be an object with at least one measure")
            return {}
        found = {}
        for name, measure in data.items():
            path = "$.measures.{}".format(name)
            if self._allowed is not None and name not in self._allowed:
                self._problems.add(path, "unknown measure")
            elif not isinstance(measure, dict):
                self._problems.add(path, "must be an object")
            else:
                found[name] = self._measure(name, measure, conditions, path)
        return found

    def _measure(self, name: str, data: dict[str, object], conditions: ConditionReader, path: str) -> Measure:
        for key in set(data) - {"techniques", "rules", *_TEXTS}:
            self._problems.add(path, "unknown key {}", shown(key))
        techniques = self._techniques(name, data.get("techniques", []), path)
        items = data.get("rules")
        rules: list[Rule] = []
        if not isinstance(items, list) or not items:
            self._problems.add(path + ".rules", "must be a list with at least one rule")
        elif len(items) > MOST_RULES:
            self._problems.add(path + ".rules", "has {} rules, more than {}", len(items), MOST_RULES)
        else:
            read = [
                self._rule(name, item, techniques, conditions, "{}.rules[{}]".format(path, i))
                for i, item in enumerate(items)
            ]
            rules = [rule for rule in read if rule is not None]
            if len(rules) == len(items):
                self._check_reachable(rules, techniques, path)
        # Exclusions are read first by whoever follows the trace, then what the measure asks, then the techniques.
        rules.sort(key=lambda rule: (rule.technique is not None, KINDS.index(rule.kind)))
        rules.sort(key=lambda rule: -1 if rule.technique is None else techniques.index(rule.technique))
        title, title_zh = (self._text(data, key, path) for key in _TEXTS)
        return Measure(name, title, title_zh, techniques, tuple(rules))

    def _techniques(self, measure: str, data: object, path: str) -> tuple[str, ...]:
        path += ".techniques"
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            self._problems.add(path, "must be a list of names")
            return ()
        for name in data:
            if self._allowed is not None and name not in self._allowed[measure]:
                self._problems.add(path, "unknown technique {}", shown(name))
        if len(set(data)) < len(data):
            self._problems.add(path, "names a technique twice")
        return tuple(data)

    def _rule(
        self, measure: str, data: object, techniques: tuple[str, ...], conditions: ConditionReader, path: str
    ) -> Rule | None:
        if not isinstance(data, dict):
            self._problems.add(path, "must be an object, not {}", shown(data))
            return None
        before = len(self._problems.found)
        for key in set(data) - {"id", "kind", "technique", "condition", "note", *_ABOUT, *_ABOUT_ZH, *_TEXTS}:
            self._problems.add(path, "unknown key {}", shown(key))
        rule_id = data.get("id")
        if not isinstance(rule_id, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]{0,23}", rule_id):
            self._problems.add(path + ".id", "must be 1 to 24 capitals, digits or _, not {}", shown(rule_id))
        elif rule_id in self._rule_ids:
            self._problems.add(path + ".id", "{} stands twice in this file", rule_id)
        else:
            self._rule_ids.add(rule_id)
        kind = self._one_of(data, "kind", KINDS, path)
        technique = data.get("technique")
        if (technique is None and kind == "technique") or (technique is not None and technique not in techniques):
            self._problems.add(path + ".technique", "{} is no technique of this measure", shown(technique))
        texts = {key: self._text(data, key, path) for key in (*_TEXTS, *_ABOUT)}
        texts |= {key: self._text(data, key, path) for key in _ABOUT_ZH if key in data}
        condition = conditions.read(data.get("condition"), path + ".condition")
        if condition is None or len(self._problems.found) > before:
            return None
        self._check_alive(condition, path)
        if kind == "exclude" and asks_for_signs(condition):
            self._problems.add(path + ".condition", SIGN_TURNED)
        test = condition.opposite() if kind == "exclude" else condition
        return Rule(str(rule_id), measure, kind, test, None if technique is None else str(technique), **texts)

    def _check_alive(self, condition: Node, path: str) -> None:
        if not can_pass(condition, self._known):
            self._problems.add(path + ".condition", "can never be true: the rule is dead")
        elif not can_pass(condition.opposite(), self._known):
            self._problems.add(path + ".condition", "is always true: the rule is dead")

    def _check_reachable(self, rules: list[Rule], techniques: tuple[str, ...], path: str) -> None:
        gate: list[Node] = [rule.test for rule in rules if rule.technique is None]
        if gate and not can_pass(Group(True, tuple(gate), 1), self._known):
            self._problems.add(path + ".rules", "contradict each other: no stand can fit")
            return
        seen: dict[tuple[str | None, str], str] = {}
        for rule in rules:
            twin = seen.setdefault((rule.technique, repr(rule.test)), rule.id)
            if twin != rule.id:
                self._problems.add(path + ".rules", "{} says the same as {}: it is dead", rule.id, twin)
        for technique in techniques:
            own = [rule.test for rule in rules if rule.technique == technique]
            if not own:
                self._problems.add(path + ".techniques", "{} has no rule", technique)
            elif not can_pass(group(True, gate + own), self._known):
                self._problems.add(path + ".techniques", "{} can never apply: its rules are dead", technique)
