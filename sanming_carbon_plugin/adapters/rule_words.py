"""One rule of an explanation in words: what it saw, what it asked for, how far apart they are, and who says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .fact_words import fact_name, fact_text
from .words import word

_TINY = 1e-6


def seen_in_words(rule: Mapping[str, Any], language: str, *, bamboo: bool = False) -> str:
    """The fact and its value, both ends of an interval: ``Slope (°) 15 – <25``."""
    name, seen = str(rule["field"]), rule["value"]
    ends = seen if isinstance(seen, list) else [seen]
    texts = ["…" if each is None and len(ends) > 1 else _said(name, each, language, bamboo=bamboo) for each in ends]
    said = "{} {}".format(fact_name(name, language), " – ".join(texts))
    declared = rule.get("declared")
    if not declared:
        return said
    about = word("report", "declared_by", language).format(**declared)
    return "{}（{}）".format(said, about) if language == "zh" else "{} ({})".format(said, about)


def limit_in_words(rule: Mapping[str, Any], language: str, *, bamboo: bool = False) -> str:
    """What the rule asked for: ``≥ 0.65``; of another fact its name too."""
    name, threshold = str(rule["field"]), rule["threshold"]
    several = isinstance(threshold, list)
    between = " – " if several and (rule.get("other") or rule["op"] in ("between", "outside")) else ", "
    values = [_said(name, each, language, bamboo=bamboo) for each in (threshold if several else [threshold])]
    values = list(dict.fromkeys(values)) if between == ", " else values  # 0 and 00 have one word
    said = between.join(values) if threshold is not None or rule.get("other") else ""
    if rule.get("other"):
        said = "{} {}".format(fact_name(str(rule["other"]), language), said)
    return "{} {}".format(word("rule_operator", rule["op"], language), said).strip()


def distance_in_words(rule: Mapping[str, Any]) -> str:
    """Signed distance from the limit, empty where there is none."""
    apart = rule["distance"]
    return "" if apart is None else "{:+.4g}".format(apart).replace("-", "−")


def source_in_words(rule: Mapping[str, Any], language: str) -> str:
    """Who says so and how sure that is."""
    end = "_zh" if language == "zh" else ""
    source, confidence = (rule.get(name + end) or rule[name] for name in ("source", "confidence"))
    confidence = word("confidence", confidence, language)
    return "{}（{}）".format(source, confidence) if language == "zh" else "{} ({})".format(source, confidence)


def _said(name: str, value: object, language: str, *, bamboo: bool) -> str:
    if not isinstance(value, float) or not math.isfinite(value):
        return fact_text(name, value, language, bamboo=bamboo)
    nearest = round(value)
    if value < nearest and nearest - value < _TINY:
        # A class of slopes ends just below the next one.
        return "<" + fact_text(name, float(nearest), language, bamboo=bamboo)
    return fact_text(name, float("{:.5g}".format(value)), language, bamboo=bamboo)
