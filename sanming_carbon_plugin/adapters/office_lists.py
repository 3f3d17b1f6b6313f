"""Small lists that offices keep as CSV: households of a joint application, tickets at hand."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.carbon.period import parse_day
from ..core.errors import InputError, UsageError
from ..core.stands.tenure import without_identity_numbers
from ..core.tickets.claims import CLAIM_COLUMNS, application_id, shared_pieces
from ..core.tickets.households import Household
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
_Ticket = tuple[str, int, str, str | None]
_WHOLE_PERCENT = 100.0
_YES = frozenset({"yes", "y", "true", "1", "是", "已授权", "√"})
_NO = frozenset({"", "no", "n", "false", "0", "否", "未授权", "×"})


@dataclass(frozen=True)
class _Row:
    """A line of a list, its cells under our names; an empty or missing cell is an empty text."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def wrong(self, column: str) -> InputError:
        shown, hidden = without_identity_numbers(np.array([self.cells[column]], dtype=object))
        value = (shown[0] or "***") if hidden else self.cells[column]
        return InputError("TICKET_LIST_CELL", path=self.path.name, line=self.line, column=column, value=value)

    def number(self, column: str) -> float:
        text = unicodedata.normalize("NFKC", self.cells[column]).strip()
        value = pd.to_numeric(text, errors="coerce")
        if not math.isfinite(value) or value < 0:
            raise self.wrong(column)
        return float(value)

    def weight(self, column: str) -> tuple[float, bool]:
        """A weight, and whether it was written in percent: then it is a share, 0 to 1."""
        text = unicodedata.normalize("NFKC", self.cells[column]).strip()
        if not text.endswith("%"):
            return self.number(column), False
        value = pd.to_numeric(text[:-1].strip(), errors="coerce")
        if not 0 <= value <= _WHOLE_PERCENT:
            raise self.wrong(column)
        return float(value) / _WHOLE_PERCENT, True


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


@dataclass(frozen=True)
class TicketsAtHand:
    """Tickets of lists and applications.

    Attributes
    ----------
    tickets
        ``ticket``, ``whole_t`` (whole tonnes), ``period_end`` (ISO date), ``status`` (of the profile it was made
        by, None in a list).
    shared
        Pieces that two of the applications claim both, see :func:`.claims.shared_pieces`.
    """

    tickets: pd.DataFrame
    shared: pd.DataFrame


def read_tickets(sources: Sequence[Path]) -> TicketsAtHand:
    """Tickets of lists (CSV with ``ticket``, ``whole_t``, ``period_end``) and of folders of applications.

    An application that fails a rule of the group has no ticket.

    Raises
    ------
    InputError
        TICKET_TWICE for a number or an application that is given twice, TICKET_LIST_COLUMNS, TICKET_LIST_CELL,
        TICKET_APPLICATION_UNREADABLE, or as :func:`.resources.read_table`.
    """
    rows: list[_Ticket] = []
    claims: list[tuple[object, ...]] = []
    places: dict[str, str] = {}
    for source in sources:
        if source.is_dir() or source.name == APPLICATION_FILE:
            ticket, number, claimed = _ticket_of_application(source)
            _require_new(places, number, ticket[0], source.name if source.is_dir() else str(source))
            rows.append(ticket)
            claims += claimed
            continue
        for row in _rows(source, _TICKETS, tuple(_TICKETS)):
            ticket = _ticket(row)
            _require_new(places, ticket[0], ticket[0], f"{source.name}:{row.line}")
            rows.append(ticket)
    table = pd.DataFrame(rows, columns=list(TICKET_COLUMNS)).astype({"whole_t": "int64"})
    return TicketsAtHand(table, shared_pieces(pd.DataFrame(claims, columns=list(CLAIM_COLUMNS))))


def _require_new(places: dict[str, str], number: str, shown: str, place: str) -> None:
    """Refuse a number that was seen already, however its signs are spaced or wide."""
    same = "".join(unicodedata.normalize("NFKC", number).split()).casefold()
    if same in places:
        raise InputError("TICKET_TWICE", ticket=shown, first=places[same], second=place)
    places[same] = place


def _household(row: _Row) -> Household:
    signed, weight = row.cells["authorised"].lower(), row.cells["income_weight"]
    if signed not in _YES | _NO:
        raise row.wrong("authorised")
    if not weight:
        return Household(row.cells["holder"], signed in _YES)
    return Household(row.cells["holder"], signed in _YES, *row.weight("income_weight"))


def _ticket(row: _Row) -> _Ticket:
    if not row.cells["ticket"].strip():
        raise row.wrong("ticket")
    tonnes = row.number("whole_t")
    if not tonnes.is_integer():
        raise row.wrong("whole_t")
    try:
        end = parse_day(row.cells["period_end"])
    except UsageError as problem:
        raise row.wrong("period_end") from problem
    return row.cells["ticket"], int(tonnes), end.isoformat(), None


def _ticket_of_application(source: Path) -> tuple[_Ticket, str, list[tuple[object, ...]]]:
    """The ticket of an application, the application's number, and what it claims."""
    content = read_json(source / APPLICATION_FILE if source.is_dir() else source)
    try:
        row, pieces = content["application"], content["pieces"]
        tonnes = int(row["whole_t"]) if row["outcome"] == "yes" else 0
        start, end = str(row["period_start"]), str(row["period_end"])
        ground = [(str(piece["stand_key"]), piece["certificate"]) for piece in pieces]
        number = application_id(str(row["applicant"]), start, end, ground)
        name = f"{row['applicant']} {start}/{end} ({number})"
        claimed: list[tuple[object, ...]] = [
            (name, *place, start, end, int(piece["whole_t"])) for place, piece in zip(ground, pieces, strict=True)
        ]
        ticket = (name, tonnes, end, str(row["profile_status"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise InputError("TICKET_APPLICATION_UNREADABLE", path=source) from problem
    if not tonnes:
        claimed = []
    return ticket, number, claimed


def _rows(path: Path, headings: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Iterator[_Row]:
    table = read_table(path)
    by_name = {"".join(name.split()).casefold(): name for name in table.columns}
    found = {role: next((by_name[name] for name in names if name in by_name), None) for role, names in headings.items()}
    missing = [role for role in needed if found[role] is None]
    if missing:
        raise InputError("TICKET_LIST_COLUMNS", path=path.name, columns=", ".join(missing), wanted=", ".join(headings))
    for line, cells in enumerate(table.to_dict("records"), start=2):
        yield _Row(path, line, {role: (cells[name] or "") if name is not None else "" for role, name in found.items()})
