"""How the layers of a review look in QGIS: a list to choose from, the rest read-only."""

from __future__ import annotations

from qgis.core import QgsEditorWidgetSetup, QgsVectorLayer

from ...core.units import UnitChoice
from ..maps.columns import layer_of_file
from ..maps.layers import dress_step
from ..maps.themes import step_themes
from .review import CONFLICTS

REVIEW, WAITING = "review", "review_waiting"
"""Themes of the layers of a review: of all differences, and of what a person has to decide."""

_EDITED = ("choice", "value")


def dress_review(layer: QgsVectorLayer, title: str, language: str, units: UnitChoice | None = None) -> None:
    """Dress the layer of conflicts or differences: only ``choice`` and ``value`` can be filled in."""
    theme = WAITING if layer_of_file(layer) == CONFLICTS else REVIEW
    dress_step(layer, title, step_themes()[theme], language, units)
    layer.setReadOnly(False)
    config = layer.editFormConfig()
    for index, field in enumerate(layer.fields()):
        if field.name() in ("row_id", "fid"):
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("Hidden", {}))
        config.setReadOnly(index, field.name() not in _EDITED)
    layer.setEditFormConfig(config)
    layer.setDisplayExpression('"stand_key" || \' \' || "column"')
