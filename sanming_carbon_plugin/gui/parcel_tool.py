"""The map tool of the parcel card: a click on a stand."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt.QtCore import Qt, pyqtSignal


class ParcelTool(QgsMapTool):
    """Tells where the user clicked, in the CRS of the map."""

    clicked = pyqtSignal(QgsPointXY)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(QgsApplication.getThemeCursor(QgsApplication.Cursor.Identify))

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Tell the place."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(event.mapPoint())
