"""Runs inside a QGIS desktop that has no plugin of ours: the same things that QGIS itself did during the day."""

import json
import os
import sys
import time
from pathlib import Path

import qgis.utils
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from stalls import Stalls

WORK = Path(os.environ["SANMING_WORK"])
ROUNDS = 2
stalls = Stalls()
seen = {"plugins": []}


def actions():
    iface.mainWindow().resize(1380, 860)
    yield 2000
    stalls.start()
    stalls.name("plain QGIS")
    with stalls.of_qgis("add a layer"):
        iface.addVectorLayer(os.environ["SANMING_SHAPEFILE"], "xiaoban", "ogr")
    yield 500
    for _ in range(ROUNDS):
        with stalls.of_qgis("open the project"):
            iface.addProject(os.environ["SANMING_PROJECT"])
        yield 500
        yield lambda: not iface.mapCanvas().isDrawing()
        seen["layers"] = len(QgsProject.instance().mapLayers())
        with stalls.of_qgis("save the project"):
            QgsProject.instance().write(str(WORK / "plain.qgz"))
        yield 300
        with stalls.of_qgis("save and new project"):
            QgsProject.instance().write()
            iface.newProject(False)
        yield 300


def advance(steps, condition=None):
    if condition is not None and not condition():
        QTimer.singleShot(50, lambda: advance(steps, condition))
        return
    try:
        wait = next(steps)
    except StopIteration:
        finish()
        return
    except Exception as error:  # noqa: BLE001 - told in the answer
        seen["error"] = repr(error)
        finish()
        return
    if callable(wait):
        QTimer.singleShot(50, lambda: advance(steps, wait))
    else:
        QTimer.singleShot(wait, lambda: advance(steps))


def finish():
    stalls.stop()
    seen["stalls"] = stalls.told()
    seen["plugins"] = sorted(qgis.utils.plugins)
    seen["seconds"] = round(time.monotonic() - BEGAN, 1)
    Path(os.environ["SANMING_RESULT"]).write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
    QTimer.singleShot(15_000, lambda: os._exit(9))
    iface.newProject(False)
    QgsProject.instance().setDirty(False)
    iface.actionExit().trigger()


BEGAN = time.monotonic()
QTimer.singleShot(1500, lambda: advance(actions()))
