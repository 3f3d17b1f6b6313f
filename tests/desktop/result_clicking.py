"""What a person does with a result on the map and in the panel: find a stand, click it, decide about its class."""

from clicking import WORK, click, dock, look_for_clipping, pauses, plugin, seen, shoot, type_in
from closing import settled
from osgeo import ogr
from qgis.core import QgsCoordinateTransform, QgsFeatureRequest, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox
from qgis.utils import iface
from stalls import Stalls
from tool_clicking import open_tool, run_tool, tool

RESULT = WORK / "三明 结果.gpkg"
stalls = Stalls()
pauses.append(stalls.pause)


def press(widget, *keys):
    for key in keys:
        QTest.keyClick(widget, key)


def write(widget, text):
    """Type over what stands in a line."""
    click(widget)
    widget.selectAll()
    type_in(widget, text)


def pick(combo, data):
    """Choose an entry of a list with the keys."""
    combo.setFocus()
    press(combo, Qt.Key.Key_Home)
    for _ in range(combo.findData(data)):
        press(combo, Qt.Key.Key_Down)
    assert combo.currentData() == data


def pick_layer(combo, layer):
    """Choose a layer with the keys."""
    combo.setFocus()
    press(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentLayer() == layer:
            break
        press(combo, Qt.Key.Key_Down)
    assert combo.currentLayer() == layer


def picture(name, window=None):
    look_for_clipping(name, window)
    shoot(name, window)


def run_and_wait(button):
    """Press a button of the panel that starts a run; the answer is in the list that is given back."""
    ended = []
    run = dock().run
    slots = [
        (run.done, lambda *what: ended.append(("done", *map(str, what)))),
        (run.failed, lambda *what: ended.append(("failed", *map(str, what)))),
        (run.cancelled, lambda *what: ended.append(("cancelled", *map(str, what)))),
    ]
    for signal, slot in slots:
        signal.connect(slot)
    click(button)
    return ended, slots


def ran(ended, slots):
    for signal, slot in slots:
        signal.disconnect(slot)
    assert ended[0][0] == "done", ended


def canvas_place(key):
    """Where on the map a stand of the result is seen."""
    stalls.pause(True)
    layer = result_layer()
    feature = next(layer.getFeatures(QgsFeatureRequest().setFilterExpression("stand_key = '{}'".format(key))))
    canvas = iface.mapCanvas()
    to_map = QgsCoordinateTransform(layer.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance())
    point = to_map.transform(feature.geometry().pointOnSurface().asPoint())
    place = canvas.getCoordinateTransform().transform(point).toQPointF().toPoint()
    stalls.pause(False)
    return place


def on_map(box):
    """A rectangle of the result as the map has it."""
    to = iface.mapCanvas().mapSettings().destinationCrs()
    return QgsCoordinateTransform(result_layer().crs(), to, QgsProject.instance()).transformBoundingBox(box)


def go_near(key):
    """Move the map to a stand of the result, with some land around."""
    stalls.pause(True)
    wanted = QgsFeatureRequest().setFilterExpression("stand_key = '{}'".format(key))
    layer = result_layer()
    box = next(layer.getFeatures(wanted)).geometry().boundingBox()
    stalls.pause(False)
    iface.mapCanvas().setExtent(on_map(box).buffered(300))
    iface.mapCanvas().refresh()
    yield settled


def result_layer():
    root = QgsProject.instance().layerTreeRoot()
    group = next(g for g in root.findGroups() if g.customProperty("sanming_carbon/result"))
    return group.findLayers()[0].layer()


def rows_of(where, column="stand_key", layer="stands"):
    """Values of a column of the result, as it is in the file."""
    stalls.pause(True)
    opened = ogr.Open(str(RESULT))
    found = opened.ExecuteSQL("SELECT {} AS v FROM {} WHERE {}".format(column, layer, where))
    values = [row.GetField(0) for row in found]
    opened.ReleaseResultSet(found)
    stalls.pause(False)
    return values


def decide(column, value, shot):
    cards = plugin().cards
    click(cards.panel.form.decide)
    yield lambda: dialog_of("OverrideDialog") is not None
    yield 200
    dialog = dialog_of("OverrideDialog")
    pick(dialog.form.column, column)
    pick(dialog.form.value, value)
    write(dialog.form.reason, "现地核实")
    write(dialog.form.name, "王林")
    if shot:
        picture(shot, dialog)
    click(dialog.form.buttons.button(QDialogButtonBox.StandardButton.Ok))
    yield lambda: dialog_of("OverrideDialog") is None
    yield settled


def dialog_of(kind):
    found = [w for w in QApplication.topLevelWidgets() if type(w).__name__ == kind and w.isVisible()]
    return found[0] if found else None


def open_and_shoot(name, shot, *fills, step=1):
    """Open a tool, fill it in, and take its picture."""
    yield from open_tool(name, step, *fills)
    shoot(shot, tool(name))


def run_and_shoot(name, shot=None):
    """Run an open tool to its end, and take its picture where one is wanted."""
    made = yield from run_tool(name)
    yield settled
    if shot:
        shoot(shot, tool(name))
    seen.setdefault("tools", {})[name] = made
