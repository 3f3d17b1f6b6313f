"""The plugin's own tables and the user's small files: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import InputError
from .hashes import sha256_of_file

__all__ = ["read_json", "read_table", "read_text", "sha256_of_file"]

MAX_FILE_BYTES = 64 << 20
"""No table or JSON file of this kind is that large; a layer given by mistake would fill the memory."""

MAX_JSON_DEPTH = 64


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
