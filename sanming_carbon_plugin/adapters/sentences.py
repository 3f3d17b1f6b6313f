"""Templates of messages filled in one language: codes of facts and rules in words, numbers as short as they may be.

A template may say how a value is to be read: ``{doubt:doubt}`` tells what another doubt is about,
``{field:fact}`` names facts, ``{value:rule}`` names rules by the titles that come with the issue,
``{value:title}`` a shipped file of rules by its title, ``{strata:stratum}`` strata of a sample, each in quotes,
``{value:answer}`` a value of the field in question,
``{technique:pine_technique}`` a code of that kind in ``words.csv``, ``{value:.0%}`` a number, ``{value:if_any}`` and
``{value:or_unknown}`` what may be missing, ``{names:fitting}`` what names fit, if any.
Lists are texts with ``;`` or ``,`` between.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.classes.problems import ProblemList
from .column_words import column_words, title_of
from .fact_words import fact_name, fact_text
from .message_tables import doubt_text
from .problem_words import problems_in_words
from .words import word, words_of

MOST_NAMES = {"fact": 30, "rule": 6, "stratum": 10}
_ANSWERS = {"pine_transform": "outcome", "reserve_forest": "outcome", "ticket": "ticket_outcome"}
_ANSWERS |= {name: name for name in ("measure", "pine_technique", "reserve_mode")}
_DIGITS = 5
_LARGE = 1000


def filled(template: str, values: Mapping[str, object], language: str) -> str:
    """``template`` with its values in ``en`` or ``zh``; never fails, a name without a value stays visible."""
    return _Sentence(language).vformat(template, (), values)


class _Sentence(string.Formatter):
    """Fills ``{name}`` and ``{name:how}``."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._values: Mapping[str, Any] = {}

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:  # noqa: ANN401, ARG002
        self._values = kwargs
        if field_name not in kwargs:
            return "{" + field_name + "}", field_name
        value = kwargs[field_name]
        if isinstance(value, ProblemList):
            value = problems_in_words(value, self._language)
        return value, field_name

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        language = self._language
        if format_spec in MOST_NAMES:
            return _joined([self._name(format_spec, name) for name in _names(value)], MOST_NAMES[format_spec], language)
        if format_spec in ("doubt", "answer", "title", "fitting"):
            return self._told(format_spec, value)
        if value is None and (format_spec == "if_any" or words_of(format_spec, language)):
            return word("report", "none", language)
        if format_spec == "or_unknown":
            return str(_shown(value)) if value is not None else word("report", "unknown", language)
        if format_spec and words_of(format_spec, language):
            return word(format_spec, value, language)
        return _number(value, format_spec) if format_spec else str(_shown(value))

    def _told(self, how: str, value: object) -> str:
        if how == "title":
            return title_of(str(value), self._language)
        if how == "fitting":
            names = ("、" if self._language == "zh" else ", ").join(_names(value))
            return word("fitting", "some" if names else "none", self._language).format(names=names)
        if how == "doubt":
            return _quoted(str(value), self._language)
        return _answer(str(self._values.get("field")), value, self._language)

    def _name(self, kind: str, name: str) -> str:
        if kind == "fact":
            return fact_name(name, self._language)
        if kind == "stratum":
            text = column_words("stratum", self._language).get(name)
            return name if text is None else "“{}”".format(text)
        titles = self._values.get("titles") or {}
        return str(titles.get(name, (name, name))[self._language == "zh"])


def _answer(field: str, value: object, language: str) -> str:
    if field in _ANSWERS:
        return word("report" if value in ("withdrawn", "none") else _ANSWERS[field], value, language)
    return fact_text(field, value, language)


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [name for name in re.split(r"[;,]\s*", value) if name]
    return [str(name) for name in value] if isinstance(value, Sequence) else ["NULL" if value is None else str(value)]


def _quoted(code: str, language: str) -> str:
    text = doubt_text(code, language)
    if text == code:
        return code
    return "“{}”".format(text.rstrip("。."))


def _joined(names: list[str], most: int, language: str) -> str:
    between = "、" if language == "zh" else ", "
    text = between.join(names[:most])
    if len(names) <= most:
        return text
    more = "等{}项" if language == "zh" else " and others, {} in all"
    return text + more.format(len(names))


def _number(value: object, how: str) -> str:
    try:
        return format(float(value) if isinstance(value, str) else value, how)
    except (TypeError, ValueError):
        return str(_shown(value))


def _shown(value: object) -> object:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(item) for item in value)
    if value is None:
        return "NULL"
    if isinstance(value, str):
        if re.fullmatch(r"[-+−]?\d+\.\d+", value):
            return _rounded(value)
        # Names out of damaged files must not move the cursor or break the one line of an error.
        return value if value.isprintable() else "".join(sign if sign.isprintable() else "\ufffd" for sign in value)
    if isinstance(value, (float, np.floating)) and np.isfinite(value):
        return _rounded(repr(float(value)))
    return value


def _rounded(text: str) -> str:
    """A decimal number of more digits than anybody measures, cut to four that count."""
    if "e" in text or len(text.replace(".", "").lstrip("-+−0")) <= _DIGITS:
        return text
    number = float(text.replace("−", "-"))
    return "{:.1f}".format(number) if abs(number) >= _LARGE else "{:.4g}".format(number)
