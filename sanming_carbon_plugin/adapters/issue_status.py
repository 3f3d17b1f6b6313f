"""What people decided about doubts: fixed, or accepted with a reason, by whom and when.

The decisions stand in a table of their own in the GeoPackage of the list, so that the list itself stays what the
checks found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pandas as pd

from ..core.errors import InputError, OutputError
from ..core.stands.layer import FieldType
from .geopackage import OutputTable, read_geopackage_table
from .geopackage_rows import table_names
from .output_files import output_errors

ISSUE_STATUS = "issue_status"
IDENTITY = ("stand_key", "code", "field", "value")
STATUS_COLUMNS = dict.fromkeys((*IDENTITY, "status", "reason", "by", "at"), FieldType("text"))

LIST_ENDING = "_issues"
"""End of the name of a list that a check writes beside a result."""

OPEN = "open"
FIXED = "fixed"
ACCEPTED = "accepted"
RETURNED = "returned"
"""Was marked as fixed, and a later check found it again."""

IssueIdentity = tuple[str | None, str, str | None, str | None]
"""Stand, code, field and value: what makes a doubt the same one in the next run."""

_BUSY_SECONDS = 10.0
_CREATE = """
CREATE TABLE IF NOT EXISTS issue_status (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stand_key TEXT, code TEXT, field TEXT, value TEXT,
  status TEXT, reason TEXT, "by" TEXT, at TEXT)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS issue_status_stand_key ON issue_status (stand_key)"
_REGISTER = """
INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) VALUES ('issue_status', 'attributes',
  'issue_status')
"""
_FORGET = "DELETE FROM issue_status WHERE stand_key IS ? AND code IS ? AND field IS ? AND value IS ?"
_STORE = """
INSERT INTO issue_status (stand_key, code, field, value, status, reason, "by", at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def mark_issues(path: Path, issues: Iterable[IssueIdentity], status: str, reason: str, by: str, at: str) -> None:
    """Store a decision about some doubts of a list; it takes the place of an earlier one.

    Parameters
    ----------
    path
        GeoPackage with the list.
    issues
        Which doubts.
    status
        ``fixed`` or ``accepted``.
    reason, by, at
        Why, who and when (ISO date and time); an accepted doubt needs a reason.

    Raises
    ------
    OutputError
        ISSUE_REASON_MISSING, or where the file cannot be written.
    """
    if status == ACCEPTED and not reason.strip():
        raise OutputError("ISSUE_REASON_MISSING")
    rows = [(*issue, status, reason.strip() or None, by, at) for issue in issues]
    _change(path, rows)


def reopen_issues(path: Path, issues: Iterable[IssueIdentity]) -> None:
    """Take a decision about some doubts back.

    That is a decision too: it is stored with its time, so that an older one in a list beside does not come back.

    Raises
    ------
    OutputError
        Where the file cannot be written.
    """
    now = datetime.now().astimezone().isoformat(timespec="microseconds")
    _change(path, [(*issue, OPEN, None, None, now) for issue in issues])


def _change(path: Path, rows: Sequence[tuple[str | None, ...]]) -> None:
    with (
        output_errors(path),
        closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as database,
    ):
        # A slow disk would hold the window: whole or not at all holds with half as many waits for it.
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("BEGIN IMMEDIATE")
        database.execute(_CREATE)
        database.execute(_INDEX)
        database.execute(_REGISTER)
        database.executemany(_FORGET, [row[: len(IDENTITY)] for row in rows])
        database.executemany(_STORE, rows)
        database.execute("COMMIT")


def read_statuses(path: Path) -> pd.DataFrame:
    """All decisions of a list; none where the file or its table is not there."""
    if not path.is_file() or ISSUE_STATUS not in table_names(path):
        return _no_statuses()
    return read_geopackage_table(path, ISSUE_STATUS)[list(STATUS_COLUMNS)]


def carried_over(earlier: Iterable[Path | None], issues: pd.DataFrame) -> list[OutputTable]:
    """The decisions of earlier lists, for the file that takes their place; no table where there are none.

    A check writes its list beside the result (``NAME_issues.gpkg`` and ``NAME.gpkg``): what was decided in either is
    carried over, and the newest decision about a doubt holds.

    A doubt that was marked as fixed and is found again becomes ``returned``: it is open, and still says who
    thought it fixed. Decisions about doubts that are gone stay as a record.

    Parameters
    ----------
    earlier
        The lists before; they need not exist.
    issues
        Rows of the new list.
    """
    lists = [_readable(path) for each in earlier if each is not None for path in (each, _list_beside(each))]
    statuses = _newest([_no_statuses(), *lists])
    if statuses.empty:
        return []
    found = pd.MultiIndex.from_frame(issues[list(IDENTITY)].fillna(""))
    again = pd.MultiIndex.from_frame(statuses[list(IDENTITY)].fillna("")).isin(found)
    statuses.loc[again & (statuses["status"] == FIXED).to_numpy(), "status"] = RETURNED
    return [OutputTable(ISSUE_STATUS, dict(STATUS_COLUMNS), statuses.reset_index(drop=True))]


def _list_beside(path: Path) -> Path:
    """The other one of a result and the list of a check: it need not exist."""
    stem = path.stem.removesuffix(LIST_ENDING) if path.stem.endswith(LIST_ENDING) else path.stem + LIST_ENDING
    return path.with_name(stem + path.suffix)


def _newest(lists: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One decision for each doubt: the newest, of equally old ones that of the first list."""
    together = pd.concat(lists, ignore_index=True)
    moments = pd.Series([_moment(at) for at in together["at"]], dtype="float64")
    order = moments.sort_values(ascending=False, kind="stable").index
    return together.loc[order].drop_duplicates(list(IDENTITY)).sort_index().reset_index(drop=True)


def _moment(at: str | None) -> float:
    """Seconds of a noted time; what is no time is older than all others."""
    try:
        noted = datetime.fromisoformat(at or "")
    except ValueError:
        return float("-inf")
    return noted.replace(tzinfo=noted.tzinfo or timezone.utc).timestamp()


def _readable(earlier: Path) -> pd.DataFrame:
    """Decisions of a file that is about to be replaced; it may be no GeoPackage at all."""
    try:
        return read_statuses(earlier)
    except InputError:
        return _no_statuses()


def _no_statuses() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in STATUS_COLUMNS})
