"""The dock fills in parameters, remembers them in the project, and tells how a run ended."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import pytest
from made_results import SAMPLE
from osgeo import ogr
from qgis.core import Qgis, QgsProject, QgsRasterLayer, QgsVectorLayer

from sanming_carbon_plugin.adapters.maps.layers import add_results_group
from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.gui.dock import CarbonDock
from sanming_carbon_plugin.gui.sample import own_copy

pytestmark = [pytest.mark.qgis, pytest.mark.everywhere]


def _parameters(dock):
    return {name: value for step in dock.steps for name, value in step.parameters().items()}


def test_an_empty_dock_asks_for_nothing_it_does_not_have(dock):
    assert _parameters(dock) == {"OVERWRITE": False, "SEED": 0}


def test_the_sample_fills_in_all_that_assess_needs(dock):
    dock.open_sample()
    values = _parameters(dock)
    assert {"STANDS", "EARLIER", "TENURE", "CREDITED", "RASTERS", "OUTPUT"} <= set(values)
    assert (values["PERIOD_START"], values["PERIOD_END"]) == ("2016-01-01", "2020-12-31")
    assert values["RASTER_NAMES"] == "s2;dem"
    count = len(QgsProject.instance().mapLayers())
    dock.open_sample()  # once more adds nothing
    assert len(QgsProject.instance().mapLayers()) == count


def test_the_sample_is_there_once_when_the_language_was_changed(dock, monkeypatch):
    dock.open_sample()
    before, values = set(QgsProject.instance().mapLayers()), _parameters(dock)
    monkeypatch.setattr("sanming_carbon_plugin.gui.sample.language", lambda: "zh")
    dock.open_sample()
    assert set(QgsProject.instance().mapLayers()) == before
    assert _parameters(dock) == values


def test_two_windows_that_open_the_sample_at_once_never_see_half_a_file(dock, monkeypatch):
    folder = own_copy()
    (folder / "dem.tif").unlink()
    copied = []

    def copy(source, target):
        assert not (folder / "dem.tif").exists(), "nobody sees what is not whole"
        copied.append(Path(target))
        return copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", copy)
    assert own_copy() == folder
    (beside,) = copied
    assert beside.name != "dem.tif"
    assert not beside.exists()
    assert (folder / "dem.tif").stat().st_size == (SAMPLE / "dem.tif").stat().st_size


def test_values_come_back_with_the_project(dock, tmp_path):
    dock.open_sample()
    dock.carbon.page.seed.setValue(7)
    dock.check.page.encoding.setText("GBK")
    dock.data.page.result.setFilePath(str(tmp_path / "结果.gpkg"))
    before = _parameters(dock)
    path = str(tmp_path / "工程 1.qgz")
    assert QgsProject.instance().write(path)
    QgsProject.instance().clear()
    assert "STANDS" not in _parameters(dock)
    assert QgsProject.instance().read(path)
    assert _parameters(dock) == before


def test_a_layer_that_is_gone_is_not_asked_for(dock):
    dock.open_sample()
    project = QgsProject.instance()
    project.removeMapLayers([*_parameters(dock)["RASTERS"], *_parameters(dock)["CREDITED"]])
    values = _parameters(dock)
    assert "RASTERS" not in values
    assert "CREDITED" not in values


def test_a_band_goes_with_the_name(dock):
    dem_raster = QgsRasterLayer(str(SAMPLE / "dem.tif"), "高程 2020!")
    QgsProject.instance().addMapLayer(dem_raster)
    dock.data.add_raster(dem_raster, "dem", "1")
    dock.data.add_raster(dem_raster)
    values = _parameters(dock)
    assert values["RASTER_NAMES"] == "dem#1;高程_2020"
    assert values["RASTERS"] == [dem_raster.id()] * 2


def test_results_are_not_offered_as_inputs(dock, made_gpkg):
    stands_layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    project = QgsProject.instance()
    project.addMapLayer(stands_layer)
    add_results_group(project, made_gpkg, "en")
    combo = dock.data.page.stands
    assert [combo.layer(row).id() for row in range(combo.count())] == [stands_layer.id()]
    assert dock.maps.page.results.count() == 1


def test_a_missing_target_is_said_before_anything_runs(dock, qgis_iface):
    dock.open_sample()
    dock.data.page.result.setFilePath("")
    dock.form.run.click()
    assert not dock.run.is_running()
    assert qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning)


@contextmanager
def _run_to_its_end(dock, qtbot):
    """Wait for the run begun inside, and fail at once, with its reason, where it fails."""
    ended = []
    dock.run.done.connect(lambda *_: ended.append(""))
    dock.run.failed.connect(lambda _, reason: ended.append(reason))
    yield
    qtbot.waitUntil(lambda: bool(ended), timeout=120_000)
    assert ended == [""]


def _small_inputs(dock, tmp_path, name):
    layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    layer.setSubsetString("fid <= 30")
    QgsProject.instance().addMapLayer(layer)
    dock.data.page.stands.setLayer(layer)
    dock.data.page.result.setFilePath(str(tmp_path / name))


def test_a_run_ends_with_a_group_in_the_project(dock, tmp_path, qtbot):
    _small_inputs(dock, tmp_path, "out.gpkg")
    with _run_to_its_end(dock, qtbot):
        dock.form.run.click()
        assert dock.form.cancel.isEnabled()
        assert not dock.form.run.isEnabled()
    groups = [group.name() for group in QgsProject.instance().layerTreeRoot().findGroups()]
    assert any("out" in name for name in groups)
    assert dock.form.run.isEnabled()
    assert dock.maps.page.results.count() == 1


@pytest.mark.long
def test_a_run_into_the_same_file_takes_the_place_of_the_one_before(dock, tmp_path, qtbot):
    _small_inputs(dock, tmp_path, "out.gpkg")
    dock.data.page.overwrite.setChecked(True)
    counts = []
    for _ in range(2):
        with _run_to_its_end(dock, qtbot):
            dock.form.run.click()
        root = QgsProject.instance().layerTreeRoot()
        made = [group for group in root.findGroups() if group.customProperty("sanming_carbon/result")]
        counts.append((len(made), len(QgsProject.instance().mapLayers())))
    assert counts[0] == counts[1]
    assert counts[1][0] == 1


def test_a_run_waits_for_the_libraries_and_can_be_cancelled_meanwhile(dock, tmp_path, qtbot, monkeypatch):
    _small_inputs(dock, tmp_path, "out.gpkg")
    monkeypatch.setattr(dock.warm_up, "is_loading", lambda: True)
    dock.form.run.click()
    assert not dock.run.is_running()
    assert not dock.form.run.isEnabled()
    dock.form.cancel.click()
    assert dock.form.run.isEnabled()
    dock.warm_up.ready.emit()
    assert not dock.run.is_running()
    with _run_to_its_end(dock, qtbot):
        dock.form.run.click()
        dock.warm_up.ready.emit()
        assert dock.run.is_running()


def test_a_failed_run_says_why(dock, tmp_path, qtbot):
    _small_inputs(dock, tmp_path, "out.gpkg")
    (tmp_path / "out.gpkg").write_bytes(b"mine")
    with qtbot.waitSignal(dock.run.failed, timeout=60_000) as caught:
        dock.form.run.click()
    assert "OUTPUT_EXISTS" in caught.args[1]
    assert "OUTPUT_EXISTS" in dock.form.status.text()
    assert (tmp_path / "out.gpkg").read_bytes() == b"mine"


def test_cancel_ends_a_run_and_leaves_nothing(dock, tmp_path, qtbot):
    dock.open_sample()
    dock.data.page.result.setFilePath(str(tmp_path / "out.gpkg"))
    dock.form.run.click()
    qtbot.waitUntil(lambda: dock.form.progress.value() > 0, timeout=30_000)
    with qtbot.waitSignal(dock.run.cancelled, timeout=2_000):
        dock.form.cancel.click()
    assert list(tmp_path.iterdir()) == []
    assert dock.form.run.isEnabled()


@pytest.mark.long
def test_removing_the_layer_in_the_middle_of_a_run_does_no_harm(dock, tmp_path, qtbot):
    dock.open_sample()
    dock.data.page.result.setFilePath(str(tmp_path / "out.gpkg"))
    with _run_to_its_end(dock, qtbot):
        dock.form.run.click()
        qtbot.waitUntil(lambda: dock.form.progress.value() > 0, timeout=30_000)
        QgsProject.instance().removeAllMapLayers()
    assert (tmp_path / "out.gpkg").exists()
    assert dock.maps.page.results.count() == 1


def test_a_second_run_waits_for_the_first(dock, tmp_path, qtbot):
    _small_inputs(dock, tmp_path, "out.gpkg")
    with _run_to_its_end(dock, qtbot):
        dock.form.run.click()
        first = dock.run._task
        dock.start_assess()
        assert dock.run._task is first
    assert (tmp_path / "out.gpkg").exists()


def test_the_check_counts_what_it_found(dock, tmp_path, qtbot):
    _small_inputs(dock, tmp_path, "out.gpkg")
    with _run_to_its_end(dock, qtbot):
        dock.check.page.check.click()
    assert (tmp_path / "out_issues.gpkg").exists()
    qtbot.waitUntil(lambda: ":" in dock.check.page.found.text(), timeout=20_000)


def test_a_mere_name_lies_in_the_folder_of_the_project(dock, tmp_path):
    page = dock.data.page
    page.result.lineEdit().setText("结果.gpkg")
    assert dock.data.parameters()["OUTPUT"] == str(Path.home() / "结果.gpkg"), "a project that was never saved"
    QgsProject.instance().setFileName(str(tmp_path / "工程.qgz"))
    assert dock.data.parameters()["OUTPUT"] == str(tmp_path / "结果.gpkg")
    page.result.lineEdit().editingFinished.emit()
    assert page.result.filePath() == str(tmp_path / "结果.gpkg"), "the user sees where it goes"
    dock.maps.page.report.setFilePath("报告")
    assert dock.maps.parameters()["REPORT"] == str(tmp_path / "报告")


def test_a_result_where_nothing_can_be_looks_like_one_that_is_not_there(dock, tmp_path):
    """A name that is longer than any can be, and a folder that is closed to the user."""
    too_long = tmp_path / ("三明林业" * 30 + ".gpkg")
    with pytest.raises(OSError, match="too long"):
        too_long.stat()
    dock.open_sample()
    dock.data.page.result.setFilePath(str(too_long))
    dock.states.refresh()
    assert dock.states.problems == ()
    assert dock.states.decided_before(str(tmp_path / "r.gpkg")) == ""
    dock.made.note("sanmingcarbon:plan", {}, {"OUTPUT": str(too_long)})
    assert dock.made.values() == {}
    dock.side.open_list()
    assert dock.side.panel.path is None
    (tmp_path / "r.decisions.csv").mkdir()
    dock.data.page.result.setFilePath(str(tmp_path / "r.gpkg"))
    dock.states.refresh()


def test_a_long_error_fits_the_panel_and_is_told_whole_in_the_tip(dock):
    reason = "无法写入输出文件 {}：没有权限。请另选文件夹。[OUTPUT_NOT_WRITABLE]".format("三明市将乐县" * 100)
    dock.run.failed.emit("sanmingcarbon:assess", reason)
    shown = dock.form.status.text()
    assert len(shown) < 250
    assert shown.startswith("无法写入输出文件")
    assert shown.endswith("没有权限。请另选文件夹。[OUTPUT_NOT_WRITABLE]")
    assert dock.form.status.toolTip() == reason


@pytest.fixture
def opened_maps(qgis_iface, monkeypatch):
    """Sheets that the designer was asked to open."""
    opened = []
    monkeypatch.setattr(qgis_iface, "openLayoutDesigner", opened.append, raising=False)
    return opened


def _ground_is_covered_twice(made_gpkg):
    file = ogr.Open(str(made_gpkg), 1)
    file.ExecuteSQL("UPDATE issues SET code = 'STOCK_COUNTED_ONCE', value = '3' WHERE fid = 1")
    del file


def test_the_target_map_opens_in_the_designer(dock, made_gpkg, opened_maps, qtbot):
    _ground_is_covered_twice(made_gpkg)
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    dock.maps.open_map()
    assert opened_maps == [], "the window has its turn while the sheet is filled"
    qtbot.waitUntil(lambda: len(opened_maps) == 1, timeout=20_000)
    dock.maps.open_map()
    qtbot.waitUntil(lambda: len(opened_maps) == 2, timeout=20_000)
    (layout,) = QgsProject.instance().layoutManager().printLayouts()
    assert opened_maps[1] is layout
    assert layout.itemById("legend").isVisible()
    assert "3 stands lie on ground that others cover too" in layout.itemById("notes").text()


def test_a_result_shown_in_another_language_is_shown_in_todays_before_its_map(dock, made_gpkg, opened_maps, qtbot):
    add_results_group(QgsProject.instance(), made_gpkg, "zh")
    dock.maps.open_map()
    root = QgsProject.instance().layerTreeRoot()
    qtbot.waitUntil(lambda: root.findGroup("Forest carbon: 结果") is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not dock.run.is_running(), timeout=20_000)
    assert [group.name() for group in root.findGroups()] == ["Forest carbon: 结果"]
    assert opened_maps == []
    dock.maps.open_map()
    qtbot.waitUntil(lambda: len(opened_maps) == 1, timeout=20_000)
    words = [node.name() for node in opened_maps[0].itemById("legend").model().rootGroup().findLayers()]
    assert not [word for word in words if not word.isascii()]


def test_the_stands_of_a_map_are_read_beside_the_window(dock, made_gpkg, opened_maps, qtbot, monkeypatch):
    threads = []

    def watched(*_):
        def read(_stopped):
            threads.append(threading.get_ident())
            if len(threads) == 1:  # what takes longer than anybody notices goes on in the background
                raise CancelledError
            return [("Class", "Stands"), ("All", "1"), ("Total", "1")]

        return read

    monkeypatch.setattr("sanming_carbon_plugin.gui.steps.maps_step.area_reader", watched)
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    dock.maps.open_map()
    qtbot.waitUntil(lambda: len(opened_maps) == 1, timeout=20_000)
    assert threads[0] == threading.get_ident()
    assert threads[1] != threading.get_ident()


def test_a_project_that_is_closed_while_its_map_is_filled_takes_the_map_along(dock, made_gpkg, opened_maps, qtbot):
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    dock.maps.open_map()
    QgsProject.instance().clear()
    qtbot.wait(300)
    assert opened_maps == []
    assert dock.maps._filling is None


def test_unloading_in_the_middle_of_a_run_waits_for_it(qgis_iface, provider, tmp_path, qtbot):
    made = CarbonDock(qgis_iface, qgis_iface.mainWindow())
    made.open_sample()
    made.data.page.result.setFilePath(str(tmp_path / "out.gpkg"))
    made.form.run.click()
    assert made.run.is_running()
    made.shut_down()
    assert not made.run.is_running()
    made.deleteLater()
    assert list(tmp_path.iterdir()) == []
    QgsProject.instance().clear()


def test_no_form_connects_signals():
    from pathlib import Path

    from sanming_carbon_plugin.gui import forms

    for path in Path(forms.__file__).parent.glob("ui/*.ui"):
        text = path.read_text(encoding="utf-8")
        assert "<connection>" not in text
        assert "<iconset" not in text


def test_a_changed_field_makes_the_project_unsaved_and_a_restored_one_does_not(dock, tmp_path, qtbot):
    project = QgsProject.instance()
    path = str(tmp_path / "project.qgz")
    assert project.write(path)
    dock.carbon.page.seed.setValue(7)
    qtbot.waitUntil(project.isDirty, timeout=2000)
    assert project.write(path)
    assert project.read(path)
    project.setDirty(False)
    qtbot.wait(400)
    assert not project.isDirty()
    assert dock.carbon.page.seed.value() == 7
