"""The layers of results in the project: which result a layer belongs to, and which one is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsLayerTreeGroup, QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.gui import QgisInterface

from ..adapters.maps.themes import themes

RESULT = "sanming_carbon/result"
THEME = "sanming_carbon/theme"


def result_groups() -> Iterator[tuple[Path, QgsLayerTreeGroup]]:
    """Groups of results in the order of the layer tree, each with its file."""
    for group in QgsProject.instance().layerTreeRoot().findGroups():
        path = group.customProperty(RESULT)
        if path:
            yield Path(str(path)), group


def stand_layers(group: QgsLayerTreeGroup) -> list[QgsVectorLayer]:
    """Layers of a group that show the stands, the visible one first."""
    nodes = [node for node in group.findLayers() if shows_stands(node.layer())]
    nodes.sort(key=lambda node: not node.itemVisibilityChecked())
    return [node.layer() for node in nodes]


def shows_stands(layer: QgsMapLayer | None) -> bool:
    """Whether a layer shows the stands of a result."""
    theme = themes().get(str(layer.customProperty(THEME) or "")) if layer is not None else None
    return theme is not None and theme.layer == "stands" and isinstance(layer, QgsVectorLayer) and layer.isValid()


def result_of(layer: QgsMapLayer) -> Path | None:
    """File of the result that a layer shows."""
    for path, group in result_groups():
        if group.findLayer(layer.id()) is not None:
            return path
    return None


def meant_layer(iface: QgisInterface) -> tuple[Path, QgsVectorLayer] | None:
    """The result a click is about: that of the active layer, else the topmost one that is visible, else any."""
    active = iface.activeLayer()
    if active is not None and shows_stands(active):
        path = result_of(active)
        if path is not None:
            return path, active
    found = [(path, layers[0], group.isVisible()) for path, group in result_groups() if (layers := stand_layers(group))]
    found.sort(key=lambda each: not each[2])
    return (found[0][0], found[0][1]) if found else None
