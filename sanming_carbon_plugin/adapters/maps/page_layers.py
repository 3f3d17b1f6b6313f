"""The layers of one page, made in memory: its stands in their classes, boundaries, and labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy.typing as npt
import shapely
from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsPalLayerSettings,
    QgsRectangle,
    QgsRendererCategory,
    QgsSimpleLineSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from .heard_drawing import Ears, let_listen
from .sheet_texts import text_format, typeface
from .symbols import class_symbol
from .themes import Theme

LINES = {
    "unit": {"line_color": "#1d2a21", "line_width": "0.7"},
    "inner": {"line_color": "#2a2a2a", "line_width": "0.4"},
    "beside": {"line_color": "#9a9a9a", "line_width": "0.25", "line_style": "dash"},
}
"""Symbols of boundaries: of the page's unit, of the units inside it, and of those beside it."""

_SMALLEST_DOT = 0.03
_AT_ONCE = 5_000
_ROUGH = 500
_MANY_LABELS, _ROOM_MM = 3_000, 3.0
"""On a sheet of so many stands only those that have room for their number carry it."""

_BUFFER_MM = 0.6
_ZONE_WIDTH_DEG = 3.0
_FIRST_CODE = 4488
_ZONES = (25, 45)


def crs_of(text: str | None) -> QgsCoordinateReferenceSystem:
    """A coordinate system from ``EPSG:…`` or WKT; an invalid one for None."""
    if text is None:
        return QgsCoordinateReferenceSystem()
    return (
        QgsCoordinateReferenceSystem(text) if text.startswith("EPSG:") else QgsCoordinateReferenceSystem.fromWkt(text)
    )


def drawing_crs(crs: QgsCoordinateReferenceSystem, bounds: npt.NDArray) -> QgsCoordinateReferenceSystem:
    """The coordinate system a map is drawn in: its own where that is in metres, else the 3-degree zone of CGCS2000.

    A scale on a map in degrees would be true nowhere.
    """
    if not crs.isGeographic():
        return crs
    zone = round(float(bounds[0] + bounds[2]) / 2 / _ZONE_WIDTH_DEG)
    if not _ZONES[0] <= zone <= _ZONES[1]:
        return crs
    return QgsCoordinateReferenceSystem("EPSG:{}".format(_FIRST_CODE + zone))


def stands_layer(
    geometry: Sequence[shapely.Geometry | None],
    classes: Sequence[object],
    labels: Sequence[str] | None,
    crs: QgsCoordinateReferenceSystem,
    theme: Theme,
    language: str,
    ears: Ears | None = None,
) -> QgsVectorLayer:
    """Stands in the symbols of their classes; the legend holds only the classes that are drawn.

    ``ears`` listen while the stands are put in, and whenever they are drawn.
    """
    layer = _memory_layer(theme.title(language), crs)
    texts = [""] * len(classes) if labels is None else labels
    for first in range(0, len(classes), _AT_ONCE):
        if ears is not None:
            ears.listen()
        part = slice(first, first + _AT_ONCE)
        layer.dataProvider().addFeatures(
            _feature(layer, shape, str(value), text)
            for shape, value, text in zip(geometry[part], classes[part], texts[part], strict=True)
        )
    drawn = {
        str(value) for value, shape in zip(classes, geometry, strict=True) if shape is not None and not shape.is_empty
    }
    layer.setRenderer(
        QgsCategorizedSymbolRenderer(
            "class",
            [
                QgsRendererCategory(each.value, let_listen(class_symbol(each), ears), each.label(language))
                for each in theme.occurring(drawn)
            ],
        )
    )
    if labels is not None:
        _label(layer, labels, 5.5, language)
    layer.updateExtents()
    return layer


def outline_layer(
    shapes: Iterable[shapely.Geometry | None],
    labels: Sequence[str] | None,
    crs: QgsCoordinateReferenceSystem,
    title: str,
    line: str,
    language: str,
    size_pt: float = 7.0,
    ears: Ears | None = None,
) -> QgsVectorLayer:
    """Boundaries of units without a fill, with the names of the units where ``labels`` are given.

    ``ears`` listen whenever they are drawn.
    """
    layer = _memory_layer(title, crs)
    shapes = list(shapes)
    texts = [""] * len(shapes) if labels is None else labels
    layer.dataProvider().addFeatures(
        _feature(layer, shape, "", text) for shape, text in zip(shapes, texts, strict=True)
    )
    symbol = QgsFillSymbol()
    symbol.changeSymbolLayer(0, QgsSimpleLineSymbolLayer.create(LINES[line]))
    layer.setRenderer(QgsSingleSymbolRenderer(let_listen(symbol, ears)))
    layer.updateExtents()
    if labels is not None:
        _label(layer, labels, size_pt, language)
        _label_roughly(layer)
    return layer


def filled_layer(
    shapes: Iterable[shapely.Geometry | None], crs: QgsCoordinateReferenceSystem, colour: str, line: str = ""
) -> QgsVectorLayer:
    """Areas in one colour, for the small map; a coloured ``line`` is thick, so that the smallest is seen."""
    layer = _memory_layer("", crs)
    layer.dataProvider().addFeatures(_feature(layer, shape, "", "") for shape in shapes)
    outline = {"outline_color": line or "#6a6a6a", "outline_width": "0.7" if line else "0.15"}
    layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple({"color": colour, **outline})))
    layer.updateExtents()
    return layer


def large_enough(shape: shapely.Geometry | None, bounds: npt.NDArray) -> shapely.Geometry | None:
    """A small unit as a dot that can be seen among all the others."""
    left, bottom, right, top = map(float, bounds)
    least = _SMALLEST_DOT * max(right - left, top - bottom)
    if shape is None or shape.is_empty:
        return shape
    west, south, east, north = shape.bounds
    if max(east - west, north - south) >= least:
        return shape
    return shape.centroid.buffer(least / 2)


def rectangle(bounds: npt.NDArray, margin: float = 1.0) -> QgsRectangle:
    """Bounds as QGIS has them, ``margin`` times as large, and never a point."""
    left, bottom, right, top = map(float, bounds)
    extent = QgsRectangle(left, bottom, right, top)
    if extent.width() == 0 or extent.height() == 0:
        extent.grow(1.0)
    extent.scale(margin)
    return extent


def _memory_layer(title: str, crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    layer = QgsVectorLayer("MultiPolygon?field=class:string&field=label:string", title, "memory")
    layer.setCrs(crs)
    return layer


def _feature(layer: QgsVectorLayer, shape: shapely.Geometry | None, value: str, text: str) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    feature.setAttributes([value, text])
    if shape is not None:
        geometry = QgsGeometry()
        geometry.fromWkb(shapely.to_wkb(shape))
        geometry.convertToMultiType()
        feature.setGeometry(geometry)
    return feature


def _label_roughly(layer: QgsVectorLayer) -> None:
    """Find the places of names by rough outlines: for a boundary of thousands of corners that takes seconds."""
    settings = layer.labeling().settings()
    rough = max(layer.extent().width(), layer.extent().height()) / _ROUGH
    settings.geometryGeneratorEnabled = True
    settings.geometryGeneratorType = Qgis.GeometryType.Polygon
    settings.geometryGenerator = "if(num_points(@geometry) < {}, @geometry, simplify(@geometry, {!r}))".format(
        _ROUGH, rough
    )
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))


def _label(layer: QgsVectorLayer, labels: Sequence[str], size_pt: float, language: str) -> None:
    settings = QgsPalLayerSettings()
    settings.fieldName = "label"
    settings.placement = Qgis.LabelPlacement.Horizontal
    text = text_format(typeface(" ".join(labels), language), size_pt)
    text.setColor(QColor("#1d2a21"))
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setSize(_BUFFER_MM)
    buffer.setColor(QColor("#ffffff"))
    text.setBuffer(buffer)
    settings.setFormat(text)
    if len(labels) > _MANY_LABELS:
        settings.thinningSettings().setMinimumFeatureSize(_ROOM_MM)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
