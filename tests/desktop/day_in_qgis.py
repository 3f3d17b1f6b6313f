"""Runs inside the QGIS desktop: a day of a forester and a surveyor, clicked and typed as they would."""

import os
import shutil
import sys
import time
from pathlib import Path

import qgis.utils
from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialogButtonBox, QDockWidget, QLineEdit
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from card_day import open_the_card, override_a_class
from clicking import (
    NAME,
    WORK,
    choose_step,
    click,
    dock,
    look_for_clipping,
    on_modal,
    our_toolbar_actions,
    seen,
    start,
    type_in,
)
from closing import settled, states
from closing_day import close_with_unsaved_work, throw_unsaved_work_away
from field_day import a_surveyor_goes_out_and_the_desk_decides, export_the_field_package, merge_what_came_back
from result_clicking import (
    RESULT,
    on_map,
    open_and_shoot,
    pick_layer,
    picture,
    press,
    ran,
    result_layer,
    run_and_shoot,
    run_and_wait,
    stalls,
    write,
)
from tool_clicking import close_tool, tool, type_text

GBK = Path(os.environ["SANMING_GBK"])
HALFWAY = 40
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2027,30,ha,made\ntending,350428,2026,2027,20,ha,made\n"
)


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
    yield from open_and_shoot("targetprogress", "24_progress_tool", asked, step=4)
    yield from run_and_shoot("targetprogress")
    yield from close_tool("targetprogress")
    yield from open_and_shoot("plan", "25_plan_tool", step=4)
    seen["targets_filled_in"] = tool("plan").createProcessingParameters().get("TARGETS") == str(targets)
    yield from run_and_shoot("plan")
    yield from close_tool("plan")
    yield from open_and_shoot("exportmaps", "26_maps_tool", (type_text, "AUTHOR", "王林"), step=4)
    yield from run_and_shoot("exportmaps", "27_maps_drawn")
    yield from close_tool("exportmaps")
    yield from open_and_shoot("report", "28_report_tool", step=4)
    yield from run_and_shoot("report")
    yield from close_tool("report")
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
    iface.mapCanvas().setExtent(on_map(result_layer().extent()).scaled(1.1))
    iface.mapCanvas().refresh()
    for row, name in enumerate(("31_data_done", "32_check_done", "33_carbon_done", "34_tickets_done", "08_result")):
        choose_step(row)
        yield settled
        yield 300
        picture(name)


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
