"""What a run counted, in words: names and values as people read them in a log, never codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .column_words import coding_of, column_name, column_words, has_several, title_of, words_in_column
from .message_tables import doubt_text
from .words import word, words_of

LOG = "log"
"""Layer of ``result_columns.csv`` for what is only counted in logs."""

_STATUS = re.compile(r"(?P<id>[A-Za-z_]\w*) (?P<version>[\w.]+), (?P<status>[^\W\d_]+)(?P<rest>.*)")
_CHANGE = re.compile(r"(?P<measure>\w+): (?P<before>\w+) > (?P<after>\w+)")
_PREFIXED = re.compile(r"(?P<prefix>\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d) (?P<name>\w+)")
_OF_FACE = re.compile(r"tickets_(?P<face>\d+)_t")


def count_line(name: str, value: object, language: str) -> str:
    """One line of a log: what was counted, and how much."""
    return "{}{}{}".format(count_name(name, language), _colon(language), count_value(name, value, language))


def doubt_line(code: str, severity: str, count: int, language: str, first: Mapping[str, Any] | None = None) -> str:
    """One line of a log: how often a doubt was found, and what it is about.

    Where the sentence differs from stand to stand, that of the ``first`` case is told in full, with its stand.
    """
    pattern = "{}（{}）：{}" if language == "zh" else "{} ({}): {}"
    text = doubt_text(code, language)
    case = (first or {}).get("message_zh" if language == "zh" else "message")
    if isinstance(case, str) and case != text:
        text = _first_case(case, (first or {}).get("stand_key"), count, language)
    return pattern.format(word("severity", severity, language), count, text)


def _first_case(case: str, stand: object, count: int, language: str) -> str:
    where = "" if not isinstance(stand, str) else ("小班 {}：" if language == "zh" else "stand {}: ").format(stand)
    example = "" if count == 1 else "例如 " if language == "zh" else "e.g. "
    return example + where + case


def count_name(name: str, language: str) -> str:
    """What was counted."""
    prefixed, change, face = _PREFIXED.fullmatch(name), _CHANGE.fullmatch(name), _OF_FACE.fullmatch(name)
    if prefixed:
        return "{} {}".format(prefixed["prefix"], count_name(prefixed["name"], language))
    if change:
        before, after = (words_of("outcome", language).get(change[each], "–") for each in ("before", "after"))
        return "{} {} → {}".format(word("measure", change["measure"], language), before, after)
    if face:
        return word("log", "tickets_of_face", language).format(face["face"])
    known = column_name(name, language, LOG)
    if known:
        return known
    if name.startswith("total_"):
        return word("log", "total", language).format(count_name(name.removeprefix("total_"), language))
    return _of_one_code(name, language)


def _of_one_code(name: str, language: str) -> str:
    """``ticket_yes``, ``damage_grade light``, ``step 2``: a column or kind, and one of its codes."""
    for at in (at for at, sign in enumerate(name) if sign in "_ "):
        of, code = name[:at], name[at + 1 :]
        for column in (of, of + "_basis"):
            said = column_words(column, language).get(code)
            if said and column_name(column, language):
                return "{}{}{}".format(column_name(column, language), "·" if language == "zh" else ", ", said)
    of, _, number = name.partition(" ")
    counted = word("log", of, language)
    return counted.format(number) if counted != of else name


def count_value(name: str, value: object, language: str) -> str:
    """How much, or which: codes in words, the word for unknown where it is not known."""
    text = str(value)
    if value is None or text in ("unknown", "nan", "None"):
        return word("report", "unknown", language)
    if text == "-":
        return word("report", "none", language)
    if name.startswith("swap "):
        return word("plan_reason", text, language)
    named = _STATUS.fullmatch(text)
    if named:
        status = words_of("report", language).get("status_" + named["status"], named["status"])
        between = "，" if language == "zh" else ", "
        parts = ["{} {}".format(title_of(named["id"], language), named["version"]), status]
        return between.join([*parts, *(part for part in named["rest"].split(", ") if part)])
    if has_several(name, LOG):
        return words_in_column(name, text, language, LOG)
    return column_words(name, language, LOG).get(text, text) if coding_of(name, LOG) else text


def _colon(language: str) -> str:
    return "：" if language == "zh" else ": "
