"""What a cell of a parameter table must look like; every bad cell is collected before anything is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError

Ranges = dict[str, tuple[float, float]]
ANY_POSITIVE = (0.0, float("inf"))
ANY_NUMBER = (-float("inf"), float("inf"))
INVALID = "PARAMETERS_INVALID"


def ranges_of(frame: pd.DataFrame | None) -> Ranges:
    """Allowed range of each column, from the table of ranges (``column``, ``low``, ``high``, ``source``).

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell.
    """
    if frame is None:
        return {}
    cells = CellReader(frame.reset_index(drop=True), "column")
    cells.need_columns(("column", "low", "high"))
    cells.need_text("source")
    low, high = (cells.number(name, ANY_NUMBER, required=True) for name in ("low", "high"))
    cells.note_where(low > high, "high", high)
    cells.refuse("parameter_ranges")
    names = [str(name) for name in cells.text("column")]
    return dict(zip(names, zip(low.tolist(), high.tolist(), strict=True), strict=True))


@dataclass
class CellReader:
    """Reads columns of a text table as numbers and remembers each cell that cannot be used."""

    frame: pd.DataFrame
    key: str
    problems: list[str] = field(default_factory=list)

    def text(self, column: str) -> npt.NDArray[np.object_]:
        """Column ``column`` as stripped text, None where empty or missing."""
        texts = np.full(len(self.frame), None, dtype=object)
        if column in self.frame.columns:
            for row, value in enumerate(self.frame[column]):
                texts[row] = clean_text(value)
        return texts

    def filled(self, column: str) -> npt.NDArray[np.bool_]:
        """Where ``column`` holds anything."""
        return np.array([text is not None for text in self.text(column)], dtype=bool)

    def number(
        self, column: str, allowed: tuple[float, float], required: npt.NDArray[np.bool_] | bool = False
    ) -> npt.NDArray[np.float64]:
        """Column ``column`` as float64 with NaN where empty; cells outside ``allowed`` are noted, infinite ones too."""
        texts = self.text(column)
        values = np.full(len(texts), np.nan)
        needed = np.broadcast_to(np.asarray(required), len(texts))
        low, high = allowed
        for row, text in enumerate(texts):
            if text is None:
                if needed[row]:
                    self.note(row, column, "empty")
                continue
            number = _as_number(text)
            if np.isfinite(number) and low <= number <= high:
                values[row] = number
            else:
                self.note(row, column, f"{text} ({low:g} … {high:g})")
        return values

    def choice(self, column: str, allowed: tuple[str, ...], default: str | None) -> npt.NDArray[np.object_]:
        """Column ``column`` as one of ``allowed``; empty cells become ``default``."""
        texts = self.text(column)
        for row, text in enumerate(texts):
            if text is None:
                texts[row] = default
            elif text not in allowed:
                self.note(row, column, f"{text} ({' | '.join(allowed)})")
        return texts

    def note_where(self, bad: npt.NDArray[np.bool_], column: str, values: npt.NDArray[np.float64]) -> None:
        """Remember that ``column`` cannot be used in each row where ``bad``."""
        for row in np.flatnonzero(bad):
            self.note(int(row), column, f"{values[row]:.6g}")

    def note(self, row: int, column: str, what: str) -> None:
        """Remember that ``column`` of data row ``row`` (from 0) cannot be used."""
        name = self.text(self.key)[row]
        self.problems.append(f"{name or f'row {row + 1}'}.{column}: {what}")

    def need_text(self, column: str, where: npt.NDArray[np.bool_] | bool = True) -> None:
        """Remember the rows of ``where`` that leave ``column`` empty; a missing column is told once."""
        if column not in self.frame.columns:
            if np.any(where):
                self.need_columns((column,))
            return
        for row in np.flatnonzero(where & ~self.filled(column)):
            self.note(int(row), column, "empty")

    def need_columns(self, columns: tuple[str, ...]) -> None:
        """Remember the columns that are missing altogether."""
        missing = [f"{name}: -" for name in columns if name not in self.frame.columns]
        self.problems.extend(problem for problem in missing if problem not in self.problems)

    def refuse(self, table: str) -> None:
        """Raise one error with every problem seen so far.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` when any cell was noted.
        """
        if self.problems:
            raise InputError(INVALID, table=table, count=len(self.problems), problems="; ".join(self.problems))


def all_checked(*checks: Callable[[], Any]) -> list[Any]:
    """What each of the checks of several tables gives; the bad cells of all of them are told together.

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell of every table.
    """
    outcomes = [_outcome(check) for check in checks]
    faults = [fault for _, fault in outcomes if fault is not None]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        tables = [str(fault.values["table"]) for fault in faults]
        problems = [f"{table}: {fault.values['problems']}" for table, fault in zip(tables, faults, strict=True)]
        count = sum(int(str(fault.values["count"])) for fault in faults)
        raise InputError(INVALID, table=", ".join(tables), count=count, problems="; ".join(problems))
    return [found for found, _ in outcomes]


def _outcome(check: Callable[[], Any]) -> tuple[Any, InputError | None]:
    try:
        return check(), None
    except InputError as fault:
        if fault.code != INVALID:
            raise
        return None, fault


def clean_text(value: object) -> str | None:
    """``value`` as text without blanks around it, None where nothing is left."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return str(value).strip() or None


def _as_number(text: str) -> float:
    """``text`` as a number; what is none becomes NaN, which no range allows."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def named_numbers(frame: pd.DataFrame, names: Sequence[str], table: str) -> dict[str, float]:
    """Numbers of a table with the columns ``name``, ``value`` and ``source``, one for each of ``names``.

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell and every name that is missing.
    """
    cells = CellReader(frame.reset_index(drop=True), "name")
    cells.need_columns(("name", "value"))
    cells.need_text("source")
    values = dict(zip(cells.text("name"), cells.number("value", ANY_POSITIVE, required=True), strict=True))
    cells.problems.extend(f"{name}: -" for name in names if name not in values)
    cells.refuse(table)
    return {name: float(values[name]) for name in names}
