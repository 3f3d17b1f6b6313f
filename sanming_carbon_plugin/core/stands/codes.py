"""Codes of a column, however they are written: ``11`` or ``011``, ``220000``, ``2023.0``, 马尾松."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cells import as_text, map_unique
from .tables import CodeTable, StandTables, plain

Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_CODE_AND_NAME = re.compile(r"(\d+)[\s:_.\-、,，]*\(?([^\d()]+)\)?")
_NAME_AND_CODE = re.compile(r"([^\d()]+)[\s:_.\-、,，]*\(?(\d+)\)?")


@dataclass(frozen=True)
class CodeColumn:
    """Codes of a column.

    Attributes
    ----------
    code
        Code as it is in the list, None where missing or not in the list.
    value
        What the plugin calls it (``natural`` …), None where missing, unknown or "nothing".
    how
        ``exact``, ``rewritten`` (another spelling of the same code), ``name`` (the label instead of the
        code), ``unknown`` (something that is in no list) or ``missing``.
    """

    code: Texts
    value: Texts
    how: Texts

    def is_unknown(self) -> Mask:
        """Cells with a text that no list explains."""
        unknown: Mask = np.asarray(self.how == "unknown")
        return unknown

    def count(self, how: str) -> int:
        """Number of cells read in this way."""
        return int(np.sum(self.how == how))


def find_code(text: str, table: CodeTable) -> tuple[str | None, str]:
    """Code that a cell means, and how it was found (see :class:`CodeColumn`)."""
    if text in table.values:
        return text, "exact"
    for candidate in _spellings(text):
        if candidate in table.values:
            return candidate, "rewritten"
    named = table.texts.get(plain(text))
    if named is not None:
        return named, "name"
    return _code_beside_name(text, table)


def read_codes(column: pd.Series, names: Sequence[str], tables: StandTables) -> CodeColumn:
    """Codes of a column that holds codes of the given lists; the first list that knows a cell decides.

    A cell of zeros only, where no list has such a code, says that nothing was recorded.
    """
    lists = [tables.codes[name] for name in names]

    def translate(cell: object) -> tuple[str | None, str | None, str]:
        text = as_text(cell)
        for table in lists:
            code, how = find_code(text, table)
            if code is not None:
                return code, table.values[code], how
        nothing = plain(text) in tables.unknown_texts or not text.strip("0")
        return None, None, "missing" if nothing else "unknown"

    return split_codes(map_unique(column, translate))


def split_codes(cells: Texts) -> CodeColumn:
    """Code, value and how-found of cells that are triples or None."""
    missing = (None, None, "missing")
    triples = [missing if cell is None else cell for cell in cells]
    columns = [np.empty(len(cells), dtype=object) for _ in range(3)]
    for position, column in enumerate(columns):
        column[:] = [triple[position] for triple in triples]
    return CodeColumn(*columns)


def translate_values(values: Texts, words: Mapping[str, object]) -> Texts:
    """``words`` of each value, None where there is none."""
    return map_unique(pd.Series(values, dtype=object), lambda value: words.get(str(value)))


def _spellings(text: str) -> list[str]:
    """Other ways to write the same digits: with and without leading zeros, with ``000`` behind."""
    if not text.isascii() or not text.isdigit():
        return []
    bare = text.lstrip("0") or "0"
    spellings = [bare, *(bare.zfill(width) for width in (2, 3, 4, 6))]
    if re.fullmatch(r"\d{3}000", bare):  # a species code of six digits
        spellings.append(bare[:3])
    return spellings


def _code_beside_name(text: str, table: CodeTable) -> tuple[str | None, str]:
    """``220 马尾松`` or ``马尾松(220)``, where code and name say the same."""
    for pattern, (code_at, name_at) in ((_CODE_AND_NAME, (1, 2)), (_NAME_AND_CODE, (2, 1))):
        match = pattern.fullmatch(text)
        if not match:
            continue
        digits, name = match.group(code_at), table.texts.get(plain(match.group(name_at)))
        for candidate in (digits, *_spellings(digits)):
            if candidate in table.values and candidate == name:
                return candidate, "rewritten"
    return None, "unknown"
