"""Decisions of foresters and surveyors, kept beside what the rules say.

A decision belongs to a stand and one column, and says what is to count instead, why, who decided, when and on
which evidence. It survives every new run. It remembers the stand's geometry: where that has changed since, the
decision is kept and the stand is put on the list of doubts. Nobody takes a decision out of the list: one that is not
to count any more is followed by another that says ``withdrawn``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from ..issues import join_issues, layer_issue, stand_issues
from ..stage import StageResult
from ..units import FULL_TURN_DEG
from .problems import Problems

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
WITHDRAWN = "withdrawn"
"""What a decision says that takes the earlier ones about the same stand and column back: the rules count again."""

_DEGREE_DECIMALS = 8
_METRE_DECIMALS = 3


def geometry_hash(geometry: object) -> str | None:
    """A short mark of a polygon's shape and place (to 1 mm), whatever vertex it starts from; None for none."""
    one = np.empty(1, dtype=object)
    one[0] = geometry
    mark: str | None = geometry_hashes(one)[0]
    return mark


def geometry_hashes(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """:func:`geometry_hash` of many polygons, shape (n,)."""
    marks = np.full(len(geometry), None, dtype=object)
    there = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    reach = np.abs(shapely.bounds(geometry[there])).max(axis=1) if len(there) else np.empty(0)
    for decimals, mine in ((_DEGREE_DECIMALS, reach <= FULL_TURN_DEG), (_METRE_DECIMALS, ~(reach <= FULL_TURN_DEG))):
        rows = there[mine]
        if len(rows):
            # Adding 0 turns −0.0 into 0.0, which would be other bytes for the same place.
            rounded = shapely.transform(
                shapely.force_2d(_without_wrapping(geometry[rows])),
                lambda xy, decimals=decimals: np.round(xy, decimals) + 0.0,
            )
            wkb = shapely.to_wkb(shapely.normalize(rounded), byte_order=1)
            marks[rows] = [hashlib.sha256(one).hexdigest()[:24] for one in wkb]
    return marks


def _without_wrapping(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """A multipolygon of one part as that part: a result holds all polygons as multipolygons, its source may not."""
    single = (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOLYGON) & (
        shapely.get_num_geometries(geometry) == 1
    )
    plain = geometry.copy()
    plain[single] = shapely.get_geometry(geometry[single], 0)
    return plain


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
        problems = Problems()
        missing = [name for name in DECISION_COLUMNS if name not in rows.columns]
        if missing:
            problems.add("table", "has no column {}", ", ".join(missing))
            raise InputError("DECISIONS_INVALID", count=len(missing), problems=problems.listed())
        table = rows[list(DECISION_COLUMNS)].astype(object).where(rows[list(DECISION_COLUMNS)].notna(), None)
        table = table.assign(date=[_iso(day) for day in table["date"]])
        for number, row in enumerate(table.to_dict("records"), start=1):
            _note_faults(row, "row {}".format(number), problems)
        if problems.found:
            raise InputError("DECISIONS_INVALID", count=len(problems.found), problems=problems.listed())
        return Decisions(table.reset_index(drop=True))

    def made_until(self, today: date) -> Decisions:
        """The same; a decision of a day to come would outweigh all that are made before it.

        Raises
        ------
        InputError
            DECISIONS_INVALID, with every decision dated after ``today`` and its row.
        """
        problems = Problems()
        for number, day in enumerate(self.table["date"], start=1):
            if str(day) > today.isoformat():
                problems.add("row {}".format(number), "date {} lies in the future", day)
        if problems.found:
            raise InputError("DECISIONS_INVALID", count=len(problems.found), problems=problems.listed())
        return self

    def with_decision(self, decision: Mapping[str, object]) -> Decisions:
        """These decisions and one more; an earlier one about the same stand and column stays as history."""
        added = pd.DataFrame([decision], columns=list(DECISION_COLUMNS), dtype=object)
        return Decisions.from_rows(pd.concat([self.table, added], ignore_index=True))

    def merged(self, other: Decisions) -> Decisions:
        """These decisions and those of another list; one that stands in both is kept once.

        Two rows are one decision where all but the mark of the outline agrees; the mark that there is, is kept.
        """
        both = pd.concat([self.table, other.table], ignore_index=True)
        same = [name for name in DECISION_COLUMNS if name != "geometry_hash"]
        # A row with a mark goes before its twin without; the places of the first ones are kept.
        number = both[same].fillna("").groupby(same, sort=False).ngroup()
        marked = both["geometry_hash"].groupby(number).transform("first")
        both["geometry_hash"] = marked.astype(object).where(marked.notna(), None)
        return Decisions(both[~number.duplicated()].reset_index(drop=True))

    def marked(self, keys: pd.Index, geometry: npt.NDArray[np.object_]) -> Decisions:
        """The same, with the outline as it is now noted for decisions that were written without it.

        Parameters
        ----------
        keys, geometry
            Keys and polygons of the stands, shape (n,).
        """
        open_rows = np.flatnonzero(self.table["geometry_hash"].isna().to_numpy())
        place = keys.get_indexer(self.table["stand_key"].to_numpy(dtype=object)[open_rows])
        found = open_rows[place >= 0]
        if not len(found):
            return self
        table = self.table.copy()
        marks = table["geometry_hash"].to_numpy(dtype=object).copy()
        marks[found] = geometry_hashes(geometry[place[place >= 0]])
        table["geometry_hash"] = marks
        return Decisions(table)


def no_decisions() -> Decisions:
    """An empty list of decisions."""
    return Decisions(pd.DataFrame({name: pd.Series(dtype=object) for name in DECISION_COLUMNS}))


def _iso(day: object) -> object:
    """A day as office programs write it, ``2026/3/1`` or ``2026年3月1日``, as ``2026-03-01``; else as it is."""
    found = re.fullmatch(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*", str(day))
    if found is None:
        return day
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        # What has the looks of a day and is none must not pass for one.
        return "{} (?)".format(day)


def _note_faults(row: Mapping[str, object], place: str, problems: Problems) -> None:
    for name in ("stand_key", "reason", "name", "date"):
        if not row[name]:
            problems.add(place, "{} is missing", name)
    column, value = row["column"], row["value"]
    if column not in DECIDABLE:
        problems.add(place, "nothing can be decided about column {}", column)
    elif value not in (*DECIDABLE[str(column)], WITHDRAWN):
        problems.add(place, "{} cannot be {}", column, value)
    if row["date"] and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(row["date"])):
        problems.add(place, "date {} is not written YYYY-MM-DD", row["date"])


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
        ``COLUMN_decided`` for each column with decisions (None where none counts), and doubts: stand gone,
        geometry changed, several decisions of which the latest counts.
    """
    table = decisions.table
    place = pd.Series(np.arange(len(columns)), index=columns.index)
    here = place.reindex(table["stand_key"]).to_numpy(dtype=np.float64)
    gone = np.isnan(here)
    lost, _ = _latest(table[gone])
    issues = [_gone_issues(lost[lost["value"] != WITHDRAWN], geometry, columns.index)]
    latest, earlier = _latest(table[~gone].assign(place=here[~gone].astype(np.intp)))
    issues.append(_about("DECISION_SUPERSEDED", earlier))
    result = {}
    for name in DECIDABLE:
        mine = latest[latest["column"] == name]
        if len(mine):
            values = np.full(len(columns), None, dtype=object)
            said = mine[mine["value"] != WITHDRAWN]
            values[said["place"].to_numpy()] = said["value"].to_numpy()
            result[name + "_decided"] = values
    if geometry is not None:
        latest = latest[latest["value"] != WITHDRAWN]
        now = geometry_hashes(geometry[latest["place"].to_numpy(dtype=np.intp)])
        then = latest["geometry_hash"].to_numpy()
        changed = np.array([old is not None and old != new for old, new in zip(then, now, strict=True)], dtype=bool)
        issues.append(_about("DECISION_GEOMETRY_CHANGED", latest[changed]))
    return StageResult(pd.DataFrame(result, index=columns.index), join_issues(issues))


def _latest(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The latest decision about each column of each stand, and the earlier ones."""
    by_date = table.sort_values("date", kind="stable")
    earlier = by_date.duplicated(["stand_key", "column"], keep="last").to_numpy()
    return by_date[~earlier], by_date[earlier]


def _about(code: str, table: pd.DataFrame) -> pd.DataFrame:
    """One row per decision."""
    issues = stand_issues(code, table["stand_key"], values=table["value"])
    return issues.assign(field=table["column"].to_numpy(dtype=object))


def _gone_issues(table: pd.DataFrame, geometry: npt.NDArray[np.object_] | None, keys: pd.Index) -> pd.DataFrame:
    """Decisions about stands that are no longer there; where the same polygon has a new key, that is said.

    A list may be about more townships than the layer: what is decided about the others is counted, and nothing to do.
    """
    if table.empty:
        return join_issues([])
    same: dict[str | None, object] = {}
    if geometry is not None and table["geometry_hash"].notna().any():
        same = dict(zip(geometry_hashes(geometry), keys, strict=True))
        same.pop(None, None)
    new_keys = np.array([same.get(mark) for mark in table["geometry_hash"]], dtype=object)
    elsewhere = ~_townships(table["stand_key"]).isin(_townships(keys.to_series())).to_numpy()
    # A township whose code was changed has its polygons still.
    elsewhere &= pd.isna(new_keys) & table["geometry_hash"].notna().to_numpy() & bool(same)
    told = stand_issues("DECISION_STAND_GONE", table["stand_key"][~elsewhere], "stand_key", new_keys[~elsewhere])
    if not elsewhere.any():
        return told
    return join_issues([told, layer_issue("DECISIONS_OF_OTHER_TOWNSHIPS", count=int(elsewhere.sum()))])


def _townships(keys: pd.Series) -> pd.Series:
    """County and township, with which each key begins."""
    return keys.astype(str).str.split("-", n=2).str[:2].str.join("-")


def in_force(columns: pd.DataFrame, name: str) -> pd.Series:
    """What counts for a column: the decision where there is one, else what was computed."""
    computed = columns[name]
    if name + "_decided" not in columns.columns:
        return computed
    said = columns[name + "_decided"]
    return said.where(said.notna(), computed)
