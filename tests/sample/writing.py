"""Files: GeoPackages, GeoTIFFs and the GBK shapefile, the same bytes on every run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from osgeo import gdal, ogr, osr

from .place import EPSG, Grid

MOMENT = "2021-01-15T00:00:00.000Z"
KINDS = {"integer": ogr.OFTInteger, "real": ogr.OFTReal, "date": ogr.OFTDate, "text": ogr.OFTString}


def crs() -> osr.SpatialReference:
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(EPSG)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference


def write_layer(
    path: Path, layer: str, table: pd.DataFrame, geometry: np.ndarray, fields: dict[str, tuple[str, int, int]]
) -> None:
    """Write one GeoPackage with one layer; None and NaN become NULL."""
    gdal.UseExceptions()
    gdal.SetConfigOption("OGR_CURRENT_DATE", MOMENT)
    path.unlink(missing_ok=True)
    try:
        source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        fill_layer(source.CreateLayer(layer, crs(), common_type(geometry)), table, geometry, fields)
        source = None
    finally:
        gdal.SetConfigOption("OGR_CURRENT_DATE", None)


def common_type(geometry: np.ndarray) -> int:
    return ogr.wkbPolygon if (shapely.get_type_id(geometry) == 3).all() else ogr.wkbMultiPolygon


def fill_layer(
    target: ogr.Layer, table: pd.DataFrame, geometry: np.ndarray, fields: dict[str, tuple[str, int, int]]
) -> None:
    for name, (kind, width, precision) in fields.items():
        definition = ogr.FieldDefn(name, KINDS[kind])
        definition.SetWidth(width)
        if precision:
            definition.SetPrecision(precision)
        target.CreateField(definition)
    if target.GetGeomType() == ogr.wkbMultiPolygon:
        geometry = np.array([shapely.multipolygons([g]) if g.geom_type == "Polygon" else g for g in geometry])
    target.StartTransaction()
    for values, wkb in zip(table[list(fields)].itertuples(index=False), shapely.to_wkb(geometry), strict=True):
        feature = ogr.Feature(target.GetLayerDefn())
        for number, (value, (kind, _, _)) in enumerate(zip(values, fields.values(), strict=True)):
            if value is None or (isinstance(value, float) and np.isnan(value)):
                feature.SetFieldNull(number)
            elif kind == "integer":
                feature.SetField(number, int(value))
            elif kind == "real":
                feature.SetField(number, float(value))
            else:
                feature.SetField(number, str(value))
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb))
        target.CreateFeature(feature)
    target.CommitTransaction()


def write_shapefile_gbk(
    path: Path, table: pd.DataFrame, geometry: np.ndarray, fields: dict[str, tuple[str, int, int]]
) -> None:
    """Write the shapefile as old office software does: GBK text, no .cpg, language byte 0."""
    gdal.UseExceptions()
    for old in path.parent.glob(f"{path.stem}.*"):
        old.unlink()
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(path))
    target = source.CreateLayer(path.stem, crs(), ogr.wkbPolygon, ["ENCODING=GBK", "DBF_DATE_LAST_UPDATE=2021-01-15"])
    fill_layer(target, table, geometry, fields)
    target = source = None
    path.with_suffix(".cpg").unlink(missing_ok=True)
    content = bytearray(path.with_suffix(".dbf").read_bytes())
    content[29] = 0
    path.with_suffix(".dbf").write_bytes(content)


def write_raster(path: Path, bands: np.ndarray, grid: Grid, names: list[str], nodata: float, text: str) -> None:
    """Write a deflated, tiled GeoTIFF with band descriptions."""
    gdal.UseExceptions()
    kind = {"uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "uint8": gdal.GDT_Byte}[str(bands.dtype)]
    path.unlink(missing_ok=True)
    options = ["COMPRESS=DEFLATE", "ZLEVEL=9", "PREDICTOR=2", "TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"]
    options += ["INTERLEAVE=BAND"]
    target = gdal.GetDriverByName("GTiff").Create(str(path), grid.cols, grid.rows, len(bands), kind, options)
    target.SetGeoTransform(grid.transform)
    target.SetProjection(crs().ExportToWkt())
    target.SetMetadataItem("TIFFTAG_IMAGEDESCRIPTION", text)
    for number, (values, name) in enumerate(zip(bands, names, strict=True), start=1):
        band = target.GetRasterBand(number)
        band.SetNoDataValue(nodata)
        band.SetDescription(name)
        band.WriteArray(values)
    target = None


def rasterise(geometry: np.ndarray, values: np.ndarray, grid: Grid, empty: float) -> np.ndarray:
    """Burn one value per geometry where the middle of a cell lies inside."""
    memory = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = memory.CreateLayer("x", crs(), ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn("v", ogr.OFTReal))
    for value, wkb in zip(values, shapely.to_wkb(geometry), strict=True):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, float(value))
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb))
        layer.CreateFeature(feature)
    raster = gdal.GetDriverByName("MEM").Create("", grid.cols, grid.rows, 1, gdal.GDT_Float32)
    raster.SetGeoTransform(grid.transform)
    raster.SetProjection(crs().ExportToWkt())
    raster.GetRasterBand(1).Fill(empty)
    gdal.RasterizeLayer(raster, [1], layer, options=["ATTRIBUTE=v"])
    return raster.ReadAsArray()
