"""The list of households of a joint application, as a village hands it in: a CSV file."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from ..core.errors import InputError
from ..core.tickets.applications import Household
from .resources import read_table

_HEADINGS = {
    "holder": ("holder", "household", "农户", "户主", "权利人", "姓名", "户主姓名"),
    "authorised": ("authorised", "authorized", "signed", "授权", "是否授权", "已授权"),
    "income_weight": ("income_weight", "weight", "收益权重", "分配权重", "权重", "分配比例"),
}
_YES = frozenset({"yes", "y", "true", "1", "是", "已授权", "√"})
_NO = frozenset({"no", "n", "false", "0", "否", "未授权", "×"})


def read_households(path: Path) -> list[Household]:
    """The households of a file with the columns ``holder``, ``authorised`` and, if agreed, ``income_weight``.

    An empty cell under ``authorised`` means that the household has not signed.

    Raises
    ------
    InputError
        HOUSEHOLDS_COLUMN_MISSING, HOUSEHOLDS_CELL with the line and the cell that cannot be used, or as
        :func:`.resources.read_table`.
    """
    table = read_table(path)
    found = {
        role: next((name for name in table.columns if _plain(name) in names), None) for role, names in _NAMES.items()
    }
    missing = [role for role in ("holder", "authorised") if found[role] is None]
    if missing:
        raise InputError("HOUSEHOLDS_COLUMN_MISSING", path=path.name, columns=", ".join(missing))
    return [_household(path, line, row, found) for line, row in enumerate(table.to_dict("records"), start=2)]


def _household(path: Path, line: int, row: dict[str, str | None], found: dict[str, str | None]) -> Household:
    def cell(role: str) -> str:
        column = found[role]
        return (row[column] or "").strip() if column is not None else ""

    signed, weight = cell("authorised").lower(), cell("income_weight")
    if signed and signed not in _YES | _NO:
        raise InputError("HOUSEHOLDS_CELL", path=path.name, line=line, column="authorised", value=signed)
    return Household(cell("holder"), signed in _YES, _number(path, line, weight) if weight else None)


def _number(path: Path, line: int, text: str) -> float:
    value = pd.to_numeric(text.rstrip("%％"), errors="coerce")
    if not math.isfinite(value) or value < 0:
        raise InputError("HOUSEHOLDS_CELL", path=path.name, line=line, column="income_weight", value=text)
    return float(value)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


_NAMES = {role: frozenset(map(_plain, names)) for role, names in _HEADINGS.items()}
