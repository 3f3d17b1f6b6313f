"""The later steps open the dialogs of their algorithms with the chosen result filled in."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from made_results import SAMPLE
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QDialog

from sanming_carbon_plugin.adapters.maps.layers import add_results_group
from sanming_carbon_plugin.gui.step_states import State
from sanming_carbon_plugin.gui.tools import filled_in

pytestmark = [pytest.mark.qgis, pytest.mark.usefixtures("qgis_processing")]


def _algorithm(name):
    return QgsApplication.processingRegistry().algorithmById("sanmingcarbon:{}".format(name))


def test_only_what_the_toolbox_offers_is_shown(dock):
    for name, button in dock.tools.buttons.items():
        assert button.isHidden() == (_algorithm(name) is None), name
    assert {"ticketeligibility", "doublecount", "application", "exportmaps", "report", "fieldpackage"} <= {
        name for name, button in dock.tools.buttons.items() if not button.isHidden()
    }


def test_without_a_result_they_wait(dock, made_gpkg):
    assert not dock.tools.buttons["exportmaps"].isEnabled()
    assert dock.tools.buttons["neutrality"].isEnabled()
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    assert dock.tools.buttons["exportmaps"].isEnabled()
    assert made_gpkg.name in dock.maps.page.tools_result.text()


def test_what_the_panel_knows_is_filled_in(dock, made_gpkg):
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    credited_layer = QgsVectorLayer(str(SAMPLE / "credited.gpkg"), "credited", "ogr")
    QgsProject.instance().addMapLayer(credited_layer)
    dock.tickets.add_credited(credited_layer.id())
    for name, button in dock.tools.buttons.items():
        if button.isHidden() or name == "neutrality":
            continue
        algorithm = _algorithm(name)
        values = filled_in(algorithm, dock.known())
        names = {each.name() for each in algorithm.parameterDefinitions()}
        assert set(values) <= names
        assert "RESULT" not in names or values["RESULT"] == str(made_gpkg), name
        assert "CREDITED" not in names or values["CREDITED"] == [credited_layer.id()]
        if "OUTPUT" in names:
            assert Path(values["OUTPUT"]).parent == made_gpkg.parent, name
            assert Path(values["OUTPUT"]) != made_gpkg


class _Dialog(QDialog):
    """Stands for the dialog of Processing, which needs the real desktop."""

    algorithmFinished = pyqtSignal(bool, dict)  # noqa: N815 - Processing's name
    values: ClassVar[dict] = {}

    def createProcessingParameters(self):  # noqa: N802 - Processing's name
        return self.values


def test_a_button_opens_the_dialog_beside_the_panel(dock, made_gpkg, monkeypatch):
    import processing

    asked = []
    monkeypatch.setattr(processing, "createAlgorithmDialog", lambda *what: asked.append(what) or _Dialog())
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    dock.tools.buttons["exportmaps"].click()
    ((algorithm_id, values),) = asked
    assert algorithm_id == "sanmingcarbon:exportmaps"
    assert values["RESULT"] == str(made_gpkg)
    (dialog,) = dock.tools._dialogs
    assert dialog.isVisible()
    assert not dialog.isModal()
    dialog.algorithmFinished.emit(False, {})
    assert dock.states.state("maps").state is State.NOT_STARTED
    dialog.algorithmFinished.emit(True, {})
    assert dock.states.state("maps").state is State.DONE


def test_what_a_tool_writes_belongs_to_the_project_it_was_opened_in(dock, tmp_path, monkeypatch):
    import processing

    monkeypatch.setattr(processing, "createAlgorithmDialog", lambda *_: _Dialog())
    monkeypatch.setattr(_Dialog, "values", {"TARGETS": str(tmp_path)})
    dialogs = [dock.tools.open("plan", {}) for _ in range(2)]
    dialogs[0].algorithmFinished.emit(True, {})
    assert dock.made.values() == {"TARGETS": str(tmp_path)}
    QgsProject.instance().clear()
    dialogs[1].algorithmFinished.emit(True, {})
    assert dock.made.values() == {}
    assert dock.states.state("maps").state is State.NOT_STARTED


def test_another_result_makes_the_maps_out_of_date(dock, made_gpkg, tmp_path):
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    dock.states.finish("sanmingcarbon:exportmaps", None)
    assert dock.states.state("maps").state is State.DONE
    other = tmp_path / "other.gpkg"
    other.write_bytes(made_gpkg.read_bytes())
    add_results_group(QgsProject.instance(), other, "en")
    dock.maps.page.results.setCurrentIndex(dock.maps.page.results.findData(str(other)))
    dock.states.refresh()
    assert dock.states.state("maps").state is State.OUTDATED


def test_the_dossier_begins_with_the_application_that_was_written(dock, tmp_path):
    dock.tools.found.emit("sanmingcarbon:application", {}, {"OUTPUT": str(tmp_path)})
    assert filled_in(_algorithm("dossier"), dock.known())["APPLICATION"] == str(tmp_path)
