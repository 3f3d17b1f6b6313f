"""Small vector files of every kind, made for the tests."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from osgeo import gdal, ogr, osr

X0, Y0 = 39_565_000.0, 2_920_000.0
"""A spot near Youxi in EPSG:4527."""

SPECIES = ("马尾松", "杉木", "阔叶树")


def square(number: int = 0, x0: float = X0, y0: float = Y0, side: float = 100.0) -> str:
    """WKT of the ``number``-th square of a row of squares."""
    x = x0 + number * side
    corners = ((x, y0), (x, y0 + side), (x + side, y0 + side), (x + side, y0), (x, y0))
    return "POLYGON((" + ", ".join("{:.10g} {:.10g}".format(*corner) for corner in corners) + "))"


def reference(epsg: int | None) -> osr.SpatialReference | None:
    if epsg is None:
        return None
    result = osr.SpatialReference()
    result.ImportFromEPSG(epsg)
    result.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return result


def field(name: str, kind: int = ogr.OFTString, width: int = 0, precision: int = 0, subtype: int = 0):
    definition = ogr.FieldDefn(name, kind)
    definition.SetWidth(width)
    definition.SetPrecision(precision)
    definition.SetSubType(subtype)
    return definition


def write(
    path: Path,
    driver: str = "ESRI Shapefile",
    *,
    fields: Sequence = (),
    rows: Sequence[Sequence] = (),
    shapes: Sequence[str | bytes | None] = (),
    epsg: int | None = 4527,
    kind: int = ogr.wkbPolygon,
    options: Sequence[str] = (),
    layer: str | None = None,
    append: bool = False,
) -> Path:
    """Write a layer; a shape is WKT, WKB or None, a value None is NULL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if append:
        dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    else:
        dataset = gdal.GetDriverByName(driver).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    if driver == "ESRI Shapefile" and not any(option.startswith("ENCODING=") for option in options):
        # Inside a QGIS process GDAL would take another encoding than outside.
        options = [*options, "ENCODING=UTF-8"]
    target = dataset.CreateLayer(layer or path.stem, reference(epsg), kind, list(options))
    for definition in fields:
        target.CreateField(definition)
    definition = target.GetLayerDefn()
    for number, shape in enumerate(shapes):
        feature = ogr.Feature(definition)
        for position, value in enumerate(rows[number] if rows else ()):
            if value is None:
                feature.SetFieldNull(position)
            elif isinstance(value, bytes):
                feature.SetFieldBinaryFromHexString(position, value.hex())
            else:
                feature.SetField(position, value)
        if isinstance(shape, bytes):
            feature.SetGeometry(ogr.CreateGeometryFromWkb(shape))
        elif shape is not None:
            feature.SetGeometry(ogr.CreateGeometryFromWkt(shape))
        target.CreateFeature(feature)
    target = None
    dataset = None
    gdal.PopErrorHandler()
    return path


def stands(path: Path, driver: str = "ESRI Shapefile", **more) -> Path:
    """Three stands with Chinese text, a NULL in every type and a true zero."""
    fields = [
        field("树种", width=20),
        field("XIAO_BAN", ogr.OFTInteger, 9),
        field("HUO_LMGQXJ", ogr.OFTReal, 12, 2),
    ]
    rows = [(SPECIES[0], 1, 0.0), (None, None, None), (SPECIES[2], 3, 112.5)]
    return write(path, driver, **{"fields": fields, "rows": rows, "shapes": [square(i) for i in range(3)], **more})


def dbf(
    fields: Sequence[tuple[bytes, bytes, int, int]], rows: Sequence[Sequence[bytes]], language_driver: int = 0
) -> bytes:
    """Bytes of a DBF file: fields are name, type, width, decimals; values are put in as they are."""
    width = 1 + sum(item[2] for item in fields)
    head = 32 + 32 * len(fields) + 1
    out = struct.pack("<BBBBIHH17xB2x", 3, 124, 1, 1, len(rows), head, width, language_driver)
    for name, kind, size, decimals in fields:
        out += struct.pack("<11sc4xBB14x", name[:11], kind, size, decimals)
    out += b"\r"
    for row in rows:
        out += b" "
        for value, (_, kind, size, _) in zip(row, fields, strict=True):
            out += (value.rjust(size) if kind in b"NF" else value.ljust(size))[:size]
    return out + b"\x1a"


def raw_shapefile(
    path: Path,
    fields: Sequence[tuple[bytes, bytes, int, int]],
    rows: Sequence[Sequence[bytes]],
    *,
    cpg: str | None = None,
    language_driver: int = 0,
    epsg: int | None = 4527,
) -> Path:
    """A shapefile of squares whose DBF holds exactly the bytes given."""
    write(path, shapes=[square(i) for i in range(len(rows))], epsg=epsg)
    path.with_suffix(".dbf").write_bytes(dbf(fields, rows, language_driver))
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path
