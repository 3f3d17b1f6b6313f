"""Symbols and renderers of the themes."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsPointPatternFillSymbolLayer,
    QgsRendererCategory,
    QgsSimpleFillSymbolLayer,
    QgsSingleSymbolRenderer,
)
from qgis.PyQt.QtGui import QColor

from ...core.units import UnitChoice
from ..palette import palette
from .themes import Theme, ThemeClass

_OUTLINE = "#5f5f5f"
_OUTLINE_MM = 0.1
_LINE_MM = 0.2
_SPACING_MM = 1.5
_DOT_MM = 0.6
_ANGLES = {
    "diagonal": (45.0,),
    "back_diagonal": (135.0,),
    "horizontal": (0.0,),
    "vertical": (90.0,),
    "cross": (45.0, 135.0),
    "grid": (0.0, 90.0),
}


def theme_renderer(theme: Theme, language: str, units: UnitChoice | None = None) -> QgsCategorizedSymbolRenderer:
    """Renderer of a theme with its legend in ``language`` and in the chosen units."""
    categories = [
        QgsRendererCategory(each.value, class_symbol(each), each.label(language, units)) for each in theme.classes
    ]
    return QgsCategorizedSymbolRenderer(theme.expression, categories)


def plain_renderer() -> QgsSingleSymbolRenderer:
    """Renderer of areas that are not told apart: they carry labels."""
    look = palette()["plain"]
    return QgsSingleSymbolRenderer(
        class_symbol(ThemeClass("", None, None, look.fill, look.pattern, look.line, ("", "")))
    )


def class_symbol(each: ThemeClass) -> QgsFillSymbol:
    """Symbol of one class: fill, thin outline, and its pattern on top."""
    fill = QgsSimpleFillSymbolLayer(QColor(each.fill))
    fill.setStrokeColor(QColor(_OUTLINE))
    fill.setStrokeWidth(_OUTLINE_MM)
    # A symbol takes its layers over one by one; a list of them handed to its constructor crashes QGIS 3.40.
    symbol = QgsFillSymbol()
    symbol.changeSymbolLayer(0, fill)
    if each.pattern == "dots":
        symbol.appendSymbolLayer(_dots(each.line))
    for angle in _ANGLES.get(each.pattern, ()):
        symbol.appendSymbolLayer(_lines(angle, each.line))
    return symbol


def _lines(angle: float, colour: str) -> QgsLinePatternFillSymbolLayer:
    pattern = QgsLinePatternFillSymbolLayer()
    pattern.setLineAngle(angle)
    pattern.setDistance(_SPACING_MM)
    pattern.setDistanceUnit(Qgis.RenderUnit.Millimeters)
    pattern.setSubSymbol(QgsLineSymbol.createSimple({"color": colour, "width": str(_LINE_MM)}))
    return pattern


def _dots(colour: str) -> QgsPointPatternFillSymbolLayer:
    pattern = QgsPointPatternFillSymbolLayer()
    pattern.setDistanceX(_SPACING_MM)
    pattern.setDistanceY(_SPACING_MM)
    pattern.setSubSymbol(
        QgsMarkerSymbol.createSimple({"color": colour, "size": str(_DOT_MM), "outline_style": "no", "name": "circle"})
    )
    return pattern
