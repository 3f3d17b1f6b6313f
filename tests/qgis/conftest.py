"""What tests in QGIS share: the provider, and small layers taken from the sample."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_results import ROWS, SAMPLE, made_result
from qgis.core import QgsApplication, QgsFeatureRequest, QgsProject, QgsVectorLayer

sys.path.append("/usr/share/qgis/python/plugins")
sys.path.append(str(Path(__file__).resolve().parents[1] / "desktop"))


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect garbage after each test, so that an object that is torn down wrongly crashes where it was made.

    What was there before, the libraries most of all, is set apart: looking through it took longer than most tests.
    """
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture
def provider(qgis_app: QgsApplication) -> Iterator[object]:
    """The plugin's provider, registered for one test."""
    from sanming_carbon_plugin.processing.provider import SanmingCarbonProvider

    ours = SanmingCarbonProvider()
    QgsApplication.processingRegistry().addProvider(ours)
    yield ours
    QgsApplication.processingRegistry().removeProvider(ours)


@pytest.fixture
def dock(qgis_iface: object, provider: object, qtbot: object) -> Iterator[object]:
    """The panel of the steps in an empty project."""
    from sanming_carbon_plugin.gui.dock import CarbonDock

    QgsProject.instance().clear()
    made = CarbonDock(qgis_iface, qgis_iface.mainWindow())
    yield made
    made.shut_down()
    made.deleteLater()
    QgsProject.instance().clear()


@pytest.fixture
def cards(dock: object, qgis_iface: object) -> Iterator[object]:
    """What shows the card of a stand, beside the panel of the steps."""
    from sanming_carbon_plugin.gui.parcel_cards import ParcelCards

    made = ParcelCards(qgis_iface, dock.side, dock)
    yield made
    made.shut_down()


@pytest.fixture
def small_layer(qgis_app: QgsApplication) -> Iterator[QgsVectorLayer]:
    """The first rows of the sample's stands, as a memory layer in the project."""
    source_layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    assert source_layer.isValid()
    layer = source_layer.materialize(QgsFeatureRequest().setLimit(ROWS))
    layer.setName("small")
    QgsProject.instance().addMapLayer(layer)
    yield layer
    QgsProject.instance().clear()


@pytest.fixture
def made_gpkg(tmp_path: Path) -> Path:
    """A result with every class in it, at a path a Chinese office would have."""
    folder = tmp_path / "三明 数据"
    folder.mkdir()
    return made_result(folder / "结果.gpkg")
