"""Runs inside the QGIS desktop: a day of a forester and a surveyor, clicked and typed as they would."""

import os
import shutil
import sys
import time
from pathlib import Path

import qgis.utils
from osgeo import ogr
from qgis.core import QgsCoordinateTransform, QgsFeatureRequest, QgsProject
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox, QDockWidget, QLineEdit, QMessageBox, QTextEdit
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import (
    NAME,
    WORK,
    choose_step,
    click,
    dock,
    look_for_clipping,
    on_modal,
    our_toolbar_actions,
    pauses,
    plugin,
    seen,
    shoot,
    start,
    type_in,
    ways_out,
)
from closing import another_seed, answer_with, settled, states, worked_state
from contents import contents
from stalls import Stalls
from tool_clicking import add_file, tick_layers, type_number, type_text

GBK = Path(os.environ["SANMING_GBK"])
RESULT = WORK / "三明 结果.gpkg"
PACKAGE = WORK / "三明 结果_fieldpackage"
HALFWAY = 40
VISITS = 20
CELL_M = 20.0
CLOSURE = 0.55
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2027,30,ha,made\ntending,350428,2026,2027,20,ha,made\n"
)
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


def open_the_panel():
    iface.messageBar().clearWidgets()
    iface.mainWindow().resize(1380, 860)
    window = iface.mainWindow()
    yield 500
    bar = next(b for b in our_toolbar_actions()[0].associatedWidgets() if b.inherits("QToolBar"))
    click(bar.widgetForAction(our_toolbar_actions()[0]))
    yield lambda: dock().isVisible()
    for name in ("Browser", "LayerOrder"):
        other = window.findChild(QDockWidget, name)
        if other is not None:
            other.setVisible(False)
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [270], Qt.Orientation.Horizontal)
    # The libraries are loaded in the background meanwhile.
    yield 2500
    click(dock().data.page.sample)
    yield lambda: dock().data.page.sample.isEnabled() and dock().data.page.stands.currentLayer() is not None
    yield settled
    yield 500
    picture("01_sample")


def load_the_old_shapefile():
    stalls.pause(True)
    folder = WORK / "清流 旧数据"
    folder.mkdir()
    for path in GBK.iterdir():
        shutil.copy(path, folder)
    stalls.pause(False)
    with stalls.of_qgis("add a layer"):
        layer = iface.addVectorLayer(str(folder / "xiaoban.shp"), "xiaoban", "ogr")
    yield 300
    page = dock().data.page
    pick_layer(page.stands, layer)
    write(page.result.lineEdit(), str(RESULT))
    yield 300
    seen["states_at_start"] = states()


def accept_the_mapping():
    click(dock().data.page.choose_fields)
    side = dock().side
    yield lambda: side.fields is not None and side.fields.form.table.isEnabled()
    yield 300
    dialog = side.fields
    picture("02_fields", dialog)
    target = WORK / "字段.json"

    def name_it(window):
        seen["save_dialog"] = type(window).__name__
        line = window.findChild(QLineEdit, "fileNameEdit")
        line.selectAll()
        type_in(line, str(target))
        press(line, Qt.Key.Key_Return)
        if window.isVisible():  # the first one closed a list of suggestions
            press(line, Qt.Key.Key_Return)

    on_modal(name_it)
    click(dialog.form.buttons.button(QDialogButtonBox.StandardButton.Ok))
    yield lambda: side.fields is None
    assert target.exists()
    seen["mapping"] = dock().check.page.mapping.filePath() == str(target)


def check_the_stands():
    choose_step(1)
    ended = run_and_wait(dock().check.page.check)
    yield lambda: bool(ended[0])
    ran(*ended)
    panel = dock().side.panel
    yield lambda: panel.isVisible() and panel.model.rowCount() > 0
    yield settled
    seen["doubts"] = panel.model.rowCount()
    panel.form.parts.setSizes([280, 480])
    yield 300
    picture("03_doubts")
    look_for_clipping("03_doubts list", panel)


def _row_with_stand(model, after):
    return next(row for row in range(after + 1, model.rowCount()) if model.issue(row).stand_key)


def _click_row(form, row):
    index = form.rows.model().index(row, 0)
    form.rows.scrollTo(index)
    click(form.rows.viewport(), form.rows.visualRect(index).center())


def work_through_three_doubts():
    panel = dock().side.panel
    form, model = panel.form, panel.model
    from sanming_carbon_plugin.adapters.issue_list import IssueFilter, issue_rows

    stands = dock().data.page.stands.currentLayer()
    rows, row = [], -1
    for _ in range(3):
        row = _row_with_stand(model, row)
        rows.append(row)
    numbers = [model.issue(row).number for row in rows]

    _click_row(form, rows[0])
    yield settled
    seen["chosen_on_map"] = stands.selectedFeatureCount()
    picture("04_doubt_on_map")
    click(form.fixed)
    yield 300

    _click_row(form, rows[1])
    yield settled

    def give_reason(window):
        line = window.findChild(QLineEdit)
        type_in(line, "现地核实无误")
        picture("05_reason", window)
        click(window.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok))

    on_modal(give_reason)
    click(form.accepted)
    yield 300

    _click_row(form, rows[2])
    yield settled
    click(form.fixed)
    yield 300
    _click_row(form, rows[2])
    click(form.reopen)
    yield settled
    kept = {each.number: each for each in issue_rows(panel.path, IssueFilter(), 0, 500)}
    seen["accepted"] = list(kept[numbers[1]].identity())
    seen["worked"] = [str(kept[number].status) for number in numbers]
    picture("06_doubts_worked")
    look_for_clipping("06 list", panel)


def run_all_steps():
    ended = run_and_wait(dock().form.run)
    yield lambda: dock().form.progress.value() > 0 or bool(ended[0])
    picture("07_running")
    yield lambda: bool(ended[0])
    ran(*ended)
    dock().side.panel.setUserVisible(False)
    yield settled
    yield 400
    seen["states_after_run"] = states()


def plan_and_print():
    """Step 5: how far the targets are, a plan for what is left, a map for each of the two villages, a report."""
    targets = WORK / "任务.csv"
    targets.write_text(TARGETS, encoding="utf-8")
    asked = (type_text, "TARGETS", targets)
    yield from _open_tool("targetprogress", "24_progress_tool", asked, step=4)
    yield from _run_tool("targetprogress")
    yield from _close_tool("targetprogress")
    yield from _open_tool("plan", "25_plan_tool", step=4)
    seen["targets_filled_in"] = _tool("plan").createProcessingParameters().get("TARGETS") == str(targets)
    yield from _run_tool("plan")
    yield from _close_tool("plan")
    yield from _open_tool("exportmaps", "26_maps_tool", (type_text, "AUTHOR", "王林"), step=4)
    yield from _run_tool("exportmaps", "27_maps_drawn")
    yield from _close_tool("exportmaps")
    yield from _open_tool("report", "28_report_tool", step=4)
    yield from _run_tool("report")
    yield from _close_tool("report")
    folder = Path(seen["tools"]["report"]["OUTPUT"])
    seen["report"] = sorted(path.name for path in folder.iterdir())
    yield settled
    seen["states_after_plan"] = states()
    for other in iface.mainWindow().findChildren(QDockWidget, "ResultsViewer"):
        other.setVisible(False)
    for name in ("Stands 2020", "小班 2020"):  # the sample lies around, in no colours of its own
        for layer in QgsProject.instance().mapLayersByName(name):
            QgsProject.instance().layerTreeRoot().findLayer(layer).setItemVisibilityChecked(False)
    iface.messageBar().clearWidgets()
    window = iface.mainWindow()
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [320], Qt.Orientation.Horizontal)
    yield 300
    iface.mapCanvas().setExtent(_on_map(_result_layer().extent()).scaled(1.1))
    iface.mapCanvas().refresh()
    for row, name in enumerate(("31_data_done", "32_check_done", "33_carbon_done", "34_tickets_done", "08_result")):
        choose_step(row)
        yield settled
        yield 300
        picture(name)


def _canvas_place(key):
    """Where on the map a stand of the result is seen."""
    stalls.pause(True)
    layer = _result_layer()
    feature = next(layer.getFeatures(QgsFeatureRequest().setFilterExpression("stand_key = '{}'".format(key))))
    canvas = iface.mapCanvas()
    to_map = QgsCoordinateTransform(layer.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance())
    point = to_map.transform(feature.geometry().pointOnSurface().asPoint())
    place = canvas.getCoordinateTransform().transform(point).toQPointF().toPoint()
    stalls.pause(False)
    return place


def _on_map(box):
    """A rectangle of the result as the map has it."""
    to = iface.mapCanvas().mapSettings().destinationCrs()
    return QgsCoordinateTransform(_result_layer().crs(), to, QgsProject.instance()).transformBoundingBox(box)


def _go_near(key):
    """Move the map to a stand of the result, with some land around."""
    stalls.pause(True)
    wanted = QgsFeatureRequest().setFilterExpression("stand_key = '{}'".format(key))
    layer = _result_layer()
    box = next(layer.getFeatures(wanted)).geometry().boundingBox()
    stalls.pause(False)
    iface.mapCanvas().setExtent(_on_map(box).buffered(300))
    iface.mapCanvas().refresh()
    yield settled


def _result_layer():
    root = QgsProject.instance().layerTreeRoot()
    group = next(g for g in root.findGroups() if g.customProperty("sanming_carbon/result"))
    return group.findLayers()[0].layer()


def _rows(where, column="stand_key", layer="stands"):
    """Values of a column of the result, as it is in the file."""
    stalls.pause(True)
    opened = ogr.Open(str(RESULT))
    found = opened.ExecuteSQL("SELECT {} AS v FROM {} WHERE {}".format(column, layer, where))
    values = [row.GetField(0) for row in found]
    opened.ReleaseResultSet(found)
    stalls.pause(False)
    return values


def open_the_card():
    keys = _rows("pine_transform = 'no' AND measure IS NOT NULL AND species_code = '220'")
    seen["tickets"] = len(_rows("ticket = 'yes'"))
    seen["pine"] = len(_rows("pine_transform = 'yes'"))
    cards = plugin().cards
    bar = next(b for b in cards.action.associatedWidgets() if b.inherits("QToolBar"))
    click(bar.widgetForAction(cards.action))
    yield lambda: cards.panel is not None and cards.panel.isVisible()
    yield settled
    yield from _go_near(keys[0])
    click(iface.mapCanvas().viewport(), _canvas_place(keys[0]))
    yield lambda: cards.panel.card is not None
    first = cards.panel.card.stand_key
    seen["clicked_stand"] = first == keys[0]
    yield settled
    picture("09_card")
    look_for_clipping("09_card panel", cards.panel)
    form = cards.panel.form
    click(form.next)
    yield settled
    second = cards.panel.card.stand_key
    click(form.previous)
    yield settled
    seen["walked"] = [second != first, cards.panel.card.stand_key == first]
    before = iface.mapCanvas().extent()
    click(form.zoom)
    yield settled
    seen["zoomed"] = iface.mapCanvas().extent().width() < before.width()
    click(form.copy)
    seen["copied"] = first.split("#")[0] in QGuiApplication.clipboard().text()
    view = form.text.viewport()
    places = (QPoint(x, y) for y in range(0, view.height(), 4) for x in range(0, view.width(), 4))
    click(view, next(place for place in places if form.text.anchorAt(place) == "#classes"))
    yield settled
    seen["went_to_rules"] = form.text.verticalScrollBar().value() > 0
    picture("10_card_zoomed")
    on_modal(lambda window: (seen.update(asked_to_print=window.objectName()), window.reject()))
    click(form.print_card)
    yield settled


def _decide(column, value, shot):
    cards = plugin().cards
    click(cards.panel.form.decide)
    yield lambda: _dialog("OverrideDialog") is not None
    yield 200
    dialog = _dialog("OverrideDialog")
    pick(dialog.form.column, column)
    pick(dialog.form.value, value)
    write(dialog.form.reason, "现地核实")
    write(dialog.form.name, "王林")
    if shot:
        picture(shot, dialog)
    click(dialog.form.buttons.button(QDialogButtonBox.StandardButton.Ok))
    yield lambda: _dialog("OverrideDialog") is None
    yield settled


def _dialog(kind):
    found = [w for w in QApplication.topLevelWidgets() if type(w).__name__ == kind and w.isVisible()]
    return found[0] if found else None


def override_a_class():
    cards = plugin().cards
    seen["overridden"] = cards.panel.card.stand_key
    yield from _decide("pine_transform", "yes", "11_override")
    yield 500
    seen["states_after_override"] = states()
    picture("12_waits")
    dock().setUserVisible(True)
    choose_step(0)
    yield 200
    click(dock().data.page.overwrite, QPoint(8, dock().data.page.overwrite.height() // 2))
    assert dock().data.page.overwrite.isChecked()
    ended = run_and_wait(dock().form.run)
    yield lambda: bool(ended[0])
    ran(*ended)
    yield settled
    yield 400
    key = "stand_key = '{}'".format(seen["overridden"])
    seen["decided"] = _rows(key, "pine_transform_decided", "facts")
    seen["states_after_second_run"] = states()
    plugin().cards.panel.setUserVisible(True)
    click(iface.mapCanvas().viewport(), _canvas_place(seen["overridden"]))
    yield lambda: plugin().cards.panel.card is not None
    yield settled
    seen["clicked_again"] = plugin().cards.panel.card.stand_key == seen["overridden"]
    picture("13_decided")


def change_an_input():
    dock().setUserVisible(True)
    choose_step(2)
    seed = dock().carbon.page.seed
    seed.setFocus()
    press(seed, Qt.Key.Key_Up)
    yield 600
    seen["states_after_change"] = states()
    picture("14_out_of_date")
    press(seed, Qt.Key.Key_Down)
    yield 600
    seen["states_changed_back"] = states()


def _open_tool(name, shot, *fills, step=1):
    """Open a tool with its button, and fill in what the panel does not know: ``fills`` are (how, parameter, what)."""
    choose_step(step)
    yield 100
    click(dock().tools.buttons[name])
    yield 300
    dialog = _tool(name)
    for how, parameter, what in fills:
        yield from how(dialog, parameter, what) or ()
    yield 200
    shoot(shot, dialog)


def _tool(name):
    found = [w for w in QApplication.topLevelWidgets() if w.objectName() == "dialog_" + name and w.isVisible()]
    return found[0] if found else None


def _run_tool(name, shot=None):
    dialog = _tool(name)
    ended = []
    dialog.algorithmFinished.connect(lambda good, found: ended.append((good, found)))
    click(dialog.runButton())
    yield lambda: bool(ended)
    assert ended[0][0], (name, dialog.findChild(QTextEdit, "txtLog").toPlainText())
    yield settled
    if shot:
        shoot(shot, dialog)
    seen.setdefault("tools", {})[name] = {key: str(value) for key, value in ended[0][1].items()}


def _close_tool(name):
    _tool(name).close()
    yield lambda: _tool(name) is None


def export_the_field_package():
    dock().setUserVisible(True)
    yield from _open_tool("fieldsample", "15_sample_tool", (type_number, "VISITS", VISITS))
    yield from _run_tool("fieldsample")
    yield from _close_tool("fieldsample")
    image = (tick_layers, "BACKGROUND", ("Composite 2020", "影像 2020"))
    yield from _open_tool("fieldpackage", "16_package_tool", image, (type_number, "CELL", CELL_M))
    filled_in = _tool("fieldpackage").createProcessingParameters()
    seen["list_filled_in"] = str(filled_in.get("LIST", "")).endswith(".gpkg")
    seen["package_filled_in"] = [len(filled_in["BACKGROUND"]), filled_in["CELL"]]
    yield from _run_tool("fieldpackage")
    yield from _close_tool("fieldpackage")
    seen["package"] = sorted(path.name for path in PACKAGE.iterdir())


def a_surveyor_goes_out_and_the_desk_decides():
    """What QField does to the copy; and meanwhile somebody at the desk decides about one of the stands."""
    stalls.pause(True)
    copy = WORK / "带回" / "张三"
    shutil.copytree(PACKAGE, copy)
    opened = ogr.Open(str(copy / "field.gpkg"), 1)
    layer = opened.GetLayerByName("stands_to_check")
    rows = [(row.GetFID(), row["stand_key"], row["pine_transform"]) for row in layer]
    both = next(row for row in rows if row[2] == "no" and row[1] != seen["overridden"])
    plain = next(row for row in rows if row is not both)
    for fid, values in ((both[0], {"pine_transform": "unknown"}), (plain[0], {"closure": CLOSURE})):
        row = layer.GetFeature(fid)
        values |= {"verdict": "wrong", "surveyor": "张三", "survey_date": "2026-11-20", "photo_1": "DCIM/a.jpg"}
        for name, value in values.items():
            row.SetField(name, value)
        layer.SetFeature(row)
    (copy / "DCIM" / "a.jpg").write_bytes(b"photo")
    del layer, opened
    stalls.pause(False)
    seen["both"] = both[1]
    cards = plugin().cards
    cards.panel.setUserVisible(True)
    layer = _result_layer()
    iface.setActiveLayer(layer)
    yield from _go_near(both[1])
    click(iface.mapCanvas().viewport(), _canvas_place(both[1]))
    yield lambda: cards.panel.card is not None and cards.panel.card.stand_key == both[1]
    yield from _decide("pine_transform", "yes", None)


def merge_what_came_back():
    dock().setUserVisible(True)
    returned = str(WORK / "带回" / "张三" / "field.gpkg")
    yield from _open_tool("fieldmerge", "17_merge_tool", (add_file, "RETURNED", returned))
    yield from _run_tool("fieldmerge")
    seen["conflicts"] = seen["tools"]["fieldmerge"]["CONFLICTS"]
    yield lambda: _dialog("MergeDialog") is not None
    yield 300
    dialog = _dialog("MergeDialog")
    column = [line.column_name if hasattr(line, "column_name") else line.cell[1] for line in dialog.lines]
    pick(dialog.table.cellWidget(column.index("pine_transform"), 6), "field")
    write(dialog.signature, "李科长")
    picture("18_conflict", dialog)
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Save))
    yield lambda: _dialog("MergeDialog") is None and _tool("fieldmerge") is not None
    yield 300
    shoot("19_second_run", _tool("fieldmerge"))
    yield from _run_tool("fieldmerge")
    shoot("20_merged", _tool("fieldmerge"))
    yield from _close_tool("fieldmerge")
    decisions = RESULT.with_suffix(".decisions.csv").read_text(encoding="utf-8-sig").splitlines()
    seen["signed"] = [line for line in decisions if "李科长" in line]
    yield settled
    seen["states_after_merge"] = states()
    stalls.pause(True)
    from sanming_carbon_plugin.adapters.issue_list import IssueFilter, issue_rows

    seen["still_accepted"] = [list(row.identity()) for row in issue_rows(RESULT, IssueFilter(status="accepted"))]
    stalls.pause(False)


def cancel_a_long_run():
    dock().setUserVisible(True)
    choose_step(0)
    page = dock().data.page
    before = {"stands": page.stands.currentLayer(), "result": page.result.filePath()}
    mapping = dock().check.page.mapping.filePath()
    choose_step(1)
    write(dock().check.page.mapping.lineEdit(), "")
    press(dock().check.page.mapping.lineEdit(), Qt.Key.Key_Backspace)
    choose_step(0)
    stands = QgsProject.instance().mapLayersByName("Stands 2020") + QgsProject.instance().mapLayersByName("小班 2020")
    pick_layer(page.stands, stands[0])
    write(page.result.lineEdit(), str(WORK / "cancelled.gpkg"))
    files = sorted(path.name for path in WORK.iterdir())
    ended, slots = run_and_wait(dock().form.run)
    yield lambda: dock().form.progress.value() >= HALFWAY or bool(ended)
    seen["cancelled_at"] = dock().form.progress.value()
    pressed = time.monotonic()
    click(dock().form.cancel)
    yield lambda: bool(ended)
    seen["cancel_s"] = round(time.monotonic() - pressed, 2)
    seen["cancelled"] = ended[0][0]
    for signal, slot in slots:
        signal.disconnect(slot)
    picture("21_cancelled")
    seen["left_by_cancel"] = sorted({path.name for path in WORK.iterdir()} - set(files))
    pick_layer(page.stands, before["stands"])
    write(page.result.lineEdit(), before["result"])
    choose_step(1)
    write(dock().check.page.mapping.lineEdit(), mapping)
    yield 500


def _close_and_think_better_of_it():
    """Close QGIS with unsaved work, and answer its question with Cancel."""
    seen["asked_on_closing"] = []
    answer_with(QMessageBox.StandardButton.Cancel, seen["asked_on_closing"])
    iface.mainWindow().close()


def _close_and_save():
    """Close QGIS with unsaved work, and answer its question with Save; the answer is written by then."""
    answer_with(QMessageBox.StandardButton.Save, [])
    iface.mainWindow().close()


def close_with_unsaved_work():
    path = WORK / "工程 一天.qgz"
    with stalls.of_qgis("save the project"):
        assert QgsProject.instance().write(str(path))
    yield 500
    seen["dirty_after_saving"] = QgsProject.instance().isDirty()
    yield from another_seed()
    before, worked = dock().remembered(), states()
    _close_and_think_better_of_it()
    yield settled
    seen["kept_by_cancel"] = [
        iface.mainWindow().isVisible(),
        QgsProject.instance().isDirty(),
        dock().remembered() == before,
        states() == worked,
    ]
    asked = []
    answer_with(QMessageBox.StandardButton.Save, asked, "22_unsaved")
    with stalls.of_qgis("save and new project"):
        iface.actionNewProject().trigger()
    seen["asked"] = asked
    seen["saved"] = bool(asked) and not QgsProject.instance().fileName()
    yield 500
    seen["states_in_new_project"] = states()
    with stalls.of_qgis("open the project"):
        iface.addProject(str(path))
    yield 1000
    yield settled
    seen["dirty_after_opening"] = QgsProject.instance().isDirty()
    after = dock().remembered()
    seen["values_lost"] = [name for name in before if str(before[name]) != str(after.get(name))]
    seen["states_back"] = [worked, states()]
    seen["layers_reopened"] = len(QgsProject.instance().mapLayers())
    picture("23_reopened")


def throw_unsaved_work_away():
    """Change something, and answer the question with Discard: once for a new project, once on closing QGIS."""
    path, before, worked = WORK / "工程 一天.qgz", dock().remembered(), states()
    seen["before_closing"] = contents(WORK)
    yield from another_seed()
    asked = []
    answer_with(QMessageBox.StandardButton.Discard, asked)
    with stalls.of_qgis("save and new project"):
        iface.actionNewProject().trigger()
    yield 500
    with stalls.of_qgis("open the project"):
        iface.addProject(str(path))
    yield 1000
    yield settled
    after = dock().remembered()
    seen["discarded"] = {
        "asked": bool(asked),
        "files": contents(WORK) == seen["before_closing"],
        "values": [name for name in before if str(before[name]) != str(after.get(name))],
        "states": states() == worked,
        "layers": len(QgsProject.instance().mapLayers()) == seen["layers_reopened"],
    }
    yield from another_seed()
    seen["unsaved"] = worked_state()
    ways_out.append(_close_and_save)


def day():
    yield lambda: NAME in qgis.utils.plugins
    yield 1500
    stalls.start()
    stalls.name("idle")
    yield 2000
    for part in PARTS:
        seen["part"] = part.__name__
        stalls.name(part.__name__)
        began = time.monotonic()

        yield from part()
        seen.setdefault("seconds", {})[part.__name__] = round(time.monotonic() - began, 1)
        seen["stalls"] = stalls.told()
    seen["part"] = "end"
    stalls.stop()


PARTS = (
    open_the_panel,
    load_the_old_shapefile,
    accept_the_mapping,
    check_the_stands,
    work_through_three_doubts,
    run_all_steps,
    plan_and_print,
    open_the_card,
    override_a_class,
    change_an_input,
    export_the_field_package,
    a_surveyor_goes_out_and_the_desk_decides,
    merge_what_came_back,
    cancel_a_long_run,
    close_with_unsaved_work,
    throw_unsaved_work_away,
)
start(day)
