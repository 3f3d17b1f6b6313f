"""Declarations of an office for ticket rules: read from a profile, held against the calendar, told in the result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import combinations

import pandas as pd

from ..classes.conditions import fields_of
from ..classes.declarations import Declaration
from ..classes.evaluation import FactsView
from ..classes.problems import Problems, shown
from ..classes.rules import LONGEST_TEXT, RuleSet
from ..errors import InputError
from ..issues import join_issues, layer_issue
from .settings import iso_date

DECLARABLE = (
    "dispute", "red_line", "reserve", "reserve_core", "wetland", "mineral_soil", "cleared_or_burned", "litter_removed",
    "displaces_farming", "felling_stopped", "managed",
)  # fmt: skip
"""Facts of yes or no that an office can know of a whole unit; what is measured on a stand cannot be declared."""

MOST = 1_000
_TEXTS = ("reason", "name")
_DATES = ("date", "valid_to")
_KEYS = {"id", "field", "value", "units", *_TEXTS, *_DATES}
_UNIT = re.compile(r"[^\s#;-]+(-[^\s#;-]+){0,4}(#\d+)?")


def read_declarations(data: object, rule_set: RuleSet, problems: Problems) -> tuple[Declaration, ...]:
    """The section ``declared`` of a profile; every problem is noted with its place.

    Parameters
    ----------
    data
        A list of objects with ``id``, ``field``, ``value``, ``units``, ``reason``, ``name``, ``date``, ``valid_to``.
    rule_set
        The rules of the profile: what none of them asks cannot be declared.
    """
    if not isinstance(data, list) or len(data) > MOST:
        problems.add("$.declared", "must be a list of at most {} declarations", MOST)
        return ()
    asked = {name for rule in rule_set.rules for name in fields_of(rule.test)}
    found = []
    for number, entry in enumerate(data):
        one = _read(entry, f"$.declared[{number}]", asked, problems)
        if one is not None:
            found.append((number, one))
    for (first, one), (second, other) in combinations(found, 2):
        if one.id == other.id:
            problems.add(f"$.declared[{second}].id", "is the id of {} too", f"$.declared[{first}]")
        if one.field == other.field and one.value != other.value and _meet(one, other):
            problems.add(f"$.declared[{second}]", "says the opposite of {} about the same unit", one.id)
    return tuple(one for _, one in found)


def _read(entry: object, path: str, asked: set[str], problems: Problems) -> Declaration | None:
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        problems.add(path, "must be an object with {}", ", ".join(sorted(_KEYS)))
        return None
    before = len(problems.found)
    _check_fact(entry, path, asked, problems)
    _check_units(entry["units"], f"{path}.units", problems)
    for key in _TEXTS:
        text = entry[key]
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= LONGEST_TEXT or re.search(r"[\x00-\x1f<>]", text):
            problems.add(f"{path}.{key}", "must be a text of 1 to {} characters", LONGEST_TEXT)
    _check_dates(entry, path, problems)
    if len(problems.found) > before:
        return None
    return Declaration(**{**entry, "units": tuple(entry["units"])})


def _check_fact(entry: Mapping[str, object], path: str, asked: set[str], problems: Problems) -> None:
    if not isinstance(entry["id"], str) or not re.fullmatch(r"[A-Za-z0-9_.]{1,24}", entry["id"]):
        problems.add(f"{path}.id", "must be 1 to 24 letters, digits, _ or ., not {}", shown(entry["id"]))
    field = entry["field"]
    if field not in DECLARABLE:
        problems.add(f"{path}.field", "must be one of {}, not {}", ", ".join(DECLARABLE), shown(field))
    elif field not in asked:
        problems.add(f"{path}.field", "{} is asked by no rule of this profile", field)
    if entry["value"] not in ("yes", "no"):
        problems.add(f"{path}.value", "must be one of {}, not {}", "yes, no", shown(entry["value"]))


def _check_units(units: object, path: str, problems: Problems) -> None:
    if not isinstance(units, list) or not 1 <= len(units) <= MOST:
        problems.add(path, "must name 1 to {} units", MOST)
        return
    words = "a unit is the beginning of a stand key, such as 350428 or 350428-199-202, not {}"
    for unit in units:
        if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
            problems.add(path, words, shown(unit))


def _check_dates(entry: Mapping[str, object], path: str, problems: Problems) -> None:
    wrong = {key: "must be a date" if entry[key] is None else iso_date(entry[key]) for key in _DATES}
    for key, problem in wrong.items():
        if problem:
            problems.add(f"{path}.{key}", problem)
    if not any(wrong.values()) and str(entry["valid_to"]) < str(entry["date"]):
        problems.add(f"{path}.valid_to", "lies before the date of the declaration")


def _meet(one: Declaration, other: Declaration) -> bool:
    """Whether two declarations speak about a common unit."""
    pairs = [(a, b) for a in one.units for b in other.units]
    return any(a == b or a.startswith((b + "-", b + "#")) or b.startswith((a + "-", a + "#")) for a, b in pairs)


def require_in_force(rule_set: RuleSet, today: date | None = None) -> None:
    """Refuse to judge by a declaration that is not signed yet, or holds no longer.

    Raises
    ------
    InputError
        TICKET_DECLARATION_NOT_YET, TICKET_DECLARATION_EXPIRED.
    """
    day = (today or date.today()).isoformat()  # noqa: DTZ011 - the day of whoever judges
    for one in rule_set.declarations:
        about = {"declaration": one.id, "name": one.name, "today": day}
        if day < one.date:
            raise InputError("TICKET_DECLARATION_NOT_YET", day=one.date, **about)
        if one.valid_to < day:
            raise InputError("TICKET_DECLARATION_EXPIRED", day=one.valid_to, **about)


def declaration_issues(rule_set: RuleSet, facts: FactsView) -> pd.DataFrame:
    """One row about the layer for each declaration: for how many stands its word was taken, or that it meets none."""
    rows = []
    for one in rule_set.declarations:
        params = {
            "declaration": one.id, "units": ", ".join(one.units), "reason": one.reason, "name": one.name,
            "day": one.date, "valid_to": one.valid_to,
        }  # fmt: skip
        if one.covers(facts.index).any():
            count = int(facts.answered_by(one).sum())
            rows.append(layer_issue("TICKET_DECLARED", one.field, one.value, count=count, **params))
        else:
            rows.append(layer_issue("TICKET_DECLARATION_MEETS_NONE", one.field, one.value, **params))
    return join_issues(rows)
