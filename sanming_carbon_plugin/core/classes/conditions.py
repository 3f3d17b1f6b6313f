"""Conditions of rules: read from plain data, checked, and kept without any ``not``.

A condition is a dictionary: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}``, ``{"ref": "NAME"}`` for
a definition of the same file, or a comparison ``{"field": "closure", "op": ">=", "value": 0.7}``, with
``"other": "field"`` in place of ``value`` between two fields. In three-valued logic a ``not`` may be pushed down
to the comparisons without changing any outcome, so that each comparison says by itself how far it is from passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from .fields import NUMBER, KnownField

MOST_LEVELS = 16
MOST_PARTS = 2_000
MOST_VALUES = 500
LARGEST_NUMBER = 1e12

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


@dataclass(frozen=True)
class Comparison:
    """One field held against a value, a list, a range (both ends inside) or another field."""

    field: str
    op: str
    value: float | str | tuple[float, float] | tuple[str, ...] | tuple[float, ...] | None
    other: str | None = None

    parts: int = 1

    def opposite(self) -> Comparison:
        """The comparison that passes where this one fails."""
        return Comparison(self.field, OPPOSITE[self.op], self.value, self.other)


@dataclass(frozen=True, eq=False)
class Group:
    """Several conditions of which all (``every``) or any must pass."""

    every: bool
    children: tuple[Node, ...]
    parts: int

    def opposite(self) -> Group:
        """The group that passes where this one fails."""
        return group(not self.every, [child.opposite() for child in self.children])


Node = Union[Comparison, Group]


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


def fields_of(node: Node) -> list[str]:
    """Names of the fields a condition asks about, in reading order."""
    names: dict[str, None] = {}
    for comparison in comparisons(node):
        names.setdefault(comparison.field)
        if comparison.other is not None:
            names.setdefault(comparison.other)
    return list(names)


@dataclass
class Problems:
    """Everything that is wrong with a file, each with its place."""

    found: list[str] = field(default_factory=list)

    def add(self, path: str, text: str) -> None:
        """Note that ``text`` is wrong at ``path``."""
        self.found.append("{}: {}".format(path, text))


def shown(value: object, longest: int = 60) -> str:
    """A value as it stands in the file, short enough for a message."""
    text = repr(value) if not isinstance(value, (dict, list)) else type(value).__name__
    return text if len(text) <= longest else text[:longest] + "…"


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
        if level > MOST_LEVELS:
            return self._refuse(path, "more than {} levels inside each other".format(MOST_LEVELS))
        if not isinstance(data, dict):
            return self._refuse(path, "a condition must be an object, not {}".format(shown(data)))
        for key in ("all", "any", "not", "ref"):
            if key in data:
                if len(data) > 1:
                    return self._refuse(path, '"{}" stands with other keys'.format(key))
                if key == "ref":
                    return self._definition(data["ref"], path, level)
                if key == "not":
                    inner = self.read(data["not"], path + ".not", level + 1)
                    return None if inner is None else inner.opposite()
                return self._group(key, data[key], path, level)
        return self._comparison(data, path)

    def definition(self, name: str) -> Node | None:
        """The definition ``name``."""
        return self._definition(name, "$.definitions", 0)

    def _refuse(self, path: str, text: str) -> None:
        self._problems.add(path, text)

    def _group(self, key: str, items: object, path: str, level: int) -> Node | None:
        path = "{}.{}".format(path, key)
        if not isinstance(items, list) or not items:
            return self._refuse(path, "must be a list with at least one condition")
        if len(items) > MOST_VALUES:
            return self._refuse(path, "has {} conditions, more than {}".format(len(items), MOST_VALUES))
        children = [self.read(item, "{}[{}]".format(path, i), level + 1) for i, item in enumerate(items)]
        usable = [child for child in children if child is not None]
        if len(usable) < len(items):
            return None
        whole = group(key == "all", usable)
        if whole.parts > MOST_PARTS:
            return self._refuse(path, "has more than {} parts".format(MOST_PARTS))
        return whole

    def _definition(self, name: object, path: str, level: int) -> Node | None:
        if not isinstance(name, str) or name not in self._definitions:
            return self._refuse(path, "there is no definition {}".format(shown(name)))
        self.used.add(name)
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            return self._refuse(path, "the definitions go in a circle: {}".format(circle))
        if name not in self._read:
            data = self._definitions[name]
            condition = data.get("condition") if isinstance(data, dict) else None
            self._open.append(name)
            self._read[name] = self.read(condition, "$.definitions.{}.condition".format(name), level + 1)
            self._open.pop()
        return self._read[name]

    def _comparison(self, data: dict[str, object], path: str) -> Node | None:
        strange = sorted(str(key) for key in set(data) - {"field", "op", "value", "other"})
        if strange:
            return self._refuse(path, "unknown key {}".format(shown(strange[0])))
        name, op = data.get("field"), data.get("op")
        known = self._known.get(name) if isinstance(name, str) else None
        if known is None:
            return self._refuse(path + ".field", "unknown field {}".format(shown(name)))
        if not isinstance(op, str) or op not in OPPOSITE:
            return self._refuse(path + ".op", "unknown comparison {}".format(shown(op)))
        if known.kind != NUMBER and op in _ORDERED:
            return self._refuse(path + ".op", '"{}" needs a number and {} is text'.format(op, name))
        if ("value" in data) == ("other" in data):
            return self._refuse(path, 'needs either "value" or "other"')
        if "other" in data:
            return self._between_fields(str(name), op, data["other"], path)
        read = self._number_value if known.kind == NUMBER else self._text_value
        value = read(known, op, data["value"], path + ".value")
        return None if value is None else Comparison(str(name), op, value)

    def _between_fields(self, name: str, op: str, other: object, path: str) -> Node | None:
        known = self._known.get(other) if isinstance(other, str) else None
        if known is None:
            return self._refuse(path + ".other", "unknown field {}".format(shown(other)))
        if op in {"in", "not_in", "between", "outside"}:
            return self._refuse(path + ".op", '"{}" does not compare two fields'.format(op))
        if known.kind != self._known[name].kind:
            return self._refuse(path + ".other", "{} and {} are of different kinds".format(name, other))
        if other == name:
            return self._refuse(path + ".other", "{} is compared with itself".format(name))
        return Comparison(name, op, None, str(other))

    def _number_value(
        self, known: KnownField, op: str, value: object, path: str
    ) -> float | tuple[float, ...] | tuple[float, float] | None:
        if op in {"in", "not_in", "between", "outside"}:
            if not isinstance(value, list) or not value or len(value) > MOST_VALUES:
                return self._refuse(path, "must be a list of 1 to {} numbers".format(MOST_VALUES))
            numbers = [self._number(known, item, "{}[{}]".format(path, i)) for i, item in enumerate(value)]
            usable = [number for number in numbers if number is not None]
            if len(usable) < len(value):
                return None
            if op in {"between", "outside"} and (len(usable) != 2 or usable[0] > usable[1]):  # noqa: PLR2004
                return self._refuse(path, "must be two numbers, the smaller one first")
            return tuple(usable)
        return self._number(known, value, path)

    def _number(self, known: KnownField, value: object, path: str) -> float | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._refuse(path, "must be a number, not {}".format(shown(value)))
        # Compared as it stands: an integer of a thousand digits has no float.
        if value != value or abs(value) > LARGEST_NUMBER:  # noqa: PLR0124 - NaN is the only value unequal to itself
            return self._refuse(path, "is not a usable number")
        if not known.low <= value <= known.high:
            return self._refuse(
                path, "{} lies outside the possible range {:g} to {:g}".format(value, known.low, known.high)
            )
        return float(value)

    def _text_value(self, known: KnownField, op: str, value: object, path: str) -> str | tuple[str, ...] | None:
        if op in {"in", "not_in"}:
            if not isinstance(value, list) or not value or len(value) > MOST_VALUES:
                return self._refuse(path, "must be a list of 1 to {} words".format(MOST_VALUES))
            words = [self._word(known, item, "{}[{}]".format(path, i)) for i, item in enumerate(value)]
            usable = [word for word in words if word is not None]
            return tuple(usable) if len(usable) == len(value) else None
        return self._word(known, value, path)

    def _word(self, known: KnownField, value: object, path: str) -> str | None:
        if not isinstance(value, str):
            return self._refuse(path, "must be text, not {}".format(shown(value)))
        if not known.holds_word(value):
            return self._refuse(path, "{} is no word of this field".format(shown(value)))
        return value
