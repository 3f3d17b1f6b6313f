"""What is known to stop a plugin in QGIS 4: checked in every source file, because that QGIS is not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from qt6_source import faults, files_of, ui_faults

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("sanming_carbon_plugin", "tests", ".ci", "benchmarks")
NAMES_THE_FAULTS = {"qt6_source.py", "test_qt6.py"}


@pytest.mark.long
def test_every_python_file_keeps_clear_of_it():
    files = [path for path in files_of(ROOT, *FOLDERS) if path.name not in NAMES_THE_FAULTS]
    # The scripts that run inside the desktop are among them.
    assert {"plugin.py", "clicking.py", "in_qgis.py", "demo.py"} <= {path.name for path in files}
    found = {str(path.relative_to(ROOT)): faults(path.read_text(encoding="utf-8")) for path in files}
    assert {name: several for name, several in found.items() if several} == {}


def test_every_layout_of_a_dialog_keeps_clear_of_it():
    files = files_of(ROOT, "sanming_carbon_plugin", suffix=".ui")
    assert files
    found = {path.name: ui_faults(path.read_text(encoding="utf-8")) for path in files}
    assert {name: several for name, several in found.items() if several} == {}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("from PyQt5.QtCore import Qt", "through qgis.PyQt"),
        ("from PyQt6 import QtCore", "through qgis.PyQt"),
        ("import sip", "through qgis.PyQt"),
        ("dialog.exec_()", "exec_"),
        ("run = QMenu.exec_", "exec_"),
        ("field = QgsField('a', QVariant.Int)", "QVariant types"),
        ("field = QgsField('a', QVariant.Type.Int)", "QVariant types"),
        ("pattern = QRegExp('a')", "QRegExp"),
        ("from qgis.PyQt.QtGui import QRegExpValidator", "QRegExp"),
        ("box.activated[str].connect(run)", "a signal chosen by its type"),
        ("from qgis.PyQt.QtWidgets import QAction", "in QtGui"),
        ("from qgis.PyQt.QtCore import Qt\nrole = Qt.UserRole", "without its scope"),
        ("from qgis.PyQt.QtCore import Qt as Q\nrole = Q.AlignLeft", "without its scope"),
        ("from qgis.PyQt.QtWidgets import QMessageBox\nbutton = QMessageBox.Yes", "without its scope"),
        ("from qgis.PyQt.QtWidgets import QSizePolicy\nkind = QSizePolicy.Expanding", "without its scope"),
        ("from qgis.PyQt import QtCore\nrole = QtCore.Qt.DisplayRole", "without its scope"),
        ("def run():\n    from qgis.PyQt.QtGui import QImage\n    return QImage.Format_RGB32", "without its scope"),
        ("from qgis.core import QgsWkbTypes\nkind = QgsWkbTypes.PolygonGeometry", "without its scope"),
        ("from qgis.core import Qgis\nlevel = Qgis.Warning", "without its scope"),
        ("from qgis.core import QgsProcessing\nkind = QgsProcessing.TypeVectorPolygon", "without its scope"),
        ("from qgis.core import QgsVectorFileWriter as W\ndone = W.NoError", "without its scope"),
        ("self.tr(f'{name} is missing')", "an f-string to translate"),
        ("tr('is ' + name)", "an f-string to translate"),
    ],
)
def test_a_fault_would_be_found(line, fault):
    assert any(fault in found for found in faults(line)), faults(line)


@pytest.mark.parametrize(
    "line",
    [
        "from qgis.PyQt.QtCore import Qt\nrole = Qt.ItemDataRole.UserRole",
        "from qgis.core import Qgis\nlevel = Qgis.MessageLevel.Warning\nkind = Qgis.GeometryType.Polygon",
        "from qgis.PyQt.QtGui import QAction\ndialog.exec()",
        "from qgis.PyQt.QtCore import QMetaType, QVariant\nkind = QMetaType.Type.Int\nnothing = QVariant()",
        "self.tr('{} is missing').format(name)",
    ],
)
def test_what_both_know_is_no_fault(line):
    assert faults(line) == []
