"""Whole numbers that add up: tonnes among parcels, money among households, tickets of fixed size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_LAST_BITS = 9
"""Decimals kept when a share is cut to whole units: what lies beyond comes from adding up."""


def largest_remainder(shares: npt.ArrayLike, total: int) -> npt.NDArray[np.int64]:
    """``total`` whole units split in proportion to ``shares`` so that they add up exactly.

    Each gets its proportion rounded down; what is left goes, unit by unit, to the largest remainders, and
    among equal ones to the first. So the order of rows matters only between equal remainders.

    Parameters
    ----------
    shares
        What each is entitled to, in any unit. Shape (n,). A negative share (a loss) is netted: it lowers the
        whole but gets nothing, and the others share what is left.
    total
        Units to hand out, at least 0.

    Returns
    -------
    numpy.ndarray
        int64, none below 0, sum = ``total``; all 0 where no share is positive.
    """
    parts = np.asarray(shares, dtype=np.float64)
    positive = np.where(np.isfinite(parts) & (parts > 0.0), parts, 0.0)
    if not positive.sum() > 0.0 or total <= 0:
        return np.zeros(len(parts), dtype=np.int64)
    exact = np.round(positive / positive.sum() * total, _LAST_BITS)
    units = np.floor(exact).astype(np.int64)
    left = int(total - units.sum())
    order = np.lexsort((np.arange(len(parts)), -(exact - units), positive <= 0.0))
    step = 1 if left >= 0 else -1
    # Rounding of very many equal shares can leave one unit too many; it is taken from the smallest remainders.
    chosen = order[:left] if left >= 0 else order[(positive[order] > 0) & (units[order] > 0)][::-1][:-left]
    units[chosen] += step
    return units


def in_denominations(tonnes: int, faces: Sequence[int]) -> tuple[dict[int, int], int]:
    """How many tickets of each face value, largest first, and the tonnes left over.

    Without face values one ticket holds all.
    """
    if not faces:
        return ({tonnes: 1} if tonnes > 0 else {}), 0
    counts = {}
    for face in sorted(faces, reverse=True):
        counts[face], tonnes = divmod(tonnes, face)
    return {face: count for face, count in counts.items() if count}, tonnes
