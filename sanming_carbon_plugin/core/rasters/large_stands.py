"""Least, largest and quantiles of stands that have more cells than memory: found without holding the cells.

The values that a stand can have are divided into bins; each bin knows how many cells it has, and its first and last
one. Where a quantile lies between two bins it is known; else the bin in which it lies is divided anew, with one more
reading of the raster. That gives the same figures as sorting all cells.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .boundary import FloatArray, IntArray
from .stand_cells import LARGEST, LEAST, Cells, quantile_of

KeyArray = npt.NDArray[np.uint64]
Figures = list[dict[str, FloatArray]]

BINS_IN_ALL = 2**21
"""Bins of all questions together; each takes 48 bytes."""

_KEY_BITS = 64
_MOST_BITS, _FEWEST_BITS = 16, 4
_BITS_PER_BYTE = 8
_ALL_KEYS = 0, 2**_KEY_BITS - 1


def add_figures_of_large(
    read: Callable[[], Generator[Cells, None, None]], stands: IntArray, names: Sequence[str], found: Figures
) -> None:
    """Put the figures of some stands into those of all.

    Parameters
    ----------
    read
        Reads the cells once more, from the first to the last.
    stands
        Which stands, rising.
    names
        ``min``, ``max``, ``count``, ``median`` or quantiles.
    found
        Per band and name the figures of all stands; NaN stays where a stand has no valid cell.
    """
    order, bands = _Order(), len(found)
    number = np.full(len(found[0][names[0]]), -1, dtype=np.int32)
    number[stands] = np.arange(len(stands))
    open_questions = [
        _Question(number, band, tuple(names), *_ALL_KEYS) for number in range(len(stands)) for band in range(bands)
    ]
    while open_questions:
        bins = _Bins(open_questions)
        with closing(read()) as work:
            for cells in work:
                bins.add(cells, number, order)
        asked, open_questions = open_questions, []
        for place, question in enumerate(asked):
            for name in question.names:
                answer = bins.answer(place, question, name, order)
                if isinstance(answer, _Question):
                    open_questions.append(answer)
                else:
                    found[question.band][name][stands[question.stand]] = answer


@dataclass(frozen=True)
class _Question:
    """Figures of one stand and band that are looked for among the keys from ``low`` to ``high``.

    ``cells_before`` and ``share_before`` are the cells below ``low``, ``cells`` and ``share`` all of the stand; in
    the first reading nothing is known of them yet.
    """

    stand: int
    band: int
    names: tuple[str, ...]
    low: int
    high: int
    cells_before: int = 0
    share_before: float = 0.0
    cells: int = 0
    share: float = 0.0


@dataclass
class _Order:
    """Numbers of a raster as whole numbers of the same order, the widest ones that fit 64 bits."""

    kind: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float64))

    def keys(self, values: npt.NDArray[Any]) -> KeyArray:
        self.kind = values.dtype if values.dtype.kind != "b" else np.dtype(np.uint8)
        if self.kind.kind == "f":
            values = values + self.kind.type(0)  # there are two zeros
        sign, unsigned = self._sign_and_type()
        bits = np.ascontiguousarray(values).view(unsigned)
        if self.kind.kind == "i":
            bits = bits ^ sign
        elif self.kind.kind == "f":
            bits = np.where(bits & sign, ~bits, bits | sign)
        return bits.astype(np.uint64) << np.uint64(_KEY_BITS - _BITS_PER_BYTE * self.kind.itemsize)

    def value(self, key: int) -> float:
        sign, unsigned = self._sign_and_type()
        bits = np.array([key >> (_KEY_BITS - _BITS_PER_BYTE * self.kind.itemsize)], dtype=np.uint64).astype(unsigned)
        if self.kind.kind == "i":
            bits = bits ^ sign
        elif self.kind.kind == "f":
            bits = np.where(bits & sign, bits ^ sign, ~bits)
        return float(bits.view(self.kind)[0])

    def _sign_and_type(self) -> tuple[np.unsignedinteger[Any], np.dtype[Any]]:
        unsigned = np.dtype(f"u{self.kind.itemsize}")
        return unsigned.type(1 << (_BITS_PER_BYTE * self.kind.itemsize - 1)), unsigned


class _Bins:
    """Cells of all questions by bin of their key: how many, their common share, the first and the last of them."""

    def __init__(self, questions: Sequence[_Question]) -> None:
        bits = int(BINS_IN_ALL / len(questions)).bit_length() - 1
        self._bits = min(max(bits, _FEWEST_BITS), _MOST_BITS)
        shape = len(questions), 1 << self._bits
        self._count, self._share = np.zeros(shape, dtype=np.int64), np.zeros(shape)
        self._first, self._last = np.full(shape, _ALL_KEYS[1], dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
        self._first_share, self._last_share = np.full(shape, np.inf), np.zeros(shape)
        self._low = np.array([one.low for one in questions], dtype=np.uint64)
        self._high = np.array([one.high for one in questions], dtype=np.uint64)
        spans = [max((one.high - one.low).bit_length() - self._bits, 0) for one in questions]
        self._shift = np.array(spans, dtype=np.uint64)
        # A stand has one question at most in each of these groups.
        self._groups: dict[tuple[int, tuple[str, ...]], list[tuple[int, int]]] = {}
        for place, one in enumerate(questions):
            self._groups.setdefault((one.band, one.names), []).append((one.stand, place))

    def add(self, cells: Cells, number: npt.NDArray[np.int32], order: _Order) -> None:
        """Add cells; ``number`` is the stand of the questions by position of the stand, −1 for others."""
        cells = cells.some(number[cells.stand] >= 0)
        stand = number[cells.stand]
        for (band, _), group in self._groups.items():
            place_of = np.full(int(number.max()) + 1, -1, dtype=np.int64)
            asking, places = np.array(group).T
            place_of[asking] = places
            counts = np.flatnonzero(cells.valid[band] & (place_of[stand] >= 0))
            if len(counts):
                self._put(place_of[stand[counts]], order.keys(cells.values[band][counts]), cells.share[counts])

    def _put(self, place: IntArray, key: KeyArray, share: FloatArray) -> None:
        inside = (key >= self._low[place]) & (key <= self._high[place])
        place, key, share = place[inside], key[inside], share[inside]
        if not len(place):
            return
        sorting = np.lexsort((share, key, place))
        place, key, share = place[sorting], key[sorting], share[sorting]
        at = (place << self._bits) + ((key - self._low[place]) >> self._shift[place]).astype(np.int64)
        starts = np.flatnonzero(np.concatenate([[True], at[1:] != at[:-1]]))
        ends = np.append(starts[1:], len(at)) - 1
        at = at[starts]
        self._count.ravel()[at] += ends - starts + 1
        self._share.ravel()[at] += np.add.reduceat(share, starts)
        _replace(self._first, self._first_share, at, key[starts], share[starts], np.less)
        _replace(self._last, self._last_share, at, key[ends], share[ends], np.greater)

    def answer(self, place: int, question: _Question, name: str, order: _Order) -> float | _Question:
        """The figure, or the question among fewer keys; NaN where there is no cell at all."""
        filled = np.flatnonzero(self._count[place])
        if not len(filled):
            return np.nan
        count, share = self._count[place][filled], self._share[place][filled]
        first, last = self._first[place][filled], self._last[place][filled]
        if name in LEAST or name in LARGEST:
            return order.value(int(first[0] if name in LEAST else last[-1]))
        all_cells, all_share = question.cells or int(count.sum()), question.share or float(share.sum())
        if name == "count":
            return all_share
        # The places of the cells of a stand as in stand_cells.
        cells_before = question.cells_before + np.cumsum(count) - count
        share_before = question.share_before + np.cumsum(share) - share
        last_share = self._last_share[place][filled]
        begins = cells_before * self._first_share[place][filled] + (all_cells - 1) * share_before
        ends = (cells_before + count - 1) * last_share + (all_cells - 1) * (share_before + share - last_share)
        target = (quantile_of(name) or 0.0) * all_share * (all_cells - 1)
        at = max(int(np.count_nonzero(begins <= target)) - 1, 0)
        if target < ends[at] and first[at] < last[at]:
            return _Question(
                question.stand, question.band, (name,), int(first[at]), int(last[at]),
                int(cells_before[at]), float(share_before[at]), all_cells, all_share,
            )  # fmt: skip
        low = order.value(int(last[at]))
        if target <= ends[at] or at + 1 == len(filled):
            return low
        part = min((target - ends[at]) / (begins[at + 1] - ends[at]), 1.0)
        return float(low + part * (order.value(int(first[at + 1])) - low))


def _replace(
    keys: KeyArray, shares: FloatArray, at: IntArray, key: KeyArray, share: FloatArray, better: np.ufunc
) -> None:
    """Put keys with their share where they are before those that are there, or behind them."""
    keys, shares = keys.ravel(), shares.ravel()
    put = better(key, keys[at]) | ((key == keys[at]) & better(share, shares[at]))
    keys[at[put]], shares[at[put]] = key[put], share[put]
