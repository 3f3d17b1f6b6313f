"""Codes of the inventory in words, as the shipped lists of codes name them."""

from __future__ import annotations

import csv
from functools import lru_cache

from ..paths import resources_dir

_NAMES = ("name_en", "name_zh")


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    with (resources_dir() / "codes" / "codes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def _by_value() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in _rows():
        found.setdefault((row["table"], row["value"]), tuple(row[name] for name in _NAMES))
    return found


def value_word(tables: tuple[str, ...], value: str, language: str) -> str:
    """What one of the plugin's own identifiers (``arbor``, ``disease``) is called in the first list that has it."""
    for table in tables:
        names = _by_value().get((table, value))
        if names is not None:
            return _named(names, value, language)
    return value


def codes_in_words(tables: tuple[str, ...], language: str) -> dict[str, str]:
    """All codes of some lists with their names; a code that two lists name differently is left out."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for row in _rows():
        if row["table"] in tables:
            name = _named(tuple(row[each] for each in _NAMES), row["code"], language)
            if found.setdefault(row["code"], name) != name:
                doubtful.add(row["code"])
    return {code: name for code, name in found.items() if code not in doubtful}


def entries_in_words(tables: tuple[str, ...], language: str) -> dict[str, str]:
    """All that a column of some lists may hold, codes, names and their spellings, with their names."""
    found = codes_in_words(tables, language)
    for row in _rows():
        if row["table"] in tables:
            for spelling in (row["name_zh"], *row["aliases"].split(";")):
                if spelling:
                    found.setdefault(spelling, _named(tuple(row[each] for each in _NAMES), spelling, language))
    return found


def values_in_words(tables: tuple[str, ...], language: str) -> dict[str, str]:
    """All of the plugin's own identifiers in some lists with their names, those of the first list first."""
    values = dict.fromkeys(row["value"] for table in tables for row in _rows() if row["table"] == table)
    return {value: value_word(tables, value, language) for value in values if value}


def _named(names: tuple[str, ...], otherwise: str, language: str) -> str:
    name = names[language == "zh"]
    # A list in one language only is better than a bare number.
    return name or names[0] or names[1] or otherwise
