"""Rows of the list of doubts as a table, fetched a page at a time as the user scrolls."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QDateTime, QLocale, QModelIndex, QObject, Qt, pyqtSignal

from ..adapters.issue_list import NOTE, IssueFilter, IssueRow, issue_rows
from ..adapters.issue_status import OPEN
from ..adapters.words import word
from ..core.errors import CarbonError
from ..processing.translation import language, tr
from .reading import Reading

PAGE_ROWS = 500
_STAND, _STATUS, _FIELD, _VALUE, _MESSAGE = range(5)
_NOWHERE = QModelIndex()


class IssueModel(QAbstractTableModel):
    """The doubts of one filter; a view asks for more when it comes to the end.

    Pages come at once where that is quick, else in the background: one word in a million doubts takes seconds.
    """

    fetched = pyqtSignal()
    """One more page is there; it may be empty."""

    failed = pyqtSignal(object)
    """The error for which no page came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._wanted = IssueFilter()
        self._rows: list[IssueRow] = []
        self._at_end = True
        self._reading = Reading(tr("Read the list of doubts"), self)
        self._reading.read.connect(self._take)
        self._reading.failed.connect(self._stop)
        self._headers = (tr("Stand"), tr("Status"), tr("Field"), tr("Value"), tr("What to do"))

    def show(self, path: Path | None, wanted: IssueFilter) -> None:
        """Show other doubts, as soon as they are read."""
        self._reading.forget()
        self.beginResetModel()
        self._path, self._wanted, self._rows = path, wanted, []
        self._at_end = path is None
        self.endResetModel()
        self.fetchMore()

    def issue(self, row: int) -> IssueRow:
        """The doubt in a row."""
        return self._rows[row]

    def issues(self) -> list[IssueRow]:
        """The doubts fetched so far."""
        return self._rows

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Rows fetched so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Columns."""
        return 0 if parent.isValid() else len(self._headers)

    def canFetchMore(self, parent: QModelIndex = _NOWHERE) -> bool:
        """Whether there may be more rows."""
        return not parent.isValid() and not self._at_end and not self._reading.is_reading()

    def is_reading(self) -> bool:
        """Whether a page is on its way."""
        return self._reading.is_reading()

    def shut_down(self) -> None:
        """Stop what is on its way, before the plugin goes."""
        self._reading.shut_down()

    def fetchMore(self, parent: QModelIndex = _NOWHERE) -> None:
        """Read one more page."""
        if self._path is None or not self.canFetchMore(parent):
            return
        after = self._rows[-1].number if self._rows else 0
        page = partial(issue_rows, self._path, self._wanted, after, PAGE_ROWS)
        self._reading.start({"page": page}, at_once=True)

    def _take(self, found: dict[str, Any]) -> None:
        page: list[IssueRow] = found["page"]
        self._at_end = len(page) < PAGE_ROWS
        if page:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(page) - 1)
            self._rows.extend(page)
            self.endInsertRows()
        self.fetched.emit()

    def _stop(self, error: CarbonError) -> None:
        self._at_end = True
        self.failed.emit(error)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Text of a cell; the whole sentence as its tip."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        issue = self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return status_text(issue) if index.column() == _STATUS else message_of(issue)
        texts = {
            _STAND: issue.stand_key or tr("whole layer"),
            _STATUS: _status_word(issue),
            _FIELD: word("column", issue.field or "", language()),
            _VALUE: issue.value or "",
            _MESSAGE: message_of(issue),
        }
        return texts[index.column()]

    def headerData(
        self, section: int, orientation: object, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | int | None:
        """Name of a column, number of a row."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._headers[section] if orientation == Qt.Orientation.Horizontal else section + 1


def message_of(issue: IssueRow) -> str:
    """The sentence of a doubt in the user's language."""
    return issue.message_zh if language() == "zh" else issue.message


def _status_word(issue: IssueRow) -> str:
    """A note needs nobody, so none is said to be open."""
    return "" if issue.severity == NOTE and issue.status == OPEN else word("status", issue.status, language())


def status_text(issue: IssueRow) -> str:
    """What was decided about a doubt, by whom, when and why."""
    told = _status_word(issue)
    if not issue.by or not issue.at:
        return told
    moment = QDateTime.fromString(issue.at, Qt.DateFormat.ISODate)
    when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
    told = tr("{status}, {name}, {time}").format(status=told, name=issue.by, time=when)
    return tr("{status}: {reason}").format(status=told, reason=issue.reason) if issue.reason else told
