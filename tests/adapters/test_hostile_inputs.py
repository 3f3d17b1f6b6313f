"""What offices really hand in: every input loads right, or fails with one clear line."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from made_layers import SPECIES, X0, Y0, dbf, field, raw_shapefile, square, stands, write
from osgeo import gdal, ogr

from sanming_carbon_plugin.adapters.resources import render_error
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.layer import VectorLayer

pytestmark = pytest.mark.everywhere

Build = Callable[[Path], Path]
HOSTILE: dict[str, tuple[Build, str | Callable[[VectorLayer], None]]] = {}


def fails_with(code: str):
    def register(build: Build) -> Build:
        HOSTILE[build.__name__] = build, code
        return build

    return register


def loads(check: Callable[[VectorLayer], None]):
    def register(build: Build) -> Build:
        HOSTILE[build.__name__] = build, check
        return build

    return register


def codes(layer: VectorLayer) -> list[str]:
    return [str(note["code"].iloc[0]) for note in layer.notes]


def rows_of(layer: VectorLayer, code: str) -> tuple[int, ...]:
    return next(note["params"].iloc[0]["rows"] for note in layer.notes if note["code"].iloc[0] == code)


# Text: encodings × states of .cpg and of the language driver byte

TEXT = [text.encode("gbk") for text in SPECIES]
TEXT_UTF8 = [text.encode() for text in SPECIES]
NAME_GBK, NAME_UTF8 = "树种".encode("gbk"), "树种".encode()


def _text_case(name: str, encoding: str, cpg: str | None, language_driver: int, note: str | None) -> None:
    def build(folder: Path) -> Path:
        gbk = encoding == "GB18030"
        fields = [(NAME_GBK if gbk else NAME_UTF8, b"C", 20, 0), (b"V", b"N", 10, 2)]
        rows = [(text, b"1.5") for text in (TEXT if gbk else TEXT_UTF8)]
        return raw_shapefile(folder / "小班.shp", fields, rows, cpg=cpg, language_driver=language_driver)

    def check(layer: VectorLayer) -> None:
        assert layer.attributes["树种"].tolist() == list(SPECIES)
        assert layer.encoding == encoding
        assert codes(layer) == ([note] if note else [])

    HOSTILE[name] = build, check


for _encoding, _right, _wrong in (("GB18030", "GBK", "UTF-8"), ("UTF-8", "UTF-8", "GBK")):
    _text_case("text_{}_cpg_right".format(_encoding), _encoding, _right, 0, None)
    _text_case("text_{}_cpg_wrong".format(_encoding), _encoding, _wrong, 0, "ENCODING_OVERRULED")
    _text_case("text_{}_cpg_missing".format(_encoding), _encoding, None, 0, "ENCODING_DETECTED")
    _text_case("text_{}_cpg_latin".format(_encoding), _encoding, "1252", 0, "ENCODING_OVERRULED")
    _text_case("text_{}_cpg_nonsense".format(_encoding), _encoding, "???", 0, "ENCODING_DETECTED")
    _text_case("text_{}_cpg_empty".format(_encoding), _encoding, "", 0, "ENCODING_DETECTED")
_text_case("text_gbk_language_driver", "GB18030", None, 0x4D, None)
_text_case("text_utf8_language_driver_gbk", "UTF-8", None, 0x4D, "ENCODING_OVERRULED")
_text_case("text_gbk_language_driver_latin", "GB18030", None, 0x57, "ENCODING_OVERRULED")


def _cut(layer: VectorLayer) -> None:
    assert layer.attributes["SZ"].tolist() == ["马尾", "杉木", "阔叶"]
    assert layer.encoding == "GB18030"


@loads(_cut)
def character_cut_by_field_width_gbk(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 5, 0)], [(text[:5],) for text in TEXT])


def _cut_utf8(layer: VectorLayer) -> None:
    assert layer.attributes["SZ"].tolist() == ["马尾", "杉木", "阔叶"]
    assert layer.encoding == "UTF-8"


@loads(_cut_utf8)
def character_cut_by_field_width_utf8(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 8, 0)], [(text[:8],) for text in TEXT_UTF8], cpg="GBK")


def _mixed(layer: VectorLayer) -> None:
    assert layer.attributes["SZ"].tolist() == ["马尾松", "杉木", "阔叶树"]
    assert rows_of(layer, "TEXT_OTHER_ENCODING") == (2,)


@loads(_mixed)
def two_encodings_in_one_column(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 20, 0)], [(TEXT[0],), (TEXT[1],), (TEXT_UTF8[2],)])


def _no_crash(layer: VectorLayer) -> None:
    assert len(layer) == 3
    assert "TEXT_OTHER_ENCODING" in codes(layer)


@loads(_no_crash)
def bytes_of_no_encoding(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 20, 0)], [(TEXT[0],), (b"\xff\xff\x80x",), (TEXT[2],)])


def _repeated_names(layer: VectorLayer) -> None:
    assert list(layer.attributes.columns) == ["面积", "面积_2", "V"]
    assert layer.attributes["面积"].tolist() == [1.0, 2.0]
    assert layer.attributes["面积_2"].tolist() == [3.0, 4.0]
    assert "FIELD_NAME_REPEATED" in codes(layer)


@loads(_repeated_names)
def duplicate_field_names(folder: Path) -> Path:
    name = "面积".encode("gbk")
    fields = [(name, b"N", 8, 2), (name, b"N", 8, 2), (b"V", b"N", 8, 2)]
    return raw_shapefile(folder / "a.shp", fields, [(b"1.0", b"3.0", b"5"), (b"2.0", b"4.0", b"6")])


def _many_fields(layer: VectorLayer) -> None:
    assert layer.attributes.shape == (2, 250)
    assert layer.attributes["F249"].tolist() == [249.0, 249.0]


@loads(_many_fields)
def fields_250(folder: Path) -> Path:
    fields = [("F{}".format(i).encode(), b"N", 8, 0) for i in range(250)]
    return raw_shapefile(folder / "a.shp", fields, [tuple(str(i).encode() for i in range(250))] * 2)


# Numbers that are none


def _unknown_numbers(layer: VectorLayer) -> None:
    volume = layer.attributes["V"].to_numpy(dtype=float)
    assert np.isnan(volume[:5]).all()
    assert volume[5:].tolist() == [-9999.0, 0.0]


@loads(_unknown_numbers)
def numbers_blank_stars_nan_and_words(folder: Path) -> Path:
    values = [b"", b"**********", b"NaN", b"-", b"abc", b"-9999", b"0.00"]
    return raw_shapefile(folder / "a.shp", [(b"V", b"N", 10, 2)], [(value,) for value in values])


def _separators(layer: VectorLayer) -> None:
    volume = layer.attributes["V"].to_numpy(dtype=float)
    assert np.isnan(volume[0])
    assert np.isnan(volume[1])
    assert volume[2] == 12.5
    assert rows_of(layer, "NUMBER_UNREADABLE") == (0, 1)


@loads(_separators)
def numbers_with_thousands_separators(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"V", b"N", 12, 2)], [(b"1,234.50",), (b"12,5",), (b"12.5",)])


def _texts(*expected: object):
    def check(layer: VectorLayer) -> None:
        assert layer.attributes.iloc[:, 0].tolist() == list(expected)

    return check


@loads(_texts("2023年6月", "20230601", None))
def dates_as_text(folder: Path) -> Path:
    rows = [("2023年6月".encode("gbk"),), (b"20230601",), (b"",)]
    return raw_shapefile(folder / "a.shp", [(b"DCRQ", b"C", 20, 0)], rows)


@loads(_texts("2023-06-01", None, None))
def dates_blank_and_zero(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"DCRQ", b"D", 8, 0)], [(b"20230601",), (b"        ",), (b"00000000",)])


@loads(_texts("1,234.5", "NaN", "-9999"))
def numbers_as_text(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"XJ", b"C", 20, 0)], [(b"1,234.5",), (b"NaN",), (b"-9999",)])


@loads(_texts("220", "马尾松", None))
def mixed_types_in_geojson(folder: Path) -> Path:
    shape = '{"type":"Polygon","coordinates":[[[117,26],[117,26.001],[117.001,26.001],[117,26]]]}'
    values = ("220", '"马尾松"', "null")
    features = ['{{"type":"Feature","properties":{{"SZ":{}}},"geometry":{}}}'.format(v, shape) for v in values]
    path = folder / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}", encoding="utf-8")
    return path


@loads(_texts("马尾松"))
def geojson_in_gbk(folder: Path) -> Path:
    shape = '{"type":"Polygon","coordinates":[[[117,26],[117,26.001],[117.001,26.001],[117,26]]]}'
    path = folder / "a.geojson"
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"树种":"马尾松"},"geometry":' + shape
    )
    path.write_bytes((text + "}]}").encode("gbk"))
    return path


@loads(_texts("马尾松"))
def geojson_with_mark(folder: Path) -> Path:
    path = mixed_types_in_geojson(folder)
    text = path.read_text(encoding="utf-8").replace('"SZ":220', '"SZ":"马尾松"')
    head, rest = text.split("},", 1)[0], ""
    path.write_text("\ufeff" + _first_feature_only(text) + rest * len(head), encoding="utf-8")
    return path


def _first_feature_only(text: str) -> str:
    end = text.index('},{"type":"Feature"')
    return text[: end + 1] + "]}"


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


# Geometries


def _one_missing(code: str, row: int = 1):
    def check(layer: VectorLayer) -> None:
        assert len(layer) == 3
        assert [item is None for item in layer.geometry] == [number == row for number in range(3)]
        assert rows_of(layer, code) == (row,)

    return check


@loads(_one_missing("GEOMETRY_NULL"))
def null_geometry_in_shapefile(folder: Path) -> Path:
    return stands(folder / "a.shp", shapes=[square(0), None, square(2)])


@loads(_one_missing("GEOMETRY_NULL"))
def null_geometry_in_geopackage(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), None, square(2)])


@loads(_one_missing("GEOMETRY_EMPTY"))
def empty_geometry(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), "POLYGON EMPTY", square(2)])


@loads(_one_missing("GEOMETRY_NOT_POLYGON"))
def a_point_among_polygons(folder: Path) -> Path:
    shapes = [square(0), "POINT({} {})".format(X0, Y0), square(2)]
    return stands(folder / "a.gpkg", "GPKG", shapes=shapes, kind=ogr.wkbUnknown)


def _wkb_ring(*points: tuple[float, float]) -> bytes:
    return struct.pack("<BIII", 1, 3, 1, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_of_one_vertex(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), _wkb_ring((X0, Y0)), square(2)])


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_of_two_vertices(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), _wkb_ring((X0, Y0), (X0 + 9, Y0)), square(2)])


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_that_does_not_close(folder: Path) -> Path:
    ring = _wkb_ring((X0, Y0), (X0 + 9, Y0), (X0 + 9, Y0 + 9), (X0, Y0 + 9))
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), ring, square(2)])


def _flat(*expected_codes: str):
    def check(layer: VectorLayer) -> None:
        assert not shapely.has_z(layer.geometry).any()
        assert shapely.area(layer.geometry) == pytest.approx([10_000.0] * 3, rel=1e-3)
        assert codes(layer) == list(expected_codes)

    return check


def _with(ordinates: str, number: int) -> str:
    text = square(number)
    name, rest = text.split("(", 1)
    extra = " 5" * (2 if ordinates == "ZM" else 1)
    return "{} {}({}".format(name, ordinates, rest.replace(",", extra + ",").replace("))", extra + "))"))


@loads(_flat("GEOMETRY_Z_DROPPED"))
def heights(folder: Path) -> Path:
    shapes = [_with("Z", i) for i in range(3)]
    return stands(folder / "a.shp", shapes=shapes, kind=ogr.wkbPolygon25D, options=["ENCODING=UTF-8"])


@loads(_flat())
def measures(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[_with("M", i) for i in range(3)], kind=ogr.wkbPolygonM)


@loads(_flat("GEOMETRY_Z_DROPPED"))
def heights_and_measures(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[_with("ZM", i) for i in range(3)], kind=ogr.wkbPolygonZM)


def _circle(layer: VectorLayer) -> None:
    assert shapely.area(layer.geometry[0]) == pytest.approx(np.pi * 50**2, rel=1e-3)
    assert shapely.area(layer.geometry[1:]) == pytest.approx([10_000.0] * 2)
    assert codes(layer) in (["GEOMETRY_CURVES_LINEARISED"], [])  # pyogrio makes lines of them without a word


@loads(_circle)
def curves(folder: Path) -> Path:
    x = X0
    arc = "CURVEPOLYGON(CIRCULARSTRING({0} {2}, {1} {2}, {0} {2}))".format(x - 50, x + 50, Y0)
    return stands(folder / "a.gpkg", "GPKG", shapes=[arc, square(1), square(2)], kind=ogr.wkbCurvePolygon)


@loads(_flat("GEOMETRY_COLLECTION_PARTS"))
def collections(folder: Path) -> Path:
    mixed = "GEOMETRYCOLLECTION({},POINT({} {}),LINESTRING(0 0,1 1))".format(square(0), X0, Y0)
    return stands(folder / "a.gpkg", "GPKG", shapes=[mixed, square(1), square(2)], kind=ogr.wkbUnknown)


def _kept_invalid(layer: VectorLayer) -> None:
    assert not shapely.is_valid(layer.geometry[0])
    assert shapely.is_valid(layer.geometry[1:]).all()
    assert codes(layer) == []


@loads(_kept_invalid)
def self_crossing_is_not_repaired(folder: Path) -> Path:
    bow = "POLYGON(({0} {2},{1} {3},{1} {2},{0} {3},{0} {2}))".format(X0, X0 + 9, Y0, Y0 + 9)
    return stands(folder / "a.gpkg", "GPKG", shapes=[bow, square(1), square(2)])


def _no_geometry(layer: VectorLayer) -> None:
    assert [item is None for item in layer.geometry] == [False, True, False]
    assert codes(layer) in (["GEOMETRY_UNREADABLE"], ["GEOMETRY_NULL"])  # pyogrio gives None for both


@loads(_no_geometry)
def geometry_that_is_no_wkb(folder: Path) -> Path:
    import sqlite3

    path = stands(folder / "a.gpkg", "GPKG", options=["SPATIAL_INDEX=NO"])
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE a SET geom = ? WHERE rowid = 2", (b"GP\0\1\0\0\0\0\1\3\0\0\0\1\0\0\0\xff\xff\xff\xff",)
        )
    database.close()
    return path


def _no_columns(layer: VectorLayer) -> None:
    assert len(layer) == 3
    assert layer.attributes.shape == (3, 0)


@loads(_no_columns)
def no_fields_at_all(folder: Path) -> Path:
    return write(folder / "a.gpkg", "GPKG", shapes=[square(i) for i in range(3)])


def _column_named_like_the_geometry(layer: VectorLayer) -> None:
    assert layer.attributes["wkb_geometry"].tolist() == ["a", "b", "c"]
    assert shapely.area(layer.geometry) == pytest.approx([10_000.0] * 3)


@loads(_column_named_like_the_geometry)
def a_column_named_like_the_geometry(folder: Path) -> Path:
    shapes = [square(i) for i in range(3)]
    names = [field("wkb_geometry"), field("OGC_FID", ogr.OFTInteger)]
    return write(folder / "a.geojson", "GeoJSON", fields=names, rows=[("a", 7), ("b", 8), ("c", 9)], shapes=shapes)


def _large_text(layer: VectorLayer) -> None:
    assert len(layer.attributes["note"][1]) == 2_000_000


@loads(_large_text)
def a_text_of_two_million_signs(folder: Path) -> Path:
    rows = [("a",), ("松" * 2_000_000,), ("c",)]
    return write(folder / "a.gpkg", "GPKG", fields=[field("note")], rows=rows, shapes=[square(i) for i in range(3)])


def test_there_are_enough():
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_loads_right_or_fails_clearly(folder, backend, name):
    build, expected = HOSTILE[name]
    path = build(folder)
    if callable(expected):
        layer = read_layer(path, backend=backend)
        assert len(layer.geometry) == len(layer.attributes)
        expected(layer)
        return
    with pytest.raises(InputError) as caught:
        read_layer(path, backend=backend)
    assert caught.value.code == expected
    for language in ("en", "zh"):
        message, hint = render_error(caught.value, language)
        assert "\n" not in message
        assert "{" not in message + hint
        assert hint


def test_a_stated_encoding_wins_and_a_wrong_one_is_an_error(folder, backend):
    path = raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 20, 0)], [("馬尾松".encode("big5"),)] * 2)
    assert read_layer(path, encoding="Big5", backend=backend).attributes["SZ"].tolist() == ["馬尾松"] * 2
    for name, code in (("UTF-8", "ENCODING_WRONG"), ("三明码", "ENCODING_UNKNOWN"), ("rot13", "ENCODING_UNKNOWN")):
        with pytest.raises(InputError) as caught:
            read_layer(path, encoding=name, backend=backend)
        assert caught.value.code == code


def test_a_stated_encoding_of_a_text_file(folder, backend):
    path = geojson_in_gbk(folder)
    assert read_layer(path, encoding="GBK", backend=backend).attributes["树种"].tolist() == ["马尾松"]
    for name, code in (("UTF-8", "ENCODING_WRONG"), ("三明码", "ENCODING_UNKNOWN")):
        with pytest.raises(InputError) as caught:
            read_layer(path, encoding=name, backend=backend)
        assert caught.value.code == code
    text = path.read_bytes().decode("gbk")
    path.write_bytes(text.encode("utf-16"))
    assert read_layer(path, backend=backend).attributes["树种"].tolist() == ["马尾松"]
    path.write_bytes(text.encode("gbk").replace("马".encode("gbk"), b"\xff\xff"))
    with pytest.raises(InputError) as caught:
        read_layer(path, backend=backend)
    assert caught.value.code == "INPUT_DAMAGED"


@pytest.mark.parametrize(
    "ending", [".shp", ".shx", ".dbf", ".prj", ".gpkg", ".geojson", ".fgb", ".mif", ".mid", ".zip"]
)
def test_bytes_changed_at_random_never_crash(folder, ending):
    """Whatever comes of it: a layer or one of our errors, never another exception and never the end of the process."""
    random = np.random.default_rng(sum(ending.encode()))
    stands(folder / "a.shp", options=["ENCODING=GBK"])
    for name, driver in (
        ("a.gpkg", "GPKG"),
        ("a.geojson", "GeoJSON"),
        ("a.fgb", "FlatGeobuf"),
        ("a.mif", "MapInfo File"),
    ):
        stands(folder / name, driver)
    with zipfile.ZipFile(folder / "a.zip", "w") as bundle:
        bundle.write(folder / "a.gpkg", "a.gpkg")
    damaged = folder / ("a" + ending)
    opened = {".shx": ".shp", ".dbf": ".shp", ".prj": ".shp", ".mid": ".mif"}.get(ending, ending)
    whole = damaged.read_bytes()
    told = []
    for _ in range(25):
        data = np.frombuffer(whole, dtype=np.uint8).copy()
        reach = len(data) if random.random() < 0.5 else min(len(data), 150)
        spots = random.integers(0, reach, random.integers(1, 20))
        data[spots] = random.integers(0, 256, len(spots))
        damaged.write_bytes(data.tobytes()[: len(data) - int(random.integers(0, 2) * random.integers(0, 40))])
        try:
            layer = read_layer(folder / ("a" + opened), backend="osgeo")
        except InputError as error:
            told.append(render_error(error)[0])
        else:
            assert len(layer.geometry) == len(layer.attributes)
    assert all(line.isprintable() for line in told)


def test_made_dbf_is_a_dbf():
    assert dbf([(b"A", b"C", 3, 0)], [(b"abc",)])[-5:] == b" abc\x1a"
