"""What explains the map of a sheet: legend and table, as large as there is room for, and the places of both.

Where a template has them beside the map they stand in one column; where it has them below the map they stand side by
side, and the map takes the room that they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgis.core import (
    QgsLayoutFrame,
    QgsLayoutItem,
    QgsLayoutItemLegend,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLayoutUtils,
    QgsMapLayer,
    QgsPrintLayout,
)

from ...core.errors import InputError
from .area_table import Row, fill_table
from .sheet_legend import LOOKS, Look, dress_legend, fill_entries
from .sheet_texts import TextRuler, text_format, typeface
from .template_items import item_of

Shortened = Callable[[int], Sequence[Row]]
"""Gives the table in at most so many rows, the smallest classes together in one of them."""

_GAP_MM = 2.5
_FIT_MM = 0.05
_NARROWEST_MM = 20.0
_TABLE_MM, _TABLE_PT, _LEAST_PT = 74.0, 6.8, 5.0
_LEAST_ROWS = 4
_EDGE_MM = 5.0
_LEAST_MAP = 0.45
"""Share of the page that the map keeps, whatever there is to explain."""

_BLOCK = ("legend", "area_table", "overview", "north", "scale")
_LABELS = ("notes", "author")


def explain_map(
    layout: QgsPrintLayout,
    legend: Sequence[tuple[QgsMapLayer, str]],
    table: Sequence[Row],
    shares: Sequence[float],
    language: str,
    *,
    on_map_only: bool,
    shortened: Shortened | None = None,
) -> None:
    """Fill legend and table in the first look that there is room for.

    Parameters
    ----------
    layout
        The sheet, its map framed already.
    legend
        Layers with their titles.
    table, shares
        Rows, head first, and the share of each column in the width.
    language
        ``en`` or ``zh``.
    on_map_only
        Whether the legend leaves out what the map does not show.
    shortened
        Gives fewer rows where even the smallest look has no room for all.
    """
    item = item_of(layout, "legend", QgsLayoutItemLegend)
    labels = fill_entries(layout, item, legend, on_map_only=on_map_only)
    frame, content = _table_of(layout)
    width, height = _room(layout, item, frame)
    beside = not _is_below(layout)
    for look in LOOKS:
        high_legend, wide_legend = dress_legend(layout, item, labels, language, look, width)
        high_table, whole = _fill(layout, frame, content, table, language, shares, look)
        needed = high_legend + _GAP_MM + high_table if beside else max(high_legend, high_table)
        if whole and wide_legend <= width + _FIT_MM and needed <= height:
            return
    if shortened is None:
        return
    free = height - (high_legend + _GAP_MM if beside else 0.0)
    rows = int(len(table) * free / high_table)
    while rows >= _LEAST_ROWS:
        if _fill(layout, frame, content, shortened(rows), language, shares, LOOKS[-1])[0] <= free:
            return
        rows -= 1


def _table_of(layout: QgsPrintLayout) -> tuple[QgsLayoutFrame, QgsLayoutItemManualTable]:
    frame = layout.itemById("area_table")
    table = frame.multiFrame() if frame is not None and hasattr(frame, "multiFrame") else None
    if not isinstance(table, QgsLayoutItemManualTable):
        raise InputError("MAP_TEMPLATE_INVALID", path=layout.name(), item="area_table")
    return frame, table


def _fill(
    layout: QgsPrintLayout,
    frame: QgsLayoutFrame,
    table: QgsLayoutItemManualTable,
    rows: Sequence[Row],
    language: str,
    shares: Sequence[float],
    look: Look,
) -> tuple[float, bool]:
    """The table, as wide as its frame and as high as its rows; gives its height, and whether its numbers are whole."""
    texts = " ".join(cell for row in rows for cell in row)
    # A frame shrinks with an empty table, so one's own template may have lost its width.
    width = frame.rect().width() if frame.rect().width() > _NARROWEST_MM else _TABLE_MM
    form = text_format(typeface(texts, language), max(_TABLE_PT * look.size, _LEAST_PT))
    whole = fill_table(table, list(rows), form, shares, width, TextRuler(layout))
    frame.attemptResize(QgsLayoutSize(width, frame.rect().height()))
    _fit_height(layout, frame, table, len(rows))
    return frame.rect().height(), whole


def _fit_height(layout: QgsPrintLayout, frame: QgsLayoutFrame, table: QgsLayoutItemManualTable, rows: int) -> None:
    """Make the frame just as high as its rows; QGIS tells how many rows fit, not how high they are."""
    context = QgsLayoutUtils.createRenderContextForLayout(layout, None)
    width, low, high = frame.rect().width(), 0.0, 2 * layout.pageCollection().page(0).pageSize().height()
    while high - low > _FIT_MM:
        middle = (low + high) / 2
        frame.attemptResize(QgsLayoutSize(width, middle))
        low, high = (low, middle) if table.rowRange(context, 0)[1] >= rows else (middle, high)
    frame.attemptResize(QgsLayoutSize(width, high))


def _room(layout: QgsPrintLayout, legend: QgsLayoutItem, table: QgsLayoutItem) -> tuple[float, float]:
    """Width for the legend, and height for legend and table together or, below the map, for each."""
    foot = _foot(layout)
    if not _is_below(layout):
        return max(table.rect().width(), _NARROWEST_MM), foot - legend.pagePos().y()
    width = table.pagePos().x() - _GAP_MM - legend.pagePos().x()
    page = layout.pageCollection().page(0).pageSize().height()
    top = item_of(layout, "map", QgsLayoutItemMap).pagePos().y()
    gap = _block_top(layout) - top - item_of(layout, "map", QgsLayoutItemMap).rect().height()
    return width if width > _NARROWEST_MM else table.rect().width(), foot - top - page * _LEAST_MAP - gap


def _foot(layout: QgsPrintLayout) -> float:
    """Where the notes below legend and table begin, or the page ends."""
    map_top = item_of(layout, "map", QgsLayoutItemMap).pagePos().y()
    labels = [item for item in map(layout.itemById, _LABELS) if item is not None and item.pagePos().y() > map_top]
    page = layout.pageCollection().page(0).pageSize().height()
    return min([item.pagePos().y() - _GAP_MM for item in labels], default=page - _EDGE_MM)


def _is_below(layout: QgsPrintLayout) -> bool:
    """Whether the template explains its map below it."""
    ground, legend = item_of(layout, "map", QgsLayoutItemMap), item_of(layout, "legend", QgsLayoutItemLegend)
    return legend.pagePos().y() > ground.pagePos().y() + ground.rect().height()


def _block(layout: QgsPrintLayout) -> list[QgsLayoutItem]:
    items = [layout.itemById(name) for name in _BLOCK]
    return [item for item in items if item is not None and item.isVisible()]


def _block_top(layout: QgsPrintLayout) -> float:
    return min(item.pagePos().y() for item in _block(layout))


def give_room(layout: QgsPrintLayout) -> bool:
    """Below the map: move what explains it down to the notes, and let the map take the rest; whether it changed."""
    if not _is_below(layout):
        return False
    items, top = _block(layout), _block_top(layout)
    lowest = max(item.pagePos().y() + item.rect().height() for item in items)
    shift = _foot(layout) - lowest
    ground = item_of(layout, "map", QgsLayoutItemMap)
    shift = max(shift, layout.pageCollection().page(0).pageSize().height() * _LEAST_MAP - ground.rect().height())
    if abs(shift) < _FIT_MM or top <= 0:
        return False
    for item in items:
        item.attemptMove(QgsLayoutPoint(item.pagePos().x(), item.pagePos().y() + shift))
    ground.attemptResize(QgsLayoutSize(ground.rect().width(), ground.rect().height() + shift))
    return True


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
