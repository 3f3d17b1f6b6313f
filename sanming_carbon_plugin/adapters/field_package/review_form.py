"""How the layers of a review look in QGIS: a list to choose from, the rest read-only."""

from __future__ import annotations

from qgis.core import QgsEditorWidgetSetup, QgsVectorLayer

from ...core.units import UnitChoice
from ..maps.layers import dress_step
from ..maps.themes import step_themes

REVIEW = "review"
"""Theme of the layers of a review."""

_EDITED = ("choice", "value")


def dress_review(layer: QgsVectorLayer, title: str, language: str, units: UnitChoice | None = None) -> None:
    """Dress the layer of conflicts or differences: only ``choice`` and ``value`` can be filled in."""
    dress_step(layer, title, step_themes()[REVIEW], language, units)
    layer.setReadOnly(False)
    config = layer.editFormConfig()
    for index, field in enumerate(layer.fields()):
        if field.name() in ("row_id", "fid"):
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("Hidden", {}))
        config.setReadOnly(index, field.name() not in _EDITED)
    layer.setEditFormConfig(config)
    layer.setDisplayExpression('"stand_key" || \' \' || "column"')
