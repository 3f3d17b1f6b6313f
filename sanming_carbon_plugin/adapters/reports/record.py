"""The record of a run as a table for readers: what went in, which versions and rules worked on it, when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..column_words import title_of
from ..count_words import count_name, count_value
from ..fact_words import fact_text
from ..words import word, words_of

_FOR_PROGRAMS = ("fid", "rule_files")
"""Whole files, kept in the result for programs and not for readers."""

_OPTIONS = ("mapping", "credited_mapping", "tenure_mapping", "period", "survey_method")
"""What was asked for beside the inputs and the rules, which have rows of their own."""


def record_in_words(run: Mapping[str, object], language: str) -> pd.DataFrame:
    """Items and contents of a run, named for readers."""
    rows = [row for name, value in run.items() if name not in _FOR_PROGRAMS for row in _rows(name, value, language)]
    return pd.DataFrame(rows, columns=[word("report", "item", language), word("report", "content", language)])


def _rows(name: str, value: object, language: str) -> Iterator[tuple[str, str]]:
    content = _opened(value)
    if name == "versions" and isinstance(content, dict):
        yield word("run", name, language), ", ".join("{} {}".format(*each) for each in content.items() if each[1])
    elif name in ("inputs", "rules") and isinstance(content, dict):
        describe = _input if name == "inputs" else _rule
        for role, each in content.items():
            for told, one in _each(each):
                if one:
                    yield " ".join([word("run", role, language), *told]), describe(one, language)
    elif name == "options" and isinstance(content, dict):
        for option in (each for each in _OPTIONS if content.get(each)):
            codes = str(content[option]).split(",") if option == "survey_method" else [content[option]]
            yield word("run", option, language), ", ".join(fact_text(option, _plain(code), language) for code in codes)
    else:
        known = words_of("run", language).get(name)
        yield known or count_name(name, language), _figure(name, value, language)


def _each(inputs: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """The inputs of one role, where there may be several; each with what tells it from the others, as rasters have."""
    if isinstance(inputs, dict) and inputs and all(isinstance(one, dict) for one in inputs.values()):
        yield from (((str(name),), one) for name, one in inputs.items())
    else:
        yield from (((), one) for one in (inputs if isinstance(inputs, list) else [inputs]))


def _opened(value: object) -> Any:  # noqa: ANN401 - whatever the record holds
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    return json.loads(value)


def _input(one: object, language: str) -> str:  # noqa: ARG001 - as for rules
    if not isinstance(one, dict):
        return _plain(one)
    source = Path(str(one.get("source") or one.get("path") or "")).name
    layer = str(one.get("layer") or "")
    parts = [layer] if layer and layer != Path(source).stem else []
    parts += [str(one["crs"])] if one.get("crs") else []
    if one.get("sha256"):
        parts.append("SHA-256 {}".format(one["sha256"]))
    return ", ".join([source, *parts])


def _rule(one: object, language: str) -> str:
    if not isinstance(one, dict):
        return _plain(one)
    status = words_of("report", language).get("status_{}".format(one.get("status")), "")
    parts = [title_of(str(one.get("id") or ""), language) + " " + str(one.get("version") or ""), status]
    if one.get("sha256"):
        parts.append("SHA-256 {}".format(one["sha256"]))
    return ", ".join(part for part in parts if part.strip())


def _figure(name: str, value: object, language: str) -> str:
    if isinstance(value, float) and value == value:  # noqa: PLR0124 - not NaN
        return "{:,.3f}".format(value)
    return count_value(name, value, language)


def _plain(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(each) for each in value)
    return Path(value).name if isinstance(value, str) and value.startswith("/") else str(value)
