"""Conditions of rules: read from plain data, checked, and kept without any ``not``.

A condition is a dictionary: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}``, ``{"ref": "NAME"}`` for
a definition of the same file, or a comparison ``{"field": "closure", "op": ">=", "value": 0.7}``, with
``"other": "field"`` in place of ``value`` between two fields. In three-valued logic a ``not`` may be pushed down
to the comparisons without changing any outcome, so that each comparison says by itself how far it is from passing.

Signs that only some offices have, such as what images show, may be asked with ``"unknown": "fail"``: nothing seen is
then no sign. It can only take away, so it is refused wherever that would grant: under a ``not`` and in exclusions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .fields import NUMBER, KnownField, field_named
from .problems import LARGEST_NUMBER, Problems, shown

MOST_LEVELS = 16
MOST_PARTS = 2_000
MOST_VALUES = 500

OPPOSITE = {
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "==": "!=",
    "!=": "==",
    "in": "not_in",
    "not_in": "in",
    "between": "outside",
    "outside": "between",
}
_ORDERED = {"<", "<=", ">", ">=", "between", "outside"}
_RANGES = {"between", "outside"}
_ENDS = 2
_LISTS = {"in", "not_in"} | _RANGES

SIGN_TURNED = 'holds "unknown": "fail", which would let pass what nobody knows'

Value = float | str | tuple[float, ...] | tuple[str, ...] | None


@dataclass(frozen=True)
class Comparison:
    """One field held against a value, a list, a range (both ends inside) or another field.

    Attributes
    ----------
    text
        Whether the field holds words.
    seen
        Whether an unknown value fails: the comparison asks for a sign that has to be seen.
    """

    field: str
    op: str
    value: Value
    other: str | None = None
    text: bool = False
    parts: int = 1
    seen: bool = False

    def opposite(self) -> Comparison:
        """The comparison that passes where this one fails; an unknown value is unknown there."""
        return Comparison(self.field, OPPOSITE[self.op], self.value, self.other, self.text)


@dataclass(frozen=True, eq=False)
class Group:
    """Several conditions of which all (``every``) or any must pass."""

    every: bool
    children: tuple[Node, ...]
    parts: int

    def opposite(self) -> Group:
        """The group that passes where this one fails."""
        return group(not self.every, [child.opposite() for child in self.children])


Node = Comparison | Group


def group(every: bool, children: list[Node]) -> Group:
    """``children`` under one roof."""
    return Group(every, tuple(children), 1 + sum(child.parts for child in children))


def comparisons(node: Node) -> list[Comparison]:
    """All different comparisons of a condition, in reading order."""
    found: dict[Comparison, None] = {}
    waiting: list[Node] = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Comparison):
            found.setdefault(here)
        else:
            waiting.extend(reversed(here.children))
    return list(found)


def fields_of(node: Node, *, signs: bool = True) -> dict[str, bool]:
    """Names of the fields a condition asks about, in reading order, each with whether it holds words.

    Without ``signs`` only those whose value an answer may be waiting for.
    """
    names: dict[str, bool] = {}
    for comparison in comparisons(node):
        if comparison.seen and not signs:
            continue
        names.setdefault(comparison.field, comparison.text)
        if comparison.other is not None:
            names.setdefault(comparison.other, comparison.text)
    return names


def asks_for_signs(node: Node) -> bool:
    """Whether a condition counts something unknown as failed."""
    return any(comparison.seen for comparison in comparisons(node))


def references(part: object, definitions: Mapping[str, object]) -> set[str]:
    """Names of the definitions that a checked part of a file needs, directly or by others."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            name = here.get("ref")
            if isinstance(name, str) and name not in found:
                found.add(name)
                waiting.append(definitions.get(name))
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
    return found


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """A part of a condition that cannot be used."""

    def __init__(self, path: str, text: str, *values: object) -> None:
        self.path = path
        self.text = text
        self.values = values
        super().__init__(path, text)


class ConditionReader:
    """Reads the conditions of one file.

    Parameters
    ----------
    known_fields
        What may be asked.
    definitions
        Named conditions of the file as plain data.
    problems
        Where everything wrong is noted.
    """

    def __init__(
        self, known_fields: Mapping[str, KnownField], definitions: Mapping[str, object], problems: Problems
    ) -> None:
        self._known = known_fields
        self._definitions = definitions
        self._problems = problems
        self._read: dict[str, Node | None] = {}
        self._open: list[str] = []
        self.used: set[str] = set()

    def read(self, data: object, path: str, level: int = 0) -> Node | None:
        """The condition at ``path``, None where it cannot be used (then it is noted why)."""
        try:
            return self._condition(data, path, level)
        except _Refused as refused:
            self._problems.add(refused.path, refused.text, *refused.values)
            return None

    def definition(self, name: str) -> Node | None:
        """The definition ``name``, which stands for itself and is used by nothing."""
        node = self.read({"ref": name}, "$.definitions")
        self.used.discard(name)
        return node

    def _condition(self, data: object, path: str, level: int) -> Node | None:
        if level > MOST_LEVELS:
            raise _Refused(path, "more than {} levels inside each other", MOST_LEVELS)
        if not isinstance(data, dict):
            raise _Refused(path, "a condition must be an object, not {}", shown(data))
        key = next((key for key in ("all", "any", "not", "ref") if key in data), None)
        if key is None:
            return self._comparison(data, path)
        if len(data) > 1:
            raise _Refused(path, '"{}" stands with other keys', key)
        if key == "ref":
            return self._definition(data["ref"], path, level)
        if key == "not":
            inner = self.read(data["not"], path + ".not", level + 1)
            if inner is not None and asks_for_signs(inner):
                raise _Refused(path + ".not", SIGN_TURNED)
            return None if inner is None else inner.opposite()
        return self._group(key, data[key], path, level)

    def _group(self, key: str, items: object, path: str, level: int) -> Node | None:
        path = "{}.{}".format(path, key)
        if not isinstance(items, list) or not items:
            raise _Refused(path, "must be a list with at least one condition")
        if len(items) > MOST_VALUES:
            raise _Refused(path, "has {} conditions, more than {}", len(items), MOST_VALUES)
        children = [self.read(item, "{}[{}]".format(path, i), level + 1) for i, item in enumerate(items)]
        usable = [child for child in children if child is not None]
        if len(usable) < len(items):
            return None
        whole = group(key == "all", usable)
        if whole.parts > MOST_PARTS:
            raise _Refused(path, "has more than {} parts", MOST_PARTS)
        return whole

    def _definition(self, name: object, path: str, level: int) -> Node | None:
        if not isinstance(name, str) or name not in self._definitions:
            raise _Refused(path, "there is no definition {}", shown(name))
        self.used.add(name)
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            raise _Refused(path, "the definitions go in a circle: {}", circle)
        if name not in self._read:
            data = self._definitions[name]
            condition = data.get("condition") if isinstance(data, dict) else None
            self._open.append(name)
            self._read[name] = self.read(condition, "$.definitions.{}.condition".format(name), level + 1)
            self._open.pop()
        return self._read[name]

    def _comparison(self, data: dict[str, object], path: str) -> Comparison:
        strange = sorted(str(key) for key in set(data) - {"field", "op", "value", "other", "unknown"})
        if strange:
            raise _Refused(path, "unknown key {}", shown(strange[0]))
        name, known = self._field(data.get("field"), path + ".field")
        op = data.get("op")
        if not isinstance(op, str) or op not in OPPOSITE:
            raise _Refused(path + ".op", "unknown comparison {}", shown(op))
        text = known.kind != NUMBER
        if text and op in _ORDERED:
            raise _Refused(path + ".op", '"{}" needs a number and {} is text', op, name)
        if ("value" in data) == ("other" in data):
            raise _Refused(path, 'needs either "value" or "other"')
        seen = "unknown" in data
        if seen and data["unknown"] != "fail":
            raise _Refused(path + ".unknown", 'can only be "fail", not {}', shown(data["unknown"]))
        if "other" in data:
            return Comparison(name, op, None, self._other(name, known.kind, op, data["other"], path), text, seen=seen)
        return Comparison(name, op, _value(known, op, data["value"], path + ".value"), None, text, seen=seen)

    def _field(self, name: object, path: str) -> tuple[str, KnownField]:
        known = field_named(name, self._known)
        if known is None:
            raise _Refused(path, "unknown field {}", shown(name))
        return str(name), known

    def _other(self, name: str, kind: str, op: str, other: object, path: str) -> str:
        found, known = self._field(other, path + ".other")
        if op in _LISTS:
            raise _Refused(path + ".op", '"{}" does not compare two fields', op)
        if known.kind != kind:
            raise _Refused(path + ".other", "{} and {} are of different kinds", name, found)
        if found == name:
            raise _Refused(path + ".other", "{} is compared with itself", name)
        return found


def _value(known: KnownField, op: str, value: object, path: str) -> Value:
    """What a field is held against; checked for kind, range and vocabulary."""
    read: Callable[[KnownField, object, str], float | str] = _number if known.kind == NUMBER else _word
    if op not in _LISTS:
        return read(known, value, path)
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
        raise _Refused(path, "must be a list of 1 to {} values", MOST_VALUES)
    items = tuple(read(known, item, "{}[{}]".format(path, i)) for i, item in enumerate(value))
    if op in _RANGES and (len(items) != _ENDS or items[0] > items[1]):  # type: ignore[operator]
        raise _Refused(path, "must be two numbers, the smaller one first")
    return items  # type: ignore[return-value]


def _number(known: KnownField, value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Refused(path, "must be a number, not {}", shown(value))
    # Compared as it stands: an integer of a thousand digits has no float.
    if value != value or abs(value) > LARGEST_NUMBER:  # noqa: PLR0124 - NaN is the only value unequal to itself
        raise _Refused(path, "is not a usable number")
    if not known.low <= value <= known.high:
        reach = "{:g} to {:g}".format(known.low, known.high)
        raise _Refused(path, "{} lies outside the possible range {}", shown(value), reach)
    return float(value)


def _word(known: KnownField, value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _Refused(path, "must be text, not {}", shown(value))
    if not known.holds_word(value):
        raise _Refused(path, "{} is no word of this field", shown(value))
    return value
