"""What offices really hand in: every input loads right, or fails with one clear line."""

import zipfile

import hostile_files  # noqa: F401  (fills the list)
import hostile_shapes  # noqa: F401
import numpy as np
import pytest
import shapely
from hostile_cases import HOSTILE
from hostile_texts import geojson_in_gbk
from made_layers import X0, Y0, dbf, raw_shapefile, stands
from osgeo import ogr, osr

from sanming_carbon_plugin.adapters.messages import render_error
from sanming_carbon_plugin.adapters.vectors import geometries, read_layer, with_osgeo
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.packed import PackedOutlines

pytestmark = pytest.mark.everywhere


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


@pytest.mark.parametrize("name", HOSTILE)
def test_packed_outlines_are_read_like_geometries(folder, backend, name):
    build, expected = HOSTILE[name]
    path = build(folder)
    if not callable(expected):
        with pytest.raises(InputError) as caught:
            read_layer(path, backend=backend, packed=True)
        assert caught.value.code == expected
        return
    plain, packed = (read_layer(path, backend=backend, packed=packed) for packed in (False, True))
    assert isinstance(packed.geometry, PackedOutlines)
    np.testing.assert_array_equal(shapely.to_wkb(packed.geometry), shapely.to_wkb(plain.geometry))
    assert packed.attributes.equals(plain.attributes)
    assert packed.source_hash == plain.source_hash
    assert [note.to_dict("records") for note in packed.notes] == [note.to_dict("records") for note in plain.notes]


def test_packed_outlines_of_several_portions_are_read_like_geometries(folder, backend, monkeypatch):
    path = mixed_rows(folder / "many.gpkg", 60)
    plain = read_layer(path, backend=backend)
    monkeypatch.setattr(with_osgeo, "_BATCH_ROWS", 17)
    monkeypatch.setattr(geometries, "_ROWS_PER_CALL", 7)
    packed = read_layer(path, backend=backend, packed=True)
    np.testing.assert_array_equal(shapely.to_wkb(packed.geometry), shapely.to_wkb(plain.geometry))
    assert [note.to_dict("records") for note in packed.notes] == [note.to_dict("records") for note in plain.notes]
    assert len(plain.notes) > 2


def mixed_rows(path, count):
    """Polygons, multipolygons with heights, points, empty rows and rows without geometry in turn."""
    shapes = [
        shapely.box(X0, Y0, X0 + 100, Y0 + 100),
        shapely.force_3d(shapely.MultiPolygon([shapely.box(X0, Y0, X0 + 50, Y0 + 50)])),
        shapely.Point(X0, Y0),
        shapely.Polygon(),
        None,
        shapely.GeometryCollection([shapely.box(X0, Y0, X0 + 10, Y0 + 10), shapely.Point(X0, Y0)]),
    ]
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4527)
    layer = source.CreateLayer("stands", reference, ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn("number", ogr.OFTInteger))
    for number in range(count):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, number)
        shape = shapes[number % len(shapes)]
        if shape is not None:
            feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        layer.CreateFeature(feature)
    source = None
    return path


def test_a_stated_encoding_wins_and_a_wrong_one_is_an_error(folder, backend):
    path = raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 20, 0)], [("馬尾松".encode("big5"),)] * 2)
    assert read_layer(path, encoding="Big5", backend=backend).attributes["SZ"].tolist() == ["馬尾松"] * 2
    for name, code in (("UTF-8", "ENCODING_WRONG"), ("三明码", "ENCODING_UNKNOWN"), ("rot13", "ENCODING_UNKNOWN")):
        with pytest.raises(InputError) as caught:
            read_layer(path, encoding=name, backend=backend)
        assert caught.value.code == code


def test_a_stated_encoding_that_does_not_exist_is_told_for_every_format(folder, backend):
    with pytest.raises(InputError) as caught:
        read_layer(stands(folder / "a.gpkg", "GPKG"), encoding="三明码", backend=backend)
    assert caught.value.code == "ENCODING_UNKNOWN"


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
