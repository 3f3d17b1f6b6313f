"""Runs inside the QGIS desktop that was started on the project of the day before: is all as it was?"""

import os
import sys

import qgis.utils
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QMessageBox
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import NAME, WORK, dock, look_for_clipping, pauses, seen, shoot, start, ways_out
from closing import another_seed, answer_with, settled, worked_state
from contents import contents
from stalls import Stalls

stalls = Stalls()
pauses.append(stalls.pause)


def _close_and_discard():
    answer_with(QMessageBox.StandardButton.Discard, [])
    iface.mainWindow().close()


def day():
    yield lambda: NAME in qgis.utils.plugins and bool(QgsProject.instance().mapLayers())
    stalls.start()
    stalls.name("the next day")
    yield lambda: dock().isVisible()
    yield settled
    yield 1500
    stalls.pause(True)
    seen["project"] = QgsProject.instance().fileName()
    seen["dirty"] = QgsProject.instance().isDirty()
    seen["found"] = worked_state()
    stalls.pause(False)
    look_for_clipping("29_next_day")
    shoot("29_next_day")
    yield from another_seed()
    stalls.stop()
    seen["stalls"] = stalls.told()
    seen["before_closing"] = contents(WORK)
    ways_out.append(_close_and_discard)
    seen["part"] = "end"


start(day)
