"""Cells of stands side by side, for figures that sums do not give: least, largest, quantiles.

Cells are kept only until the last row of their stand was read, and never more than :data:`BYTES_HELD`: memory follows
neither the raster nor the size of a stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .boundary import FloatArray, IntArray
from .moments import StripValues

BYTES_AT_ONCE = 8 * 2**20
"""Cells are sorted together in portions of this size: few calls, and little to wait for."""

BYTES_HELD = 64 * 2**20
"""Of stands whose last row is yet to come; sorting takes some times as much for a moment."""

LEAST, LARGEST = frozenset({"min", "q0"}), frozenset({"max", "q100"})

_PER_CENT = 100


@dataclass(frozen=True)
class Cells:
    """Cells of stands.

    ``stand`` and ``share`` have one entry per cell, ``values`` and ``valid`` the shape (bands, cells); ``end_row`` is
    the row of the grid up to which they were read.
    """

    stand: IntArray
    share: FloatArray
    values: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_]
    end_row: int

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return self.stand.nbytes + self.share.nbytes + self.values.nbytes + self.valid.nbytes

    def some(self, which: npt.NDArray[np.bool_]) -> Cells:
        """Those cells of them that are true in ``which``."""
        return Cells(self.stand[which], self.share[which], self.values[:, which], self.valid[:, which], self.end_row)


class OpenStands:
    """Holds the cells of stands until their last row was read.

    Parameters
    ----------
    last_row
        Of each stand the last row of the grid that it can reach.

    Attributes
    ----------
    too_large
        Stands of which there were more cells than can be held; none of their cells count as finished from then on.
    """

    def __init__(self, last_row: IntArray) -> None:
        self.too_large = np.zeros(len(last_row), dtype=bool)
        self._last_row = last_row

    def finished(self, work: Iterable[Cells]) -> Iterator[Cells]:
        """All cells of stands whose last row was read, each stand once."""
        held: list[Cells] = []
        size, most = 0, BYTES_AT_ONCE
        for cells in work:
            held.append(cells.some(~self.too_large[cells.stand]) if self.too_large.any() else cells)
            size += held[-1].nbytes
            if size < most:
                continue
            together = _joined(held)
            held.clear()
            done = self._last_row[together.stand] < together.end_row
            kept = together.some(~done)
            yield together.some(done)
            held.append(self._held(kept))
            size = held[0].nbytes
            most = max(BYTES_AT_ONCE, 2 * size)
        if held:
            yield _joined(held)

    def _held(self, cells: Cells) -> Cells:
        """Those that can be held; the largest stands are let go of until half of the room is free again."""
        if cells.nbytes <= BYTES_HELD // 2:
            return cells
        stands, count = np.unique(cells.stand, return_counts=True)
        by_size = np.argsort(count)
        fits = np.cumsum(count[by_size]) * (cells.nbytes / len(cells.stand)) <= BYTES_HELD // 4
        self.too_large[stands[by_size[~fits]]] = True
        return cells.some(~self.too_large[cells.stand])


def _joined(parts: list[Cells]) -> Cells:
    if len(parts) == 1:
        return parts[0]
    return Cells(
        np.concatenate([part.stand for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.values for part in parts], axis=1),
        np.concatenate([part.valid for part in parts], axis=1),
        parts[-1].end_row,
    )


def quantile_of(name: str) -> float | None:
    """The quantile (0..1) that a name means, None for other statistics."""
    if name == "median":
        return 0.5
    digits = name[1:]
    if not name.startswith("q") or not (digits.isascii() and digits.isdigit()) or int(digits) > _PER_CENT:
        return None
    return int(digits) / _PER_CENT


def cells_of(work: StripValues) -> Cells:
    """Cells of all stands of a strip, with the values of the first raster."""
    strip = work.strip
    # Two parts of a stand can share a cell; as one sample it must stand once.
    key, position = np.unique(strip.edge_stand * strip.cell_count + strip.edge_cell, return_inverse=True)
    edge_stand, edge_cell = np.divmod(key, strip.cell_count)
    edge_share = np.bincount(position, weights=strip.edge_share, minlength=len(key))
    place = np.concatenate([edge_cell, strip.whole_cells()])
    local = np.concatenate([edge_stand, np.repeat(strip.run_stand, strip.run_length)])
    share = np.concatenate([edge_share, np.ones(len(place) - len(key))])
    values, valid = work.values[0], np.broadcast_to(work.valid[0], work.values[0].shape)
    flat = values.reshape(len(values), -1), valid.reshape(len(values), -1)
    return Cells(strip.stands[local].astype(np.int64), share, flat[0][:, place], flat[1][:, place], strip.end_row)


def sorted_cells(cells: Cells, band: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Stand, value and share of the valid cells, by stand, value and share."""
    valid = cells.valid[band]
    stand, value, share = cells.stand[valid], cells.values[band][valid].astype(np.float64), cells.share[valid]
    order = np.lexsort((share, value, stand))
    return stand[order], value[order], share[order]


def statistic_of(name: str, value: FloatArray, share: FloatArray, starts: IntArray) -> FloatArray:
    """One statistic per stand; cells are sorted by value within each stand."""
    ends = np.append(starts[1:], len(value))
    if name in LEAST:
        return value[starts]
    if name in LARGEST:
        return value[ends - 1]
    if name == "count":
        total: FloatArray = np.add.reduceat(share, starts)
        return total
    return _weighted_quantile(quantile_of(name) or 0.0, value, share, starts, ends)


def _weighted_quantile(
    quantile: float, value: FloatArray, share: FloatArray, starts: IntArray, ends: IntArray
) -> FloatArray:
    """Quantiles between the cells: cell k of n stands at k·w[k] + (n − 1)·(w[0] + … + w[k−1]).

    With equal shares this is the usual quantile by linear interpolation. Cells of equal value count one by one, the
    smallest share first, so that their order in the raster does not matter. exactextract 0.3.0 counts alike where no
    value occurs twice; it takes equal values for one cell of their common share, and finds 1.5 in the middle of nine
    cells of 1 and one of 2, where the median is 1.
    """
    count = ends - starts
    before = np.cumsum(share) - share
    before -= np.repeat(before[starts], count)
    rank = np.arange(len(value)) - np.repeat(starts, count)
    place = rank * share + np.repeat(count - 1, count) * before
    target = quantile * np.add.reduceat(share, starts) * (count - 1)
    reached = np.add.reduceat((place <= np.repeat(target, count)).astype(np.int64), starts)
    low = starts + np.clip(reached - 1, 0, count - 1)
    high = np.minimum(low + 1, ends - 1)
    step = place[high] - place[low]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(step > 0, (target - place[low]) / step, 0.0)
    return value[low] + np.clip(part, 0.0, 1.0) * (value[high] - value[low])
