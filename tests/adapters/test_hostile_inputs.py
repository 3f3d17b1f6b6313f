"""What offices really hand in: every input loads right, or fails with one clear line."""

import zipfile

import hostile_files  # noqa: F401  (fills the list)
import hostile_shapes  # noqa: F401
import numpy as np
import pytest
from hostile_cases import HOSTILE
from hostile_texts import geojson_in_gbk
from made_layers import dbf, raw_shapefile, stands

from sanming_carbon_plugin.adapters.resources import render_error
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.errors import InputError

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
