"""Finds rules that could never pass, or never fail, whatever the stand: they are mistakes in a rule file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .conditions import Comparison, Group, Node
from .fields import NUMBER, KnownField, field_named


@dataclass(frozen=True)
class _Numbers:
    """Numbers a field can still take: between two ends, each inside or not."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def below(self, value: float, without_end: bool) -> _Numbers:
        if value > self.high or (value == self.high and (self.high_open or not without_end)):
            return self
        return replace(self, high=value, high_open=without_end)

    def above(self, value: float, without_end: bool) -> _Numbers:
        if value < self.low or (value == self.low and (self.low_open or not without_end)):
            return self
        return replace(self, low=value, low_open=without_end)


@dataclass(frozen=True)
class _Words:
    """Words a field can still hold; ``allowed`` None means any word but the banned ones."""

    allowed: frozenset[str] | None
    banned: frozenset[str] = frozenset()

    def empty(self) -> bool:
        return self.allowed is not None and not self.allowed - self.banned

    def only(self, words: frozenset[str]) -> _Words:
        return replace(self, allowed=words if self.allowed is None else self.allowed & words)

    def without(self, words: frozenset[str]) -> _Words:
        return replace(self, banned=self.banned | words)


Room = Mapping[str, "_Numbers | _Words"]


def can_pass(node: Node, known_fields: Mapping[str, KnownField]) -> bool:
    """Whether any stand could pass ``node``. Relations between two fields are not looked into."""
    return _narrowed(node, {}, known_fields) is not None


def _narrowed(node: Node, room: Room, known: Mapping[str, KnownField]) -> Room | None:
    """What is left of ``room`` where ``node`` passes; None if nothing is."""
    if isinstance(node, Comparison):
        return _with_comparison(node, room, known)
    if not node.every:
        return room if any(_narrowed(child, room, known) is not None for child in node.children) else None
    # Comparisons and inner "all" narrow the room first, so that every "any" is held against all of them.
    late = [child for child in node.children if isinstance(child, Group) and not child.every]
    left: Room | None = room
    for child in [child for child in node.children if not any(child is one for one in late)] + late:
        if left is None:
            return None
        left = _narrowed(child, left, known)
    return left


def _with_comparison(comparison: Comparison, room: Room, known: Mapping[str, KnownField]) -> Room | None:
    known_field = field_named(comparison.field, known)
    if comparison.other is not None or known_field is None:
        return room
    here = room.get(comparison.field)
    if known_field.kind == NUMBER:
        numbers = here if isinstance(here, _Numbers) else _Numbers(known_field.low, known_field.high)
        left: _Numbers | _Words = _fewer_numbers(comparison, numbers)
    else:
        words = here if isinstance(here, _Words) else _Words(known_field.words)
        value = comparison.value
        listed = frozenset(str(word) for word in (value if isinstance(value, tuple) else (value,)))
        left = words.only(listed) if comparison.op in {"==", "in"} else words.without(listed)
    return None if left.empty() else {**room, comparison.field: left}


def _fewer_numbers(comparison: Comparison, numbers: _Numbers) -> _Numbers:
    op, value = comparison.op, comparison.value
    ends = [float(item) for item in (value if isinstance(value, tuple) else (value or 0.0,))]
    low, high = min(ends), max(ends)
    if op in {"<", "<="}:
        return numbers.below(high, without_end=op == "<")
    if op in {">", ">="}:
        return numbers.above(low, without_end=op == ">")
    if op in {"==", "in", "between"}:
        return numbers.above(low, without_end=False).below(high, without_end=False)
    if op == "outside" and low <= numbers.low and high >= numbers.high:
        return _Numbers(1.0, 0.0)
    return numbers
