"""The question a plan answers: at most one work for each stand, within rows of limits, for the most value."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NONE = -1


@dataclass(frozen=True)
class BlockRule:
    """Adjoining clear-cuts within some years are one opening, which may not be larger than the ground allows.

    Attributes
    ----------
    first, second
        Pairs of adjoining stands, shape (p,).
    area_ha, limit_ha
        Of each stand, shape (stands,); the limit of an opening is that of its most limited stand.
    is_cut, year
        Whether each option is a clear-cut, and its year, shape (options,).
    green_up_yr
        Cuts less than so many years apart belong to one opening.
    """

    first: IntArray
    second: IntArray
    area_ha: FloatArray
    limit_ha: FloatArray
    is_cut: BoolArray
    year: IntArray
    green_up_yr: int


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
    """

    stand: IntArray
    value: FloatArray
    matrix: csr_matrix
    low: FloatArray
    high: FloatArray
    stands: int
    must: BoolArray
    blocks: BlockRule | None = None

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
        blocks = self.blocks
        if blocks is not None:
            blocks = replace(blocks, is_cut=blocks.is_cut[kept], year=blocks.year[kept])
        return replace(
            self,
            stand=self.stand[kept],
            value=self.value[kept],
            matrix=self.matrix.tocsc()[:, np.flatnonzero(kept)].tocsr(),
            blocks=blocks,
        )

    def part(
        self, of_part: BoolArray, rows: IntArray, low: FloatArray, high: FloatArray
    ) -> tuple[ChoiceProblem, IntArray]:
        """The stands ``of_part`` alone with the limits ``rows``, and which options those are."""
        options = np.flatnonzero(of_part[self.stand])
        number = np.cumsum(of_part) - 1
        matrix = self.matrix[rows].tocsc()[:, options].tocsr()
        blocks = self.blocks
        if blocks is not None:
            inside = of_part[blocks.first] & of_part[blocks.second]
            blocks = BlockRule(
                number[blocks.first[inside]],
                number[blocks.second[inside]],
                blocks.area_ha[of_part],
                blocks.limit_ha[of_part],
                blocks.is_cut[options],
                blocks.year[options],
                blocks.green_up_yr,
            )
        small = ChoiceProblem(
            number[self.stand[options]],
            self.value[options],
            matrix,
            low,
            high,
            int(of_part.sum()),
            self.must[of_part],
            blocks,
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
        ``optimal`` (solved to the gap) or ``limit`` (best found within the node limit).
    opening_price, opening_paid
        What each option pays for the limits on openings, shape (k,), and the sum of what these limits are worth.
    """

    option: IntArray
    value: float
    bound: float
    price: FloatArray
    profit: FloatArray
    method: str
    opening_price: FloatArray
    opening_paid: float

    @property
    def gap(self) -> float:
        """Distance of the plan from the bound, as a share of the bound's size; 0 where both meet."""
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
