"""Whose volume error a piece carries: parts of one stand share the error of the stand they were cut from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from .change import PieceChange
from .parameters import IntArray, TextArray

BoolArray = npt.NDArray[np.bool_]


def volume_identities(
    change: PieceChange,
    use: BoolArray,
    keyed: BoolArray,
    parent_now: TextArray | None,
    parent_then: TextArray | None,
) -> tuple[IntArray, IntArray]:
    """Identity of the stand volume error of today and of then, for each used piece, on one common list.

    Then: the earlier stand; several with one ``parent_then``, or parts of today's ``parent_now`` joined by
    key, or merged into one stand of today with the very same species and volume, count as one. Today: the
    earlier stand under the largest part of the stand (or of its parent), so that stands cut from one share
    its error on both dates.

    Parameters
    ----------
    change
        All pieces.
    use
        Pieces that count.
    keyed
        Per stand of today: joined by key.
    parent_now, parent_then
        Stand that each row of today's and of the earlier table was cut from, None where not known.
    """
    stand, then = change.stand[use], change.earlier[use]
    area = np.nan_to_num(change.area_ha[use])
    group = stand if parent_now is None else _as_codes(parent_now, len(keyed))[stand]
    same = _earlier_groups(change, use, group, keyed, parent_now is not None, parent_then)
    identity = _first_of_each(same, then)
    order = np.argsort(area, kind="stable")
    main = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    main[group[order]] = identity[order]
    return main[group], identity


def _earlier_groups(
    change: PieceChange,
    use: BoolArray,
    group: IntArray,
    keyed: BoolArray,
    cut_today: bool,
    parent_then: TextArray | None,
) -> IntArray:
    """A code per piece; earlier stands with one code are one stand as far as errors go."""
    stand, then = change.stand[use], change.earlier[use]
    if parent_then is not None:
        return _as_codes(parent_then, len(parent_then))[then]
    codes = then.copy()
    offset = int(then.max(initial=-1)) + 1
    if cut_today:
        by_key = keyed[stand]
        codes[by_key] = offset + group[by_key]
        offset += int(group.max(initial=-1)) + 1
    several = np.bincount(stand, minlength=len(keyed))[stand] > 1
    several &= change.main[use] & ~np.isnan(change.volume_then[use])
    if not several.any():
        return codes
    at = np.flatnonzero(several)
    host = _largest(then[at], stand[at], np.nan_to_num(change.area_ha[use][at]))
    alike = pd.DataFrame(
        {
            "host": host,
            "volume": change.volume_then[use][at],
            "row": change.earlier_row[use][at],
        }
    )
    merged = alike.groupby(["host", "volume", "row"], sort=False).ngroup().to_numpy(dtype=np.int64)
    joined = np.full(int(then.max()) + 1, -1, dtype=np.int64)
    joined[then[at]] = merged
    member = joined[then] >= 0
    codes[member] = offset + joined[then[member]]
    return codes


def _largest(item: IntArray, owner: IntArray, area: npt.NDArray[np.float64]) -> IntArray:
    """For each entry, the owner of the largest area of its item."""
    order = np.argsort(area, kind="stable")
    best = np.full(int(item.max(initial=-1)) + 1, -1, dtype=np.int64)
    best[item[order]] = owner[order]
    return best[item]


def _first_of_each(codes: IntArray, values: IntArray) -> IntArray:
    """For each entry, the smallest value among the entries with its code."""
    compact, names = pd.factorize(codes)
    first = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first, compact, values)
    return first[compact]


def _as_codes(names: TextArray, count: int) -> IntArray:
    """Numbers for names; a row without a name is a stand of its own."""
    codes = pd.factorize(pd.Series(names, dtype=object))[0].astype(np.int64)
    return np.where(codes < 0, codes.max(initial=-1) + 1 + np.arange(count), codes)
