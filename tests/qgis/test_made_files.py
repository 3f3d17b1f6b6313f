"""What one tool wrote, the next one begins with."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject

from sanming_carbon_plugin.gui.made_files import MadeFiles

pytestmark = pytest.mark.qgis


@pytest.fixture
def made(qgis_app):
    project = QgsProject.instance()
    project.clear()
    files = MadeFiles()
    moments = ((project.readProject, files.restore), (project.cleared, files.restore))  # as the panel does
    for signal, slot in moments:
        signal.connect(slot)
    yield files
    for signal, slot in moments:
        signal.disconnect(slot)
    project.clear()


def _file(folder, name):
    path = folder / name
    path.write_text("x", encoding="utf-8")
    return str(path)


def test_an_application_leads_to_its_dossier(made, tmp_path):
    assert made.values() == {}
    made.note("sanmingcarbon:application", {}, {"OUTPUT": str(tmp_path)})
    assert made.values() == {"APPLICATION": str(tmp_path)}


def test_two_plans_are_there_to_be_compared(made, tmp_path):
    first, second = _file(tmp_path, "规划一.gpkg"), _file(tmp_path, "规划二.gpkg")
    made.note("sanmingcarbon:plan", {"TARGETS": _file(tmp_path, "目标.csv")}, {"OUTPUT": first})
    made.note("sanmingcarbon:plan", {}, {"OUTPUT": first})  # once more
    assert "PLAN_FIRST" not in made.values()
    made.note("sanmingcarbon:plan", {}, {"OUTPUT": second})
    values = made.values()
    assert (values["PLAN_FIRST"], values["PLAN_SECOND"], values["PLAN"]) == (first, second, second)
    assert values["TARGETS"].endswith("目标.csv")


def test_the_project_remembers_and_a_file_that_is_gone_is_not_offered(made, tmp_path):
    sample = _file(tmp_path, "抽样.gpkg")
    made.note("sanmingcarbon:fieldsample", {}, {"OUTPUT": sample})
    path = str(tmp_path / "工程.qgz")
    assert QgsProject.instance().write(path)
    QgsProject.instance().clear()
    assert made.values() == {}
    assert QgsProject.instance().read(path)
    assert made.values() == {"LIST": sample}
    (tmp_path / "抽样.gpkg").unlink()
    assert made.values() == {}


def test_a_project_that_cannot_be_understood_holds_nothing(made):
    for text in ("{", "[]", "3"):
        QgsProject.instance().writeEntry("sanming_carbon", "made_files", text)
        made.restore()
        assert made.values() == {}
