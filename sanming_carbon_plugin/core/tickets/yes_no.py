"""Yes and no as offices write them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

_YES = frozenset({"yes", "y", "true", "t", "1", "是", "有", "有争议", "√"})
_NO = frozenset({"no", "n", "false", "f", "0", "否", "无", "无争议", "×"})


def yes_or_no(cells: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """``yes``, ``no`` or None for each cell; shape (n,)."""
    words = ["" if pd.isna(cell) else str(cell).strip().lower().removesuffix(".0") for cell in cells]
    result = np.full(len(words), None, dtype=object)
    result[np.isin(words, list(_YES))] = "yes"
    result[np.isin(words, list(_NO))] = "no"
    return result
