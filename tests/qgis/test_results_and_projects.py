"""Results under other names, in moved and copied projects, from elsewhere, and ended in another project."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from made_results import SAMPLE
from qgis.core import QgsProject, QgsVectorLayer
from running import rows_of

from sanming_carbon_plugin.adapters.parcel_decisions import decide
from sanming_carbon_plugin.gui.dock import CarbonDock
from sanming_carbon_plugin.gui.step_states import State

pytestmark = pytest.mark.qgis


@pytest.fixture
def dock(qgis_iface, provider, qtbot):
    QgsProject.instance().clear()
    qgis_iface.messageBar().clear_messages()
    made = CarbonDock(qgis_iface, qgis_iface.mainWindow())
    yield made
    made.shut_down()
    made.deleteLater()
    QgsProject.instance().clear()


@contextmanager
def _ended(dock, qtbot):
    told = []
    dock.run.done.connect(lambda *_: told.append("done"))
    dock.run.failed.connect(lambda _, reason: told.append(reason))
    yield told
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    qtbot.waitUntil(lambda: not dock.states.counting.is_reading(), timeout=20_000)


def _few_stands(dock, result, source=SAMPLE / "stands.gpkg"):
    stands_layer = QgsVectorLayer(str(source), "stands", "ogr")
    stands_layer.setSubsetString("fid <= 30")
    QgsProject.instance().addMapLayer(stands_layer)
    dock.data.page.stands.setLayer(stands_layer)
    dock.data.page.result.setFilePath(str(result))


def _assess(dock, qtbot):
    with _ended(dock, qtbot) as told:
        dock.form.run.click()
    assert told == ["done"]


def _states(dock):
    dock.states.refresh()
    return {step.help_anchor: dock.states.state(step.help_anchor) for step in dock.steps}


def _decide(result, name="林工"):
    key, computed = rows_of(result, "stands", "stand_key, pine_transform")[0]
    value = "no" if computed == "yes" else "yes"
    decide(result, key, column="pine_transform", value=value, reason="已核实", name=name, date="2026-03-01")
    return key, value


def test_a_result_under_another_name_takes_the_decisions_over(dock, tmp_path, qtbot):
    first, second = tmp_path / "结果.gpkg", tmp_path / "结果 2.gpkg"
    _few_stands(dock, first)
    _assess(dock, qtbot)
    key, value = _decide(first)
    assert _states(dock)["carbon"].changed == ("DECISIONS",)
    dock.data.page.result.setFilePath(str(second))
    for step in ("carbon", "tickets"):
        assert _states(dock)[step].state is State.OUTDATED
        assert "OUTPUT" in _states(dock)[step].changed
    assert _states(dock)["check"].state is not State.OUTDATED
    _assess(dock, qtbot)
    assert (key, value) in rows_of(second, "facts", "stand_key, pine_transform_decided")
    assert second.with_suffix(".decisions.csv").read_bytes() == first.with_suffix(".decisions.csv").read_bytes()
    for step in ("carbon", "tickets"):  # the list that the run wrote is no news
        assert _states(dock)[step].state is not State.OUTDATED
    _decide(second, "测员")
    assert _states(dock)["carbon"].changed == ("DECISIONS",)


def test_a_new_name_alone_hands_over_nothing(dock, tmp_path, qtbot):
    _few_stands(dock, tmp_path / "a.gpkg")
    assert dock.states.decided_before(str(tmp_path / "a.gpkg")) == ""
    _assess(dock, qtbot)
    assert dock.states.decided_before(str(tmp_path / "a.gpkg")) == ""
    assert dock.states.decided_before(str(tmp_path / "b.gpkg")) == str(tmp_path / "a.gpkg")
    _decide(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").unlink()  # what was decided is not gone with the result
    assert dock.states.decided_before(str(tmp_path / "b.gpkg")) == str(tmp_path / "a.decisions.csv")
