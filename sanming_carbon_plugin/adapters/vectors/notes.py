"""Notes about the reading itself, and their way to the stands once these have keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.issues import join_issues, layer_issue, stand_issues

GEOMETRY = "geometry"


def layer_note(code: str, count: int, field: str | None = GEOMETRY, **params: object) -> pd.DataFrame:
    """One row about the layer as a whole, with the number of rows concerned."""
    return layer_issue(code, field, count, count=count, **params)


def row_note(
    code: str, rows: npt.NDArray[np.bool_], field: str | None = GEOMETRY, **params: object
) -> list[pd.DataFrame]:
    """One row with the numbers (from 0) of the source rows concerned; nothing where there are none."""
    numbers = tuple(np.flatnonzero(rows).tolist())
    if not numbers:
        return []
    return [layer_issue(code, field, len(numbers), count=len(numbers), rows=numbers, **params)]


def issues_by_key(notes: Iterable[pd.DataFrame], stand_keys: Sequence[str]) -> pd.DataFrame:
    """The notes as issue rows: one per stand where a note names source rows, else one for the layer.

    Parameters
    ----------
    notes
        ``VectorLayer.notes``.
    stand_keys
        Key of every source row, in the source's order.
    """
    keys = np.asarray(stand_keys, dtype=object)
    parts: list[pd.DataFrame] = []
    for note in notes:
        for _, issue in note.iterrows():
            params = dict(issue["params"])
            rows = params.pop("rows", None)
            if rows is None:
                parts.append(note.loc[[issue.name]])
            else:
                params.pop("count", None)
                parts.append(
                    stand_issues(issue["code"], keys[np.asarray(rows, dtype=np.intp)], issue["field"], **params)
                )
    return join_issues(parts)
