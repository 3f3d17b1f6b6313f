"""The dialog that says which column of the stands means what, with a preview of what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsTask
from qgis.gui import QgsFieldComboBox
from qgis.PyQt.QtCore import QLocale, Qt, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QTableWidgetItem,
    QWidget,
)

from ..adapters.field_preview import FieldPreview, read_mapping, write_mapping
from ..adapters.qgis_layers import LayerSnapshot
from ..adapters.words import word
from ..core.errors import CarbonError
from ..core.stands.mapping import DECISIONS, FieldMapping
from ..core.stands.roles import ROLES
from ..processing.base import error_in_words, help_page
from ..processing.feedback import FeedbackProgress
from ..processing.translation import language, tr
from . import background
from .field_states import choice_fields, decision_texts, joined, state_text
from .forms import load_form

_MEANING, _COLUMN, _SCORE, _STATE, _BEFORE, _AFTER = range(6)
_PREVIEW_AFTER_MS = 200
_DECISIONS_IN_A_ROW = 3
_ROWS_AT_ONCE = 8


class MappingDialog(QDialog):
    """Roles and their columns; ``path`` is the file that the algorithms shall read.

    The layer is read in a background task; ``loaded`` tells that the table is filled.
    """

    loaded = pyqtSignal()

    def __init__(self, taken: LayerSnapshot, path: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form: Any = load_form("mapping_dialog.ui", self)
        self.path = path
        self.preview: FieldPreview | None = None
        self._taken = taken
        self._changed = False
        self._task: QgsTask | None = None
        self._filling: Iterator[None] | None = None
        self._choices: dict[str, QgsFieldComboBox] = {}
        self._decisions: dict[str, QComboBox] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PREVIEW_AFTER_MS)
        self._show_decisions()
        self._connect()
        self._enable(False)
        self._read()

    def fields(self) -> dict[str, str]:
        """Role → column chosen."""
        return {role: combo.currentField() for role, combo in self._choices.items() if combo.currentField()}

    def decisions(self) -> dict[str, str]:
        """Readings that are not left to the values."""
        return {name: combo.currentData() for name, combo in self._decisions.items() if combo.currentData()}

    def choose(self, role: str, column: str | None) -> None:
        """Give a role its column, or none."""
        self._choices[role].setField(column or "")

    def load(self, path: Path) -> bool:
        """Take the choices of a mapping file; whether that went."""
        if self.preview is None:
            return False
        try:
            self._show_mapping(read_mapping(path, self.preview.columns))
        except CarbonError as error:
            self.form.message.setText(error_in_words(error))
            return False
        self.path, self._changed = path, False
        self.form.message.setText(tr("Loaded: {path}").format(path=path.name))
        return True

    def save(self, path: Path) -> bool:
        """Write the choices into a mapping file; whether that went."""
        try:
            write_mapping(path, self.fields(), self.decisions())
        except CarbonError as error:
            self.form.message.setText(error_in_words(error))
            return False
        self.path, self._changed = path, False
        self.form.message.setText(tr("Saved: {path}").format(path=path.name))
        return True

    def accept(self) -> None:
        """Close with the file of the choices; what was not saved yet is saved first."""
        if (self._changed or self.path is None) and not self._save_as():
            return
        super().accept()

    def done(self, result: int) -> None:
        """Stop the reading, whatever closes the dialog."""
        self._later.stop()
        self._filling = None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        super().done(result)

    def refresh(self) -> None:
        """Show scores, states and examples of the choices as they are now."""
        if self.preview is None:
            return
        fields = self.fields()
        examples = self.preview.examples(fields, self.decisions(), language())
        for row, role in enumerate(ROLES):
            column = fields.get(role)
            score = self._score(role, column)
            state, wants_look = state_text(self.preview, role, column, fields)
            pairs = examples.get(role, [])
            texts = {
                _SCORE: "" if score is None else QLocale().toString(score, "f", 2),
                _STATE: state,
                _BEFORE: joined([before for before, _ in pairs]),
                _AFTER: joined([after for _, after in pairs]),
            }
            for position, text in texts.items():
                item = self.form.table.item(row, position)
                item.setText(text)
                item.setToolTip(text)
            font = self.form.table.item(row, _STATE).font()
            font.setBold(wants_look)
            self.form.table.item(row, _STATE).setFont(font)
            self.form.table.item(row, _STATE).setData(Qt.ItemDataRole.UserRole, wants_look or column is None)
        self._filter()

    def _connect(self) -> None:
        form = self.form
        form.load_file.clicked.connect(self._load_file)
        form.save_file.clicked.connect(self._save_as)
        form.search.textChanged.connect(self._filter)
        form.only_open.toggled.connect(self._filter)
        form.recognise.clicked.connect(self._recognise)
        form.buttons.accepted.connect(self.accept)
        form.buttons.rejected.connect(self.reject)
        form.buttons.helpRequested.connect(_open_help)
        form.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Use These Fields"))
        form.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        form.buttons.button(QDialogButtonBox.StandardButton.Help).setText(tr("Help"))
        self._later.timeout.connect(self.refresh)

    def _enable(self, possible: bool) -> None:
        form = self.form
        for widget in (form.table, form.decisions_group, form.load_file, form.save_file, form.recognise):
            widget.setEnabled(possible)
        form.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(possible)

    def _read(self) -> None:
        self.form.message.setText(tr("Reading the layer"))
        taken = self._taken

        def read(task: QgsTask) -> FieldPreview:
            preview = FieldPreview(taken.read(FeedbackProgress(task)))
            for role in ROLES:  # weighed here, and known when the table is filled
                preview.candidates(role)
            return preview

        self._task = QgsTask.fromFunction(tr("Reading the fields"), read, on_finished=self._have_read)
        background.start(self._task)

    def _have_read(self, fault: Exception | None, preview: FieldPreview | None = None) -> None:
        if self._task is None:  # closed meanwhile
            return
        self._task = None
        if preview is None:
            told = error_in_words(fault) if isinstance(fault, CarbonError) else str(fault)
            self.form.message.setText(told)
            return
        self.preview = preview
        self._filling = self._fill(preview)
        self._fill_next()

    def _fill_next(self) -> None:
        """Some rows more; the window has its turn before the next ones."""
        if self._filling is None:  # closed meanwhile
            return
        try:
            next(self._filling)
        except StopIteration:
            self._filling = None
            self._filled()
            return
        QTimer.singleShot(0, self._fill_next)

    def _filled(self) -> None:
        if self.preview is None:
            return
        self._enable(True)
        self.form.message.setText("")
        if self.path is None or not self.load(self.path):
            self._show_mapping(self.preview.recognised)
        self.loaded.emit()

    def _fill(self, preview: FieldPreview) -> Iterator[None]:
        table = self.form.table
        table.setRowCount(len(ROLES))
        for row, role in enumerate(ROLES):
            if row % _ROWS_AT_ONCE == 0:
                yield
            unit = word("unit", preview.unit(role), language())
            text = preview.label(role, language())
            for position in (_SCORE, _STATE, _BEFORE, _AFTER):
                table.setItem(row, position, QTableWidgetItem(""))
            item = QTableWidgetItem("{} ({})".format(text, unit) if unit else text)
            item.setToolTip(role)
            table.setItem(row, _MEANING, item)
            combo = QgsFieldComboBox()
            combo.setAllowEmptyFieldName(True)
            combo.setFields(choice_fields(preview, role))
            combo.setField("")
            combo.setAccessibleName(text)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
            combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel scrolls the table, it chooses nothing
            combo.fieldChanged.connect(self._choice_changed)
            self._choices[role] = combo
            table.setCellWidget(row, _COLUMN, combo)
        yield
        header = table.horizontalHeader()
        table.verticalHeader().hide()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for position, width in ((_MEANING, 210), (_COLUMN, 222), (_SCORE, 56), (_STATE, 196), (_BEFORE, 190)):
            header.resizeSection(position, width)
        header.setSectionResizeMode(_AFTER, QHeaderView.ResizeMode.Stretch)

    def _show_decisions(self) -> None:
        for number, name in enumerate(DECISIONS):
            label, texts = decision_texts(name)
            combo = QComboBox()
            combo.addItem(tr("Decided by the values"), None)
            for value in DECISIONS[name]:
                combo.addItem(texts[value], value)
            combo.currentIndexChanged.connect(self._choice_changed)
            shown = QLabel(label)
            shown.setBuddy(combo)
            row, place = divmod(number, _DECISIONS_IN_A_ROW)
            self.form.decision_grid.addWidget(shown, row, 2 * place)
            self.form.decision_grid.addWidget(combo, row, 2 * place + 1)
            self.form.decision_grid.setColumnStretch(2 * place + 1, 1)
            self._decisions[name] = combo

    def _show_mapping(self, mapping: FieldMapping) -> None:
        for role in ROLES:
            self.choose(role, mapping.column(role))
        for name, combo in self._decisions.items():
            combo.setCurrentIndex(max(combo.findData(mapping.decisions.get(name)), 0))
        self._later.stop()
        self.refresh()

    def _recognise(self) -> None:
        if self.preview is not None:
            self._show_mapping(self.preview.recognised)
            self._changed = True

    def _score(self, role: str, column: str | None) -> float | None:
        if self.preview is None or column is None:
            return None
        for candidate in self.preview.candidates(role):
            if candidate.column == column and candidate.score:
                return candidate.score
        share = self.preview.share(role, column)
        return None if share != share else share  # noqa: PLR0124 - NaN where no cell is filled

    def _choice_changed(self, *_args: object) -> None:
        self._changed = True
        self._later.start()

    def _filter(self, *_args: object) -> None:
        text, only_open = self.form.search.text().strip().lower(), self.form.only_open.isChecked()
        for row, role in enumerate(ROLES):
            state = self.form.table.item(row, _STATE)
            if state is None:
                return
            meaning = self.form.table.item(row, _MEANING).text()
            searched = "{} {} {}".format(meaning, role, self._choices[role].currentText()).lower()
            hidden = text not in searched or (only_open and not state.data(Qt.ItemDataRole.UserRole))
            self.form.table.setRowHidden(row, hidden)

    def _load_file(self) -> None:
        start = str(self.path or "")
        path, _ = QFileDialog.getOpenFileName(self, tr("Load the Fields"), start, tr("JSON files") + " (*.json)")
        if path:
            self.load(Path(path))

    def _save_as(self) -> bool:
        start = self.path or _default_path(self._taken)
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the Fields"), str(start), tr("JSON files") + " (*.json)")
        if not path:
            return False
        return self.save(Path(path if path.lower().endswith(".json") else path + ".json"))


def _default_path(taken: LayerSnapshot) -> Path:
    name = "{}_fields.json".format(taken.name)
    return Path(taken.file[0]).with_name(name) if taken.file is not None else Path(name)


def _open_help() -> None:
    page = QUrl(help_page("dock"))
    page.setFragment("fields")
    QDesktopServices.openUrl(page)
