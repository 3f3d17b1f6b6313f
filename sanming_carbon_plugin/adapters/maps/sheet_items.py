"""The items of a sheet that show the ground: map, grid, scale bar, north arrow, overview."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsMapLayer,
    QgsPrintLayout,
    QgsRectangle,
)

from ...paths import resources_dir
from .sheet_texts import text_format
from .template_items import item_of

_UNITS_ZH = {"m": "米", "km": "公里"}
_SCALE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)
_LARGEST_SCALE = 2_000.0
"""Nothing is drawn larger: the smallest stand is not worth a sheet of its own hedges."""

_ROUND_LENGTHS = (1.0, 2.0, 5.0, 10.0)
_GRID_MM = 45.0
_MM_PER_M = 1000.0
_KILOMETRE = 1000.0
_BAR_MM = 26.0


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
    scale = scale or max(round_scale(item.scale()), _LARGEST_SCALE)
    item.setScale(scale)
    return scale


def best_template(templates: Sequence[QgsPrintLayout], extent: QgsRectangle) -> QgsPrintLayout:
    """The template that shows ``extent`` at the largest scale; of those that show it alike the one of its form."""
    tall = extent.height() > extent.width()

    def worse(layout: QgsPrintLayout) -> tuple[float, bool]:
        page = layout.pageCollection().page(0).pageSize()
        return round_scale(_scale_of(layout, extent)), (page.height() > page.width()) != tall

    return min(templates, key=worse)


def _scale_of(layout: QgsPrintLayout, extent: QgsRectangle) -> float:
    frame = item_of(layout, "map", QgsLayoutItemMap).rect()
    return max(extent.width() / frame.width(), extent.height() / frame.height()) * _MM_PER_M


def seen_at_most(layout: QgsPrintLayout, extent: QgsRectangle) -> QgsRectangle:
    """Ground that a sheet may show around ``extent``, however its map is fitted into the page."""
    page = layout.pageCollection().page(0).pageSize()
    scale = max(round_scale(_scale_of(layout, extent)), _LARGEST_SCALE)
    seen = QgsRectangle(extent)
    seen.grow(max(page.width(), page.height()) * scale / _MM_PER_M)
    return seen


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


def show_overview(layout: QgsPrintLayout, shown: bool) -> None:
    """Whether the sheet has its small map; one of a set of one unit has none."""
    item = layout.itemById("overview")
    if isinstance(item, QgsLayoutItemMap):
        item.setVisibility(shown)


def fill_overview(
    layout: QgsPrintLayout, layers: Sequence[QgsMapLayer], extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> None:
    """The small map of all units, where the template and the other items leave room for it."""
    item = layout.itemById("overview")
    if not isinstance(item, QgsLayoutItemMap) or not layers or not item.isVisible():
        return
    item.setCrs(crs)
    item.setLayers(list(layers))
    item.setKeepLayerSet(True)
    item.zoomToExtent(extent)
