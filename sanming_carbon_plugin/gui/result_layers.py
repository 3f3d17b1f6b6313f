"""The layers of results in the project: which result a layer belongs to, and which one is meant.

A layer tells by its columns what it is, so that a result counts wherever it was made and however it came here.
"""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeLayer, QgsMapLayer, QgsProject, QgsProviderRegistry, QgsVectorLayer
from qgis.gui import QgisInterface

from ..adapters.maps.layers import RESULT, THEME, file_of
from ..adapters.maps.themes import themes

_OF_STANDS = {"stand_key", "sink_basis", "pine_rules", "ticket_rules"}
_OF_DOUBTS = {"stand_key", "code", "severity", "message_zh"}
"""Columns by which the layers of a result are known."""


def results() -> dict[Path, list[QgsVectorLayer]]:
    """Results in the order of the layer tree, each with the layers that show its stands, the visible one first."""
    root = QgsProject.instance().layerTreeRoot()
    found: dict[Path, list[QgsVectorLayer]] = {file_of(node.layer()): [] for node in _stand_nodes(root)}
    for layer in stand_layers(root):
        found[file_of(layer)].append(layer)
    return found


def stand_layers(group: QgsLayerTreeGroup) -> list[QgsVectorLayer]:
    """Layers of a group that show the stands of a result, the visible one first."""
    return [node.layer() for node in sorted(_stand_nodes(group), key=lambda node: not node.itemVisibilityChecked())]


def name_of(layer: QgsMapLayer) -> str:
    """Name of the result that a layer shows: that of its group, or its own where somebody added it by itself."""
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    group = node.parent() if node is not None else None
    return str(group.name() if group is not None and group.customProperty(RESULT) else layer.name())


def shows_stands(layer: QgsMapLayer | None) -> bool:
    """Whether a layer shows the stands of a result."""
    if not isinstance(layer, QgsVectorLayer) or not layer.isValid():
        return False
    theme = themes().get(str(layer.customProperty(THEME) or ""))
    if theme is not None:
        return theme.layer == "stands"
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    in_a_file = file_of(layer).suffix.lower() == ".gpkg" and parts.get("layerName") in ("stands", "", None)
    return in_a_file and _OF_STANDS.issubset(layer.fields().names())


def is_of_result(layer: QgsMapLayer) -> bool:
    """Whether a layer shows stands or doubts of a result: nothing to be assessed once more."""
    names = set(layer.fields().names()) if isinstance(layer, QgsVectorLayer) else set()
    return bool(layer.customProperty(THEME)) or _OF_STANDS.issubset(names) or _OF_DOUBTS.issubset(names)


def meant_layer(iface: QgisInterface) -> tuple[Path, QgsVectorLayer] | None:
    """The result a click is about: that of the active layer, else the topmost one that is visible, else any."""
    active = iface.activeLayer()
    if active is not None and shows_stands(active):
        return file_of(active), active
    nodes = _stand_nodes(QgsProject.instance().layerTreeRoot())
    nodes.sort(key=lambda node: (not node.isVisible(), not node.parent().isVisible()))
    return (file_of(nodes[0].layer()), nodes[0].layer()) if nodes else None


def _stand_nodes(group: QgsLayerTreeGroup) -> list[QgsLayerTreeLayer]:
    return [node for node in group.findLayers() if shows_stands(node.layer())]
