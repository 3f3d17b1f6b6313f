"""The legend of a sheet: entries of what is on it, in one or more columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeatureRequest,
    QgsLayerTreeLayer,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapLayer,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsRectangle,
    QgsTextFormat,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt

from .sheet_texts import TextRuler, text_format
from .template_items import item_of

_LEGEND = {"en": "Legend", "zh": "图例"}
_TITLE_PT, _LAYER_PT, _ENTRY_PT = 10.5, 8.5, 7.5
_ENTRY_GAP_MM, _LAYER_GAP_MM = 1.1, 2.5
_SYMBOL_MM = (6.0, 3.2)
_TEXT_GAP_MM, _COLUMN_GAP_MM = 2.0, 2.0


@dataclass(frozen=True)
class Look:
    """How large a legend is written, by its usual size, and in how many columns."""

    size: float
    columns: int


LOOKS = (Look(1.0, 1), Look(0.9, 1), Look(0.8, 1), Look(0.8, 2), Look(0.7, 2), Look(0.7, 3))
"""From the most readable to the one that takes the least room."""

Labels = list[tuple[QgsLayerTreeLayer, str, list[str]]]
"""For each layer of a legend: its node, its title, and the words of its entries."""


def fill_entries(
    layout: QgsPrintLayout, legend: QgsLayoutItemLegend, layers: Sequence[tuple[QgsMapLayer, str]], *, on_map_only: bool
) -> Labels:
    """Put ``layers`` under their titles into the legend; ``on_map_only`` leaves out what the map does not show."""
    ground = item_of(layout, "map", QgsLayoutItemMap)
    legend.setLinkedMap(ground)
    legend.setAutoUpdateModel(False)
    root = legend.model().rootGroup()
    root.clear()
    found: Labels = []
    for layer, title in layers:
        if not on_map_only and not is_on_map(layer, ground):
            continue
        node = root.addLayer(layer)
        node.setName(title)
        entries = legend.model().layerLegendNodes(node, True)
        found.append((node, title, [str(entry.data(Qt.ItemDataRole.DisplayRole) or "") for entry in entries]))
    legend.setLegendFilterByMapEnabled(on_map_only)
    return found


def is_on_map(layer: QgsMapLayer, ground: QgsLayoutItemMap) -> bool:
    """Whether the map shows anything of ``layer``."""
    if not isinstance(layer, QgsVectorLayer):
        return True
    request = QgsFeatureRequest(QgsRectangle(ground.extent()))
    request.setDestinationCrs(ground.crs(), QgsCoordinateTransformContext())
    request.setFlags(QgsFeatureRequest.Flag.ExactIntersect).setLimit(1).setNoAttributes()
    return next(layer.getFeatures(request), None) is not None


def dress_legend(
    layout: QgsPrintLayout, legend: QgsLayoutItemLegend, labels: Labels, language: str, look: Look, width_mm: float
) -> tuple[float, float]:
    """Give the legend its look; entries too wide for ``width_mm`` are broken into lines. Gives height and width."""
    legend.setTitle(_LEGEND[language])
    legend.setColumnCount(look.columns)
    legend.setSplitLayer(True)
    legend.setEqualColumnWidth(False)
    legend.setColumnSpace(_COLUMN_GAP_MM)
    legend.setWrapString("\n")
    legend.setSymbolWidth(_SYMBOL_MM[0] * look.size)
    legend.setSymbolHeight(_SYMBOL_MM[1] * look.size)
    kinds = QgsLegendStyle.Style
    for style, size in ((kinds.Title, _TITLE_PT), (kinds.Subgroup, _LAYER_PT), (kinds.SymbolLabel, _ENTRY_PT)):
        own = legend.style(style)
        own.setTextFormat(text_format(language, size * look.size, bold=style != kinds.SymbolLabel))
        legend.setStyle(style, own)
    for style, gap_mm in ((kinds.Symbol, _ENTRY_GAP_MM), (kinds.Subgroup, _LAYER_GAP_MM)):
        own = legend.style(style)
        own.setMargin(QgsLegendStyle.Side.Top, gap_mm * look.size)
        legend.setStyle(style, own)
    _write(layout, legend, labels, None)
    size_mm = _sized(legend)
    if size_mm[1] > width_mm:
        one = (width_mm - (look.columns - 1) * _COLUMN_GAP_MM) / look.columns
        _write(layout, legend, labels, one)
        size_mm = _sized(legend)
    return size_mm


def _write(layout: QgsPrintLayout, legend: QgsLayoutItemLegend, labels: Labels, width_mm: float | None) -> None:
    """Titles and entries in lines of at most ``width_mm``, unbroken for None."""
    ruler = TextRuler(layout)
    styles = [legend.style(one) for one in (QgsLegendStyle.Style.SymbolLabel, QgsLegendStyle.Style.Subgroup)]
    entry_form, title_form = (QgsTextFormat(style.textFormat()) for style in styles)
    for node, title, entries in labels:
        beside = 0.0 if width_mm is None else width_mm - legend.symbolWidth() - _TEXT_GAP_MM - 1.0
        form, room = (title_form, width_mm) if entries else (entry_form, beside)
        node.setName(title if width_mm is None else "\n".join(ruler.lines(title, form, room or 0.0)))
        for place, text in enumerate(entries):
            told = text if width_mm is None else "\n".join(ruler.lines(text, entry_form, beside))
            QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, place, told)
        legend.model().refreshLayerLegend(node)


def _sized(legend: QgsLayoutItemLegend) -> tuple[float, float]:
    legend.adjustBoxSize()
    # A legend that was never drawn does not know its size yet.
    size_mm = QgsLegendRenderer(legend.model(), legend.legendSettings()).minimumSize()
    legend.attemptResize(QgsLayoutSize(size_mm.width(), size_mm.height()))
    return size_mm.height(), size_mm.width()
