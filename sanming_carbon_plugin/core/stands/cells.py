"""What is written in a source column, as text or as numbers, without inventing anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .tables import StandTables, plain

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

_DECIMAL_ZERO = re.compile(r"([+-]?\d+)\.0+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ABSURD = 1e30


@dataclass(frozen=True)
class NumberColumn:
    """Numbers of a column, NaN where there is none.

    ``not_number`` marks cells with a text that is no number; ``marks`` counts cells with a mark for "no
    value" (−9999, NULL as text …); ``thousands`` and ``percent`` count cells with separators or a ``%``.
    """

    values: Floats
    not_number: Mask
    marks: int
    thousands: int
    percent: int


def map_unique(column: pd.Series, translate: Callable[[object], object]) -> Texts:
    """``translate`` of every cell, called once per distinct value; None where the cell is NULL."""
    # On an array, for the uniques of a Series become an Index, which guesses types.
    plain_cells = column.to_numpy(dtype=object) if column.dtype.kind not in "biuf" else column.to_numpy()
    numbers, uniques = pd.factorize(plain_cells)
    translated = np.empty(len(uniques) + 1, dtype=object)
    for position, value in enumerate(uniques):
        translated[position] = translate(value)
    translated[len(uniques)] = None
    found: Texts = translated[numbers]
    return found


def as_text(value: object) -> str:
    """One cell as text: trimmed, full-width folded, whole numbers without ``.0``."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFKC", str(value)).strip()
    whole = _DECIMAL_ZERO.fullmatch(text)
    return whole.group(1) if whole else text


def read_text(column: pd.Series, tables: StandTables) -> Texts:
    """Text of each cell as :func:`as_text`; None for NULL, empty text and marks for "no value"."""

    def translate(value: object) -> str | None:
        text = as_text(value)
        return None if plain(text) in tables.unknown_texts else text

    return map_unique(column, translate)


def read_numbers(column: pd.Series, tables: StandTables) -> NumberColumn:
    """Numbers of a column, whether it holds numbers or text.

    Accepts thousands separators in groups of three, full-width digits and ``%``. Marks for "no value",
    infinite and absurdly large numbers are NaN. A text with a unit or a decimal comma is no number: what was
    meant cannot be known.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return _without_marks(values.copy(), np.zeros(len(values), dtype=bool), tables)
    parsed = map_unique(column, lambda value: _parse(as_text(value), tables))
    known = np.array([cell is not None for cell in parsed], dtype=bool)
    values = np.full(len(parsed), np.nan)
    kinds = np.full(len(parsed), "", dtype=object)
    if known.any():
        pairs = parsed[known]
        values[known] = [pair[0] for pair in pairs]
        kinds[known] = [pair[1] for pair in pairs]
    read = _without_marks(values, np.asarray(kinds == "text"), tables)
    return NumberColumn(
        read.values,
        read.not_number,
        read.marks + int(np.sum(kinds == "mark")),
        int(np.sum(kinds == "thousands")),
        int(np.sum(kinds == "percent")),
    )


def _without_marks(values: Floats, not_number: Mask, tables: StandTables) -> NumberColumn:
    marks = np.isin(values, np.asarray(tables.unknown_numbers)) | (np.abs(values) > _ABSURD)
    values[marks] = np.nan
    return NumberColumn(values, not_number, int(marks.sum()), 0, 0)


def _parse(text: str, tables: StandTables) -> tuple[float, str]:
    """Number and how it was written: ``number``, ``thousands``, ``percent``, ``mark`` or ``text``."""
    if plain(text) in tables.unknown_texts:
        return np.nan, "mark" if text else ""
    if _NUMBER.fullmatch(text):
        return float(text), "number"
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1].strip()):
        return float(text[:-1]) / 100.0, "percent"
    if _THOUSANDS.fullmatch(text):
        return float(re.sub("[,' ]", "", text)), "thousands"
    return np.nan, "text"
