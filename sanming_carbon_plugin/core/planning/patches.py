"""Smallest patches: parcels of one measure and year that adjoin, and which of them are too small together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from .problem import FloatArray, IntArray, PatchRule

ROOM = 1 - 1e-9
Patch = tuple[int, frozenset[int]]
"""Group, and stands that adjoin."""


@dataclass(frozen=True)
class PatchGround:
    """What the rule is looked up by.

    Attributes
    ----------
    beside
        Adjoining stands of each stand.
    options
        Options of each group and stand.
    area_ha
        Area that a stand has in a group.
    """

    beside: dict[int, list[int]]
    options: dict[tuple[int, int], list[int]]
    area_ha: dict[tuple[int, int], float]

    @classmethod
    def of(cls, rule: PatchRule, stand: IntArray) -> PatchGround:
        """From the rule and the stand of each option."""
        beside: dict[int, list[int]] = defaultdict(list)
        for one, other in zip(rule.first.tolist(), rule.second.tolist(), strict=True):
            beside[one].append(other)
            beside[other].append(one)
        options: dict[tuple[int, int], list[int]] = defaultdict(list)
        area: dict[tuple[int, int], float] = {}
        for at, key in enumerate(zip(rule.group.tolist(), stand.tolist(), strict=True)):
            options[key].append(at)
            area[key] = float(rule.area_ha[at])
        return cls(beside, options, area)

    def around(self, group: int, stands: frozenset[int]) -> list[int]:
        """Stands beside some stands that may have work of the same group."""
        return sorted({n for one in stands for n in self.beside.get(one, []) if (group, n) in self.options} - stands)


def patches_of(rule: PatchRule, option: IntArray) -> list[Patch]:
    """The patches of a choice, each with its group, in the order of their first stands."""
    stands = np.flatnonzero(option >= 0)
    group = np.full(len(option), -1, dtype=np.int64)
    group[stands] = rule.group[option[stands]]
    inside = (group[rule.first] >= 0) & (group[rule.first] == group[rule.second])
    links = csr_matrix(
        (np.ones(inside.sum()), (rule.first[inside], rule.second[inside])), shape=(len(option), len(option))
    )
    _, label = connected_components(links, directed=False)
    found: dict[int, list[int]] = defaultdict(list)
    for stand in stands.tolist():
        found[int(label[stand])].append(stand)
    return [(int(group[members[0]]), frozenset(members)) for members in found.values()]


def broken_patches(rule: PatchRule | None, option: IntArray) -> list[Patch]:
    """Patches of a choice that are smaller than the minimum."""
    if rule is None:
        return []
    enough = rule.minimum_ha * ROOM
    return [(group, stands) for group, stands in patches_of(rule, option) if patch_ha(rule, option, stands) < enough]


def patch_ha(rule: PatchRule, option: IntArray, stands: frozenset[int]) -> float:
    """Area of some chosen stands."""
    return float(rule.area_ha[option[sorted(stands)]].sum())


def single_patches(rule: PatchRule, stand: IntArray) -> list[Patch]:
    """Every stand that is smaller than the minimum, in every group: the rule's first rows of limits."""
    small = rule.area_ha < rule.minimum_ha * ROOM
    keys = sorted(set(zip(rule.group[small].tolist(), stand[small].tolist(), strict=True)))
    return [(group, frozenset((one,))) for group, one in keys]


def patch_rows(rule: PatchRule, ground: PatchGround, patches: list[Patch]) -> tuple[csr_matrix, FloatArray, FloatArray]:
    """Rows of limits that let none of these patches stand alone.

    Whatever connected patch holds one of their stands and is large enough must leave them: it holds at least one of
    the stands around them. So each stand of a patch may be chosen only with one of those around the patch.
    """
    rows: list[int] = []
    columns: list[int] = []
    numbers: list[float] = []
    count = 0
    for group, stands in patches:
        others = [option for other in ground.around(group, stands) for option in ground.options[group, other]]
        for one in sorted(stands):
            own = ground.options[group, one]
            rows += [count] * (len(own) + len(others))
            columns += [*own, *others]
            numbers += [1.0] * len(own) + [-1.0] * len(others)
            count += 1
    matrix = csr_matrix((numbers, (rows, columns)), shape=(count, len(rule.group)))
    return matrix, np.full(count, -np.inf), np.zeros(count)


def in_every_group(ground: PatchGround, minimum_ha: float, patches: list[Patch], groups: IntArray) -> list[Patch]:
    """The same stands in every group in which they would be too small: what fails in one year fails in the next."""
    found: dict[Patch, None] = {}
    for _, stands in patches:
        for group in groups.tolist():
            if all((group, one) in ground.options for one in stands):
                area = sum(ground.area_ha[group, one] for one in stands)
                if area < minimum_ha * ROOM:
                    found[group, stands] = None
    return list(found)
