"""Scenes, indices, offsets, quality layers and changes of a recipe."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from arrays import ArrayBands, named
from scenes import BANDS, GRID, TABLES, WHOLE, image, scene, told

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.canopy import CanopyRecipe
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.indices import Index
from sanming_carbon_plugin.core.rasters.recipes import (
    Change,
    changes_against_healthy,
    healthy_stands,
    prepare,
)
from sanming_carbon_plugin.core.rasters.terrain import TerrainRecipe


def test_indices_are_computed_per_cell():
    numbers = np.zeros((4, 6, 8), dtype=np.uint16)
    numbers[2, :, :4], numbers[3, :, :4] = 100, 900
    numbers[2, :, 4:], numbers[3, :, 4:] = 3000, 3000
    found, _ = told(scene(date="2021-11-05"), named("s2", numbers, GRID, band_names=BANDS))
    assert found.s2_ndvi_mean == pytest.approx(0.4)  # of the means it would be 0.11
    assert found.s2_b08_mean == 1950


@pytest.mark.parametrize(
    ("date", "carried", "used", "code"),
    [
        ("2021-11-05", 0, 0, None),
        ("2021-11-05", 1000, -1000, "SENTINEL2_OFFSET_UNSURE"),
        ("2024-11-05", 1000, -1000, "SENTINEL2_OFFSET_SUBTRACTED"),
        ("2024-11-05", 0, 0, "SENTINEL2_OFFSET_REMOVED_BEFORE"),
    ],
)
def test_the_offset_of_sentinel2_is_seen_and_told(date, carried, used, code):
    found, prepared = told(scene(date=date), image(offset=carried))
    assert found.s2_ndvi_mean == pytest.approx((4009.5 - 309.5) / (4009.5 + 309.5), abs=0.002)
    assert prepared.issues.code.tolist() == ([code] if code else [])


def emptied(raster, share=0.25):
    """The same image whose first columns hold the number of no data, undeclared, as a mosaic leaves them."""
    raster.reader.values[:, :, : int(share * 8)] = 0
    return raster


@pytest.mark.parametrize(("carried", "code"), [(1000, "SUBTRACTED"), (0, "REMOVED_BEFORE")])
def test_cells_without_data_are_no_dark_cells(carried, code):
    """They would tell that the offset was taken off, and after an offset count as reflectance."""
    whole, part = image(offset=carried), emptied(image(offset=carried))
    found, prepared = told(scene(), part)
    assert prepared.issues.code.tolist() == [f"SENTINEL2_OFFSET_{code}"]
    assert found.s2_ndvi_support == found.s2_b04_support == pytest.approx(0.75)
    assert found.s2_b04_mean == pytest.approx(whole.reader.values[2, :, 2:].mean())
    assert found.s2_ndvi_mean == pytest.approx(0.857, abs=0.003)


def test_landsat_has_its_own_offset_and_its_cells_without_data():
    numbers = np.full((2, 6, 8), 8000, dtype=np.uint16)
    numbers[1] = 20000
    numbers[:, :, :4] = 0
    recipe = {"scenes": [{"raster": "l8", "sensor": "landsat9", "date": "2024-11-05", "indices": ["NDVI"]}]}
    found, _ = told(recipe, named("l8", numbers, GRID, band_names=["SR_B4", "SR_B5"]))
    red, nir = (number * 0.0000275 - 0.2 for number in (8000, 20000))
    assert found.l8_ndvi_mean == pytest.approx((nir - red) / (nir + red))
    assert found.l8_ndvi_support == 0.5


@pytest.mark.parametrize(("fill", "support"), [(None, 1.0), (False, 1.0), (7, 0.75)])
def test_a_recipe_may_say_what_means_no_data(fill, support):
    raster = emptied(image())
    if fill == 7:
        raster.reader.values[raster.reader.values == 0] = 7
    found, _ = told(scene(fill=fill, offset=-100), raster)
    assert found.s2_b04_support == support


def test_a_stated_offset_is_taken_as_it_is():
    found, prepared = told(scene(offset=-1000), image(offset=1000))
    assert found.s2_ndvi_mean == pytest.approx(0.857, abs=0.002)
    assert prepared.issues.empty


def test_an_offset_that_cannot_be_seen_is_a_warning():
    _, prepared = told(scene(), image(offset=1000, red=6000, nir=8000))
    assert prepared.issues.code.tolist() == ["SENTINEL2_OFFSET_UNSURE"]


def test_a_quality_layer_takes_cells_out_of_bands_and_indices():
    classes = np.full((1, 3, 4), 4, dtype=np.uint8)
    classes[0, :, 3] = 9
    quality = named("scl", classes, Grid(4, 3, (0.0, 20.0, 0.0, 60.0, 0.0, -20.0)), row_step=1)
    found, prepared = told(scene(quality={"raster": "scl"}), image(), quality)
    assert [raster.name for raster in prepared.rasters] == ["s2", "s2"]
    assert found.s2_ndvi_support == pytest.approx(0.75)
    assert found.s2_b04_support == pytest.approx(0.75)


def test_quality_bits():
    bits = np.zeros((1, 6, 8), dtype=np.uint16)
    bits[0, :3] = 1 << 3
    bits[0, 3] = 1 << 6
    recipe = scene(quality={"raster": "qa", "clear": [0, 1, 2, 3, 4]})
    found, _ = told(recipe, image(), named("qa", bits, GRID))
    assert found.s2_ndvi_support == 0.5


ZONES = "zone 50", "zone 49"


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((5, 10, 0, 60, 0, -10), 0),
        ((0, 15, 0, 60, 0, -15), 0),
        ((0, 10, 0, 60, 0, 10), 0),
        ((0, 5, 0, 60, 0, -5), 0),
        ((1000, 10, 0, 60, 0, -10), 0),
        ((0, 10, 0, -60, 0, -10), 0),
        ((-20, 20, 0, 60, 0, -20), 1),
    ],
    ids=["half a cell", "one and a half", "south up", "finer", "beside", "below", "another zone"],
)
def test_a_quality_layer_on_other_cells_is_refused(place, zone):
    raster = image()
    raster.reader.grid = Grid(8, 6, GRID.transform, ZONES[0])
    other = named("scl", np.full((1, 6, 8), 4, dtype=np.uint8), Grid(8, 6, place, ZONES[zone]))
    with pytest.raises(InputError) as caught:
        told(scene(quality={"raster": "scl"}), raster, other)
    assert caught.value.code == "QUALITY_GRID_DIFFERS"


@pytest.mark.parametrize("row_step", [1, 2, 6])
@pytest.mark.parametrize(("x", "y", "width", "height"), [(-30, 90, 20, 16), (-10, 70, 4, 2), (30, 50, 9, 9)])
def test_a_quality_layer_of_the_whole_tile_fits_a_part_cut_out_of_it(x, y, width, height, row_step):
    """Cells of 20 m below an image of 10 m that begins elsewhere; beside the layer nothing counts."""
    classes = np.random.default_rng(3).choice([4, 9], (height, width)).astype(np.uint8)
    layer = named("scl", classes[None], Grid(width, height, (x, 20.0, 0.0, y, 0.0, -20.0)), row_step=1)
    raster = named("s2", image().reader.values, GRID, band_names=BANDS, row_step=row_step)
    found, _ = told(scene(quality={"raster": "scl"}), raster, layer)
    good = 0
    for row in range(6):
        for column in range(8):
            i, j = int((y - (55 - 10 * row)) // 20), int((5 + 10 * column - x) // 20)
            good += 0 <= i < height and 0 <= j < width and classes[i, j] == 4
    assert found.s2_ndvi_support == found.s2_b04_support == pytest.approx(good / 48)


def test_scene_classes_and_quality_bits_of_the_sensors():
    classes, bits = np.zeros((1, 6, 8), dtype=np.uint8), np.zeros((1, 6, 8), dtype=np.float32)
    classes[0].flat[:12] = range(12)
    classes[0].flat[12:] = 3
    found, _ = told(scene(quality={"raster": "scl"}), image(), named("scl", classes, GRID))
    assert found.s2_ndvi_support == pytest.approx(5 / 48)  # vegetation, bare, water, unclassified, snow
    bits[0].flat[:16] = 1 << np.arange(16)
    bits[0].flat[16:] = 1 << 3 | 1 << 8
    bits[0].flat[47] = np.nan
    recipe = scene(sensor="landsat8", quality={"raster": "qa"}, bands={"red": 3, "nir": 4}, scale=0.0001, offset=0)
    found, _ = told(recipe, image(), named("qa", bits, GRID))
    assert found.s2_ndvi_support == pytest.approx(11 / 48)


def test_indices_do_not_tell_of_the_scale_their_image_declares():
    raster = replace(image(), scaling=((0.0001, 0.0),) * 4)
    prepared = prepare(scene(indices=["NDVI", "GNDVI", "RGI", "EVI", "ndvi"]), [raster], TABLES)
    found = evidence(["a"], WHOLE, prepared.rasters)
    doubts = found.issues[found.issues["code"] == "RASTER_SCALE_DECLARED"]
    assert doubts["field"].tolist() == [f"s2_{name}_mean" for name in ("b02", "b03", "b04", "b08")]


@pytest.mark.parametrize("role", ["dem", "chm"])
def test_indices_of_an_image_play_no_role_of_heights(role):
    raster = replace(image(), terrain=TerrainRecipe((), 5, 8, 1, 9) if role == "dem" else None,
                     canopy=CanopyRecipe() if role == "chm" else None)  # fmt: skip
    _, indices = prepare(scene(), [raster], TABLES).rasters
    assert indices.terrain is None
    assert indices.canopy is None


def test_a_change_is_not_told_from_scenes_that_show_too_little():
    """What is left of a stand under cloud is another part of it; and such stands are no reference either."""
    columns = two_dates(40)
    columns.loc[:4, "b_ndvi_mean"], columns.loc[:4, "b_ndvi_support"] = -0.5, 0.79
    columns.loc[5, "a_ndvi_support"] = 0.5
    columns.loc[6, "a_ndvi_support"] = 0.8
    found = changes_against_healthy(columns, [CHANGE], np.ones(40, bool), 34, 0.8)
    assert found.columns.d_ndvi_change.isna().tolist() == [True] * 6 + [False] * 34
    assert found.columns.d_ndvi_change[6:].to_numpy() == pytest.approx(0)
    few = changes_against_healthy(columns, [CHANGE], np.ones(40, bool), 35, 0.8)
    assert few.issues["value"].tolist() == ["34"]


def test_bands_are_named_by_the_recipe_or_taken_in_the_usual_order():
    numbers = np.arange(4, dtype=float)[:, None, None] + np.ones((4, 6, 8))
    recipe: dict = {"scenes": [{"raster": "s2", "sensor": "rgbn", "indices": ["RGI", "NDVI"]}]}
    found, _ = told(recipe, named("s2", numbers, GRID))
    assert found.s2_rgi_mean == pytest.approx(1 / 2)
    recipe["scenes"][0]["bands"] = {"red": 4, "nir": 1}
    found, _ = told(recipe, named("s2", numbers, GRID))
    assert found.s2_ndvi_mean == pytest.approx((1 - 4) / (1 + 4))


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"sensor": "spot"}, "RECIPE_WRONG", "scenes[0].sensor"),
        ({"date": "5.11.2024"}, "RECIPE_WRONG", "scenes[0].date"),
        ({"raster": "other"}, "RECIPE_WRONG", "scenes[0].raster"),
        ({"indices": ["NDXI"]}, "RECIPE_WRONG", "scenes[0].indices"),
        ({"indices": ["NBR"]}, "SCENE_BAND_MISSING", None),
        ({"bands": {"red": 9}}, "SCENE_BAND_MISSING", None),
    ],
)
def test_a_wrong_recipe_names_the_place(wrong, code, place):
    with pytest.raises(InputError) as caught:
        told(scene(**wrong), image())
    assert caught.value.code == code
    assert caught.value.values.get("place") == place


@pytest.mark.parametrize("formula", [None, ["^", "red", 2], ["/", "red"], [["red"]], {"a": 1}, True])
def test_a_formula_is_data_and_nothing_else(formula):
    with pytest.raises(InputError) as caught:
        Index.from_data("X", {"formula": formula})
    assert caught.value.code == "INDEX_FORMULA"


@pytest.mark.parametrize("within", [3, [1], ["0", "1"], [True, False], None, {"low": 0}])
def test_the_range_of_an_index_is_two_numbers(within):
    with pytest.raises(InputError) as caught:
        Index.from_data("X", {"formula": ["/", "red", "green"], "within": within})
    assert caught.value.code == "INDEX_FORMULA"


def test_known_indices_of_known_reflectances():
    reflectance = {"red": 0.03, "nir": 0.4, "blue": 0.02, "green": 0.05, "red_edge_1": 0.1, "red_edge_3": 0.35}
    reflectance |= {"nir_narrow": 0.41, "swir_1": 0.2, "swir_2": 0.1}
    cells = {role: np.array([value]) for role, value in reflectance.items()}
    expected = {
        "ndvi": 0.37 / 0.43,
        "evi": 2.5 * 0.37 / (0.4 + 0.18 - 0.15 + 1),
        "gndvi": 0.35 / 0.45,
        "ndre": 0.3 / 0.5,
        "ndmi": 0.21 / 0.61,
        "nbr": 0.3 / 0.5,
        "rgi": 0.6,
        "cire": 2.5,
    }
    assert {name: TABLES.indices[name].of(cells)[0] for name in expected} == pytest.approx(expected)


CHANGE = Change("d", "a", "b", ("ndvi",))
LEAST = TABLES.healthy_stands_least


def two_dates(count):
    columns = {"a_ndvi_mean": np.full(count, 0.8), "b_ndvi_mean": np.full(count, 0.7)}
    return pd.DataFrame(columns | {f"{scene}_ndvi_support": np.ones(count) for scene in "ab"})


def test_changes_count_from_healthy_stands_of_their_own_scene():
    healthy = np.arange(50) < 40
    columns = two_dates(50)
    columns.loc[45, "b_ndvi_mean"] = 0.5
    columns.loc[46, "b_ndvi_mean"] = np.nan
    found = changes_against_healthy(columns, [CHANGE], healthy, LEAST, 0.8).columns.d_ndvi_change
    assert found[0] == pytest.approx(0)
    assert found[45] == pytest.approx(-0.2)
    assert np.isnan(found[46])


def test_a_few_stands_that_only_seem_healthy_do_not_move_the_rest():
    columns = two_dates(50)
    columns.loc[:8, "b_ndvi_mean"] = 0.1  # felled, and not yet in the inventory
    found = changes_against_healthy(columns, [CHANGE], np.ones(50, bool), LEAST, 0.8).columns
    assert found.d_ndvi_change[49] == pytest.approx(0)
    assert found.d_ndvi_change[0] == pytest.approx(-0.6)


def test_healthy_stands_are_pine_known_to_be_undisturbed():
    facts = pd.DataFrame(
        {"species_group": ["pine", "pine", "pine", "fir", None], "disturbance": ["none", "fire", None] + ["none"] * 2}
    )
    assert healthy_stands(facts, TABLES.healthy_where).tolist() == [True, False, False, False, False]
    assert not healthy_stands(facts[["species_group"]], TABLES.healthy_where).any()


def test_too_few_healthy_stands_give_no_change():
    columns = two_dates(9)
    result = changes_against_healthy(columns, [CHANGE], np.ones(9, bool), 30, 0.8)
    assert result.columns.d_ndvi_change.isna().all()
    assert result.issues.code.tolist() == ["HEALTHY_STANDS_TOO_FEW"]


def test_bands_on_other_cells_make_no_scene():
    from sanming_carbon_plugin.core.rasters.indices import IndexBands, RoleBand

    other = Grid(8, 6, (10.0, 10.0, 0.0, 60.0, 0.0, -10.0))
    roles = {
        "red": RoleBand(ArrayBands(np.ones((1, 6, 8)), GRID), 0),
        "nir": RoleBand(ArrayBands(np.ones((1, 6, 8)), other), 0),
    }
    with pytest.raises(InputError) as caught:
        IndexBands([TABLES.indices["ndvi"]], roles, "s2")
    assert caught.value.code == "SCENE_GRIDS_DIFFER"
