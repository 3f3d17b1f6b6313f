"""The plugin's own tables and the user's small files: CSV, JSON, and the words for errors and issues."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import CarbonError, InputError
from ..paths import resources_dir
from .hashes import sha256_of_file
from .sentences import filled

__all__ = [
    "issue_severity",
    "message_table",
    "read_json",
    "read_table",
    "read_text",
    "render_error",
    "render_issues",
    "sha256_of_file",
]

MAX_FILE_BYTES = 64 << 20
"""No table or JSON file of this kind is that large; a layer given by mistake would fill the memory."""

MAX_JSON_DEPTH = 64
_MESSAGES = (("message", "en"), ("message_zh", "zh"))


def read_text(path: Path) -> str:
    """Text of a small file: UTF-8 with or without a mark, else GB18030 as Excel saves it in China.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``FILE_NOT_READABLE``, ``FILE_TOO_LARGE``, ``FILE_NOT_TEXT``.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError("FILE_TOO_LARGE", path=str(path), size_mb=size >> 20, limit_mb=MAX_FILE_BYTES >> 20)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError("FILE_NOT_FOUND", path=str(path)) from error
    except OSError as error:
        raise InputError("FILE_NOT_READABLE", path=str(path), reason=error.strerror or str(error)) from error
    text = _decoded(data, "utf-8-sig")
    text = _decoded(data, "gb18030") if text is None else text
    if text is None or "\0" in text:
        raise InputError("FILE_NOT_TEXT", path=str(path))
    return text


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def read_table(path: Path) -> pd.DataFrame:
    """A CSV file with a header line, all cells as text.

    Returns
    -------
    DataFrame
        Object columns of ``str``; an empty cell is None, never NaN and never ``""``.

    Raises
    ------
    InputError
        As :func:`read_text`, and ``TABLE_INVALID`` with the line for a row of the wrong length, a header
        with an empty or repeated name, or broken quotes.
    """
    stream = io.StringIO(read_text(path), newline="")
    reader = csv.reader(stream, strict=True)
    rows: list[list[str | None]] = []
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = _header(path, cells)
            elif len(cells) != len(names):
                reason = "{} cells instead of {}".format(len(cells), len(names))
                raise InputError("TABLE_INVALID", path=str(path), line=reader.line_num, reason=reason)
            else:
                rows.append([cell.strip() or None for cell in cells])
    except csv.Error as error:
        raise InputError("TABLE_INVALID", path=str(path), line=reader.line_num, reason=str(error)) from error
    if names is None:
        raise InputError("TABLE_INVALID", path=str(path), line=1, reason="no header")
    cells_by_column = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame(
        {name: pd.Series(list(column), dtype=object) for name, column in zip(names, cells_by_column, strict=True)}
    )


def _header(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if "" in names or len(set(names)) != len(names):
        raise InputError("TABLE_INVALID", path=str(path), line=1, reason="empty or repeated column name")
    return names


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file whose outermost value is an object.

    Raises
    ------
    InputError
        As :func:`read_text`, and ``JSON_INVALID`` with line and column for a syntax error, a repeated key,
        ``NaN`` or another outermost value, ``JSON_TOO_DEEP`` for absurd nesting.
    """
    text = read_text(path)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) != len(items):
            names = [name for name, _ in items]
            repeated = next(name for name in names if names.count(name) > 1)
            raise _invalid_json(path, text, text.find('"{}"'.format(repeated)), 'repeated key "{}"'.format(repeated))
        return result

    def constant(name: str) -> float:
        raise _invalid_json(path, text, text.find(name), "{} is not a number".format(name))

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise _invalid_json(path, text, error.pos, error.msg) from error
    except RecursionError as error:
        raise InputError("JSON_TOO_DEEP", path=str(path), limit=MAX_JSON_DEPTH) from error
    except ValueError as error:
        # A number of thousands of digits, which Python refuses to turn into an integer.
        raise _invalid_json(path, text, 0, str(error)) from error
    if not isinstance(value, dict):
        raise _invalid_json(path, text, 0, "an object {} is expected")
    _check_depth(path, value)
    return value


def _invalid_json(path: Path, text: str, position: int, reason: str) -> InputError:
    before = text[: max(position, 0)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return InputError("JSON_INVALID", path=str(path), line=line, column=column, reason=reason)


def _check_depth(path: Path, value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_JSON_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise InputError("JSON_TOO_DEEP", path=str(path), limit=MAX_JSON_DEPTH)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


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
def _readable_messages(kind: str) -> dict[str, dict[str, str]]:
    """The same without complaint: a damaged table costs its own words, not those of the other rooms."""
    table: dict[str, dict[str, str]] = {}
    for path in _message_files(kind):
        with suppress(InputError):
            table = {**_messages(path), **table}
    return table


def _message_files(kind: str) -> list[Path]:
    return sorted((resources_dir() / "messages" / kind).glob("*.csv"))


def _messages(path: Path) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for row in read_table(path).to_dict("records"):
        words = {str(name): text or "" for name, text in row.items()}
        code = words.pop("code", "")
        if code in table:
            raise InputError("MESSAGE_CODE_TWICE", message_code=code, path=str(path))
        table[code] = words
    return table


def render_error(exc: CarbonError, language: str = "en") -> tuple[str, str]:
    """What is wrong and where, and what to do, in ``en`` or ``zh``.

    A code that no table knows gives the exception's own text and an empty hint. Never fails: this is the
    last place that can say anything.
    """
    words = _readable_messages("errors").get(exc.code)
    if words is None:
        return str(exc), ""
    chosen = "zh" if language.lower().startswith("zh") else "en"
    suffix = "_zh" if chosen == "zh" else ""
    message, hint = (words.get(name + suffix) or words.get(name, "") for name in ("message", "hint"))
    return filled(message, exc.values, chosen), filled(hint, exc.values, chosen)


def issue_severity(code: str) -> str:
    """``error``, ``warning`` or ``info``; a code that no table knows counts as a warning."""
    return _readable_messages("issues").get(code, {}).get("severity") or "warning"


def render_issues(issues: pd.DataFrame) -> pd.DataFrame:
    """The list of issues with ``severity``, ``message`` and ``message_zh`` added.

    Each distinct combination of what a message shows is put into words once, so that a million rows with
    the same doubt cost one sentence.
    """
    table = _readable_messages("issues")
    result = issues.copy()
    codes, code_names = pd.factorize(result["code"].to_numpy(dtype=object))
    words = [table.get(str(name), {}) for name in code_names]
    shows_value = np.asarray(["{value" in "".join(entry.values()) for entry in words], dtype=bool)
    value = result["value"].to_numpy(dtype=object).copy()
    if len(result):
        value[~shows_value[codes]] = None
    keys = pd.DataFrame(
        {
            "code": codes,
            "field": pd.factorize(result["field"].to_numpy(dtype=object))[0],
            "value": pd.factorize(value)[0],
            "params": [id(params) for params in result["params"]],
        },
    )
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy(dtype=np.int64)
    _, first_rows = np.unique(group, return_index=True)
    sentences = np.empty((len(first_rows), 2), dtype=object)
    for number, row in enumerate(first_rows):
        entry = words[codes[row]]
        code = str(code_names[codes[row]])
        params = result["params"].iloc[row] or {}
        values = {"field": result["field"].iloc[row], "value": result["value"].iloc[row], **params}
        sentences[number] = [filled(entry.get(name) or code, values, lang) for name, lang in _MESSAGES]
    severities = np.asarray([entry.get("severity") or "warning" for entry in words] or [""], dtype=object)
    result["severity"] = severities[codes] if len(result) else pd.Series(dtype=object)
    result["message"] = sentences[group, 0]
    result["message_zh"] = sentences[group, 1]
    return result
