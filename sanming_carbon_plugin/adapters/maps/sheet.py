"""The sheet to print: a layout template filled with a result, and the PDF made from it.

A template is any QGIS layout template whose items carry the ids ``title``, ``subtitle``, ``map``, ``legend``,
``scale``, ``north``, ``area_table`` and ``notes``; an office can bring its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from qgis.core import (
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLegendStyle,
    QgsPrintLayout,
    QgsProject,
    QgsReadWriteContext,
    QgsRectangle,
    QgsTextFormat,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QFont, QFontInfo
from qgis.PyQt.QtXml import QDomDocument

from ...core.errors import InputError
from ...paths import resources_dir
from .area_table import area_rows, fill_table
from .run_note import run_note
from .themes import Theme, themes

TEMPLATE = "target_map_a4.qpt"

_FONTS = {
    "zh": ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Micro Hei"),
    "en": ("Noto Sans", "Open Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Noto Sans CJK SC"),
}
_TITLES = {"en": "Forest carbon target map", "zh": "林业碳汇目标图"}
_LEGEND = {"en": "Legend", "zh": "图例"}
_UNITS_ZH = {"m": "米", "km": "公里"}
_SCALE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)
_MARGIN = 1.04

Item = TypeVar("Item")


def target_map(
    project: QgsProject, layer: QgsVectorLayer, theme_name: str, language: str, template: Path | None = None
) -> QgsPrintLayout:
    """A filled sheet for one theme of a result; only in the main thread.

    Parameters
    ----------
    project
        The project that holds ``layer``; it takes the sheet into its layout manager, in the place of an older
        one of the same name, and owns it: a sheet that outlives its project makes QGIS crash.
    layer
        The layer of the result, dressed in the theme.
    theme_name
        The theme, which gives legend and table.
    language
        ``en`` or ``zh``.
    template
        A template of one's own, None for the shipped one.

    Raises
    ------
    InputError
        ``MAP_TEMPLATE_INVALID`` where the template cannot be read or lacks an item.
    """
    theme = themes()[theme_name]
    layout = QgsPrintLayout(project)
    name = "{} – {}".format(_TITLES[language], theme.title(language))
    layout.setName(name)
    manager = project.layoutManager()
    older = manager.layoutByName(name)
    if older is not None:
        manager.removeLayout(older)
    manager.addLayout(layout)
    try:
        _load(layout, template or resources_dir() / "layouts" / TEMPLATE)
        layout.setName(name)
        _fill(layout, layer, theme, language)
    except InputError:
        manager.removeLayout(layout)
        raise
    return layout


def _fill(layout: QgsPrintLayout, layer: QgsVectorLayer, theme: Theme, language: str) -> None:
    _write(layout, "title", layout.name(), language)
    _write(layout, "notes", run_note(layer, language), language)
    scale = _frame_map(layout, layer)
    _write(layout, "subtitle", "{}    1 : {:,.0f}".format(Path(layer.source().partition("|")[0]).stem, scale), language)
    _fill_legend(layout, layer, theme.title(language), language)
    _fill_scale(layout, language)
    _item(layout, "north", QgsLayoutItemPicture).setPicturePath(str(resources_dir() / "icons" / "north_arrow.svg"))
    frame = layout.itemById("area_table")
    table = frame.multiFrame() if frame is not None and hasattr(frame, "multiFrame") else None
    if not isinstance(table, QgsLayoutItemManualTable):
        raise InputError("MAP_TEMPLATE_INVALID", path=layout.name(), item="area_table")
    fill_table(table, area_rows(layer, theme, language), text_format(language, 7.0))


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


def _load(layout: QgsPrintLayout, path: Path) -> None:
    document = QDomDocument()
    try:
        document.setContent(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("MAP_TEMPLATE_INVALID", path=str(path), item="*") from error
    _, loaded = layout.loadFromTemplate(document, QgsReadWriteContext())
    if not loaded:
        raise InputError("MAP_TEMPLATE_INVALID", path=str(path), item="*")


def _item(layout: QgsPrintLayout, name: str, kind: type[Item]) -> Item:
    item = layout.itemById(name)
    if not isinstance(item, kind):
        raise InputError("MAP_TEMPLATE_INVALID", path=layout.name(), item=name)
    return item


def _write(layout: QgsPrintLayout, name: str, text: str, language: str) -> None:
    label = _item(layout, name, QgsLayoutItemLabel)
    own = label.textFormat()
    written = text_format(language, own.size(), bold=own.font().bold())
    written.setColor(own.color())
    label.setTextFormat(written)
    label.setText(text)


def _frame_map(layout: QgsPrintLayout, layer: QgsVectorLayer) -> float:
    """Show the whole layer at the next round scale, which is given back."""
    item = _item(layout, "map", QgsLayoutItemMap)
    item.setCrs(layer.crs())
    item.setLayers([layer])
    item.setKeepLayerSet(True)
    extent = QgsRectangle(layer.extent())
    extent.scale(_MARGIN)
    item.zoomToExtent(extent)
    item.setScale(round_scale(item.scale()))
    return round_scale(item.scale())


def round_scale(scale: float) -> float:
    """The next round number that is not below ``scale`` (the denominator)."""
    power = 1.0
    while power * 10 < scale:
        power *= 10
    return next(step * power for step in _SCALE_STEPS if step * power >= scale * (1 - 1e-9))


def _fill_legend(layout: QgsPrintLayout, layer: QgsVectorLayer, title: str, language: str) -> None:
    legend = _item(layout, "legend", QgsLayoutItemLegend)
    legend.setLinkedMap(_item(layout, "map", QgsLayoutItemMap))
    legend.setAutoUpdateModel(False)
    root = legend.model().rootGroup()
    root.clear()
    root.addLayer(layer).setName(title)
    legend.setLegendFilterByMapEnabled(True)
    legend.setTitle(_LEGEND[language])
    for style, size in (
        (QgsLegendStyle.Style.Title, 11.0),
        (QgsLegendStyle.Style.Subgroup, 9.0),
        (QgsLegendStyle.Style.SymbolLabel, 8.0),
    ):
        own = legend.style(style)
        own.setTextFormat(text_format(language, size, bold=style != QgsLegendStyle.Style.SymbolLabel))
        legend.setStyle(style, own)
    legend.adjustBoxSize()


def _fill_scale(layout: QgsPrintLayout, language: str) -> None:
    bar = _item(layout, "scale", QgsLayoutItemScaleBar)
    bar.setLinkedMap(_item(layout, "map", QgsLayoutItemMap))
    bar.applyDefaultSize()
    bar.setTextFormat(text_format(language, 7.0))
    unit = bar.unitLabel()
    bar.setUnitLabel(_UNITS_ZH.get(unit, unit) if language == "zh" else unit)
