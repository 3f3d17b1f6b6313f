"""The words for errors and issues as their tables have them: templates by code."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from ..core.errors import InputError
from ..paths import resources_dir

_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@lru_cache(maxsize=4)
def message_table(kind: str) -> dict[str, dict[str, str]]:
    """Words of all rooms for ``kind`` = ``errors`` or ``issues``, by code.

    Raises
    ------
    InputError
        ``MESSAGE_CODE_TWICE`` where two rows have one code; as :func:`read_table` for a damaged table.
    """
    table: dict[str, dict[str, str]] = {}
    for path in _message_files(kind):
        for code, words in _messages(path).items():
            if code in table:
                raise InputError("MESSAGE_CODE_TWICE", message_code=code, path=str(path))
            table[code] = words
    return table


@lru_cache(maxsize=4)
def readable_messages(kind: str) -> dict[str, dict[str, str]]:
    """The same without complaint: a damaged table costs its own words, not those of the other rooms."""
    table: dict[str, dict[str, str]] = {}
    for path in _message_files(kind):
        with suppress(InputError):
            table = {**_messages(path), **table}
    return table


@lru_cache(maxsize=1)
def hints_in_qgis() -> dict[str, dict[str, str]]:
    """What QGIS offers where the hint for the command line names its options, by code; a damaged table has none."""
    with suppress(InputError):
        return _messages(resources_dir() / "messages" / "hints_in_qgis.csv")
    return {}


def _message_files(kind: str) -> list[Path]:
    return sorted((resources_dir() / "messages" / kind).glob("*.csv"))


def _messages(path: Path) -> dict[str, dict[str, str]]:
    # Read with pandas, which may be missing when QGIS loads the plugin.
    from .resources import read_table

    table: dict[str, dict[str, str]] = {}
    for row in read_table(path).to_dict("records"):
        words = {str(name): text or "" for name, text in row.items()}
        code = words.pop("code", "")
        if code in table:
            raise InputError("MESSAGE_CODE_TWICE", message_code=code, path=str(path))
        table[code] = words
    return table


def doubt_text(code: str, language: str) -> str:
    """What a doubt is about in general, with dots for what differs from stand to stand."""
    row = message_table("issues").get(code, {})
    return _PLACEHOLDER.sub("…", row.get("message_zh" if language == "zh" else "message") or code)
