"""A result under another name, and in a project that was moved, copied or saved elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_results import SAMPLE
from panel_runs import assess, few_stands, look_at_the_first_stand, states
from qgis.core import QgsProject
from running import rows_of

from sanming_carbon_plugin.adapters.parcel_decisions import decide
from sanming_carbon_plugin.gui.input_marks import decisions_mark, file_mark
from sanming_carbon_plugin.gui.project_entries import read_entry, write_entry
from sanming_carbon_plugin.gui.step_states import State

pytestmark = pytest.mark.qgis


def _decide(result, name="林工"):
    key, computed = rows_of(result, "stands", "stand_key, pine_transform")[0]
    value = "no" if computed == "yes" else "yes"
    decide(result, key, column="pine_transform", value=value, reason="已核实", name=name, date="2026-03-01")
    return key, value


def test_a_result_under_another_name_takes_the_decisions_over(dock, tmp_path, qtbot):
    first, second = tmp_path / "结果.gpkg", tmp_path / "结果 2.gpkg"
    few_stands(dock, first)
    assess(dock, qtbot)
    key, value = _decide(first)
    assert states(dock)["carbon"].changed == ("DECISIONS",)
    dock.data.page.result.setFilePath(str(second))
    for step in ("carbon", "tickets"):
        assert states(dock)[step].state is State.OUTDATED
        assert states(dock)[step].changed == ("DECISIONS", "OUTPUT")
    assert states(dock)["check"].state is not State.OUTDATED
    assess(dock, qtbot)
    assert (key, value) in rows_of(second, "facts", "stand_key, pine_transform_decided")
    assert second.with_suffix(".decisions.csv").read_bytes() == first.with_suffix(".decisions.csv").read_bytes()
    for step in ("carbon", "tickets"):  # the list that the run wrote is no news
        assert states(dock)[step].state is not State.OUTDATED
    _decide(second, "测员")
    assert states(dock)["carbon"].changed == ("DECISIONS",)


def test_outlines_that_a_run_notes_are_no_news_and_another_row_is(tmp_path):
    first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    assert decisions_mark(str(first), "") == ""
    first.with_suffix(".decisions.csv").write_text("stand_key,geometry_hash\nk1,\n", encoding="utf-8")
    before = decisions_mark(str(second), str(first))
    second.with_suffix(".decisions.csv").write_text("stand_key,geometry_hash\nk1,abc\n", encoding="utf-8-sig")
    assert decisions_mark(str(second), str(first)) == decisions_mark(str(second)) == before != ""
    second.with_suffix(".decisions.csv").write_text("stand_key,geometry_hash\nk1,abc\nk2,\n", encoding="utf-8-sig")
    assert decisions_mark(str(second)) != before


def test_a_new_name_alone_hands_over_nothing(dock, tmp_path, qtbot):
    few_stands(dock, tmp_path / "a.gpkg")
    assert dock.states.decided_before(str(tmp_path / "a.gpkg")) == ""
    assess(dock, qtbot)
    assert dock.states.decided_before(str(tmp_path / "a.gpkg")) == ""
    assert dock.states.decided_before(str(tmp_path / "b.gpkg")) == str(tmp_path / "a.gpkg")
    _decide(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").unlink()  # what was decided is not gone with the result
    assert dock.states.decided_before(str(tmp_path / "b.gpkg")) == str(tmp_path / "a.decisions.csv")


def _saved_project(dock, qtbot, folder):
    """A project whose stands, result, plan and project file lie in one folder; it is closed."""
    folder.mkdir()
    shutil.copyfile(SAMPLE / "stands.gpkg", folder / "stands.gpkg")
    few_stands(dock, folder / "结果.gpkg", folder / "stands.gpkg")
    mapping = folder / "字段 对照.json"
    mapping.write_text("{}", encoding="utf-8")
    dock.check.page.mapping.setFilePath(str(mapping))
    assess(dock, qtbot)
    plan = shutil.copyfile(folder / "结果.gpkg", folder / "规划.gpkg")
    dock.made.note("sanmingcarbon:plan", {}, {"OUTPUT": str(plan)})
    before = states(dock)
    assert QgsProject.instance().write(str(folder / "工程 1.qgz"))
    QgsProject.instance().clear()
    return before


def _all_lies_in(folder, dock, cards):
    assert cards.panel.result == folder / "结果.gpkg"
    assert dock.maps.chosen_result() == str(folder / "结果.gpkg")
    assert dock.data.page.result.filePath() == str(folder / "结果.gpkg")
    assert dock.check.page.mapping.filePath() == str(folder / "字段 对照.json")
    assert dock.made.values() == {"PLAN": str(folder / "规划.gpkg"), "PLAN_SECOND": str(folder / "规划.gpkg")}
    assert dock.states.last_result() == str(folder / "结果.gpkg")


def test_a_moved_project_is_as_it_was(dock, cards, tmp_path, qtbot, qgis_iface):
    old, new = tmp_path / "甲", tmp_path / "乙; [二]"
    before = _saved_project(dock, qtbot, old)
    shutil.move(old, new)
    assert QgsProject.instance().read(str(new / "工程 1.qgz"))
    assert states(dock) == before
    look_at_the_first_stand(cards, qgis_iface)
    _all_lies_in(new, dock, cards)


def test_a_copied_project_decides_about_its_own_result(dock, cards, tmp_path, qtbot, qgis_iface):
    old, new = tmp_path / "甲", tmp_path / "乙"
    _saved_project(dock, qtbot, old)
    shutil.copytree(old, new)
    assert QgsProject.instance().read(str(old / "工程 1.qgz"))
    dock.side.open_list()
    assert dock.side.panel.path == old / "结果.gpkg"
    assert QgsProject.instance().read(str(new / "工程 1.qgz"))
    assert dock.side.panel is None  # nobody accepts a doubt of the other copy
    dock.side.open_list()
    assert dock.side.panel.path == new / "结果.gpkg"
    assert look_at_the_first_stand(cards, qgis_iface) == new / "结果.gpkg"
    _all_lies_in(new, dock, cards)
    _decide(cards.panel.result)
    assert [path.parent.name for path in tmp_path.rglob("*.decisions.csv")] == ["乙"]
    states(dock)
    dock.data.page.overwrite.setChecked(True)
    assess(dock, qtbot)  # its group goes for the new one, by the file that it shows now
    assert len(QgsProject.instance().layerTreeRoot().findGroups()) == 1
    assert dock.maps.page.results.count() == 1


def test_a_project_saved_elsewhere_still_knows_its_files(dock, tmp_path):
    first, second = tmp_path / "一", tmp_path / "二"
    first.mkdir()
    second.mkdir()
    (first / "目标.csv").write_text("x", encoding="utf-8")
    dock.made.note("sanmingcarbon:plan", {"TARGETS": str(first / "目标.csv")}, {})
    dock.data.page.result.setFilePath(str(first / "结果.gpkg"))
    for folder in (first, second):
        assert QgsProject.instance().write(str(folder / "p.qgz"))
    QgsProject.instance().clear()
    assert dock.made.values() == {}
    assert QgsProject.instance().read(str(second / "p.qgz"))
    assert dock.data.page.result.filePath() == str(first / "结果.gpkg")
    assert dock.made.values() == {"TARGETS": str(first / "目标.csv")}


def test_paths_follow_the_project_and_other_texts_stay(qgis_app, tmp_path):
    project = QgsProject.instance()
    project.clear()
    here = Path(tmp_path) / "三明 工程"
    here.mkdir()
    (here / "a.tif").write_text("x", encoding="utf-8")
    mark = file_mark(here / "a.tif")
    value = {
        "whole": str(here / "结果.gpkg"), "folder": str(here), "mark": mark, "beside": str(tmp_path / "b.gpkg"),
        "marks": "[{0}; {0}]".format(mark), "texts": ["GBK", "2016-01-01", 3, None, True, "./新", "a/b; c"],
    }  # fmt: skip
    project.setFileName(str(here / "p.qgz"))
    write_entry("tried", value)
    assert str(tmp_path) not in project.readEntry("sanming_carbon", "tried")[0]
    value["texts"][5] = str(here / "新")
    assert read_entry("tried") == value
    project.setFileName(str(tmp_path / "乙" / "p.qgz"))
    assert read_entry("tried")["marks"] == value["marks"].replace("三明 工程", "乙")
    project.clear()
