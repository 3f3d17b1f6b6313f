"""The layers of a result as a user sees them: themes, names of columns and codes in words, one group."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qgis.core import QgsEditorWidgetSetup, QgsLayerTreeGroup, QgsProject, QgsProviderRegistry, QgsVectorLayer

from ...core.errors import InputError
from ..words import word, words_of
from .symbols import theme_renderer
from .themes import Theme, themes

_WORD_KINDS = {
    "species_group": "species_group",
    "image_species_group": "species_group",
    "origin": "origin",
    "age_group": "age_group",
    "sink_basis": "sink_basis",
    "pine_transform": "outcome",
    "reserve_forest": "outcome",
    "ticket": "outcome",
    "measure": "measure",
    "pine_technique": "pine_technique",
    "reserve_mode": "reserve_mode",
    "severity": "severity",
}
"""Columns whose codes are shown in words, and the kind of word."""

_STATISTICS = {
    "_mean": ("mean", "均值"),
    "_std": ("standard deviation", "标准差"),
    "_support": ("share of valid area", "有效面积占比"),
}


def theme_layer(result: Path, theme: Theme, language: str) -> QgsVectorLayer:
    """The layer of a result, styled in ``theme``; it can be looked at, not edited.

    Raises
    ------
    InputError
        ``RESULT_LAYER_MISSING`` where the file has no such layer.
    """
    uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(result), "layerName": theme.layer})
    layer = QgsVectorLayer(uri, theme.title(language), "ogr")
    if not layer.isValid():
        raise InputError("RESULT_LAYER_MISSING", path=str(result), layer=theme.layer)
    dress(layer, theme, language)
    return layer


def dress(layer: QgsVectorLayer, theme: Theme, language: str) -> None:
    """Give ``layer`` the symbols of ``theme``, column names and codes in words."""
    layer.setName(theme.title(language))
    layer.setRenderer(theme_renderer(theme, language))
    for position, field in enumerate(layer.fields()):
        alias = column_alias(field.name(), language)
        if alias:
            layer.setFieldAlias(position, alias)
        kind = _WORD_KINDS.get(field.name())
        if kind:
            pairs = [{text: code} for code, text in words_of(kind, language).items()]
            layer.setEditorWidgetSetup(position, QgsEditorWidgetSetup("ValueMap", {"map": pairs}))
    layer.setDisplayExpression('"stand_key"')
    layer.setReadOnly(True)


def column_alias(name: str, language: str) -> str:
    """What a column of the result is called; empty for the source's own columns."""
    text = word("column", name, language)
    if text != name:
        return text
    for ending, words in _STATISTICS.items():
        if name.endswith(ending):
            return "{} {}".format(name.removesuffix(ending), words[language == "zh"])
    return ""


def add_results_group(
    project: QgsProject, result: Path, language: str, names: Iterable[str] | None = None
) -> QgsLayerTreeGroup:
    """Put the themes of a result into the project as one group; only in the main thread.

    Only the first theme is switched on, and switching on another switches it off: they all show the same stands.

    Parameters
    ----------
    project
        The project.
    result
        GeoPackage of the main job.
    language
        ``en`` or ``zh``.
    names
        The themes to show, all by default.
    """
    chosen = [theme for name, theme in themes().items() if names is None or name in names]
    layers = [theme_layer(result, theme, language) for theme in chosen]
    group = project.layerTreeRoot().insertGroup(0, group_name(result, language))
    group.setCustomProperty("sanming_carbon/result", str(result))
    for theme, layer in zip(chosen, layers, strict=True):
        layer.setCustomProperty("sanming_carbon/theme", theme.name)
        project.addMapLayer(layer, False)
        group.addLayer(layer).setExpanded(theme is chosen[0])
    group.setIsMutuallyExclusive(True, 0)
    return group


def group_name(result: Path, language: str) -> str:
    """Name of the group of a result."""
    return "{}{}".format("林业碳汇:" if language == "zh" else "Forest carbon: ", result.stem)
