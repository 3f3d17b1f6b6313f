"""The plain way to choose: the best parcels first, as long as the limits allow. What the solver is measured by."""

from __future__ import annotations

import numpy as np

from .neighbours import Neighbourhood
from .openings import too_large
from .patches import ROOM
from .problem import ALWAYS_OPEN, NONE, BlockRule, ChoiceProblem, FloatArray, IntArray, tolerance


def greedy_choice(problem: ChoiceProblem) -> tuple[IntArray, FloatArray]:
    """Take the options with the most value per unit of what they use, first for the targets, then for the rest.

    Returns
    -------
    option, missing
        Chosen option of each stand (-1 for none), and by how much each row stays below its lower limit.
    """
    plain = PlainChoice(Neighbourhood.of(problem))
    plain.take_in(by_value(problem))
    low = problem.low
    return plain.option, np.maximum(np.where(np.isfinite(low), low - plain.used, 0.0), 0.0)


def by_value(problem: ChoiceProblem) -> IntArray:
    """Options, those that must be taken first, then by value for each unit of what they use."""
    return np.lexsort((np.arange(len(problem)), -problem.value / burden_of(problem), ~problem.must[problem.stand]))


def burden_of(problem: ChoiceProblem) -> FloatArray:
    """What each option uses of the upper limits, each limit being one."""
    spare = np.where(np.isfinite(problem.high) & (problem.high > 0), problem.high, np.inf)
    return np.asarray(abs(problem.matrix).T @ (1.0 / spare)).reshape(-1) + 1e-12


class PlainChoice:
    """A choice that grows parcel by parcel; it never breaks an upper limit or a rule between neighbours.

    Parameters
    ----------
    ground
        The question and the rules between neighbours.
    start
        A choice to begin with, which keeps them; nothing by default.
    """

    def __init__(self, ground: Neighbourhood, start: IntArray | None = None) -> None:
        problem = ground.problem
        self._ground, self._problem = ground, problem
        self._columns = problem.matrix.tocsc()
        self._high = problem.high + tolerance(problem.high)
        self.option = np.full(problem.stands, NONE, dtype=np.int64) if start is None else start.copy()
        taken = self.option[self.option >= 0]
        self.used = np.asarray(problem.matrix[:, taken].sum(axis=1), dtype=np.float64).reshape(-1)
        self._rank = np.arange(len(problem))

    def take_in(self, order: IntArray) -> None:
        """Go through the options twice: for the targets and the stands that must be taken, then for their value."""
        problem, low = self._problem, self._problem.low
        self._rank[order] = np.arange(len(order))
        for wanted in (True, False):
            for at in order.tolist():
                stand = int(problem.stand[at])
                if self.option[stand] != NONE:
                    continue
                rows, _ = self._needs(at)
                helps = bool((self.used[rows] < low[rows]).any()) or bool(problem.must[stand])
                if helps == wanted and (wanted or problem.value[at] > 0):
                    self._take(at)

    def _needs(self, at: int) -> tuple[IntArray, FloatArray]:
        span = slice(self._columns.indptr[at], self._columns.indptr[at + 1])
        return self._columns.indices[span], self._columns.data[span]

    def _take(self, at: int) -> None:
        """Take an option, with others around it where it would be too small a patch; nothing where that fails."""
        if not self._add(at):
            return
        taken = [at]
        while (more := self._around_small(at)) is not None:
            another = next((one for one in more if self._add(one)), None)
            if another is None:
                for one in taken:
                    self._drop(one)
                return
            taken.append(another)

    def _add(self, at: int) -> bool:
        problem, stand = self._problem, int(self._problem.stand[at])
        rows, numbers = self._needs(at)
        if self.option[stand] != NONE or (self.used[rows] + numbers > self._high[rows]).any():
            return False
        blocks = problem.blocks
        if blocks is not None and blocks.is_cut[at] and self._opens_too_much(blocks, stand, at):
            return False
        self.option[stand] = at
        self.used[rows] += numbers
        return True

    def _drop(self, at: int) -> None:
        rows, numbers = self._needs(at)
        self.option[self._problem.stand[at]] = NONE
        self.used[rows] -= numbers

    def _around_small(self, at: int) -> list[int] | None:
        """Options that would make the patch of an option larger, the best first; None where it is large enough."""
        rule, ground = self._problem.patches, self._ground.patches
        if rule is None or ground is None:
            return None
        group, stand = int(rule.group[at]), int(self._problem.stand[at])
        patch, edge, area = {stand}, [stand], float(rule.area_ha[at])
        enough = rule.minimum_ha * ROOM
        while edge and area < enough:
            for other in ground.beside.get(edge.pop(), []):
                chosen = int(self.option[other])
                if other not in patch and chosen != NONE and rule.group[chosen] == group:
                    patch.add(other)
                    edge.append(other)
                    area += float(rule.area_ha[chosen])
        if area >= enough:
            return None
        found = [one for other in ground.around(group, frozenset(patch)) for one in ground.options[group, other]]
        return sorted(found, key=lambda one: int(self._rank[one]))

    def _opens_too_much(self, rule: BlockRule, stand: int, at: int) -> bool:
        """Whether one more clear-cut makes an opening that is too large in any window of years."""
        year, span = int(rule.year[at]), max(rule.green_up_yr, 1)
        for first in range(year - span + 1, year + 1):
            last = first + span - 1
            opening, edge = {stand}, [stand]
            while edge:
                for other in self._ground.openings.get(edge.pop(), []):
                    if other not in opening and self._is_open(rule, other, first, last):
                        opening.add(other)
                        edge.append(other)
            if too_large(rule, opening):
                return True
        return False

    def _is_open(self, rule: BlockRule, place: int, first: int, last: int) -> bool:
        if place >= rule.stands:
            year = int(rule.ground_year[place - rule.stands])
            return year == ALWAYS_OPEN or first <= year <= last
        chosen = int(self.option[place])
        return chosen != NONE and bool(rule.is_cut[chosen]) and first <= rule.year[chosen] <= last
