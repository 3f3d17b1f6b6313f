"""Why a stand is what it is: every rule with its outcome, value, threshold and source."""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...core.classes.evaluation import FactsView
from ...core.classes.explain import OUTCOME_WORDS, explain_stand
from ...core.classes.measures import measure_rules
from ...core.classes.rules import RuleSet
from ...core.errors import InputError
from ...core.tickets.profiles import Profile
from ..column_words import title_of
from ..geopackage_rows import columns_in, opened
from ..rule_words import distance_in_words, limit_in_words, seen_in_words, source_in_words
from ..stand_rows import StandRows, plain, stand_rows
from ..words import word

_ISSUE_COLUMNS = ("code", "severity", "field", "value", "message", "message_zh")
_DECISION_COLUMNS = ("column", "value", "reason", "name", "date", "evidence")
_FIGURES = (
    "area_ha", "species_code", "species_group", "volume_m3_ha", "carbon_tc_ha", "stock_tco2e", "stock_alt_tco2e",
    "sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "sink_basis", "pine_transform", "pine_technique",
    "reserve_forest", "reserve_mode", "ticket", "ticket_tco2e", "measure",
)  # fmt: skip
_IMAGE_FIGURES = ("image_species_group", "image_probability", "image_conflict", "damage_share")


def explain(result: Path, stand_key: str) -> dict[str, Any]:
    """What a result says of one stand, with every rule.

    Raises
    ------
    InputError
        Where the result cannot be read or has no such stand.
    """
    with stand_rows(result, stand_key) as rows:
        return explained(rows)


def explained(rows: StandRows) -> dict[str, Any]:
    """The same of a stand whose rows are read."""
    # One view for all rule sets: a column is taken up once.
    facts = FactsView(rows.joined())
    figures = {name: plain(rows.stands[name][0]) for name in (*_FIGURES, *_IMAGE_FIGURES) if name in rows.stands}
    return {
        "stand_key": rows.stand_key,
        "figures": {name: value for name, value in figures.items() if value is not None or name in _FIGURES},
        "rules": [
            {"rule_set": rule_set.id, "status": rule_set.status, **record}
            for rule_set in _rule_sets_in(rows.database, rows.path)
            for record in explain_stand(rule_set, facts)
        ],
        "decisions": _decisions(rows),
        "issues": [{name: issue[name] for name in _ISSUE_COLUMNS} for issue in rows.records("issues")],
    }


def rule_sets_of(result: Path) -> list[RuleSet]:
    """The rules that a result was made with, as it carries them.

    Raises
    ------
    InputError
        RESULT_WITHOUT_RULES, RESULT_OF_OLDER_VERSION.
    """
    with opened(result) as database:
        return _rule_sets_in(database, result)


def _rule_sets_in(database: sqlite3.Connection, result: Path) -> list[RuleSet]:
    _, run = columns_in(database, result, "run", {})
    try:
        return list(_rule_sets(str(run["rule_files"][0])))
    except (KeyError, IndexError, TypeError, ValueError) as problem:
        raise InputError("RESULT_WITHOUT_RULES", path=result) from problem
    except InputError as problem:
        raise InputError("RESULT_OF_OLDER_VERSION", path=result) from problem


@lru_cache(maxsize=4)
def _rule_sets(text: str) -> tuple[RuleSet, ...]:
    """The rules in the text of a run; the same for every stand that is clicked."""
    files = json.loads(text)
    # A result of classify alone has no ticket rules.
    tickets = [Profile.from_dict(files["profile"]).rule_set] if files.get("profile") is not None else []
    return (*map(measure_rules, files["rules"]), *tickets)


def _decisions(rows: StandRows) -> list[dict[str, Any]]:
    """Decisions about a stand, in the order they were written, and whether each still counts."""
    if not any(name.endswith("_decided") for name in rows.facts):
        return []
    found = rows.records("decisions")
    # As when they were applied: the latest day counts, of the same day the last one written.
    ordered = sorted(range(len(found)), key=lambda number: (found[number]["date"] is None, found[number]["date"] or ""))
    latest = {found[number]["column"]: number for number in ordered}
    return [
        {name: row[name] for name in _DECISION_COLUMNS} | {"counts": latest[row["column"]] == number}
        for number, row in enumerate(found)
    ]


_ONLY_OF_YES = ("pine_technique", "reserve_mode")
_WAYS = {"pine_transform": "pine_technique", "reserve_forest": "reserve_mode"}
_MARKS = dict(zip(OUTCOME_WORDS.values(), "+?-", strict=True))
_KINDS = {"sink_basis": "sink_basis", "species_group": "species_group", "measure": "measure"}
_KINDS |= {"image_species_group": "species_group", "image_conflict": "outcome"}
_KINDS |= {"pine_technique": "pine_technique", "reserve_mode": "reserve_mode"}
_KINDS |= dict.fromkeys(("pine_transform", "reserve_forest"), "outcome") | {"ticket": "ticket_outcome"}


def explanation_text(explanation: dict[str, Any], language: str) -> str:
    """The explanation as lines for a terminal: figures, then each rule with what it saw, then the doubts."""
    lines = [str(explanation["stand_key"])]
    for name, value in explanation["figures"].items():
        if value is None and name in _ONLY_OF_YES:
            continue
        shown = word(_KINDS[name], value, language) if value is not None and name in _KINDS else _shown(value, language)
        lines.append(f"  {word('column', name, language)}: {shown}")
    measure = None
    for rule in explanation["rules"]:
        if rule["measure"] != measure:
            measure = rule["measure"]
            lines.append(_measure_line(rule, language))
        lines.append(_rule_line(rule, language))
    lines.extend(_decision_line(one, language) for one in explanation["decisions"])
    message = "message_zh" if language == "zh" else "message"
    lines.extend(f"! {issue[message]}" for issue in explanation["issues"])
    return "\n".join(lines)


def _decision_line(decision: dict[str, Any], language: str) -> str:
    column = decision["column"]
    kind = "report" if decision["value"] in ("withdrawn", "none") else _KINDS.get(column, column)
    said = word(kind, decision["value"], language)
    mark = word("report", "decided" if decision["counts"] else "decided_before", language)
    about = ", ".join(str(decision[name]) for name in ("reason", "name", "date", "evidence") if decision[name])
    return f"* {mark} {word('column', column, language)}: {said} ({about})"


def _measure_line(rule: dict[str, Any], language: str) -> str:
    title = rule["measure_title_zh" if language == "zh" else "measure_title"]
    status = word("report", f"status_{rule['status']}", language)
    rules = title_of(rule["rule_set"], language)
    return f"{title}: {word('outcome', rule['measure_outcome'], language)} ({rules}, {status})"


def _rule_line(rule: dict[str, Any], language: str) -> str:
    chinese = language == "zh"
    title = rule["title_zh" if chinese else "title"]
    prefix = word("report", "excluded_if", language) if rule["kind"] == "exclude" else ""
    parts = [seen_in_words(rule, language), limit_in_words(rule, language)]
    if rule["distance"] is not None:
        parts.append(f"{word('report', 'distance', language)} {distance_in_words(rule)}")
    seen, source = ("，" if chinese else ", ").join(parts), source_in_words(rule, language)
    way = word(_WAYS.get(rule["measure"], "measure"), rule["technique"], language) if rule["technique"] else ""
    if chinese:
        return f"  {_MARKS[rule['outcome']]} {prefix}{title}{way and f'（{way}）'}：{seen}。依据：{source}"
    return f"  {_MARKS[rule['outcome']]} {prefix}{title}{way and f' ({way})'}: {seen}. Source: {source}"


def _shown(value: object, language: str) -> str:
    if value is None:
        return word("report", "unknown", language)
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item, language) for item in value) + "]"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
