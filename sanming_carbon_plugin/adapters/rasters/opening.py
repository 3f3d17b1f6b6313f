"""Find, open and check a raster."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from ...core.errors import CarbonError, DependencyError, InputError
from ...core.issues import layer_issue
from ...core.rasters.bands import BandReader
from ...core.rasters.canopy import CanopyRecipe
from ...core.rasters.grid import Grid
from ...core.rasters.named_raster import NamedRaster
from ...core.rasters.terrain import TerrainRecipe
from ...paths import resources_dir
from .. import crs
from ..resources import read_json
from .facts import BandFacts, RasterFacts
from .ground import ground_metres
from .placing import columns_near, mover, shift_to_raster_is_unknown
from .reading import FileBands, OpenFile, TrueValues

DECODE_THREADS = 2
"""Handles that read parts of a strip side by side. GDAL's own NUM_THREADS is not used: in GDAL 3.6 it handed on
the content of a damaged tile without an error."""

ELEVATION_NAME, CANOPY_NAME = "dem", "chm"
"""The names that mark a raster as an elevation model and as canopy heights, both in metres."""

_WIDE = ("int64", "uint64")
"""Whole numbers of eight bytes are read through osgeo: rasterio 1.3 takes signed for unsigned ones and rounds their
nodata value."""

_DRIVER = re.compile(r"[A-Za-z0-9_]{2,}:")
"""Names of rasters inside a file begin so: ``NETCDF:"file.nc":height``; a single letter is a drive of Windows."""

_MOST_NAMED = 8
_AS_STORED = (1.0, 0.0)
_STRETCH_ROWS = 17
_STRETCH_OF_NOTE = 0.001
"""Gauss-Krüger and UTM stay below it in their zones, and their grids are taken as they are."""

_chosen: list[str] = []


def back_end_name() -> str:
    """The back end of this process: ``rasterio`` where it shares its GDAL with osgeo, else ``gdal``."""
    if not _chosen:
        _chosen.append(_choose())
    return _chosen[0]


def _choose() -> str:
    has_rasterio = importlib.util.find_spec("rasterio") is not None
    has_gdal = importlib.util.find_spec("osgeo") is not None
    if has_rasterio and has_gdal:
        import rasterio
        from osgeo import gdal

        return "rasterio" if rasterio.__gdal_version__ == gdal.__version__ else "gdal"
    if not (has_rasterio or has_gdal):
        raise DependencyError("LIBRARY_MISSING", library="rasterio", purpose="GeoTIFF")
    return "rasterio" if has_rasterio else "gdal"


def open_raster(
    spec: str,
    name: str,
    stands_crs_wkt: str | None,
    backend: str | None = None,
    extent: tuple[float, float, float, float] | None = None,
) -> NamedRaster:
    """Open a raster for evidence.

    Parameters
    ----------
    spec
        ``PATH``, ``PATH#2`` (band by number) or ``PATH#red`` (band by description).
    name
        What the columns begin with.
    stands_crs_wkt
        CRS of the stands, None where they state none.
    backend
        ``rasterio`` or ``gdal``; None for the one of this process.
    extent
        xmin, ymin, xmax, ymax of the stands: of a raster that is far wider, only the columns there are used.

    Raises
    ------
    InputError
        Missing, unreadable, without place, without CRS, without the band asked for.

    Notes
    -----
    Call ``raster.reader.close()`` in the end: a GDAL handle that outlives QGIS makes it crash at exit.
    """
    reader = open_bands(spec, backend, crs_needed=stands_crs_wkt is not None)
    try:
        move = mover(stands_crs_wkt, reader.grid, reader.name)
        near = None if extent is None else columns_near(reader.grid, move, extent)
        if near is not None:
            reader.narrow(*near)
        scaling = reader.scaling if any(pair != _AS_STORED for pair in reader.scaling) else ()
        doubts = _doubts(name, reader.grid, stands_crs_wkt, extent)
        raster = NamedRaster(name, reader, move, scaling=scaling, doubts=doubts)
        if name.casefold() == ELEVATION_NAME:
            return as_elevation(raster)
        return as_canopy(raster) if name.casefold() == CANOPY_NAME else raster
    except CarbonError:
        reader.close()
        raise


def _doubts(
    name: str, grid: Grid, stands_crs_wkt: str | None, extent: tuple[float, float, float, float] | None
) -> tuple[pd.DataFrame, ...]:
    """What is to be told of a raster before it is read."""
    if stands_crs_wkt is None or grid.crs_wkt is None or not shift_to_raster_is_unknown(stands_crs_wkt, grid, extent):
        return ()
    systems = {"stands": crs.crs_name(stands_crs_wkt), "raster": crs.crs_name(grid.crs_wkt)}
    return (layer_issue("RASTER_SHIFT_UNKNOWN", name, None, **systems),)


def as_elevation(raster: NamedRaster) -> NamedRaster:
    """The raster taken for an elevation model."""
    return replace(_in_metres(raster), terrain=terrain_of(raster.reader))


def as_canopy(raster: NamedRaster) -> NamedRaster:
    """The raster taken for heights of the canopy above the ground."""
    data = read_json(resources_dir() / "recipes" / "canopy.json")
    return replace(_in_metres(raster), canopy=CanopyRecipe.from_data(data))


def _in_metres(raster: NamedRaster) -> NamedRaster:
    """Heights with the factor, offset and unit that their file declares, and without cells that are none."""
    reader = raster.reader
    if not isinstance(reader, FileBands):
        return raster
    reader.heights = True
    known = read_json(resources_dir() / "recipes" / "heights.json")["metres"]
    metres = [known.get(unit.strip().casefold(), 1.0) for unit in reader.units]
    scaling = tuple((one * scale, one * offset) for one, (scale, offset) in zip(metres, reader.scaling, strict=True))
    if all(pair == _AS_STORED for pair in scaling):
        return raster
    return replace(raster, reader=TrueValues(reader, scaling), scaling=())


def terrain_of(dem: BandReader) -> TerrainRecipe:
    """What to find out from the elevation model, with the length of its units."""
    grid, wkt = dem.grid, dem.grid.crs_wkt
    metres = 1.0 if wkt is None else crs.metres_per_unit(wkt)
    stretch: tuple[tuple[float, float, float], ...] = ()
    if wkt is not None and np.isfinite(metres):
        rows = np.linspace(0, grid.height, _STRETCH_ROWS)
        found = ground_metres(wkt, grid.to_map(np.column_stack([np.full(len(rows), grid.width / 2), rows])))
        if (np.abs(found / metres - 1.0) > _STRETCH_OF_NOTE).any():
            stretch = tuple(
                (float(row), float(east), float(north)) for row, (east, north) in zip(rows, found, strict=True)
            )
    return TerrainRecipe.from_data(read_json(resources_dir() / "recipes" / "terrain.json"), metres, stretch)


def open_bands(spec: str, backend: str | None = None, *, crs_needed: bool = True) -> FileBands:
    """Open chosen bands of a raster without regard to any stands."""
    path, wanted = _path_and_band(spec)
    if _is_local(path) and not _exists(path):
        raise InputError("RASTER_MISSING", path=path)
    files, module = _opened(path, backend or back_end_name())
    try:
        grid, bands = _checked(files[0].facts, wanted, crs_needed=crs_needed)
    except CarbonError:
        for file in files:
            file.close()
        raise
    return FileBands(files, grid, bands, module.READ_ERRORS)


def _checked(facts: RasterFacts, wanted: str | None, *, crs_needed: bool) -> tuple[Grid, list[BandFacts]]:
    path = facts.path
    if not facts.bands:
        raise InputError("RASTER_WITHOUT_BANDS", path=path, inside=", ".join(facts.inside[:_MOST_NAMED]) or "-")
    if facts.transform is None or not _has_cells(facts.transform):
        raise InputError("RASTER_WITHOUT_PLACE", path=path)
    if facts.crs_wkt is None and crs_needed:
        raise InputError("RASTER_WITHOUT_CRS", path=path)
    return Grid(facts.width, facts.height, facts.transform, facts.crs_wkt), _chosen_bands(facts, wanted)


def _has_cells(transform: tuple[float, float, float, float, float, float]) -> bool:
    """Whether cells have an area and a place: a file may declare cells of size 0, or no number at all."""
    _, width, row_turn, _, column_turn, height = transform
    return bool(np.isfinite(transform).all()) and width * height != row_turn * column_turn


def _opened(path: str, backend: str) -> tuple[list[OpenFile], ModuleType]:
    """Handles of a file, and the back end they are of."""
    module = _module(backend)
    try:
        first = module.OpenRaster(path)
        if backend == "rasterio" and any(band.dtype in _WIDE for band in first.facts.bands):
            first.close()
            return _opened(path, "gdal")
        return [first, *(module.OpenRaster(path) for _ in range(DECODE_THREADS - 1))], module
    except module.READ_ERRORS as error:
        raise InputError("RASTER_FORMAT", path=path, reason=str(error)) from error


def _module(backend: str) -> ModuleType:
    # With import statements: QGIS notes them, and forgets these modules with the plugin.
    if backend == "rasterio":
        from . import rasterio_back_end

        return rasterio_back_end
    from . import gdal_back_end

    return gdal_back_end


def _is_local(path: str) -> bool:
    """Whether the text can only be the path of a file."""
    if path.startswith("/vsi") or "://" in path or path.lstrip().startswith("<"):
        return False
    return _DRIVER.match(path) is None


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # longer than any name can be
        return False


def _path_and_band(spec: str) -> tuple[str, str | None]:
    path, mark, band = spec.rpartition("#")
    if not mark or (_is_local(spec) and _exists(spec)):
        return spec, None
    return path, band


def _chosen_bands(facts: RasterFacts, wanted: str | None) -> list[BandFacts]:
    usable = [band for band in facts.bands if not band.is_alpha] or list(facts.bands)
    if wanted is None:
        chosen = usable
    elif wanted.isascii() and wanted.isdigit():
        chosen = [band for band in facts.bands if band.number == int(wanted)]
    else:
        folded = wanted.casefold() or None
        chosen = [band for band in facts.bands if band.description.casefold() == folded][:1]
    if not chosen:
        known = ", ".join(band.description or str(band.number) for band in facts.bands)
        raise InputError("RASTER_BAND_UNKNOWN", path=facts.path, band=wanted, known=known)
    for band in chosen:
        if band.dtype.startswith("complex"):
            raise InputError("RASTER_COMPLEX", path=facts.path, band=band.number)
    return chosen
