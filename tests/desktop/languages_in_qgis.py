"""Runs inside the QGIS desktop twice with one profile, each time in another language: what is kept, what is told?

The first time the panel is filled in and the project saved; the second time QGIS is started on that project.
"""

import os
import sys

import qgis.utils
from qgis.core import QgsProject, QgsVectorLayer
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import NAME, WORK, choose_step, click, dock, look_for_clipping, plugin, seen, shoot, start
from closing import settled, states

from sanming_carbon_plugin.adapters.unit_choice import chosen_units, keep_units
from sanming_carbon_plugin.core.units import UnitChoice
from sanming_carbon_plugin.processing.base import help_page

PROJECT = str(WORK / "工程.qgz")
RESULT = os.environ["SANMING_SHOWN"]


def filled_in():
    """What is filled in and chosen, the choices of all lists by what they stand for."""
    values = {name: str(value) for name, value in dock().remembered().items()}
    return values | {"RESULT": dock().maps.chosen_result(), "UNITS": str(chosen_units())}


def told():
    """What the panel says and where its help goes."""
    form = dock().form
    return {
        "window": dock().windowTitle(),
        "steps": [form.steps.item(row).text() for row in range(form.steps.count())],
        "method": dock().data.page.survey_method.currentText(),
        "tools": [button.text() for button in dock().tools.buttons.values()],
        "menu": plugin().menu,
        "help": help_page("dock").rpartition("/help/")[2],
    }


def first():
    dock().setUserVisible(True)
    yield settled
    click(dock().data.page.sample)
    yield lambda: dock().remembered()["STANDS"] is not None
    yield settled
    combo = dock().data.page.survey_method
    combo.setCurrentIndex(combo.findData(2))
    dock().carbon.page.seed.setValue(7)
    keep_units(UnitChoice("mu", "wan_t"))
    dock().maps.result_wanted.emit(RESULT)
    yield lambda: dock().maps.chosen_result() and not dock().run.is_running()
    yield settled
    dock().data.page.result.setFilePath(str(WORK / "结果.gpkg"))
    yield 500
    seen["filled_in"] = filled_in()
    assert QgsProject.instance().write(PROJECT)


def second():
    yield lambda: dock().isVisible()
    yield settled
    yield 700
    seen["dirty"] = QgsProject.instance().isDirty()
    seen["filled_in"] = filled_in()
    for row in range(5):
        choose_step(row)
        yield 200
        look_for_clipping("step {}".format(row + 1))
        shoot("language_{}".format(row + 1))
    click(dock().data.page.sample)
    yield dock().data.page.sample.isEnabled
    yield settled


def day():
    yield lambda: NAME in qgis.utils.plugins
    iface.mainWindow().resize(1380, 860)
    again = bool(QgsProject.instance().fileName())
    yield from second() if again else first()
    seen["told"], seen["states"] = told(), states()
    seen["groups"] = [group.name() for group in QgsProject.instance().layerTreeRoot().findGroups()]
    layers = QgsProject.instance().mapLayers().values()
    seen["layers"] = sorted(layer.name() for layer in layers if isinstance(layer, QgsVectorLayer))
    seen["part"] = "end"


start(day)
