"""Small lists that offices keep as CSV: households of a joint application, tickets at hand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..core.carbon.period import parse_day
from ..core.errors import InputError, UsageError
from ..core.tickets.applications import Household
from .resources import read_json, read_table

APPLICATION_FILE = "application.json"
TICKET_COLUMNS = ("ticket", "whole_t", "period_end", "status")
_HOUSEHOLDS = {
    "holder": ("holder", "household", "农户", "户主", "权利人", "姓名", "户主姓名"),
    "authorised": ("authorised", "authorized", "signed", "授权", "是否授权", "已授权"),
    "income_weight": ("income_weight", "weight", "收益权重", "分配权重", "权重", "分配比例"),
}
_TICKETS = {
    "ticket": ("ticket", "碳票编号", "编号", "证号", "碳票"),
    "whole_t": ("whole_t", "tonnes", "吨数", "碳减排量", "剩余吨数"),
    "period_end": ("period_end", "监测期止", "监测期结束", "监测期止日", "截止日期"),
}
_YES = frozenset({"yes", "y", "true", "1", "是", "已授权", "√"})
_NO = frozenset({"", "no", "n", "false", "0", "否", "未授权", "×"})


@dataclass(frozen=True)
class _Row:
    """A line of a list, its cells under our names; an empty or missing cell is an empty text."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def wrong(self, column: str) -> InputError:
        return InputError(
            "TICKET_LIST_CELL", path=self.path.name, line=self.line, column=column, value=self.cells[column]
        )

    def number(self, column: str) -> float:
        value = pd.to_numeric(self.cells[column].rstrip("%％"), errors="coerce")
        if not math.isfinite(value) or value < 0:
            raise self.wrong(column)
        return float(value)


def read_households(path: Path) -> list[Household]:
    """The households of a file with the columns ``holder``, ``authorised`` and, if agreed, ``income_weight``.

    An empty cell under ``authorised`` means that the household has not signed.

    Raises
    ------
    InputError
        TICKET_LIST_COLUMNS, TICKET_LIST_CELL with the line and the cell that cannot be used, or as
        :func:`.resources.read_table`.
    """
    return [_household(row) for row in _rows(path, _HOUSEHOLDS, ("holder", "authorised"))]


def read_tickets(sources: Sequence[Path]) -> pd.DataFrame:
    """Tickets of lists (CSV with ``ticket``, ``whole_t``, ``period_end``) and of folders of applications.

    An application that fails a rule of the group has no ticket.

    Returns
    -------
    pandas.DataFrame
        ``ticket``, ``whole_t`` (whole tonnes), ``period_end`` (ISO date), ``status`` (of the profile it was made
        by, None in a list).

    Raises
    ------
    InputError
        TICKET_LIST_COLUMNS, TICKET_LIST_CELL, TICKET_APPLICATION_UNREADABLE, or as
        :func:`.resources.read_table`.
    """
    rows: list[tuple[str, int, str, str | None]] = []
    for source in sources:
        if source.is_dir() or source.name == APPLICATION_FILE:
            rows.append(_ticket_of_application(source))
        else:
            rows += [_ticket(row) for row in _rows(source, _TICKETS, tuple(_TICKETS))]
    return pd.DataFrame(rows, columns=list(TICKET_COLUMNS)).astype({"whole_t": "int64"})


def _household(row: _Row) -> Household:
    signed, weight = row.cells["authorised"].lower(), row.cells["income_weight"]
    if signed not in _YES | _NO:
        raise row.wrong("authorised")
    return Household(row.cells["holder"], signed in _YES, row.number("income_weight") if weight else None)


def _ticket(row: _Row) -> tuple[str, int, str, str | None]:
    tonnes = row.number("whole_t")
    if not tonnes.is_integer():
        raise row.wrong("whole_t")
    try:
        end = parse_day(row.cells["period_end"])
    except UsageError as problem:
        raise row.wrong("period_end") from problem
    return row.cells["ticket"], int(tonnes), end.isoformat(), None


def _ticket_of_application(source: Path) -> tuple[str, int, str, str | None]:
    content = read_json(source / APPLICATION_FILE if source.is_dir() else source)
    try:
        row = content["application"]
        tonnes = int(row["whole_t"]) if row["outcome"] == "yes" else 0
        name = f"{row['applicant']} {row['period_start']}/{row['period_end']}"
        return name, tonnes, str(row["period_end"]), str(row["profile_status"])
    except (KeyError, TypeError, ValueError) as problem:
        raise InputError("TICKET_APPLICATION_UNREADABLE", path=source) from problem


def _rows(path: Path, headings: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Iterator[_Row]:
    table = read_table(path)
    by_name = {"".join(name.split()).casefold(): name for name in table.columns}
    found = {role: next((by_name[name] for name in names if name in by_name), None) for role, names in headings.items()}
    missing = [role for role in needed if found[role] is None]
    if missing:
        raise InputError("TICKET_LIST_COLUMNS", path=path.name, columns=", ".join(missing), wanted=", ".join(headings))
    for line, cells in enumerate(table.to_dict("records"), start=2):
        yield _Row(path, line, {role: (cells[name] or "") if name is not None else "" for role, name in found.items()})
