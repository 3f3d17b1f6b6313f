"""Columns of results in words: what they are called and how their codes read, as ``result_columns.csv`` says.

One table drives aliases, value maps and forms in QGIS, and the words of facts in card, log and reports. This module
needs no QGIS.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from ..paths import resources_dir
from .code_words import codes_in_words, values_in_words
from .message_tables import doubt_text, message_table
from .words import word, words_of

IN_UNITS, IN_WORDS = "in_units_", "in_words_"
"""Beginnings of the names of columns that QGIS shows in place of others: in the chosen units, or in words."""

_SEVERAL = ("words", "facts", "rules", "told", "cell", "places")
"""Codings of columns that hold several codes with ``;`` between."""

_RULE_OUTCOMES = {"+": "pass", "-": "fail", "?": "unknown"}
_STRATA = ("pine_transform", "reserve_forest")
_DIGITS = re.compile(r"_\d+(?=_)")
_QUANTILE = re.compile(r"q(\d{1,3})")
_CLASS_SHARE = re.compile(r"(?P<of>.+)_share_(?P<number>-?\d+)")


@lru_cache(maxsize=1)
def _rows() -> dict[tuple[str, str], dict[str, str]]:
    with (resources_dir() / "fields" / "result_columns.csv").open(encoding="utf-8", newline="") as file:
        return {(row["column"], row["layer"]): row for row in csv.DictReader(file)}


def _row(name: str, layer: str, key: str) -> str:
    """What the table says of a column, of one layer first; empty where it says nothing."""
    for candidate in ((name, layer), (name, "")):
        row = _rows().get(candidate)
        if row is not None and (row[key] or candidate[1]):
            return row[key]
    return ""


def column_name(name: str, language: str, layer: str = "") -> str:
    """What a column is called in ``en`` or ``zh``; empty where nobody has a name for it.

    ``layer`` is the layer of the file, because some names mean another thing in another layer.
    """
    key = "name_zh" if language == "zh" else "name"
    text = _row(name, layer, key) or _worded(name, language)
    if text:
        return text
    numbers = _DIGITS.findall(name)
    if numbers:
        text = _row(_DIGITS.sub("_#", name), layer, key).replace("#", numbers[0][1:])
    if not text and name.endswith("_decided"):
        of = column_name(name.removesuffix("_decided"), language, layer)
        text = "{}{}".format(of, "·人工决定" if language == "zh" else ", decided") if of else ""
    return text or _of_raster(name, language)


def _worded(name: str, language: str) -> str:
    for kind in ("column", "fact"):
        text = word(kind, name, language)
        if text != name:
            return text
    ends = {"_low": ("下限", ", low"), "_high": ("上限", ", high")}
    for ending, (chinese, english) in ends.items():
        text = word("fact", name.removesuffix(ending), language) if name.endswith(ending) else name
        if text not in (name, name.removesuffix(ending)):
            return text + (chinese if language == "zh" else english)
    return ""


def _of_raster(name: str, language: str) -> str:
    share = _CLASS_SHARE.fullmatch(name)
    if share:
        return "{} {}".format(share["of"], word("statistic", "class_share", language).format(share["number"]))
    of, _, statistic = name.rpartition("_")
    quantile = _QUANTILE.fullmatch(statistic)
    text = words_of("statistic", language).get("quantile" if quantile else statistic, "")
    if not of or not text:
        return ""
    return "{} {}".format(of, text.format(int(quantile[1])) if quantile else text)


def is_raster_column(name: str) -> bool:
    """Whether a column is one of those that each band of a raster gives."""
    return bool(_of_raster(name, "en")) and not _row(name, "", "name") and not _worded(name, "en")


def coding_of(name: str, layer: str = "") -> str:
    """How the codes of a column read, as the table says it; empty for numbers and plain text."""
    return _row(name, layer, "words")


def has_several(name: str, layer: str = "") -> bool:
    """Whether a column holds several codes with ``;`` between."""
    return coding_of(name, layer).partition(":")[0] in _SEVERAL


def column_words(name: str, language: str, layer: str = "") -> Mapping[str, str]:
    """Every code of a column with its words; empty for numbers and plain text."""
    return _words_of_coding(coding_of(name, layer), language)


def words_by_column(name: str, language: str, layer: str = "") -> Mapping[str, Mapping[str, str]]:
    """For a column of cells of other columns: every code of each of those; empty for any other column."""
    if coding_of(name, layer) != "cell":
        return {}
    coded = {row["name"]: _of_cell(row, language) for row in _form_columns() if row["words"]}
    return {of: words for of, words in coded.items() if words}


def _of_cell(row: Mapping[str, str], language: str) -> Mapping[str, str]:
    words = column_words(row["name"], language)
    return words or words_of(row["words"], language) or words_of(row["words"].removesuffix("_or_none"), language)


def words_in_column(name: str, value: str, language: str, layer: str = "") -> str:
    """A value of a column in words, of one that holds several codes too; what nobody knows stays as it is."""
    known = column_words(name, language, layer)
    if not has_several(name, layer):
        return known.get(value, value)
    parts = [part for part in re.split(r"\s*[;,]\s*", value) if part]
    return ("、" if language == "zh" else ", ").join(known.get(part, part) for part in parts)


@lru_cache(maxsize=200)
def _words_of_coding(coding: str, language: str) -> Mapping[str, str]:
    how, _, of = coding.partition(":")
    return _CODINGS[how](of, language) if coding else {}


def _of_kinds(kinds: str, language: str) -> dict[str, str]:
    return {code: text for kind in kinds.split(";") for code, text in words_of(kind, language).items()}


def _of_facts(_: str, language: str) -> dict[str, str]:
    """Names of facts, of columns of results, and of columns of inventories."""
    names = [
        *words_of("column", language),
        *words_of("fact", language),
        *(name for name, layer in _rows() if not layer),
    ]
    ends = [name + end for name in words_of("fact", language) for end in ("_low", "_high")]
    found = {name: column_name(name, language) for name in [*names, *ends]}
    for row in inventory_roles():
        for name in (row["canonical"], *row["aliases"].split(";")):
            found.setdefault(name, role_name(row, language))
    for row in _form_columns():
        found.setdefault(row["name"], row["title_zh" if language == "zh" else "title"])
    return {name: text for name, text in found.items() if name and text}


def _of_doubts(_: str, language: str) -> dict[str, str]:
    return {code: doubt_text(code, language) for code in message_table("issues")}


def _of_rules(_: str, language: str) -> dict[str, str]:
    """Each rule of the shipped files with each outcome, and each change from one outcome to another."""
    outcomes = _outcomes(language)
    return {
        code + signs: (titles[language == "zh"] or code) + text
        for code, titles in _rule_titles().items()
        for signs, text in outcomes.items()
    }


def _outcomes(language: str) -> dict[str, str]:
    """What follows the title of a rule: what came of it, or how that changed."""
    said = {sign: word("rule_outcome", name, language) for sign, name in _RULE_OUTCOMES.items()}
    between = "：" if language == "zh" else ": "
    found = {sign: between + text for sign, text in said.items()}
    for sign, other in itertools.permutations(said, 2):
        found["{} to {}".format(sign, other)] = "{}{} → {}".format(between, said[sign], said[other])
    return found


def rule_parts(name: str, language: str, layer: str = "") -> tuple[Mapping[str, str], Mapping[str, str]]:
    """For a column of rules: the titles of those it can hold, and what follows them for each outcome."""
    how, _, folder = coding_of(name, layer).partition(":")
    if how != "rules":
        return {}, {}
    known = {
        code for path in _rule_files() if folder in ("", path.parent.name, path.stem) for code, _, _ in _titles_in(path)
    }
    titles = {code: each[language == "zh"] or code for code, each in _rule_titles().items() if code in known}
    return titles, _outcomes(language)


def _of_told(_: str, language: str) -> dict[str, str]:
    """What the value of a doubt may be: rules, facts, profiles, species groups, bases of a sink, outcomes."""
    found = dict(_of_facts("", language))
    found |= _of_kinds("outcome;sink_basis;species_group;yes_no", language)
    return found | {code: titles[language == "zh"] for code, titles in _rule_titles().items()}


def title_of(code: str, language: str) -> str:
    """Title of a shipped rule, or of a shipped file of rules or factors; the code itself of any other."""
    titles = _rule_titles().get(code)
    return titles[language == "zh"] if titles else word("table_title", code, language)


@lru_cache(maxsize=1)
def _rule_titles() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for path in _rule_files():
        for code, title, title_zh in _titles_in(path):
            found.setdefault(code, (title, title_zh))
    return found


def _rule_files() -> list[Path]:
    folders = ("rules", "profiles", "profiles/uses")
    return [path for folder in folders for path in sorted((resources_dir() / folder).glob("*.json"))]


@lru_cache(maxsize=50)
def _titles_in(path: Path) -> tuple[tuple[str, str, str], ...]:
    """Everything in a file of rules that has an identifier and a title: both, and the Chinese title."""
    found = []

    def look(part: object) -> None:
        if isinstance(part, dict):
            code, title = part.get("id"), part.get("title")
            if isinstance(code, str) and isinstance(title, str):
                found.append((code, title, str(part.get("title_zh") or title)))
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                look(each)

    look(json.loads(path.read_text(encoding="utf-8")))
    return tuple(found)


def _of_places(_: str, language: str) -> dict[str, str]:
    found = {"all": word("report", "everywhere", language), "*": word("report", "everywhere", language)}
    found |= codes_in_words(("ADMIN_OLD", "ADMIN"), language)
    with (resources_dir() / "targets" / "area_units.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return found | {row["code"]: row["name_zh" if language == "zh" else "name"] for row in rows}


def _of_strata(_: str, language: str) -> dict[str, str]:
    """Strata as the shipped settings form them: the outcomes of the rules, small ones joined."""
    outcomes = words_of("outcome", language) | {"none": word("report", "none", language)}
    found = {}
    for values in itertools.product(outcomes, repeat=len(_STRATA)):
        code = ", ".join("{}={}".format(name, value) for name, value in zip(_STRATA, values, strict=True))
        found[code] = ("，" if language == "zh" else ", ").join(
            "{} {}".format(column_name(name, language), outcomes[value])
            for name, value in zip(_STRATA, values, strict=True)
        )
    return found | words_of("stratum", language)


_CODINGS: dict[str, Callable[[str, str], Mapping[str, str]]] = {
    "word": _of_kinds,
    "words": _of_kinds,
    "list": lambda of, language: _of_kinds(of, language) | codes_in_words(tuple(of.split(";")), language),
    "value": lambda of, language: values_in_words(tuple(of.split(";")), language),
    "fact": _of_facts,
    "facts": _of_facts,
    "doubt": _of_doubts,
    "told": _of_told,
    "cell": lambda _of, _language: {},
    "rules": _of_rules,
    "place": _of_places,
    "places": _of_places,
    "strata": _of_strata,
}


@lru_cache(maxsize=1)
def inventory_roles() -> list[dict[str, str]]:
    """What the columns of an inventory mean, and what they are called."""
    with (resources_dir() / "fields" / "roles.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def _form_columns() -> list[dict[str, str]]:
    """Columns of the form for the field."""
    with (resources_dir() / "fieldwork" / "form.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def role_name(row: Mapping[str, str], language: str) -> str:
    """Name of a column of the inventory in ``en`` or ``zh``."""
    english = row["name_en"]
    return row["names_zh"].split(";")[0] if language == "zh" else english[:1].upper() + english[1:]
