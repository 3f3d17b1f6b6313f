"""The map of one parcel at 1 : 10 000 with contours, for its work design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import shapely
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsLineSymbol,
    QgsPalLayerSettings,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from ...core.rasters.bands import BandReader
from ..maps.area_table import Row
from ..maps.heard_drawing import Ears
from ..maps.map_rows import MapRows
from ..maps.map_units import short_name
from ..maps.page_layers import crs_of, drawing_crs, outline_layer, rectangle, stands_layer
from ..maps.run_note import author_note, note_of
from ..maps.sheet import SheetContent, fill_sheet, new_layout, template_path
from ..maps.sheet_texts import text_format
from ..maps.themes import Theme
from ..rasters.contours import contours_within, covered_share

SCALE = 10_000.0
INTERVAL_M, INDEX_M = 10.0, 50.0
"""Distance of contours, and of those drawn thick with their height."""

_MAP_MM = {"a4": (190.0, 155.0), "a3": (290.0, 240.0)}
"""What of the map of a template is sure to be free for the parcel."""

_WORDS = {
    "title": ("Work design map – {}", "{}作业设计图"), "stand": ("This parcel", "设计小班"),
    "beside": ("Stands beside", "相邻小班"), "contour": ("Contours, {:g} m", "等高线(等高距{:g}米)"),
    "index": ("Index contours, {:g} m", "计曲线({:g}米)"),
    "none": (" No contours: no elevation model was given or it does not reach here.",
             "未绘等高线:未提供数字高程模型或其范围不足。"),
    "part": (" The elevation model covers {:.0%} of the parcel's surroundings: contours end there.",
             "数字高程模型只覆盖小班范围的{:.0%},等高线不完整。"),
    "sheet": ("Parcel {} of {}", "第 {} 个小班,共 {} 个"),
}  # fmt: skip
_BROWN = "#6e4220"
_WHOLE = 0.999


class DesignMaps:
    """Draws the maps of all parcels of one work design on shared templates."""

    def __init__(
        self,
        project: QgsProject,
        rows: MapRows,
        theme: Theme,
        dem: BandReader | None,
        names: Mapping[str, tuple[str, str]],
        language: str,
        ears: Ears | None = None,
    ) -> None:
        """Make what is shared; ``ears`` listen while a map is drawn, so that a wish to stop is heard."""
        self._project, self._rows, self._theme, self._dem = project, rows, theme, dem
        self._names, self._language, self._ears = names, language, ears
        self._crs = crs_of(rows.crs)
        self._drawn_in = drawing_crs(self._crs, shapely.total_bounds(rows.geometry))
        self._tree = shapely.STRtree([shapely.Point() if one is None else one for one in rows.geometry])
        self._templates = {
            paper: new_layout(project, "work design " + paper, template_path("parcel", paper)) for paper in _MAP_MM
        }

    @contextmanager
    def sheet(
        self,
        position: int,
        measure: str,
        name: str,
        place: tuple[int, int],
        table: list[Row],
        author: str,
        day: str,
        outline: shapely.Geometry | None = None,
    ) -> Iterator[QgsPrintLayout]:
        """The filled sheet of the stand in row ``position``, or of its part in ``outline``; its layers go at last.

        It is drawn as what its ``measure`` is in the theme: the one that the sheet beside it designs.
        """
        own: list[QgsVectorLayer] = []
        shape = self._rows.geometry[position] if outline is None else outline
        extent = self._to_drawn(rectangle(np.asarray(shape.bounds)))
        paper, scale = _paper_and_scale(extent)
        layout = self._templates[paper].clone()
        layout.setName(name)
        self._project.layoutManager().addLayout(layout)
        try:
            window = QgsRectangle(extent)
            width, height = _MAP_MM["a3"]
            factor = (scale or SCALE) / 1000.0
            window.grow(max(width, height) * factor / 2)
            content = self._content((position, shape, measure), name, place, table, window, extent, scale, own)
            fill_sheet(layout, content(author, day), self._language)
            yield layout
        finally:
            self._project.layoutManager().removeLayout(layout)
            self._project.removeMapLayers([layer.id() for layer in own])

    def _content(self, parcel, name, place, table, window, extent, scale, own):  # noqa: ANN001, ANN202
        position, shape, measure = parcel
        language = self._language
        lines = self._contours(window, own)
        stand = stands_layer([shape], [measure], None, self._crs, self._theme, language, self._ears)
        number = short_name(str(self._rows.frame["stand_key"].iloc[position]), self._names, language)
        here = outline_layer([shape], [number], self._crs, self._say("stand"), "unit", language)
        near = self._beside(position, window)
        layers = [here, *lines, *near, stand]
        for layer in (here, *near, stand):
            self._project.addMapLayer(layer, False)
            own.append(layer)
        crs_name = self._drawn_in.authid() or self._drawn_in.description() or None
        notes = note_of(self._rows.run, crs_name, language) + self._about_contours(extent, lines)

        legend = [(stand, self._theme.title(language)), *((layer, layer.name()) for layer in (here, *near, *lines))]

        def content(author: str, day: str) -> SheetContent:
            return SheetContent(
                title=self._say("title").format(name),
                subtitle=self._say("sheet").format(*place),
                notes=notes,
                author=author_note(author, day, language),
                layers=layers,
                legend=legend,
                extent=extent,
                crs=self._drawn_in,
                table=table,
                shares=(0.42, 0.58),
                scale=scale,
            )

        return content

    def _about_contours(self, extent: QgsRectangle, lines: list[QgsVectorLayer]) -> str:
        """What is missing of the contours around the parcel; empty where nothing is."""
        if not lines or self._dem is None:
            return self._say("none")
        share = covered_share(self._dem, self._to_dem(extent))
        return "" if share >= _WHOLE else self._say("part").format(share)

    def _to_dem(self, window: QgsRectangle) -> tuple[float, float, float, float]:
        crs = QgsCoordinateReferenceSystem.fromWkt(self._dem.grid.crs_wkt) if self._dem else self._drawn_in
        if crs != self._drawn_in:
            window = QgsCoordinateTransform(self._drawn_in, crs, self._project).transformBoundingBox(window)
        return window.xMinimum(), window.yMinimum(), window.xMaximum(), window.yMaximum()

    def _say(self, name: str) -> str:
        return _WORDS[name][self._language == "zh"]

    def _to_drawn(self, extent: QgsRectangle) -> QgsRectangle:
        if self._drawn_in == self._crs:
            return extent
        return QgsCoordinateTransform(self._crs, self._drawn_in, self._project).transformBoundingBox(extent)

    def _beside(self, position: int, window: QgsRectangle) -> list[QgsVectorLayer]:
        if self._drawn_in != self._crs:
            window = QgsCoordinateTransform(self._drawn_in, self._crs, self._project).transformBoundingBox(window)
        box = shapely.box(window.xMinimum(), window.yMinimum(), window.xMaximum(), window.yMaximum())
        found = [int(at) for at in sorted(self._tree.query(box, predicate="intersects")) if at != position]
        if not found:
            return []
        keys = self._rows.frame["stand_key"]
        labels = [short_name(str(keys.iloc[at]), self._names, self._language) for at in found]
        shapes = [self._rows.geometry[at] for at in found]
        return [
            outline_layer(shapes, labels, self._crs, self._say("beside"), "beside", self._language, 5.5, self._ears)
        ]

    def _contours(self, window: QgsRectangle, own: list[QgsVectorLayer]) -> list[QgsVectorLayer]:
        """Index contours with their heights, and the others; none where there is no elevation model."""
        if self._dem is None or self._dem.grid.crs_wkt is None:
            return []
        crs = QgsCoordinateReferenceSystem.fromWkt(self._dem.grid.crs_wkt)
        lines = contours_within(self._dem, self._to_dem(window), INTERVAL_M)
        layers = []
        for index, interval, width in ((True, INDEX_M, "0.3"), (False, INTERVAL_M, "0.12")):
            mine = [(level, line) for level, line in lines if (level % INDEX_M == 0) == index]
            if not mine:
                continue
            title = self._say("index" if index else "contour").format(interval)
            layer = _line_layer(mine, crs, title, width, self._language, labelled=index)
            self._project.addMapLayer(layer, False)
            own.append(layer)
            layers.append(layer)
        return layers


def _paper_and_scale(extent: QgsRectangle) -> tuple[str, float | None]:
    """A4 at 1 : 10 000 where the parcel fits, else A3, else A3 at the next round scale."""
    for paper, (width, height) in _MAP_MM.items():
        if extent.width() <= width / 1000 * SCALE and extent.height() <= height / 1000 * SCALE:
            return paper, SCALE
    return "a3", None


def _line_layer(
    lines: list[tuple[float, shapely.Geometry]],
    crs: QgsCoordinateReferenceSystem,
    title: str,
    width: str,
    language: str,
    *,
    labelled: bool,
) -> QgsVectorLayer:
    layer = QgsVectorLayer("MultiLineString?field=label:string", title, "memory")
    layer.setCrs(crs)
    features = []
    for level, line in lines:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(["{:g}".format(level)])
        geometry = QgsGeometry()
        geometry.fromWkb(shapely.to_wkb(line))
        geometry.convertToMultiType()
        feature.setGeometry(geometry)
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.setRenderer(QgsSingleSymbolRenderer(QgsLineSymbol.createSimple({"color": _BROWN, "width": width})))
    if labelled:
        settings = QgsPalLayerSettings()
        settings.fieldName = "label"
        settings.placement = Qgis.LabelPlacement.Line
        settings.labelPerPart = True
        settings.lineSettings().setPlacementFlags(Qgis.LabelLinePlacementFlag.OnLine)
        text = text_format(language, 5.0)
        text.setColor(QColor(_BROWN))
        buffer = QgsTextBufferSettings()
        buffer.setEnabled(True)
        buffer.setSize(0.5)
        text.setBuffer(buffer)
        settings.setFormat(text)
        layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
        layer.setLabelsEnabled(True)
    layer.updateExtents()
    return layer
