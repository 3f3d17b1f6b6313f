"""What opens beside the dock: the dialog about fields, and the panel with the list of doubts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsVectorLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal

from ..core.errors import CarbonError
from ..processing.base import error_in_words
from ..processing.inputs import take_layer
from ..processing.parameters import OUTPUT, OVERWRITE
from ..processing.recheck import RecheckAlgorithm
from ..processing.translation import tr
from .forms import read, write
from .input_marks import is_there

if TYPE_CHECKING:
    from .issue_panel import IssuePanel
    from .mapping_dialog import MappingDialog

_SUCCESS_SECONDS = 5


class SideWindows(QObject):
    """Opens the windows and takes what is chosen in them into the pages of the dock.

    Both windows need pandas, which may be missing when QGIS loads the plugin: they are imported when they open.
    """

    recheck_wanted = pyqtSignal()
    told = pyqtSignal(str)
    decided = pyqtSignal(Path)
    """Somebody decided about doubts of this list."""
    stand_chosen = pyqtSignal(str)
    """The row of a stand was chosen in the list of doubts."""

    def __init__(self, iface: QgisInterface, data_page: Any, check_page: Any, parent: QObject) -> None:  # noqa: ANN401
        super().__init__(parent)
        self._iface = iface
        self._data = data_page
        self._check = check_page
        self._running = False
        self.fields: MappingDialog | None = None
        self.panel: IssuePanel | None = None

    def open_fields(self) -> None:
        """Show which column of the chosen layer means what; the file chosen there becomes the mapping."""
        from .mapping_dialog import MappingDialog  # noqa: PLC0415

        layer = self._data.stands.currentLayer()
        if layer is None:
            self.told.emit(tr("Choose the layer of stands."))
            return
        mapping = read(self._check.mapping)
        try:
            taken = take_layer(layer, str(read(self._check.encoding) or "") or None)
        except CarbonError as error:
            self.told.emit(error_in_words(error))
            return
        path = Path(str(mapping)) if mapping else None
        self.fields = MappingDialog(taken, path, self._iface.mainWindow())
        self.fields.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields.accepted.connect(self._take_fields)
        self.fields.rejected.connect(self._forget_fields)
        self.fields.open()

    def open_list(self) -> None:
        """Show the newest list that belongs to the result of step 1."""
        panel = self._opened_panel()
        newest = self._newest_list()
        if newest is not None and panel.path is None:
            panel.show_list(newest)

    def show_result(self, result: Path, *, opening: bool) -> None:
        """Show the list of a run that is through; where none is open, only if it is wanted."""
        if opening or self.panel is not None:
            self._opened_panel(visible=opening).show_list(result)

    def recheck_parameters(self) -> dict[str, Any]:
        """What a re-check of the list shown needs; a result keeps its own list and gets another one beside it."""
        from ..adapters.geopackage_rows import holds_result  # noqa: PLC0415 - needs pandas

        path = self.panel.path if self.panel is not None else None
        if path is None:
            return {}
        out = path.with_name(path.stem + "_issues.gpkg") if holds_result(path) else path
        return {RecheckAlgorithm.ISSUES: str(path), OUTPUT: str(out), OVERWRITE: True}

    def set_running(self, running: bool) -> None:
        """Tell that an algorithm runs."""
        self._running = running
        if self.panel is not None:
            self.panel.set_running(running)

    def shut_down(self) -> None:
        """Close both windows before the plugin goes."""
        if self.fields is not None:
            self.fields.reject()
        if self.panel is not None:
            self.panel.shut_down()
            self._iface.removeDockWidget(self.panel)
            self.panel.deleteLater()
            self.panel = None

    def _opened_panel(self, *, visible: bool = True) -> IssuePanel:
        from .issue_panel import IssuePanel  # noqa: PLC0415

        if self.panel is None:
            self.panel = IssuePanel(self._iface, self._stands, self._iface.mainWindow())
            self.panel.recheck_wanted.connect(self.recheck_wanted)
            self.panel.decided.connect(self.decided)
            self.panel.stand_chosen.connect(self.stand_chosen)
            self.panel.set_running(self._running)
            self._iface.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.panel)
        if visible:
            self.panel.setUserVisible(True)
        return self.panel

    def _stands(self) -> QgsVectorLayer | None:
        return self._data.stands.currentLayer()

    def _newest_list(self) -> Path | None:
        result = read(self._data.result)
        if not result:
            return None
        path = Path(str(result))
        found = [each for each in (path, path.with_name(path.stem + "_issues.gpkg")) if is_there(each)]
        return max(found, key=lambda each: each.stat().st_mtime, default=None)

    def _take_fields(self) -> None:
        if self.fields is not None and self.fields.path is not None:
            write(self._check.mapping, str(self.fields.path))
            text = tr("The fields are read as in {path}.").format(path=self.fields.path.name)
            self._iface.messageBar().pushMessage(
                tr("Sanming Forest Carbon"), text, Qgis.MessageLevel.Success, _SUCCESS_SECONDS
            )
        self._forget_fields()

    def _forget_fields(self) -> None:
        self.fields = None  # Qt deletes it
