"""A notebook of doubts that fills while a layer is read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import join_issues, layer_issue, stand_issues

Mask = npt.NDArray[np.bool_]


class Doubts:
    """Collects rows of the list of issues for stands with known keys."""

    def __init__(self, stand_keys: npt.NDArray[np.object_]) -> None:
        self.keys = stand_keys
        self._parts: list[pd.DataFrame] = []

    def stands(self, code: str, where: Mask, field: str | None = None, values: object = None, **params: object) -> None:
        """One row per stand of ``where``; ``values`` has one entry per stand of the layer."""
        if where.any():
            seen = None if values is None else np.asarray(values, dtype=object)[where]
            self._parts.append(stand_issues(code, self.keys[where], field, seen, **params))

    def layer(self, code: str, field: str | None = None, value: object = None, **params: object) -> None:
        """One row about the whole layer."""
        self._parts.append(layer_issue(code, field, value, **params))

    def counted(self, code: str, count: int, field: str | None = None, **params: object) -> None:
        """One row about the whole layer, if anything was counted."""
        if count:
            self.layer(code, field, count, count=count, **params)

    def table(self) -> pd.DataFrame:
        """All rows."""
        return join_issues(self._parts)
