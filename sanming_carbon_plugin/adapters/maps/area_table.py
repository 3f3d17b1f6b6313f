"""The table of areas beside a map: stands and area of each class."""

from __future__ import annotations

from collections import defaultdict

from qgis.core import (
    QgsLayoutItemManualTable,
    QgsTableCell,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import Qt

from .themes import Theme

_HEADS = {"en": ("Class", "Stands", "Area (ha)", "Area (mu)"), "zh": ("类型", "小班数", "面积(公顷)", "面积(亩)")}
_TOTAL = {"en": "Total", "zh": "合计"}
_WIDTHS_MM = (28.0, 11.5, 16.5, 17.5)

Row = tuple[str, str, str, str]


def area_rows(layer: QgsVectorLayer, theme: Theme, language: str) -> list[Row]:
    """Head, one row for each class that occurs, and the sum.

    A stand without a known area counts as a stand; its area is missing in the sum, never 0 in a class of its own.
    """
    values, _ = QgsVectorLayerUtils.getValues(layer, theme.expression)
    if layer.fields().indexOf("area_ha") >= 0:
        areas, _ = QgsVectorLayerUtils.getValues(layer, "area_ha")
    else:
        areas = [None] * len(values)
    stands: dict[str, int] = defaultdict(int)
    area_ha: dict[str, float] = defaultdict(float)
    for value, area in zip(values, areas, strict=True):
        stands[str(value)] += 1
        if isinstance(area, float):
            area_ha[str(value)] += area
    classes = [
        _row(each.label(language), stands[each.value], area_ha[each.value])
        for each in theme.classes
        if stands[each.value]
    ]
    total = _row(_TOTAL[language], sum(stands.values()), sum(area_ha.values()))
    return [_HEADS[language], *classes, total]


def fill_table(table: QgsLayoutItemManualTable, rows: list[Row], text: QgsTextFormat) -> None:
    """Write ``rows`` into the table of a layout: text to the left, numbers to the right, head and sum bold."""
    bold = QgsTextFormat(text)
    font = bold.font()
    font.setBold(True)
    bold.setFont(font)
    contents = []
    for place, row in enumerate(rows):
        cells = []
        for column, value in enumerate(row):
            cell = QgsTableCell(value)
            cell.setTextFormat(bold if place in {0, len(rows) - 1} else text)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            cell.setHorizontalAlignment(side)
            cell.setVerticalAlignment(Qt.AlignmentFlag.AlignVCenter)
            cells.append(cell)
        contents.append(cells)
    table.setTableContents(contents)
    table.setColumnWidths(list(_WIDTHS_MM))
    table.setIncludeTableHeader(False)
    table.setWrapBehavior(table.WrapBehavior.WrapText)
    table.setShowGrid(True)
    table.setGridStrokeWidth(0.1)
    table.refresh()


def _row(label: str, stands: int, area_ha: float) -> Row:
    # numpy, which this needs, may be missing when QGIS loads the plugin.
    from ...core.units import mu_from_hectares

    return label, "{:,}".format(stands), "{:,.1f}".format(area_ha), "{:,.0f}".format(mu_from_hectares(area_ha))
