"""From raw columns to the table of attributes: text decoded, NULL kept apart from 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.errors import InputError
from ...core.stands.layer import FieldType
from ..dbf import read_dbf, unreadable_numbers
from ..encodings import ASCII, GB18030, UTF8, Detection, decode, decode_distinct, detect, required_codec
from .notes import layer_note, row_note
from .raw import RawColumn

_EXACT_IN_FLOAT = 2**53


@dataclass(frozen=True)
class TextClues:
    """What is known about text before looking at it.

    Attributes
    ----------
    dbf
        The DBF file of a shapefile, whose names and texts come as UTF-8 of bytes taken as ISO-8859-1; None
        for formats that fix their encoding.
    stated
        Encoding stated by the user; it wins, and is an error where it cannot decode the data.
    declared
        Encoding stated by a .cpg file or the DBF header; only compared.
    """

    dbf: Path | None = None
    stated: str | None = None
    declared: str | None = None


@dataclass(frozen=True)
class Attributes:
    """Table, field types, encoding used (None where the format fixes it) and notes."""

    table: pd.DataFrame
    field_types: dict[str, FieldType]
    encoding: str | None
    notes: list[pd.DataFrame]


def attributes_from_raw(columns: Sequence[RawColumn], clues: TextClues, rows: int, path: str) -> Attributes:
    """Decoded columns, with unknown numbers as NaN.

    Raises
    ------
    InputError
        ``ENCODING_UNKNOWN``, ``ENCODING_WRONG``.
    """
    texts = {
        position: _Texts(*pd.factorize(column.values))
        for position, column in enumerate(columns)
        if column.field_type.kind == "text"
    }
    if clues.dbf is not None:
        for column in columns:
            column.name = _bytes_of(column.name)
        texts = {position: _Texts(text.codes, list(map(_bytes_of, text.distinct))) for position, text in texts.items()}
    found, notes = _encoding(columns, texts, clues, path)
    given = [_name(column.name, found.encoding) for column in columns]
    names = _unique_names(given)
    notes += _renamed(given, names)
    if clues.dbf is not None:
        notes += _without_unreadable_numbers(columns, names, clues.dbf)
    data: dict[str, Any] = {}
    for position, (name, column) in enumerate(zip(names, columns, strict=True)):
        if position not in texts:
            data[name] = _values(column)
            continue
        decoded, misfits = decode_distinct(texts[position].distinct, found.encoding, mixed=found.mixed)
        data[name] = decoded[texts[position].codes]
        if misfits.any():
            if clues.stated is not None and clues.dbf is not None:
                raise InputError("ENCODING_WRONG", path=path, encoding=clues.stated)
            notes += row_note("TEXT_OTHER_ENCODING", misfits[texts[position].codes], name, encoding=found.encoding)
    table = pd.DataFrame(data, columns=names, index=range(rows))
    types = {name: column.field_type for name, column in zip(names, columns, strict=True)}
    return Attributes(table, types, found.encoding if clues.dbf is not None else None, notes)


class _Texts(NamedTuple):
    """A text column as its distinct values and, per row, which of them it has (-1 for NULL)."""

    codes: npt.NDArray[np.intp]
    distinct: Sequence[bytes]


def _renamed(given: Sequence[str], names: Sequence[str]) -> list[pd.DataFrame]:
    pairs = zip(given, names, strict=True)
    return [layer_note("FIELD_NAME_REPEATED", 1, old, new_name=new) for old, new in pairs if old != new]


def _without_unreadable_numbers(
    columns: Sequence[RawColumn], names: Sequence[str], dbf_path: Path
) -> list[pd.DataFrame]:
    """Make numbers that the DBF file does not really hold unknown; returns notes with their rows."""
    table = read_dbf(dbf_path)
    if table is None or len(table.fields) != len(columns):
        return []
    notes: list[pd.DataFrame] = []
    for position, rows in unreadable_numbers(table).items():
        column = columns[position]
        if len(rows) == len(column.missing) and column.field_type.kind in ("integer", "integer64", "real"):
            column.missing = column.missing | rows
            notes += row_note("NUMBER_UNREADABLE", rows, names[position])
    return notes


def _encoding(
    columns: Sequence[RawColumn], texts: Mapping[int, _Texts], clues: TextClues, path: str
) -> tuple[Detection, list[pd.DataFrame]]:
    names = [column.name for column in columns]
    if clues.stated is not None and clues.dbf is not None:
        stated = required_codec(clues.stated)
        if any(decode(name, stated) is None for name in names):
            raise InputError("ENCODING_WRONG", path=path, encoding=clues.stated)
        return Detection(stated), []
    found = detect([*names, *(value for text in texts.values() for value in text.distinct)])
    if found.encoding == ASCII:
        return Detection(clues.declared or UTF8), []
    if found.encoding == (UTF8 if clues.dbf is None else clues.declared):
        return found, []
    if clues.declared is None:
        return found, [layer_note("ENCODING_DETECTED", 1, None, encoding=found.encoding)]
    params = {"encoding": found.encoding, "declared": clues.declared}
    return found, [layer_note("ENCODING_OVERRULED", 1, None, **params)]


def _name(raw: bytes, encoding: str) -> str:
    return decode(raw, encoding) or decode(raw, GB18030) or raw.decode("latin-1")


def _bytes_of(text: bytes) -> bytes:
    """The file's own bytes, from UTF-8 of the same bytes taken as ISO-8859-1."""
    return text if text.isascii() else text.decode("utf-8").encode("latin-1")


def _unique_names(names: Sequence[str]) -> list[str]:
    """Field names made different where a file repeats one: the second 面积 becomes 面积_2."""
    taken: set[str] = set()
    result = []
    for position, given in enumerate(names):
        name = base = given or "field_{}".format(position + 1)
        number = 2
        while name in taken:
            name = "{}_{}".format(base, number)
            number += 1
        taken.add(name)
        result.append(name)
    return result


def _values(column: RawColumn) -> npt.NDArray[Any] | pd.api.extensions.ExtensionArray:
    kind, values, missing = column.field_type.kind, column.values, column.missing
    if kind == "real":
        numbers = np.array(values, dtype=np.float64)
        numbers[missing] = np.nan
        return numbers
    if kind in ("integer", "integer64"):
        whole = np.asarray(values, dtype=np.int64)
        if not missing.any():
            return whole
        if (np.abs(whole[~missing]) > _EXACT_IN_FLOAT).any():
            return pd.arrays.IntegerArray(whole.copy(), missing.copy())
        numbers = whole.astype(np.float64)
        numbers[missing] = np.nan
        return numbers
    return values
