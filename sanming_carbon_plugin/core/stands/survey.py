"""When and how a stand was surveyed."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cells import as_text, map_unique
from .tables import StandTables, plain

Texts = npt.NDArray[np.object_]

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_YEAR = re.compile(r"(\d{4})年?度?")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ](?!.*\d{4}[-/.年]).*)?")
"""A time of day may follow, but no second date: of a span nobody knows which end is meant."""
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PATTERNS = (_YEAR, _COMPACT_DAY, _COMPACT_MONTH, _YEAR_MONTH, _DAY)


def iso_date(text: str) -> str | None:
    """A date as ISO 8601 text, as exact as it was written: ``2023``, ``2023-04`` or ``2023-04-15``.

    Reads ``2023.0``, ``20230415``, ``2023/4/15``, ``2023.4.15``, ``2023年4月15日`` and ISO date-times. None where
    the text is no date between 1900 and 2100.
    """
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            numbers = [int(part) for part in match.groups()]
            break
    else:
        return None
    try:
        day = dt.date(*[*numbers, 1, 1][:3])
    except ValueError:
        return None
    return day.isoformat()[: (4, 7, 10)[len(numbers) - 1]] if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def whole_day(text: str) -> dt.date | None:
    """A day, with month and day written out in one of the ways of :func:`iso_date`; None for anything else."""
    for pattern in (_COMPACT_DAY, _DAY):
        match = pattern.fullmatch(text)
        if match:
            try:
                return dt.date(*map(int, match.groups()))
            except ValueError:
                return None
    return None


def read_dates(column: pd.Series, tables: StandTables) -> tuple[Texts, npt.NDArray[np.bool_], int]:
    """Dates of a column as ISO text, which cells are no dates, and how many were written another way."""

    def translate(cell: object) -> tuple[str | None, bool, bool]:
        text = as_text(cell)
        if plain(text) in tables.unknown_texts or not text.strip("0"):
            return None, False, False
        date = iso_date(text)
        return date, date is None, date is not None and date != text

    cells = map_unique(column, translate)
    dates = np.array([None if cell is None else cell[0] for cell in cells], dtype=object)
    no_date = np.array([cell is not None and cell[1] for cell in cells], dtype=bool)
    rewritten = sum(1 for cell in cells if cell is not None and cell[2])
    return dates, no_date, rewritten


def years(dates: Texts) -> npt.NDArray[np.float64]:
    """Year of ISO dates, NaN where there is none."""
    text = pd.Series(dates, dtype=object)
    found: npt.NDArray[np.float64] = pd.to_numeric(text.str[:4], errors="coerce").to_numpy(dtype=np.float64)
    return found
