"""Step 5: plans, reports, and the maps to print."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsPrintLayout, QgsProject, QgsVectorLayer
from qgis.gui import QgisInterface, QgsFileWidget
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...adapters.maps.area_table import area_reader
from ...adapters.maps.layers import THEME, file_of, group_name
from ...adapters.maps.sheet import target_map_steps
from ...adapters.maps.themes import themes
from ...core.errors import CarbonError
from ...processing.assess import AssessAlgorithm
from ...processing.export_maps import one_sheet
from ...processing.translation import language, tr
from ..reading import Reading
from ..result_layers import name_of, results
from .step import Step


class MapsStep(Step):
    """Opens the target map of a result, and begins its export."""

    form = "maps_step.ui"
    help_anchor = "maps"
    tools = ("targetprogress", "plan", "comparescenarios", "workdesign", "exportmaps", "report")
    failed = pyqtSignal(object)
    result_wanted = pyqtSignal(str)
    """File of a result to show; empty where it is still to be chosen."""
    export_wanted = pyqtSignal(object)
    """Values of ``exportmaps`` for one sheet of the chosen result and theme."""

    def __init__(self, iface: QgisInterface, parent: QObject) -> None:
        super().__init__(iface, parent)
        for theme in themes().values():
            if theme.layer == "stands":
                self.page.theme.addItem(theme.title(language()), theme.name)
        self.page.report.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.fields = {AssessAlgorithm.REPORT: self.page.report}
        self.page.open_result.clicked.connect(self._want_result)
        self.page.open_map.clicked.connect(self.open_map)
        self.page.save_map.clicked.connect(self._save_map)
        self._areas = Reading(tr("Read the areas of the classes"), self)
        self._areas.read.connect(self._begin_sheet)
        self._areas.failed.connect(self.failed)
        self._drawing = ("", "")
        self._filling: Generator[None, None, QgsPrintLayout] | None = None
        self.list_results()

    def title(self) -> str:
        """Name of the step."""
        return tr("Plan and maps")

    def list_results(self, chosen: Path | None = None) -> None:
        """Show the results that the project holds, and choose ``chosen`` or keep what is chosen."""
        combo = self.page.results
        before = combo.currentData() if chosen is None else str(chosen)
        combo.clear()
        for path, layers in results().items():
            combo.addItem(name_of(layers[0]), str(path))
        combo.setCurrentIndex(max(combo.findData(before), 0 if combo.count() else -1))
        for button in (self.page.open_map, self.page.save_map):
            button.setEnabled(combo.count() > 0)

    def chosen_result(self) -> str:
        """File of the result that is chosen, empty where the project holds none."""
        return str(self.page.results.currentData() or "")

    def open_map(self) -> None:
        """Open the sheet of the chosen result and theme in the layout designer, as soon as it is filled."""
        layer = self._chosen_layer()
        # Somebody added the stands alone, or shown in another language: the themes of today's come first.
        if layer is None or _speaks_otherwise(layer):
            self.result_wanted.emit(self.chosen_result())
            return
        self._drawing = layer.id(), str(self.page.theme.currentData())
        self._filling = None
        from ...adapters.attention import stands_on_shared_ground  # noqa: PLC0415 - needs shapely

        rows = area_reader(layer, themes()[self._drawing[1]], language())
        self._areas.start({"rows": rows, "shared": partial(stands_on_shared_ground, file_of(layer))}, at_once=True)

    def shut_down(self) -> None:
        """Stop what is on its way, before the plugin goes."""
        self._filling = None
        self._areas.shut_down()

    def _begin_sheet(self, found: dict[str, Any]) -> None:
        layer_id, theme = self._drawing
        layer = QgsProject.instance().mapLayer(layer_id)
        if isinstance(layer, QgsVectorLayer):
            self._filling = target_map_steps(
                QgsProject.instance(), layer, theme, language(), found["rows"], shared=found["shared"]
            )
            self._fill_next()

    def _fill_next(self) -> None:
        """A bit more of the sheet; the window has its turn before the next one."""
        if self._filling is None or QgsProject.instance().mapLayer(self._drawing[0]) is None:
            self._filling = None
            return
        try:
            next(self._filling)
        except StopIteration as end:
            self._filling = None
            self.iface.openLayoutDesigner(end.value)
            return
        except CarbonError as error:
            self._filling = None
            self.failed.emit(error)
            return
        QTimer.singleShot(0, self._fill_next)

    def _want_result(self) -> None:
        self.result_wanted.emit("")

    def _save_map(self) -> None:
        result, theme = self.chosen_result(), str(self.page.theme.currentData() or "")
        if result and theme:
            self.export_wanted.emit(one_sheet(Path(result), theme))

    def _chosen_layer(self) -> QgsVectorLayer | None:
        result, theme = self.page.results.currentData(), self.page.theme.currentData()
        layers = results().get(Path(str(result)), [])
        return next((layer for layer in layers if layer.customProperty(THEME) == theme), None)


def _speaks_otherwise(layer: QgsVectorLayer) -> bool:
    """Whether a result was put into the project in the other language: its sheet would speak both."""
    return name_of(layer) == group_name(file_of(layer), "en" if language() == "zh" else "zh")
