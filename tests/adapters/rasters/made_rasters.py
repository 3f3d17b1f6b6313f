"""Raster files that tests write, stands over them, and the evidence of one such stand."""

from contextlib import closing

import numpy as np
import shapely
from osgeo import gdal, osr

from sanming_carbon_plugin.adapters.rasters import open_raster
from sanming_carbon_plugin.core.rasters.evidence import evidence


def wkt(code):
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(code)
    return crs.ExportToWkt()


CGCS_39 = wkt(4527)


def write(
    path, values, *, nodata=None, epsg=4527, place=(39500000, 10, 0, 2900000, 0, -10), names=(), options=(), **more
):
    """A raster file with the values (bands, rows, columns)."""
    values = np.asarray(values)
    codes = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "float32": gdal.GDT_Float32}
    code = codes.get(values.dtype.name, gdal.GDT_Float64)
    driver = gdal.GetDriverByName("GTiff")
    file = driver.Create(str(path), values.shape[2], values.shape[1], values.shape[0], code, list(options))
    if place:
        file.SetGeoTransform(place)
    if epsg:
        file.SetProjection(wkt(epsg))
    for number, plane in enumerate(values, start=1):
        band = file.GetRasterBand(number)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if names:
            band.SetDescription(names[number - 1])
        if more.get("alpha") == number:
            band.SetColorInterpretation(gdal.GCI_AlphaBand)
        band.WriteArray(plane)
    if "mask" in more:
        file.CreateMaskBand(gdal.GMF_PER_DATASET)
        file.GetRasterBand(1).GetMaskBand().WriteArray(more["mask"])
    file = None
    return str(path)


def whole(columns=4, rows=3):
    """One stand over the whole raster."""
    return np.array([shapely.box(39500000, 2900000 - 10 * rows, 39500000 + 10 * columns, 2900000)], dtype=object)


def facts(spec, backend, geometry=None, crs=CGCS_39):
    raster = open_raster(spec, "x", crs, backend=backend)
    with closing(raster.reader):
        return evidence(["a"], whole() if geometry is None else geometry, [raster]).columns.loc["a"]


NUMBERS = np.arange(12.0, dtype=np.float32).reshape(1, 3, 4)


def scaled(path, values, scale, offset, **more):
    write(path, values, **more)
    file = gdal.Open(str(path), gdal.GA_Update)
    file.GetRasterBand(1).SetScale(scale)
    file.GetRasterBand(1).SetOffset(offset)
    file = None
    return path
