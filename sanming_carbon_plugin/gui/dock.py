"""The panel."""

from __future__ import annotations

from qgis.gui import QgisInterface, QgsDockWidget
from qgis.PyQt.QtWidgets import QWidget

from ..processing.translation import tr


class CarbonDock(QgsDockWidget):
    """The panel with the steps of the work."""

    def __init__(self, iface: QgisInterface, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._iface = iface
        self.setObjectName("sanming_carbon_dock")
        self.setWindowTitle(tr("Sanming Forest Carbon"))

    def shut_down(self) -> None:
        """Stop what runs, before the plugin goes."""
