"""The parcel card: all that a result says of one stand, in words and in the units that were chosen.

The content is built here, from a few rows found by their key; how it is shown is for the window and the printer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.classes.explain import OUTCOME_WORDS
from ..core.classes.in_force import DECIDED, with_decisions
from ..core.classes.overrides import WITHDRAWN
from ..core.units import UnitChoice
from .decision_files import decisions_beside, read_decisions
from .fact_words import place_text
from .geopackage_rows import names_in
from .issue_status import ISSUE_STATUS, OPEN
from .jobs.explain import explained
from .parcel_credited import credited_parts
from .parcel_sections import (
    area_section,
    attribute_section,
    evidence_rows,
    sink_section,
    stock_section,
    ticket_section,
)
from .parcel_words import ParcelRow, Section, parcel_row
from .rule_words import distance_in_words, limit_in_words, seen_in_words, source_in_words
from .stand_rows import StandRows, stand_rows
from .unit_choice import mass_unit
from .words import word

_CLASS_COLUMNS = {"pine_transform": "pine_technique", "reserve_forest": "reserve_mode", "ticket": None}
_KINDS = dict.fromkeys(("pine_transform", "reserve_forest"), "outcome") | {
    "ticket": "ticket_outcome",
    "measure": "measure",
    "pine_technique": "pine_technique",
    "reserve_mode": "reserve_mode",
}
_MARKS = dict(zip(OUTCOME_WORDS.values(), "✓?✗", strict=True))
_TICKET = "ticket"


@dataclass(frozen=True)
class RuleLine:
    """One rule with what it saw.

    Attributes
    ----------
    mark
        ``✓``, ``✗`` or ``?``.
    outcome
        ``pass``, ``fail`` or ``unknown``.
    seen, limit, distance
        Value of the stand, threshold, and how far it is on the passing side; empty where there is none.
    missing
        Names of the facts without which the rule has no answer.
    way
        The technique or mode that the rule belongs to, and whether it was chosen; empty for rules of all of them.
    """

    rule: str
    title: str
    mark: str
    outcome: str
    seen: str
    limit: str
    distance: str
    source: str
    missing: tuple[str, ...] = ()
    way: str = ""


@dataclass(frozen=True)
class ClassBlock:
    """One class of the stand, or its ticket, with every rule."""

    column: str
    title: str
    outcome: str
    answer: str
    status: str
    decided: str = ""
    rules: tuple[RuleLine, ...] = ()


@dataclass(frozen=True)
class SinkFigure:
    """Yearly sink in the chosen unit with its interval; None where unknown."""

    value: float | None
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True)
class Doubt:
    """One row of the list of doubts about this stand; ``status`` says what was decided about it, empty while open."""

    severity: str
    severity_text: str
    code: str
    text: str
    status: str = ""


@dataclass(frozen=True)
class DecisionLine:
    """What somebody decided; ``state`` is ``counts``, ``superseded`` or ``waiting`` (not yet in the result)."""

    column: str
    title: str
    value: str
    text: str
    state: str
    state_text: str
    reason: str
    name: str
    date: str
    evidence: str


@dataclass(frozen=True)
class ParcelCard:
    """Everything on the card of one stand, in one language and in the chosen units."""

    stand_key: str
    language: str
    title: str
    place: str
    run: str
    sections: tuple[Section, ...]
    evidence: tuple[tuple[str, str, str, str], ...]
    sink: SinkFigure
    classes: tuple[ClassBlock, ...]
    ticket: Section
    doubts: tuple[Doubt, ...]
    decisions: tuple[DecisionLine, ...]
    columns: Mapping[str, object] = field(default_factory=dict)
    """Classes as they count."""


def parcel_card(result: Path, stand_key: str, language: str, units: UnitChoice | None = None) -> ParcelCard:
    """The card of a stand.

    Parameters
    ----------
    result
        GeoPackage of the main job.
    stand_key
        The stand.
    language
        ``en`` or ``zh``.
    units
        Units of areas and masses, hectares and tonnes by default. Rules keep the unit of their text.

    Raises
    ------
    InputError
        Where the result cannot be read or has no such stand.
    """
    units = units or UnitChoice()
    with stand_rows(result, stand_key) as rows:
        explanation = explained(rows)
        row = parcel_row(rows)
        credited = credited_parts(rows.database, row.geometry)
        statuses = _statuses(rows, language) if explanation["issues"] else {}
    decisions = _decisions(result, explanation, language)
    classes = _classes(explanation, row, decisions, language)
    figures = [row.number(name) for name in ("sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr")]
    shown = [None if each is None else units.mass_of(each) for each in figures]
    unit = "{}/{}".format(mass_unit(units, language), word("unit", "yr", language) if language == "zh" else "yr")
    return ParcelCard(
        stand_key=stand_key,
        language=language,
        title="{} {}".format(word("card", "stand", language), stand_key),
        place=place_text(row.values, language),
        run=row.run_text(language),
        sections=(
            attribute_section(row, units, language),
            area_section(row, units, language),
            stock_section(row, units, language),
            sink_section(row, units, language),
        ),
        evidence=evidence_rows(row, language),
        sink=SinkFigure(shown[0], shown[1], shown[2], unit),
        classes=classes,
        ticket=ticket_section(row, _missing(classes), credited, units, language),
        doubts=_doubts(explanation, statuses, language),
        decisions=decisions,
        columns=_counting(row),
    )


def _counting(row: ParcelRow) -> dict[str, object]:
    """The classes as they count, and which of them somebody decided."""
    names = [name for name in row.values if name in _KINDS or name == "measures" or name.endswith("_decided")]
    counting = with_decisions(pd.DataFrame([[row.values[name] for name in names]], columns=names, dtype=object)).iloc[0]
    return {name: counting.get(name) for name in ("measure", "measures", *_KINDS, DECIDED)}


def _classes(
    explanation: Mapping[str, Any], row: ParcelRow, decisions: tuple[DecisionLine, ...], language: str
) -> tuple[ClassBlock, ...]:
    """The classes in the order of the rule sets: those with a column of their own first, the ticket last."""
    by_measure: dict[str, list[dict[str, Any]]] = {}
    for rule in explanation["rules"]:
        by_measure.setdefault(rule["measure"], []).append(rule)
    wanted = [name for name in _CLASS_COLUMNS if name in by_measure]
    wanted += [name for name in by_measure if name not in _CLASS_COLUMNS]
    return tuple(_class(name, by_measure[name], row, decisions, language) for name in wanted)


def _class(
    measure: str, rules: list[dict[str, Any]], row: ParcelRow, decisions: tuple[DecisionLine, ...], language: str
) -> ClassBlock:
    first = rules[0]
    outcome = str(row.values.get(measure) or "unknown") if measure in _CLASS_COLUMNS else str(first["measure_outcome"])
    answer = word(_KINDS.get(measure, "outcome"), outcome, language)
    column = _CLASS_COLUMNS.get(measure)
    technique = row.values.get(column) if column else None
    if technique:
        answer += " · " + word(column or "", technique, language)
    decided = [
        "{}{}{}".format(each.text, "：" if language == "zh" else ": ", each.state_text)
        for each in decisions
        if each.column in (measure, column) and each.state in ("counts", "waiting")
    ]
    return ClassBlock(
        column=measure,
        title=str(first["measure_title_zh" if language == "zh" else "measure_title"]),
        outcome=outcome,
        answer=answer,
        status=word("report", "status_{}".format(first["status"]), language),
        decided="; ".join(decided),
        rules=tuple(_rule(rule, row, language, way) for way, rule in _by_way(rules, column, technique, language)),
    )


def _by_way(
    rules: list[dict[str, Any]], column: str | None, chosen: object, language: str
) -> list[tuple[str, dict[str, Any]]]:
    """Rules with the way they belong to: those of all ways first, then the chosen way, then the others."""
    ways = list(dict.fromkeys(rule.get("technique") for rule in rules if rule.get("technique")))
    order = {None: 0} | {way: 1 + (way != chosen) for way in ways}

    def told(way: str | None) -> str:
        if way is None or len(ways) == 1:  # the only one needs no name
            return ""
        state = word("card", "way_chosen" if way == chosen else "way_not_chosen", language)
        return word("card", "way", language).format(way=word(column or "measure", way, language), state=state)

    ordered = sorted(rules, key=lambda rule: order[rule.get("technique") or None])
    return [(told(rule.get("technique") or None), rule) for rule in ordered]


def _rule(rule: Mapping[str, Any], row: ParcelRow, language: str, way: str) -> RuleLine:
    title = str(rule["title_zh" if language == "zh" else "title"])
    if rule["kind"] == "exclude":
        title = word("card", "excluded", language) + title
    return RuleLine(
        rule=str(rule["rule"]),
        title=title,
        mark=_MARKS[rule["outcome"]],
        outcome=str(rule["outcome"]),
        seen=seen_in_words(rule, language, bamboo=row.is_bamboo),
        limit=limit_in_words(rule, language, bamboo=row.is_bamboo),
        distance=distance_in_words(rule),
        source=source_in_words(rule, language),
        missing=tuple(rule["missing"]),
        way=way,
    )


def _missing(classes: tuple[ClassBlock, ...]) -> list[str]:
    """Facts without which the ticket has no answer, in the order of the rules."""
    found = [name for block in classes if block.column == _TICKET for rule in block.rules for name in rule.missing]
    return list(dict.fromkeys(found))


def _doubts(
    explanation: Mapping[str, Any], statuses: Mapping[tuple[object, object, object], str], language: str
) -> tuple[Doubt, ...]:
    message = "message_zh" if language == "zh" else "message"
    order = {"error": 0, "warning": 1, "info": 2}
    rows = sorted(explanation["issues"], key=lambda issue: order.get(str(issue["severity"]), len(order)))
    return tuple(
        Doubt(
            str(row["severity"]),
            word("severity", row["severity"], language),
            str(row["code"]),
            str(row[message] or row["code"]),
            statuses.get((row["code"], row["field"], row["value"]), ""),
        )
        for row in rows
    )


def _statuses(rows: StandRows, language: str) -> dict[tuple[object, object, object], str]:
    """What people decided about doubts of a stand, by code, field and value."""
    if ISSUE_STATUS not in names_in(rows.database):
        return {}
    return {
        (row["code"], row["field"], row["value"]): ", ".join(
            str(part)
            for part in (word("status", row["status"], language), row["reason"], row["by"], str(row["at"] or "")[:10])
            if part
        )
        for row in rows.records(ISSUE_STATUS)
        if row["status"] != OPEN
    }


_SAME = ("column", "value", "reason", "name", "date", "evidence")


def _decisions(result: Path, explanation: Mapping[str, Any], language: str) -> tuple[DecisionLine, ...]:
    """Decisions of the file beside the result and of the result itself, the newest first."""
    stored = explanation["decisions"]
    in_result = [tuple(one[name] for name in _SAME) for one in stored]
    rows = _beside(decisions_beside(result), explanation["stand_key"])
    there = {tuple(row[name] for name in _SAME) for row in rows}
    rows += [dict(one) for one, same in zip(stored, in_result, strict=True) if same not in there]
    # As when they are applied: the latest day counts, of the same day the one written last.
    rows.sort(key=lambda row: str(row["date"]))
    latest = {str(row["column"]): number for number, row in enumerate(rows)}
    lines = []
    for number, row in enumerate(rows):
        known = tuple(row[name] for name in _SAME) in in_result
        state = "superseded" if latest[str(row["column"])] != number else "counts" if known else "waiting"
        lines.append(_decision(row, state, language))
    return tuple(reversed(lines))


def _beside(path: Path, stand_key: str) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    table = read_decisions(path).table
    return [dict(one) for one in table[table["stand_key"] == stand_key].to_dict("records")]


def _decision(row: Mapping[str, Any], state: str, language: str) -> DecisionLine:
    column, value = str(row["column"]), str(row["value"])
    kind = "report" if value in (WITHDRAWN, "none") else _KINDS.get(column, column)
    return DecisionLine(
        column=column,
        title=word("column", column, language),
        value=value,
        text=word(kind, value, language),
        state=state,
        state_text=word("card", state, language),
        reason=str(row["reason"] or ""),
        name=str(row["name"] or ""),
        date=str(row["date"] or ""),
        evidence=str(row["evidence"] or ""),
    )
