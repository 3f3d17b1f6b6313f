"""The background map: given rasters and vectors drawn into one file that a phone opens without a network."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    Qgis,
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsMapLayer,
    QgsMapLayerStyle,
    QgsMapRendererCustomPainterJob,
    QgsMapSettings,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage, QPainter

from ...core.errors import InputError, UsageError
from ...core.progress import Progress
from ..crs import is_geographic
from ..output_files import output_errors
from .files import BackgroundSource

TABLE = "background"
_BLOCK = 1024
_DPI = 96
_SMALLEST_OVERVIEW = 256
_LOOK_EVERY_S = 0.2
_METRES_PER_DEGREE = 111_320.0
_MILLION = 1e6
_NATURAL_COLOURS = (("b4", "b3", "b2"), ("b04", "b03", "b02"), ("red", "green", "blue"))

Box = tuple[float, float, float, float]


def draw_background(
    path: Path,
    sources: Sequence[BackgroundSource],
    box: Box,
    crs_wkt: str,
    cell_m: float,
    most_megapixels: float,
    progress: Progress,
) -> None:
    """Draw ``sources``, the first one lowest, into a GeoPackage of raster tiles.

    Raises
    ------
    InputError
        FIELD_BACKGROUND_UNUSABLE where a source cannot be opened.
    UsageError
        FIELD_BACKGROUND_TOO_LARGE.
    """
    cell = cell_m / _METRES_PER_DEGREE if is_geographic(crs_wkt) else cell_m
    west, south, east, north = box
    width, height = (max(1, int(np.ceil((high - low) / cell))) for low, high in ((west, east), (south, north)))
    if width * height > most_megapixels * _MILLION:
        raise UsageError(
            "FIELD_BACKGROUND_TOO_LARGE",
            megapixels=round(width * height / _MILLION),
            cell_m="{:g}".format(cell_m),
            limit=round(most_megapixels),
        )
    layers = [_opened(source) for source in sources]
    try:
        _draw(path, layers, (west, north, cell, width, height), crs_wkt, progress)
    finally:
        layers.clear()


def _opened(wanted: BackgroundSource) -> QgsMapLayer:
    source = wanted.source
    name = Path(source.split("|", maxsplit=1)[0]).stem
    options = QgsRasterLayer.LayerOptions()
    options.loadDefaultStyle = True
    raster = QgsRasterLayer(source, name, "gdal", options)
    if raster.isValid():
        if wanted.style:
            QgsMapLayerStyle(wanted.style).writeToLayer(raster)
        else:
            _stretch(raster)
        return raster
    vector = QgsVectorLayer(source, name, "ogr")
    if not vector.isValid():
        raise InputError("FIELD_BACKGROUND_UNUSABLE", path=source)
    if wanted.style:
        QgsMapLayerStyle(wanted.style).writeToLayer(vector)
    return vector


def _stretch(layer: QgsRasterLayer) -> None:
    """Natural colours where the bands say which they are, and a contrast for values that are no bytes."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        names = [layer.bandName(band).rpartition(":")[2].strip().casefold() for band in range(1, layer.bandCount() + 1)]
        for wanted in _NATURAL_COLOURS:
            if set(wanted) <= set(names):
                red, green, blue = (names.index(name) + 1 for name in wanted)
                renderer.setRedBand(red)
                renderer.setGreenBand(green)
                renderer.setBlueBand(blue)
                break
    if layer.dataProvider().dataType(1) != Qgis.DataType.Byte:
        layer.setContrastEnhancement(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum,
            QgsRasterMinMaxOrigin.Limits.CumulativeCut,
        )


def _draw(
    path: Path,
    layers: list[QgsMapLayer],
    place: tuple[float, float, float, int, int],
    crs_wkt: str,
    progress: Progress,
) -> None:
    west, north, cell, width, height = place
    file = _created(path, place, crs_wkt)
    settings = QgsMapSettings()
    settings.setLayers(list(reversed(layers)))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem.fromWkt(crs_wkt))
    settings.setTransformContext(QgsCoordinateTransformContext())
    settings.setBackgroundColor(QColor("#ffffff"))
    settings.setOutputDpi(_DPI)
    blocks = [(x, y) for y in range(0, height, _BLOCK) for x in range(0, width, _BLOCK)]
    with _failures_told(path):
        for done, (x, y) in enumerate(blocks):
            progress.raise_if_cancelled()
            progress.update(0.9 * done / len(blocks))
            across, down = min(_BLOCK, width - x), min(_BLOCK, height - y)
            left, top = west + x * cell, north - y * cell
            settings.setOutputSize(QSize(across, down))
            settings.setExtent(QgsRectangle(left, top - down * cell, left + across * cell, top))
            _write_block(file, _painted(settings, progress), x, y)
        progress.raise_if_cancelled()
        smaller = [2**n for n in range(1, 12) if max(width, height) >> n >= _SMALLEST_OVERVIEW]
        file.BuildOverviews("AVERAGE", smaller, callback=lambda *_: 0 if progress.is_cancelled() else 1)
        progress.raise_if_cancelled()
        file.FlushCache()
        del file


@contextmanager
def _failures_told(path: Path) -> Iterator[None]:
    """GDAL's failures as errors about ``path``, whether or not QGIS has it raise them."""
    with output_errors(path):
        try:
            yield
        except RuntimeError as error:
            raise OSError(str(error)) from error


def _created(path: Path, place: tuple[float, float, float, int, int], crs_wkt: str) -> Any:  # noqa: ANN401
    west, north, cell, width, height = place
    options = ["RASTER_TABLE=" + TABLE, "TILE_FORMAT=JPEG", "QUALITY=80", "BLOCKSIZE=256"]
    with _failures_told(path):
        file = gdal.GetDriverByName("GPKG").Create(str(path), width, height, 3, gdal.GDT_Byte, options)
        if file is None:
            raise OSError(gdal.GetLastErrorMsg())
    reference = osr.SpatialReference()
    reference.ImportFromWkt(crs_wkt)
    file.SetProjection(reference.ExportToWkt())
    file.SetGeoTransform((west, cell, 0.0, north, 0.0, -cell))
    return file


@contextmanager
def _stopped_by(progress: Progress, job: QgsMapRendererCustomPainterJob) -> Iterator[None]:
    """Drawing of one block may take long; a cancel is looked for meanwhile and ends it."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_EVERY_S):
            if progress.is_cancelled():
                job.cancelWithoutBlocking()
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _painted(settings: QgsMapSettings, progress: Progress) -> np.ndarray:
    """One block as bytes, shape (rows, columns, 3)."""
    image = QImage(settings.outputSize(), QImage.Format.Format_RGB32)
    image.fill(settings.backgroundColor())
    painter = QPainter(image)
    try:
        job = QgsMapRendererCustomPainterJob(settings, painter)
        with _stopped_by(progress, job):
            job.renderSynchronously()
    finally:
        painter.end()
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows, step = image.height(), image.bytesPerLine()
    pixels = image.constBits()
    pixels.setsize(rows * step)
    return (
        np.frombuffer(bytes(pixels), dtype=np.uint8)
        .reshape(rows, step)[:, : image.width() * 3]
        .reshape(rows, image.width(), 3)
    )


def _write_block(file: Any, block: np.ndarray, x: int, y: int) -> None:  # noqa: ANN401
    for band in range(3):
        if file.GetRasterBand(band + 1).WriteArray(np.ascontiguousarray(block[:, :, band]), x, y):
            raise OSError(gdal.GetLastErrorMsg())
