"""Step 1: which stands, which rasters, which period, and where the result goes."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsMapLayer, QgsProject
from qgis.gui import QgisInterface, QgsFileWidget
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHeaderView, QTableWidgetItem

from ...processing.assess import AssessAlgorithm
from ...processing.inputs import layer_identifier
from ...processing.parameters import OUTPUT, OVERWRITE, RASTER_NAMES, RASTERS, STANDS
from ...processing.translation import tr
from ...processing.two_dates import survey_method_texts
from .step import Step

_NAME, _BAND, _LAYER = range(3)


class DataStep(Step):
    """The inputs."""

    form = "data_step.ui"
    help_anchor = "data"
    sample_wanted = pyqtSignal()
    fields_wanted = pyqtSignal()

    def __init__(self, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(iface, parent)
        page = self.page
        page.stands.setFilters(Qgis.LayerFilter.PolygonLayer)
        page.earlier.setFilters(Qgis.LayerFilter.PolygonLayer)
        page.earlier.setAllowEmptyLayer(True)
        page.earlier.setLayer(None)
        page.raster.setFilters(Qgis.LayerFilter.RasterLayer)
        page.result.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        page.result.setFilter(tr("GeoPackage files") + " (*.gpkg)")
        page.result.setConfirmOverwrite(False)
        for day in (page.period_start, page.period_end):
            day.setAllowNull(True)
            day.setDisplayFormat("yyyy-MM-dd")
            day.clear()
        for combo in (page.survey_method, page.survey_method_earlier):
            _fill_methods(combo)
        page.rasters.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        page.rasters.horizontalHeader().setSectionResizeMode(_LAYER, QHeaderView.ResizeMode.Stretch)
        page.rasters.verticalHeader().hide()
        self.fields = {
            STANDS: page.stands,
            AssessAlgorithm.EARLIER: page.earlier,
            AssessAlgorithm.PERIOD_START: page.period_start,
            AssessAlgorithm.PERIOD_END: page.period_end,
            AssessAlgorithm.SURVEY_METHOD: page.survey_method,
            AssessAlgorithm.SURVEY_METHOD_EARLIER: page.survey_method_earlier,
            OUTPUT: page.result,
            OVERWRITE: page.overwrite,
        }
        rows = page.rasters.model()
        for signal in (rows.dataChanged, rows.rowsInserted, rows.rowsRemoved):
            signal.connect(self._tell_change)
        page.add_raster.clicked.connect(self._add_chosen_raster)
        page.remove_raster.clicked.connect(self._remove_chosen_rasters)
        page.sample.clicked.connect(self.sample_wanted)
        page.choose_fields.clicked.connect(self.fields_wanted)

    def title(self) -> str:
        """Name of the step."""
        return tr("Data")

    def parameters(self) -> dict[str, Any]:
        """Inputs and target of ``assess``."""
        rows = [row for row in self._raster_rows() if QgsProject.instance().mapLayer(row[_LAYER]) is not None]
        values = super().parameters()
        if rows:
            values[RASTERS] = [row[_LAYER] for row in rows]
            values[RASTER_NAMES] = ";".join("{}#{}".format(*row[:2]) if row[_BAND] else row[_NAME] for row in rows)
        return values

    def remembered(self) -> dict[str, Any]:
        """The fields and the list of rasters."""
        return super().remembered() | {RASTERS: self._raster_rows()}

    def restore(self, values: dict[str, Any]) -> None:
        """Put back the fields and the rasters that are still there."""
        super().restore(values)
        self.page.rasters.setRowCount(0)
        for name, band, layer_id in values.get(RASTERS, []):
            layer = QgsProject.instance().mapLayer(layer_id)
            if layer is not None:
                self.add_raster(layer, name, band)

    def add_raster(self, layer: QgsMapLayer, name: str = "", band: str = "") -> None:
        """Put a raster layer into the list."""
        table = self.page.rasters
        row = table.rowCount()
        table.insertRow(row)
        shown = QTableWidgetItem(layer.name())
        shown.setData(Qt.ItemDataRole.UserRole, layer.id())
        shown.setFlags(shown.flags() & ~Qt.ItemFlag.ItemIsEditable)
        shown.setToolTip(layer.name())
        table.setItem(row, _NAME, QTableWidgetItem(name or layer_identifier(layer.name())))
        table.setItem(row, _BAND, QTableWidgetItem(band))
        table.setItem(row, _LAYER, shown)

    def _add_chosen_raster(self) -> None:
        layer = self.page.raster.currentLayer()
        if layer is not None:
            self.add_raster(layer)

    def _remove_chosen_rasters(self) -> None:
        table = self.page.rasters
        for row in sorted({index.row() for index in table.selectedIndexes()}, reverse=True):
            table.removeRow(row)

    def _raster_rows(self) -> list[tuple[str, str, str]]:
        table = self.page.rasters
        rows = [[table.item(row, column) for column in (_NAME, _BAND, _LAYER)] for row in range(table.rowCount())]
        return [
            (name.text().strip(), band.text().strip(), layer.data(Qt.ItemDataRole.UserRole))
            for name, band, layer in rows
            if name is not None and band is not None and layer is not None  # a row is told before it is filled
        ]


def _fill_methods(combo: QComboBox) -> None:
    combo.addItem(tr("From the layer"), None)
    for number, text in enumerate(survey_method_texts()):
        combo.addItem(text, number)
