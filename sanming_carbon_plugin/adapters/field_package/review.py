"""The file in which a merge is reviewed: differences, conflicts to decide, what came back, notes and estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from ...core.errors import InputError
from ...core.fieldwork.estimates import WrongStands
from ...core.fieldwork.form import RECORD, ROW_ID, SPARE, STAND_KEY, Form
from ...core.fieldwork.merge import CONFLICT
from ...core.fieldwork.resolution import APPLIED, KEPT, OPEN, STALE
from ...core.fieldwork.returned import GEOMETRY, Copy
from ...core.fieldwork.values import NUMBER, TEXT, canonical_value, shown
from ...core.stands.layer import FieldType
from ..geopackage import OutputTable, read_geopackage_table
from ..geopackage_rows import table_names
from ..messages import render_issues
from ..resources import read_table
from ..words import words_of
from .files import Sent
from .results import Geometries

DIFFERENCES, CONFLICTS, OUTLINES, NEW_ROWS = "differences", "conflicts", "outlines", "new_rows"
_TEXT, _REAL = FieldType("text"), FieldType("real")
_NOTE_COLUMNS = ("stand_key", "code", "severity", "field", "value", "message", "message_zh")


@dataclass(frozen=True)
class ReturnedCopy:
    """A copy in order, with its outlines by row of the returned table."""

    copy: Copy
    table: pd.DataFrame
    geometry: Geometries


def read_choices(path: Path) -> pd.DataFrame:
    """Choices that a person wrote into a review, or into a CSV file with the same columns.

    Raises
    ------
    InputError
        FIELD_RETURN_UNFIT where the file holds none.
    """
    if path.suffix.lower() != ".gpkg":
        return _in_codes(read_table(path))
    names = table_names(path)
    found = [read_geopackage_table(path, name) for name in (DIFFERENCES, CONFLICTS) if name in names]
    if not found:
        raise InputError("FIELD_RETURN_UNFIT", path=str(path), reason=CONFLICTS)
    # What was filled in among the conflicts goes before the copy of the same line among all differences.
    both = pd.concat(found[::-1], ignore_index=True)
    if "choice" in both:  # a line that is empty in one of them only was filled in in the other; in both, it is open
        both = pd.concat([both[both["choice"].notna()], both[both["choice"].isna()]])
    both = both[~both.duplicated([name for name in (ROW_ID, "column") if name in both])]
    return _in_codes(both.reset_index(drop=True))


def _in_codes(choices: pd.DataFrame) -> pd.DataFrame:
    """Choices as codes, whether a code or its words in either language were written."""
    if "choice" not in choices:
        return choices
    for name in (one for one in ("choice", "state", "why") if one in choices):
        choices = choices.assign(**{name: _codes(choices[name], "merge_" + name)})
    return choices


def _codes(column: pd.Series, kind: str) -> pd.Series:
    said = {text.casefold(): code for spoken in ("en", "zh") for code, text in words_of(kind, spoken).items()}
    plain = column.map(lambda cell: str(cell).strip() if isinstance(cell, str) else None)
    codes = plain.map(lambda cell: None if not cell else said.get(cell.casefold(), cell.casefold()))
    return codes.astype(object).where(codes.notna(), None)


def review_tables(
    resolved: pd.DataFrame, sent: Sent, copies: Sequence[ReturnedCopy], form: Form, issues: pd.DataFrame
) -> list[OutputTable]:
    """Layers and tables of the review; what a person still has to decide comes first."""
    waiting = (resolved["state"] == CONFLICT) & ~resolved["outcome"].isin((APPLIED, KEPT))
    waiting |= resolved["outcome"].isin((OPEN, STALE))
    open_lines = resolved[waiting].assign(choice=None)
    return [
        _lines(CONFLICTS, open_lines, sent),
        _lines(DIFFERENCES, resolved, sent),
        _outlines(resolved, sent, copies),
        _new_rows(copies, sent),
        _records(copies, form),
        _other_columns(copies, form),
        _notes(issues),
    ]


def estimate_table(found: WrongStands | None) -> OutputTable:
    """What the control sample says; no row where nothing can be said."""
    rows = []
    if found is not None:
        for name, interval in (("stands", found.of_stands), ("area", found.of_area)):
            rows.append(
                {"of": name, "share_wrong": interval.share, "low": interval.low, "high": interval.high,
                 "confidence": found.confidence, "drawn": found.drawn, "answered": found.answered,
                 "wrong": found.wrong}
            )  # fmt: skip
    columns = {"of": _TEXT} | dict.fromkeys(
        ("share_wrong", "low", "high", "confidence", "drawn", "answered", "wrong"), _REAL
    )
    return OutputTable("estimates", columns, pd.DataFrame(rows, columns=list(columns)))


def stratum_table(found: WrongStands | None) -> OutputTable:
    """The control sample by stratum."""
    columns = {"stratum": _TEXT} | dict.fromkeys(("stands", "drawn", "answered", "wrong", "share_wrong"), _REAL)
    frame = found.by_stratum.reset_index() if found is not None else pd.DataFrame(columns=list(columns))
    return OutputTable("estimate_strata", columns, frame)


def text_table(name: str, frame: pd.DataFrame) -> OutputTable:
    """A table of texts."""
    return OutputTable(name, dict.fromkeys(frame.columns, _TEXT), frame)


def _lines(name: str, lines: pd.DataFrame, sent: Sent) -> OutputTable:
    place = sent.table.index.get_indexer(lines[ROW_ID].to_numpy(dtype=object))
    lines = lines.reset_index(drop=True)
    return OutputTable(name, dict.fromkeys(lines.columns, _TEXT), lines, sent.geometry[place], sent.crs_wkt)


def _outlines(resolved: pd.DataFrame, sent: Sent, copies: Sequence[ReturnedCopy]) -> OutputTable:
    """Outlines as they came back, where they differ from what was sent, with how much of the ground they share."""
    rows, shapes = [], []
    changed = set(resolved.loc[resolved["state"] == "outline", ROW_ID])
    for one in copies:
        for row_id, position in zip(one.copy.rows.index, _positions(one), strict=True):
            if row_id not in changed or position is None:
                continue
            came, was = one.geometry[position], sent.geometry[sent.table.index.get_loc(row_id)]
            if came is None or shapely.equals(came, was):
                continue
            shared = _shared_share(came, was)
            rows.append(
                {STAND_KEY: sent.table.at[row_id, STAND_KEY], ROW_ID: row_id, "copy": one.copy.name,
                 "share_of_sent": shared}
            )  # fmt: skip
            shapes.append(came)
    columns = {STAND_KEY: _TEXT, ROW_ID: _TEXT, "copy": _TEXT, "share_of_sent": _REAL}
    return OutputTable(OUTLINES, columns, pd.DataFrame(rows, columns=list(columns)), _objects(shapes), sent.crs_wkt)


def _positions(one: ReturnedCopy) -> list[int | None]:
    """Row of the returned table for each row that was kept."""
    by_id: dict[object, int] = {}
    for name in (ROW_ID, STAND_KEY):
        if name in one.table:
            for position, cell in enumerate(one.table[name]):
                by_id.setdefault(cell, position)
    return [
        by_id.get(row_id, by_id.get(key))
        for row_id, key in zip(one.copy.rows.index, one.copy.rows[STAND_KEY], strict=True)
    ]


def _shared_share(came: object, was: object) -> float:
    if was is None or not (shapely.is_valid(came) and shapely.is_valid(was)) or shapely.area(was) == 0:
        return np.nan
    return float(shapely.area(shapely.intersection(came, was)) / shapely.area(was))


def _new_rows(copies: Sequence[ReturnedCopy], sent: Sent) -> OutputTable:
    parts, shapes = [], []
    for one in copies:
        new = one.copy.new_rows
        if len(new):
            texts = {name: [shown(cell) for cell in new[name]] for name in new.columns if name != GEOMETRY}
            parts.append(pd.DataFrame(texts).assign(copy=one.copy.name))
            shapes += [one.geometry[int(position)] for position in new.index]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"copy": pd.Series(dtype=object)})
    return OutputTable(NEW_ROWS, dict.fromkeys(frame.columns, _TEXT), frame, _objects(shapes), sent.crs_wkt)


def _records(copies: Sequence[ReturnedCopy], form: Form) -> OutputTable:
    """What every surveyor recorded, row by row: verdict, signature, photos, notes, spare columns."""
    recorded = form.of_role(RECORD, SPARE)
    columns = {"copy": _TEXT, ROW_ID: _TEXT, STAND_KEY: _TEXT}
    columns |= {column.name: _REAL if column.kind == NUMBER else _TEXT for column in recorded}
    parts = []
    for one in copies:
        for rows in (one.copy.rows, one.copy.twice):
            part = rows.reindex(columns=[ROW_ID, STAND_KEY, *(column.name for column in recorded)])
            parts.append(part.assign(copy=one.copy.name))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    told = frame[[column.name for column in recorded]].notna().any(axis=1)
    for column in recorded:
        if column.kind == NUMBER:
            frame[column.name] = pd.to_numeric(frame[column.name], errors="coerce")
    return OutputTable("records", columns, frame[told].reset_index(drop=True))


def _other_columns(copies: Sequence[ReturnedCopy], form: Form) -> OutputTable:
    """What stands in columns that were not sent, cell by cell: one that was renamed on the way is not lost."""
    names = ("copy", ROW_ID, STAND_KEY, "column", "value")
    parts = []
    for one in copies:
        for name in (column for column in one.table.columns if column not in (*form.names, GEOMETRY, "fid")):
            values = pd.Series([shown(canonical_value(cell, TEXT)) for cell in one.table[name]], dtype=object)
            part = one.table.reindex(columns=[ROW_ID, STAND_KEY]).reset_index(drop=True)
            part = part.assign(copy=one.copy.name, column=str(name), value=values)
            parts.append(part[values.notna()])
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(names))
    return text_table("other_columns", frame[list(names)].astype(object))


def _notes(issues: pd.DataFrame) -> OutputTable:
    frame = render_issues(issues)[list(_NOTE_COLUMNS)].reset_index(drop=True)
    return OutputTable("notes", dict.fromkeys(_NOTE_COLUMNS, _TEXT), frame)


def _objects(items: Sequence[object]) -> Geometries:
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result
