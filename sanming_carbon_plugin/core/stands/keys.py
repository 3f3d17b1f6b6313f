"""The name by which a stand is known in every table: county, township, village, compartment, stand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

MISSING_PART = "0"

ONE_OF_SEVERAL = r"#\d+$"
"""End of the key of a row whose county, township, village, compartment and number are also another row's."""


def stand_keys(
    county: npt.ArrayLike,
    township: npt.ArrayLike,
    village: npt.ArrayLike,
    compartment: npt.ArrayLike,
    stand_no: npt.ArrayLike,
) -> npt.NDArray[np.object_]:
    """Unique key of each stand, in the source's order.

    The five parts are joined with ``-``; a missing part is ``0``. Where a joined key repeats, **every** row
    that has it gets ``#1``, ``#2`` … in the source's order: so a bare key always means one stand alone, and
    no row of a repeated group looks like the only one.

    Parameters
    ----------
    county, township, village, compartment, stand_no
        Parts as text, None (or NaN) where unknown; length n each.

    Returns
    -------
    ndarray
        Keys as ``str`` in an object array, length n, no two alike.
    """
    parts = [_filled(part) for part in (county, township, village, compartment, stand_no)]
    keys = parts[0]
    for part in parts[1:]:
        keys = keys + "-" + part
    # A source text may itself end in "#1"; then the numbered key meets it and is numbered once more.
    while True:
        series = pd.Series(keys, dtype=object)
        repeated = series.duplicated(keep=False).to_numpy()
        if not repeated.any():
            return keys
        running = (series.groupby(series, sort=False).cumcount() + 1).to_numpy()
        keys = keys.copy()
        keys[repeated] = keys[repeated] + "#" + running[repeated].astype(str).astype(object)


def repeated_keys(keys: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Which stands share county, township, village, compartment and number with another one."""
    numbered: npt.NDArray[np.bool_] = pd.Series(keys, dtype=object).str.contains(ONE_OF_SEVERAL).to_numpy(dtype=bool)
    return numbered


def _filled(part: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Parts as trimmed text, ``0`` where there is none."""
    series = pd.Series(np.asarray(part, dtype=object), dtype=object)
    text = series.where(series.notna(), "").astype(str).str.strip()
    filled: npt.NDArray[np.object_] = text.where(text != "", MISSING_PART).to_numpy(dtype=object)
    return filled
