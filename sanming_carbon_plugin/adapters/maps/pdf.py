"""Writes the sheet of a result as a PDF or a picture, with or without a screen."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsLayoutExporter, QgsLayoutSize, QgsPrintLayout, QgsProject
from qgis.PyQt.QtCore import QSize

from ...core.errors import OutputError
from ..output_files import moved_into_place
from ..pdf_search import make_searchable
from .layers import theme_layer
from .sheet import target_map
from .sheet_texts import PICTURE_DPI, PRINT_DPI
from .themes import themes

_POINTS_PER_MM = 72 / 25.4


def export_map_pdf(
    result: Path, out: Path, language: str, theme: str = "measure", template: Path | None = None
) -> Path:
    """Write the map of a result as a PDF whose text stays text; a ``QgsApplication`` must be running.

    Parameters
    ----------
    result
        GeoPackage of the main job.
    out
        The PDF; one that exists is replaced.
    language
        ``en`` or ``zh``.
    theme
        What the map shows, a theme of ``resources/styles/themes.csv``.
    template
        A layout template of one's own.

    Raises
    ------
    InputError
        Where the result or the template cannot be used.
    OutputError
        ``MAP_NOT_WRITTEN``, or as every output.
    """
    project = QgsProject()
    try:
        layer = theme_layer(result, themes()[theme], language)
        project.setCrs(layer.crs())
        project.addMapLayer(layer)
        with moved_into_place(out, overwrite=True) as beside:
            write_pdf(target_map(project, layer, theme, language, template), beside, out)
    finally:
        # Taken down here, whatever happened: a layer that outlives QGIS makes it crash on leaving.
        project.clear()
    return out


def write_pdf(layout: QgsPrintLayout, path: Path, named: Path) -> None:
    """Write one layout to ``path``; an error names the target ``named``.

    Nothing is added to the file that Qt writes, so that single pages can be put together; its words can be searched.
    """
    _round_pages(layout)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = PRINT_DPI
    settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
    settings.exportMetadata = False
    settings.appendGeoreference = False
    done = QgsLayoutExporter(layout).exportToPdf(str(path), settings)
    if done != QgsLayoutExporter.ExportResult.Success:
        raise OutputError("MAP_NOT_WRITTEN", path=named, reason=str(done))
    make_searchable(path)


def _round_pages(layout: QgsPrintLayout) -> None:
    """Make each page whole points large, as it is in the file: Qt would shrink the sheet into it, scale and all."""
    for place in range(layout.pageCollection().pageCount()):
        page = layout.pageCollection().page(place)
        sides = (page.pageSize().width(), page.pageSize().height())
        page.setPageSize(QgsLayoutSize(*(round(side * _POINTS_PER_MM) / _POINTS_PER_MM for side in sides)))


def write_png(layout: QgsPrintLayout, path: Path, named: Path) -> None:
    """Write one layout to ``path`` as a picture; an error names the target ``named``."""
    # Not through a file export: QGIS would have GDAL write a place into the picture, which a PNG cannot take.
    image = QgsLayoutExporter(layout).renderPageToImage(0, QSize(), PICTURE_DPI)
    if image.isNull() or not image.save(str(path), "PNG"):
        raise OutputError("MAP_NOT_WRITTEN", path=named, reason="PNG")
