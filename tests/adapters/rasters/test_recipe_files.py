"""Recipes and their tables as files: encodings, paths, sources, and the units that heights declare."""

import json
import re
from contextlib import closing

import numpy as np
import pytest
import shapely
from made_rasters import CGCS_39, wkt, write
from osgeo import gdal

from sanming_carbon_plugin.adapters.crs import from_lonlat, to_lonlat
from sanming_carbon_plugin.adapters.rasters import apply_recipe, open_raster, recipe_tables
from sanming_carbon_plugin.adapters.resources import read_json
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.paths import resources_dir

RECIPES = resources_dir() / "recipes"
STAND = np.array([shapely.box(39500020, 2899900, 39500100, 2899980)], dtype=object)


def with_unit(path, heights, unit, scale=None):
    write(path, heights)
    file = gdal.Open(str(path), gdal.GA_Update)
    file.GetRasterBand(1).SetUnitType(unit)
    if scale is not None:
        file.GetRasterBand(1).SetScale(scale)
    file = None
    return str(path)


@pytest.mark.parametrize(
    ("unit", "metres", "scale"),
    [
        ("m", 1, None),
        ("metre", 1, None),
        ("", 1, None),
        ("ft", 0.3048, None),
        ("US survey foot", 1200 / 3937, None),
        ("dm", 0.1, None),
        ("cm", 0.01, 10.0),
        ("厘米", 0.01, None),
    ],
)
def test_heights_are_in_metres_whatever_their_file_declares(folder, backend, unit, metres, scale):
    heights = np.tile(np.arange(12.0) * 10 * np.tan(np.radians(20)) + 300, (12, 1))[None] / metres / (scale or 1)
    path = with_unit(folder / "高程.tif", heights, unit, scale)
    recipe = folder / "r.json"
    recipe.write_text('{"dem": "height"}', encoding="utf-8")
    for name, column in (("dem", "elevation_m_mean"), ("height", "elevation_m_mean"), ("chm", "canopy_height_m_mean")):
        raster = open_raster(path, name, CGCS_39, backend)
        with closing(raster.reader):
            known = apply_recipe(recipe, [raster]).rasters if name == "height" else [raster]
            found = evidence(["a"], STAND, known).columns.loc["a"]
        assert found[column] == found[f"{name}_mean"] == pytest.approx(300 + 55 * np.tan(np.radians(20)))
        if name != "chm":
            assert found.slope_deg_mean == pytest.approx(20)


@pytest.mark.parametrize(
    ("epsg", "place", "east_m", "north_m"),
    [
        (4490, (117.4, 1 / 3600, 0, 26.7, 0, -1 / 3600), 27.647, 30.774),
        (32650, (540000, 30, 0, 2953000, 0, -30), 30 / 0.99962, 30 / 0.99962),
        (4549, (545000, 30, 0, 2956000, 0, -30), 30, 30),
    ],
    ids=["degrees", "UTM", "a strip of 3 degrees without its number"],
)
def test_a_model_is_as_steep_whatever_its_crs(folder, backend, epsg, place, east_m, north_m):
    """Lengths of a degree at 26.7 north: 99,529 m and 110,787 m."""
    rows, columns = np.mgrid[0:40, 0:40]
    heights = 300 + columns * east_m * 0.4 - rows * north_m * 0.3
    path = write(folder / "dem.tif", heights[None], epsg=epsg, place=place)
    middle = np.array([[place[0] + 20 * place[1], place[3] + 20 * place[5]]])
    x, y = middle[0] if epsg == 4549 else from_lonlat(CGCS_39)(to_lonlat(wkt(epsg))(middle))[0]
    stands = CGCS_39 if epsg != 4549 else wkt(epsg)
    stand = np.array([shapely.box(x - 200, y - 200, x + 200, y + 200)], dtype=object)
    raster = open_raster(path, "dem", stands, backend)
    with closing(raster.reader):
        found = evidence(["a"], stand, [raster], low_support=0.8).columns.loc["a"]
    assert found.slope_deg_mean == pytest.approx(np.degrees(np.arctan(0.5)), rel=1e-3)
    assert found.aspect_code == 6  # it falls to the south-west


NDVI = '{"note": "旱季影像", "scenes": [{"raster": "影像", "sensor": "sentinel2", "indices": ["NDVI"]}]}'


@pytest.mark.parametrize(
    "data",
    [NDVI.encode(), b"\xef\xbb\xbf" + NDVI.encode(), NDVI.encode("gb18030"), NDVI.replace(", ", ",\r\n").encode()],
    ids=["utf-8", "with a mark", "gb18030", "lines of Windows"],
)
def test_a_recipe_is_read_in_the_encodings_of_an_office(folder, backend, data):
    path = write(folder / "s.tif", np.stack([np.full((3, 4), n, np.uint16) for n in (300, 4000)]), names=["B04", "B08"])
    recipe = folder / "配方.json"
    recipe.write_bytes(data)
    raster = open_raster(path, "影像", CGCS_39, backend)
    with closing(raster.reader):
        found = evidence(["a"], STAND, apply_recipe(recipe, [raster]).rasters).columns
    assert "影像_ndvi_mean" in found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"dem": "a" // comment\n}', "JSON_INVALID"),
        ('{"dem": "C:\\data\\x.tif"}', "JSON_INVALID"),
        ('{"dem": "a", "dem": "b"}', "JSON_INVALID"),
        ('{"dem": "a",}', "JSON_INVALID"),
        ("[]", "JSON_INVALID"),
        ("", "JSON_INVALID"),
        ('{"dem": 3}', "RECIPE_WRONG"),
        ('{"chm": ["a"]}', "RECIPE_WRONG"),
        ('{"scenes": [{"raster": "a", "sensor": "sentinel2", "scale": 1e999}]}', "RECIPE_WRONG"),
        ('{"scenes": [{"raster": "a", "sensor": "sentinel2", "scale": NaN}]}', "JSON_INVALID"),
    ],
)
def test_a_recipe_that_cannot_be_read_is_one_clear_error(folder, text, code):
    path, recipe = write(folder / "a.tif", np.ones((1, 3, 4), np.float32)), folder / "r.json"
    recipe.write_text(text, encoding="utf-8")
    raster = open_raster(path, "a", CGCS_39)
    with closing(raster.reader), pytest.raises(InputError) as caught:
        apply_recipe(recipe, [raster])
    assert caught.value.code == code


def numbers_without_source(data, place, told=False):
    """Places of numbers and lists for which neither their object nor a ``…_source`` of the same word says a source."""
    sources = {key.removesuffix("_source") for key in data if key.endswith("_source")}
    assert {key.removesuffix("_confidence") for key in data if key.endswith("_confidence")} == sources, place
    assert ("source" in data) == ("confidence" in data), place
    told = told or "source" in data
    words = {source.split("_")[0] for source in sources}
    for key, value in data.items():
        said = told or key.split("_")[0] in words or key in ("first_aspect_code", "no_aspect_code")
        if isinstance(value, dict):
            yield from numbers_without_source(value, f"{place}.{key}", said)
        elif isinstance(value, (int, float, list)) and not said:
            yield f"{place}.{key}"


@pytest.mark.parametrize("name", ["sensors", "indices", "terrain", "canopy", "support", "heights"])
def test_every_number_of_the_shipped_files_has_a_source_and_a_confidence(name):
    data = read_json(RECIPES / f"{name}.json")
    assert {"id", "version", "status"} <= set(data)
    assert list(numbers_without_source(data, name)) == []


def test_sensors_and_indices_that_the_help_names_are_there():
    tables = recipe_tables()
    for language in ("en", "zh"):
        page = (resources_dir() / "help" / language / "evidence.html").read_text("utf-8")
        for sensor in tables.sensors:
            assert f"<code>{sensor}</code>" in page
        named = set(re.findall(r"\b(NDVI|EVI|GNDVI|NDRE|NDMI|NBR|RGI)\b", page))
        assert {name.lower() for name in named} <= set(tables.indices)
        assert len(named) == 7


def test_the_shipped_examples_are_recipes(folder):
    """What users copy: a misspelt word would be refused."""
    names = [f"B{one}" for one in ("02", "03", "04", "05", "06", "07", "08", "8A", "11", "12")]
    bands = np.stack([np.full((12, 12), n, np.uint16) for n in (200, 400, 300, 800, 1600, 2000, 3000, 3200, 1200, 600)])
    for file in ("example.json", "sample.json"):
        recipe = read_json(RECIPES / file)
        wanted = {entry["raster"]: bands for entry in recipe["scenes"]}
        wanted |= {
            entry["quality"]["raster"]: np.full((1, 12, 12), 4, np.uint8)
            for entry in recipe["scenes"]
            if "quality" in entry
        }
        wanted |= {recipe[role]: np.full((1, 12, 12), 8, np.float32) for role in ("dem", "chm") if role in recipe}
        rasters = []
        for name, values in wanted.items():
            described = names if values is bands else ()
            rasters.append(open_raster(write(folder / f"{file}{name}.tif", values, names=described), name, CGCS_39))
        prepared = apply_recipe(RECIPES / file, rasters)
        assert [change.name for change in prepared.changes] == ["wilt"]
        assert len(prepared.scenes) == 2
        for raster in rasters:
            raster.reader.close()


def test_the_table_of_units_is_spelt_as_it_is_looked_up():
    metres = json.loads((RECIPES / "heights.json").read_text("utf-8"))["metres"]
    assert all(name == name.strip().casefold() and 0 < one <= 1000 for name, one in metres.items())
