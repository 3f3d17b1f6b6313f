"""Three tables of the same stands: as they were sent, as the desk says now, as the field brought them back.

Every difference is a line. What only the field changed can be taken over, what only the desk changed stays, what both
changed in different ways is for a person to decide. Nothing is taken over here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..classes.overrides import DECIDABLE
from ..issues import join_issues, stand_issues
from .form import FINDING, SHOWN, STAND_KEY, Form, FormColumn
from .returned import GEOMETRY, Copy
from .values import iso_date, same, shown

FIELD_ONLY, DESK_ONLY, BOTH_SAME, CONFLICT = "field_only", "desk_only", "both_same", "conflict"
READ_ONLY, OUTLINE, RECORDED = "read_only", "outline", "recorded"
STATES = (FIELD_ONLY, DESK_ONLY, BOTH_SAME, CONFLICT, RECORDED, READ_ONLY, OUTLINE)
"""Kinds of difference. A verdict is recorded and overwrites nothing; a changed outline, or a changed cell that was for
reading only, is shown and never taken over."""

VERDICT = "verdict"
_DIFFERENCE_COLUMNS = (
    "row_id", STAND_KEY, "column", "state", "why", "base_value", "desk_value",
)  # fmt: skip
_RECORDS = ("surveyor", "survey_date", "photo_1", "photo_2", "note")
EVIDENCE = ("surveyor", "survey_date", "photo", "note")
"""Who said a value, when, and by what it is shown."""


@dataclass(frozen=True)
class Said:
    """What one surveyor says in one cell, and who it is."""

    value: object
    copy: str
    surveyor: str | None
    survey_date: str | None
    photo: str | None
    note: str | None


@dataclass(frozen=True)
class Merge:
    """What a merge found.

    Attributes
    ----------
    differences
        One row per stand and column: ``row_id``, ``stand_key``, ``column``, ``state``, ``why`` (of a conflict:
        ``desk_and_field``, ``surveyors``, ``row_twice``, ``cleared``, ``not_allowed``, ``unsigned``, ``stand_gone``,
        ``contradicts``), the values as text ``base_value``, ``desk_value``, ``field_value``, ``field_value_2`` …, and
        of each of them ``surveyor``, ``survey_date``, ``photo``, ``note``, ``surveyor_2`` …
    issues
        What was noticed.
    unchanged
        Cells that say the same everywhere.
    """

    differences: pd.DataFrame
    issues: pd.DataFrame
    unchanged: int


def three_way(base: pd.DataFrame, desk: pd.DataFrame, copies: Sequence[Copy], form: Form) -> Merge:
    """Hold what was sent, what the desk says and what came back against each other.

    Parameters
    ----------
    base
        As sent: canonical cells, index ``row_id``, n rows, with :data:`GEOMETRY` marks.
    desk
        As the desk says now: the same columns and index; rows of stands that are gone are missing.
    copies
        What came back, tidied.
    form
        The columns.
    """
    lines: list[dict[str, object]] = []
    compared = 0
    gone = ~base.index.isin(desk.index)
    now = desk.reindex(base.index)
    everywhere = [*copies, *_repeated_rows(copies)]
    for column in form.columns:
        if column.name == "row_id" or not (column.role in (SHOWN, FINDING) or column.name == VERDICT):
            continue
        compared += len(base)
        lines += _lines_of(column, base, now, gone, everywhere, _unlike(column.name, copies))
    lines += _outlines(base, now, everywhere)
    frame = pd.DataFrame(lines)
    most = max((number for number in range(1, len(everywhere) + 2) if _of(number, "field_value") in frame), default=1)
    values = [_of(number, "field_value") for number in range(1, most + 1)]
    about = [_of(number, name) for number in range(1, most + 1) for name in EVIDENCE]
    names = [*_DIFFERENCE_COLUMNS, *values, *about]
    for name in names:
        if name not in frame.columns:
            frame[name] = pd.Series(dtype=object)
    frame = frame[names].astype(object).where(frame[names].notna(), None)
    issues = [copy.issues for copy in copies]
    issues.append(stand_issues("FIELD_STAND_GONE", base[STAND_KEY][gone]))
    odd = _contradicting(frame)
    for_a_person = frame["row_id"].isin(odd) & frame["state"].isin((FIELD_ONLY, RECORDED))
    for_a_person &= frame["column"].isin((VERDICT, *DECIDABLE))
    frame.loc[for_a_person, ["state", "why"]] = [CONFLICT, "contradicts"]
    issues += [_unsigned(copies), stand_issues("FIELD_VERDICT_CONTRADICTS", base[STAND_KEY].reindex(odd), VERDICT)]
    cells = int((frame["state"].isin(STATES) & (frame["column"] != GEOMETRY)).sum())
    return Merge(frame.reset_index(drop=True), join_issues(issues), compared - cells)


def _repeated_rows(copies: Sequence[Copy]) -> list[Copy]:
    """Second rows of a stand in one copy, each as a further copy."""
    further = []
    for copy in copies:
        number = copy.twice.groupby(level=0).cumcount().to_numpy()
        for turn in np.unique(number):
            rows = copy.twice[number == turn]
            further.append(Copy(copy.name, rows, rows.iloc[:0], rows.iloc[:0]))
    return further


def _unlike(name: str, copies: Sequence[Copy]) -> set[object]:
    """Rows that one copy holds twice with different values of a column: nobody knows which of them is meant."""
    return {
        row_id
        for copy in copies
        if name in copy.twice
        for row_id, value in copy.twice[name].items()
        if not same(value, copy.rows.at[row_id, name])
    }


def _lines_of(
    column: FormColumn,
    base: pd.DataFrame,
    now: pd.DataFrame,
    gone: np.ndarray,
    copies: Sequence[Copy],
    unlike: set[object],
) -> list[dict[str, object]]:
    name = column.name
    before = base[name].to_numpy(dtype=object) if name in base else np.full(len(base), None, dtype=object)
    today = now[name].to_numpy(dtype=object, copy=True) if name in now else np.full(len(base), None, dtype=object)
    today[pd.isna(today)] = None
    today[gone] = before[gone]
    said: dict[int, list[Said]] = {}
    for copy in copies:
        if name not in copy.rows:
            continue  # a column that was lost on the way says nothing
        place = base.index.get_indexer(copy.rows.index)
        for row, value in zip(place, copy.rows[name].to_numpy(dtype=object), strict=True):
            if row >= 0 and not same(value, before[row]):
                said.setdefault(int(row), []).append(_said(value, copy, base.index[row]))
    if column.role == FINDING:
        for row, sayers in said.items():
            if before[row] is not None:  # of what was not known, nobody can say that it is right
                others = [copy for copy in copies if copy.name not in {one.copy for one in sayers}]
                sayers.extend(_who_said_right(name, before[row], base.index[row], others))
    changed = {row for row in range(len(base)) if not same(before[row], today[row])}
    lines = []
    for row in sorted(changed | set(said)):
        head = {"row_id": base.index[row], STAND_KEY: base[STAND_KEY].iat[row], "column": name}
        line = _line(column, before[row], today[row], said.get(row, []), bool(gone[row]))
        if line["state"] in (FIELD_ONLY, RECORDED, BOTH_SAME) and base.index[row] in unlike:
            line |= {"state": CONFLICT, "why": "row_twice"}
        lines.append(head | line)
    return lines


def _who_said_right(name: str, before: object, row_id: object, copies: Sequence[Copy]) -> list[Said]:
    """Surveyors who stood there, left the value as it was sent, and signed that it is right."""
    there = [copy for copy in copies if name in copy.rows and VERDICT in copy.rows and row_id in copy.rows.index]
    left = [
        _said(before, copy, row_id)
        for copy in there
        if copy.rows.at[row_id, VERDICT] == "right" and same(copy.rows.at[row_id, name], before)
    ]
    return [one for one in left if _signed(one)]


def _signed(one: Said) -> bool:
    return bool(one.surveyor) and iso_date(one.survey_date or "") is not None


def _said(value: object, copy: Copy, row_id: object) -> Said:
    records = {name: copy.rows.at[row_id, name] if name in copy.rows else None for name in _RECORDS}
    photos = [str(records[name]) for name in ("photo_1", "photo_2") if records[name]]
    text = {name: None if records[name] is None else str(records[name]) for name in ("surveyor", "survey_date", "note")}
    return Said(value, copy.name, text["surveyor"], text["survey_date"], ";".join(photos) or None, text["note"])


def _line(column: FormColumn, before: object, today: object, said: list[Said], gone: bool) -> dict[str, object]:
    different: list[Said] = []
    for one in said:
        if not any(same(one.value, other.value) for other in different):
            different.append(one)
    state, why = _state(column, before, today, different, gone)
    line: dict[str, object] = {
        "state": state,
        "why": why,
        "base_value": shown(before),
        "desk_value": shown(today),
    }
    for number, one in enumerate(different, start=1):
        line[_of(number, "field_value")] = shown(one.value)
        of_value = [other for other in said if same(other.value, one.value)]
        line |= {_of(number, "surveyor"): _together(other.surveyor or other.copy for other in of_value)}
        for name in EVIDENCE[1:]:
            line[_of(number, name)] = _together(getattr(other, name) for other in of_value)
    return line


def _of(number: int, name: str) -> str:
    """Column that tells something about the value of the first, second … surveyor."""
    return name if number == 1 else "{}_{}".format(name, number)


def _together(texts: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def _state(column: FormColumn, before: object, today: object, said: list[Said], gone: bool) -> tuple[str, str | None]:
    if not said:
        return DESK_ONLY, None
    if column.role == SHOWN:
        return READ_ONLY, None
    found = said[0]
    if not gone and len(said) == 1 and same(found.value, today):
        return BOTH_SAME, None
    reasons = {
        "stand_gone": gone,
        "surveyors": len(said) > 1,
        "desk_and_field": not same(before, today),
        "cleared": found.value is None,
        "not_allowed": not allowed(column, found.value),
        "unsigned": not _signed(found),
    }
    why = next((reason for reason, holds in reasons.items() if holds), None)
    if why is None:
        return (RECORDED if column.name == VERDICT else FIELD_ONLY), None
    return CONFLICT, why


def allowed(column: FormColumn, value: object) -> bool:
    """Whether a canonical value may stand in a column."""
    if column.kind == "number":
        return isinstance(value, float)
    if column.name in DECIDABLE:
        return value in DECIDABLE[column.name]
    return not column.allowed or value in column.allowed


def _outlines(base: pd.DataFrame, now: pd.DataFrame, copies: Sequence[Copy]) -> list[dict[str, object]]:
    """Outlines that came back changed, or that the desk changed since."""
    lines: list[dict[str, object]] = []
    if GEOMETRY not in base:
        return lines
    for row_id, key, before in zip(base.index, base[STAND_KEY], base[GEOMETRY], strict=True):
        today = now[GEOMETRY].get(row_id) if GEOMETRY in now else None
        marks = [
            (copy, copy.rows.at[row_id, GEOMETRY])
            for copy in copies
            if GEOMETRY in copy.rows and row_id in copy.rows.index and copy.rows.at[row_id, GEOMETRY] != before
        ]
        desk_changed = isinstance(today, str) and today != before
        if not marks and not desk_changed:
            continue
        line: dict[str, object] = {"row_id": row_id, STAND_KEY: key, "column": GEOMETRY, "state": OUTLINE}
        line |= {"why": "field" if marks and not desk_changed else "both" if marks else "desk"}
        line |= {"surveyor": "; ".join(dict.fromkeys(copy.name for copy, _ in marks)) or None}
        lines.append(line)
    return lines


def _unsigned(copies: Sequence[Copy]) -> pd.DataFrame:
    """Stands with an answer but without a signature."""
    rows = []
    for copy in copies:
        if VERDICT in copy.rows:
            nobody = copy.rows["surveyor"].isna() if "surveyor" in copy.rows else True
            rows.append(
                stand_issues(
                    "FIELD_UNSIGNED", copy.rows[STAND_KEY][copy.rows[VERDICT].notna() & nobody], copy=copy.name
                )
            )
    return join_issues(rows)


def _contradicting(differences: pd.DataFrame) -> list[object]:
    """Rows said to be right by the map whose class was changed all the same."""
    values = [name for name in differences.columns if name.startswith("field_value")]
    right = differences[(differences["column"] == VERDICT) & (differences[values] == "right").any(axis=1)]
    changed = differences[differences["column"].isin(DECIDABLE) & differences[values].notna().any(axis=1)]
    return right.loc[right["row_id"].isin(changed["row_id"]), "row_id"].tolist()
