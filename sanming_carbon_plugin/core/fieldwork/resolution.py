"""What a person decided about the differences, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..classes.overrides import DECIDABLE
from ..errors import InputError
from ..issues import join_issues, stand_issues
from .form import STAND_KEY, Form
from .merge import CONFLICT, EVIDENCE, FIELD_ONLY, VERDICT, allowed
from .values import canonical_value, same, shown

APPLIED, KEPT, OPEN, STALE = "applied", "kept_desk", "open", "stale"
CORRECTION_COLUMNS = (
    STAND_KEY, "column", "old_value", "new_value", "surveyor", "survey_date", "evidence", "decided_by", "decided_on",
    "geometry_hash",
)  # fmt: skip
_FIELD_CHOICE = re.compile(r"field(?:_([2-9]|[1-9]\d))?")
_SEEN = ("base_value", "desk_value", "state", "why")
_NEEDED = ("row_id", "column", "choice")
_DECIDED_ON = ("desk_value", "field_value")
"""Columns of a list of choices without which nobody knows between which values was chosen."""


@dataclass(frozen=True)
class Resolution:
    """Differences with what becomes of them.

    Attributes
    ----------
    differences
        As in :class:`merge.Merge`, with ``choice``, ``value``, ``outcome`` (``applied``, ``kept_desk``, ``open``,
        ``stale``; None for lines that need nothing) and ``new_value``.
    issues
        Choices that were made about other values than those of now, or where nothing differs any more.
    """

    differences: pd.DataFrame
    issues: pd.DataFrame


def unresolved(differences: pd.DataFrame) -> pd.DataFrame:
    """The lines with ``choice`` and ``value`` to be filled in: ``field`` where only the field changed, else empty."""
    result = differences.copy()
    clean = result["state"] == FIELD_ONLY
    result["choice"] = pd.Series("field", index=result.index, dtype=object).where(clean, None)
    result["value"] = pd.Series(None, index=result.index, dtype=object)
    return result


def resolve(differences: pd.DataFrame, choices: pd.DataFrame, form: Form) -> Resolution:
    """Put a person's choices to the differences of now.

    Parameters
    ----------
    differences
        As found now.
    choices
        Rows with ``choice`` ``desk``, ``field`` (``field_2`` … for the other surveyors' values) or ``value`` with
        the ``value`` to take; known by ``row_id`` and ``column``. Lines without one stay open, also those that only
        the field changed: nobody saw them. ``desk_value`` and ``field_value`` (``field_value_2`` …), and where they are
        there ``base_value``, ``state`` and ``why``, are what the person saw; a choice about something else is stale.
    form
        The columns.

    Raises
    ------
    InputError
        FIELD_CHOICES_BLIND where the list does not tell between which values was chosen, FIELD_CHOICES_INVALID with
        every problem.
    """
    lost = [name for name in (*_NEEDED, *_DECIDED_ON) if name not in choices.columns]
    if lost:
        raise InputError("FIELD_CHOICES_BLIND", columns=lost)
    chosen, problems = _by_cell(choices)
    made = unresolved(differences).assign(choice=None)
    records = made.to_dict("records")
    stale: list[Mapping[str, object]] = []
    for line in records:
        line["outcome"], line["new_value"] = None, None
        if line["state"] not in (FIELD_ONLY, CONFLICT):
            continue
        choice = chosen.get((str(line["row_id"]), str(line["column"])))
        if choice is not None and _taken_over_before(choice, line):
            line["choice"], line["outcome"] = "desk", KEPT
            continue
        if choice is not None and not _saw_the_same(choice, line):
            line["choice"], line["outcome"] = None, STALE
            stale.append(line)
            continue
        if choice is not None:
            line["choice"], line["value"] = choice.get("choice"), choice.get("value")
        _settle(line, form, problems)
    if problems:
        raise InputError("FIELD_CHOICES_INVALID", count=len(problems), problems="; ".join(problems[:20]))
    frame = pd.DataFrame(records, columns=[*made.columns, "outcome", "new_value"], dtype=object)
    told = [
        _told("FIELD_CHOICE_STALE", stale, form),
        _told("FIELD_CHOICE_WITHOUT_DIFFERENCE", _without_difference(chosen, records), form),
    ]
    return Resolution(frame.where(frame.notna(), None), join_issues(told))


def _told(code: str, lines: Sequence[Mapping[str, object]], form: Form) -> pd.DataFrame:
    """What tells that choices are not used, column by column, with its words where the form has it."""
    by_column: dict[str, list[str]] = {}
    for line in lines:
        by_column.setdefault(str(line["column"]), []).append(str(line.get(STAND_KEY) or line["row_id"]))
    titles = {column.name: {"title": column.title("en"), "title_zh": column.title("zh")} for column in form.columns}
    return join_issues(
        stand_issues(code, keys, name, **titles.get(name, {"title": name, "title_zh": name}))
        for name, keys in by_column.items()
    )


def _without_difference(
    chosen: Mapping[tuple[str, str], Mapping[str, object]], records: Sequence[Mapping[str, object]]
) -> list[Mapping[str, object]]:
    """Choices about cells in which nothing is left to choose; what was taken over before is none of them."""
    now = {(str(line["row_id"]), str(line["column"])): line for line in records}
    return [
        now.get(cell, choice)
        for cell, choice in chosen.items()
        if now.get(cell, {}).get("state") not in (FIELD_ONLY, CONFLICT) and choice.get("outcome") != APPLIED
    ]


def _by_cell(choices: pd.DataFrame) -> tuple[dict[tuple[str, str], dict[str, object]], list[str]]:
    problems: list[str] = []
    found: dict[tuple[str, str], dict[str, object]] = {}
    for cells in choices.astype(object).where(choices.notna(), None).to_dict("records"):
        row = {str(name): None if value == "" else value for name, value in cells.items()}
        cell = (str(row["row_id"]), str(row["column"]))
        if row["choice"] is None:
            continue
        if cell in found and (found[cell]["choice"], found[cell].get("value")) != (row["choice"], row.get("value")):
            problems.append("{} {}: two different choices".format(row.get(STAND_KEY) or cell[0], cell[1]))
        found[cell] = row
    return found, problems


def _saw_the_same(choice: Mapping[str, object], line: Mapping[str, object]) -> bool:
    """Whether what the person saw is what there is now."""
    names = {name for name in _SEEN if name in choice} | _values_of(choice, line)
    return all(_plain(choice.get(name)) == _plain(line.get(name)) for name in names)


def _values_of(choice: Mapping[str, object], line: Mapping[str, object]) -> set[str]:
    """Columns of all surveyors' values, of then and of now."""
    return {name for name in (*choice, *line) if name.startswith("field_value")}


def _taken_over_before(choice: Mapping[str, object], line: Mapping[str, object]) -> bool:
    """Whether the desk's value of now is the one that an earlier run took over by this very choice."""
    names = _values_of(choice, line)
    if choice.get("outcome") != APPLIED or line["column"] == VERDICT:
        return False
    seen = all(_plain(choice.get(name)) == _plain(line.get(name)) for name in ("base_value", *names))
    return seen and _plain(choice.get("new_value")) == _plain(line["desk_value"])


def _plain(value: object) -> str | None:
    return shown(canonical_value(value, "text"))


def _settle(line: dict[str, object], form: Form, problems: list[str]) -> None:
    choice, column = line["choice"], form.named(str(line["column"]))
    where = "{} {}".format(line[STAND_KEY], line["column"])
    if choice is None:
        line["outcome"] = OPEN
        return
    if choice == "desk":
        line["outcome"] = KEPT
        return
    field = _FIELD_CHOICE.fullmatch(str(choice))
    if field:
        name = "field_value" if field[1] is None else "field_value_{}".format(field[1])
        if name not in line or (line[name] is None and (field[1] is not None or line["why"] != "cleared")):
            problems.append("{}: there is no {}".format(where, name))
            return
        value = line[name]
    elif choice == "value":
        value = line["value"]
    else:
        problems.append("{}: choice {} is not desk, field or value".format(where, choice))
        return
    if line["why"] == "stand_gone":
        problems.append("{}: the stand is not in the result any more, only desk is possible".format(where))
        return
    new = canonical_value(value, column.kind)
    if (new is None and (choice == "value" or column.name in DECIDABLE)) or (
        new is not None and not allowed(column, new)
    ):
        problems.append("{}: {} cannot be {}".format(where, column.name, value))
        return
    kept = shown(new) == line["desk_value"] and column.name != VERDICT
    line["outcome"], line["new_value"] = (KEPT, None) if kept else (APPLIED, shown(new))


def evidence_of(line: Mapping[str, object]) -> dict[str, object]:
    """Surveyor, date, photo and note behind the chosen value; all None where a person entered another one."""
    field = _FIELD_CHOICE.fullmatch(str(line["choice"]))
    if field is None:
        return dict.fromkeys(EVIDENCE)
    return {name: line.get(name if field[1] is None else "{}_{}".format(name, field[1])) for name in EVIDENCE}


def decisions_of(
    resolved: pd.DataFrame, marks: Mapping[str, str | None], name: str, day: str, reason: str, entered: str
) -> pd.DataFrame:
    """Accepted class outcomes as rows of the list of decisions.

    Parameters
    ----------
    resolved
        As in :class:`Resolution`.
    marks
        Mark of each stand's outline now, by key.
    name, day
        Who accepts them, and when (ISO date): the signature.
    reason
        Words for "found in the field".
    entered
        Words for "entered by the person who decided", where it is no surveyor's value.
    """
    rows = [
        {
            "stand_key": line[STAND_KEY],
            "column": line["column"],
            "value": line["new_value"],
            "reason": _reason(line, reason, entered),
            "name": name,
            "date": day,
            "evidence": evidence_of(line)["photo"],
            "geometry_hash": marks.get(str(line[STAND_KEY])),
        }
        for line in _applied(resolved)
        if line["column"] in DECIDABLE
    ]
    names = ("stand_key", "column", "value", "reason", "name", "date", "evidence", "geometry_hash")
    return pd.DataFrame(rows, columns=list(names), dtype=object)


def corrections_of(resolved: pd.DataFrame, marks: Mapping[str, str | None], name: str, day: str) -> pd.DataFrame:
    """Accepted corrections of attributes, with the value before and after."""
    rows = [
        {
            STAND_KEY: line[STAND_KEY],
            "column": line["column"],
            "old_value": line["desk_value"],
            "new_value": line["new_value"],
            "surveyor": evidence_of(line)["surveyor"],
            "survey_date": evidence_of(line)["survey_date"],
            "evidence": evidence_of(line)["photo"],
            "decided_by": name,
            "decided_on": day,
            "geometry_hash": marks.get(str(line[STAND_KEY])),
        }
        for line in _applied(resolved)
        if line["column"] not in DECIDABLE and line["column"] != VERDICT
    ]
    return pd.DataFrame(rows, columns=list(CORRECTION_COLUMNS), dtype=object)


def with_corrections(desk: pd.DataFrame, corrections: pd.DataFrame, form: Form) -> pd.DataFrame:
    """The desk's canonical table with the corrections accepted so far, one after the other.

    A correction counts as long as the desk still says what it corrected; once the value was entered into the
    inventory, or surveyed anew, the inventory speaks for itself.

    Parameters
    ----------
    desk
        Canonical cells, any index, with ``stand_key``.
    corrections
        Rows as made by :func:`corrections_of`, in the order they were accepted.
    """
    result = desk.copy()
    place = pd.Series(result.index, index=result[STAND_KEY])
    for row in corrections.to_dict("records"):
        if row[STAND_KEY] in place.index and row["column"] in result.columns:
            kind, cell = form.named(str(row["column"])).kind, (place[row[STAND_KEY]], row["column"])
            if same(canonical_value(row["old_value"], kind), result.at[cell]):
                result.at[cell] = canonical_value(row["new_value"], kind)
    return result


def _applied(resolved: pd.DataFrame) -> list[dict[str, object]]:
    return [line for line in resolved.to_dict("records") if line.get("outcome") == APPLIED]


def _reason(line: Mapping[str, object], words: str, entered: str) -> str:
    if line["choice"] == "value":
        return entered
    found = evidence_of(line)
    who = " ".join(str(found[part]) for part in ("surveyor", "survey_date") if found[part])
    return "; ".join(part for part in (" ".join(x for x in (words, who) if x), found["note"]) if part)  # type: ignore[misc]
