"""The bytes of a DBF file before any decoding, and its numbers that are none.

GDAL reads ``1,234.5`` in a number field as 1, ``1 234`` as 1 and ``abc`` as 0, without a word. A wrong
number is worse than none, so such cells are found here and count as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_DESCRIPTOR_BYTES = 32
_END_OF_FIELDS = 0x0D
_BLANK = np.zeros(256, dtype=bool)
_BLANK[[0, 32]] = True
_SIMPLE = np.zeros(256, dtype=bool)
_SIMPLE[[0, 32, *range(48, 58)]] = True
_DOT = 46
_STAR = 42


@dataclass(frozen=True)
class DbfField:
    """Name as stored, type letter, place in a record and width in bytes."""

    name: bytes
    kind: str
    start: int
    width: int


@dataclass(frozen=True)
class DbfFile:
    """A DBF file; ``records`` is ``(rows, bytes)`` with the deletion mark first, deleted rows left out."""

    fields: tuple[DbfField, ...]
    records: npt.NDArray[np.uint8]
    deleted_rows: int

    def cells(self, field: DbfField) -> npt.NDArray[np.uint8]:
        """Bytes of one field, ``(rows, width)``."""
        return np.ascontiguousarray(self.records[:, field.start : field.start + field.width])


def read_dbf(path: Path) -> DbfFile | None:
    """Open a DBF file; None where it has no usable header. A file that ends too early gives what it has."""
    if path.stat().st_size <= _DESCRIPTOR_BYTES:
        return None
    data = np.memmap(path, dtype=np.uint8, mode="r")
    stated_rows = int.from_bytes(data[4:8].tobytes(), "little")
    head_bytes = int.from_bytes(data[8:10].tobytes(), "little")
    row_bytes = int.from_bytes(data[10:12].tobytes(), "little")
    fields = tuple(_fields(data[:head_bytes]))
    if not row_bytes or not fields or fields[-1].start + fields[-1].width > row_bytes:
        return None
    rows = min(max(len(data) - head_bytes, 0) // row_bytes, stated_rows)
    records = data[head_bytes : head_bytes + rows * row_bytes].reshape(rows, row_bytes)
    deleted = records[:, 0] == _STAR
    count = int(deleted.sum())
    return DbfFile(fields, records[~deleted] if count else records, count)


def _fields(head: npt.NDArray[np.uint8]) -> Iterator[DbfField]:
    start = 1
    for place in range(_DESCRIPTOR_BYTES, len(head) - 1, _DESCRIPTOR_BYTES):
        descriptor = head[place : place + _DESCRIPTOR_BYTES].tobytes()
        if len(descriptor) < _DESCRIPTOR_BYTES or descriptor[0] == _END_OF_FIELDS:
            return
        kind = descriptor[11:12].decode("latin-1")
        width = descriptor[16] + (256 * descriptor[17] if kind == "C" else 0)
        yield DbfField(descriptor[:11].split(b"\0")[0], kind, start, width)
        start += width


def unreadable_numbers(table: DbfFile) -> dict[int, npt.NDArray[np.bool_]]:
    """Rows, by position of the field, whose number cell holds something that is no number.

    Blank cells and cells filled with ``*`` are the format's way to say NULL and are left out.
    """
    found = {}
    for position, field in enumerate(table.fields):
        if field.kind not in "NF" or not field.width or not len(table.records):
            continue
        rows = _unreadable(table.cells(field).T)
        if rows.any():
            found[position] = rows
    return found


def _unreadable(cells: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which rows of ``(width, rows)`` bytes hold no number; plain ones are told apart without a loop."""
    cells = np.ascontiguousarray(cells)
    filled = ~_BLANK[cells]
    dots = cells == _DOT
    begins = filled.copy()
    begins[1:] &= ~filled[:-1]
    plain = (_SIMPLE[cells] | dots).all(axis=0)
    plain &= (begins.sum(axis=0, dtype=np.uint8) <= 1) & (dots.sum(axis=0, dtype=np.uint8) <= 1)
    plain &= ~dots.any(axis=0) | (filled.sum(axis=0, dtype=np.uint8) > 1)
    plain |= ((cells == _STAR) | ~filled).all(axis=0)
    result = np.zeros(cells.shape[1], dtype=bool)
    for row in np.flatnonzero(~plain):
        result[row] = not _is_number(cells[:, row].tobytes())
    return result


def _is_number(cell: bytes) -> bool:
    text = cell.strip(b" \0")
    if not text or text[:1] == b"*":
        return True
    if b"_" in text:  # Python's float accepts it, a table does not mean it
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True
