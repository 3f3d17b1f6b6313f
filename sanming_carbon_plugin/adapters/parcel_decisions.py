"""Writes down what a person decides about a stand, beside the result."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..core.classes.overrides import DECIDABLE, WITHDRAWN, geometry_hash
from .decision_files import decisions_beside, decisions_of_run, write_decisions
from .parcel_places import outline
from .words import word, words_of

_KINDS = dict.fromkeys(("pine_transform", "reserve_forest"), "outcome")


def decidable_columns(language: str) -> dict[str, str]:
    """What can be decided: column and its name."""
    return {column: word("column", column, language) for column in DECIDABLE}


def decidable_values(column: str, language: str) -> dict[str, str]:
    """What can be said about a column, the last one taking an earlier decision back: value and its name."""
    kind = _KINDS.get(column, column)
    known = words_of(kind, language)
    values = {value: known.get(value) or word("report", value, language) for value in DECIDABLE[column]}
    return values | {WITHDRAWN: word("report", WITHDRAWN, language)}


def today() -> str:
    """Today as decisions write it."""
    return datetime.now().astimezone().date().isoformat()


def decide(
    result: Path,
    stand_key: str,
    *,
    column: str,
    value: str,
    reason: str,
    name: str,
    date: str,
    evidence: str | None = None,
) -> Path:
    """Add a decision to the list beside a result; earlier ones stay as history.

    Returns
    -------
    Path
        The list.

    Raises
    ------
    InputError
        DECISIONS_INVALID where something is missing or cannot be said.
    OutputError
        Where the list cannot be written.
    """
    decision = {
        "stand_key": stand_key,
        "column": column,
        "value": value,
        "reason": reason.strip() or None,
        "name": name.strip() or None,
        "date": date,
        "evidence": (evidence or "").strip() or None,
        "geometry_hash": geometry_hash(outline(result, stand_key)),
    }
    target = decisions_beside(result)
    write_decisions(decisions_of_run(result).with_decision(decision), target)
    return target
