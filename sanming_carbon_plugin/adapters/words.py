"""Codes in words: what the result's codes and columns are called in English and Chinese."""

from __future__ import annotations

import csv
from functools import lru_cache

from ..paths import resources_dir


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], dict[str, str]]:
    with (resources_dir() / "messages" / "words.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["code"]): row for row in csv.DictReader(file)}


def word(kind: str, code: object, language: str) -> str:
    """What ``code`` of ``kind`` is called; the code itself where the table does not know it.

    ``kind`` is, for example, ``species_group``, ``measure``, ``outcome`` or ``column``.
    """
    if code is None or code != code:  # noqa: PLR0124 - NaN is the only value unequal to itself
        kind, code = "report", "unknown"
    elif isinstance(code, float) and code.is_integer():
        code = int(code)
    row = _words().get((kind, str(code)))
    return str(code) if row is None else row["text_zh" if language == "zh" else "text"]


def words_of(kind: str, language: str) -> dict[str, str]:
    """All codes of one kind with their words, in the order of the table."""
    key = "text_zh" if language == "zh" else "text"
    return {code: row[key] for (of_kind, code), row in _words().items() if of_kind == kind}
