"""A recipe as users write it: what is misspelt or missing is named, never left out in silence."""

import numpy as np
import pytest
from arrays import named
from scenes import BANDS, GRID, TABLES, image, scene, told

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.recipes import prepare


def quality():
    return named("scl", np.full((1, 6, 8), 4, dtype=np.uint8), GRID)


def refused(recipe, *rasters):
    with pytest.raises(InputError) as caught:
        prepare(recipe, rasters or (image(), quality()), TABLES)
    return caught.value.code, caught.value.values.get("place"), caught.value.values.get("known", "")


WRONG = [
    ({"ofset": -1000}, "ofset"),
    ({"raster": None}, "raster"),
    ({"raster": 3}, "raster"),
    ({"sensor": None}, "sensor"),
    ({"sensor": ["sentinel2"]}, "sensor"),
    ({"date": 20241105}, "date"),
    ({"date": "20241105"}, "date"),
    ({"indices": {"NDVI": 1}}, "indices"),
    ({"indices": [3]}, "indices"),
    ({"indices": ["NDVI", ""]}, "indices"),
    ({"bands": ["B04"]}, "bands"),
    ({"bands": {"rouge": 3}}, "bands.rouge"),
    ({"bands": {"red": 3, "Red": 4}}, "bands.Red"),
    ({"bands": {"red": None}}, "bands.red"),
    ({"bands": {"red": 3.5}}, "bands.red"),
    ({"bands": {"red": True}}, "bands.red"),
    ({"scale": "abc"}, "scale"),
    ({"scale": 0}, "scale"),
    ({"scale": -1}, "scale"),
    ({"scale": float("inf")}, "scale"),
    ({"offset": "-1000"}, "offset"),
    ({"offset": True}, "offset"),
    ({"offset": float("inf")}, "offset"),
    ({"fill": "0"}, "fill"),
    ({"fill": True}, "fill"),
    ({"quality": "scl"}, "quality"),
    ({"quality": {}}, "quality.raster"),
    ({"quality": {"raster": "other"}}, "quality.raster"),
    ({"quality": {"raster": "scl", "kep": [4]}}, "quality.kep"),
    ({"quality": {"raster": "scl", "keep": ["4"]}}, "quality.keep"),
    ({"quality": {"raster": "scl", "keep": [True]}}, "quality.keep"),
    ({"quality": {"raster": "scl", "clear": [70]}}, "quality.clear"),
    ({"quality": {"raster": "scl", "clear": [-1]}}, "quality.clear"),
    ({"quality": {"raster": "scl", "keep": [4], "clear": [1]}}, "quality.clear"),
]


@pytest.mark.parametrize(
    ("wrong", "place"), WRONG, ids=[f"{place}-{wrong[next(iter(wrong))]}" for wrong, place in WRONG]
)
def test_what_a_scene_cannot_be_is_named_with_its_place(wrong, place):
    code, named_place, known = refused(scene(**wrong))
    assert (code, named_place) == ("RECIPE_WRONG", f"scenes[0].{place}")
    assert known


@pytest.mark.parametrize("wrong", [{"scenes": {}}, {"scenes": "s2"}, {"scenes": ["s2"]}, {"changes": {"name": "d"}}])
def test_lists_are_lists(wrong):
    assert refused(wrong)[:2] == ("RECIPE_WRONG", next(iter(wrong)))


def test_a_raster_is_one_scene():
    one = scene()["scenes"][0]
    assert refused({"scenes": [one, {**one, "raster": "S2"}]})[:2] == ("RECIPE_WRONG", "scenes[1].raster")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"sensor": "Sentinel-2"}, {}),
        ({"indices": "ndvi"}, {}),
        ({"indices": ["NDVI", "ndvi"]}, {}),
        ({"bands": None, "scale": None, "offset": None, "quality": None}, {}),
        ({"raster": " S2 ", "note": "dry season", "title_zh": "旱季"}, {}),
        ({"bands": {"RED": "b04", "NIR": "4"}}, {"bands": {"red": 3, "nir": "B08"}}),
        ({"quality": {"raster": "SCL", "keep": 4}}, {"quality": {"raster": "scl", "keep": [4]}}),
        ({"fill": False}, {"fill": None}),
    ],
)
def test_ways_of_writing_the_same(written, meant):
    first, _ = told(scene(**written), image(), quality())
    second, _ = told(scene(**meant), image(), quality())
    assert first.equals(second)
    assert first.index.tolist() == second.index.tolist()


@pytest.mark.parametrize("band", [0, -1, 5, "B99", "5", ""])
def test_a_band_that_is_not_there_is_told(band):
    assert refused(scene(bands={"red": band}))[0] == "SCENE_BAND_MISSING"


def test_bands_are_known_by_the_beginning_of_their_description():
    numbers = image().reader.values
    long = ["B2, central wavelength 490 nm", "b3 (green)", "B04（红）", "B8; NIR"]
    found, _ = told(scene(), named("s2", numbers, GRID, band_names=long))
    assert found.s2_ndvi_mean == pytest.approx(told(scene(), image())[0].s2_ndvi_mean)
    with pytest.raises(InputError) as caught:
        told(scene(), named("s2", numbers, GRID, band_names=["Red edge 1", "x", "y", "NIR"]))
    assert (caught.value.code, caught.value.values["role"]) == ("SCENE_BAND_MISSING", "red")


@pytest.mark.parametrize(
    ("sensor", "names"),
    [
        ("sentinel2", ["blue", "green", "red", "nir"]),
        ("landsat8", ["SR_B2", "SR_B3", "SR_B4", "SR_B5"]),
        ("landsat9", ["sr_b2", "sr_b3", "sr_b4", "sr_b5"]),
        ("rgbn", ["蓝", "绿", "红", "近红外"]),
        ("rgbn", ["Blue", "Green", "Red", "Near Infrared"]),
        ("rgbn", ["b", "g", "r", "n"]),
    ],
)
def test_bands_are_known_by_the_names_they_bear(sensor, names):
    raster = named("s2", image().reader.values, GRID, band_names=names)
    _, prepared = told(scene(sensor=sensor, scale=0.0001, offset=0, indices=["NDVI", "EVI", "GNDVI", "RGI"]), raster)
    roles = prepared.scenes[0].roles
    assert {role: band.band for role, band in roles.items() if role != "nir_narrow"} == {
        "blue": 0, "green": 1, "red": 2, "nir": 3
    }  # fmt: skip
    assert prepared.issues.empty


def test_two_bands_of_one_name_leave_nothing_to_chance():
    """A stack of two dates: which red is meant only the recipe can say."""
    numbers = np.concatenate([image().reader.values, image(red=900).reader.values[2:3]])
    stack = named("s2", numbers, GRID, band_names=[*BANDS, "B04"])
    for bands in (None, {"red": "B04"}):
        assert refused(scene(bands=bands), stack)[0] == "SCENE_BAND_TWICE"
    found, _ = told(scene(bands={"red": 5}), stack)
    assert found.s2_ndvi_mean == pytest.approx((4009.5 - 909.5) / (4009.5 + 909.5), abs=0.002)


def test_an_order_that_is_only_usual_is_told():
    numbers = np.arange(1, 5)[:, None, None] * np.ones((4, 6, 8))
    raster = named("s2", numbers, GRID)
    _, prepared = told(scene(sensor="rgbn"), raster)
    assert prepared.issues.code.tolist() == ["SCENE_BANDS_BY_ORDER"]
    assert prepared.issues.value[0] == "red, green, blue, nir"
    _, prepared = told(scene(sensor="rgbn", bands={"red": 3, "nir": 4}), raster)
    assert prepared.issues.empty
    _, prepared = told(scene(sensor="rgbn", indices=["GNDVI"], bands={"red": 3, "nir": 4}), raster)
    assert prepared.issues.code.tolist() == ["SCENE_BANDS_BY_ORDER"]
    with pytest.raises(InputError):
        told(scene(), raster)  # Sentinel-2 has no usual order


def two_scenes(change, dates=("2022-11-05", "2024-11-05")):
    entries = [scene(raster=name, date=date)["scenes"][0] for name, date in zip(("a", "B"), dates, strict=True)]
    return {"scenes": entries, "changes": [change]}


CHANGE = {"name": "Wilt", "from": "A", "to": "b", "indices": ["NDVI"]}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"from": "c"}, "from"),
        ({"to": None}, "to"),
        ({"indices": None}, "indices"),
        ({"indices": []}, "indices"),
        ({"indices": ["NDMI"]}, "indices"),
        ({"indices": ["B04"]}, "indices"),
        ({"form": "a"}, "form"),
    ],
)
def test_what_a_change_cannot_be_is_named_before_anything_is_read(wrong, place):
    code, named_place, known = refused(two_scenes({**CHANGE, **wrong}), image("a"), image("B"))
    assert (code, named_place) == ("RECIPE_WRONG", f"changes[0].{place}")
    assert known


@pytest.mark.parametrize("wrong", [{"to": "A"}, {"from": "b", "to": "a"}])
def test_a_change_goes_from_the_earlier_scene_to_the_later_one(wrong):
    code, place, _ = refused(two_scenes({**CHANGE, **wrong}), image("a"), image("B"))
    assert (code, place) == ("RECIPE_SCENES_REVERSED", "changes[0]")


def test_two_changes_of_one_name_would_write_one_column():
    recipe = two_scenes(CHANGE)
    recipe["changes"].append({**CHANGE, "name": "wilt"})
    assert refused(recipe, image("a"), image("B"))[1] == "changes[1].name"


def test_a_change_knows_its_scenes_in_any_case():
    prepared = prepare(two_scenes({**CHANGE, "indices": "ndvi"}), (image("a"), image("B")), TABLES)
    (change,) = prepared.changes
    assert (change.name, change.earlier, change.later, change.indices) == ("wilt", "a", "b", ("ndvi",))
    undated = two_scenes({**CHANGE, "from": "b", "to": "a"}, (None, "2024-11-05"))
    assert prepare(undated, (image("a"), image("B")), TABLES).changes[0].earlier == "b"
