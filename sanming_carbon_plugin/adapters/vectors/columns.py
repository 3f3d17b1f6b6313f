"""From raw columns to the table of attributes: text decoded, NULL kept apart from 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.errors import InputError
from ...core.stands.layer import FieldType
from ..encodings import ASCII, GB18030, UTF8, decode, decode_column, detect, required_codec
from .notes import layer_note, row_note
from .raw import RawColumn

_EXACT_IN_FLOAT = 2**53


def attributes_from_raw(
    columns: Sequence[RawColumn], *, as_latin1: bool, encoding: str | None, declared: str | None, path: str
) -> tuple[pd.DataFrame, dict[str, FieldType], str | None, list[pd.DataFrame]]:
    """Table, field types, encoding used (None where the format fixes it) and notes.

    Parameters
    ----------
    columns
        From a back end.
    as_latin1
        Whether names and texts are UTF-8 of bytes taken as ISO-8859-1.
    encoding
        What the user states; it wins, and is an error where it cannot decode the data.
    declared
        What a .cpg file or the DBF header states; only compared.
    path
        For messages.

    Raises
    ------
    InputError
        ``ENCODING_UNKNOWN``, ``ENCODING_WRONG``.
    """
    if as_latin1:
        for column in columns:
            column.name = _bytes_of(column.name)
            if column.field_type.kind == "text":
                column.values = _column_bytes_of(column.values)
    used, notes = _encoding(columns, encoding, declared, path, fixed=not as_latin1)
    names = _unique_names([_name(column.name, used) for column in columns])
    data: dict[str, Any] = {}
    for name, column in zip(names, columns, strict=True):
        if column.field_type.kind == "text":
            data[name], misfits = decode_column(column.values, used)
            if misfits.any():
                if encoding is not None:
                    raise InputError(
                        "ENCODING_WRONG", path=path, encoding=encoding, field=name, count=int(misfits.sum())
                    )
                notes += row_note("TEXT_OTHER_ENCODING", misfits, name, encoding=used)
        else:
            data[name] = _values(column)
    frame = pd.DataFrame(data, columns=names) if names else pd.DataFrame(index=range(0))
    types = {name: column.field_type for name, column in zip(names, columns, strict=True)}
    return frame, types, used if as_latin1 or encoding is not None else None, notes


def _encoding(
    columns: Sequence[RawColumn], encoding: str | None, declared: str | None, path: str, *, fixed: bool
) -> tuple[str, list[pd.DataFrame]]:
    names = [column.name for column in columns]
    if encoding is not None and not fixed:
        used = required_codec(encoding)
        if any(decode(name, used) is None for name in names):
            raise InputError("ENCODING_WRONG", path=path, encoding=encoding, field=_name(names[0], GB18030), count=1)
        return used, []
    found = detect([*names, *_distinct_texts(columns)])
    if found.encoding == ASCII:
        return declared or UTF8, []
    if fixed:
        note = [] if found.encoding == UTF8 else [layer_note("ENCODING_DETECTED", 1, None, encoding=found.encoding)]
        return found.encoding, note
    if declared is None:
        return found.encoding, [layer_note("ENCODING_DETECTED", 1, None, encoding=found.encoding)]
    if declared != found.encoding:
        return found.encoding, [layer_note("ENCODING_OVERRULED", 1, None, encoding=found.encoding, declared=declared)]
    return found.encoding, []


def _distinct_texts(columns: Sequence[RawColumn]) -> list[bytes]:
    texts: list[bytes] = []
    for column in columns:
        if column.field_type.kind == "text":
            texts.extend(value for value in pd.unique(column.values) if value is not None)
    return texts


def _name(raw: bytes, encoding: str) -> str:
    return decode(raw, encoding) or decode(raw, GB18030) or raw.decode("latin-1")


def _bytes_of(text: bytes) -> bytes:
    """The file's own bytes, from UTF-8 of the same bytes taken as ISO-8859-1."""
    return text if text.isascii() else text.decode("utf-8").encode("latin-1")


def _column_bytes_of(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    codes, distinct = pd.factorize(values)
    table = np.empty(len(distinct) + 1, dtype=object)
    table[:-1] = [_bytes_of(value) for value in distinct]
    table[-1] = None
    return table[codes]


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
