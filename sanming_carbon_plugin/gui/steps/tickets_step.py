"""Step 4: what tickets need to know about tenure and about what is credited already."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtWidgets import QListWidgetItem

from ...processing.assess import AssessAlgorithm
from ...processing.translation import tr
from .step import Step, known_layers


class TicketsStep(Step):
    """Credited parcels, tenure and the profile."""

    form = "tickets_step.ui"
    help_anchor = "tickets"
    tools = ("ticketeligibility", "doublecount", "application", "dossier", "neutrality")

    def __init__(self, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(iface, parent)
        page = self.page
        page.credited_layer.setFilters(Qgis.LayerFilter.PolygonLayer)
        page.tenure.setFilters(Qgis.LayerFilter.PolygonLayer)
        page.tenure.setAllowEmptyLayer(True)
        page.tenure.setLayer(None)
        page.profile.setFilter(tr("JSON files") + " (*.json)")
        self.fields = {AssessAlgorithm.TENURE: page.tenure, AssessAlgorithm.PROFILE: page.profile}
        rows = page.credited.model()
        for signal in (rows.rowsInserted, rows.rowsRemoved):
            signal.connect(self._tell_change)
        page.add_credited.clicked.connect(self._add_chosen)
        page.remove_credited.clicked.connect(self._remove_chosen)

    def title(self) -> str:
        """Name of the step."""
        return tr("Tickets")

    def parameters(self) -> dict[str, Any]:
        """Ticket parameters of ``assess``."""
        layers = known_layers(self._credited_ids())
        return super().parameters() | ({AssessAlgorithm.CREDITED: layers} if layers else {})

    def remembered(self) -> dict[str, Any]:
        """The fields and the list of credited layers."""
        return super().remembered() | {AssessAlgorithm.CREDITED: self._credited_ids()}

    def restore(self, values: dict[str, Any]) -> None:
        """Put back the fields and the layers that are still there."""
        super().restore(values)
        self.page.credited.clear()
        for layer_id in values.get(AssessAlgorithm.CREDITED, []):
            self.add_credited(layer_id)

    def add_credited(self, layer_id: str) -> None:
        """Put a layer of credited parcels into the list, once."""
        layer = QgsProject.instance().mapLayer(layer_id)
        if layer is None or layer_id in self._credited_ids():
            return
        item = QListWidgetItem(layer.name())
        item.setData(Qt.ItemDataRole.UserRole, layer_id)
        self.page.credited.addItem(item)

    def _add_chosen(self) -> None:
        layer = self.page.credited_layer.currentLayer()
        if layer is not None:
            self.add_credited(layer.id())

    def _remove_chosen(self) -> None:
        for item in self.page.credited.selectedItems():
            self.page.credited.takeItem(self.page.credited.row(item))

    def _credited_ids(self) -> list[str]:
        items = (self.page.credited.item(row) for row in range(self.page.credited.count()))
        return [item.data(Qt.ItemDataRole.UserRole) for item in items]
