"""Brings map tool, panel and lists of the parcel card together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.gui import QgisInterface, QgsRubberBand
from qgis.PyQt.QtCore import QObject, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QAction, QColor, QIcon

from ..adapters.unit_choice import chosen_units
from ..core.errors import CarbonError
from ..paths import resources_dir
from ..processing.base import error_in_words
from ..processing.dependencies import missing_text
from ..processing.translation import language, tr
from .parcel_tool import ParcelTool
from .result_layers import meant_layer, results
from .warm_up import WarmUp

if TYPE_CHECKING:
    from .issue_panel import IssuePanel
    from .parcel_panel import ParcelPanel
    from .side_windows import SideWindows

_EDGE = QColor("#d4006a")
_EDGE_WIDTH = 3
_ROOM = 1.8
_INFO_SECONDS = 5


class ParcelCards(QObject):
    """Shows the card of a stand; what it needs of pandas is imported when a card is opened."""

    decided = pyqtSignal(Path)
    """Somebody decided about a stand of this result."""

    def __init__(self, iface: QgisInterface, side: SideWindows, parent: QObject) -> None:
        super().__init__(parent)
        self._iface = iface
        self._side = side
        self.panel: ParcelPanel | None = None
        self.warm_up = WarmUp(self)
        self._band: QgsRubberBand | None = None
        self._crs = QgsCoordinateReferenceSystem()
        self.action = QAction(QIcon(str(resources_dir() / "icons" / "parcel_card.svg")), tr("Parcel Card"), self)
        self.action.setObjectName("sanming_carbon_card_action")
        self.action.setToolTip(tr("Click a stand of a result to see all about it"))
        self.action.setCheckable(True)
        self.tool = ParcelTool(iface.mapCanvas())
        self.tool.setAction(self.action)
        self.tool.clicked.connect(self.open_at)
        self.action.triggered.connect(self.choose_tool)
        side.stand_chosen.connect(self._follow_list)
        QgsProject.instance().layersRemoved.connect(self._layers_removed)

    def choose_tool(self, *_args: object) -> None:
        """From now on a click on the map opens a card."""
        if missing_text():
            self._tell(missing_text(), Qgis.MessageLevel.Warning)
            return
        # While the mouse is on its way to the map.
        self.warm_up.start()
        self._iface.mapCanvas().setMapTool(self.tool)
        self._opened_panel()

    def open_at(self, point: QgsPointXY) -> None:
        """Show the card of the stand at a point of the map; where stands overlap, the next click shows the next one."""
        from ..adapters.parcel_places import stands_at  # noqa: PLC0415 - needs shapely

        meant = meant_layer(self._iface)
        if meant is None:
            self._tell(
                tr("There is no result in the project: run Assess, or open one in step 5."), Qgis.MessageLevel.Info
            )
            return
        result, layer = meant
        map_crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        try:
            place = QgsCoordinateTransform(map_crs, layer.crs(), QgsProject.instance()).transform(point)
            keys = stands_at(result, place.x(), place.y())
        except QgsCsException:
            keys = []
        except CarbonError as error:
            self.tell_error(error)
            return
        if not keys:
            self._tell(tr("There is no stand at this place."), Qgis.MessageLevel.Info)
            return
        shown = self._shown_key(result)
        self.show_stand(result, keys[(keys.index(shown) + 1) % len(keys)] if shown in keys else keys[0])

    def show_stand(self, result: Path, stand_key: str) -> bool:
        """Show the card of a stand; False where it is not in the result, which is told."""
        from ..adapters.parcel_card import parcel_card  # noqa: PLC0415 - needs pandas
        from ..adapters.parcel_places import outline, position  # noqa: PLC0415

        try:
            card = parcel_card(result, stand_key, language(), chosen_units())
            place = position(result, stand_key)
            polygon = outline(result, stand_key)
        except CarbonError as error:
            self.tell_error(error)
            return False
        self._opened_panel().show_card(card, result, place)
        geometry = QgsGeometry()
        if polygon is not None:
            import shapely  # noqa: PLC0415 - may be missing when QGIS loads the plugin

            geometry.fromWkb(shapely.to_wkb(polygon))
        self._mark(geometry, result)
        return True

    def reload(self) -> None:
        """Build the card anew, as after another choice of units or a new run."""
        if self.panel is not None and self.panel.card is not None and self.panel.result is not None:
            self.show_stand(self.panel.result, self.panel.card.stand_key)

    def step(self, step: int) -> None:
        """Show the next (1) or previous (−1) stand of the chosen list."""
        if self.panel is None or self.panel.card is None or self.panel.result is None:
            return
        result, key = self.panel.result, self.panel.card.stand_key
        try:
            found = self._neighbour(self.panel.chosen_list(), result, key, step)
        except CarbonError as error:
            self.tell_error(error)
            return
        if found is None:
            self._tell(tr("The list ends here."), Qgis.MessageLevel.Info)
            return
        if self.show_stand(result, found):
            self._bring_into_view()

    def override(self) -> None:
        """Let a person decide about a class of the stand that is shown."""
        from .override_dialog import OverrideDialog  # noqa: PLC0415 - needs pandas

        if self.panel is None or self.panel.card is None or self.panel.result is None:
            return
        result = self.panel.result
        dialog = OverrideDialog(result, self.panel.card.stand_key, self._iface.mainWindow())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._take_decision)
        dialog.open()

    def zoom(self) -> None:
        """Show the stand on the map."""
        self._bring_into_view(always=True)

    def shut_down(self) -> None:
        """Take tool, mark and panel away before the plugin goes."""
        self.warm_up.shut_down()
        QgsProject.instance().layersRemoved.disconnect(self._layers_removed)
        canvas = self._iface.mapCanvas()
        canvas.unsetMapTool(self.tool)
        self.tool.deleteLater()
        self._unmark()
        if self.panel is not None:
            self._iface.removeDockWidget(self.panel)
            self.panel.deleteLater()
            self.panel = None

    def tell_error(self, error: CarbonError) -> None:
        """Say what went wrong."""
        self._iface.messageBar().pushMessage(
            tr("Sanming Forest Carbon"), error_in_words(error), Qgis.MessageLevel.Critical, 0
        )

    def _opened_panel(self) -> ParcelPanel:
        from .parcel_panel import ParcelPanel  # noqa: PLC0415 - together with what it shows

        if self.panel is None:
            self.panel = ParcelPanel(self._iface.mainWindow())
            self.panel.step_wanted.connect(self.step)
            self.panel.zoom_wanted.connect(self.zoom)
            self.panel.override_wanted.connect(self.override)
            self.panel.failed.connect(self.tell_error)
            self.panel.saved.connect(self._tell_saved)
            self.panel.visibilityChanged.connect(self._panel_shown)
            # As high as the window, beside the panel of the steps, where there is room for all of it.
            self._iface.addTabifiedDockWidget(
                Qt.DockWidgetArea.RightDockWidgetArea, self.panel, ["sanming_carbon_dock"], True
            )
        self.panel.setUserVisible(True)
        return self.panel

    def _neighbour(self, which: str, result: Path, key: str, step: int) -> str | None:
        from ..adapters.parcel_places import chosen_neighbour, key_of_row, neighbour, row_of_key  # noqa: PLC0415
        from .parcel_panel import ISSUES, SELECTION  # noqa: PLC0415

        if which == ISSUES:
            panel: IssuePanel | None = self._side.panel
            return panel.other_stand(key, step) if panel is not None else None
        if which == SELECTION:
            rows = sorted(row for layer in _layers_of(result) for row in layer.selectedFeatureIds())
            row = chosen_neighbour(rows, row_of_key(result, key), step)
            return None if row is None else key_of_row(result, row)
        return neighbour(result, key, step)

    def _follow_list(self, stand_key: str) -> None:
        """A row of the list of doubts was chosen: the card that is open shows its stand."""
        if self.panel is not None and not self.panel.isHidden() and self.panel.result is not None:
            self.show_stand(self.panel.result, stand_key)

    def _take_decision(self) -> None:
        if self.panel is not None and self.panel.result is not None:
            self.decided.emit(self.panel.result)
            # The dialog closes first; the window must not wait for both.
            QTimer.singleShot(0, self.reload)
            self._tell(
                tr("Decision kept. Assess again to see it in the result."),
                Qgis.MessageLevel.Success,
            )

    def _shown_key(self, result: Path) -> str | None:
        if self.panel is None or self.panel.card is None or self.panel.result != result:
            return None
        return self.panel.card.stand_key

    def _mark(self, geometry: QgsGeometry, result: Path) -> None:
        layer = next(iter(_layers_of(result)), None)
        self._crs = layer.crs() if layer is not None else QgsCoordinateReferenceSystem()
        if self._band is None:
            self._band = QgsRubberBand(self._iface.mapCanvas(), Qgis.GeometryType.Polygon)
            self._band.setStrokeColor(_EDGE)
            self._band.setFillColor(QColor(0, 0, 0, 0))
            self._band.setWidth(_EDGE_WIDTH)
        self._band.setToGeometry(geometry, self._crs)
        self._band.show()

    def _unmark(self) -> None:
        if self._band is not None:
            self._iface.mapCanvas().scene().removeItem(self._band)
            self._band = None

    def _bring_into_view(self, *, always: bool = False) -> None:
        canvas = self._iface.mapCanvas()
        if self._band is None or self._band.asGeometry().isEmpty():
            return
        box = self._band.asGeometry().boundingBox()
        if always or not canvas.extent().contains(box):
            box.scale(_ROOM)
            canvas.setExtent(box)
            canvas.refresh()

    def _panel_shown(self, visible: bool) -> None:
        if self._band is not None:
            self._band.setVisible(visible)

    def _layers_removed(self, *_args: object) -> None:
        if self.panel is not None and self.panel.result is not None and not _layers_of(self.panel.result):
            self.panel.forget()
            self._unmark()

    def _tell_saved(self, path: str) -> None:
        self._tell(tr("Saved: {path}").format(path=path), Qgis.MessageLevel.Success)

    def _tell(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage(tr("Sanming Forest Carbon"), text, level, _INFO_SECONDS)


def _layers_of(result: Path) -> list[QgsVectorLayer]:
    return results().get(result, [])
