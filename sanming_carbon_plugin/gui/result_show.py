"""Puts results into the project: those of runs, while it is the one they were begun in, and those made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import Qgis, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog, QPushButton, QWidget

from ..adapters.maps.layers import results_group_steps
from ..adapters.unit_choice import chosen_units
from ..processing.translation import language, tr
from .side_windows import SideWindows

OPEN = ""
"""In the place of an algorithm: a result that is there already."""


class ResultShow(QObject):
    """Shows results layer by layer; ``start`` begins to show a file, and says whether it could."""

    def __init__(self, iface: QgisInterface, side: SideWindows, start: Callable[[Path], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._iface = iface
        self._side = side
        self._start = start
        self._elsewhere = False
        self._told: list[QWidget] = []

    def begin(self) -> None:
        """What is begun now belongs to the project that is open."""
        self._elsewhere = False

    def leave_project(self) -> None:
        """Another project is open from now on."""
        self._elsewhere = True

    def is_elsewhere(self) -> bool:
        """Whether what was begun belongs to a project that is open no more."""
        return self._elsewhere

    def steps(self, result: Path) -> Iterator[None]:
        """Show a result, or a list of doubts alone, a layer a step; it ends where another project is opened.

        Raises
        ------
        InputError
            Where the file is neither.
        """
        from ..adapters.geopackage_rows import holds_result  # noqa: PLC0415 - needs pandas

        names = None if holds_result(result) else ("issues",)
        for _ in results_group_steps(QgsProject.instance(), result, language(), names, chosen_units()):
            yield
            if self._elsewhere:
                return
        self._side.show_result(result, opening=names is not None)
        yield

    def open(self, path: str = "") -> None:
        """Show the result in a file, which is asked for where none is given."""
        if not path:
            start, window = QgsProject.instance().absolutePath(), self._iface.mainWindow()
            kinds = tr("GeoPackage files") + " (*.gpkg)"
            path, _ = QFileDialog.getOpenFileName(window, tr("Open a Result"), start, kinds)
        if path:
            self._start(Path(path))

    def tell_elsewhere(self, result: Path) -> None:
        """Say where the result of a project lies that is open no more, and offer to open it here."""
        bar = self._iface.messageBar()
        text = tr("Done for another project, nothing was added to this one: {path}").format(path=result)
        item = bar.createMessage(tr("Sanming Forest Carbon"), text)
        button = QPushButton(tr("Open"), item)
        button.setProperty("path", str(result))
        button.clicked.connect(self._open_told)
        item.layout().addWidget(button)
        bar.pushWidget(item, Qgis.MessageLevel.Success, 0)
        self._told.append(item)

    def shut_down(self) -> None:
        """Take what it says away before the plugin goes."""
        for item in self._told:
            if not sip.isdeleted(item):
                self._iface.messageBar().popWidget(item)
        self._told.clear()

    def _open_told(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton) and self._start(Path(str(button.property("path")))):
            self._iface.messageBar().popWidget(button.parentWidget())
