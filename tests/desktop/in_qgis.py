"""Runs inside the QGIS desktop: clicks through the plugin as a forester would, and notes what it saw."""

import os
import sys
import time

import qgis.utils
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import (
    NAME,
    WORK,
    choose_step,
    click,
    dock,
    look_for_clipping,
    our_toolbar_actions,
    plugin,
    seen,
    shoot,
    start,
)
from stalls import Stalls


def open_the_panel():
    seen["locale"] = QgsApplication.locale()
    seen["name"] = next(a.displayName() for a in plugin().provider.algorithms() if a.name() == "assess")
    iface.messageBar().clearWidgets()
    our_toolbar_actions()[0].trigger()
    iface.mainWindow().resize(1380, 860)
    yield lambda: dock().isVisible()
    click(dock().data.page.sample)
    yield 1500
    for row, step in enumerate(dock().steps):
        choose_step(row)
        yield 400
        assert dock().form.pages.currentIndex() == row
        look_for_clipping(step.help_anchor)
        shoot("step{}_{}".format(row + 1, step.help_anchor))


def cancel_a_run():
    out = WORK / "cancelled.gpkg"
    dock().data.page.result.setFilePath(str(out))
    ended = []
    dock().run.cancelled.connect(ended.append)
    click(dock().form.run)
    yield lambda: dock().form.progress.value() > 0
    look_for_clipping("running")
    seen["percent_at_start"] = dock().form.progress.value()
    shoot("running")
    pressed = time.monotonic()
    click(dock().form.cancel)
    yield lambda: bool(ended)
    seen["cancel_s"] = time.monotonic() - pressed
    dock().run.cancelled.disconnect(ended.append)
    seen["left_by_cancel"] = sorted(path.name for path in WORK.iterdir() if "cancelled" in path.name)


def run_to_the_end():
    dock().data.page.result.setFilePath(str(WORK / "三明 结果.gpkg"))
    ended = []
    dock().run.done.connect(lambda *what: ended.append(what))
    dock().run.failed.connect(lambda *what: ended.append(what))
    stalls = Stalls()
    stalls.start()
    stalls.name("run to the end")
    click(dock().form.run)
    yield lambda: bool(ended)
    yield 500
    stalls.stop()
    seen["ended"] = [str(part) for part in ended[0]]
    seen["stalls"] = stalls.told()
    root = QgsProject.instance().layerTreeRoot()
    group = next((g for g in root.findGroups() if g.customProperty("sanming_carbon/result")), None)
    layers = [node.layer() for node in group.findLayers()] if group else []
    seen["layers"] = [layer.name() for layer in layers]
    seen["valid"] = [layer.isValid() for layer in layers]
    seen["rows"] = [layer.featureCount() for layer in layers]
    choose_step(4)
    window = iface.mainWindow()
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [290], Qt.Orientation.Horizontal)
    yield 300
    iface.mapCanvas().refresh()
    yield lambda: not iface.mapCanvas().isDrawing()
    yield 1500
    look_for_clipping("done")
    shoot("result")


def open_the_map():
    click(dock().maps.page.open_map)
    yield lambda: bool(_designers())
    designer = _designers()[0]
    designer.resize(1300, 820)
    yield 4000
    shoot("target_map", designer)
    seen["layouts"] = [layout.name() for layout in QgsProject.instance().layoutManager().printLayouts()]
    designer.close()
    yield 500


def run_from_the_toolbox():
    import processing

    root = QgsProject.instance().layerTreeRoot()
    groups, layers = len(root.findGroups()), len(QgsProject.instance().mapLayers())
    values = dock().data.parameters()
    processing.runAndLoadResults(
        "sanmingcarbon:assess", {"STANDS": values["STANDS"], "OUTPUT": str(WORK / "toolbox.gpkg")}
    )
    yield 500
    seen["toolbox"] = [len(root.findGroups()) - groups, len(QgsProject.instance().mapLayers()) - layers]


def remember():
    path = str(WORK / "工程 1.qgz")
    before = {name: str(value) for step in dock().steps for name, value in step.parameters().items()}
    assert QgsProject.instance().write(path)
    iface.newProject(False)
    yield 500
    iface.addProject(path)
    yield 1500
    after = {name: str(value) for step in dock().steps for name, value in step.parameters().items()}
    seen["remembered"] = before == after
    if before != after:
        seen["difference"] = [(name, before.get(name), after.get(name)) for name in before | after]


def _designers():
    return [designer.window() for designer in iface.openLayoutDesigners()]


def day():
    yield lambda: NAME in qgis.utils.plugins
    yield 1500
    for part in (
        open_the_panel,
        cancel_a_run,
        run_to_the_end,
        open_the_map,
        run_from_the_toolbox,
        remember,
    ):
        seen["part"] = part.__name__
        yield from part()
    seen["part"] = "end"


start(day)
