"""What the papers say, in English and Chinese: sentences, names of settings, sources, signatures; all of it data."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...paths import resources_dir
from ..words import word

LANGUAGES = ("zh", "en")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
"""Signs without a shape; some turn what follows the other way round, so that a name reads as another."""

_LINE_ENDS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")


def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table in ``resources/dossier``."""
    return _rows_in("dossier", name)


@lru_cache(maxsize=8)
def _rows_in(folder: str, name: str) -> tuple[dict[str, str], ...]:
    with (resources_dir() / folder / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@lru_cache(maxsize=8)
def _table(name: str, language: str) -> Mapping[str, str]:
    column = "text_zh" if language == "zh" else "text"
    return {row["key"]: row[column] for row in rows_of(name)}


def clean(text: object) -> str:
    """A text from a layer as one line that a document can hold: without signs that control a screen or a file."""
    return _FORBIDDEN.sub("\ufffd", _LINE_ENDS.sub(" ", _UNSEEN.sub("", str(text)))).strip()


@dataclass(frozen=True)
class Words:
    """Speaks one language."""

    language: str

    def say(self, key: str, **values: object) -> str:
        """The sentence of ``key`` with its values; the values are texts already or whole numbers."""
        return _table("texts.csv", self.language)[key].format(**{name: str(value) for name, value in values.items()})

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in _table("texts.csv", self.language)

    def word(self, kind: str, code: object) -> str:
        """A code in words; a dash where it is not known."""
        return self.say("none") if code is None else clean(word(kind, code, self.language))

    def scheme(self, code: object) -> str:
        """Name of a scheme that credits; its own name where the plugin does not know it."""
        key = "value.{}".format(code)
        return self.say(key) if self.has(key) else self.text(code)

    def coded(self, field: str, value: object) -> str | None:
        """A value of ``land_class``, ``survey_method``, ``forest_class`` or ``species_code`` in words."""
        if value is None:
            return None
        return _code_names(self.language)[field].get(str(value), clean(value))

    def text(self, value: object) -> str:
        """A text from a layer or a file; a dash where there is none."""
        return self.say("none") if value is None or value == "" else clean(value)

    def number(self, value: float | None, decimals: int = 2) -> str:
        """A number as people write it; the word for unknown where it is not known."""
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return word("report", "unknown", self.language)
        shown = "{:,.{}f}".format(value, decimals)
        # A loss of nearly nothing is no minus zero; a true minus is a sign of its own.
        return shown.replace("-", "", 1) if not shown.strip("-0.,") else shown.replace("-", "−", 1)

    def percent(self, share: float | None, decimals: int = 1) -> str:
        """A share, 0 to 1, in percent."""
        if share is None or share != share:  # noqa: PLR0124 - NaN
            return self.number(None)
        return self.number(share * 100.0, decimals) + ("%" if self.language == "zh" else "\u00a0%")

    def pick(self, item: Mapping[str, Any], name: str) -> str:
        """``name`` or ``name_zh`` of an item of a profile or table."""
        chosen = item.get(name + "_zh") if self.language == "zh" else None
        return self.text(chosen or item.get(name))

    def source(self, sentence: object) -> str:
        """Where a value comes from; sources that the plugin ships are told in Chinese too."""
        text = self.text(sentence)
        return _sources_zh().get(text, text) if self.language == "zh" else text

    def confidence(self, mark: object) -> str:
        """How sure a value is, in words."""
        key = "confidence.{}".format(mark)
        return self.say(key) if self.has(key) else self.text(mark)


_CODE_TABLES = {
    "land_class": ("DI_LEI_2020", "DI_LEI_OLD", "DI_LEI_SANDIAO"),
    "survey_method": ("SURVEY_METHOD",),
    "forest_class": ("SEN_LIN_LB",),
}


@lru_cache(maxsize=2)
def _code_names(language: str) -> Mapping[str, Mapping[str, str]]:
    """Names of coded values by field; where lists of codes overlap, the first list names the value."""
    column = "name_zh" if language == "zh" else "name_en"
    names: dict[str, dict[str, str]] = {field: {} for field in (*_CODE_TABLES, "species_code")}
    rows = _rows_in("codes", "codes.csv")
    for field, tables in _CODE_TABLES.items():
        for table in tables:
            for row in rows:
                if row["table"] == table and row[column]:
                    names[field].setdefault(row["value"], row[column])
    for row in _rows_in("codes", "species.csv"):
        names["species_code"][row["code"]] = row["name_zh"]  # the table has no English names
    return names


@lru_cache(maxsize=1)
def _sources_zh() -> Mapping[str, str]:
    return {row["source"]: row["source_zh"] for row in rows_of("sources.csv")}
