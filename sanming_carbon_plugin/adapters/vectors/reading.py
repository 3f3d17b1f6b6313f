"""Opening any vector source and reading one layer of polygons from it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import shapely

from ...core.errors import DependencyError, InputError, UsageError
from ...core.progress import Progress
from ...core.stands.layer import VectorLayer
from ...core.stands.packed import bounds_of
from .. import crs
from ..dbf import read_dbf
from ..encodings import declared_encoding, required_codec, sidecars
from ..hashes import sha256_of_rows
from .columns import TextClues, attributes_from_raw
from .geometries import Geometries, PackedWkb, Packing, Simplify, polygons_from_wkb, seen_kinds
from .notes import layer_note
from .raw import LayerInfo, RawLayer
from .sources import Source, located

OSGEO, PYOGRIO = "osgeo", "pyogrio"


class Dataset(Protocol):
    """An open source, whichever back end opened it."""

    def layers(self) -> list[LayerInfo]:
        """Every layer of the source."""

    def read(self, name: str, progress: Progress, deleted_rows: int, packing: Packing) -> RawLayer:
        """All rows of layer ``name``; GDAL's row count of a shapefile includes the deleted ones."""


def read_layer(
    path: str | Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    backend: str | None = None,
    crs_wkt: str | None = None,
    progress: Progress | None = None,
    packed: bool = False,
    rows_alone: bool = False,
) -> VectorLayer:
    """Rows of a polygon layer, in the source's order, with nothing repaired.

    Parameters
    ----------
    path
        A file, folder or archive of any vector format of GDAL, or a connection such as ``PG:dbname=…``.
    layer
        Name of the layer; needed only where the source holds several layers of polygons.
    encoding
        Text encoding, where the user knows better than the bytes.
    backend
        ``osgeo`` or ``pyogrio``; by default what is installed without bringing a second GDAL.
    crs_wkt
        Coordinate system that the user has assigned, in place of the one the source states.
    progress
        Told the share of rows read.
    packed
        Hand over the outlines packed, never all of them as geometries; for work that needs little else of them.
    rows_alone
        Read the rows also where not one outline is a polygon in the area of its CRS: for those who look at each
        outline themselves.

    Raises
    ------
    InputError
        ``INPUT_NOT_FOUND``, ``INPUT_NOT_READABLE``, ``INPUT_PART_MISSING``, ``INPUT_DAMAGED``,
        ``LAYER_NOT_FOUND``, ``LAYER_AMBIGUOUS``, ``LAYER_EMPTY``, ``NOT_POLYGONS``, ``CRS_MISSING``,
        ``CRS_NOT_GEOREFERENCED``, ``CRS_EXTENT_MISMATCH``, ``CRS_AXES_EXCHANGED``, ``ENCODING_UNKNOWN``,
        ``ENCODING_WRONG``.
    """
    progress = progress or Progress()
    if encoding is not None:
        required_codec(encoding)  # a misspelt name is told also where the format fixes the encoding
    with located(path, layer, encoding) as source:
        # A database has no file by whose bytes it is known again: its rows are needed for that.
        packing = (lambda rows: PackedWkb(rows, _simplifier())) if packed and source.files else None
        with _opened(source, backend) as dataset:
            chosen = _chosen_layer(dataset.layers(), layer, source)
            raw = dataset.read(chosen.name, progress, _deleted_rows(source), packing)
        raw.crs_wkt = crs_wkt or raw.crs_wkt
        clues = _clues(source, encoding)
        return layer_from_raw(raw, source.shown, clues, source_hash=source.content_hash(), rows_alone=rows_alone)


def _deleted_rows(source: Source) -> int:
    if not source.is_shapefile:
        return 0
    table = read_dbf(sidecars(source.files[0], ".dbf")[0])
    return 0 if table is None else table.deleted_rows


def _clues(source: Source, encoding: str | None) -> TextClues:
    if not source.is_shapefile:
        return TextClues()
    shapefile = source.files[0]
    return TextClues(sidecars(shapefile, ".dbf")[0], encoding, declared_encoding(shapefile))


def list_layers(path: str | Path, *, backend: str | None = None) -> list[LayerInfo]:
    """The layers a source holds, polygons or not.

    Raises
    ------
    InputError
        As :func:`read_layer` for a source that cannot be opened.
    """
    with located(path, None, None) as source, _opened(source, backend) as dataset:
        return dataset.layers()


def _opened(source: Source, backend: str | None) -> AbstractContextManager[Dataset]:
    name = backend or _default_backend()
    if name == OSGEO:
        from .with_osgeo import OsgeoDataset

        return OsgeoDataset(source.location, source.open_options, source.shown)
    if name == PYOGRIO:
        from .with_pyogrio import PyogrioDataset

        return PyogrioDataset(source.location, source.open_options, source.shown)
    raise UsageError("BACKEND_UNKNOWN", backend=name)


def _default_backend() -> str:
    """The distribution's pyogrio where it shares GDAL with the system, else GDAL's own bindings.

    Never pyogrio inside QGIS: on import it takes over GDAL's error handler for the whole process, and its
    handler fails on messages that are not UTF-8, so that QGIS's own reading of a GBK shapefile breaks.
    """
    has_osgeo = importlib.util.find_spec("osgeo") is not None
    if _shared_pyogrio() and not (has_osgeo and "qgis.core" in sys.modules):
        return PYOGRIO
    if has_osgeo:
        return OSGEO
    raise DependencyError("LIBRARY_MISSING", library="osgeo (GDAL)", purpose="GIS")


def _shared_pyogrio() -> bool:
    """Whether pyogrio is there and brings no libraries of its own, as its wheels do."""
    found = importlib.util.find_spec("pyogrio")
    if found is None or not found.submodule_search_locations:
        return False
    folder = Path(found.submodule_search_locations[0])
    return not (folder.parent / "pyogrio.libs").exists() and not (folder / ".dylibs").exists()


def _simplifier() -> Simplify | None:
    if importlib.util.find_spec("osgeo") is None:
        return None
    from .with_osgeo import plain_wkb

    return plain_wkb


def _chosen_layer(layers: Sequence[LayerInfo], wanted: str | None, source: Source) -> LayerInfo:
    if not layers:
        raise InputError("INPUT_NOT_READABLE", path=source.shown, reason="it holds no vector layer")
    if wanted is not None:
        found = [info for info in layers if info.name == wanted] or [
            info for info in layers if info.name.casefold() == wanted.casefold()
        ]
        if not found and len(layers) == 1 and Path(source.location).stem.casefold() == wanted.casefold():
            found = list(layers)  # the name chose the file in a folder or archive already
        if not found:
            names = [info.name for info in layers]
            raise InputError("LAYER_NOT_FOUND", path=source.shown, layer=wanted, layers=names)
        chosen = found[0]
    else:
        usable = [info for info in layers if info.may_hold_polygons]
        if len(usable) > 1:
            raise InputError("LAYER_AMBIGUOUS", path=source.shown, layers=[info.name for info in usable])
        if not usable:
            kinds = ["{} ({})".format(info.name, info.geometry_type) for info in layers]
            raise InputError("NOT_POLYGONS", path=source.shown, found=kinds)
        chosen = usable[0]
    if not chosen.may_hold_polygons:
        raise InputError("NOT_POLYGONS", path=source.shown, found=[chosen.geometry_type])
    return chosen


def layer_from_raw(
    raw: RawLayer, shown: str, clues: TextClues, source_hash: str = "", *, rows_alone: bool = False
) -> VectorLayer:
    """Decode, check and put together what a back end or QGIS handed over; its ``wkb`` is used up.

    Raises
    ------
    InputError
        ``LAYER_EMPTY``, ``NOT_POLYGONS``, and those of :func:`require_crs` and of the decoding.
    """
    if not len(raw.wkb):
        raise InputError("LAYER_EMPTY", path=shown, layer=raw.name)
    attributes = attributes_from_raw(raw.columns, clues, len(raw.wkb), shown)
    if isinstance(raw.wkb, PackedWkb):
        outlines, geometry_notes = raw.wkb.outlines()
        geometry = cast("Geometries", outlines)  # stands in for an array wherever one is wanted
        require_polygons(outlines.kind < 0, raw.wkb.kinds, shown)
    else:
        source_hash = source_hash or sha256_of_rows(attributes.table, raw.wkb)
        kinds = seen_kinds(raw.wkb)
        geometry, geometry_notes = polygons_from_wkb(raw.wkb, _simplifier(), release=True)
        if not rows_alone:
            require_polygons(shapely.is_missing(geometry), kinds, shown)
    crs_wkt = require_crs(raw.crs_wkt, geometry, shown, anywhere=rows_alone)
    return VectorLayer(
        name=raw.name,
        attributes=attributes.table,
        field_types=attributes.field_types,
        geometry=geometry,
        crs_wkt=crs_wkt,
        encoding=attributes.encoding,
        source=shown,
        source_hash=source_hash,
        notes=tuple(attributes.notes + geometry_notes + [layer_note("FIELD_SKIPPED", 1, name) for name in raw.skipped]),
    )


def require_polygons(is_missing: npt.NDArray[np.bool_], kinds: Collection[int], shown: str) -> None:
    """Refuse a layer where not one row is a polygon; ``kinds`` are the flat OGR types of its geometries.

    Raises
    ------
    InputError
        ``NOT_POLYGONS`` with the kinds found.
    """
    if not is_missing.all():
        return
    names = sorted({_KIND_NAMES.get(kind, "unreadable") for kind in kinds if kind >= 0})
    raise InputError("NOT_POLYGONS", path=shown, found=names or ["NULL"])


_KIND_NAMES = {
    1: "Point",
    2: "LineString",
    3: "empty Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "empty Polygon",
}


def require_crs(crs_wkt: str | None, geometry: Geometries, shown: str, *, anywhere: bool = False) -> str:
    """The CRS, refused where it is missing, local, or (unless they may lie ``anywhere``) of other coordinates.

    Raises
    ------
    InputError
        ``CRS_MISSING``, ``CRS_NOT_GEOREFERENCED``, ``CRS_EXTENT_MISMATCH``; each names likely candidates, if any, or
        ``CRS_AXES_EXCHANGED`` where coordinates fit one only with northing and easting exchanged.
    """
    extent = middle_extent(geometry)
    likely = ["{} ({})".format(*item) for item in crs.candidates(extent)]
    where = {"path": shown, "x": round((extent[0] + extent[2]) / 2, 4), "y": round((extent[1] + extent[3]) / 2, 4)}
    if not likely and not anywhere:
        _require_order(crs_wkt, extent, where)
    if not crs_wkt or crs.is_undefined(crs_wkt):
        raise InputError("CRS_MISSING", candidates=likely, **where)
    if not crs.is_georeferenced(crs_wkt):
        raise InputError("CRS_NOT_GEOREFERENCED", crs=crs.crs_name(crs_wkt), candidates=likely, **where)
    if not anywhere and crs.extent_mismatch(crs_wkt, extent):
        raise InputError("CRS_EXTENT_MISMATCH", crs=crs.crs_name(crs_wkt), candidates=likely, **where)
    return crs_wkt


def _require_order(crs_wkt: str | None, extent: crs.Extent, where: dict[str, object]) -> None:
    """Refuse coordinates that were written northing first, as surveyors write them, where that is plain to see."""
    exchanged = (extent[1], extent[0], extent[3], extent[2])
    fitting = crs.candidates(exchanged)
    known = crs_wkt and not crs.is_undefined(crs_wkt) and crs.is_georeferenced(crs_wkt)
    if fitting and not (known and not crs.extent_mismatch(str(crs_wkt), extent)):
        raise InputError("CRS_AXES_EXCHANGED", candidates=["{} ({})".format(*item) for item in fitting], **where)


def middle_extent(geometry: Geometries) -> crs.Extent:
    """Extent of the middle nine tenths of the polygons, so that one stray stand does not speak for all."""
    bounds = bounds_of(geometry)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return (np.nan, np.nan, np.nan, np.nan)
    low = np.quantile(bounds[:, :2], 0.05, axis=0)
    high = np.quantile(bounds[:, 2:], 0.95, axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
