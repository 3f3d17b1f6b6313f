"""The layer ``issues``: every doubt with its words and its place on the map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.stands.layer import FieldType
from ..geopackage import OutputTable
from ..messages import render_issues
from .request import IssueCounts

_TEXT = FieldType("text")
_TOLD = ("code", "stand_key", "message", "message_zh")

ISSUE_LAYER_COLUMNS = dict.fromkeys(("stand_key", "code", "severity", "field", "value", "message", "message_zh"), _TEXT)


def issues_table(
    issues: pd.DataFrame, stand_keys: pd.Index, geometry: npt.NDArray[np.object_], crs_wkt: str | None = None
) -> OutputTable:
    """The issues with severity and words; each at its own place, else at its stand.

    Parameters
    ----------
    issues
        Rows as in :mod:`sanming_carbon_plugin.core.issues`; an own place stands in the column ``geometry``.
    stand_keys, geometry
        Keys and polygons of the stands.
    """
    rendered = render_issues(issues)
    row = stand_keys.get_indexer(pd.Index(rendered["stand_key"], dtype=object))
    # Row -1 is of an issue about the whole layer.
    place = np.full(len(row), None, dtype=object)
    stands, position = np.unique(row[row >= 0], return_inverse=True)
    place[row >= 0] = geometry[stands][position]
    if "geometry" in rendered.columns:
        own = rendered["geometry"].to_numpy(dtype=object)
        has_own = np.array([item is not None and item == item for item in own], dtype=bool)  # noqa: PLR0124 - NaN
        place = np.where(has_own, own, place)
    frame = rendered[list(ISSUE_LAYER_COLUMNS)].reset_index(drop=True)
    return OutputTable("issues", dict(ISSUE_LAYER_COLUMNS), frame, place, crs_wkt)


def issue_counts(rendered: pd.DataFrame) -> IssueCounts:
    """Rows per code and severity, errors first, then by code; and the first row of each code."""
    order = {"error": 0, "warning": 1, "info": 2}
    sizes = rendered.groupby(["code", "severity"], sort=True).size()
    ordered = sorted(sizes.items(), key=lambda item: (order.get(item[0][1], 3), item[0][0]))
    counts = IssueCounts({key: int(count) for key, count in ordered})
    first = rendered.drop_duplicates("code").reindex(columns=list(_TOLD))
    counts.first = {row["code"]: row for row in first.to_dict("records")}
    return counts
