"""Lets words be found in a PDF as they were written.

A Chinese typeface has one glyph for a sign and for the radical that looks like it (用 U+7528 and ⽤ U+2F64). Qt writes
down for each glyph the last sign that it stands for, so that a search for a name misses it. Those notes are plain text
in the file; the sign people type takes the place of its look-alike, digit for digit, and nothing else moves.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from ..paths import resources_dir
from .resources import read_table

_NOTES = re.compile(rb"begincmap\b.*?\bendcmap\b", re.DOTALL)
_LIST = re.compile(rb"(<[0-9A-Fa-f]{4}> <[0-9A-Fa-f]{4}> \[)([^\]]*)(\])")
_ALONE = re.compile(rb"(<([0-9A-Fa-f]{4})> <\2> )(<[0-9A-Fa-f]{4}>)")
_SIGN = re.compile(rb"<([0-9A-Fa-f]{4})>")
_RADICALS, _COMPATIBLE = range(0x2F00, 0x2FD6), range(0xF900, 0xFB00)
_FOUR_DIGITS = 0xFFFF
_ALIKE_IN_LATIN = {"\u2010": "-", "\u2011": "-", "\u00ad": "-", "\u00a0": " ", "\u2126": "Ω"}


def make_searchable(path: Path) -> None:
    """Change the notes on signs in the PDF ``path``, which has been written just now; its length stays the same."""
    before = path.read_bytes()
    after = searchable(before)
    if after != before:
        path.write_bytes(after)


def searchable(pdf: bytes) -> bytes:
    """The bytes of a PDF as Qt writes it, with the signs people type in the place of their look-alikes."""
    return _NOTES.sub(_corrected, pdf)


def _corrected(notes: re.Match[bytes]) -> bytes:
    text = _LIST.sub(lambda found: found[1] + _SIGN.sub(_typed, found[2]) + found[3], notes[0])
    return _ALONE.sub(lambda found: found[1] + _SIGN.sub(_typed, found[3]), text)


def _typed(found: re.Match[bytes]) -> bytes:
    sign = _look_alikes().get(found[1].upper())
    return found[0] if sign is None else b"<" + sign + b">"


@lru_cache(maxsize=1)
def _look_alikes() -> dict[bytes, bytes]:
    """For each look-alike, in four hexadecimal digits, the sign that people type."""
    table = read_table(resources_dir() / "layouts" / "look_alike_signs.csv")
    known = {
        str(sign).encode(): str(unified).encode() for sign, unified in zip(table["sign"], table["unified"], strict=True)
    }
    pairs = {
        chr(code): unicodedata.normalize("NFKC", chr(code)) for code in (*_RADICALS, *_COMPATIBLE)
    } | _ALIKE_IN_LATIN
    for sign, typed in pairs.items():
        if typed != sign and len(typed) == 1 and ord(typed) <= _FOUR_DIGITS:
            known[b"%04X" % ord(sign)] = b"%04X" % ord(typed)
    return known
