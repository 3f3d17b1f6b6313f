"""How the layers of a review look in QGIS: kinds of difference in words, a list to choose from, the rest read-only."""

from __future__ import annotations

from qgis.core import QgsEditorWidgetSetup, QgsVectorLayer

from ..maps.layers import column_alias
from ..words import words_of

_EDITED = ("choice", "value")
_WORDS = {"state": "merge_state", "why": "merge_why", "outcome": "merge_outcome", "choice": "merge_choice"}


def dress_review(layer: QgsVectorLayer, language: str) -> None:
    """Give the layer of conflicts or differences its form: only ``choice`` and ``value`` can be filled in."""
    config = layer.editFormConfig()
    for index, field in enumerate(layer.fields()):
        name = field.name()
        alias = column_alias(name, language)
        if alias:
            layer.setFieldAlias(index, alias)
        if name in _WORDS:
            pairs = [{text: code} for code, text in words_of(_WORDS[name], language).items()]
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("ValueMap", {"map": pairs}))
        elif name in ("row_id", "fid"):
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("Hidden", {}))
        config.setReadOnly(index, name not in _EDITED)
    layer.setEditFormConfig(config)
    layer.setDisplayExpression('"stand_key" || \' \' || "column"')
