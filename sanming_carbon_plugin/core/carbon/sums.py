"""Sums by stand, block or group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def sum_by(at: npt.NDArray[np.int64], values: npt.ArrayLike, count: int) -> npt.NDArray[np.float64]:
    """Sum of ``values`` at each of ``count`` positions; 0 where there is none."""
    return np.bincount(at, np.asarray(values, dtype=np.float64), minlength=count).astype(np.float64)


def any_by(at: npt.NDArray[np.int64], where: npt.ArrayLike, count: int) -> npt.NDArray[np.bool_]:
    """Whether ``where`` holds for any entry of each of ``count`` positions."""
    found = np.zeros(count, dtype=bool)
    found[at[np.asarray(where, dtype=bool)]] = True
    return found
