"""Which encoding a text is in, found out from its bytes.

Chinese layers come in UTF-8 or in GBK (GB18030 is its superset and is what is used), and the .cpg file
beside a shapefile is often missing or wrong. Strict UTF-8 hardly ever fits text that is not UTF-8, so it is
asked first; the .cpg decides nothing, it is only compared.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError

UTF8 = "UTF-8"
GB18030 = "GB18030"
ASCII = "ASCII"

_CHANCE = 0.02
"""Share of GBK words that may look like UTF-8 by chance; in truth about one in 100,000 does."""

_DBF_HEADER_BYTES = 32
_CUT_SHORT = ("unexpected end of data", "incomplete multibyte sequence")
_CPG_NAMES = {
    "65001": UTF8,
    "936": GB18030,
    "cp936": GB18030,
    "ms936": GB18030,
    "gbk": GB18030,
    "gb2312": GB18030,
    "gb18030": GB18030,
    "euccn": GB18030,
    "utf8": UTF8,
    "88591": "ISO-8859-1",
    "iso88591": "ISO-8859-1",
    "latin1": "ISO-8859-1",
    "1252": "CP1252",
    "950": "BIG5",
}
_LANGUAGE_DRIVERS = {0x4D: GB18030, 0x4F: "BIG5", 0x57: "CP1252", 0x03: "CP1252", 0x7A: GB18030}
"""Byte 29 of a DBF header. 0x57 and 0x03 are what much software writes without thinking."""


@dataclass(frozen=True)
class Detection:
    """What the bytes say.

    Attributes
    ----------
    encoding
        ``UTF-8``, ``GB18030``, or ``ASCII`` where no byte leaves room for doubt.
    misfits
        Number of texts that this encoding cannot decode (other than a character cut at the field's end).
    mixed
        Whether so many texts of a GB18030 layer are clearly UTF-8 that someone has edited it in both.
    """

    encoding: str
    misfits: int = 0
    mixed: bool = False


def codec_name(name: str) -> str | None:
    """Encoding that a .cpg file or a user means, in one spelling; None where nobody knows it."""
    plain = "".join(sign for sign in name.strip().lower() if sign.isalnum())
    plain = plain.removeprefix("ansi").removeprefix("oem") or plain
    known = _CPG_NAMES.get(plain)
    if known is not None:
        return known
    for attempt in (name.strip(), "cp" + plain):
        try:
            found = codecs.lookup(attempt)
        except (LookupError, ValueError):
            continue
        if getattr(found, "_is_text_encoding", True):
            return _CPG_NAMES.get(found.name.replace("-", ""), found.name.upper())
    return None


def decode(text: bytes, encoding: str) -> str | None:
    """``text`` as ``str``, without a last character that the field's width cut in two; None where it does not fit."""
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end >= len(text) and error.start > 0 and error.reason in _CUT_SHORT:
            return decode(text[: error.start], encoding)
        return None


def detect(texts: Iterable[bytes]) -> Detection:
    """Encoding of a layer from all its names and text values (each distinct one once is enough)."""
    doubtful = [text for text in texts if not text.isascii()]
    if not doubtful:
        return Detection(ASCII)
    as_utf8 = [decode(text, UTF8) for text in doubtful]
    as_gb = [decode(text, GB18030) for text in doubtful]
    utf8_misfits, gb_misfits = as_utf8.count(None), as_gb.count(None)
    if utf8_misfits == 0:
        by_chance = gb_misfits == 0 and not any(map(_is_chinese, as_utf8)) and all(map(_is_common_chinese, doubtful))
        return Detection(GB18030 if by_chance else UTF8)
    if gb_misfits <= utf8_misfits:
        clearly_utf8 = sum(map(_is_chinese_utf8, doubtful))
        return Detection(GB18030, gb_misfits, clearly_utf8 > _CHANCE * len(doubtful))
    return Detection(UTF8, utf8_misfits)


def _is_chinese(text: str | None) -> bool:
    return text is not None and any("\u2e80" <= sign <= "\u9fff" or sign >= "\uf900" for sign in text)


def _is_chinese_utf8(text: bytes) -> bool:
    try:
        return _is_chinese(text.decode(UTF8))
    except UnicodeDecodeError:
        return False


def _is_common_chinese(text: bytes) -> bool:
    """Whether GB2312, the small set, reads it: two-byte words such as 模 are valid UTF-8 for a Latin letter."""
    try:
        return _is_chinese(text.decode("gb2312"))
    except UnicodeDecodeError:
        return False


def decode_distinct(
    distinct: Sequence[bytes], encoding: str, *, mixed: bool = False
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """The distinct values of a column as ``str``.

    What does not fit ``encoding`` is tried in the other of UTF-8 and GB18030; what fits neither gets
    replacement signs. In a ``mixed`` layer clear UTF-8 is read as such, because GB18030 would turn most of it
    into other words without complaint.

    Returns
    -------
    texts, misfits
        One longer than ``distinct``: the last entry is None for NULL, so that the code -1 finds it.
        ``misfits`` marks what did not fit ``encoding``.
    """
    decoded = np.empty(len(distinct) + 1, dtype=object)
    bad = np.zeros(len(distinct) + 1, dtype=bool)
    other = UTF8 if encoding == GB18030 else GB18030
    for position, raw in enumerate(distinct):
        text = None if mixed and not raw.isascii() and _is_chinese_utf8(raw) else decode(raw, encoding)
        if text is None:
            bad[position] = True
            text = decode(raw, other)
        decoded[position] = raw.decode(encoding, errors="replace") if text is None else text
    return decoded, bad


def required_codec(name: str) -> str:
    """Codec of an encoding named by the user.

    Raises
    ------
    InputError
        ``ENCODING_UNKNOWN``.
    """
    found = codec_name(name)
    if found is None:
        raise InputError("ENCODING_UNKNOWN", encoding=name)
    return found


def declared_encoding(shapefile: Path) -> str | None:
    """What the .cpg file or, without one, the DBF header claims; None where neither claims anything."""
    for path in sidecars(shapefile, ".cpg", ".cst"):
        try:
            claim = codec_name(path.read_bytes()[:64].decode("ascii", errors="replace").strip("\ufeff\x00\r\n "))
        except OSError:
            continue
        if claim is not None:
            return claim
    for path in sidecars(shapefile, ".dbf"):
        with path.open("rb") as stream:
            header = stream.read(_DBF_HEADER_BYTES)
        if len(header) == _DBF_HEADER_BYTES:
            return _LANGUAGE_DRIVERS.get(header[29])
    return None


def sidecars(shapefile: Path, *suffixes: str) -> list[Path]:
    """Files beside ``shapefile`` with the same name and one of ``suffixes``, whatever the case of the suffix."""
    folder = shapefile.parent
    if not folder.is_dir():
        return []
    stem = shapefile.stem
    found = {path.suffix.lower(): path for path in folder.iterdir() if path.stem == stem and path.is_file()}
    return [found[suffix] for suffix in suffixes if suffix in found]
