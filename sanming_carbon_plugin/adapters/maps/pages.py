"""Makes the pages of a map set, one after the other, on one layout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import shapely
from qgis.core import QgsCoordinateTransform, QgsMapLayer, QgsPrintLayout, QgsProject, QgsRectangle, QgsVectorLayer

from .area_table import table_shares
from .class_areas import Row, class_table
from .heard_drawing import Ears
from .map_set import MapSet
from .map_units import LEVELS, MapUnit, next_level, outline, short_name, unit_codes
from .page_layers import crs_of, drawing_crs, filled_layer, large_enough, outline_layer, rectangle, stands_layer
from .run_note import author_note, note_of
from .sheet import SheetContent, fill_sheet, new_layout, template_path
from .sheet_items import best_template, seen_at_most
from .stand_figures import stand_rows

_MARGIN = 1.06
_PARCEL_MARGIN = 1.8
_PARCEL_SHARES = (0.5, 0.5)
_OVERVIEW_LEVELS = {"compartment": "village", "parcel": "village"}
_TITLES = {"en": "{theme} – {place}", "zh": "{place}{theme}图"}
_SHEETS = {
    "en": "Sheet {number} of {count}, stands: {stands:,}",
    "zh": "第 {number} 幅,共 {count} 幅,小班 {stands:,} 个",
}
_NOT_DRAWN = {
    "en": " Stands without an outline, in the table only: {}.",
    "zh": "无图形的小班 {} 个,仅列入表中。",
}
_LINES = {
    "unit": {"municipality": ("Boundary", "界线"), "county": ("County boundary", "县界"),
             "township": ("Township boundary", "乡镇界"), "village": ("Village boundary", "村界"),
             "compartment": ("Compartment boundary", "林班界"), "parcel": ("This stand", "本小班")},
    "beside": {"municipality": ("Beside", "相邻界线"), "county": ("Counties beside", "相邻县界"),
               "township": ("Townships beside", "相邻乡镇界"), "village": ("Villages beside", "相邻村界"),
               "compartment": ("Compartments beside", "相邻林班界"), "parcel": ("Stands beside", "相邻小班")},
}  # fmt: skip


PLAN = "plan"
"""The layer of a plan's chosen parcels."""

_CHOSEN = {
    "unit": dict.fromkeys(LEVELS, ("Chosen parcels", "规划小班")),
    "beside": dict.fromkeys(LEVELS, ("Chosen parcels beside", "相邻规划小班")),
}


class PageMaker:
    """Holds what all pages share: the layout, the boundaries of all units, the small map."""

    def __init__(self, project: QgsProject, map_set: MapSet, day: str, ears: Ears | None = None) -> None:
        """Make what is shared; ``ears`` listen in between, so that a wish to stop is heard."""
        self._project, self._set, self._day, self._ears = project, map_set, day, ears
        self._heard = None if ears is None else ears.listen
        request = map_set.request
        self._language, self._level = request.language, request.level
        self._ground = map_set.rows.ground or map_set.rows
        self._crs = crs_of(map_set.rows.crs)
        self._bounds = shapely.total_bounds(self._ground.geometry)
        self._drawn_in = drawing_crs(self._crs, self._bounds)
        codes = unit_codes(self._ground.frame, self._level)
        self._outlines = self._all_outlines(codes)
        self._boxes = {code: shapely.box(*shape.bounds) for code, shape in self._outlines.items()}
        self._templates = self._all_templates()
        self._small = self._small_map()

    def _all_templates(self) -> list[QgsPrintLayout]:
        """The templates to choose from; an own one is taken as it is."""
        request = self._set.request
        turned = {"landscape": (False,), "portrait": (True,), "auto": (False, True)}[request.orientation]
        paths = [template_path(self._level, request.paper, portrait=portrait) for portrait in turned]
        return [
            new_layout(self._project, "map set {}".format(place), path)
            for place, path in enumerate([request.template] if request.template else paths)
        ]

    def _all_outlines(self, codes) -> dict[str, shapely.Geometry]:  # noqa: ANN001
        """Boundary of every unit of the file, drawn or not: the units beside are shown too."""
        geometry = self._ground.geometry
        order = np.argsort(codes.astype(str), kind="stable")
        uniques, starts = np.unique(codes.astype(str)[order], return_index=True)
        found = {}
        for code, rows in zip(uniques, np.split(order, starts[1:]), strict=True):
            shape = outline(geometry[rows], self._heard)
            if shape is not None:
                found[str(code)] = shape
        return found

    def _small_map(self) -> list[QgsVectorLayer]:
        """Layers of the small map, without the page's own unit; none where the file holds one unit."""
        if len(self._outlines) <= 1:  # nothing to find one's way in
            return []
        level = _OVERVIEW_LEVELS.get(self._level, self._level)
        shapes = self._outlines
        if level != self._level:
            codes = unit_codes(self._ground.frame, level)
            shapes = {code: outline(self._ground.geometry[codes == code], self._heard) for code in sorted(set(codes))}
        return [self._kept(filled_layer(shapes.values(), self._crs, "#e7e7e0"))]

    def _kept(self, layer: QgsVectorLayer) -> QgsVectorLayer:
        self._project.addMapLayer(layer, False)
        return layer

    @contextmanager
    def page(self, unit: MapUnit, place: int) -> Iterator[QgsPrintLayout]:
        """The filled sheet of one unit; its own layers go when it is through."""
        own: list[QgsVectorLayer] = []
        request = self._set.request
        shape = self._outlines.get(unit.code)
        extent = self._extent(
            np.asarray(shape.bounds) if shape is not None else self._bounds,
            _PARCEL_MARGIN if self._level == "parcel" else _MARGIN,
        )
        layout = best_template(self._templates, extent).clone()
        layout.setName(unit.name(self._language))
        self._project.layoutManager().addLayout(layout)
        try:
            fill_sheet(layout, self._content(unit, place, own, shape, extent, layout), request.language)
            yield layout
        finally:
            self._project.layoutManager().removeLayout(layout)
            self._project.removeMapLayers([layer.id() for layer in own])

    def _content(
        self,
        unit: MapUnit,
        place: int,
        own: list[QgsVectorLayer],
        shape: shapely.Geometry | None,
        extent: QgsRectangle,
        layout: QgsPrintLayout,
    ) -> SheetContent:
        language, rows = self._language, self._set.rows
        parcel = self._level == "parcel"
        layers, legend = self._layers(unit, shape, seen_at_most(layout, extent), own)
        overview: list[QgsMapLayer] = []
        if self._small:
            here = filled_layer([large_enough(shape, self._bounds)], self._crs, "#b5402a", "#b5402a")
            own.append(self._kept(here))
            overview = [here, *self._small]
        count = {
            "number": place + 1,
            "count": len(self._set.units),
            "stands": self._set.rows.frame["stand_key"].iloc[unit.rows].nunique(),
        }
        table = self._table(unit)
        crs_name = self._drawn_in.authid() or self._drawn_in.description() or None
        return SheetContent(
            title=_TITLES[language].format(theme=self._set.theme.title(language), place=unit.name(language)),
            subtitle=_SHEETS[language].format(**count),
            notes=note_of(rows.run, crs_name, language) + self._not_drawn(unit),
            author=author_note(self._set.request.author, self._day, language),
            layers=layers,
            legend=legend,
            extent=extent,
            crs=self._drawn_in,
            table=table,
            shares=_PARCEL_SHARES if parcel else table_shares(len(table[0])),
            overview=overview,
            overview_extent=self._extent(self._bounds, _MARGIN),
            shortened=None if parcel else lambda most: self._table(unit, most),
        )

    def _not_drawn(self, unit: MapUnit) -> str:
        """How many stands of the table have no outline; empty where all are on the map."""
        missing = sum(shape is None or shape.is_empty for shape in self._set.rows.geometry[unit.rows])
        return _NOT_DRAWN[self._language].format(missing) if missing else ""

    def _extent(self, bounds, margin: float) -> QgsRectangle:  # noqa: ANN001
        extent = rectangle(bounds, 1.0)
        if self._drawn_in != self._crs:
            extent = QgsCoordinateTransform(self._crs, self._drawn_in, self._project).transformBoundingBox(extent)
        extent.scale(margin)
        return extent

    def _table(self, unit: MapUnit, most: int | None = None) -> list[Row]:
        frame = self._set.rows.frame.iloc[unit.rows]
        if self._level == "parcel":
            return stand_rows(frame.iloc[0].to_dict(), self._language)
        asked = self._set.request
        return class_table(frame, self._set.theme, self._language, asked.units, most, asked.mass)

    def _layers(
        self, unit: MapUnit, shape: shapely.Geometry | None, extent: QgsRectangle, own: list[QgsVectorLayer]
    ) -> tuple[list[QgsVectorLayer], list[tuple[QgsMapLayer, str]]]:
        """Layers of the map from the top, and those of the legend with their titles."""
        language, frame = self._language, self._set.rows.frame.iloc[unit.rows]
        numbers = None
        if next_level(self._level) == "parcel":
            numbers = [str(value or "").lstrip("0") for value in frame["stand_no"]]
        classes = stands_layer(
            list(self._set.rows.geometry[unit.rows]),
            list(frame["class"]),
            numbers,
            self._crs,
            self._set.theme,
            language,
            self._ears,
        )
        legend: list[tuple[QgsMapLayer, str]] = [(classes, self._set.theme.title(language))]
        lines = [self._line("unit", [shape], None)]
        inner = self._inner(unit)
        if inner is not None:
            lines.append(inner)
        lines += self._beside(unit, extent)
        own += [self._kept(layer) for layer in (classes, *lines)]
        legend += [(layer, layer.name()) for layer in lines]
        return [*lines, classes], legend

    def _line(self, kind: str, shapes, labels) -> QgsVectorLayer:  # noqa: ANN001
        # Without the stands around them, the chosen parcels of a unit are not its boundary.
        names = _CHOSEN if self._set.theme.layer == PLAN and self._set.rows.ground is None else _LINES
        title = names[kind][self._level][self._language == "zh"]
        return outline_layer(shapes, labels, self._crs, title, kind, self._language)

    def _chosen_only(self) -> bool:
        """Whether the file holds only the chosen parcels of a plan."""
        return self._set.theme.layer == PLAN

    def _inner(self, unit: MapUnit) -> QgsVectorLayer | None:
        """Boundaries of the units inside this one with their names; none where those are the stands."""
        level = next_level(self._level)
        if level == "parcel" or self._level == "parcel" or (self._ground is self._set.rows and self._chosen_only()):
            return None
        mine = np.flatnonzero(unit_codes(self._ground.frame, self._level) == unit.code)
        codes = unit_codes(self._ground.frame, level)[mine]
        uniques = sorted(set(map(str, codes)))
        shapes = [outline(self._ground.geometry[mine[codes == code]], self._heard) for code in uniques]
        labels = [short_name(code, self._set.names, self._language) for code in uniques]
        title = _LINES["unit"][level][self._language == "zh"]
        return outline_layer(shapes, labels, self._crs, title, "inner", self._language)

    def _beside(self, unit: MapUnit, extent: QgsRectangle) -> list[QgsVectorLayer]:
        """Boundaries of the units that the sheet shows beside its own; empty where it shows none."""
        if self._drawn_in != self._crs:
            extent = QgsCoordinateTransform(self._drawn_in, self._crs, self._project).transformBoundingBox(extent)
        window = shapely.box(extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
        found = [code for code, box in self._boxes.items() if code != unit.code and box.intersects(window)]
        found = [code for code in found if self._outlines[code].intersects(window)]
        if not found:
            return []
        names = [short_name(code, self._set.names, self._language) for code in found]
        return [self._line("beside", [self._outlines[code] for code in found], names)]
