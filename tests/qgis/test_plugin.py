"""The plugin comes and goes without leaving anything behind."""

from __future__ import annotations

import builtins

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


def _provider():
    return QgsApplication.processingRegistry().providerById("sanmingcarbon")


@pytest.mark.everywhere
def test_it_loads_and_unloads_twice_and_leaves_nothing(qgis_iface):
    from qgis.PyQt.QtWidgets import QDockWidget

    for _ in range(2):
        plugin = _loaded(qgis_iface)
        assert {algorithm.id() for algorithm in _provider().algorithms()} == {
            "sanmingcarbon:assess",
            "sanmingcarbon:check",
            "sanmingcarbon:zonal",
        }
        plugin.unload()
        _flush()
        assert _provider() is None
        docks = qgis_iface.mainWindow().findChildren(QDockWidget, "sanming_carbon_dock")
        assert docks == []


def test_unloading_goes_without_anything_connected_to_the_project(qgis_iface):
    plugin = _loaded(qgis_iface)
    plugin.unload()
    _flush()
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


def test_no_third_party_library_is_imported_on_loading(qgis_app, monkeypatch):
    """All modules that QGIS imports when it loads the plugin, once more, where those libraries do not exist."""
    import sys

    forbidden = {"numpy", "pandas", "scipy", "shapely", "geopandas", "rasterio", "osgeo", "pyogrio", "fiona"}
    asked = []
    real_import = builtins.__import__

    def guarded(name, *args, **kwargs):
        if name.split(".")[0] in forbidden:
            asked.append(name)
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    ours = [name for name in sys.modules if name.split(".")[0] == "sanming_carbon_plugin"]
    for name in ours:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", guarded)
    real_import("sanming_carbon_plugin.plugin")
    assert asked == []
    monkeypatch.setattr(builtins, "__import__", real_import)
    for name in [name for name in sys.modules if name.split(".")[0] == "sanming_carbon_plugin"]:
        monkeypatch.delitem(sys.modules, name)


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
