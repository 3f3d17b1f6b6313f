"""Turns the parameters of an algorithm into what a job reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..core.errors import InputError, UsageError

if TYPE_CHECKING:
    from ..adapters.qgis_layers import LayerSnapshot

_WKT = Qgis.CrsWktVariant.Wkt2_2019
_HALF_WIDTH = str.maketrans("；＃", ";#")


def take_selection(layer: QgsVectorLayer) -> LayerSnapshot:
    """What the job needs of the rows of ``layer`` that are selected now.

    QGIS's own feature source would look for the extent of the selection: through 90,000 stands for a second and a half,
    while the window stands still.
    """
    from ..adapters.qgis_layers import snapshot  # noqa: PLC0415

    return snapshot(layer, selected_only=True)


def selected_layer(definition: object, context: QgsProcessingContext) -> QgsVectorLayer | None:
    """The layer of which a parameter's value takes the selection and nothing less; None for any other value."""
    if not isinstance(definition, QgsProcessingFeatureSourceDefinition) or not definition.selectedFeaturesOnly:
        return None
    if definition.filterExpression or definition.featureLimit >= 0:
        return None
    name, _ = definition.source.valueAsString(context.expressionContext(), "")
    layer = QgsProcessingUtils.mapLayerFromString(name, context)
    return layer if isinstance(layer, QgsVectorLayer) else None


def take_layer(layer: QgsVectorLayer, encoding: str | None = None) -> LayerSnapshot:
    """What the job needs of ``layer``, taken in the main thread; its rows are read later, in the job's thread.

    Parameters
    ----------
    layer
        The layer.
    encoding
        Text encoding of its file, None to have it recognised.
    """
    # pandas may be missing when QGIS loads the plugin, so what needs it is imported in use.
    from ..adapters.qgis_layers import snapshot  # noqa: PLC0415

    taken = snapshot(layer)
    return replace(taken, encoding=encoding) if encoding else taken


def take_source(source: QgsProcessingFeatureSource, name: str) -> LayerSnapshot:
    """What the job needs of a part of a layer: its selection, or the rows of a filter."""
    from ..adapters.qgis_layers import snapshot  # noqa: PLC0415

    return snapshot(source, name)


def is_narrowed(definition: object) -> bool:
    """Whether a parameter's value takes only a part of its layer."""
    return isinstance(definition, QgsProcessingFeatureSourceDefinition) and bool(
        definition.selectedFeaturesOnly or definition.filterExpression or definition.featureLimit >= 0
    )


def raster_sources(layers: Iterable[QgsMapLayer], names: str) -> tuple[tuple[str, str], ...]:
    """Pairs of NAME and PATH for raster layers.

    Parameters
    ----------
    layers
        The raster layers.
    names
        ``NAME`` or ``NAME#BAND`` for each, ``;`` between, in the same order, also as a Chinese keyboard writes these
        two signs; a missing one is made from the layer's name.

    Raises
    ------
    UsageError
        ``RASTER_NAMES_TOO_MANY``; ``RASTER_NAME_WRONG`` where a name cannot begin names of columns.
    """
    layers = list(layers)
    given = names.translate(_HALF_WIDTH).split(";") if names.strip() else []
    if len(given) > len(layers):
        raise UsageError("RASTER_NAMES_TOO_MANY", names=len(given), rasters=len(layers))
    given += [""] * (len(layers) - len(given))
    pairs = []
    for layer, text in zip(layers, given, strict=True):
        name, band = (part.strip() for part in text.partition("#")[::2])
        if name and not name.replace("_", "a").isalnum():
            raise UsageError("RASTER_NAME_WRONG", name=name)
        path = raster_path(layer)
        pairs.append((name or layer_identifier(layer.name()), "{}#{}".format(path, band) if band else path))
    return tuple(pairs)


def raster_path(layer: QgsMapLayer) -> str:
    """File of a raster layer; services without a file cannot be counted cell by cell.

    Raises
    ------
    InputError
        ``RASTER_NOT_A_FILE``; ``RASTER_CRS_IN_QGIS`` or ``RASTER_NODATA_IN_QGIS`` where somebody told QGIS otherwise
        than the file says, so that what is counted would not be what is on the screen.
    """
    if not isinstance(layer, QgsRasterLayer) or layer.providerType() != "gdal":
        raise InputError("RASTER_NOT_A_FILE", raster=layer.name())
    _require_as_in_file(layer)
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    path = parts.get("path") or layer.source()
    # In an archive or on the net, the path is only what lies between.
    path = "{}{}{}".format(parts.get("vsiPrefix") or "", path, parts.get("vsiSuffix") or "")
    inside = parts.get("layerName")
    return "{}:{}:{}".format(parts.get("driver") or "GPKG", path, inside) if inside else path


def _require_as_in_file(layer: QgsRasterLayer) -> None:
    from ..adapters.crs import same_crs  # noqa: PLC0415 - numpy may be missing on loading

    provider = layer.dataProvider()
    own, shown = provider.crs(), layer.crs()
    if own.isValid() and shown.isValid() and own != shown and not same_crs(own.toWkt(_WKT), shown.toWkt(_WKT)):
        names = {"own": own.userFriendlyIdentifier(), "set_there": shown.userFriendlyIdentifier()}
        raise InputError("RASTER_CRS_IN_QGIS", raster=layer.name(), **names)
    for band in range(1, layer.bandCount() + 1):
        is_unused = provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band)
        if is_unused or provider.userNoDataValues(band):
            raise InputError("RASTER_NODATA_IN_QGIS", raster=layer.name())


def layer_identifier(name: str) -> str:
    """``name`` of a layer as the beginning of a column name: letters, digits and ``_``."""
    kept = "".join(sign if sign.isalnum() else "_" for sign in name.strip().lower())
    return "_".join(part for part in kept.split("_") if part) or "raster"


def optional_path(text: str | None) -> Path | None:
    """``text`` as a path, None where it is empty."""
    return Path(text) if text else None
