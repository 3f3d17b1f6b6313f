"""Location map and parcel maps of an application, on the sheets of the map set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from qgis.core import (
    Qgis,
    QgsCoordinateTransform,
    QgsMapLayer,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)

from ...core.progress import Progress
from ..geopackage import read_geopackage_table
from ..maps.area_table import Row
from ..maps.atlas import drawing_project
from ..maps.heard_drawing import Ears
from ..maps.map_rows import place_names
from ..maps.map_units import outline, short_name
from ..maps.page_layers import crs_of, drawing_crs, filled_layer, large_enough, outline_layer, rectangle, stands_layer
from ..maps.pdf import write_pdf, write_png
from ..maps.pdf_join import join_pdfs
from ..maps.sheet import SheetContent, fill_sheet, new_layout, template_path
from ..maps.themes import Theme, ThemeClass
from ..palette import palette
from .reading import ApplicationFolder
from .statement import Contents, notice, period
from .texts import Words, rows_of

_MARGIN, _PARCEL_MARGIN = 1.08, 1.5
_ROWS_OF_TABLE = 16
_SHARES = (0.16, 0.40, 0.22, 0.22)
_LONGEST_NAME = 24
_GROUND, _HERE = "#e7e7e0", "#b5402a"


def write_maps(contents: Contents, folder: Path, named: Path, language: str, progress: Progress) -> list[Path]:
    """Write ``location_map``, ``parcel_maps`` and one picture for each parcel; ``named`` is told in errors.

    A QGIS must be running.

    Raises
    ------
    OutputError
        ``MAP_NOT_WRITTEN``.
    """
    progress.raise_if_cancelled()
    with drawing_project() as project:
        ears = Ears(progress)
        maker = _MapMaker(project, contents, language, ears)
        sheets = len(maker.parcels) + 1
        ears.page_begins(0.0, 1 / sheets, maker.stands)
        written = [folder / "location_map_{}.{}".format(language, form) for form in ("pdf", "png")]
        with maker.sheet(maker.location()) as layout:
            _write(layout, written[0], written[1], named, ears)
        parts, titles = [], []
        for place, parcel in enumerate(maker.parcels, start=1):
            progress.raise_if_cancelled()
            ears.page_begins(place / sheets, (place + 1) / sheets, maker.stands)
            part = folder / "parcel_{}.part.pdf".format(place)
            picture = folder / "parcel_map_{}_{:03d}.png".format(language, parcel)
            content = maker.parcel(parcel, place)
            with maker.sheet(content) as layout:
                _write(layout, part, picture, named, ears)
            parts.append(part)
            titles.append(content.title)
            written.append(picture)
    together = folder / "parcel_maps_{}.pdf".format(language)
    words = maker.words
    join_pdfs(parts, titles, together, title=words.say("map.parcels"), author=words.text(maker.applicant),
              producer="Sanming Forest Carbon", day=contents.day)  # fmt: skip
    for part in parts:
        part.unlink()
    return [*written[:2], together, *written[2:]]


def _write(layout: QgsPrintLayout, paper: Path, picture: Path, named: Path, ears: Ears) -> None:
    with ears.while_drawn():
        write_pdf(layout, paper, named)
    with ears.while_drawn():
        write_png(layout, picture, named)


class _MapMaker:
    """Holds what all sheets share: the shapes, the classes and the coordinate system."""

    def __init__(self, project: QgsProject, contents: Contents, language: str, ears: Ears | None = None) -> None:
        application = contents.application
        self.words, self.applicant = Words(language), application.facts["applicant"]
        self._project, self._application, self._day = project, application, contents.day
        self._own: list[QgsVectorLayer] = []
        self._ears = ears
        self._pieces = _with_shapes(application, "pieces")
        self._left = _with_shapes(application, "left_out")
        parts = _with_shapes(application, "parts")
        self._taken = parts[parts["state"] != "free"]
        self.stands = len(self._pieces) + len(self._left)
        self._crs = crs_of(application.facts["crs"])
        self._bounds = shapely.total_bounds(self._pieces["geometry"].to_numpy(dtype=object))
        self._drawn_in = drawing_crs(self._crs, self._bounds)
        self._theme = _theme(self.words)
        self.parcels: list[int] = sorted(int(one) for one in self._pieces["parcel"].unique())
        self._template = new_layout(project, "dossier", template_path("village", "a4"))

    @contextmanager
    def sheet(self, content: SheetContent) -> Iterator[QgsPrintLayout]:
        """A filled sheet; it and its layers go when it is through."""
        layout = self._template.clone()
        layout.setName(content.title)
        self._project.layoutManager().addLayout(layout)
        try:
            fill_sheet(layout, content, self.words.language)
            yield layout
        finally:
            self._project.layoutManager().removeLayout(layout)
            self._project.removeMapLayers([layer.id() for layer in self._own])
            self._own = []

    def location(self) -> SheetContent:
        """All pieces and what was left out around them; parcels have their numbers."""
        say, pieces = self.words.say, self._pieces
        names = [say("map.parcel_no", number=number) for number in self.parcels]
        shapes = [self._outline(number) for number in self.parcels]
        lines = self._kept(
            outline_layer(shapes, names, self._crs, say("map.parcel_line"), "inner", self.words.language, 6.0)
        )
        stands = self._stands(pieces, self._left, labels=False)
        grouped = pieces.groupby("parcel")[["area_mu", "tonnes_tco2e", "whole_t"]].sum()
        counted = pieces.groupby("parcel").size()
        rows = [
            (str(number), say("map.pieces_of", count=counted[number]), self.words.number(row["area_mu"], 1),
             self.words.number(row["tonnes_tco2e"], 1))
            for number, row in grouped.iterrows()
        ]  # fmt: skip
        facts = self._application.facts
        return self._content(
            title=say("map.location_title"),
            about=(self._place(pieces), period(self.words, facts)),
            layers=[lines, stands],
            legend=[(stands, self._theme.title(self.words.language)), (lines, say("map.parcel_line"))],
            extent=self._extent(self._bounds, _MARGIN),
            table=self._table(("map.parcel", "map.pieces"), rows, facts["area_mu"], facts["total_tco2e"]),
        )

    def parcel(self, number: int, place: int) -> SheetContent:
        """One connected parcel with its pieces, and its place among the others."""
        say, words = self.words.say, self.words
        mine = self._pieces[self._pieces["parcel"] == number]
        shape = self._outline(number)
        bounds = np.asarray(shape.bounds) if shape is not None else self._bounds
        line = self._kept(outline_layer([shape], None, self._crs, say("map.this_parcel"), "unit", words.language))
        # The page's own pieces are labelled; those beside it show where it lies.
        stands = self._stands(
            mine, pd.concat([self._left, self._pieces[self._pieces["parcel"] != number]]), labels=True
        )
        rows = [
            (str(row["piece"]), _short_key(words, row), words.number(row["area_mu"], 1),
             words.number(row["tonnes_tco2e"], 1))
            for row in mine.to_dict("records")
        ]  # fmt: skip
        ground = self._kept(filled_layer(list(self._pieces["geometry"]), self._crs, _GROUND))
        here = self._kept(filled_layer([large_enough(shape, self._bounds)], self._crs, _HERE))
        return self._content(
            title=say("map.parcel_title", number=number),
            about=(self._place(mine), say("map.sheet", number=place, count=len(self.parcels))),
            layers=[line, stands],
            legend=[(stands, self._theme.title(words.language)), (line, say("map.this_parcel"))],
            extent=self._extent(bounds, _PARCEL_MARGIN),
            table=self._table(
                ("map.piece", "head.stand"), rows, float(mine["area_mu"].sum()), float(mine["tonnes_tco2e"].sum())
            ),
            overview=[here, ground],
        )

    def _content(
        self,
        *,
        title: str,
        about: tuple[str, str],
        layers: Sequence[QgsMapLayer],
        legend: Sequence[tuple[QgsMapLayer, str]],
        extent: QgsRectangle,
        table: Sequence[Row],
        overview: Sequence[QgsMapLayer] = (),
    ) -> SheetContent:
        crs = self._drawn_in.authid() or self._drawn_in.description()
        files = self._application.files
        note = self.words.say("map.note", crs=crs, hash=next(iter(files.values()))[:12], day=self._day)
        applicant = self.words.text(self.applicant)
        short = applicant if len(applicant) <= _LONGEST_NAME else applicant[: _LONGEST_NAME - 1] + "…"
        told = "" if short == applicant else self.words.say("map.applicant", applicant=applicant)
        return SheetContent(
            title=title,
            subtitle="  ".join(part for part in (short, *about) if part),
            notes=" ".join(part for part in (notice(self.words, self._application), note, told) if part),
            author=self.words.say("map.author", day=self._day),
            layers=layers,
            legend=legend,
            extent=extent,
            crs=self._drawn_in,
            table=table,
            shares=_SHARES,
            overview=overview,
            overview_extent=self._extent(self._bounds, _MARGIN),
            legend_on_map_only=True,
        )

    def _stands(self, pieces: pd.DataFrame, others: pd.DataFrame, *, labels: bool) -> QgsVectorLayer:
        """Pieces in their classes, what others have credited on top, and the surroundings below."""
        classes = ["counts" if share >= 1.0 else "counts_partly" for share in pieces["free_share"]]
        around = ["left_out" if pd.notna(reason) else "beside" for reason in _column(others, "reason")]
        taken = self._taken[self._taken["piece"].isin(pieces["piece"])]
        shapes = [*others["geometry"], *pieces["geometry"], *taken["geometry"]]
        texts = [""] * len(others) + [str(piece) for piece in pieces["piece"]] + [""] * len(taken)
        layer = stands_layer(
            shapes, [*around, *classes, *["credited"] * len(taken)], texts if labels else None, self._crs, self._theme,
            self.words.language, self._ears,
        )  # fmt: skip
        return self._kept(layer)

    def _table(self, heads: tuple[str, str], rows: Sequence[Row], area_mu: float, tonnes: float) -> list[Row]:
        """Head, as many rows as there is room for, and the sum of all."""
        say, words = self.words.say, self.words
        shown = list(rows)
        if len(rows) > _ROWS_OF_TABLE:
            rest = len(rows) - _ROWS_OF_TABLE + 1
            shown = [*rows[: _ROWS_OF_TABLE - 1], ("…", say("map.more", count=rest), "", "")]
        head = (say(heads[0]), say(heads[1]), say("head.area_mu"), say("map.tonnes"))
        return [head, *shown, (say("total_row"), "", words.number(area_mu, 1), words.number(tonnes, 1))]

    def _place(self, pieces: pd.DataFrame) -> str:
        """County, township and village of the pieces, by name where it is known."""
        codes = pieces[["county", "township", "village"]].dropna().drop_duplicates()
        if not len(codes):
            return ""
        names, language = place_names(None), self.words.language
        first = codes.iloc[0]
        parts = [short_name(str(first["county"]), names, language)]
        if codes["township"].nunique() == 1:
            parts.append(self.words.text(first["township"]))
            if codes["village"].nunique() == 1:
                parts.append(self.words.text(first["village"]))
        return "-".join(parts)

    def _outline(self, parcel: int) -> shapely.Geometry | None:
        return outline(self._pieces["geometry"][self._pieces["parcel"] == parcel].to_numpy(dtype=object))

    def _extent(self, bounds: npt.ArrayLike, margin: float) -> QgsRectangle:
        extent = rectangle(np.asarray(bounds), 1.0)
        if self._drawn_in != self._crs:
            extent = QgsCoordinateTransform(self._crs, self._drawn_in, self._project).transformBoundingBox(extent)
        extent.scale(margin)
        return extent

    def _kept(self, layer: QgsVectorLayer) -> QgsVectorLayer:
        """``layer`` in the project, with every label: a parcel without its number could not be found in the table."""
        if layer.labelsEnabled():
            settings = layer.labeling().settings()
            settings.placementSettings().setOverlapHandling(Qgis.LabelOverlapHandling.AllowOverlapIfRequired)
            layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
        self._project.addMapLayer(layer, False)
        self._own.append(layer)
        return layer


def _with_shapes(application: ApplicationFolder, name: str) -> pd.DataFrame:
    # Not through QGIS: it would write into the file whose hash the papers state.
    return read_geopackage_table(application.geopackage, name, geometry=True)


def _short_key(words: Words, piece: dict) -> str:
    """Compartment and stand; the place above them stands below the title."""
    parts = [piece[name] for name in ("compartment", "stand_no") if piece[name] is not None]
    return words.text("-".join(parts) or piece["stand_key"])


def _column(frame: pd.DataFrame, name: str) -> Sequence[object]:
    return list(frame[name]) if name in frame.columns else [None] * len(frame)


def _theme(words: Words) -> Theme:
    looks = [(row, palette()[row["look"]]) for row in rows_of("map_classes.csv")]
    classes = tuple(
        ThemeClass(row["value"], None, None, look.fill, look.pattern, look.line, (row["label"], row["label_zh"]))
        for row, look in looks
    )
    title = words.say("map.theme")
    return Theme("application", "pieces", (title, title), "", classes)
