"""What is known of a stand in words: names of facts, codes as their lists name them, numbers with their units."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .column_words import column_name, column_words
from .words import word

_PLACES = ("township", "village", "compartment", "stand_no", "county")
_NAMED = ("township", "village")
_EXPONENTS_FROM = 1e6


def fact_name(name: str, language: str) -> str:
    """What a fact is called; the ends of an interval are called like the fact itself."""
    for candidate in (name, name.removesuffix("_low").removesuffix("_high")):
        text = word("fact", candidate, language)
        if text != candidate:
            return text
    return column_name(name, language) or name


def fact_text(name: str, value: object, language: str, *, bamboo: bool = False) -> str:
    """A value in words, the word for unknown where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return word("report", "unknown", language)
    if isinstance(value, (list, tuple)):
        between = "、" if language == "zh" else ", "
        return between.join(fact_text(name, each, language, bamboo=bamboo) for each in value)
    text = "{:.0f}".format(value) if name.endswith("_year") and isinstance(value, float) else _plain(value)
    return _in_words(name, text, language, bamboo=bamboo)


def _in_words(name: str, text: str, language: str, *, bamboo: bool) -> str:
    if name == "age_group":
        return word("bamboo_age_group" if bamboo else "age_group", text, language)
    # What is neither a code nor a word of a list is a number, a name, or a plain yes or no.
    return column_words(name, language).get(text) or word("yes_no", text, language)


def _plain(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    text = "{:,.6g}".format(value) if abs(value) < _EXPONENTS_FROM else "{:,.0f}".format(value)
    return text.replace("-", "−")


def percent(share: float | None, language: str) -> str:
    """A share of 0 to 1 as percent."""
    if share is None or math.isnan(share):
        return word("report", "unknown", language)
    return "{:.1f} %".format(100.0 * share)


def interval_text(facts: Mapping[str, object], name: str, language: str) -> str:
    """A fact that is known as an interval: one number where both ends agree to a tenth."""
    low, high = facts.get(name + "_low"), facts.get(name + "_high")
    known = [each for each in (low, high) if isinstance(each, float) and math.isfinite(each)]
    if not known:
        return word("report", "unknown", language)
    written = ["{:.1f}".format(each) if name.endswith("deg") else percent(each, language) for each in known]
    texts = list(dict.fromkeys(written))
    if len(known) == 1:
        return ("≥ {}" if known[0] == low else "≤ {}").format(texts[0])
    return " – ".join(texts)


def place_text(facts: Mapping[str, object], language: str) -> str:
    """Where a stand lies: county by name, the rest as the inventory numbers it, or as it names it."""
    county = facts.get("county")
    parts = [fact_text("county", county, language)] if county else []
    parts += [_place(name, str(facts[name]), language) for name in _PLACES[:-1] if facts.get(name)]
    return (" " if language == "zh" else ", ").join(parts)


def _place(name: str, value: str, language: str) -> str:
    """A number says what it numbers; a name of a township or village says so itself."""
    if name in _NAMED and not any(letter.isdigit() for letter in value):
        return value
    return "{} {}".format(fact_name(name, language), value)
