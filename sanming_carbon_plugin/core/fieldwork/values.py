"""Values of one column from three places, in a form in which they can be compared.

NULL, an empty text and 0 are three things to a computer; to a surveyor the first two are the same and the third is a
measurement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

import numpy as np
import numpy.typing as npt
import pandas as pd

TEXT, NUMBER, DATE = "text", "number", "date"
Cells = npt.NDArray[np.object_]

_RELATIVE, _ABSOLUTE = 1e-9, 1e-12
_DATE_FORMS = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"),
)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})")
_CHINA = timezone(timedelta(hours=8))
"""The whole country has one time, without a summer time."""
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WRONG_READINGS = (("gb18030", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "gb18030"))
"""Pairs of how bytes were read by mistake and what they are."""


def canonical(column: pd.Series, kind: str) -> Cells:
    """Cells as float, text or ISO date; None for what holds nothing. Shape (n,)."""
    return np.array([canonical_value(value, kind) for value in column], dtype=object)


def canonical_value(value: object, kind: str) -> object:
    """One cell; a number or date that cannot be read stays the text it is, so that somebody sees it."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if kind == NUMBER:
        return _number(value)
    text = str(value).strip()
    if not text:
        return None
    if kind == DATE:
        return iso_date(text) or text
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a code that went through a column of numbers
    return text


def _number(value: object) -> object:
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not text:
        return None
    if _THOUSANDS.fullmatch(text):
        return text  # 1,500 may be meant as 1500 or as 1.5: somebody has to look
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def iso_date(text: str) -> str | None:
    """A date as ``YYYY-MM-DD``, written in any of the usual ways; None where it is no date.

    A moment with its offset from UTC is the day that people in China wrote into their books then.
    """
    moment = _MOMENT.fullmatch(text.strip())
    if moment:
        try:
            told = datetime.fromisoformat("{}T{}{}".format(*moment.groups()).replace("Z", "+00:00"))
        except ValueError:
            return None
        return told.astimezone(_CHINA).date().isoformat()
    for form in _DATE_FORMS:
        found = form.fullmatch(text.strip())
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                return None
    return None


def same(one: object, other: object) -> bool:
    """Whether two canonical cells say the same."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= max(_ABSOLUTE, _RELATIVE * max(abs(one), abs(other)))
    return one == other


def differs(one: Cells, other: Cells) -> npt.NDArray[np.bool_]:
    """Where two columns of canonical cells do not say the same. Shape (n,)."""
    return np.array([not same(a, b) for a, b in zip(one, other, strict=True)], dtype=bool)


def misread(seen: Sequence[object], known: Sequence[object]) -> tuple[str, str] | None:
    """How texts were misread on their way, where that explains every changed text outside ASCII; else None.

    Parameters
    ----------
    seen
        Texts that came back.
    known
        The same cells as they were sent; only cells that differ and are not plain ASCII speak.
    """
    pairs = [
        (a, b)
        for a, b in zip(seen, known, strict=True)
        if isinstance(a, str) and isinstance(b, str) and a != b and not b.isascii()
    ]
    if not pairs:
        return None
    for reading in _WRONG_READINGS:
        if all(reread(a, reading) == b for a, b in pairs):
            return reading
    return None


def reread(text: object, reading: tuple[str, str]) -> object:
    """A misread text as it should be; unchanged where it cannot have been misread that way."""
    if not isinstance(text, str) or text.isascii():
        return text
    try:
        return text.encode(reading[0]).decode(reading[1])
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def shown(value: object) -> str | None:
    """A canonical cell as text for a list; None for nothing."""
    if value is None:
        return None
    return "{:.10g}".format(value) if isinstance(value, float) else str(value)
