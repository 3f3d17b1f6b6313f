"""The table of areas beside a map: stands and area of each class."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsLayoutItemManualTable,
    QgsTableCell,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import Qt

from .sheet_texts import TextRuler
from .themes import Theme

Row = tuple[str, ...]

AREA_SHARES = (0.36, 0.17, 0.22, 0.25)
"""Share of each column in the width of the table."""

_MARGIN_MM, _GRID_MM, _SPARE_MM = 0.6, 0.1, 0.2
"""QGIS breaks a line that comes this near to the edge of its column once more."""


def area_rows(layer: QgsVectorLayer, theme: Theme, language: str) -> list[Row]:
    """Head, one row for each class that occurs, and the sum.

    A stand without a known area counts as a stand; its area is missing in the sum, never 0 in a class of its own.
    """
    # pandas, which this needs, may be missing when QGIS loads the plugin.
    import pandas as pd

    from .class_areas import class_table

    # What the map is coloured by: it may show some stands as a person decided them.
    renderer = layer.renderer()
    coloured_by = isinstance(renderer, QgsCategorizedSymbolRenderer) and renderer.classAttribute()
    values, _ = QgsVectorLayerUtils.getValues(layer, coloured_by or theme.expression)
    if layer.fields().indexOf("area_ha") >= 0:
        areas, _ = QgsVectorLayerUtils.getValues(layer, "area_ha")
    else:
        areas = [None] * len(values)
    known = [area if isinstance(area, float) else float("nan") for area in areas]
    return class_table(pd.DataFrame({"class": [str(value) for value in values], "area_ha": known}), theme, language)


def fill_table(
    table: QgsLayoutItemManualTable,
    rows: Sequence[Row],
    text: QgsTextFormat,
    shares: Sequence[float],
    width_mm: float,
    ruler: TextRuler,
) -> None:
    """Write ``rows`` into the table of a layout: text to the left, numbers to the right, head and sum bold."""
    bold = QgsTextFormat(text)
    font = bold.font()
    font.setBold(True)
    bold.setFont(font)
    inside = width_mm - 2 * _MARGIN_MM * len(shares) - _GRID_MM * (len(shares) + 1)
    widths_mm = [share / sum(shares) * inside for share in shares]
    contents = []
    for place, row in enumerate(rows):
        cells = []
        for column, value in enumerate(row):
            form = bold if place in {0, len(rows) - 1} and len(row) > 2 else text  # noqa: PLR2004
            cell = QgsTableCell("\n".join(ruler.lines(value, form, widths_mm[column] - 2 * _MARGIN_MM - _SPARE_MM)))
            cell.setTextFormat(form)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            cell.setHorizontalAlignment(side)
            cell.setVerticalAlignment(Qt.AlignmentFlag.AlignVCenter)
            cells.append(cell)
        contents.append(cells)
    table.setTableContents(contents)
    table.setColumnWidths(widths_mm)
    table.setIncludeTableHeader(False)
    table.setCellMargin(_MARGIN_MM)
    table.setWrapBehavior(table.WrapBehavior.WrapText)
    table.setShowGrid(True)
    table.setGridStrokeWidth(_GRID_MM)
    table.refresh()
