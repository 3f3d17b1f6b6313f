"""Files with something missing or broken, and coordinates that cannot be."""

import zipfile
from pathlib import Path

from hostile_cases import HOSTILE, Build, fails_with
from made_layers import X0, Y0, field, square, stands, write
from osgeo import gdal, ogr

# Files with something missing or broken


@fails_with("INPUT_NOT_FOUND")
def no_such_file(folder: Path) -> Path:
    return folder / "没有.shp"


@fails_with("INPUT_PART_MISSING")
def shx_missing(folder: Path) -> Path:
    path = stands(folder / "a.shp")
    path.with_suffix(".shx").unlink()
    return path


@fails_with("INPUT_PART_MISSING")
def dbf_missing(folder: Path) -> Path:
    path = stands(folder / "a.shp")
    path.with_suffix(".dbf").unlink()
    return path


@fails_with("CRS_MISSING")
def prj_missing(folder: Path) -> Path:
    path = stands(folder / "a.shp")
    path.with_suffix(".prj").unlink()
    return path


@fails_with("CRS_MISSING")
def prj_empty(folder: Path) -> Path:
    path = stands(folder / "a.shp")
    path.with_suffix(".prj").write_text("", encoding="ascii")
    return path


@fails_with("CRS_MISSING")
def prj_nonsense(folder: Path) -> Path:
    path = stands(folder / "a.shp")
    path.with_suffix(".prj").write_text("三明坐标系", encoding="utf-8")
    return path


@fails_with("CRS_NOT_GEOREFERENCED")
def local_coordinate_system(folder: Path) -> Path:
    path = stands(folder / "a.shp")
    path.with_suffix(".prj").write_text('LOCAL_CS["CAD",UNIT["Meter",1]]', encoding="ascii")
    return path


def _truncated(suffix: str, keep: float) -> Build:
    def build(folder: Path) -> Path:
        path = write(
            folder / "a.shp",
            fields=[field("t", width=40)],
            rows=[("马尾松",)] * 50,
            shapes=[square(i) for i in range(50)],
            options=["ENCODING=UTF-8"],
        )
        part = path.with_suffix(suffix)
        part.write_bytes(part.read_bytes()[: int(part.stat().st_size * keep)])
        return path

    return build


HOSTILE["shp_cut_in_half"] = _truncated(".shp", 0.5), "INPUT_DAMAGED"
HOSTILE["dbf_cut_in_half"] = _truncated(".dbf", 0.5), "INPUT_DAMAGED"
HOSTILE["shx_cut_in_half"] = _truncated(".shx", 0.5), "INPUT_NOT_READABLE"
HOSTILE["shp_head_only"] = _truncated(".shp", 0.01), "INPUT_DAMAGED"
HOSTILE["shp_empty_file"] = _truncated(".shp", 0), "INPUT_NOT_READABLE"
HOSTILE["dbf_empty_file"] = _truncated(".dbf", 0), "INPUT_NOT_READABLE"


@fails_with("INPUT_NOT_READABLE")
def geopackage_cut(folder: Path) -> Path:
    path = stands(folder / "a.gpkg", "GPKG")
    path.write_bytes(path.read_bytes()[:20_000])
    return path


@fails_with("INPUT_DAMAGED")
def geopackage_with_a_spoilt_page(folder: Path) -> Path:
    rows = [("马尾松" * 40,)] * 400
    path = write(folder / "a.gpkg", "GPKG", fields=[field("t")], rows=rows, shapes=[square(i) for i in range(400)])
    data = bytearray(path.read_bytes())
    spot = data.index("马尾松".encode(), len(data) // 3) // 4096 * 4096
    data[spot : spot + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    return path


@fails_with("INPUT_DAMAGED")
def flatgeobuf_cut(folder: Path) -> Path:
    path = stands(folder / "a.fgb", "FlatGeobuf", options=["SPATIAL_INDEX=NO"])
    path.write_bytes(path.read_bytes()[:-150])
    return path


@fails_with("INPUT_NOT_READABLE")
def geojson_cut(folder: Path) -> Path:
    path = stands(folder / "a.geojson", "GeoJSON")
    path.write_bytes(path.read_bytes()[:-200])
    return path


@fails_with("INPUT_NOT_READABLE")
def a_picture(folder: Path) -> Path:
    path = folder / "图.shp"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    path.with_suffix(".shx").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    path.with_suffix(".dbf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    return path


@fails_with("INPUT_NOT_READABLE")
def a_raster(folder: Path) -> Path:
    path = folder / "dem.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 4, 4, 1)
    dataset.FlushCache()
    return path


@fails_with("INPUT_NOT_READABLE")
def an_archive_without_layers(folder: Path) -> Path:
    path = folder / "空.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("说明.txt", "没有图层")
    return path


@fails_with("INPUT_NOT_READABLE")
def an_archive_cut(folder: Path) -> Path:
    stands(folder / "a.gpkg", "GPKG")
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.write(folder / "a.gpkg", "a.gpkg")
    path.write_bytes(path.read_bytes()[:-2000])
    return path


@fails_with("INPUT_NOT_READABLE")
def an_empty_folder(folder: Path) -> Path:
    place = folder / "空"
    place.mkdir()
    return place


@fails_with("LAYER_EMPTY")
def no_rows(folder: Path) -> Path:
    return write(folder / "a.gpkg", "GPKG", fields=[field("t")])


@fails_with("LAYER_EMPTY")
def no_rows_in_flatgeobuf(folder: Path) -> Path:
    return write(folder / "a.fgb", "FlatGeobuf", fields=[field("t")])


@fails_with("NOT_POLYGONS")
def lines(folder: Path) -> Path:
    return write(folder / "a.gpkg", "GPKG", kind=ogr.wkbLineString, shapes=["LINESTRING(0 0, 1 1)"])


@fails_with("NOT_POLYGONS")
def points_in_a_layer_of_any_kind(folder: Path) -> Path:
    return write(folder / "a.geojson", "GeoJSON", kind=ogr.wkbUnknown, shapes=["POINT(117 26)"], epsg=4326)


@fails_with("NOT_POLYGONS")
def a_table_without_geometry(folder: Path) -> Path:
    path = folder / "表.csv"
    path.write_text("XIAO_BAN,V\n1,2\n", encoding="utf-8")
    return path


@fails_with("NOT_POLYGONS")
def only_null_geometries(folder: Path) -> Path:
    return write(folder / "a.gpkg", "GPKG", shapes=[None, None])


# Coordinates


@fails_with("CRS_EXTENT_MISMATCH")
def metres_called_degrees(folder: Path) -> Path:
    return stands(folder / "a.shp", epsg=4490)


@fails_with("CRS_EXTENT_MISMATCH")
def metres_in_geojson_without_crs(folder: Path) -> Path:
    return stands(folder / "a.geojson", "GeoJSON", epsg=None)


@fails_with("CRS_EXTENT_MISMATCH")
def zone_prefix_called_central_meridian(folder: Path) -> Path:
    return stands(folder / "a.shp", epsg=4548)


@fails_with("CRS_EXTENT_MISMATCH")
def central_meridian_called_zone_prefix(folder: Path) -> Path:
    return stands(folder / "a.shp", shapes=[square(i, X0 - 39_000_000) for i in range(3)])


@fails_with("CRS_EXTENT_MISMATCH")
def degrees_called_metres(folder: Path) -> Path:
    return stands(folder / "a.shp", shapes=[square(i, 117.5, 26.5, 0.001) for i in range(3)])


@fails_with("CRS_AXES_EXCHANGED")
def northing_before_easting(folder: Path) -> Path:
    return stands(folder / "a.shp", shapes=[square(i, Y0, X0, 100) for i in range(3)])


@fails_with("CRS_AXES_EXCHANGED")
def northing_before_easting_without_crs(folder: Path) -> Path:
    return stands(folder / "a.shp", epsg=None, shapes=[square(i, Y0, X0, 100) for i in range(3)])


@fails_with("CRS_AXES_EXCHANGED")
def latitude_before_longitude(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", epsg=4490, shapes=[square(i, 26.5, 117.5, 0.001) for i in range(3)])
