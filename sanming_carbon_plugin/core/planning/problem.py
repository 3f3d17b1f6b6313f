"""The question a plan answers: at most one work for each stand, within rows of limits, for the most value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NONE = -1
ALWAYS_OPEN = 0
"""Year of open ground whose year nobody knows: it counts beside a clear-cut of any year."""

OPTIMAL, LIMIT, GREEDY, FIRST_FOUND, BOUND_ONLY = "optimal", "limit", "greedy", "first_found", "bound"
NOT_FOUND = "not_found"


@dataclass(frozen=True)
class BlockRule:
    """Adjoining clear-cuts within some years are one opening, which may not be larger than the ground allows.

    Attributes
    ----------
    first, second
        Pairs of adjoining places, shape (p,). Places are the stands and, numbered after them, ground that is open
        already.
    area_ha, limit_ha
        Of each place, shape (stands + g,); the limit of an opening is that of its most limited place.
    is_cut, year
        Whether each option is a clear-cut, and its year, shape (options,).
    green_up_yr
        Cuts less than so many years apart belong to one opening.
    ground_year
        Year in which ground was opened that no plan can change, shape (g,); :data:`ALWAYS_OPEN` where nobody knows.
    """

    first: IntArray
    second: IntArray
    area_ha: FloatArray
    limit_ha: FloatArray
    is_cut: BoolArray
    year: IntArray
    green_up_yr: int
    ground_year: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def stands(self) -> int:
        """Number of stands; places from here on are open ground."""
        return len(self.area_ha) - len(self.ground_year)

    def part(self, of_part: BoolArray, options: IntArray) -> BlockRule:
        """The rule for the stands ``of_part`` and their ``options``; open ground beside them or beside it stays."""
        kept = np.append(of_part, _reached_ground(self, of_part))
        number = np.cumsum(kept) - 1
        inside = kept[self.first] & kept[self.second]
        return BlockRule(
            number[self.first[inside]],
            number[self.second[inside]],
            self.area_ha[kept],
            self.limit_ha[kept],
            self.is_cut[options],
            self.year[options],
            self.green_up_yr,
            self.ground_year[kept[self.stands :]],
        )


@dataclass(frozen=True)
class PatchRule:
    """Parcels of one work group (a measure in a year) lie together in patches of at least some size.

    Attributes
    ----------
    first, second
        Pairs of adjoining stands, shape (p,).
    area_ha, group
        Area and group of each option, shape (options,).
    minimum_ha
        Smallest area of a patch: connected parcels of one group.
    """

    first: IntArray
    second: IntArray
    area_ha: FloatArray
    group: IntArray
    minimum_ha: float

    def part(self, of_part: BoolArray, options: IntArray) -> PatchRule:
        """The rule for the stands ``of_part`` and their ``options``."""
        number = np.cumsum(of_part) - 1
        inside = of_part[self.first] & of_part[self.second]
        return PatchRule(
            number[self.first[inside]],
            number[self.second[inside]],
            self.area_ha[options],
            self.group[options],
            self.minimum_ha,
        )


def _reached_ground(rule: BlockRule, of_part: BoolArray) -> BoolArray:
    """Open ground that touches some stands, directly or through other open ground, shape (g,)."""
    count = len(rule.area_ha)
    if not len(rule.ground_year):
        return np.zeros(0, dtype=bool)
    usable = np.append(of_part, np.ones(len(rule.ground_year), dtype=bool))
    inside = usable[rule.first] & usable[rule.second]
    links = csr_matrix((np.ones(inside.sum()), (rule.first[inside], rule.second[inside])), shape=(count, count))
    _, label = connected_components(links, directed=False)
    reached = np.zeros(count, dtype=bool)
    reached[label[np.flatnonzero(of_part)]] = True
    return np.asarray(reached[label[rule.stands :]])


@dataclass(frozen=True)
class ChoiceProblem:
    """Which option of each stand to take.

    Attributes
    ----------
    stand
        Stand of each option, rising, shape (k,).
    value
        What each option is worth, shape (k,); the sum over the chosen ones is to be as large as possible.
    matrix, low, high
        Rows of limits: ``low <= matrix @ x <= high``, shapes (r, k), (r,), (r,); without a limit ±inf.
    stands
        Number of stands.
    must
        Stands that must be chosen, shape (stands,).
    blocks
        The rule about adjoining clear-cuts, None without any.
    patches
        The rule about the smallest patch, None without any.
    """

    stand: IntArray
    value: FloatArray
    matrix: csr_matrix
    low: FloatArray
    high: FloatArray
    stands: int
    must: BoolArray
    blocks: BlockRule | None = None
    patches: PatchRule | None = None

    def __len__(self) -> int:
        return len(self.stand)

    def one_each(self) -> csr_matrix:
        """Rows that say: at most one option of each stand."""
        count = len(self)
        return csr_matrix((np.ones(count), (self.stand, np.arange(count))), shape=(self.stands, count))

    def with_rows(self, matrix: csr_matrix, low: FloatArray, high: FloatArray) -> ChoiceProblem:
        """The same with further rows of limits."""
        if not matrix.shape[0]:
            return self
        return replace(
            self,
            matrix=vstack([self.matrix, matrix]).tocsr(),
            low=np.append(self.low, low),
            high=np.append(self.high, high),
        )

    def only(self, kept: BoolArray) -> ChoiceProblem:
        """The same with only the options ``kept``; stands keep their numbers."""
        blocks, patches = self.blocks, self.patches
        if blocks is not None:
            blocks = replace(blocks, is_cut=blocks.is_cut[kept], year=blocks.year[kept])
        if patches is not None:
            patches = replace(patches, area_ha=patches.area_ha[kept], group=patches.group[kept])
        return replace(
            self,
            stand=self.stand[kept],
            value=self.value[kept],
            matrix=self.matrix.tocsc()[:, np.flatnonzero(kept)].tocsr(),
            blocks=blocks,
            patches=patches,
        )

    def part(
        self, of_part: BoolArray, rows: IntArray, low: FloatArray, high: FloatArray
    ) -> tuple[ChoiceProblem, IntArray]:
        """The stands ``of_part`` alone with the limits ``rows``, and which options those are."""
        options = np.flatnonzero(of_part[self.stand])
        number = np.cumsum(of_part) - 1
        matrix = self.matrix[rows].tocsc()[:, options].tocsr()
        small = ChoiceProblem(
            number[self.stand[options]],
            self.value[options],
            matrix,
            low,
            high,
            int(of_part.sum()),
            self.must[of_part],
            None if self.blocks is None else self.blocks.part(of_part, options),
            None if self.patches is None else self.patches.part(of_part, options),
        )
        return small, options


@dataclass(frozen=True)
class Choice:
    """What was chosen, and how good that is for certain.

    Attributes
    ----------
    option
        Chosen option of each stand, -1 for none, shape (stands,).
    value, bound
        Value of the plan, and a value that no plan can pass.
    price
        Value of one more unit of each row of limits, shape (r,); of rows that came up while solving, none.
    profit
        What each option is worth beyond what it takes from the limits at those prices, shape (k,).
    method
        ``optimal`` (solved to the gap), ``limit`` (best found within the node limit), ``greedy`` (the plain choice:
        nothing better was found within the node limit) or ``first_found`` (no plain choice kept all limits). With
        ``not_found`` there is no plan (value -inf), but none is ruled out either.
    opening_price, opening_paid
        What each option pays for the limits on openings and patches, shape (k,), and the sum of what these are worth.
    price_bound
        The bound that follows from the prices alone; never below ``bound``.
    fallen_back
        Counties (as numbered in the question) whose part is no better than ``greedy`` or ``first_found``.
    share
        How much of each option is taken where stands may be divided, shape (k,); empty where more than the bound
        was asked for.
    """

    option: IntArray
    value: float
    bound: float
    price: FloatArray
    profit: FloatArray
    method: str
    opening_price: FloatArray
    opening_paid: float
    price_bound: float = np.inf
    fallen_back: tuple[int, ...] = ()
    share: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def found(self) -> bool:
        """Whether there is a plan at all."""
        return self.method != NOT_FOUND

    @property
    def gap(self) -> float:
        """Distance of the plan from the bound, as a share of its size; 0 where both meet, inf without a plan."""
        if not self.found:
            return np.inf
        distance = max(self.bound - self.value, 0.0)
        scale = max(abs(self.bound), abs(self.value), 1e-9)
        return distance / scale


def chosen_values(problem: ChoiceProblem, option: IntArray) -> tuple[float, FloatArray]:
    """Value of a choice and what it uses of each row."""
    taken = option[option >= 0]
    used = np.asarray(problem.matrix[:, taken].sum(axis=1), dtype=np.float64).reshape(-1)
    return float(problem.value[taken].sum()), used


def tolerance(limit: FloatArray) -> FloatArray:
    """How far a sum may pass its limit by the noise of floating-point numbers."""
    return np.asarray(1e-6 * np.where(np.isfinite(limit), np.maximum(np.abs(limit), 1.0), 1.0))


def keeps_rows(problem: ChoiceProblem, option: IntArray) -> bool:
    """Whether a choice keeps all rows and takes all stands that must be taken."""
    _, used = chosen_values(problem, option)
    over = (used > problem.high + tolerance(problem.high)) | (used < problem.low - tolerance(problem.low))
    return not bool(over.any() or (problem.must & (option < 0)).any())


def priced_bound(
    problem: ChoiceProblem, price: FloatArray, opening_price: FloatArray | float = 0.0, opening_paid: float = 0.0
) -> tuple[float, FloatArray]:
    """A value that no plan can pass, for any prices (Lagrange), and the profit of each option at these prices.

    Positive prices are paid for the upper limits, negative ones for the lower limits. ``opening_price`` and
    ``opening_paid`` are those of :class:`Choice`.
    """
    endless = ((price > 0) & ~np.isfinite(problem.high)) | ((price < 0) & ~np.isfinite(problem.low))
    usable = np.where(endless, 0.0, price)
    profit = problem.value - problem.matrix.T @ usable - opening_price
    best = best_profit(problem, profit)
    best = np.where(problem.must, best, np.maximum(best, 0.0))
    limit = np.where(usable > 0, problem.high, problem.low)
    paid = usable[usable != 0] @ limit[usable != 0]
    return float(paid + opening_paid + best[np.isfinite(best)].sum()), profit


def best_profit(problem: ChoiceProblem, profit: FloatArray) -> FloatArray:
    """Largest profit among the options of each stand, -inf for a stand without any."""
    best = np.full(problem.stands, -np.inf)
    np.maximum.at(best, problem.stand, profit)
    return best
