"""What is on its way in the panel when another project is opened: it stays out of that one, and nothing breaks."""

from __future__ import annotations

import pytest
from panel_runs import few_stands
from qgis.core import QgsProject

from sanming_carbon_plugin.gui.input_marks import EDITS

pytestmark = pytest.mark.qgis


def test_another_project_may_be_opened_after_the_fields_were_left_as_they_are(dock, tmp_path, qtbot):
    few_stands(dock, tmp_path / "a.gpkg")
    dock.side.open_fields()
    dialog = dock.side.fields
    with qtbot.waitSignals([dialog.destroyed, dialog.rejected]):
        dialog.reject()
    assert dock.side.fields is None
    QgsProject.instance().clear()
    assert dock.data.page.result.filePath() == ""


def test_what_was_said_about_one_project_is_not_said_about_the_next(dock):
    dock.check.show_severities({"error": 3, "warning": 1200})
    dock.form.status.setText("Done: a.gpkg")
    QgsProject.instance().clear()
    assert dock.check.page.found.text() == dock.form.status.text() == ""


def test_the_sample_is_not_opened_halfway_in_another_project(dock, qtbot):
    dock.data.page.sample.click()
    assert not dock.data.page.sample.isEnabled()
    QgsProject.instance().clear()
    assert dock.data.page.sample.isEnabled()
    qtbot.wait(200)
    assert QgsProject.instance().mapLayers() == {}


def test_what_waits_for_libraries_does_not_begin_in_another_project(dock, tmp_path, monkeypatch):
    monkeypatch.setattr(dock.warm_up, "is_loading", lambda: True)
    few_stands(dock, tmp_path / "a.gpkg")
    dock.start_assess()
    begun = []
    monkeypatch.setattr(dock.run, "start", lambda *given: begun.append(given))
    QgsProject.instance().clear()
    dock.warm_up.ready.emit()
    assert begun == []
    assert dock.form.run.isEnabled()
    assert not dock.form.cancel.isEnabled()


def test_an_edit_counts_once_however_often_the_panel_is_filled_anew(dock, tmp_path):
    few_stands(dock, tmp_path / "a.gpkg")
    dock.states.refresh()
    dock.states.restore()
    layer = dock.data.page.stands.currentLayer()
    layer.layerModified.emit()
    assert int(layer.customProperty(EDITS)) == 1
