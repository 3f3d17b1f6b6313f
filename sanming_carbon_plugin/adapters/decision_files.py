"""Decisions of foresters in a CSV file beside the result: it outlives every run and opens in any office program."""

from __future__ import annotations

import csv
from pathlib import Path

from ..core.classes.overrides import DECISION_COLUMNS, Decisions, no_decisions
from .output_files import moved_into_place
from .resources import read_table


def decisions_beside(result: Path) -> Path:
    """Where the decisions about a result are kept: ``OUT.decisions.csv`` beside ``OUT.gpkg``."""
    return result.with_name(result.stem + ".decisions.csv")


def read_decisions(path: Path) -> Decisions:
    """The decisions of a file; none where there is no such file.

    Raises
    ------
    InputError
        Where the file cannot be read, and DECISIONS_INVALID with every problem and its row.
    """
    return Decisions.from_rows(read_table(path)) if path.exists() else no_decisions()


def write_decisions(decisions: Decisions, path: Path) -> None:
    """Write all decisions, earlier ones included, whole or not at all.

    Raises
    ------
    OutputError
        Where ``path`` cannot be written.
    """
    with moved_into_place(path, overwrite=True) as beside, beside.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(DECISION_COLUMNS)
        rows.writerows([["" if cell is None else cell for cell in row] for row in decisions.table.to_numpy().tolist()])
