"""How many things in a result wait for a person: doubts that are open, classes and tickets without an answer.

And how many stands lie on one another.
A result may hold a million stands: these functions count whole tables and belong in a background task.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ..core.errors import CancelledError, InputError
from .issue_list import ASKED_EVERY_STEPS, NOTE, IssueFilter, Stop, code_counts

_CLASSES = ("pine_transform", "reserve_forest")
_COLUMNS = "SELECT name FROM pragma_table_info(?)"


def open_doubts(path: Path, stop: Stop | None = None) -> int:
    """Errors and warnings of a list that are neither fixed nor accepted; notes need nobody.

    Raises
    ------
    InputError
        Where the file holds no list.
    """
    return sum(each.to_do for each in code_counts(path, IssueFilter(), stop))


def severity_counts(path: Path, stop: Stop | None = None) -> dict[str, int]:
    """Doubts of a list by severity: errors and warnings that are open, and all notes.

    Raises
    ------
    InputError
        Where the file holds no list.
    """
    found: dict[str, int] = {}
    for each in code_counts(path, IssueFilter(), stop):
        found[each.severity] = found.get(each.severity, 0) + (each.count if each.severity == NOTE else each.to_do)
    return found


def undecided_classes(result: Path, stop: Stop | None = None) -> int:
    """Stands with a class that is unknown and that nobody has decided.

    Raises
    ------
    InputError
        Where the file is no result.
    """
    return _count(result, _CLASSES, stop)


def undecided_tickets(result: Path, stop: Stop | None = None) -> int:
    """Stands whose ticket waits for evidence.

    Raises
    ------
    InputError
        Where the file is no result.
    """
    return _count(result, ("ticket",), stop)


def stands_on_shared_ground(result: Path, stop: Stop | None = None) -> int:
    """How many stands lie on ground that others cover too, which counts once in the totals of the run.

    Raises
    ------
    CancelledError, InputError
        Where ``stop`` says so; ``GEOPACKAGE_NOT_READABLE``.
    """
    try:
        with closing(sqlite3.connect(result.resolve().as_uri() + "?mode=ro", uri=True)) as database:
            if stop is not None:
                database.set_progress_handler(stop, ASKED_EVERY_STEPS)
            # There may be no list of doubts, or that of another command, with other columns.
            there = {row[0] for row in database.execute("SELECT name FROM pragma_table_info('issues')")}
            if not {"code", "value"} <= there:
                return 0
            found = database.execute("SELECT value FROM issues WHERE code = 'STOCK_COUNTED_ONCE'").fetchone()
    except sqlite3.Error as error:
        if stop is not None and stop():
            raise CancelledError from error
        raise InputError("GEOPACKAGE_NOT_READABLE", path=str(result), reason=str(error)) from error
    return int(float(found[0])) if found and found[0] else 0


def _count(result: Path, names: tuple[str, ...], stop: Stop | None) -> int:
    if not result.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(result))
    try:
        with closing(sqlite3.connect(result.resolve().as_uri() + "?mode=ro", uri=True)) as database:
            if stop is not None:
                database.set_progress_handler(stop, ASKED_EVERY_STEPS)
            there = {row[0] for row in database.execute(_COLUMNS, ("stands",))}
            facts = {row[0] for row in database.execute(_COLUMNS, ("facts",))}
            conditions = [_undecided(name, facts) for name in names if name in there]
            if not conditions:
                return 0
            join = ["JOIN facts f ON f.fid = s.fid"] if facts else []
            statement = " ".join(["SELECT count(*) FROM stands s", *join, "WHERE", " OR ".join(conditions)])
            return int(database.execute(statement).fetchone()[0])
    except sqlite3.Error as error:
        if stop is not None and stop():
            raise CancelledError from error
        raise InputError("GEOPACKAGE_NOT_READABLE", path=str(result), reason=str(error)) from error


def _undecided(name: str, facts: set[str]) -> str:
    condition = "s.{} = 'unknown'".format(name)
    decided = name + "_decided"
    return "({} AND f.{} IS NULL)".format(condition, decided) if decided in facts else condition
