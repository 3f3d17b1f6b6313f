"""Runs inside the QGIS desktop: in the middle of a run of one algorithm a layer is removed, a second run is begun, the
run is cancelled, and QGIS is closed."""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import qgis.utils
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication, QMessageBox, QProgressBar, QPushButton
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import NAME, STEP_LIMIT_S, WORK, click, dock, seen, start

KIND = os.environ["SANMING_KIND"]
INPUTS = Path(os.environ["SANMING_INPUTS"])
RESULT = str(INPUTS / "结果.gpkg")
ENDINGS = {"assess": ".gpkg", "plan": ".gpkg", "fieldmerge": ".gpkg", "exportmaps": ".pdf"}
LOOK_MS = 5
FOR_EVER_MS = 10_000_000


def values(out):
    """Parameters of a run that writes ``out``."""
    return {
        "assess": lambda: dock().data.parameters() | {"OUTPUT": str(out)},
        "plan": lambda: {"RESULT": RESULT, "TARGETS": str(INPUTS / "targets.csv"), "OUTPUT": str(out), "GAP": 0.02},
        "fieldmerge": lambda: {
            "RESULT": RESULT,
            "RETURNED": [str(path / "field.gpkg") for path in sorted((INPUTS / "带回").iterdir())],
            "OUTPUT": str(out),
        },
        "exportmaps": lambda: {"RESULT": RESULT, "LEVEL": 3, "OUTPUT": str(out)},
    }[KIND]()


class FromTheTool:
    """A run from the dialog that the panel or the toolbox opens."""

    def __init__(self, out):
        self.ended = []
        self.dialog = dock().tools.open(KIND, values(out))
        self.dialog.algorithmFinished.connect(lambda good, _: self.ended.append("done" if good else "failed"))
        QTimer.singleShot(0, lambda: click(self.dialog.runButton()))  # when it is shown

    def percent(self):
        return max(bar.value() for bar in self.dialog.findChildren(QProgressBar, "progressBar"))

    def cancel(self):
        click(self.dialog.findChild(QPushButton, "buttonCancel"))

    def close(self):
        self.dialog.close()


class FromThePanel:
    """The main job, begun with the button of the panel."""

    def __init__(self, out):
        self.ended = []
        run = dock().run
        self.slots = [
            (run.done, lambda *_: self.ended.append("done")),
            (run.failed, lambda *_: self.ended.append("failed")),
            (run.cancelled, lambda *_: self.ended.append("cancelled")),
        ]
        for signal, slot in self.slots:
            signal.connect(slot)
        dock().data.page.result.setFilePath(str(out))
        click(dock().form.run)

    def percent(self):
        return dock().form.progress.value()

    def cancel(self):
        click(dock().form.cancel)

    def close(self):
        for signal, slot in self.slots:
            signal.disconnect(slot)


def begin(out):
    return (FromThePanel if KIND == "assess" else FromTheTool)(out)


def target(name):
    return WORK / (name + ENDINGS[KIND])


def in_the_middle(run, act):
    """Do something at the first sign of progress."""
    acted = []
    timer = QTimer()

    def look():
        if run.percent() > 0 or run.ended:
            timer.stop()
            acted.append(not run.ended)
            act()

    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    return acted, timer


def hashes():
    finished = [path for path in WORK.iterdir() if path.suffix in (".gpkg", ".pdf")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in finished}


def load_inputs():
    if KIND == "assess":
        dock().setUserVisible(True)
        dock().open_sample()
    else:
        for name in ("stands", "issues"):
            layer = QgsVectorLayer("{}|layername={}".format(RESULT, name), name, "ogr")
            QgsProject.instance().addMapLayer(layer)
    dock().setUserVisible(True)
    yield lambda: dock().warm_up._begun and not dock().warm_up.is_loading()


def a_run_goes_through():
    run = begin(target("一"))
    yield lambda: bool(run.ended)
    seen["first"] = run.ended
    yield 300
    run.close()
    seen["hashes"] = hashes()


def layers_are_removed():
    run = begin(target("二"))
    acted, timer = in_the_middle(run, QgsProject.instance().removeAllMapLayers)
    yield lambda: bool(run.ended) and bool(acted)
    timer.stop()
    seen["removed"] = [acted[0], *run.ended]
    yield 500
    run.close()


def a_second_run_is_begun():
    if KIND == "assess":
        dock().open_sample()
        yield 300
    others = []
    run = begin(target("三"))

    def another():
        seen["button_waits"] = KIND != "assess" or not dock().form.run.isEnabled()
        others.append(FromTheTool(target("四")))

    acted, timer = in_the_middle(run, another)
    yield lambda: bool(run.ended) and bool(others) and bool(others[0].ended)
    timer.stop()
    seen["second"] = [acted[0], run.ended, others[0].ended]
    yield 500
    run.close()
    others[0].close()


def a_run_is_cancelled():
    files = {path.name for path in WORK.iterdir()}
    run = begin(target("五"))
    pressed = []

    def cancel():
        pressed.append(time.monotonic())
        run.cancel()

    acted, timer = in_the_middle(run, cancel)
    yield lambda: bool(run.ended) and bool(pressed)
    timer.stop()
    seen["cancel_s"] = round(time.monotonic() - pressed[0], 2)
    seen["cancelled"] = [acted[0], *run.ended]
    yield 200
    seen["left_by_cancel"] = sorted({path.name for path in WORK.iterdir()} - files)
    run.close()
    yield 200


def qgis_is_closed():
    seen["before_closing"] = hashes()
    run = begin(target("六"))
    QTimer.singleShot(int(STEP_LIMIT_S * 1000), lambda: os._exit(9))
    keep.extend((run, in_the_middle(run, lambda: leave(run))))
    yield FOR_EVER_MS  # nothing of Python may be called any more when QGIS has left


keep = []


def leave(run):
    """Close QGIS; it asks about a run in the background, and that it may be cancelled is answered."""
    seen["middle"] = not run.ended
    seen["asked"] = []
    write_answer()
    asker.timeout.connect(answer)
    asker.start(50)
    QgsApplication.instance().aboutToQuit.connect(asker.stop)
    QgsProject.instance().setDirty(False)
    iface.actionExit().trigger()


def answer():
    question = QApplication.activeModalWidget()
    if isinstance(question, QMessageBox):
        seen["asked"].append(question.text())
        write_answer()
        yes = question.button(QMessageBox.StandardButton.Yes) or question.button(QMessageBox.StandardButton.Discard)
        yes.click()
    elif question is not None and question.objectName() == "sanming_carbon_merge":
        question.reject()  # the earlier runs found something to decide
    elif question is None and QgsApplication.taskManager().countActiveTasks() == 0:
        asker.stop()
        iface.newProject(False)
        QgsProject.instance().setDirty(False)
        iface.actionExit().trigger()


asker = QTimer()


def write_answer():
    seen["part"] = "end"
    seen["finished"] = True
    Path(os.environ["SANMING_RESULT"]).write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")


def day():
    yield lambda: NAME in qgis.utils.plugins
    yield 1500
    for part in (
        load_inputs,
        a_run_goes_through,
        layers_are_removed,
        a_second_run_is_begun,
        a_run_is_cancelled,
        qgis_is_closed,
    ):
        seen["part"] = part.__name__
        yield from part()


start(day)
