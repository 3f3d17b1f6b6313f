"""Every format that offices hand in gives the same table."""

import shutil
import sys
import zipfile

import numpy as np
import pytest
import shapely
from made_layers import SPECIES, X0, Y0, field, square, stands, write
from osgeo import gdal, ogr, osr

from sanming_carbon_plugin.adapters import crs
from sanming_carbon_plugin.adapters.vectors import list_layers, read_layer
from sanming_carbon_plugin.adapters.vectors.geometries import polygons_from_wkb
from sanming_carbon_plugin.core.errors import CancelledError, InputError
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.everywhere

FORMATS = {
    "小班.shp": ("ESRI Shapefile", ["ENCODING=GBK"]),
    "utf8.shp": ("ESRI Shapefile", ["ENCODING=UTF-8"]),
    "小班.gpkg": ("GPKG", []),
    "小班.geojson": ("GeoJSON", ["WRITE_NAME=NO"]),
    "小班.fgb": ("FlatGeobuf", ["SPATIAL_INDEX=NO"]),
    "小班.sqlite": ("SQLite", ["LAUNDER=NO"]),
}


def assert_three_stands(layer):
    assert len(layer) == 3
    species, number, volume = (layer.attributes[name] for name in layer.attributes.columns[:3])
    assert list(layer.attributes.columns[:3]) == ["树种", "XIAO_BAN", "HUO_LMGQXJ"]
    assert species.tolist() == [SPECIES[0], None, SPECIES[2]]
    assert number[0] == 1
    assert np.isnan(number[1])
    assert number[2] == 3
    assert volume[0] == 0.0
    assert np.isnan(volume[1])
    assert volume[2] == 112.5
    assert shapely.area(layer.geometry) == pytest.approx([10_000.0] * 3)
    assert shapely.bounds(layer.geometry)[0, :2] == pytest.approx([X0, Y0])
    assert "39" in layer.crs_wkt
    assert len(layer.source_hash) == 64


@pytest.mark.parametrize("name", FORMATS)
def test_format(folder, name, backend):
    driver, options = FORMATS[name]
    path = stands(folder / name, driver, options=options)
    assert_three_stands(read_layer(path, backend=backend))


def test_csv_with_wkt(folder, backend):
    path = stands(folder / "小班.csv", "CSV", options=["GEOMETRY=AS_WKT", "CREATE_CSVT=YES"])
    path.with_suffix(".prj").unlink(missing_ok=True)
    with pytest.raises(InputError) as caught:
        read_layer(path, backend=backend)
    assert caught.value.code == "CRS_MISSING"
    assert any("EPSG:4527" in candidate for candidate in caught.value.values["candidates"])
    shutil.copy(stands(folder / "other.shp").with_suffix(".prj"), path.with_suffix(".prj"))
    assert_three_stands(read_layer(path, backend=backend))


def test_csv_wkt_in_gbk(folder, backend):
    path = folder / "表.csv"
    lines = ["WKT,树种,面积"] + ['"{}",{},1.5'.format(square(i), SPECIES[i]) for i in range(3)]
    path.write_bytes("\r\n".join(lines).encode("gbk"))
    shutil.copy(stands(folder / "other.shp").with_suffix(".prj"), path.with_suffix(".prj"))
    layer = read_layer(path, backend=backend)
    assert layer.attributes["树种"].tolist() == list(SPECIES)
    assert (
        layer.attributes["面积"].tolist() == ["1.5"] * 3
    )  # a CSV states no types; numbers are read where a role asks for them
    assert layer.source == str(path)


def test_file_geodatabase(folder, backend):
    if gdal.GetDriverByName("OpenFileGDB").GetMetadataItem("DCAP_CREATE") != "YES":
        pytest.skip("this GDAL cannot write a geodatabase")
    path = stands(folder / "县.gdb", "OpenFileGDB", layer="小班", kind=ogr.wkbMultiPolygon)
    assert_three_stands(read_layer(path, backend=backend))


@pytest.mark.parametrize("inside", ["", "数据/"])
@pytest.mark.parametrize("named_in_gbk", [False, True])
def test_zip_archive(folder, backend, inside, named_in_gbk):
    path = stands(folder / "小班.shp", options=["ENCODING=GBK"])
    archive = folder / "上交.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        for part in sorted(folder.glob("小班.*")):
            name = inside + part.name
            if named_in_gbk:  # as Windows writes it, without the mark for UTF-8
                info = zipfile.ZipInfo(name.encode("gbk").decode("cp437"))
                info.flag_bits = 0
                bundle.writestr(info, part.read_bytes())
            else:
                bundle.write(part, name)
    layer = read_layer(archive, backend=backend)
    assert_three_stands(layer)
    assert layer.source == str(archive)
    assert path.exists()


def test_folder_with_one_shapefile_and_a_side_file(folder, backend):
    path = stands(folder / "图层" / "小班.shp", options=["ENCODING=UTF-8"])
    assert_three_stands(read_layer(folder / "图层", backend=backend))
    assert_three_stands(read_layer(path.with_suffix(".dbf"), backend=backend))


def test_folder_with_several_asks_which(folder, backend):
    for name in ("甲", "乙"):
        stands(folder / "图层" / (name + ".shp"), options=["ENCODING=UTF-8"])
    with pytest.raises(InputError) as caught:
        read_layer(folder / "图层", backend=backend)
    assert caught.value.code == "LAYER_AMBIGUOUS"
    assert set(caught.value.values["layers"]) == {"甲", "乙"}
    assert_three_stands(read_layer(folder / "图层", layer="乙", backend=backend))


def test_a_name_chooses_the_file_in_a_folder(folder, backend):
    for name in ("甲", "乙"):
        stands(folder / "图层" / (name + ".gpkg"), "GPKG", layer="小班")
    assert_three_stands(read_layer(folder / "图层", layer="乙", backend=backend))


@pytest.mark.parametrize("name", ["树种", "SZ"])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsSimpChinese"])
def test_mapinfo_in_gbk(folder, backend, charset, name):
    path = stands(folder / "小班.mif", "MapInfo File")
    head = path.read_text(encoding="latin-1").replace('Charset "Neutral"', 'Charset "{}"'.format(charset))
    lines = ["  " + name + " Char(20)" if "Char(" in line else line for line in head.splitlines()]
    path.write_bytes("\n".join(lines).encode("gbk"))
    values = ['"{}",{},{}'.format(SPECIES[i], i, i * 1.5) for i in range(3)]
    path.with_suffix(".mid").write_bytes("\n".join([*values, ""]).encode("gbk"))
    layer = read_layer(path, backend=backend)
    assert layer.attributes.iloc[:, 0].tolist() == list(SPECIES)
    assert layer.attributes.columns[0] in (name, "__")  # some versions of GDAL launder names


def test_choice_of_layer(folder, backend):
    path = folder / "县.gpkg"
    stands(path, "GPKG", layer="小班")
    write(path, append=True, layer="样地", kind=ogr.wkbPoint, shapes=["POINT(39565000 2920000)"])
    assert_three_stands(read_layer(path, backend=backend))
    write(path, append=True, layer="宗地", shapes=[square()])
    with pytest.raises(InputError) as caught:
        read_layer(path, backend=backend)
    assert caught.value.code == "LAYER_AMBIGUOUS"
    assert_three_stands(read_layer(path, layer="小班", backend=backend))
    for name, code in (("没有", "LAYER_NOT_FOUND"), ("样地", "NOT_POLYGONS")):
        with pytest.raises(InputError) as caught:
            read_layer(path, layer=name, backend=backend)
        assert caught.value.code == code
    assert [info.name for info in list_layers(path, backend=backend)] == ["小班", "样地", "宗地"]
    assert [info.may_hold_polygons for info in list_layers(path, backend=backend)] == [True, False, True]


def test_every_type_keeps_value_and_null(folder, backend):
    fields = [
        field("ok", ogr.OFTInteger, subtype=ogr.OFSTBoolean),
        field("n", ogr.OFTInteger),
        field("long", ogr.OFTInteger64),
        field("r", ogr.OFTReal),
        field("day", ogr.OFTDate),
        field("at", ogr.OFTDateTime),
        field("raw", ogr.OFTBinary),
    ]
    values = (1, 0, 2**53 + 1, 0.1, "2023/06/01", "2023/06/01 07:08:09.5", b"\x00\xff")
    rows = [values if number % 2 else (None,) * 7 for number in range(11)]
    rows[5] = (0, *values[1:])
    path = write(folder / "t.gpkg", "GPKG", fields=fields, rows=rows, shapes=[square(i) for i in range(11)])
    table = read_layer(path, backend=backend).attributes
    assert table["ok"].tolist() == [None, True, None, True, None, False, None, True, None, True, None]
    assert list(table["n"])[1::2] == [0.0] * 5
    assert table["n"][0::2].isna().all()
    assert table["r"][1] == 0.1
    assert table["r"][0::2].isna().all()
    assert table["day"].tolist()[:2] == [None, "2023-06-01"]
    assert table["at"][1].startswith("2023-06-01T07:08:09.5")
    assert table["at"][0] is None
    assert table["raw"][1] == b"\x00\xff"
    if backend == "osgeo":
        assert table["long"][1] == 2**53 + 1
        assert table["long"].isna()[0]


def test_large_layer_in_several_batches_and_cancel(folder, backend):
    count = 20_000
    rows = [(i, None if i % 7 == 0 else i / 8) for i in range(count)]
    path = write(
        folder / "many.fgb",
        "FlatGeobuf",
        fields=[field("i", ogr.OFTInteger), field("r", ogr.OFTReal)],
        rows=rows,
        shapes=[square(i % 1000) for i in range(count)],
        options=["SPATIAL_INDEX=NO"],
    )
    told = []

    class Listening(Progress):
        def update(self, fraction):
            told.append(fraction)

        def is_cancelled(self):
            return len(told) > 100

    table = read_layer(path, backend=backend, progress=Listening()).attributes
    assert table["i"].tolist() == list(range(count))
    assert table["r"].isna().to_numpy().nonzero()[0].tolist() == list(range(0, count, 7))
    assert told == sorted(told)
    assert told[-1] <= 1.0
    told.extend([1.0] * 100)
    with pytest.raises(CancelledError):
        read_layer(path, backend=backend, progress=Listening())


def test_process_wide_settings_stay_as_they_are(folder):
    before = gdal.GetConfigOption("SHAPE_ENCODING"), gdal.GetUseExceptions()
    gdal.SetConfigOption("SHAPE_ENCODING", "")  # as in a QGIS process
    try:
        path = stands(folder / "小班.shp", options=["ENCODING=GBK"])
        assert_three_stands(read_layer(path))
        assert gdal.GetConfigOption("SHAPE_ENCODING") == ""
    finally:
        gdal.SetConfigOption("SHAPE_ENCODING", before[0])
    assert gdal.GetUseExceptions() == before[1]


def test_exceptions_of_gdal_switched_on(folder):
    path = stands(folder / "小班.gpkg", "GPKG")
    before = gdal.GetUseExceptions()
    gdal.UseExceptions()
    try:
        assert_three_stands(read_layer(path, backend="osgeo"))
        (folder / "text.gpkg").write_text("no database", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_layer(folder / "text.gpkg", backend="osgeo")
        assert caught.value.code == "INPUT_NOT_READABLE"
    finally:
        if not before:
            gdal.DontUseExceptions()


def test_with_a_numpy_that_gdal_was_not_built_for(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "osgeo.gdal_array", None)
    assert_three_stands(read_layer(stands(folder / "小班.gpkg", "GPKG"), backend="osgeo"))


def test_without_arrow_stream(folder, monkeypatch):
    monkeypatch.delattr(ogr.Layer, "GetArrowStreamAsNumPy", raising=False)
    assert_three_stands(read_layer(stands(folder / "小班.gpkg", "GPKG"), backend="osgeo"))


def test_hash_follows_content(folder):
    path = stands(folder / "小班.shp", options=["ENCODING=UTF-8"])
    first = read_layer(path).source_hash
    assert read_layer(path).source_hash == first
    path.with_suffix(".cpg").write_text("GBK", encoding="ascii")
    assert read_layer(path).source_hash != first


def test_numbers_that_are_names_keep_their_zeros_in_a_csv(folder):
    path = folder / "编号.csv"
    path.write_text(
        'WKT,LIN_BAN,XIAO_BAN,DI_LEI,HUO_LMGQXJ\n"POLYGON((117.4 26.7,117.41 26.7,117.41 26.71,117.4 26.7))",'
        '"0039","00001","0111","120.5"\n',
        encoding="utf-8",
    )
    (folder / "编号.prj").write_text(crs.wkt_from_user_input("EPSG:4490"), encoding="utf-8")
    row = read_layer(path, crs_wkt=crs.wkt_from_user_input("EPSG:4490")).attributes.iloc[0]
    assert [row["LIN_BAN"], row["XIAO_BAN"], row["DI_LEI"], row["HUO_LMGQXJ"]] == ["0039", "00001", "0111", "120.5"]


def test_a_row_is_let_go_once_it_is_a_polygon_and_kept_where_nothing_is():
    square = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    rows = np.array([square, None, square], dtype=object)
    geometry, _ = polygons_from_wkb(rows, release=True)
    assert shapely.area(geometry[[0, 2]]).tolist() == [1.0, 1.0]
    assert [row for row in rows if row is not None] == []
    points = np.array([shapely.to_wkb(shapely.Point(0, 0))], dtype=object)
    geometry, _ = polygons_from_wkb(points, release=True)
    assert geometry[0] is None
    assert points[0] is not None  # the message names what was found


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "shp"])
def test_a_layer_of_very_many_columns_is_read_like_any_other(tmp_path, ending):
    driver = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "shp": "ESRI Shapefile"}[ending]
    count = 300
    path = tmp_path / f"wide.{ending}"
    source = ogr.GetDriverByName(driver).CreateDataSource(str(path))
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4527)
    layer = source.CreateLayer("wide", srs, ogr.wkbPolygon, ["SPATIAL_INDEX=NO"] if ending == "fgb" else [])
    for number in range(count):
        layer.CreateField(ogr.FieldDefn(f"c{number}", ogr.OFTReal if number % 2 else ogr.OFTString))
    for row in range(3):
        feature = ogr.Feature(layer.GetLayerDefn())
        for number in range(count):
            feature.SetField(number, row * 1000.0 + number if number % 2 else f"{row}-{number}")
        feature.SetGeometry(ogr.CreateGeometryFromWkt(shapely.box(X0 + row, Y0, X0 + row + 1, Y0 + 1).wkt))
        layer.CreateFeature(feature)
    feature = layer = source = None
    read = read_layer(path)
    assert list(read.attributes.columns) == [f"c{number}" for number in range(count)]
    assert read.attributes["c299"].tolist() == [299.0, 1299.0, 2299.0]
    assert read.attributes["c298"].tolist() == ["0-298", "1-298", "2-298"]
    assert shapely.get_coordinates(read.geometry[2])[:, 0].min() == X0 + 2
