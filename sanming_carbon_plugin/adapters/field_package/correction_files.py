"""Corrected attributes in a CSV file beside the result: old value, new value, who found it and who accepted it."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from ...core.errors import InputError
from ...core.fieldwork.resolution import CORRECTION_COLUMNS
from ..output_files import moved_into_place
from ..resources import read_table


def corrections_beside(result: Path) -> Path:
    """Where the corrections of a result are kept: ``OUT.corrections.csv`` beside ``OUT.gpkg``."""
    return result.with_name(result.stem + ".corrections.csv")


def read_corrections(path: Path) -> pd.DataFrame:
    """All corrections so far, in the order they were accepted; none where there is no such file.

    Raises
    ------
    InputError
        Where the file cannot be read or lacks a column.
    """
    if not path.exists():
        return pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype=object)
    table = read_table(path)
    missing = [name for name in CORRECTION_COLUMNS if name not in table.columns]
    if missing:
        raise InputError("FIELD_RETURN_UNFIT", path=str(path), reason=", ".join(missing))
    return table[list(CORRECTION_COLUMNS)]


def with_new(known: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Corrections so far and new ones; one that is there already is kept once."""
    both = pd.concat([known, new], ignore_index=True)
    return both[~both.fillna("").duplicated()].reset_index(drop=True)


def write_corrections(table: pd.DataFrame, path: Path) -> None:
    """Write all corrections, whole or not at all.

    Raises
    ------
    OutputError
        Where ``path`` cannot be written.
    """
    with moved_into_place(path, overwrite=True) as beside, beside.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(CORRECTION_COLUMNS)
        rows.writerows(
            [["" if cell is None else cell for cell in row] for row in table.to_numpy(dtype=object).tolist()]
        )
