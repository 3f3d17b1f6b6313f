"""The dialog in which a person decides about a class of a stand, with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QWidget

from ..adapters.parcel_decisions import decidable_columns, decidable_values, decide
from ..core.errors import CarbonError
from ..processing.base import error_in_words
from ..processing.translation import language, tr
from .forms import load_form, read


class OverrideDialog(QDialog):
    """Asks what counts instead, why, who decides, when and on which evidence; OK writes it beside the result."""

    def __init__(self, result: Path, stand_key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form: Any = load_form("override_dialog.ui", self)
        self._result = result
        self._stand_key = stand_key
        form = self.form
        form.about.setText(tr("Stand {stand_key} of {name}").format(stand_key=stand_key, name=result.name))
        for column, text in decidable_columns(language()).items():
            form.column.addItem(text, column)
        form.name.setText(QgsApplication.userFullName() or QgsApplication.userLoginName())
        form.date.setDisplayFormat("yyyy-MM-dd")
        form.date.setDate(QDate.currentDate())
        form.problem.hide()
        # Qt's own words are not in every language of QGIS.
        form.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("OK"))
        form.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        form.column.currentIndexChanged.connect(self._list_values)
        form.reason.textChanged.connect(self._look)
        form.name.textChanged.connect(self._look)
        form.buttons.accepted.connect(self.accept)
        form.buttons.rejected.connect(self.reject)
        self._list_values()
        self._look()
        form.reason.setFocus()

    def choose(self, column: str, value: str | None = None) -> None:
        """Begin with a class, and with an outcome."""
        self.form.column.setCurrentIndex(max(self.form.column.findData(column), 0))
        if value is not None:
            self.form.value.setCurrentIndex(max(self.form.value.findData(value), 0))

    def accept(self) -> None:
        """Write the decision; where that is not possible, say why and stay open."""
        form = self.form
        try:
            decide(
                self._result,
                self._stand_key,
                column=form.column.currentData(),
                value=form.value.currentData(),
                reason=form.reason.text(),
                name=form.name.text(),
                date=form.date.date().toString(Qt.DateFormat.ISODate),
                evidence=str(read(form.evidence) or ""),
            )
        except CarbonError as error:
            form.problem.setText(error_in_words(error))
            form.problem.show()
            # Else the fields above it would be pressed together.
            self.resize(self.width(), max(self.height(), self.layout().totalHeightForWidth(self.width())))
            return
        super().accept()

    def _list_values(self, *_args: object) -> None:
        self.form.value.clear()
        for value, text in decidable_values(self.form.column.currentData(), language()).items():
            self.form.value.addItem(text, value)

    def _look(self, *_args: object) -> None:
        complete = bool(self.form.reason.text().strip() and self.form.name.text().strip())
        self.form.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(complete)
