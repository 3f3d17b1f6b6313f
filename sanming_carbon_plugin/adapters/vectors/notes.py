"""Notes about the reading itself; ``core.issues.issues_by_key`` brings them to the stands once these have keys."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.issues import layer_issue

GEOMETRY = "geometry"


def layer_note(code: str, count: int, field: str | None = GEOMETRY, **params: object) -> pd.DataFrame:
    """One row about the layer as a whole, with the number of rows concerned."""
    return layer_issue(code, field, count, count=count, **params)


def row_note(
    code: str, rows: npt.NDArray[np.bool_], field: str | None = GEOMETRY, **params: object
) -> list[pd.DataFrame]:
    """One row with the numbers (from 0) of the source rows concerned; nothing where there are none."""
    return numbers_note(code, np.flatnonzero(rows), field, **params)


def numbers_note(
    code: str, rows: npt.NDArray[np.int64], field: str | None = GEOMETRY, **params: object
) -> list[pd.DataFrame]:
    """The same for rows that are known by their numbers."""
    numbers = tuple(rows.tolist())
    if not numbers:
        return []
    return [layer_issue(code, field, len(numbers), count=len(numbers), rows=numbers, **params)]
