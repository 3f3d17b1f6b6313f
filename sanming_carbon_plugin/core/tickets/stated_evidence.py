"""Evidence that only the office can state: columns of the stand layer that ticket rules ask and no survey holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..classes.fields import NUMBER, KnownField
from ..issues import join_issues, layer_issue
from ..stage import StageResult
from .profiles import TICKET_FIELDS
from .yes_no import yes_or_no

PREVIOUS_SINK = "previous_sink_tco2e_yr"


def stated_evidence(attributes: pd.DataFrame, columns: Mapping[str, str], stand_keys: pd.Index) -> StageResult:
    """What the columns of a stand layer state about the facts that rules of tickets ask.

    Parameters
    ----------
    attributes
        Source columns, a row per stand.
    columns
        Source column of each fact; facts without one are left out, and stay unknown.
    stand_keys
        Keys of the stands.

    Returns
    -------
    StageResult
        One column per fact: ``yes``, ``no`` or None, or numbers with NaN. A value that cannot be read, or lies
        outside what the fact can be, is unknown and told.
    """
    found, issues = {}, []
    for name, column in columns.items():
        cells = attributes[column]
        field = TICKET_FIELDS.get(name, KnownField(NUMBER))
        values = _numbers(cells, field) if field.kind == NUMBER else yes_or_no(cells.to_numpy(dtype=object))
        unread = int((cells.notna() & (cells.astype(str).str.strip() != "")).to_numpy()[pd.isna(values)].sum())
        if unread:
            issues.append(layer_issue("TICKET_EVIDENCE_UNREADABLE", column, unread, fact=name))
        found[name] = values
    return StageResult(pd.DataFrame(found, index=stand_keys), join_issues(issues))


def _numbers(cells: pd.Series, field: KnownField) -> npt.NDArray[np.float64]:
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        return np.where((values >= field.low) & (values <= field.high), values, np.nan)
