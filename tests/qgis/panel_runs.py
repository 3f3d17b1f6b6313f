"""The panel as a person uses it: a few stands chosen, a run waited for, the card of a stand opened."""

from __future__ import annotations

from contextlib import contextmanager

from made_results import SAMPLE
from qgis.core import QgsProject, QgsVectorLayer

from sanming_carbon_plugin.gui.result_layers import meant_layer


@contextmanager
def ended(dock, qtbot):
    told = []
    dock.run.done.connect(lambda *_: told.append("done"))
    dock.run.failed.connect(lambda _, reason: told.append(reason))
    yield told
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    qtbot.waitUntil(lambda: not dock.states.counting.is_reading(), timeout=20_000)


def few_stands(dock, result, source=SAMPLE / "stands.gpkg"):
    stands_layer = QgsVectorLayer(str(source), "stands", "ogr")
    stands_layer.setSubsetString("fid <= 30")
    QgsProject.instance().addMapLayer(stands_layer)
    dock.data.page.stands.setLayer(stands_layer)
    dock.data.page.result.setFilePath(str(result))


def assess(dock, qtbot):
    with ended(dock, qtbot) as told:
        dock.form.run.click()
    assert told == ["done"]


def states(dock):
    dock.states.refresh()
    return {step.help_anchor: dock.states.state(step.help_anchor) for step in dock.steps}


def look_at_the_first_stand(cards, qgis_iface):
    result, layer = meant_layer(qgis_iface)
    qgis_iface.mapCanvas().setDestinationCrs(layer.crs())
    cards.open_at(next(layer.getFeatures()).geometry().pointOnSurface().asPoint())
    return result
