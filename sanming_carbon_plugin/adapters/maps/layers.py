"""The layers of a result as a user sees them: themes, names of columns and codes in words, one group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsPalLayerSettings,
    QgsProject,
    QgsProviderRegistry,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtXml import QDomDocument

from ...core.errors import InputError
from ...core.units import UnitChoice
from ..unit_choice import area_unit
from .columns import add_unit_columns, column_alias, word_columns
from .decided import DecidedClasses
from .symbols import plain_renderer, theme_renderer
from .themes import Theme, every_theme, themes

RESULT = "sanming_carbon/result"
"""Property of a group: the file of its result when it was made, see :func:`result_of_group`."""

THEME = "sanming_carbon/theme"
"""Property of a layer: what it shows of a result."""

STEP = "sanming_carbon/step"
"""Property of a layer that a step of the toolbox found: its theme, empty for none."""

__all__ = ["RESULT", "STEP", "THEME", "add_results_group", "column_alias", "dress", "dress_again", "dress_step",
           "file_of", "forget_group", "group_name", "label_stands", "result_of_group", "results_group_steps",
           "theme_layer"]  # fmt: skip

_LABELS_FROM_SCALE = 15_000.0
_LABEL_POINTS, _BUFFER_MM = 8.0, 0.8


def theme_layer(result: Path, theme: Theme, language: str, units: UnitChoice | None = None) -> QgsVectorLayer:
    """The layer of a result, styled in ``theme``; it can be looked at, not edited.

    Raises
    ------
    InputError
        ``RESULT_LAYER_MISSING`` where the file has no such layer.
    """
    decided = DecidedClasses.of(result)
    layer = _opened(result, theme, language)
    dress(layer, decided.theme(theme), language, units)
    decided.mark(layer)
    return layer


def _opened(result: Path, theme: Theme, language: str) -> QgsVectorLayer:
    uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(result), "layerName": theme.layer})
    layer = QgsVectorLayer(uri, theme.title(language), "ogr")
    if not layer.isValid():
        raise InputError("RESULT_LAYER_MISSING", path=str(result), layer=theme.layer)
    return layer


def dress(
    layer: QgsVectorLayer,
    theme: Theme,
    language: str,
    units: UnitChoice | None = None,
    model: QgsVectorLayer | None = None,
) -> None:
    """Give ``layer`` the symbols of ``theme``, names and codes in words, a form, and figures in the chosen units.

    A ``model`` is another layer of the same table that has all this already: taking it over is ten times quicker.
    """
    units = units or UnitChoice()
    if model is None:
        word_columns(layer, language, units)
    else:
        document = QDomDocument()
        model.exportNamedStyle(document)
        add_unit_columns(layer, language, units)
        layer.importNamedStyle(document)
    layer.setName(theme.title(language, units))
    layer.setRenderer(theme_renderer(theme, language, units))
    layer.setDisplayExpression('"stand_key"')
    layer.setReadOnly(True)


def dress_step(
    layer: QgsVectorLayer, title: str, theme: Theme | None, language: str, units: UnitChoice | None = None
) -> None:
    """Give a layer that a step of the toolbox found its names, words, units, form and symbols.

    Areas without a ``theme`` are drawn plainly; all stands carry their number and area.
    """
    units = units or UnitChoice()
    word_columns(layer, language, units)
    layer.setName(title)
    layer.setCustomProperty(STEP, theme.name if theme is not None else "")
    if layer.isSpatial():
        layer.setRenderer(plain_renderer() if theme is None else theme_renderer(theme, language, units))
    if "stand_key" in layer.fields().names():
        layer.setDisplayExpression('"stand_key"')
        if layer.isSpatial():
            _label(layer, language, units)
    layer.setReadOnly(True)


def add_results_group(
    project: QgsProject,
    result: Path,
    language: str,
    names: Iterable[str] | None = None,
    units: UnitChoice | None = None,
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
    units
        Units of areas and masses, hectares and tonnes by default.

    Raises
    ------
    InputError
        ``RESULT_LAYER_MISSING`` where the file lacks a layer; the project stays as it was then.
    """
    for _ in results_group_steps(project, result, language, names, units):
        pass
    return next(group for group in project.layerTreeRoot().findGroups() if result_of_group(group) == result)


def results_group_steps(
    project: QgsProject,
    result: Path,
    language: str,
    names: Iterable[str] | None = None,
    units: UnitChoice | None = None,
) -> Iterator[None]:
    """As :func:`add_results_group`, layer by layer: between two steps the window can do other things.

    A group of the same file goes: it showed what was in it before. A user who removes the new one meanwhile ends it.
    """
    chosen = [theme for name, theme in themes().items() if names is None or name in names]
    layers: list[QgsVectorLayer] = []
    models: dict[str, QgsVectorLayer] = {}
    decided = DecidedClasses.of(result)
    for theme in chosen:
        layer = _opened(result, theme, language)
        yield
        dress(layer, decided.theme(theme), language, units, models.get(theme.layer))
        decided.mark(layer)
        models.setdefault(theme.layer, layer)
        label_stands(layer, theme, language, units)
        layers.append(layer)
        yield
    forget_group(project, result)
    root = project.layerTreeRoot()
    made = root.insertGroup(0, group_name(result, language))
    made.setCustomProperty(RESULT, str(result))
    made.setIsMutuallyExclusive(True, 0)
    for theme, layer in zip(chosen, layers, strict=True):
        yield
        group = next((each for each in root.findGroups() if result_of_group(each) == result), None)
        if group is None:
            return
        layer.setCustomProperty(THEME, theme.name)
        project.addMapLayer(layer, False)
        node = group.addLayer(layer)
        node.setItemVisibilityChecked(theme is chosen[0])
        node.setExpanded(theme is chosen[0])


def file_of(layer: QgsMapLayer) -> Path:
    """File that a layer is read from."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return Path(str(parts.get("path") or ""))


def result_of_group(group: QgsLayerTreeGroup) -> Path | None:
    """File of the result that a group shows, None for another group.

    It is that of its layers: they follow the project when its folder is moved or copied.
    """
    if not group.customProperty(RESULT):
        return None
    layers = [node.layer() for node in group.findLayers()]
    shown = next((each for each in layers if each is not None and each.customProperty(THEME)), None)
    return file_of(shown) if shown is not None else Path(str(group.customProperty(RESULT)))


def forget_group(project: QgsProject, result: Path) -> None:
    """Take the group of a result away before the file's new content is shown."""
    root = project.layerTreeRoot()
    for group in root.findGroups():
        if result_of_group(group) == result:
            project.removeMapLayers([layer.layerId() for layer in group.findLayers()])
            root.removeChildNode(group)


def dress_again(project: QgsProject, language: str, units: UnitChoice) -> Iterator[None]:
    """Show all results of a project in other units, a layer a step: in between the window can do other things."""
    for layer_id in list(project.mapLayers()):
        layer = project.mapLayer(layer_id)
        theme = themes().get(str(layer.customProperty(THEME) or "")) if layer is not None else None
        if not isinstance(layer, QgsVectorLayer):
            continue
        if theme is not None:
            dress(layer, DecidedClasses.of_layer(layer).theme(theme), language, units)
            label_stands(layer, theme, language, units)
        elif layer.customProperty(STEP) is not None:
            shown, fixed = every_theme().get(str(layer.customProperty(STEP))), layer.readOnly()
            dress_step(layer, layer.name(), shown, language, units)
            layer.setReadOnly(fixed)
        else:
            continue
        layer.triggerRepaint()
        yield


def label_stands(layer: QgsVectorLayer, theme: Theme, language: str, units: UnitChoice | None = None) -> None:
    """Write compartment and number of each stand and its area on it, where the map is large enough for it."""
    if theme.layer == "stands":
        _label(layer, language, units or UnitChoice())


def _label(layer: QgsVectorLayer, language: str, units: UnitChoice) -> None:
    settings = QgsPalLayerSettings()
    settings.fieldName = "array_to_string(array_slice(string_to_array(\"stand_key\", '-'), -2, -1), '-')"
    if "area_ha" in layer.fields().names():
        area = 'format_number("area_ha" * {!r}, 1)'.format(units.area_factor)
        settings.fieldName += " || '\n' || {} || ' {}'".format(area, area_unit(units, language))
    settings.isExpression = True
    settings.scaleVisibility = True
    settings.minimumScale, settings.maximumScale = _LABELS_FROM_SCALE, 0
    text = QgsTextFormat()
    text.setSize(_LABEL_POINTS)
    text.setSizeUnit(Qgis.RenderUnit.Points)
    around = QgsTextBufferSettings()
    around.setEnabled(True)
    around.setSize(_BUFFER_MM)
    text.setBuffer(around)
    settings.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def group_name(result: Path, language: str) -> str:
    """Name of the group of a result."""
    return "{}{}".format("林业碳汇:" if language == "zh" else "Forest carbon: ", result.stem)
