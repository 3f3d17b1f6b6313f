"""Decisions of foresters and surveyors, kept beside what the rules say.

A decision belongs to a stand and one column, and says what is to count instead, why, who decided, when and on
which evidence. It survives every new run. It remembers the stand's geometry: where that has changed since, the
decision is kept and the stand is put on the list of doubts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from ..issues import join_issues, stand_issues
from ..stage import StageResult

DECISION_COLUMNS = ("stand_key", "column", "value", "reason", "name", "date", "evidence", "geometry_hash")
DECIDABLE: dict[str, tuple[str, ...]] = {
    "pine_transform": ("yes", "no", "unknown"),
    "reserve_forest": ("yes", "no", "unknown"),
    "measure": (
        *("pest_control", "pine_transform", "reserve_forest", "tending", "closure", "afforestation", "project_pool"),
        "none",
    ),
    "pine_technique": ("clear_cut", "strip_cut", "selective_tending"),
    "reserve_mode": ("intensive_plantation", "stand_improvement", "young_tending"),
}
"""Columns a decision may be about, and what it may say."""

_DEGREE_DECIMALS = 8
_METRE_DECIMALS = 3
_MOST_PROBLEMS = 30


def geometry_hash(geometry: object) -> str | None:
    """A short mark of a polygon's shape and place (to 1 mm), whatever vertex it starts from; None for none."""
    if geometry is None or shapely.is_empty(geometry):
        return None
    bounds = shapely.bounds(geometry)
    decimals = _DEGREE_DECIMALS if np.abs(bounds).max() <= 360 else _METRE_DECIMALS  # noqa: PLR2004
    # Adding 0 turns −0.0 into 0.0, which would be other bytes for the same place.
    rounded = shapely.transform(shapely.force_2d(geometry), lambda xy: np.round(xy, decimals) + 0.0)
    return hashlib.sha256(shapely.to_wkb(shapely.normalize(rounded), byte_order=1)).hexdigest()[:24]


@dataclass(frozen=True)
class Decisions:
    """Decisions as they are stored.

    Attributes
    ----------
    table
        One row per decision, columns :data:`DECISION_COLUMNS`, all text or None.
    """

    table: pd.DataFrame

    @staticmethod
    def from_rows(rows: pd.DataFrame) -> Decisions:
        """Check decisions.

        Raises
        ------
        InputError
            DECISIONS_INVALID, with every problem and its row (counted from 1).
        """
        problems: list[str] = []
        missing = [name for name in DECISION_COLUMNS if name not in rows.columns]
        if missing:
            raise InputError("DECISIONS_INVALID", count=len(missing), problems="no column " + ", ".join(missing))
        table = rows[list(DECISION_COLUMNS)].astype(object).where(rows[list(DECISION_COLUMNS)].notna(), None)
        for number, row in enumerate(table.to_dict("records"), start=1):
            problems += ["row {}: {}".format(number, text) for text in _faults(row)]
        if problems:
            text = "; ".join(problems[:_MOST_PROBLEMS]) + ("; …" if len(problems) > _MOST_PROBLEMS else "")
            raise InputError("DECISIONS_INVALID", count=len(problems), problems=text)
        return Decisions(table.reset_index(drop=True))

    def with_decision(self, decision: Mapping[str, object]) -> Decisions:
        """These decisions and one more; an earlier one about the same stand and column stays as history."""
        added = pd.DataFrame([decision], columns=list(DECISION_COLUMNS), dtype=object)
        return Decisions.from_rows(pd.concat([self.table, added], ignore_index=True))


def no_decisions() -> Decisions:
    """An empty list of decisions."""
    return Decisions(pd.DataFrame({name: pd.Series(dtype=object) for name in DECISION_COLUMNS}))


def _faults(row: Mapping[str, object]) -> list[str]:
    found = ["{} is missing".format(name) for name in ("stand_key", "reason", "name", "date") if not row[name]]
    column, value = row["column"], row["value"]
    if column not in DECIDABLE:
        found.append("nothing can be decided about column {}".format(column))
    elif value not in DECIDABLE[str(column)]:
        found.append("{} cannot be {}".format(column, value))
    if row["date"] and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", str(row["date"])):
        found.append("date {} is not written YYYY-MM-DD".format(row["date"]))
    return found


def decided(columns: pd.DataFrame, geometry: npt.NDArray[np.object_] | None, decisions: Decisions) -> StageResult:
    """What was decided, beside what was computed.

    Parameters
    ----------
    columns
        Computed columns, indexed by ``stand_key``, n rows.
    geometry
        Polygons, shape (n,), None where not at hand: then no change can be seen.

    Returns
    -------
    StageResult
        ``COLUMN_decided`` for each column with decisions (None where none), and doubts: stand gone, geometry
        changed, several decisions of which the latest counts.
    """
    table = decisions.table
    place = pd.Series(np.arange(len(columns)), index=columns.index)
    here = place.reindex(table["stand_key"]).to_numpy(dtype=np.float64)
    gone = np.isnan(here)
    issues = [_gone_issues(table[gone], geometry, columns.index)]
    present = table[~gone].assign(place=here[~gone].astype(np.intp))
    present = present.sort_values("date", kind="stable")
    repeated = present.duplicated(["stand_key", "column"], keep="last").to_numpy()
    issues.append(
        stand_issues("DECISION_SUPERSEDED", present["stand_key"][repeated], values=present["value"][repeated])
    )
    latest = present[~repeated]
    result = {}
    for name in DECIDABLE:
        mine = latest[latest["column"] == name]
        if len(mine):
            values = np.full(len(columns), None, dtype=object)
            values[mine["place"].to_numpy()] = mine["value"].to_numpy()
            result[name + "_decided"] = values
    if geometry is not None:
        now = np.array([geometry_hash(geometry[i]) for i in latest["place"]], dtype=object)
        then = latest["geometry_hash"].to_numpy()
        changed = np.array([old is not None and old != new for old, new in zip(then, now, strict=True)], dtype=bool)
        moved = latest[changed]
        issues.append(stand_issues("DECISION_GEOMETRY_CHANGED", moved["stand_key"], values=moved["value"]))
    return StageResult(pd.DataFrame(result, index=columns.index), join_issues(issues))


def _gone_issues(table: pd.DataFrame, geometry: npt.NDArray[np.object_] | None, keys: pd.Index) -> pd.DataFrame:
    """Decisions about stands that are no longer there; where the same polygon has a new key, that is said."""
    if table.empty:
        return join_issues([])
    same: dict[str | None, object] = {}
    if geometry is not None and table["geometry_hash"].notna().any():
        same = {geometry_hash(polygon): key for polygon, key in zip(geometry, keys, strict=True)}
    new_keys = [same.get(mark) if mark is not None else None for mark in table["geometry_hash"]]
    return stand_issues("DECISION_STAND_GONE", table["stand_key"], field="stand_key", values=new_keys)


def in_force(columns: pd.DataFrame, name: str) -> pd.Series:
    """What counts for a column: the decision where there is one, else what was computed."""
    computed = columns[name]
    if name + "_decided" not in columns.columns:
        return computed
    said = columns[name + "_decided"]
    return said.where(said.notna(), computed)
