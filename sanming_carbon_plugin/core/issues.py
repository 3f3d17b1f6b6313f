"""Doubts about stands, as rows of one list.

Rooms only say which stand, which code, which field and which value. Severity and the words in English and
Chinese are in ``resources/messages/issues/*.csv`` and are joined when the list is written or shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

ISSUE_COLUMNS = ("stand_key", "code", "field", "value", "params")


def no_issues() -> pd.DataFrame:
    """An empty list of issues."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in ISSUE_COLUMNS})


def stand_issues(
    code: str,
    stand_keys: Iterable[str],
    field: str | None = None,
    values: Iterable[object] | None = None,
    **params: object,
) -> pd.DataFrame:
    """One row per stand that has the doubt ``code``.

    Parameters
    ----------
    code
        A row of the issue table.
    stand_keys
        The stands concerned, length n.
    field
        Name of the source or result column the doubt is about.
    values
        The value seen in each stand, length n; written as text.
    params
        Further numbers and names that the message of this code needs, the same for all rows.
    """
    keys = np.asarray(list(stand_keys), dtype=object)
    count = len(keys)
    seen: list[object] = [None] * count if values is None else [_as_text(value) for value in values]
    return pd.DataFrame(
        {
            "stand_key": keys,
            "code": np.full(count, code, dtype=object),
            "field": np.full(count, field, dtype=object),
            "value": np.asarray(seen, dtype=object),
            "params": np.asarray([params] * count, dtype=object) if count else np.empty(0, dtype=object),
        },
        columns=list(ISSUE_COLUMNS),
    )


def layer_issue(code: str, field: str | None = None, value: object = None, **params: object) -> pd.DataFrame:
    """One row about the layer as a whole: an assumption made, a count, a raster that helps nobody."""
    frame = stand_issues(code, [""], field, [value], **params)
    frame["stand_key"] = np.asarray([None], dtype=object)
    return frame


def issues_by_key(notes: Iterable[pd.DataFrame], stand_keys: Sequence[str]) -> pd.DataFrame:
    """Notes about the reading of a layer as issues: one per stand where a note names source rows.

    Parameters
    ----------
    notes
        Rows about the layer; ``rows`` in their ``params`` are the numbers (from 0) of the source rows meant.
    stand_keys
        Key of every source row, in the source's order.
    """
    keys = np.asarray(stand_keys, dtype=object)
    parts: list[pd.DataFrame] = []
    for note in notes:
        for position, noted in enumerate(note["params"]):
            params = dict(noted or {})
            rows = params.pop("rows", None)
            if rows is None:
                parts.append(note.iloc[[position]])
            else:
                params.pop("count", None)
                code, field = note["code"].iloc[position], note["field"].iloc[position]
                parts.append(stand_issues(code, keys[np.asarray(rows, dtype=np.intp)], field, **params))
    return join_issues(parts)


def join_issues(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All rows of several lists, in their order."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else no_issues()


def _as_text(value: object) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.10g}"
    return str(value)
