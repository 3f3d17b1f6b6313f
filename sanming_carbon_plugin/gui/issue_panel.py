"""The panel with the list of doubts: counts by code, rows of a code, and what was decided about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsVectorLayer
from qgis.gui import QgisInterface, QgsDockWidget
from qgis.PyQt.QtCore import QLocale, QModelIndex, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QHeaderView, QInputDialog, QTableWidgetItem, QWidget

from ..adapters.issue_list import NOTE, IssueCount, IssueFilter, IssueRow, code_counts, issue_rows
from ..adapters.issue_status import ACCEPTED, FIXED, RETURNED, mark_issues, reopen_issues
from ..adapters.message_tables import doubt_text
from ..adapters.words import word
from ..core.errors import CarbonError
from ..processing.base import error_in_words
from ..processing.translation import language, tr
from .forms import load_form
from .issue_model import IssueModel, message_of, status_text
from .issue_places import go_to, list_crs, select_stand
from .reading import Reading

_SEVERITY, _NUMBER, _OPEN, _WHAT = range(4)
_SEARCH_AFTER_MS = 300
_STATES = ("open", RETURNED, FIXED, ACCEPTED)
_ROWS_AHEAD = 50


class IssuePanel(QgsDockWidget):
    """Shows one list at a time; ``stands_layer`` gives the layer in which stands are selected."""

    recheck_wanted = pyqtSignal()
    decided = pyqtSignal(Path)
    """Somebody decided about doubts of this list."""
    stand_chosen = pyqtSignal(str)
    """The row of a stand was chosen."""

    def __init__(
        self, iface: QgisInterface, stands_layer: Callable[[], QgsVectorLayer | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sanming_carbon_issues")
        self.setWindowTitle(tr("List of Doubts"))
        self.form: Any = load_form("issue_panel.ui")
        self.setWidget(self.form)
        self.path: Path | None = None
        self.model = IssueModel(self)
        self._counts = Reading(tr("Count the doubts"), self)
        self._rows_are_old = True
        self._row_to_choose: int | None = None
        self._iface = iface
        self._stands_layer = stands_layer
        self._crs = QgsCoordinateReferenceSystem()
        self._running = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_SEARCH_AFTER_MS)
        self._prepare()
        self._connect()
        self.set_running(False)

    def show_list(self, path: Path) -> None:
        """Show the list of a GeoPackage; what holds none is told, and the list before stays."""
        try:
            issue_rows(path, IssueFilter(), limit=1)  # whether it is a list at all
        except CarbonError as error:
            self._tell(error)
            return
        self.path = path
        self.set_running(self._running)
        self._crs = list_crs(path)
        self.setWindowTitle(tr("List of Doubts: {name}").format(name=path.name))
        self.reload()

    def reload(self) -> None:
        """Read counts and rows anew, and keep the chosen code where it is still there."""
        if self.path is None:
            return
        self.form.told.setText(tr("Counting the doubts"))
        self._rows_are_old = True
        self._counts.start({"counts": partial(code_counts, self.path, self._wanted())}, at_once=True)
        if self._counts.is_reading():  # the rows need not wait for it
            self._show_rows()

    def is_reading(self) -> bool:
        """Whether counts or rows are on their way."""
        return self._counts.is_reading() or self.model.is_reading()

    def shut_down(self) -> None:
        """Stop what is read in the background, before the plugin goes."""
        self._later.stop()
        self._counts.shut_down()
        self.model.shut_down()

    def choose_code(self, code: str | None) -> None:
        """Show the rows of one code, or of all."""
        for row in range(self.form.codes.rowCount()):
            if self.form.codes.item(row, _WHAT).data(Qt.ItemDataRole.UserRole) == code:
                self.form.codes.setCurrentCell(row, _SEVERITY)

    def go_to_row(self, row: int) -> None:
        """Show the place of a row on the map, select its stand, and tell all about it."""
        if self.path is None:
            return
        issue = self.model.issue(row)
        self._show_detail(issue)
        if issue.stand_key:
            self.stand_chosen.emit(issue.stand_key)
        layer = self._stands_layer()
        try:
            if layer is not None and layer.crs() == self._crs:
                select_stand(issue, self.path, layer)
            go_to(issue, self.path, self._crs, self._iface.mapCanvas())
        except CarbonError as error:
            self._tell(error)

    def other_stand(self, stand_key: str, step: int) -> str | None:
        """The next (1) or previous (−1) stand of the list after the row that is chosen; its row is chosen then."""
        selected = self.form.rows.selectionModel().selectedIndexes()
        row = selected[0].row() + step if selected else 0 if step > 0 else -1
        while row >= 0:
            if row >= self.model.rowCount():
                self.model.fetchMore()
                if row >= self.model.rowCount():
                    return None
            found = self.model.issue(row).stand_key
            if found and found != stand_key:
                self.form.rows.selectRow(row)
                self.form.rows.scrollTo(self.model.index(row, 0))
                return found
            row += step
            if row >= self.model.rowCount() - _ROWS_AHEAD:
                self.model.fetchMore()  # there in time, also where it takes a while
        return None

    def mark(self, status: str | None, reason: str = "") -> None:
        """Store a decision about the selected rows; None takes earlier ones back."""
        if self.path is None:
            return
        rows = sorted({index.row() for index in self.form.rows.selectionModel().selectedIndexes()})
        issues = [self.model.issue(row).identity() for row in rows]
        name = QgsApplication.userFullName() or QgsApplication.userLoginName()
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        try:
            if status is None:
                reopen_issues(self.path, issues)
            else:
                mark_issues(self.path, issues, status, reason, name, now)
        except CarbonError as error:
            self._tell(error)
            return
        self.decided.emit(self.path)
        self._row_to_choose = rows[0] if rows else None
        self.reload()

    def set_running(self, running: bool) -> None:
        """Tell that an algorithm runs: no second one can be started."""
        self._running = running
        self.form.recheck.setEnabled(not running and self.path is not None)

    def _prepare(self) -> None:
        form = self.form
        form.severity.addItem(tr("All severities"), None)
        for severity in ("error", "warning", "info"):
            form.severity.addItem(word("severity", severity, language()), severity)
        form.status.addItem(tr("All states"), None)
        for status in _STATES:
            form.status.addItem(word("status", status, language()), status)
        form.rows.setModel(self.model)
        form.rows.verticalHeader().setDefaultSectionSize(form.fontMetrics().height() + 8)
        form.codes.verticalHeader().hide()
        form.parts.setSizes([350, 750])
        codes, rows = form.codes.horizontalHeader(), form.rows.horizontalHeader()
        codes.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        codes.setStretchLastSection(True)
        rows.setStretchLastSection(True)
        for column, width in enumerate((215, 66, 100, 44)):
            rows.resizeSection(column, width)

    def _connect(self) -> None:
        form = self.form
        form.severity.currentIndexChanged.connect(self.reload)
        form.status.currentIndexChanged.connect(self.reload)
        form.search.textChanged.connect(self._later.start)
        self._later.timeout.connect(self.reload)
        self._counts.read.connect(self._counted)
        self._counts.failed.connect(self._not_read)
        self.model.fetched.connect(self._choose_again)
        self.model.failed.connect(self._not_read)
        form.codes.itemSelectionChanged.connect(self._show_rows)
        form.rows.clicked.connect(self._row_clicked)
        form.rows.activated.connect(self._row_clicked)
        form.rows.selectionModel().selectionChanged.connect(self._selection_changed)
        self.model.modelReset.connect(self._selection_changed)
        form.open.clicked.connect(self._open)
        form.recheck.clicked.connect(self.recheck_wanted)
        form.fixed.clicked.connect(self._fixed)
        form.accepted.clicked.connect(self._accepted)
        form.reopen.clicked.connect(self._reopened)
        self._selection_changed()

    def _wanted(self, code: str | None = None) -> IssueFilter:
        form = self.form
        return IssueFilter(
            form.severity.currentData(), code, form.status.currentData(), form.search.text().strip() or None
        )

    def _code(self) -> str | None:
        item = self.form.codes.item(self.form.codes.currentRow(), _WHAT)
        return item.data(Qt.ItemDataRole.UserRole) if item is not None else None

    def _show_counts(self, counts: list[IssueCount]) -> None:
        table, numbers = self.form.codes, QLocale()
        # Each cell would have all columns measured once more.
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setRowCount(len(counts) + 1)
        total = (sum(each.count for each in counts), sum(each.to_do for each in counts))
        notes = sum(each.count for each in counts if each.severity == NOTE)
        rows: list[tuple[str, int, int, str, str | None]] = [("", *total, tr("All doubts"), None)]
        for each in counts:
            severity = word("severity", each.severity, language())
            rows.append((severity, each.count, each.to_do, doubt_text(each.code, language()), each.code))
        for row, (severity, count, to_do, text, code) in enumerate(rows):
            cells = (severity, numbers.toString(count), numbers.toString(to_do), text)
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(cell)
                item.setToolTip("{}: {}".format(code, text) if code else text)
                if column in (_NUMBER, _OPEN):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setData(Qt.ItemDataRole.UserRole, code)
                table.setItem(row, column, item)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.form.told.setText(
            tr("To do: {open} errors and warnings; notes: {notes}").format(
                open=numbers.toString(total[1]), notes=numbers.toString(notes)
            )
        )

    def _counted(self, found: dict[str, Any]) -> None:
        """Show the counts and keep the chosen code where it is still there."""
        counts: list[IssueCount] = found["counts"]
        chosen = self._code()
        codes = [count.code for count in counts]
        gone = chosen is not None and chosen not in codes
        table = self.form.codes
        table.blockSignals(True)
        self._show_counts(counts)
        table.setCurrentCell(codes.index(chosen) + 1 if chosen in codes else 0, _SEVERITY)
        table.blockSignals(False)
        if gone or self._rows_are_old:
            self._show_rows()

    def _show_rows(self) -> None:
        self._rows_are_old = False
        self.model.show(self.path, self._wanted(self._code()))

    def _choose_again(self) -> None:
        """The row that was decided upon stays the chosen one."""
        row, self._row_to_choose = self._row_to_choose, None
        if row is not None and self.model.rowCount():
            self.form.rows.selectRow(min(row, self.model.rowCount() - 1))

    def _not_read(self, error: CarbonError) -> None:
        self.form.told.setText("")
        self._tell(error)

    def _row_clicked(self, index: QModelIndex) -> None:
        self.go_to_row(index.row())

    def _selection_changed(self, *_args: object) -> None:
        selected = self.form.rows.selectionModel().hasSelection()
        for button in (self.form.fixed, self.form.accepted, self.form.reopen):
            button.setEnabled(selected)
        if selected:
            self._show_detail(self.model.issue(self.form.rows.selectionModel().selectedIndexes()[0].row()))
        else:
            self.form.detail.setText("")

    def _show_detail(self, issue: IssueRow) -> None:
        self.form.detail.setText("{}\n{}".format(message_of(issue), status_text(issue)).rstrip())
        self.form.detail.setToolTip(issue.code)

    def _open(self) -> None:
        start = str(self.path.parent) if self.path is not None else ""
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Open a List of Doubts"), start, tr("GeoPackage files") + " (*.gpkg)"
        )
        if path:
            self.show_list(Path(path))

    def _fixed(self) -> None:
        self.mark(FIXED)

    def _accepted(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(tr("Accept with Reason"))
        dialog.setLabelText(tr("Why is the value right?"))
        dialog.setOkButtonText(tr("OK"))
        dialog.setCancelButtonText(tr("Cancel"))
        if dialog.exec() == QInputDialog.DialogCode.Accepted:
            self.mark(ACCEPTED, dialog.textValue())

    def _reopened(self) -> None:
        self.mark(None)

    def _tell(self, error: CarbonError) -> None:
        self._iface.messageBar().pushMessage(
            tr("Sanming Forest Carbon"), error_in_words(error), Qgis.MessageLevel.Critical, 0
        )
