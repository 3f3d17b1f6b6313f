"""Rows of the list of issues that may have a geometry of their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...issues import ISSUE_COLUMNS, layer_issue, stand_issues

Mask = npt.NDArray[np.bool_]

FINDING_COLUMNS = (*ISSUE_COLUMNS, "geometry")


class Findings:
    """Collects what the checks find.

    Parameters
    ----------
    stand_keys
        Key of each stand, in the order of the layer.
    only
        Stands to report; None for all.
    """

    def __init__(self, stand_keys: npt.NDArray[np.object_], only: Mask | None = None) -> None:
        self.stand_keys = stand_keys
        self._only = np.ones(len(stand_keys), dtype=bool) if only is None else only
        self._parts: list[pd.DataFrame] = []

    def add(self, code: str, where: Mask, field: str | None = None, values: object = None, **params: object) -> None:
        """One row per stand of ``where``; ``values`` has one entry per stand of the layer."""
        rows = np.flatnonzero(where & self._only)
        if len(rows):
            seen = None if values is None else np.asarray(values)[rows]
            self._parts.append(stand_issues(code, self.stand_keys[rows], field, seen, **params))

    def add_rows(
        self,
        code: str,
        rows: npt.NDArray[np.int64],
        geometry: npt.NDArray[np.object_],
        values: object = None,
        others: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """One row per entry of ``rows`` (positions of stands) with a geometry of its own.

        ``others`` are positions of the second stand of a pair; its key goes into the params as ``other``. A
        pair is reported when one of the two is to be reported.
        """
        wanted = self._only[rows] if others is None else self._only[rows] | self._only[others]
        if not wanted.any():
            return
        seen = None if values is None else np.asarray(values)[wanted]
        part = stand_issues(code, self.stand_keys[rows[wanted]], None, seen)
        part["geometry"] = np.asarray(geometry, dtype=object)[wanted]
        if others is not None:
            keys = self.stand_keys[others[wanted]]
            part["params"] = np.array([{"other": key} for key in keys], dtype=object)
        self._parts.append(part)

    def layer(self, code: str, field: str | None = None, value: object = None, **params: object) -> None:
        """One row about the whole layer."""
        self._parts.append(layer_issue(code, field, value, **params))

    def table(self) -> pd.DataFrame:
        """All rows, with a column ``geometry`` (None where the stand's own outline is meant)."""
        if not self._parts:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in FINDING_COLUMNS})
        filled = [part if "geometry" in part else part.assign(geometry=None) for part in self._parts]
        return pd.concat(filled, ignore_index=True)[list(FINDING_COLUMNS)]
