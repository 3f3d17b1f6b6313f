"""Turns the parameters of an algorithm into what a job reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsFeatureRequest,
    QgsMapLayer,
    QgsProcessingFeatureSourceDefinition,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..core.errors import InputError, UsageError

if TYPE_CHECKING:
    from ..adapters.jobs.request import StandSource


def stand_source(layer: QgsVectorLayer, definition: object = None, encoding: str | None = None) -> StandSource:
    """What a job reads for ``layer``, as the user sees the layer now.

    A plain file is left to the job, which reads it faster, recognises its encoding and hashes it. A layer
    that shows something else than its file (a filter, unsaved edits, joined or computed fields, a chosen
    selection) or that has no file is copied here, in the main thread, because layers belong to it.

    Parameters
    ----------
    layer
        The layer.
    definition
        The parameter's value; its selection, filter and limit are followed.
    encoding
        Text encoding asked for, None to recognise it.
    """
    # pandas may be missing when QGIS loads the plugin, so what needs it is imported in use.
    from ..adapters.jobs.request import LayerSource  # noqa: PLC0415
    from ..adapters.qgis_layers import read_qgis_layer  # noqa: PLC0415

    request = _request(layer, definition)
    if request is None and _shows_its_file(layer):
        parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
        return LayerSource(parts["path"], parts.get("layerName") or None, encoding)
    if request is not None:
        return read_qgis_layer(layer.materialize(request))
    return read_qgis_layer(layer)


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


def _request(layer: QgsVectorLayer, definition: object) -> QgsFeatureRequest | None:
    """Selection, filter and limit of a parameter's value; None where it takes the whole layer."""
    if not isinstance(definition, QgsProcessingFeatureSourceDefinition):
        return None
    request = QgsFeatureRequest()
    narrowed = False
    if definition.filterExpression:
        request.setFilterExpression(definition.filterExpression)
        narrowed = True
    if definition.selectedFeaturesOnly:
        # Filters replace one another in a request, so the selection is put into the expression's place.
        chosen: Any = set(layer.selectedFeatureIds())
        if definition.filterExpression:
            chosen &= {feature.id() for feature in layer.getFeatures(request)}
        request = QgsFeatureRequest().setFilterFids(sorted(chosen))
        narrowed = True
    if definition.featureLimit >= 0:
        request.setLimit(definition.featureLimit)
        narrowed = True
    return request if narrowed else None


def _shows_its_file(layer: QgsVectorLayer) -> bool:
    """Whether reading the layer's file gives just what the layer shows."""
    if layer.providerType() != "ogr" or layer.subsetString() or layer.isModified():
        return False
    if layer.vectorJoins() or layer.fields().count() != layer.dataProvider().fields().count():
        return False
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    by_number_only = parts.get("layerId") is not None and not parts.get("layerName")
    return (
        bool(parts.get("path")) and not parts.get("openOptions") and not parts.get("vsiPrefix") and not by_number_only
    )
