"""The table of areas beside a map: stands and area of each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsExpression,
    QgsExpressionContext,
    QgsFeatureRequest,
    QgsFields,
    QgsLayoutItemManualTable,
    QgsTableCell,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import Qt

from ...core.errors import CancelledError
from .sheet_texts import TextRuler
from .themes import Theme

Row = tuple[str, ...]

_ROWS_BETWEEN = 500
"""Rows that are read before it is asked whether to stop."""

AREA_SHARES = (0.36, 0.17, 0.22, 0.25)
"""Share of each column in the width of the table."""

_SHARES_WITH_AMOUNT = (0.26, 0.14, 0.17, 0.2, 0.23)

_LEAST_WORDS = 0.18
"""Share of the width that the words in the first column keep beside large numbers."""

_MARGIN_MM, _GRID_MM, _SPARE_MM = 0.6, 0.1, 0.2
"""QGIS breaks a line that comes this near to the edge of its column once more."""


def table_shares(columns: int) -> tuple[float, ...]:
    """Share of each column in the width of a table of so many."""
    return _SHARES_WITH_AMOUNT if columns > len(AREA_SHARES) else AREA_SHARES[:columns]


def area_rows(layer: QgsVectorLayer, theme: Theme, language: str) -> list[Row]:
    """Head, one row for each class that occurs, and the sum.

    A stand without a known area counts as a stand; its area is missing in the sum, never 0 in a class of its own.
    """
    return area_reader(layer, theme, language)(lambda: False)


def area_reader(layer: QgsVectorLayer, theme: Theme, language: str) -> Callable[[Callable[[], bool]], list[Row]]:
    """What gives :func:`area_rows` in any thread; this takes from the layer what that needs, in the layer's own.

    What is given back asks whether it shall stop, and does so with ``CancelledError``.
    """
    # pandas, which this needs, may be missing when QGIS loads the plugin.
    from .class_areas import AMOUNTS, class_table

    # What the map is coloured by: it may show some stands as a person decided them.
    renderer = layer.renderer()
    coloured_by = isinstance(renderer, QgsCategorizedSymbolRenderer) and renderer.classAttribute()
    names = {"class": coloured_by or theme.expression, "area_ha": "area_ha"}
    if theme.name in AMOUNTS:
        names[AMOUNTS[theme.name]] = AMOUNTS[theme.name]
    source, fields, context = QgsVectorLayerFeatureSource(layer), layer.fields(), layer.createExpressionContext()

    def read(stopped: Callable[[], bool]) -> list[Row]:
        import pandas as pd

        columns = _values(source, fields, context, list(names.values()), stopped)
        found = dict(zip(names, columns, strict=True))
        found["class"] = [str(value) for value in found["class"]]
        for name in names.keys() - {"class"}:
            found[name] = [value if isinstance(value, float) else float("nan") for value in found[name]]
        return class_table(pd.DataFrame(found), theme, language)

    return read


def _values(
    source: QgsVectorLayerFeatureSource,
    fields: QgsFields,
    context: QgsExpressionContext,
    wanted: list[str],
    stopped: Callable[[], bool],
) -> list[list]:
    """Values of columns or expressions, row by row; None throughout for a column that is not there."""
    places = [fields.lookupField(name) for name in wanted]
    expressions = [QgsExpression(name) if place < 0 else None for name, place in zip(wanted, places, strict=True)]
    needed = {place for place in places if place >= 0}
    for expression in expressions:
        if expression is not None:
            expression.prepare(context)
            needed.update(expression.referencedAttributeIndexes(fields))
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setSubsetOfAttributes(sorted(needed))
    columns: list[list] = [[] for _ in wanted]
    for number, feature in enumerate(source.getFeatures(request)):
        if number % _ROWS_BETWEEN == 0 and stopped():
            raise CancelledError
        context.setFeature(feature)
        for values, place, expression in zip(columns, places, expressions, strict=True):
            values.append(feature[place] if expression is None else expression.evaluate(context))
    return columns


def fill_table(
    table: QgsLayoutItemManualTable,
    rows: Sequence[Row],
    text: QgsTextFormat,
    shares: Sequence[float],
    width_mm: float,
    ruler: TextRuler,
) -> bool:
    """Write ``rows`` into the table of a layout: text to the left, numbers to the right, head and sum bold.

    Gives whether every number stands on one line: one that goes on below would be read as two.
    """
    bold = QgsTextFormat(text)
    font = bold.font()
    font.setBold(True)
    bold.setFont(font)
    inside = width_mm - 2 * _MARGIN_MM * len(shares) - _GRID_MM * (len(shares) + 1)
    figures = len(shares) > len(("item", "value"))  # else it tells a stand, item by item
    widths_mm = [share / sum(shares) * inside for share in shares]
    whole = True
    if figures:
        widths_mm, whole = _column_widths(rows, bold, widths_mm, ruler)
    contents = []
    for place, row in enumerate(rows):
        cells = []
        for column, value in enumerate(row):
            form = bold if place in {0, len(rows) - 1} and figures else text
            room = widths_mm[column] - 2 * _MARGIN_MM - _SPARE_MM
            if place == 0 and ruler.width_mm(value, form) > room:
                value = "\n".join(_with_unit_below(value))  # noqa: PLW2901
            cell = QgsTableCell("\n".join(ruler.lines(value, form, room)))
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
    return whole


def _with_unit_below(head: str) -> list[str]:
    """A head and, on a line of its own, the unit it ends with."""
    name, _, unit = head.partition("(")
    return [name.rstrip(), "(" + unit] if unit else [head]


def _column_widths(
    rows: Sequence[Row], form: QgsTextFormat, widths: list[float], ruler: TextRuler
) -> tuple[list[float], bool]:
    """Widths in which no number is broken, nor a word or a unit in the head where there is room for it."""
    around = 2 * _MARGIN_MM + 2 * _SPARE_MM
    longest = [max((row[column] for row in rows[1:]), key=len, default="") for column in range(1, len(widths))]
    numbers = [ruler.width_mm(number, form) for number in longest]
    words = [ruler.word_mm(head, form) for head in rows[0][1:]]
    units = [max(ruler.width_mm(line, form) for line in _with_unit_below(head)) for head in rows[0][1:]]
    found = widths, False
    for heads in (units, words, numbers):
        least = [max(number, head) + around for number, head in zip(numbers, heads, strict=True)]
        found = _with_room([_LEAST_WORDS * sum(widths), *least], widths)
        if found[1]:
            break
    return found


def _with_room(needed: list[float], widths: list[float]) -> tuple[list[float], bool]:
    """Widths in which each column has what it needs, taken from those that have more, and whether there was enough."""
    spare = [max(width - need, 0.0) for width, need in zip(widths, needed, strict=True)]
    missing = sum(max(need - width, 0.0) for width, need in zip(widths, needed, strict=True))
    if missing == 0:
        return widths, True
    if missing > sum(spare):
        return widths, False
    taken = missing / sum(spare)
    return [max(width, need) - more * taken for width, need, more in zip(widths, needed, spare, strict=True)], True
