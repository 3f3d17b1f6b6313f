"""What happens in the middle of a run, and what is left after coming and going many times."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_results import SAMPLE
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, QTranslator
from qgis.PyQt.QtGui import QAction
from qgis.PyQt.QtWidgets import QApplication, QDockWidget

import sanming_carbon_plugin
from sanming_carbon_plugin import plugin as plugin_module
from sanming_carbon_plugin.gui.dock import CarbonDock
from sanming_carbon_plugin.gui.parcel_cards import ParcelCards
from sanming_carbon_plugin.gui.step_states import State
from sanming_carbon_plugin.processing.translation import install_translator, tr

pytestmark = pytest.mark.qgis
LOADS = 20
TITLE, TITLE_ZH = "Sanming Forest Carbon", "三明林业碳汇"
MOST_GROWTH_MB = 12.0


def _few_stands(dock, target):
    layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    layer.setSubsetString("fid <= 30")
    QgsProject.instance().addMapLayer(layer)
    dock.data.page.stands.setLayer(layer)
    dock.data.page.result.setFilePath(str(target))
    return layer


@contextmanager
def _ended(dock, qtbot):
    told = []
    dock.run.done.connect(lambda *_: told.append("done"))
    dock.run.failed.connect(lambda _, reason: told.append(reason))
    dock.run.cancelled.connect(lambda _: told.append("cancelled"))
    yield told
    qtbot.waitUntil(lambda: bool(told), timeout=120_000)


def _groups():
    return [
        Path(group.customProperty("sanming_carbon/result"))
        for group in QgsProject.instance().layerTreeRoot().findGroups()
        if group.customProperty("sanming_carbon/result")
    ]


def test_a_second_run_while_the_first_is_shown_waits_and_loses_nothing(dock, tmp_path, qtbot, monkeypatch):
    _few_stands(dock, tmp_path / "a.gpkg")
    seen = []
    real = dock._show_results

    def watched(*what):
        for _ in real(*what):
            seen.append(dock.run.is_running())
            dock.start_assess()  # in the middle of showing
            yield

    dock.run._show = watched
    with _ended(dock, qtbot) as told:
        dock.form.run.click()
    assert told == ["done"]
    assert seen
    assert all(seen)
    assert _groups() == [tmp_path / "a.gpkg"]


def test_a_run_that_fails_or_is_cancelled_leaves_the_results_before_it(dock, tmp_path, qtbot):
    _few_stands(dock, tmp_path / "a.gpkg")
    with _ended(dock, qtbot) as told:
        dock.form.run.click()
    assert told == ["done"]
    before = (tmp_path / "a.gpkg").read_bytes()
    layers = set(QgsProject.instance().mapLayers())
    with _ended(dock, qtbot) as told:  # the file is there and may not be replaced
        dock.form.run.click()
    assert "OUTPUT_EXISTS" in told[0]
    dock.data.page.overwrite.setChecked(True)
    with _ended(dock, qtbot) as told:
        dock.form.run.click()
        dock.form.cancel.click()
    assert told == ["cancelled"]
    assert (tmp_path / "a.gpkg").read_bytes() == before
    assert set(QgsProject.instance().mapLayers()) == layers
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".gpkg") == ["a.gpkg"]


def test_the_layer_is_removed_while_a_run_reads_it(dock, tmp_path, qtbot):
    layer = _few_stands(dock, tmp_path / "a.gpkg")
    with _ended(dock, qtbot) as told:
        dock.form.run.click()
        QgsProject.instance().removeMapLayer(layer.id())
    assert told == ["done"]
    assert _groups() == [tmp_path / "a.gpkg"]
    dock.states.refresh()
    assert dock.states.state("check").state is State.OUTDATED


def test_the_project_is_closed_while_results_are_shown(dock, tmp_path, qtbot):
    _few_stands(dock, tmp_path / "a.gpkg")
    real = dock._show_results

    def interrupted(*what):
        for number, _ in enumerate(real(*what)):
            if number == 10:
                QgsProject.instance().clear()
            yield

    dock.run._show = interrupted
    with _ended(dock, qtbot) as told:
        dock.form.run.click()
    assert told == ["done"]
    assert (tmp_path / "a.gpkg").exists()
    assert dock.form.run.isEnabled()


def test_unloading_while_results_are_shown_leaves_the_file(qgis_iface, provider, tmp_path, qtbot):
    made = CarbonDock(qgis_iface, qgis_iface.mainWindow())
    _few_stands(made, tmp_path / "a.gpkg")
    seen = []
    real = made._show_results

    def watched(*what):
        for _ in real(*what):
            seen.append(1)
            yield

    made.run._show = watched
    made.form.run.click()
    qtbot.waitUntil(lambda: bool(seen), timeout=120_000)
    made.shut_down()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    assert (tmp_path / "a.gpkg").exists()
    QgsProject.instance().clear()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _flush() -> None:
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    gc.collect()


def _left_behind(window) -> dict[str, int]:
    ours = [each for each in window.findChildren(QObject) if each.objectName().startswith("sanming_carbon")]
    return {
        "named": len(ours),
        "docks": len([each for each in window.findChildren(QDockWidget) if "carbon" in each.objectName()]),
        "actions": len([each for each in window.findChildren(QAction) if "sanming" in each.objectName()]),
        "widgets": len(QApplication.allWidgets()),
        "translators": sum(type(each) is QTranslator and not sip.isdeleted(each) for each in gc.get_objects()),
        "docks in python": sum(isinstance(each, CarbonDock) for each in gc.get_objects()),
        "cards in python": sum(isinstance(each, ParcelCards) for each in gc.get_objects()),
        "tasks": QgsApplication.taskManager().count(),
        "providers": len(QgsApplication.processingRegistry().providers()),
    }


def _load_and_unload(iface) -> None:
    plugin = sanming_carbon_plugin.classFactory(iface)
    plugin.initGui()
    try:
        assert tr(TITLE) == TITLE_ZH
        plugin.dock.setUserVisible(True)
        plugin.cards.choose_tool()
        plugin.dock.side.open_list()
        QCoreApplication.processEvents()
    finally:
        plugin.unload()
    assert tr(TITLE) == TITLE
    del plugin
    _flush()


@pytest.mark.long
@pytest.mark.everywhere
def test_twenty_times_in_and_out_leaves_nothing_and_memory_flat(qgis_iface, monkeypatch):
    monkeypatch.setattr(plugin_module, "install_translator", lambda: install_translator("zh-Hans"))
    window = qgis_iface.mainWindow()
    for _ in range(4):  # caches of Qt, of Python and of the tables fill once
        _load_and_unload(qgis_iface)
    before, memory = _left_behind(window), _resident_mb()
    for _ in range(LOADS):
        _load_and_unload(qgis_iface)
    assert _left_behind(window) == before
    assert before["named"] == 0
    assert before["translators"] == 0
    assert before["docks"] == 0
    assert before["docks in python"] == 0
    assert _resident_mb() - memory < MOST_GROWTH_MB
