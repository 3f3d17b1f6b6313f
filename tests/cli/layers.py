"""Small stand layers that tests write themselves."""

from osgeo import gdal, ogr, osr

gdal.UseExceptions()

FIELDS = {
    "XIAN": ogr.OFTString,
    "XIANG": ogr.OFTString,
    "CUN": ogr.OFTString,
    "LIN_BAN": ogr.OFTString,
    "XIAO_BAN": ogr.OFTString,
    "DI_LEI": ogr.OFTString,
    "YOU_SHI_SZ": ogr.OFTString,
    "QI_YUAN": ogr.OFTString,
    "PINGJUN_NL": ogr.OFTInteger,
    "HUO_LMGQXJ": ogr.OFTReal,
}

PINE = {
    "XIAN": "350428",
    "XIANG": "199",
    "CUN": "001",
    "LIN_BAN": "0001",
    "DI_LEI": "0111",
    "YOU_SHI_SZ": "220",
    "QI_YUAN": "21",
    "PINGJUN_NL": 25,
    "HUO_LMGQXJ": 100.0,
}


def square(x, y, side):
    return f"POLYGON(({x} {y},{x + side} {y},{x + side} {y + side},{x} {y + side},{x} {y}))"


def stand(number, **changes):
    return PINE | {"XIAO_BAN": f"{number:05d}"} | changes


def write_stands(path, rows, wkts=None, *, epsg=4527, kind=ogr.wkbPolygon, driver=None, name="stands", extra=None):
    """Write ``rows`` (dictionaries) with squares of 10 ha beside each other."""
    driver = driver or {"gpkg": "GPKG", "shp": "ESRI Shapefile", "geojson": "GeoJSON"}[path.suffix[1:]]
    reference = None
    if epsg:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
    source = ogr.GetDriverByName(driver).CreateDataSource(str(path))
    layer = source.CreateLayer(name, reference, kind)
    more = extra or {}
    for field, field_kind in (FIELDS | dict.fromkeys(more, ogr.OFTString)).items():
        layer.CreateField(ogr.FieldDefn(field, field_kind))
    side = 316.22776601683796
    for number, row in enumerate(rows):
        feature = ogr.Feature(layer.GetLayerDefn())
        for field, value in (more | row).items():
            if value is not None:
                feature.SetField(field, value)
        wkt = wkts[number] if wkts else square(39_536_000 + number % 40 * side, 2_955_000 + number // 40 * side, side)
        if wkt:
            feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
        layer.CreateFeature(feature)
    layer = source = None
    return path


TENURE = {"LD_QS": "20", "LM_QS": "20", "YU_BI_DU": "0.7", "PINGJUN_SG": "12.0", "QSZY": "否"}
"""Columns that tickets ask for."""


def write_credited(path, parcels):
    """Write parcels (scheme, id, first day, last day, WKT); none makes an empty layer."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4527)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("credited", reference, ogr.wkbPolygon)
    names = ("scheme", "scheme_id", "period_start", "period_end")
    for name in names:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    for *values, wkt in parcels:
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, value in zip(names, values, strict=True):
            feature.SetField(name, value)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
        layer.CreateFeature(feature)
    layer = source = None
    return path


def read_rows(path, layer):
    """All rows of a layer as dictionaries, geometry left out."""
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    return [feature.items() for feature in source.GetLayerByName(layer)]
