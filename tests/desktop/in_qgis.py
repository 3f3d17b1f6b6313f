"""Runs inside the QGIS desktop: clicks through the plugin as a forester would, and notes what it saw.

QGIS is started with ``--code`` on this file. Steps are a generator; what it yields is how long to wait, in ms,
or a condition to wait for. The answer goes as JSON into the file named by ``SANMING_RESULT``.
"""

import json
import os
import time
import traceback
from pathlib import Path

import qgis.utils
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QTableWidget,
    QToolBar,
)
from qgis.utils import iface

NAME = "sanming_carbon_plugin"
WORK = Path(os.environ["SANMING_WORK"])
SHOTS = Path(os.environ["SANMING_SHOTS"])
PREFIX = os.environ["SANMING_PREFIX"]
STEP_LIMIT_S = 60
seen = {"problems": []}


def plugin():
    return qgis.utils.plugins[NAME]


def dock():
    return plugin().dock


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def choose_step(row):
    steps = dock().form.steps
    place = steps.visualItemRect(steps.item(row)).center()
    QTest.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(place))


def shoot(name, window=None):
    SHOTS.mkdir(parents=True, exist_ok=True)
    (window or iface.mainWindow()).grab().save(str(SHOTS / "{}_{}.png".format(PREFIX, name)))


def look_for_clipping(name):
    """Note texts that do not fit their widget, and widgets that lie on one another."""
    kinds = (QLabel, QAbstractButton, QComboBox, QLineEdit, QGroupBox, QTableWidget)
    shown = [widget for kind in kinds for widget in dock().findChildren(kind) if widget.isVisible()]
    for widget in shown:
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            fits = needed <= widget.height() + 1
            fits = fits and (widget.wordWrap() or widget.sizeHint().width() <= widget.width() + 1)
        elif isinstance(widget, QPushButton) and widget.text():
            fits = widget.fontMetrics().horizontalAdvance(widget.text()) <= widget.width()
        elif isinstance(widget, QComboBox) and widget.currentText():
            style = QStyleOptionComboBox()
            widget.initStyleOption(style)
            part = QStyle.SubControl.SC_ComboBoxEditField
            room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, style, part, widget).width()
            icon = 0 if style.currentIcon.isNull() else widget.iconSize().width() + 4
            fits = widget.fontMetrics().horizontalAdvance(widget.currentText()) + icon <= room
        else:
            continue
        if not fits:
            text = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
            seen["problems"].append("{}: clipped {!r}".format(name, text))
    for number, one in enumerate(shown):
        for other in shown[number + 1 :]:
            if one.parentWidget() is other.parentWidget() and one.geometry().intersects(other.geometry()):
                seen["problems"].append("{}: {} lies on {}".format(name, one.objectName(), other.objectName()))


def our_toolbar_actions():
    return [
        action
        for bar in iface.mainWindow().findChildren(QToolBar)
        for action in bar.actions()
        if action.objectName() == "sanming_carbon_dock_action"
    ]


def our_menus():
    return [
        action.text()
        for action in iface.pluginMenu().actions()
        if action.text() in {"三明林业碳汇", "Sanming Forest Carbon"}
    ]


def state():
    return {
        "provider": QgsApplication.processingRegistry().providerById("sanmingcarbon") is not None,
        "docks": len(iface.mainWindow().findChildren(QDockWidget, "sanming_carbon_dock")),
        "toolbar": len(our_toolbar_actions()),
        "menu": len(our_menus()),
    }


def load_twice():
    seen["states"] = [state()]
    for _ in range(2):
        qgis.utils.unloadPlugin(NAME)
        yield 300
        seen["states"].append(state())
        qgis.utils.loadPlugin(NAME)
        qgis.utils.startPlugin(NAME)
        yield 300
        seen["states"].append(state())


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
    ticks = [time.monotonic()]
    stalls = []

    def tick():
        now = time.monotonic()
        stalls.append(now - ticks[0])
        ticks[0] = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(20)
    click(dock().form.run)
    yield lambda: bool(ended)
    timer.stop()
    seen["ended"] = [str(part) for part in ended[0]]
    seen["longest_stall_s"] = max(stalls)
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
        load_twice,
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


def advance(steps, condition=None, since=None):
    try:
        if condition is not None and not condition():
            if time.monotonic() - since > STEP_LIMIT_S:
                raise TimeoutError(seen["part"])  # noqa: TRY301
            QTimer.singleShot(50, lambda: advance(steps, condition, since))
            return
        wait = next(steps)
    except StopIteration:
        finish()
        return
    except Exception:  # noqa: BLE001 - told in the answer
        seen["error"] = traceback.format_exc()
        shoot("error")
        finish()
        return
    if callable(wait):
        QTimer.singleShot(50, lambda: advance(steps, wait, time.monotonic()))
    else:
        QTimer.singleShot(wait, lambda: advance(steps))


def finish():
    Path(os.environ["SANMING_RESULT"]).write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
    # A question on leaving would wait for ever; the status then tells that there was one.
    QTimer.singleShot(15_000, lambda: os._exit(9))
    iface.newProject(False)
    QgsProject.instance().setDirty(False)
    iface.actionExit().trigger()


seen["part"] = "start"
running_day = day()
QTimer.singleShot(500, lambda: advance(running_day))
