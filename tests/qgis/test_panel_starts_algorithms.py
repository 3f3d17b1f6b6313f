"""What the panel does with the stands it does through Processing: its own modules compute and write nothing of it."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from qgis.core import QgsProcessingAlgRunnerTask, QgsProject
from qgis.PyQt.QtWidgets import QApplication, QPushButton

from sanming_carbon_plugin.adapters import jobs
from sanming_carbon_plugin.adapters.maps.layers import add_results_group
from sanming_carbon_plugin.gui import algorithm_run
from sanming_carbon_plugin.gui.dock import CarbonDock

pytestmark = [pytest.mark.qgis, pytest.mark.usefixtures("qgis_processing")]

PACKAGE = "sanming_carbon_plugin"
GUI = Path(inspect.getfile(CarbonDock)).parent
ALLOWED = {
    "core.errors": "errors in words",
    "core.units": "choices of units",
    "core.stands.mapping": "a mapping as it is written",
    "core.stands.roles": "names of the roles",
    "adapters.attention": "counts for the states",
    "adapters.field_package": "conflicts to decide",
    "adapters.field_preview": "the preview of the fields",
    "adapters.geopackage_rows": "whether a file is a result",
    "adapters.issue_list": "the list of doubts",
    "adapters.issue_status": "what people decided about doubts",
    "adapters.maps.area_table": "the table of the sheet",
    "adapters.maps.layers": "layers of a result",
    "adapters.maps.sheet": "the sheet in the layout designer",
    "adapters.maps.themes": "themes of a result",
    "adapters.message_tables": "doubts in words",
    "adapters.output_files": "the printed card",
    "adapters.palette": "colours",
    "adapters.parcel_": "the card of a stand",
    "adapters.pdf_search": "the printed card, to be searched",
    "adapters.qgis_layers": "a layer as the user sees it",
    "adapters.sentences": "messages in words",
    "adapters.unit_choice": "the chosen units",
    "adapters.words": "codes in words",
}
"""What a module of the panel may use beside Processing: looking at results, and what people decide by hand."""
WARM_UP = "warm_up.py"


def _imports(path: Path) -> set[str]:
    """Modules of the package that a file imports anywhere, also inside functions, without the package's name."""
    found = set()
    inside = path.parent.relative_to(GUI.parent).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = inside[: len(inside) - node.level + 1] if node.level else ()
            name = ".".join((*above, *(node.module or "").split("."))) if node.level else node.module or ""
            name = name.removeprefix(PACKAGE + ".")
            if name in ("core", "adapters", "adapters.jobs", "adapters.maps"):
                found |= {"{}.{}".format(name, each.name) for each in node.names}
            else:
                found.add(name)
        elif isinstance(node, ast.Import):
            found |= {each.name.removeprefix(PACKAGE + ".") for each in node.names}
        elif isinstance(node, ast.Name) and node.id in ("importlib", "__import__"):
            found.add("core.by a name made up at run time")
    return {name for name in found if name.split(".")[0] in ("core", "adapters", "commands", "cli")}


@pytest.mark.everywhere
def test_no_module_of_the_panel_reaches_past_processing():
    for path in sorted(GUI.rglob("*.py")):
        if path.name != WARM_UP:
            beyond = {name for name in _imports(path) if not name.startswith(tuple(ALLOWED))}
            assert not beyond, (path.name, beyond)


def test_what_is_loaded_in_advance_is_not_called():
    tree = ast.parse((GUI / WARM_UP).read_text(encoding="utf-8"))
    loaded = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("adapters")
        for each in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {"assess", "recheck"} <= loaded
    assert not loaded & used


def _forbid_jobs(monkeypatch):
    """Whoever runs a job outside of an algorithm's task is told of."""
    called = []
    # All are loaded before the first is replaced: one that took a replaced function on loading would keep it.
    modules = [
        importlib.import_module("{}.{}".format(jobs.__name__, each.name))
        for each in pkgutil.iter_modules(jobs.__path__)
    ]
    for module in modules:
        job = module.__name__.rpartition(".")[2]
        for name, value in list(vars(module).items()):
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                monkeypatch.setattr(module, name, lambda *_, job=job, **__: called.append(job))
    return called


def test_every_button_for_a_step_starts_an_algorithm_and_no_job(dock, made_gpkg, monkeypatch):
    import processing

    started, opened = [], []

    class Task(QgsProcessingAlgRunnerTask):
        def __init__(self, algorithm, parameters, *rest):
            started.append(algorithm.id())
            super().__init__(algorithm, parameters, *rest)

        def run(self):
            return False

    monkeypatch.setattr(algorithm_run, "QgsProcessingAlgRunnerTask", Task)
    monkeypatch.setattr(processing, "createAlgorithmDialog", lambda name, _: opened.append(name), raising=False)
    called = _forbid_jobs(monkeypatch)
    dock.open_sample()
    add_results_group(QgsProject.instance(), made_gpkg, "en")
    dock.data.page.result.setFilePath(str(made_gpkg.with_name("out.gpkg")))
    for button in (dock.form.run, dock.check.page.check):
        button.click()
        dock.run.shut_down()
        dock.run.cancelled.emit("")
    tools = [each for page in dock.steps for each in page.page.findChildren(QPushButton) if not each.isHidden()]
    for button in tools:
        if button.objectName().startswith("tool_") or button.objectName() == "save_map":
            button.click()
    QApplication.processEvents()
    assert started == ["sanmingcarbon:assess", "sanmingcarbon:check"]
    assert len(opened) == 1 + sum(button.objectName().startswith("tool_") for button in tools)
    assert "sanmingcarbon:exportmaps" in opened
    assert called == []
