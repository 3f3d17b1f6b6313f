"""Decisions of foresters in a CSV file beside the result: it outlives every run and opens in any office program.

A run takes up the decisions of that file and those of a file or an earlier result that the user names, and leaves all
of them beside the result. Where the file beside it was lost, the copy in the result that is replaced comes in its
place: no run drops a decision.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from ..core.classes.overrides import DECISION_COLUMNS, Decisions, no_decisions
from ..core.errors import InputError
from .geopackage import read_geopackage_table
from .geopackage_rows import table_names
from .output_files import moved_into_place, require_writable
from .resources import read_table

TABLE = "decisions"
"""Name of their table in a result."""


def decisions_beside(result: Path) -> Path:
    """Where the decisions about a result are kept: ``OUT.decisions.csv`` beside ``OUT.gpkg``."""
    return result.with_name(result.stem + ".decisions.csv")


def read_decisions(path: Path) -> Decisions:
    """The decisions of a file; none where there is no such file.

    Raises
    ------
    InputError
        Where the file cannot be read, and DECISIONS_INVALID with every problem and its row; a date in the future
        is one.
    """
    return Decisions.from_rows(read_table(path)).made_until(_today()) if path.exists() else no_decisions()


def decisions_of_run(out: Path, given: Path | None = None) -> Decisions:
    """Every decision that a run has to keep.

    Parameters
    ----------
    out
        The result, which may be there from an earlier run.
    given
        A file of decisions, or another result: its list, or the copy that it carries; None for none.

    Raises
    ------
    InputError
        FILE_NOT_FOUND where ``given`` is not there; as :func:`read_decisions`.
    OutputError
        Where the file beside the result could not be written after the run.
    """
    beside = decisions_beside(out)
    kept = _list_of(out, _of_replaced)
    found = kept.made_until(_today()) if given is None else kept.merged(_given(given).made_until(_today()))
    if len(found.table):
        require_writable(beside, overwrite=True)
    return found


def _today() -> date:
    """The day where the user is."""
    return datetime.now().astimezone().date()


def _given(path: Path) -> Decisions:
    if path.suffix.lower() == ".gpkg":
        return _list_of(path, carried_decisions)
    return Decisions.from_rows(read_table(path))


def _list_of(result: Path, carried: Callable[[Path], Decisions]) -> Decisions:
    """A file beside a result is the list itself, even where its user took a row out; the result has a copy."""
    beside = decisions_beside(result)
    return read_decisions(beside) if beside.exists() else carried(result)


def carried_decisions(result: Path) -> Decisions:
    """The decisions that a result carries."""
    if TABLE not in table_names(result):
        return no_decisions()
    return Decisions.from_rows(read_geopackage_table(result, TABLE))


def _of_replaced(out: Path) -> Decisions:
    """The decisions of a result that is about to be replaced; it may be no GeoPackage at all."""
    try:
        return carried_decisions(out) if out.is_file() else no_decisions()
    except InputError:
        return no_decisions()


def keep_decisions(decisions: Decisions | None, out: Path, given: Path | None = None) -> None:
    """Leave the decisions of a run beside its result, for the next one; nothing is written that is there already.

    What somebody decided while the run went on joins them, from the lists that :func:`decisions_of_run` looks at.

    Raises
    ------
    OutputError
        Where the file cannot be written.
    """
    beside = decisions_beside(out)
    kept = (no_decisions() if decisions is None else decisions).merged(decisions_of_run(out, given))
    if len(kept.table) and not (beside.exists() and read_decisions(beside).table.equals(kept.table)):
        write_decisions(kept, beside)


def write_decisions(decisions: Decisions, path: Path) -> None:
    """Write all decisions, earlier ones included, whole or not at all.

    Raises
    ------
    InputError
        DECISIONS_INVALID where one is dated in the future.
    OutputError
        Where ``path`` cannot be written.
    """
    decisions.made_until(_today())
    with moved_into_place(path, overwrite=True) as beside, beside.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(DECISION_COLUMNS)
        rows.writerows([["" if cell is None else cell for cell in row] for row in decisions.table.to_numpy().tolist()])
