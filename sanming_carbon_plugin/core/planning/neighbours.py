"""Rules between neighbours: clear-cuts that adjoin are not too large together, patches of work not too small."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .openings import Cluster, Neighbours, broken_clusters, cluster_rows, neighbours_of, smallest_clusters
from .patches import Patch, PatchGround, broken_patches, in_every_group, patch_rows, single_patches
from .problem import BoolArray, ChoiceProblem, IntArray, keeps_rows

ROWS_AT_MOST = 60_000


@dataclass(frozen=True)
class Broken:
    """What a choice does against the rules between neighbours."""

    clusters: list[Cluster]
    patches: list[Patch]

    def __bool__(self) -> bool:
        return bool(self.clusters or self.patches)


@dataclass(frozen=True)
class Neighbourhood:
    """What the rules between neighbours are looked up by.

    Attributes
    ----------
    openings
        Adjoining places of each place.
    """

    problem: ChoiceProblem
    openings: Neighbours

    @classmethod
    def of(cls, problem: ChoiceProblem) -> Neighbourhood:
        """Of a question."""
        return cls(problem, {} if problem.blocks is None else neighbours_of(problem.blocks))

    @cached_property
    def patches(self) -> PatchGround | None:
        """Adjoining stands and options of each group; None without a smallest patch. Large, so made when needed."""
        rule = self.problem.patches
        return None if rule is None else PatchGround.of(rule, self.problem.stand)

    def first_rows(self, problem: ChoiceProblem) -> ChoiceProblem:
        """The question with the rows that are known before anything was chosen."""
        blocks, patches = problem.blocks, problem.patches
        if blocks is not None:
            cut = np.unique(problem.stand[blocks.is_cut])
            problem = problem.with_rows(*cluster_rows(blocks, problem.stand, smallest_clusters(blocks, cut)))
        if patches is not None and self.patches is not None:
            single = single_patches(patches, problem.stand)
            if len(single) <= ROWS_AT_MOST:  # of many, only those that a plan breaks
                problem = problem.with_rows(*patch_rows(patches, self.patches, single))
        return problem

    def broken(self, option: IntArray) -> Broken:
        """What a choice breaks."""
        blocks = self.problem.blocks
        return Broken(
            [] if blocks is None else broken_clusters(blocks, option, self.openings),
            broken_patches(self.problem.patches, option),
        )

    def closed_off(self, problem: ChoiceProblem, broken: Broken) -> ChoiceProblem:
        """The question with rows that rule out what was broken."""
        if problem.blocks is not None and broken.clusters:
            problem = problem.with_rows(*cluster_rows(problem.blocks, problem.stand, broken.clusters))
        rule = problem.patches
        if rule is not None and self.patches is not None and broken.patches:
            wider = in_every_group(self.patches, rule.minimum_ha, broken.patches, np.unique(rule.group))
            problem = problem.with_rows(*patch_rows(rule, self.patches, wider))
        return problem

    def concerned(self, broken: Broken) -> BoolArray:
        """Stands that what was broken can be mended with, shape (stands,)."""
        found = np.zeros(self.problem.stands, dtype=bool)
        for cluster in broken.clusters:
            found[[one for one in cluster if one < self.problem.stands]] = True
        for group, stands in broken.patches:
            found[sorted(stands)] = True
            if self.patches is not None:
                found[self.patches.around(group, stands)] = True
        return found

    def keeps_all(self, option: IntArray) -> bool:
        """Whether a choice keeps all rows of limits and all rules between neighbours."""
        return keeps_rows(self.problem, option) and not self.broken(option)

    def keeps_all_but_openings(self, option: IntArray) -> bool:
        """Whether a choice keeps all rows of limits and the smallest patch."""
        return keeps_rows(self.problem, option) and not broken_patches(self.problem.patches, option)
