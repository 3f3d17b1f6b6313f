"""Closing and opening again, for the scripts inside QGIS: what is there, what is asked, how it is answered."""

import os
import sys

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QMessageBox
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import WORK, choose_step, click, dock, on_modal, shoot
from contents import contents


def states():
    return {step.help_anchor: dock().states.state(step.help_anchor).state.value for step in dock().steps}


def settled(*_):
    canvas = iface.mapCanvas()
    return not canvas.isDrawing() and not dock().states.counting.is_reading()


def another_seed():
    """Change something, so that the project holds unsaved work."""
    choose_step(2)
    seed = dock().carbon.page.seed
    seed.setFocus()
    for _ in range(3):
        QTest.keyClick(seed, Qt.Key.Key_Up)
    yield 500
    assert QgsProject.instance().isDirty()


def worked_state():
    """What a project is to hold when it is opened again: states, values, layers, and the files beside it."""
    layers = QgsProject.instance().mapLayers().values()
    files = contents(WORK)
    return {
        "states": states(),
        "values": {name: str(value) for name, value in dock().remembered().items()},
        "layers": sorted([layer.name(), layer.source(), layer.isValid()] for layer in layers),
        "chosen_result": dock().maps.chosen_result(),
        "made": dict(dock().made.values()),
        "files": {name: files[name] for name in files if not name.endswith(".qgz")},
    }


def answer_with(button, asked, name=""):
    """Click a button of the question about unsaved work, and Yes where QGIS first asks about layers.

    It asks so of layers in a folder that it takes for temporary, as that of tests is.
    """

    def answer(window):
        asked.append(window.text())
        if window.button(QMessageBox.StandardButton.Save) is None:
            on_modal(answer)
            click(window.button(QMessageBox.StandardButton.Yes))
            return
        if name:
            shoot(name, window)
        click(window.button(button))

    on_modal(answer)
