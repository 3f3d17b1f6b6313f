"""Forms (``.ui``) and the values in their widgets, each read and written in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsProject
from qgis.gui import QgsDateEdit, QgsFileWidget, QgsMapLayerComboBox
from qgis.PyQt import uic
from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFrame, QLineEdit, QScrollArea, QSpinBox, QStyle, QWidget

_FORMS = Path(__file__).resolve().parent / "ui"

_WRITTEN_TO = (QgsFileWidget.StorageMode.SaveFile, QgsFileWidget.StorageMode.GetDirectory)

Value = str | int | bool | None


def load_form(name: str, widget: QWidget | None = None) -> QWidget:
    """The form ``name``, filled into ``widget`` where one is given."""
    return uic.loadUi(str(_FORMS / name), widget)


def scrolling(page: QWidget) -> QScrollArea:
    """``page`` with a vertical scroll bar where the window is low, and never narrower than its contents."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    bar = area.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
    area.setMinimumWidth(page.minimumSizeHint().width() + bar)
    return area


def tell_changes(widget: QWidget, slot: Callable[..., None]) -> None:
    """Call ``slot`` whenever the value of ``widget`` changes."""
    names = {
        QgsMapLayerComboBox: "layerChanged",
        QgsDateEdit: "valueChanged",
        QgsFileWidget: "fileChanged",
        QLineEdit: "textChanged",
        QComboBox: "currentIndexChanged",
        QCheckBox: "toggled",
        QSpinBox: "valueChanged",
    }
    name = next((name for kind, name in names.items() if isinstance(widget, kind)), None)
    if name is None:
        raise TypeError(type(widget).__name__)
    getattr(widget, name).connect(slot)


def show_whole_path(widget: QWidget) -> None:
    """Where something is to be written to a mere name, let ``widget`` say in which folder when it was typed."""
    if isinstance(widget, QgsFileWidget) and widget.storageMode() in _WRITTEN_TO:
        widget.lineEdit().editingFinished.connect(lambda: widget.setFilePath(_whole_path(widget)))


def _whole_path(widget: QgsFileWidget) -> str:
    """The path; a mere name to write to lies in the folder of the project or, without one, of the user.

    The folder that QGIS was started in is none where anybody would look for a result.
    """
    text = str(widget.filePath()).strip()
    if not text or widget.storageMode() not in _WRITTEN_TO or Path(text).is_absolute():
        return text
    return str(Path(QgsProject.instance().absolutePath() or Path.home()) / text)


def read(widget: QWidget) -> Value:
    """Value of a widget as Processing takes it and as JSON can hold it; None where it is empty."""
    if isinstance(widget, QgsMapLayerComboBox):
        layer = widget.currentLayer()
        return layer.id() if layer is not None else None
    if isinstance(widget, QgsDateEdit):
        return None if widget.isNull() else widget.date().toString(Qt.DateFormat.ISODate)
    if isinstance(widget, QgsFileWidget):
        return _whole_path(widget) or None
    if isinstance(widget, QLineEdit):
        return widget.text().strip() or None
    if isinstance(widget, QComboBox):
        return widget.currentData()
    if isinstance(widget, (QCheckBox, QSpinBox)):
        return widget.isChecked() if isinstance(widget, QCheckBox) else widget.value()
    raise TypeError(type(widget).__name__)


def write(widget: QWidget, value: Value) -> None:
    """Put ``value``, as :func:`read` gave it, back; a layer that is gone leaves the choice empty."""
    if isinstance(widget, QgsMapLayerComboBox):
        widget.setLayer(QgsProject.instance().mapLayer(str(value)) if value else None)
    elif isinstance(widget, QgsFileWidget):
        widget.setFilePath(str(value or ""))
    elif isinstance(widget, QgsDateEdit):
        if value:
            widget.setDate(QDate.fromString(str(value), Qt.DateFormat.ISODate))
        else:
            widget.clear()
    elif isinstance(widget, QComboBox):
        widget.setCurrentIndex(max(widget.findData(value), 0))
    elif isinstance(widget, QCheckBox):
        widget.setChecked(bool(value))
    elif isinstance(widget, QSpinBox):
        widget.setValue(int(value or 0))
    elif isinstance(widget, QLineEdit):
        widget.setText(str(value or ""))
    else:
        raise TypeError(type(widget).__name__)
