"""Turns the parameters of an algorithm into what a job reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    QgsMapLayer,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..core.errors import InputError, UsageError

if TYPE_CHECKING:
    from ..adapters.qgis_layers import LayerSnapshot


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
        ``NAME`` or ``NAME#BAND`` for each, ``;`` between, in the same order; a missing one is made from
        the layer's name.
    """
    layers = list(layers)
    given = [name.strip() for name in names.split(";")] if names.strip() else []
    if len(given) > len(layers):
        raise UsageError("RASTER_NAMES_TOO_MANY", names=len(given), rasters=len(layers))
    given += [""] * (len(layers) - len(given))
    pairs = []
    for layer, text in zip(layers, given, strict=True):
        name, _, band = text.partition("#")
        path = raster_path(layer)
        pairs.append((name or layer_identifier(layer.name()), "{}#{}".format(path, band) if band else path))
    return tuple(pairs)


def raster_path(layer: QgsMapLayer) -> str:
    """File of a raster layer; services without a file cannot be counted cell by cell."""
    if not isinstance(layer, QgsRasterLayer) or layer.providerType() != "gdal":
        raise InputError("RASTER_NOT_A_FILE", raster=layer.name())
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    path = parts.get("path") or layer.source()
    inside = parts.get("layerName")
    return "{}:{}:{}".format(parts.get("driver") or "GPKG", path, inside) if inside else path


def layer_identifier(name: str) -> str:
    """``name`` of a layer as the beginning of a column name: letters, digits and ``_``."""
    kept = "".join(sign if sign.isalnum() else "_" for sign in name.strip().lower())
    return "_".join(part for part in kept.split("_") if part) or "raster"


def optional_path(text: str | None) -> Path | None:
    """``text`` as a path, None where it is empty."""
    return Path(text) if text else None
