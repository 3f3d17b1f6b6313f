"""The items of a sheet, filled one by one: labels, map, legend, scale bar, grid, overview, and their places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsLayoutFrame,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLayoutUtils,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapLayer,
    QgsPrintLayout,
    QgsReadWriteContext,
    QgsRectangle,
    QgsTextFormat,
)
from qgis.PyQt.QtGui import QFont, QFontInfo
from qgis.PyQt.QtXml import QDomDocument

from ...core.errors import InputError
from ...paths import resources_dir
from .area_table import Row, fill_table

_FONTS = {
    "zh": ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Micro Hei"),
    "en": ("Noto Sans", "Open Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Noto Sans CJK SC"),
}
_LEGEND = {"en": "Legend", "zh": "图例"}
_UNITS_ZH = {"m": "米", "km": "公里"}
_SCALE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)
_ROUND_LENGTHS = (1.0, 2.0, 5.0, 10.0)
_GRID_MM = 45.0
_MM_PER_M = 1000.0
_KILOMETRE = 1000.0
_BAR_MM = 26.0
_GAP_MM = 2.5
_FIT_MM = 0.05
_ENTRY_GAP_MM = 1.1
_NARROWEST_MM = 20.0
_TABLE_MM = 74.0
_FIRST_WIDE_LETTER = "⺀"

Item = TypeVar("Item", bound=QgsLayoutItem)


def load_template(layout: QgsPrintLayout, path: Path) -> None:
    """Read a template into ``layout``.

    Raises
    ------
    InputError
        ``MAP_TEMPLATE_INVALID`` where it cannot be read.
    """
    document = QDomDocument()
    try:
        document.setContent(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("MAP_TEMPLATE_INVALID", path=str(path), item="*") from error
    _, loaded = layout.loadFromTemplate(document, QgsReadWriteContext())
    if not loaded:
        raise InputError("MAP_TEMPLATE_INVALID", path=str(path), item="*")


def item_of(layout: QgsPrintLayout, name: str, kind: type[Item]) -> Item:
    """The item with id ``name``; an error where the template lacks it."""
    item = layout.itemById(name)
    if not isinstance(item, kind):
        raise InputError("MAP_TEMPLATE_INVALID", path=layout.name(), item=name)
    return item


def text_format(language: str, size_pt: float, *, bold: bool = False) -> QgsTextFormat:
    """Text in a typeface that has the signs of ``language`` and that this machine has."""
    family = next((name for name in _FONTS[language] if QFontInfo(QFont(name)).family() == name), "")
    text = QgsTextFormat()
    font = text.font()
    if family:
        font.setFamily(family)
    font.setBold(bold)
    text.setFont(font)
    text.setSize(size_pt)
    return text


def typeface(text: str, language: str) -> str:
    """The language whose typeface shows ``text``: names of Chinese places stand on English sheets too."""
    return "zh" if any(letter >= _FIRST_WIDE_LETTER for letter in text) else language


def write(layout: QgsPrintLayout, name: str, text: str, language: str, *, needed: bool = True) -> None:
    """Put ``text`` into a label, in its own size and colour."""
    if not needed and layout.itemById(name) is None:
        return
    label = item_of(layout, name, QgsLayoutItemLabel)
    own = label.textFormat()
    written = text_format(typeface(text, language), own.size(), bold=own.font().bold())
    written.setColor(own.color())
    label.setTextFormat(written)
    label.setText(text)


def frame_map(
    layout: QgsPrintLayout,
    layers: Sequence[QgsMapLayer],
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    scale: float | None = None,
) -> float:
    """Show ``extent`` (in ``crs``) at ``scale`` or, without one, at the next round scale; gives the scale."""
    item = item_of(layout, "map", QgsLayoutItemMap)
    item.setCrs(crs)
    item.setLayers(list(layers))
    item.setKeepLayerSet(True)
    item.zoomToExtent(extent)
    item.setScale(scale or round_scale(item.scale()))
    return scale or round_scale(item.scale())


def round_scale(scale: float) -> float:
    """The next round number that is not below ``scale`` (the denominator)."""
    power = 1.0
    while power * 10 < scale:
        power *= 10
    return next(step * power for step in _SCALE_STEPS if step * power >= scale * (1 - 1e-9))


def round_length(length: float) -> float:
    """The largest of 1, 2, 5, 10 … that is not above ``length``."""
    power = 1.0
    while power * 10 <= length:
        power *= 10
    while power > length:
        power /= 10
    return max(step * power for step in _ROUND_LENGTHS if step * power <= length * (1 + 1e-9))


def fill_grid(layout: QgsPrintLayout, scale: float, language: str) -> None:
    """Grid lines at a round distance, written in metres; degrees would need another grid and get none."""
    item = item_of(layout, "map", QgsLayoutItemMap)
    for place in range(item.grids().size()):
        grid = item.grids().grid(place)
        if item.crs().isGeographic():
            grid.setEnabled(False)
            continue
        interval = round_length(_GRID_MM / _MM_PER_M * scale)
        grid.setIntervalX(interval)
        grid.setIntervalY(interval)
        grid.setAnnotationTextFormat(text_format(language, grid.annotationTextFormat().size()))


def fill_legend(
    layout: QgsPrintLayout, layers: Sequence[tuple[QgsMapLayer, str]], language: str, *, on_map_only: bool
) -> None:
    """Entries of ``layers`` under their titles; ``on_map_only`` leaves out what the map does not show."""
    legend = item_of(layout, "legend", QgsLayoutItemLegend)
    legend.setLinkedMap(item_of(layout, "map", QgsLayoutItemMap))
    legend.setAutoUpdateModel(False)
    root = legend.model().rootGroup()
    root.clear()
    for layer, title in layers:
        root.addLayer(layer).setName(title)
    legend.setLegendFilterByMapEnabled(on_map_only)
    legend.setTitle(_LEGEND[language])
    for style, size in (
        (QgsLegendStyle.Style.Title, 10.5),
        (QgsLegendStyle.Style.Subgroup, 8.5),
        (QgsLegendStyle.Style.SymbolLabel, 7.5),
    ):
        own = legend.style(style)
        own.setTextFormat(text_format(language, size, bold=style != QgsLegendStyle.Style.SymbolLabel))
        legend.setStyle(style, own)
    for style, gap_mm in ((QgsLegendStyle.Style.Symbol, _ENTRY_GAP_MM), (QgsLegendStyle.Style.Subgroup, _GAP_MM)):
        own = legend.style(style)
        own.setMargin(QgsLegendStyle.Side.Top, gap_mm)
        legend.setStyle(style, own)
    legend.adjustBoxSize()
    # A legend that was never drawn does not know its size yet.
    size_mm = QgsLegendRenderer(legend.model(), legend.legendSettings()).minimumSize()
    legend.attemptResize(QgsLayoutSize(size_mm.width(), size_mm.height()))


def fill_scale(layout: QgsPrintLayout, scale: float, language: str) -> None:
    """A bar of two round segments, as long as there is room for."""
    bar = item_of(layout, "scale", QgsLayoutItemScaleBar)
    bar.setLinkedMap(item_of(layout, "map", QgsLayoutItemMap))
    segment_m = round_length(_BAR_MM / 2 / _MM_PER_M * scale)
    kilometres = segment_m >= _KILOMETRE
    unit = Qgis.DistanceUnit.Kilometers if kilometres else Qgis.DistanceUnit.Meters
    bar.setUnits(unit)
    bar.setUnitsPerSegment(segment_m / _KILOMETRE if kilometres else segment_m)
    bar.setNumberOfSegments(2)
    bar.setNumberOfSegmentsLeft(0)
    bar.setHeight(1.8)
    bar.setTextFormat(text_format(language, 7.0))
    name = "km" if kilometres else "m"
    bar.setUnitLabel(_UNITS_ZH[name] if language == "zh" else name)
    bar.update()


def fill_north(layout: QgsPrintLayout) -> None:
    """The arrow to the north, which on these maps is up."""
    picture = item_of(layout, "north", QgsLayoutItemPicture)
    picture.setPicturePath(str(resources_dir() / "icons" / "north_arrow.svg"))


def fill_area_table(layout: QgsPrintLayout, rows: Sequence[Row], language: str, shares: Sequence[float]) -> None:
    """The table, as wide as its frame and as high as its rows."""
    frame = layout.itemById("area_table")
    table = frame.multiFrame() if frame is not None and hasattr(frame, "multiFrame") else None
    if not isinstance(table, QgsLayoutItemManualTable):
        raise InputError("MAP_TEMPLATE_INVALID", path=layout.name(), item="area_table")
    texts = " ".join(cell for row in rows for cell in row)
    # A frame shrinks with an empty table, so one's own template may have lost its width.
    width = frame.rect().width() if frame.rect().width() > _NARROWEST_MM else _TABLE_MM
    fill_table(table, list(rows), text_format(typeface(texts, language), 6.8), shares, width)
    frame.attemptResize(QgsLayoutSize(width, frame.rect().height()))
    _fit_height(layout, frame, table, len(rows))


def _fit_height(layout: QgsPrintLayout, frame: QgsLayoutFrame, table: QgsLayoutItemManualTable, rows: int) -> None:
    """Make the frame just as high as its rows; QGIS tells how many rows fit, not how high they are."""
    context = QgsLayoutUtils.createRenderContextForLayout(layout, None)
    width, low, high = frame.rect().width(), 0.0, layout.pageCollection().page(0).pageSize().height()
    while high - low > _FIT_MM:
        middle = (low + high) / 2
        frame.attemptResize(QgsLayoutSize(width, middle))
        low, high = (low, middle) if table.rowRange(context, 0)[1] >= rows else (middle, high)
    frame.attemptResize(QgsLayoutSize(width, high))


def fill_overview(
    layout: QgsPrintLayout, layers: Sequence[QgsMapLayer], extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> None:
    """The small map of all units; a template without one, or a set of one unit, has none."""
    item = layout.itemById("overview")
    if not isinstance(item, QgsLayoutItemMap):
        return
    item.setVisibility(bool(layers))
    if not layers:
        return
    stack_column(layout)
    if not item.isVisible():
        return
    item.setCrs(crs)
    item.setLayers(list(layers))
    item.setKeepLayerSet(True)
    item.zoomToExtent(extent)


def stack_column(layout: QgsPrintLayout) -> None:
    """Move table and overview down where the item above has grown into them; the overview gives way to the rest."""
    above: QgsLayoutItem | None = None
    for name in ("legend", "area_table", "overview"):
        item = layout.itemById(name)
        if item is None or not item.isVisible():
            continue
        if name == "overview" and above is not None and item.pagePos().y() < above.pagePos().y():
            continue  # it stands above the others
        if above is not None and _same_column(above, item):
            lowest = above.pagePos().y() + above.rect().height() + _GAP_MM
            bottom = item.pagePos().y() + item.rect().height()
            if name == "overview" and item.pagePos().y() < lowest:
                _shrink(item, lowest, bottom)
            elif name != "overview" and (item.pagePos().y() < lowest or name == "area_table"):
                item.attemptMove(QgsLayoutPoint(item.pagePos().x(), lowest))
        above = item


def _shrink(item: QgsLayoutItem, top: float, bottom: float) -> None:
    least = item.rect().height() / 2
    if bottom - top < least:
        item.setVisibility(False)
        return
    item.attemptMove(QgsLayoutPoint(item.pagePos().x(), top))
    item.attemptResize(QgsLayoutSize(item.rect().width(), bottom - top))


def _same_column(one: QgsLayoutItem, other: QgsLayoutItem) -> bool:
    left, right = one.pagePos().x(), one.pagePos().x() + one.rect().width()
    return left < other.pagePos().x() + other.rect().width() and other.pagePos().x() < right
