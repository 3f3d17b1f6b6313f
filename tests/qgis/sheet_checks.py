"""Checks of a filled sheet by the places of its items and the metrics of its letters."""

from __future__ import annotations

from itertools import combinations

from qgis.core import QgsLegendRenderer
from qgis.PyQt.QtCore import QRectF, Qt

from sanming_carbon_plugin.adapters.maps.sheet_texts import TextRuler

ITEMS = ("title", "subtitle", "map", "legend", "scale", "north", "area_table", "overview", "author", "notes")
LABELS = ("title", "subtitle", "author", "notes")
_GRID_NUMBERS_MM = 3.5


def places(layout) -> dict[str, QRectF]:
    """Where the items of a sheet are, those that are shown."""
    items = {name: layout.itemById(name) for name in ITEMS}
    return {
        name: QRectF(item.pagePos(), item.rect().size())
        for name, item in items.items()
        if item is not None and item.isVisible()
    }


def check_sheet(layout) -> None:
    """Nothing overlaps, nothing leaves the page, no text outgrows its place, and the small map shows where it is."""
    found = places(layout)
    assert set(ITEMS) - set(found) <= {"overview"}, found
    page = layout.pageCollection().page(0).rect()
    assert all(page.contains(place) for place in found.values()), found
    ground = found["map"]
    found["map"] = ground.adjusted(-_GRID_NUMBERS_MM, 0, 0, _GRID_NUMBERS_MM)  # the grid is numbered left and below
    for (one, first), (other, second) in combinations(found.items(), 2):
        shared = first.intersected(second)
        assert shared.isEmpty() or shared.width() * shared.height() < 0.05, (one, other, first, second)
    ruler = TextRuler(layout)
    for name in LABELS:
        label = layout.itemById(name)
        lines, form = label.currentText().split("\n"), label.textFormat()
        widest = max(ruler.width_mm(line, form) for line in lines)
        assert widest <= label.rect().width() * 0.99, (name, lines)  # else QGIS breaks it once more
        assert ruler.height_mm(lines, form) <= label.rect().height() + 0.2, (name, lines)
    _check_legend(layout)
    _check_table(layout, ruler)
    if "overview" in found:
        small = layout.itemById("overview")
        here = small.layers()[0].extent()
        if not here.isEmpty():
            assert max(here.width() / small.extent().width(), here.height() / small.extent().height()) > 0.02


def legend_words(layout) -> list[str]:
    """What stands in the legend, line breaks left out."""
    legend, found = layout.itemById("legend"), []
    for node in legend.model().rootGroup().findLayers():
        entries = legend.model().layerLegendNodes(node, True)
        found += [node.name(), *(str(one.data(Qt.ItemDataRole.DisplayRole)) for one in entries)]
    return [text.replace("\n", "") for text in found]


def _check_legend(layout) -> None:
    legend = layout.itemById("legend")
    needed = QgsLegendRenderer(legend.model(), legend.legendSettings()).minimumSize()
    assert needed.width() <= legend.rect().width() + 0.2
    assert needed.height() <= legend.rect().height() + 0.2


def _check_table(layout, ruler) -> None:
    table = layout.itemById("area_table").multiFrame()
    assert layout.itemById("area_table").rect().width() >= table.totalSize().width() - 0.2
    assert layout.itemById("area_table").rect().height() >= table.totalSize().height() - 0.3
    rows = table_rows(layout)
    if len(rows[0]) > 2:
        assert not [cell for row in rows[1:] for cell in row[1:] if "\n" in cell], rows  # a number on two lines
    for row in table.tableContents():
        for cell, width in zip(row, table.columnWidths(), strict=True):
            form = cell.textFormat()
            assert (
                max(ruler.width_mm(line, form) for line in str(cell.content()).split("\n"))
                <= width - 2 * table.cellMargin()
            )


def table_rows(layout) -> list[list[str]]:
    """The table of a sheet."""
    table = layout.itemById("area_table").multiFrame()
    return [[str(cell.content()) for cell in row] for row in table.tableContents()]
