"""The plugin comes and goes without leaving anything behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent

import sanming_carbon_plugin
from sanming_carbon_plugin.adapters import dependencies
from sanming_carbon_plugin.processing.dependencies import missing_text

pytestmark = pytest.mark.qgis


def _loaded(iface):
    plugin = sanming_carbon_plugin.classFactory(iface)
    plugin.initGui()
    return plugin


def _flush() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


@pytest.fixture(autouse=True)
def _on_debian(monkeypatch):
    monkeypatch.setattr("sanming_carbon_plugin.processing.dependencies.this_system", lambda: "debian")


def _provider():
    return QgsApplication.processingRegistry().providerById("sanmingcarbon")


@pytest.mark.everywhere
def test_it_loads_and_unloads_twice_and_leaves_nothing(qgis_iface, monkeypatch):
    from qgis.PyQt.QtWidgets import QDockWidget

    pages = []
    monkeypatch.setattr(qgis_iface, "registerOptionsWidgetFactory", pages.append, raising=False)
    monkeypatch.setattr(qgis_iface, "unregisterOptionsWidgetFactory", pages.remove, raising=False)
    for _ in range(2):
        plugin = _loaded(qgis_iface)
        assert len(pages) == 1
        offered = {algorithm.id() for algorithm in _provider().algorithms()}
        assert offered >= {"sanmingcarbon:assess", "sanmingcarbon:check", "sanmingcarbon:zonal"}
        plugin.unload()
        _flush()
        assert _provider() is None
        docks = qgis_iface.mainWindow().findChildren(QDockWidget, "sanming_carbon_dock")
        assert docks == []
        assert pages == []  # QGIS would ask a page that is gone for its options


def _connected():
    """How many are told of what happens to the project."""
    project = QgsProject.instance()
    signals = (project.readProject, project.cleared, project.writeProject, project.layersAdded, project.layersRemoved)
    return [project.receivers(signal) for signal in signals]


def test_unloading_goes_without_anything_connected_to_the_project(qgis_iface):
    before = _connected()
    plugin = _loaded(qgis_iface)
    assert all(now > then for now, then in zip(_connected(), before, strict=True))
    plugin.unload()
    _flush()
    assert _connected() == before
    QgsProject.instance().clear()  # would call into a deleted dock


def test_qgis_process_needs_only_the_provider(qgis_app):
    plugin = sanming_carbon_plugin.classFactory(None)
    plugin.initProcessing()
    assert _provider() is not None
    plugin.unload()
    assert _provider() is None


@pytest.mark.everywhere
def test_without_its_libraries_it_loads_and_says_what_to_install(qgis_iface, monkeypatch):
    found = dependencies._found
    monkeypatch.setattr(dependencies, "_found", lambda name: name not in {"shapely", "scipy"} and found(name))
    plugin = _loaded(qgis_iface)
    try:
        text = missing_text()
        assert "shapely" in text
        assert "scipy" in text
        possible, reason = _provider().algorithm("assess").canExecute()
        assert not possible
        assert reason == text
        assert plugin.dock.form.missing.text() == text
        assert not plugin.dock.form.missing.isHidden()
        assert not plugin.dock.form.run.isEnabled()
    finally:
        plugin.unload()


WITHOUT_LIBRARIES = """
import builtins
import qgis.core, qgis.gui, qgis.PyQt.uic, qgis.utils

forbidden = {"numpy", "pandas", "scipy", "shapely", "geopandas", "rasterio", "osgeo", "pyogrio", "fiona"}
asked = []
real = builtins.__import__

def guarded(name, *args, **kwargs):
    if name.split(".")[0] in forbidden:
        asked.append(name)
        raise ImportError(name)
    return real(name, *args, **kwargs)

builtins.__import__ = guarded
import sanming_carbon_plugin.plugin
print(asked)
"""


def test_no_third_party_library_is_imported_on_loading():
    """A process of its own, because classes of QGIS that are imported twice do not survive in one."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBRARIES],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(sanming_carbon_plugin.__file__).parent.parent,
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("debian", "sudo apt install python3-scipy python3-shapely"),
        ("windows", "python3-scipy, python3-shapely"),
        ("macos", 'conda install -c conda-forge "scipy" "shapely>=2"'),
        ("other", 'conda install -c conda-forge "scipy" "shapely>=2"'),
    ],
)
def test_each_system_gets_its_own_line(system, expected):
    missing = [library for library in dependencies.REQUIRED if library.module in {"scipy", "shapely"}]
    assert dependencies.install_command(missing, system) == expected


def test_a_library_that_is_too_old_is_told_with_the_way_to_a_newer_one(monkeypatch):
    """Debian 12 has shapely 1.8.5: there, but not enough."""
    monkeypatch.setattr(dependencies, "_version", lambda name: "1.8.5.post1" if name == "shapely" else "9")
    ((library, version),) = dependencies.outdated_libraries()
    assert (library.module, version) == ("shapely", "1.8.5.post1")
    text = missing_text()
    assert "1.8.5" in text
    assert "2.0" in text
    assert 'pip install --user --break-system-packages "shapely==2.0.7"' in dependencies.update_command(
        [library], "debian"
    )
    assert dependencies.update_command([library], "windows") == "python3-shapely"


def test_a_library_that_hides_its_version_is_trusted(monkeypatch):
    monkeypatch.setattr(dependencies, "_version", lambda _: "")
    assert dependencies.outdated_libraries() == ()
