"""The list of doubts of a GeoPackage, read a page at a time: a hundred thousand rows must not stop the window."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import shapely

from ..core.errors import CancelledError, InputError
from .geopackage_blobs import geometry_from_blobs
from .issue_status import ISSUE_STATUS, IssueIdentity

Stop = Callable[[], bool]
"""Asked now and then while a file is read; True ends the reading with ``CancelledError``."""

ASKED_EVERY_STEPS = 20_000
NOTE = "info"


@dataclass(frozen=True)
class IssueFilter:
    """Which doubts are wanted; None for all. ``status`` may be ``open`` beside the stored ones."""

    severity: str | None = None
    code: str | None = None
    status: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class IssueCount:
    """Doubts of one code: how many, and how many of them are still open."""

    code: str
    severity: str
    count: int
    still_open: int

    @property
    def to_do(self) -> int:
        """How many wait for a person: errors and warnings that are open; notes need nobody."""
        return 0 if self.severity == NOTE else self.still_open


@dataclass(frozen=True)
class IssueRow:
    """One doubt, with what was decided about it; ``number`` is its row in the file."""

    number: int
    stand_key: str | None
    code: str
    severity: str
    field: str | None
    value: str | None
    message: str
    message_zh: str
    status: str
    reason: str | None
    by: str | None
    at: str | None

    def identity(self) -> IssueIdentity:
        """What makes it the same doubt in the next run."""
        return self.stand_key, self.code, self.field, self.value


_NO_STATUS = """
CREATE TEMP TABLE issue_status (stand_key TEXT, code TEXT, field TEXT, value TEXT, status TEXT, reason TEXT,
  "by" TEXT, at TEXT)
"""
_COUNTS = """
SELECT i.code, i.severity, count(*), sum(coalesce(s.status, 'open') IN ('open', 'returned'))
FROM issues i LEFT JOIN issue_status s
  ON s.stand_key IS i.stand_key AND s.code IS i.code AND s.field IS i.field AND s.value IS i.value
WHERE (:severity IS NULL OR i.severity = :severity) AND (:code IS NULL OR i.code = :code)
  AND (:status IS NULL OR coalesce(s.status, 'open') = :status)
  AND (:text IS NULL OR instr(lower(coalesce(i.stand_key, '') || ' ' || i.code || ' ' || i.message || ' ' ||
    i.message_zh), :text))
GROUP BY i.code, i.severity
ORDER BY CASE i.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, i.code
"""
_ROWS = """
SELECT i.fid, i.stand_key, i.code, i.severity, i.field, i.value, i.message, i.message_zh,
  coalesce(s.status, 'open'), s.reason, s."by", s.at
FROM issues i LEFT JOIN issue_status s
  ON s.stand_key IS i.stand_key AND s.code IS i.code AND s.field IS i.field AND s.value IS i.value
WHERE i.fid > :after AND (:severity IS NULL OR i.severity = :severity) AND (:code IS NULL OR i.code = :code)
  AND (:status IS NULL OR coalesce(s.status, 'open') = :status)
  AND (:text IS NULL OR instr(lower(coalesce(i.stand_key, '') || ' ' || i.code || ' ' || i.message || ' ' ||
    i.message_zh), :text))
ORDER BY i.fid LIMIT :limit
"""
_PLACE = "SELECT geom FROM issues WHERE fid = ?"
_BOX = "SELECT x_min, y_min, x_max, y_max FROM checked_stands WHERE stand_key = ?"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def code_counts(path: Path, wanted: IssueFilter, stop: Stop | None = None) -> list[IssueCount]:
    """Doubts by code, errors first.

    Raises
    ------
    InputError
        Where the file holds no list.
    CancelledError
        Where ``stop`` said so.
    """
    with _opened(path, stop) as database:
        return [IssueCount(*row) for row in database.execute(_COUNTS, _values(wanted))]


def issue_rows(
    path: Path, wanted: IssueFilter, after: int = 0, limit: int = 500, stop: Stop | None = None
) -> list[IssueRow]:
    """At most ``limit`` doubts behind row number ``after``, in the order of the file.

    Raises
    ------
    InputError
        Where the file holds no list.
    CancelledError
        Where ``stop`` said so.
    """
    with _opened(path, stop) as database:
        found = database.execute(_ROWS, _values(wanted) | {"after": after, "limit": limit})
        return [IssueRow(*row) for row in found]


def issue_place(path: Path, number: int) -> shapely.Geometry | None:
    """Geometry of a doubt: its own, else that of its stand; None for one about the whole layer."""
    with _opened(path) as database:
        row = database.execute(_PLACE, (number,)).fetchone()
    return geometry_from_blobs([row[0]])[0] if row is not None and row[0] is not None else None


def stand_box(path: Path, stand_key: str) -> tuple[float, float, float, float] | None:
    """Box of a stand when it was checked; None where that is not known."""
    with _opened(path) as database:
        if ("checked_stands",) not in set(database.execute(_TABLES)):
            return None
        row = database.execute(_BOX, (stand_key,)).fetchone()
    return None if row is None or None in row else tuple(row)


def _values(wanted: IssueFilter) -> dict[str, str | int | None]:
    values = dict(asdict(wanted))
    values["text"] = (wanted.text or "").strip().lower() or None
    return values


@contextmanager
def _opened(path: Path, stop: Stop | None = None) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(path))
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute(_TABLES)}
            if "issues" not in tables:
                raise InputError("GEOPACKAGE_TABLE_MISSING", path=str(path), table="issues", tables=sorted(tables))
            if ISSUE_STATUS not in tables:
                database.execute(_NO_STATUS)
            if stop is not None:
                database.set_progress_handler(stop, ASKED_EVERY_STEPS)
            yield database
    except sqlite3.Error as error:
        if stop is not None and stop():
            raise CancelledError from error
        raise InputError("GEOPACKAGE_NOT_READABLE", path=str(path), reason=str(error)) from error
