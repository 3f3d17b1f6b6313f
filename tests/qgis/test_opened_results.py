"""Results that were made elsewhere, and runs that end when another project is open."""

from __future__ import annotations

import shutil
import threading

import pytest
from assessed import assessed_sample
from made_results import SAMPLE
from panel_runs import ended, few_stands, look_at_the_first_stand, states
from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtWidgets import QFileDialog, QPushButton

from sanming_carbon_plugin.gui.step_states import State

pytestmark = pytest.mark.qgis


def _layer_of(path, table):
    layer = QgsVectorLayer("{}|layername={}".format(path, table), "同事的 " + table, "ogr")
    QgsProject.instance().addMapLayer(layer)
    return layer


def _groups():
    return [group.name() for group in QgsProject.instance().layerTreeRoot().findGroups()]


def test_stands_of_a_result_added_by_hand_are_a_result_and_no_input(
    dock, cards, tmp_path, qtbot, qgis_iface, monkeypatch
):
    result = assessed_sample(tmp_path)
    stands = _layer_of(result, "stands")
    assert dock.maps.chosen_result() == str(result)
    assert dock.maps.page.results.currentText() == stands.name()
    assert dock.tools.buttons["report"].isEnabled()
    doubts = _layer_of(result, "issues")
    assert dock.data.page.stands.count() == 0
    qgis_iface.setActiveLayer(doubts)
    assert look_at_the_first_stand(cards, qgis_iface) == result
    assert cards.panel.card is not None
    QgsProject.instance().removeMapLayer(doubts.id())
    assert cards.panel.card is not None  # the stands that it is about are still there
    with ended(dock, qtbot) as told:
        dock.maps.page.open_map.click()  # its themes come first
    assert told == ["done"]
    assert len(_groups()) == 1
    opened = []
    monkeypatch.setattr(qgis_iface, "openLayoutDesigner", opened.append, raising=False)
    dock.maps.page.open_map.click()
    qtbot.waitUntil(lambda: len(opened) == 1)  # the sheet is filled bit by bit


def test_a_layer_of_ones_own_is_no_result(dock, tmp_path):
    own = shutil.copyfile(SAMPLE / "stands.gpkg", tmp_path / "stands.gpkg")
    stands = _layer_of(own, "stands")
    assert dock.data.page.stands.currentLayer() == stands
    assert dock.maps.page.results.count() == 0


def test_a_result_from_elsewhere_is_opened_with_a_button(dock, cards, tmp_path, qtbot, qgis_iface, monkeypatch):
    first, second = tmp_path / "一", tmp_path / "二"
    first.mkdir()
    second.mkdir()
    for result in (assessed_sample(first), assessed_sample(second)):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, path=str(result): (path, ""))
        with ended(dock, qtbot) as told:
            dock.maps.page.open_result.click()
            assert dock.run.is_running()  # bit by bit, the window has its turn in between
            assert not dock.maps.page.open_result.isEnabled()
        assert told == ["done"]
        assert dock.maps.chosen_result() == str(result)
        assert dock.tools.buttons["report"].isEnabled()
    assert len(_groups()) == 2
    assert dock.maps.page.open_result.isEnabled()
    assert states(dock)["carbon"].state is State.NOT_STARTED
    # What was decided about it counts in the next run.
    assert dock.states.decided_before(str(tmp_path / "mine.gpkg")) == str(result)
    look_at_the_first_stand(cards, qgis_iface)
    assert cards.panel.card is not None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    dock.maps.page.open_result.click()
    assert not dock.run.is_running()


@pytest.mark.parametrize("content", ["stands", "text"])
def test_a_file_that_is_no_result_is_told_and_adds_nothing(dock, tmp_path, qtbot, content):
    path = tmp_path / "不是结果.gpkg"
    if content == "stands":
        shutil.copyfile(SAMPLE / "stands.gpkg", path)
    else:
        path.write_text("x", encoding="utf-8")
    with ended(dock, qtbot) as told:
        assert dock.open_result(path)
    assert "不是结果.gpkg" in told[0]
    assert dock.form.status.text() == told[0]
    assert QgsProject.instance().mapLayers() == {}
    assert dock.form.run.isEnabled()


def _told_elsewhere(qgis_iface):
    bar = qgis_iface.messageBar()
    return [item for item in bar.items() if item.findChild(QPushButton) is not None and "结果" in item.text()]


@pytest.mark.parametrize("moment", ["running", "showing"])
def test_a_run_that_ends_in_another_project_stays_out_of_it(dock, tmp_path, qtbot, qgis_iface, monkeypatch, moment):
    other = tmp_path / "别的.qgz"
    assert QgsProject.instance().write(str(other))
    assert QgsProject.instance().read(str(other))
    result = tmp_path / "结果.gpkg"
    few_stands(dock, result)
    with ended(dock, qtbot) as told:
        dock.form.run.click()
        if moment == "showing":
            qtbot.waitUntil(lambda: not dock.form.cancel.isEnabled(), timeout=30_000)
        assert QgsProject.instance().read(str(other))
    assert told == ["done"]
    assert result.exists()
    assert QgsProject.instance().mapLayers() == {}
    assert _groups() == []
    assert {state.state for state in states(dock).values()} == {State.NOT_STARTED}
    assert dock.form.run.isEnabled()
    (item,) = _told_elsewhere(qgis_iface)
    assert str(result) in item.text()
    with ended(dock, qtbot) as told:
        item.findChild(QPushButton).click()
    assert told == ["done"]
    assert len(_groups()) == 1
    assert dock.maps.chosen_result() == str(result)
    assert _told_elsewhere(qgis_iface) == []


def test_what_is_counted_for_one_project_is_not_told_in_another(dock, tmp_path, qtbot):
    other = str(tmp_path / "别的.qgz")
    dock.states.finish("sanmingcarbon:check", None)
    assert QgsProject.instance().write(other)
    QgsProject.instance().clear()
    dock.states.begin()
    begun = threading.Event()
    dock.states.counting.start({"check": lambda _: begun.wait(10) and 7})
    assert QgsProject.instance().read(other)
    begun.set()
    qtbot.wait(300)
    assert dock.states.state("check").count == 0


def test_a_check_that_ends_in_another_project_can_be_opened_and_leaves_no_message(dock, tmp_path, qtbot, qgis_iface):
    few_stands(dock, tmp_path / "结果.gpkg")
    with ended(dock, qtbot):
        dock.check.page.check.click()
        QgsProject.instance().clear()
    with ended(dock, qtbot) as told:
        _told_elsewhere(qgis_iface)[0].findChild(QPushButton).click()
    assert told == ["done"]
    assert len(_groups()) == 1
    assert states(dock)["check"].state is State.NOT_STARTED
    dock.shown.tell_elsewhere(tmp_path / "结果.gpkg")
    dock.shown.shut_down()
    assert _told_elsewhere(qgis_iface) == []
