"""The dock shows how far the work is, and hears of every change that makes it out of date."""

from __future__ import annotations

import pytest
from made_results import SAMPLE
from qgis.core import QgsProject, QgsVectorLayer, edit

from sanming_carbon_plugin.gui.input_marks import file_mark
from sanming_carbon_plugin.gui.step_states import State

pytestmark = pytest.mark.qgis


@pytest.fixture
def small_layer(tmp_path):
    """Thirty stands in a file that may be edited."""
    source_layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    source_layer.setSubsetString("fid <= 30")
    from qgis.core import QgsProject, QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    path = str(tmp_path / "小班.gpkg")
    QgsVectorFileWriter.writeAsVectorFormatV3(source_layer, path, QgsProject.instance().transformContext(), options)
    layer = QgsVectorLayer(path, "stands", "ogr")
    QgsProject.instance().addMapLayer(layer)
    return layer


def _states(dock) -> list[State]:
    dock.states.refresh()
    return [dock.states.state(step.help_anchor).state for step in dock.steps]


def _run(dock, qtbot, button) -> None:
    ended = []
    dock.run.done.connect(lambda *_: ended.append(""))
    dock.run.failed.connect(lambda _, reason: ended.append(reason))
    button.click()
    qtbot.waitUntil(lambda: bool(ended), timeout=120_000)
    assert ended == [""]
    qtbot.waitUntil(lambda: not dock.states.counting.is_reading(), timeout=20_000)


@pytest.fixture
def checked(dock, small_layer, tmp_path, qtbot):
    """A dock whose stands were assessed."""
    dock.data.page.stands.setLayer(small_layer)
    dock.data.page.result.setFilePath(str(tmp_path / "out.gpkg"))
    _run(dock, qtbot, dock.form.run)
    return dock


def test_an_empty_project_has_not_started(dock):
    assert _states(dock) == [State.NOT_STARTED] * 5


def test_words_and_icons_stand_beside_each_step(dock, small_layer):
    dock.data.page.stands.setLayer(small_layer)
    dock.states.refresh()
    item = dock.form.steps.item(0)
    assert "1" in item.text().partition("·")[2]  # one thing is missing: the result
    assert not item.icon().isNull()
    assert item.toolTip()


@pytest.mark.everywhere
def test_a_run_does_its_steps_and_counts_what_waits(checked):
    states = _states(checked)
    assert states[0] is State.DONE
    assert states[1] is State.ATTENTION
    assert states[4] is State.NOT_STARTED
    text = checked.form.steps.item(1).text()
    assert str(checked.states.state("check").count) in text


def test_editing_the_layer_makes_the_later_steps_out_of_date(checked, small_layer, qtbot):
    with edit(small_layer):
        feature = next(small_layer.getFeatures())
        feature["REMARKS"] = "改"
        small_layer.updateFeature(feature)
    qtbot.waitUntil(lambda: "out of date" in checked.form.steps.item(1).text(), timeout=5_000)
    assert _states(checked)[1:4] == [State.OUTDATED] * 3
    assert checked.states.state("tickets").changed == ("STANDS",)


def test_another_file_of_rules_leaves_the_check_as_it_is(checked, tmp_path):
    before = _states(checked)
    checked.carbon.page.seed.setValue(7)
    now = _states(checked)
    assert now[1] == before[1]
    assert now[2:4] == [State.OUTDATED] * 2
    checked.carbon.page.seed.setValue(0)
    assert _states(checked) == before


def test_a_result_that_is_gone_is_out_of_date_until_it_is_back(checked, tmp_path):
    before = _states(checked)
    for path in tmp_path.glob("out.gpkg*"):
        path.rename(path.with_name("kept " + path.name))
    states = _states(checked)
    assert states[1] == before[1], "the doubts were looked for all the same"
    assert states[2] is states[3] is State.OUTDATED
    assert checked.states.state("carbon").changed == ("OUTPUT",)
    (tmp_path / "kept out.gpkg").rename(tmp_path / "out.gpkg")
    assert _states(checked) == before


def test_replacing_the_layer_is_seen_and_taking_the_same_file_again_is_not(checked, small_layer):
    before = _states(checked)
    source = small_layer.source()
    QgsProject.instance().removeMapLayer(small_layer.id())
    assert _states(checked)[1] is State.OUTDATED
    layer = QgsVectorLayer(source, "again", "ogr")
    QgsProject.instance().addMapLayer(layer)
    checked.data.page.stands.setLayer(layer)
    assert _states(checked) == before


def test_deciding_about_doubts_counts_anew(checked, qtbot):
    checked.side.open_list()
    panel = checked.side.panel
    before = checked.states.state("check").count
    panel.form.rows.selectRow(0)
    panel.form.severity.setCurrentIndex(panel.form.severity.findData("warning"))
    panel.form.rows.selectRow(0)
    panel.mark("accepted", "已核实")
    qtbot.waitUntil(lambda: checked.states.state("check").count == before - 1, timeout=10_000)


@pytest.mark.long
def test_the_states_come_back_with_the_project(checked, tmp_path):
    before = _states(checked)
    path = str(tmp_path / "工程.qgz")
    assert QgsProject.instance().write(path)
    QgsProject.instance().clear()
    assert _states(checked) == [State.NOT_STARTED] * 5
    assert QgsProject.instance().read(path)
    assert _states(checked) == before


def test_a_geopackage_that_qgis_only_opens_keeps_its_mark(tmp_path):
    import shutil

    path = tmp_path / "a.gpkg"
    shutil.copyfile(SAMPLE / "stands.gpkg", path)
    before = file_mark(path)
    stands_layer = QgsVectorLayer(str(path), "a", "ogr")
    assert sum(1 for _ in stands_layer.getFeatures()) > 0
    del stands_layer
    assert file_mark(path) == before
