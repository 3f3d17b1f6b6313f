"""Cells of stands side by side, for figures that sums do not give: least, largest, quantiles.

Cells are kept only until the last row of their stand was read, so memory follows the stands that are open at the same
time, not the raster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .boundary import FloatArray, IntArray
from .moments import StripValues

_PER_CENT = 100


@dataclass(frozen=True)
class Cells:
    """Cells of stands whose last row was read.

    ``stand`` and ``share`` have one entry per cell, ``values`` and ``valid`` the shape (bands, cells).
    """

    stand: IntArray
    share: FloatArray
    values: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_]


def quantile_of(name: str) -> float | None:
    """The quantile (0..1) that a name means, None for other statistics."""
    if name == "median":
        return 0.5
    digits = name[1:]
    if not name.startswith("q") or not (digits.isascii() and digits.isdigit()) or int(digits) > _PER_CENT:
        return None
    return int(digits) / _PER_CENT


def finished_cells(work: Iterator[StripValues], last_row: IntArray) -> Iterator[Cells]:
    """Cells of stands, strip by strip, as soon as the last row of their stand was read."""
    waiting: Cells | None = None
    for strip in work:
        cells = _cells_of(strip)
        if waiting is not None:
            cells = Cells(
                np.concatenate([waiting.stand, cells.stand]),
                np.concatenate([waiting.share, cells.share]),
                np.concatenate([waiting.values, cells.values], axis=1),
                np.concatenate([waiting.valid, cells.valid], axis=1),
            )
        done = last_row[cells.stand] < strip.strip.end_row
        yield _some(cells, done)
        waiting = _some(cells, ~done)
    if waiting is not None and len(waiting.stand):
        yield waiting


def _cells_of(work: StripValues) -> Cells:
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
    return Cells(strip.stands[local].astype(np.int64), share, flat[0][:, place], flat[1][:, place])


def _some(cells: Cells, which: npt.NDArray[np.bool_]) -> Cells:
    return Cells(cells.stand[which], cells.share[which], cells.values[:, which], cells.valid[:, which])


def sorted_cells(cells: Cells, band: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Stand, value and share of the valid cells, by stand and then by value."""
    valid = cells.valid[band]
    stand, value, share = cells.stand[valid], cells.values[band][valid].astype(np.float64), cells.share[valid]
    order = np.lexsort((value, stand))
    return stand[order], value[order], share[order]


def statistic_of(name: str, value: FloatArray, share: FloatArray, starts: IntArray) -> FloatArray:
    """One statistic per stand; cells are sorted by value within each stand."""
    ends = np.append(starts[1:], len(value))
    if name == "min":
        return value[starts]
    if name == "max":
        return value[ends - 1]
    if name == "count":
        total: FloatArray = np.add.reduceat(share, starts)
        return total
    return _weighted_quantile(quantile_of(name) or 0.0, value, share, starts, ends)


def _weighted_quantile(
    quantile: float, value: FloatArray, share: FloatArray, starts: IntArray, ends: IntArray
) -> FloatArray:
    """Quantiles between the cells: cell k of n stands at k·w[k] + (n − 1)·(w[0] + … + w[k−1]).

    With equal shares this is the usual quantile by linear interpolation. exactextract 0.3.0 counts alike where no
    value occurs twice; it takes equal values for one cell of their common share.
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
