"""Opens what a job was asked to work on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from ...core.errors import CarbonError, InputError, UsageError
from ...core.pipeline import Geodesy, Inventory
from ...core.progress import Progress
from ...core.rasters.named_raster import NamedRaster
from ...core.stands.area import moved_or_none
from ...core.stands.layer import VectorLayer
from ...core.stands.mapping import FieldMapping, recognise_fields, settled_roles
from ...core.stands.packed import bounds_of
from ..crs import authority, crs_name, ellipsoid, same_crs, to_lonlat, transformer
from ..datum_shift import shift_is_unknown
from ..output_files import require_no_input, require_writable
from ..rasters import open_raster
from ..resources import read_json
from ..stand_tables import load_stand_tables
from ..vectors import read_layer
from ..vectors.reading import require_crs
from ..vectors.sources import place_name
from .request import StandSource

SURVEY_METHODS = ("plot", "angle_gauge", "ocular", "lidar", "model", "unknown")
_DATES = 2
_NOT_READ = ("out", "report", "decisions")


def check_output(out: Path, overwrite: bool, suffixes: tuple[str, ...] = (".gpkg",), *, reads: object = ()) -> None:
    """Refuse before the work begins what could not be written after it.

    Parameters
    ----------
    reads
        What the job reads: a request, or some of its values. None of it may be replaced by the result.

    Raises
    ------
    UsageError
        Where the name's ending is none of ``suffixes``.
    OutputError
        Where the target exists already or is read by the job, or its folder does not exist.
    """
    if out.suffix.lower() not in suffixes:
        raise UsageError("OUTPUT_FORMAT", path=out, formats=", ".join(suffixes))
    require_no_input(out, places_read(reads))
    require_writable(out, overwrite=overwrite)


def places_read(asked: object) -> Iterator[str]:
    """Paths and connections that a request names, without what it writes and decisions: a new result carries them."""
    if isinstance(asked, VectorLayer):
        yield asked.source
    elif isinstance(asked, (str, Path)):
        yield str(asked)
    elif isinstance(asked, (tuple, list)):
        for part in asked:
            yield from places_read(part)
    elif is_dataclass(asked) and not isinstance(asked, type):
        for part in fields(asked):
            if part.name not in _NOT_READ:
                yield from places_read(getattr(asked, part.name))


def open_layer(source: StandSource, progress: Progress, *, packed: bool = False) -> VectorLayer:
    """A layer that was taken from the screen, or read now, its outlines packed where that is enough."""
    if isinstance(source, VectorLayer):
        return source
    return read_layer(source.path, layer=source.layer, encoding=source.encoding, progress=progress, packed=packed)


def open_parcels(source: StandSource, progress: Progress) -> VectorLayer | None:
    """A layer of credited parcels; None for an empty one, by which an office says that there are none."""
    try:
        layer = open_layer(source, progress)
    except InputError as problem:
        if problem.code == "LAYER_EMPTY":
            return None
        raise
    return layer if len(layer) else None


def crs_of(layer: VectorLayer) -> str:
    """The layer's CRS as WKT.

    Raises
    ------
    InputError
        CRS_MISSING: a layer that was read always has one, one taken from the screen may not.
    """
    if not layer.crs_wkt:
        return require_crs(None, layer.geometry, layer.source or layer.name)
    return layer.crs_wkt


def open_inventory(
    source: StandSource, mapping: Path | None, survey_method: str | None, progress: Progress, *, packed: bool = False
) -> Inventory:
    """A stand layer with its mapping, its outlines packed where that is enough.

    Roles of which the mapping says nothing are recognised.

    Raises
    ------
    InputError
        Where the layer or the mapping cannot be used.
    """
    layer = open_layer(source, progress, packed=packed)
    if mapping is None:
        return Inventory(layer, None, survey_method)
    data = read_json(mapping)
    named = FieldMapping.from_dict(data, list(layer.attributes.columns))
    return Inventory(layer, _filled_up(named, layer, settled_roles(data)), survey_method)


def open_earlier(source: StandSource, mapping: Path | None, method: str | None, progress: Progress) -> Inventory:
    """The inventory at the beginning of the period: by the mapping of today's where it has these columns too.

    Readings that the mapping decides, such as units, are those of today's layer alone.
    """
    inventory = open_inventory(source, None, method, progress)
    if mapping is None:
        return inventory
    data = read_json(mapping)
    columns = set(inventory.layer.attributes.columns)
    shared = {role: name for role, name in data.get("fields", data).items() if name in columns}
    named = FieldMapping.from_dict(shared, columns)
    return replace(inventory, mapping=_filled_up(named, inventory.layer, shared))


def _filled_up(named: FieldMapping, layer: VectorLayer, settled: Iterable[str]) -> FieldMapping:
    return named.filled_up(recognise_fields(layer.attributes, load_stand_tables()), settled)


def beside(layer: VectorLayer, stands: VectorLayer) -> VectorLayer:
    """``layer`` in the CRS of the stands.

    Raises
    ------
    InputError
        CRS_SHIFT_UNKNOWN: laid over the stands as it is, it would say of each what is true of its neighbour.
    """
    own, wanted = crs_of(layer), crs_of(stands)
    if same_crs(own, wanted):
        return layer
    move, extent = transformer(own, wanted), _extent_of(layer)
    if extent is not None:
        middle = np.array([[(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2]])
        if shift_is_unknown(own, wanted, middle):
            names = {"layer_crs": crs_name(own), "stands_crs": crs_name(wanted)}
            raise InputError("CRS_SHIFT_UNKNOWN", path=layer.source or layer.name, **names)
    return replace(layer, geometry=shapely.transform(layer.geometry, move), crs_wkt=stands.crs_wkt)


def geodesy_of(layer: VectorLayer) -> Geodesy:
    """Ellipsoid of a layer's CRS and the way to longitude and latitude on it."""
    move = to_lonlat(crs_of(layer))
    semi_major_m, flattening = ellipsoid(crs_of(layer))
    return Geodesy(lambda geometry: moved_or_none(geometry, move), semi_major_m, flattening)


def open_rasters(pairs: Sequence[tuple[str, str]], stands: VectorLayer) -> tuple[NamedRaster, ...]:
    """The rasters of ``NAME=PATH`` pairs.

    Raises
    ------
    UsageError
        Where two rasters have one name.
    InputError
        Where a raster cannot be used.
    """
    names = [name.casefold() for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError("RASTER_NAME_TWICE", name=name)
    extent = _extent_of(stands)
    opened: list[NamedRaster] = []
    try:
        for name, path in pairs:
            opened.append(open_raster(path, name, stands.crs_wkt, extent=extent))
    except CarbonError:
        for raster in opened:
            raster.reader.close()
        raise
    return tuple(opened)


def _extent_of(layer: VectorLayer) -> tuple[float, float, float, float] | None:
    """xmin, ymin, xmax, ymax of all outlines; None where there are none."""
    boxes = bounds_of(layer.geometry)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return None
    low, high = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    return low[0], low[1], high[0], high[1]


def survey_methods(text: str | None) -> tuple[str | None, str | None]:
    """Survey methods of the layer and of the earlier one, from ``METHOD`` or ``METHOD,METHOD0``.

    Raises
    ------
    UsageError
        Where a method is not known.
    """
    if not text:
        return None, None
    methods = [part.strip() for part in text.split(",")]
    if len(methods) > _DATES or any(method not in SURVEY_METHODS for method in methods):
        raise UsageError("SURVEY_METHOD_UNKNOWN", given=text, known=", ".join(SURVEY_METHODS))
    return methods[0], methods[-1] if len(methods) > 1 else None


def described(source: StandSource | None, layer: VectorLayer | None) -> dict[str, object] | None:
    """What the record of the run says of an input layer."""
    if source is None or layer is None:
        return None
    return {
        "source": place_name(layer.source) if layer.source else layer.name,
        "layer": layer.name,
        "rows": len(layer),
        "crs": authority(layer.crs_wkt) if layer.crs_wkt else None,
        "encoding": layer.encoding,
        "sha256": layer.source_hash,
    }


def require_all(layer: VectorLayer) -> None:
    """Refuse a layer without a single polygon.

    Raises
    ------
    InputError
        LAYER_EMPTY.
    """
    if len(layer) == 0:
        raise InputError("LAYER_EMPTY", path=layer.source or layer.name, layer=layer.name)
