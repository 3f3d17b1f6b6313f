"""Make the layout templates of resources/layouts: A4 and A3, both ways, for each level; the same bytes every time.

An office opens them in QGIS (Project > Layout Manager > Specific template), changes them and gives its own copy.
"""

import os
import re
import sys
import uuid
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "layouts"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_HASH_SEED"] = "0"  # attributes come in the order of a hash

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsLayoutFrame,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutItemMapGrid,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsPrintLayout,
    QgsProject,
    QgsReadWriteContext,
    QgsTableCell,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QRectF, Qt  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

PAPERS = {"a4": (297.0, 210.0), "a3": (420.0, 297.0)}
LEVELS = ("municipality", "county", "township", "village", "parcel")
MARGIN, COLUMN, NOTES = 8.0, 74.0, 13.0
BLOCK, BLOCK_LEGEND, BLOCK_SIDE, GAP = 62.0, 64.0, 46.0, 4.0
_UUID = re.compile(r"\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?")


def make(level: str, paper: str, *, portrait: bool) -> QgsPrintLayout:
    """One template: lying, the map on the left and beside it what explains it; upright, that below the map."""
    layout = QgsPrintLayout(QgsProject.instance())
    layout.setName("{} {}{}".format(level, paper.upper(), " portrait" if portrait else ""))
    page = QgsLayoutItemPage(layout)
    width, height = reversed(PAPERS[paper]) if portrait else PAPERS[paper]
    page.setPageSize(QgsLayoutSize(width, height))
    layout.pageCollection().addPage(page)
    bigger = 1.25 if paper == "a3" else 1.0
    _label(layout, "title", QRectF(MARGIN, 4, width - 2 * MARGIN, 10.3), 15 * bigger, bold=True, centred=True)
    _label(layout, "subtitle", QRectF(MARGIN, 14.5, width - 2 * MARGIN, 6), 8.5 * bigger, centred=True)
    (_upright if portrait else _lying)(layout, width, height, bigger, overview=level != "municipality")
    return layout


def _lying(layout: QgsPrintLayout, width: float, height: float, bigger: float, *, overview: bool) -> None:
    column = COLUMN * bigger
    top, bottom = 25.5, height - MARGIN - NOTES - 5
    left = width - MARGIN - column
    _map(layout, QRectF(MARGIN + 5, top, left - MARGIN - 10, bottom - top))
    _picture(layout, QRectF(left, 22, 12, 15))
    _scale(layout, QRectF(left, 38, 38, 13))
    if overview:
        beside = 40.0
        _overview(layout, QRectF(left + beside, 22, column - beside, 28))
    _legend(layout, left, 52)
    _table(layout, QRectF(left, 100, column, 40))
    base = height - MARGIN - NOTES
    _label(layout, "notes", QRectF(MARGIN, base, left - MARGIN - 5, NOTES), 6.2 * bigger)
    _label(layout, "author", QRectF(left, base, column, NOTES), 7 * bigger)


def _upright(layout: QgsPrintLayout, width: float, height: float, bigger: float, *, overview: bool) -> None:
    base = height - MARGIN - NOTES
    block = base - BLOCK * bigger
    _map(layout, QRectF(MARGIN + 5, 25.5, width - 2 * MARGIN - 5, block - 25.5 - 7))
    _legend(layout, MARGIN, block)
    side = width - MARGIN - BLOCK_SIDE * bigger
    table = MARGIN + BLOCK_LEGEND * bigger
    _table(layout, QRectF(table, block, side - table - GAP, 40))
    _picture(layout, QRectF(side, block, 12, 15))
    _scale(layout, QRectF(side, block + 16, 38, 13))
    if overview:
        _overview(layout, QRectF(side, block + 31, width - MARGIN - side, 26))
    _label(layout, "notes", QRectF(MARGIN, base, side - MARGIN - GAP, NOTES), 6.2 * bigger)
    _label(layout, "author", QRectF(side, base, width - MARGIN - side, NOTES), 7 * bigger)


def _place(item: QgsLayoutItem, area: QRectF, name: str) -> None:
    item.setId(name)
    item.attemptMove(QgsLayoutPoint(area.x(), area.y()))
    item.attemptResize(QgsLayoutSize(area.width(), area.height()))


def _label(
    layout: QgsPrintLayout, name: str, area: QRectF, size: float, *, bold: bool = False, centred: bool = False
) -> None:
    label = QgsLayoutItemLabel(layout)
    text = QgsTextFormat()
    font = text.font()
    font.setBold(bold)
    text.setFont(font)
    text.setSize(size)
    text.setColor(QColor("#1d2a21"))
    label.setTextFormat(text)
    label.setText(name)
    if centred:
        label.setHAlign(Qt.AlignmentFlag.AlignHCenter)
        label.setVAlign(Qt.AlignmentFlag.AlignVCenter)
    layout.addLayoutItem(label)
    _place(label, area, name)


def _map(layout: QgsPrintLayout, area: QRectF) -> None:
    item = QgsLayoutItemMap(layout)
    layout.addLayoutItem(item)
    _place(item, area, "map")
    item.setFrameEnabled(True)
    grid = QgsLayoutItemMapGrid("grid", item)
    grid.setIntervalX(1000)
    grid.setIntervalY(1000)
    grid.setStyle(QgsLayoutItemMapGrid.GridStyle.Cross)
    grid.setCrossLength(1.5)
    grid.setGridLineWidth(0.1)
    grid.setGridLineColor(QColor("#808080"))
    grid.setAnnotationEnabled(True)
    grid.setAnnotationPrecision(0)
    grid.setAnnotationFrameDistance(0.6)
    text = QgsTextFormat()
    text.setSize(5.5)
    grid.setAnnotationTextFormat(text)
    side = QgsLayoutItemMapGrid.BorderSide
    for border in (side.Left, side.Right):
        grid.setAnnotationDirection(QgsLayoutItemMapGrid.AnnotationDirection.Vertical, border)
    mode = QgsLayoutItemMapGrid.DisplayMode
    for border, shown in ((side.Left, mode.ShowAll), (side.Right, mode.HideAll), (side.Top, mode.HideAll),
                          (side.Bottom, mode.ShowAll)):  # fmt: skip
        grid.setAnnotationDisplay(shown, border)
    item.grids().addGrid(grid)


def _overview(layout: QgsPrintLayout, area: QRectF) -> None:
    item = QgsLayoutItemMap(layout)
    layout.addLayoutItem(item)
    _place(item, area, "overview")
    item.setFrameEnabled(True)


def _picture(layout: QgsPrintLayout, area: QRectF) -> None:
    picture = QgsLayoutItemPicture(layout)
    layout.addLayoutItem(picture)
    _place(picture, area, "north")


def _scale(layout: QgsPrintLayout, area: QRectF) -> None:
    bar = QgsLayoutItemScaleBar(layout)
    bar.setStyle("Single Box")
    layout.addLayoutItem(bar)
    _place(bar, area, "scale")
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceMeters)


def _legend(layout: QgsPrintLayout, left: float, top: float) -> None:
    legend = QgsLayoutItemLegend(layout)
    layout.addLayoutItem(legend)
    legend.setId("legend")
    legend.attemptMove(QgsLayoutPoint(left, top))
    legend.setSymbolWidth(6)
    legend.setSymbolHeight(3.2)
    legend.setBoxSpace(0)


def _table(layout: QgsPrintLayout, area: QRectF) -> None:
    table = QgsLayoutItemManualTable.create(layout)
    layout.addMultiFrame(table)
    # A frame is as wide as its table, so the template carries one row of the width it is to have.
    table.setTableContents([[QgsTableCell(" ")]])
    table.setColumnWidths([area.width() - 1.4])
    table.setCellMargin(0.6)
    table.setGridStrokeWidth(0.1)
    frame = QgsLayoutFrame(layout, table)
    _place(frame, area, "area_table")
    table.addFrame(frame)


def main() -> None:
    """Write all templates."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for level, paper, portrait in product(LEVELS, PAPERS, (False, True)):
        path = FOLDER / "{}_{}{}.qpt".format(level, paper, "_portrait" if portrait else "")
        layout = make(level, paper, portrait=portrait)
        layout.saveAsTemplate(str(path), QgsReadWriteContext())
        names: dict[str, str] = {}

        def steady(found: re.Match, names: dict = names, path: Path = path) -> str:
            plain = found.group(0).strip("{}")
            number = names.setdefault(plain, str(uuid.uuid5(uuid.NAMESPACE_URL, "{}{}".format(path.name, len(names)))))
            return found.group(0).replace(plain, number)

        text = _UUID.sub(steady, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
        sys.stdout.write("{}\t{}\n".format(path.relative_to(ROOT), path.stat().st_size))


if __name__ == "__main__":
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    main()
    QgsProject.instance().clear()
    application.exitQgis()
