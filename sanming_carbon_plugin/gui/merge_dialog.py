"""The dialog in which a person decides the conflicts of a field merge."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..adapters.field_package.choices import Answer, WaitingLine, undisputed, waiting_lines, write_answers
from ..adapters.field_package.settings_files import load_form
from ..adapters.words import word
from ..core.errors import CarbonError
from ..processing.base import error_in_words
from ..processing.translation import language, tr

_STAND, _COLUMN, _WHY, _SENT, _DESK, _FIELD, _CHOICE, _VALUE = range(8)
_ROWS_SHOWN = 200
_HEIGHT, _SHARE_OF_SCREEN, _LETTERS = 420, 0.95, 40


class MergeDialog(QDialog):
    """One line a conflict; ``save`` writes the choices into the review, ``name`` is the signature under them.

    The merge itself is the algorithm ``sanmingcarbon:fieldmerge`` with the review and that name.
    """

    def __init__(self, review: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.review = review
        self.setWindowTitle(tr("Conflicts between desk and field"))
        waiting = waiting_lines(review, load_form(), language())
        self.lines = waiting[:_ROWS_SHOWN]
        self._left_out = len(waiting) - len(self.lines)
        self._undisputed = undisputed(review)
        self._choices: list[QComboBox] = []
        self._values: list[QComboBox | QLineEdit] = []
        self.status = QLabel()
        self.table = QTableWidget(len(self.lines), 8)
        self.signature = QLineEdit(QgsApplication.userFullName() or QgsApplication.userLoginName())
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, Qt.Orientation.Horizontal
        )
        save = tr("Save") if self.lines else tr("Take over")
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText(save)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        self._lay_out()
        for row, line in enumerate(self.lines):
            self._fill(row, line)
        self._tell()
        if self.lines:
            self._make_room()

    def name(self) -> str:
        """Who decides."""
        return self.signature.text().strip()

    def choose(self, row: int, choice: str | None, value: str | None = None) -> None:
        """Make a choice for a line, None for none."""
        self._choices[row].setCurrentIndex(max(self._choices[row].findData(choice), 0))
        entry = self._values[row]
        if isinstance(entry, QComboBox):
            entry.setCurrentIndex(max(entry.findData(value), 0))
        else:
            entry.setText(value or "")

    def answers(self) -> dict[tuple[str, str], Answer]:
        """Choice and value of every line."""
        return {line.cell: self._answer(row) for row, line in enumerate(self.lines)}

    def accept(self) -> None:
        """Write the choices; the dialog stays open where that fails."""
        try:
            write_answers(self.review, self.answers())
        except CarbonError as error:
            QMessageBox.warning(self, self.windowTitle(), error_in_words(error))
            return
        super().accept()

    def _lay_out(self) -> None:
        titles = (tr("Stand"), tr("Field"), tr("Why"), tr("As sent"), tr("Desk now"), tr("From the field"),
                  tr("Choice"), tr("Other value"))  # fmt: skip
        self.table.setHorizontalHeaderLabels(list(titles))
        self.table.verticalHeader().hide()
        self.table.setAccessibleName(self.windowTitle())
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMaximumSectionSize(_LETTERS * self.fontMetrics().averageCharWidth())  # longer texts take more lines
        # What is asked for stays in sight of what was said, on a small screen too.
        header.moveSection(_WHY, _VALUE)
        label = QLabel(tr("&Name of the person who decides"))
        label.setBuddy(self.signature)
        box = QVBoxLayout(self)
        for widget in (self.status, self.table, label, self.signature, self.buttons):
            box.addWidget(widget)
        self.table.setVisible(bool(self.lines))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _make_room(self) -> None:
        """As wide as the table, where the screen is; beyond that it is scrolled."""
        self.table.resizeColumnsToContents()
        self.table.resizeRowsToContents()
        margins = self.layout().contentsMargins()
        wanted = self.table.horizontalHeader().length() + self.table.verticalScrollBar().sizeHint().width()
        wanted += 2 * self.table.frameWidth() + margins.left() + margins.right()
        self.resize(min(wanted, round(_SHARE_OF_SCREEN * self.screen().availableGeometry().width())), _HEIGHT)

    def _fill(self, row: int, line: WaitingLine) -> None:
        said = zip(line.field_values, line.surveyors, strict=True)
        field = "; ".join(value + (" ({})".format(name) if name else "") for value, name in said)
        texts = {_STAND: line.stand_key, _COLUMN: line.column, _WHY: line.why, _SENT: line.base_value,
                 _DESK: line.desk_value, _FIELD: field}  # fmt: skip
        for column, text in texts.items():
            item = QTableWidgetItem(text)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setToolTip(text)
            self.table.setItem(row, column, item)
        choice = QComboBox()
        choice.addItem(tr("Not decided"), None)
        for code in line.choices:
            choice.addItem(word("merge_choice", code, language()), code)
        choice.setAccessibleName("{} {}".format(line.stand_key, line.column))
        entry = self._entry(line)
        self._choices.append(choice)
        self._values.append(entry)
        self.table.setCellWidget(row, _CHOICE, choice)
        self.table.setCellWidget(row, _VALUE, entry)
        self.choose(row, *line.answer)
        entry.setEnabled(choice.currentData() == "value")
        choice.currentIndexChanged.connect(lambda _index, at=row: self._choice_changed(at))

    @staticmethod
    def _entry(line: WaitingLine) -> QComboBox | QLineEdit:
        if not line.allowed:
            return QLineEdit()
        entry = QComboBox()
        entry.addItem("", None)
        for code, text in line.allowed.items():
            entry.addItem(text, code)
        return entry

    def _answer(self, row: int) -> Answer:
        choice = self._choices[row].currentData()
        entry = self._values[row]
        value = entry.currentData() if isinstance(entry, QComboBox) else entry.text().strip() or None
        return choice, value if choice == "value" else None

    def _choice_changed(self, row: int) -> None:
        self._values[row].setEnabled(self._choices[row].currentData() == "value")
        self._tell()

    def _tell(self) -> None:
        if not self.lines:
            text = tr("There is nothing to decide. Take over {count} changes that only the field made?")
            self.status.setText(text.format(count=self._undisputed))
            return
        waiting = sum(choice.currentData() is None for choice in self._choices)
        text = tr("{open} of {count} conflicts are not decided. Nothing is taken over for those.")
        told = [text.format(open=waiting, count=len(self.lines))]
        if self._left_out:
            told.append(tr("{count} more come when these are taken over.").format(count=self._left_out))
        if self._undisputed:
            text = tr("{count} changes that only the field made are taken over as well.")
            told.append(text.format(count=self._undisputed))
        self.status.setText("\n".join(told))
