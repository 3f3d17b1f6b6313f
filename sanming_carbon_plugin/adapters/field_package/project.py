"""The project that QField opens: layers with relative paths, symbols, labels and the form."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsMapLayer,
    QgsPalLayerSettings,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsReferencedRectangle,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from ...core.errors import OutputError
from ...core.fieldwork.form import Form
from ..maps.layers import dress
from ..maps.symbols import class_symbol
from ..maps.themes import ThemeClass, themes
from ..palette import palette
from ..words import word
from . import background
from .files import (
    ALL_STANDS,
    BACKGROUND_FILE,
    CONTEXT_FILE,
    FIELD_FILE,
    PROJECT_FILE,
    TENURE,
    WORK_LAYER,
)
from .forms import dress_form

_VERDICTS = ("not_checked", "right", "wrong", "not_reached")
"""Colours come with a pattern, so that sunlight on a screen and colour-blind eyes tell them apart."""
_OPACITY = 0.7
_OUTLINE, _OUTLINE_MM = "#1a1a1a", 0.7
_CONTEXT_OUTLINES = {ALL_STANDS: ("#ffffff", "0.3", "solid"), TENURE: ("#f0e442", "0.4", "dash")}
"""Only outlines around the stands to check, so that the background map stays visible."""
_LABEL_SIZE = 9.0


def write_project(
    folder: Path,
    context: list[str],
    form: Form,
    language: str,
    *,
    lock_outlines: bool,
    photo_pixels: int,
    buttons_up_to: int,
) -> None:
    """Write ``field.qgz`` into a folder that holds the data files already.

    Parameters
    ----------
    folder
        The package.
    context
        Layers of the context file.
    form
        Columns of the form.
    language
        ``en`` or ``zh``.
    lock_outlines
        Whether QField lets nobody change or draw an outline.
    photo_pixels
        Longest side of a photo.
    buttons_up_to
        Lists of up to so many values are shown as buttons.

    Raises
    ------
    OutputError
        FIELD_PROJECT_NOT_WRITTEN.
    """
    project = QgsProject()
    try:
        project.setFilePathStorage(Qgis.FilePathType.Relative)
        project.setTitle(word("field_package", "project", language))
        work = _work_layer(folder, form, language)
        project.setCrs(work.crs())
        layers: list[QgsMapLayer] = [work, *(_context_layer(folder, name, language) for name in context)]
        if (folder / BACKGROUND_FILE).exists():
            layers.append(_background_layer(folder, language))
        for layer in layers:
            _known_to_qfield(layer, editable=layer is work)
            project.addMapLayer(layer, False)
            project.layerTreeRoot().addLayer(layer)
        _locked(work, outlines=lock_outlines)
        work.setCustomProperty("QFieldSync/value_map_button_interface_threshold", buttons_up_to)
        extent = work.extent()
        extent.scale(1.2)
        project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(extent, work.crs()))
        project.writeEntry("qfieldsync", "maximumImageWidthHeight", photo_pixels)
        project.writeEntry("qfieldsync", "initialActiveLayer", work.id())
        if not project.write(str(folder / PROJECT_FILE)):
            raise OutputError("FIELD_PROJECT_NOT_WRITTEN", path=str(folder / PROJECT_FILE), reason=project.error())
    finally:
        # Taken down here, whatever happened: a layer that outlives QGIS makes it crash on leaving.
        project.clear()


def _vector(folder: Path, file: str, name: str, title: str) -> QgsVectorLayer:
    uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(folder / file), "layerName": name})
    layer = QgsVectorLayer(uri, title, "ogr")
    if not layer.isValid():
        raise OutputError("FIELD_PROJECT_NOT_WRITTEN", path=str(folder / file), reason=name)
    return layer


def _work_layer(folder: Path, form: Form, language: str) -> QgsVectorLayer:
    layer = _vector(folder, FIELD_FILE, WORK_LAYER, word("field_package", "title", language))
    categories = []
    for value in _VERDICTS:
        look = palette()[value]
        kind = "field_package" if value == "not_checked" else "field_verdict"
        label = word(kind, value, language)
        symbol = class_symbol(ThemeClass(value, None, None, look.fill, look.pattern, look.line, (label, label)))
        symbol.setOpacity(_OPACITY)
        symbol.symbolLayer(0).setStrokeColor(QColor(_OUTLINE))
        symbol.symbolLayer(0).setStrokeWidth(_OUTLINE_MM)
        categories.append(QgsRendererCategory(value, symbol, label))
    layer.setRenderer(QgsCategorizedSymbolRenderer("coalesce(\"verdict\", 'not_checked')", categories))
    # The last part of the key is the stand's own number; a star tells the random control sample.
    _label(layer, "regexp_substr(\"stand_key\", '([^-]+-[^-]+)$') || if(\"control_sample\" = 'yes', ' *', '')")
    dress_form(layer, form, language)
    return layer


def _context_layer(folder: Path, name: str, language: str) -> QgsVectorLayer:
    layer = _vector(folder, CONTEXT_FILE, name, word("field_package", name, language))
    if name == ALL_STANDS:
        dress(layer, themes()["measure"], language)  # names of columns and codes in words
    colour, width, line = _CONTEXT_OUTLINES[name]
    outline = {"style": "no", "outline_color": colour, "outline_width": width, "outline_style": line}
    layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(outline)))
    layer.setName(word("field_package", name, language))
    layer.setReadOnly(True)
    return layer


def _background_layer(folder: Path, language: str) -> QgsRasterLayer:
    parts = {"path": str(folder / BACKGROUND_FILE), "layerName": background.TABLE, "driver": "GPKG"}
    title = word("field_package", "background", language)
    layer = QgsRasterLayer(QgsProviderRegistry.instance().encodeUri("gdal", parts), title, "gdal")
    if not layer.isValid():
        raise OutputError("FIELD_PROJECT_NOT_WRITTEN", path=str(folder / BACKGROUND_FILE), reason=background.TABLE)
    return layer


def _known_to_qfield(layer: QgsMapLayer, *, editable: bool) -> None:
    """Tell QField and its desktop plugin what to do with a layer: the files are where they belong already."""
    layer.setCustomProperty("QFieldSync/action", "copy")
    layer.setCustomProperty("QFieldSync/cloud_action", "offline" if editable else "no_action")
    layer.setCustomProperty("QFieldSync/relationship_maximum_visible", "{}")


def _locked(layer: QgsVectorLayer, *, outlines: bool) -> None:
    """Nobody deletes a stand in QField; where ``outlines`` are locked, nobody draws one anew or changes it either.

    The older name of the lock of outlines stands for all three of them in newer programs, and goes before their own
    names there: it must not be written where only deleting is locked.
    """
    if outlines:
        layer.setCustomProperty("QFieldSync/is_geometry_locked", True)
    locks = {"feature_addition": outlines, "attribute_editing": False, "geometry_editing": outlines}
    for name, locked in (locks | {"feature_deletion": True}).items():
        if locked:
            layer.setCustomProperty("QFieldSync/is_{}_locked".format(name), True)
        layer.setCustomProperty("QFieldSync/{}_locked_expression".format(name), "")


def _label(layer: QgsVectorLayer, expression: str) -> None:
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setColor(QColor("#ffffff"))
    text = QgsTextFormat()
    text.setSize(_LABEL_SIZE)
    text.setBuffer(buffer)
    settings = QgsPalLayerSettings()
    settings.fieldName = expression
    settings.isExpression = True
    settings.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
