"""What a raster is for: elevation, canopy heights, recipes, declared scales, and numbers that mean no data."""

import json
from contextlib import closing

import numpy as np
import pytest
import shapely
from made_rasters import CGCS_39, scaled, whole, write

from sanming_carbon_plugin.adapters.rasters import apply_recipe, open_raster
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.evidence import evidence


def test_an_elevation_model_adds_slopes(folder, backend):
    columns, rows = np.meshgrid(np.arange(40), np.arange(30))
    heights = (500 + columns * 10 * np.tan(np.radians(30)) + rows * 0).astype(np.float32)[None]
    path = write(folder / "dem.tif", heights)
    raster = open_raster(path, "dem", CGCS_39, backend)
    with closing(raster.reader):
        stand = shapely.box(39500055, 2899755, 39500305, 2899955)
        found = evidence(["a"], np.array([stand], dtype=object), [raster]).columns.loc["a"]
    assert found.slope_deg_mean == pytest.approx(30, rel=1e-4)
    assert (found.slope_over_25_share, found.slope_over_35_share, found.aspect_code) == (1, 0, 7)
    assert found.elevation_m_mean == pytest.approx(found.dem_mean)


def test_a_recipe_names_the_elevation_model(folder, backend):
    raster = open_raster(write(folder / "h.tif", np.ones((1, 30, 40))), "height", CGCS_39, backend)
    recipe = folder / "recipe.json"
    recipe.write_text('{"dem": "Height"}', encoding="utf-8")
    with closing(raster.reader):
        (known,) = apply_recipe(recipe, [raster]).rasters
        found = evidence(["a"], whole(40, 30), [known], low_support=0.5).columns.loc["a"]
        recipe.write_text('{"dem": "other"}', encoding="utf-8")
        with pytest.raises(InputError):
            apply_recipe(recipe, [raster])
    assert found.slope_deg_mean == 0
    assert found.elevation_m_mean == 1


def test_canopy_heights_are_known_by_name_or_by_the_recipe(folder, backend):
    path = write(folder / "h.tif", np.arange(12.0).reshape(1, 3, 4))
    recipe = folder / "recipe.json"
    recipe.write_text('{"chm": "Lidar_2023"}', encoding="utf-8")
    for name in ("chm", "CHM", "lidar_2023", "other"):
        raster = open_raster(path, name, CGCS_39, backend)
        with closing(raster.reader):
            if name == "other":
                with pytest.raises(InputError) as caught:
                    apply_recipe(recipe, [raster])
                assert (caught.value.code, caught.value.values["place"]) == ("RECIPE_WRONG", "chm")
            else:
                known = apply_recipe(recipe, [raster]).rasters if name.startswith("l") else [raster]
                found = evidence(["a"], whole(), known).columns.loc["a"]
                assert found.canopy_height_m_mean == found[f"{name}_mean"] == 5.5
                assert found.canopy_height_m_max == 11
                assert found.canopy_over_2m_share == pytest.approx(9 / 12)


def test_a_recipe_that_names_another_model_takes_the_role_from_the_name(folder, backend):
    flat, steep = np.ones((1, 30, 40)), np.tile(np.arange(40.0) * 10, (1, 30, 1))
    recipe = folder / "recipe.json"
    recipe.write_text('{"dem": "lidar", "chm": "crowns"}', encoding="utf-8")
    rasters = [
        open_raster(write(folder / f"{name}.tif", values), name, CGCS_39, backend)
        for name, values in (("lidar", steep), ("dem", flat), ("crowns", steep), ("chm", flat))
    ]
    try:
        found = evidence(["a"], whole(40, 30), apply_recipe(recipe, rasters).rasters, low_support=0.5).columns
    finally:
        for raster in rasters:
            raster.reader.close()
    assert found.columns.is_unique
    assert found.slope_deg_mean["a"] == pytest.approx(45, rel=1e-3)
    assert found.elevation_m_mean["a"] == pytest.approx(195)
    assert found.canopy_height_m_mean["a"] == pytest.approx(195)


def test_a_recipe_file_is_applied(folder, backend):
    numbers = np.stack([np.full((3, 4), number, dtype=np.uint16) for number in (300, 4000)])
    path = write(folder / "s.tif", numbers, names=["B04", "B08"])
    recipe = folder / "recipe.json"
    recipe.write_text('{"scenes": [{"raster": "S2", "sensor": "sentinel2", "indices": ["NDVI"]}]}', encoding="utf-8")
    raster = open_raster(path, "s2", CGCS_39, backend)
    with closing(raster.reader):
        prepared = apply_recipe(recipe, [raster])
        found = evidence(["a"], whole(), prepared.rasters).columns.loc["a"]
    assert found.s2_ndvi_mean == pytest.approx(3700 / 4300)
    assert prepared.issues.code.tolist() == ["SENTINEL2_OFFSET_REMOVED_BEFORE"]


def test_heights_are_those_the_file_declares_and_other_numbers_are_told_to_be_stored_ones(folder, backend):
    path = scaled(folder / "dm.tif", np.full((1, 12, 12), 5000, np.int16), 0.1, 20.0)
    stand = np.array([shapely.box(39500020, 2899900, 39500100, 2899980)], dtype=object)
    recipe = folder / "recipe.json"
    for name, mean, told, roles in (
        ("dem", 520.0, 0, {}),
        ("chm", 520.0, 0, {}),
        ("x", 5000.0, 1, {}),
        ("x", 520.0, 0, {"dem": "x"}),
        ("x", 520.0, 0, {"chm": "x"}),
        ("dem", 520.0, 0, {"dem": "dem"}),
    ):
        raster = open_raster(f"{path}", name, CGCS_39, backend)
        recipe.write_text(json.dumps(roles), encoding="utf-8")
        with closing(raster.reader):
            found = evidence(["a"], stand, apply_recipe(recipe, [raster]).rasters)
        assert found.columns[f"{name}_mean"].iloc[0] == pytest.approx(mean)
        assert (found.issues["code"] == "RASTER_SCALE_DECLARED").sum() == told


@pytest.mark.parametrize("mark", [-9999, -32768])
def test_cells_that_mean_no_data_without_saying_so_are_told_where_stands_have_them(folder, backend, mark):
    values = np.arange(24.0, dtype=np.float32).reshape(1, 3, 8)
    values[0, 1, 1] = values[0, 1, 7] = mark
    stands = np.array(
        [shapely.box(39500000, 2899970, 39500040, 2900000), shapely.box(39500040, 2899970, 39500070, 2900000)]
    )
    for code, told in ((np.float32, ["a"]), (np.int16, ["a"]), (np.uint16, [])):
        plane = np.where(values < 0, 7, values).astype(code) if code is np.uint16 else values.astype(code)
        raster = open_raster(write(folder / f"{mark}{code.__name__}.tif", plane), "x", CGCS_39, backend=backend)
        with closing(raster.reader):
            doubts = evidence(["a", "b"], stands, [raster]).issues
        doubts = doubts[doubts["code"] == "RASTER_MARK_UNDECLARED"]
        assert doubts["stand_key"].tolist() == told
        assert doubts["value"].astype(float).tolist() == [pytest.approx(1 / 12)] * len(told)
    declared = open_raster(write(folder / "declared.tif", values, nodata=mark), "x", CGCS_39, backend=backend)
    with closing(declared.reader):
        assert "RASTER_MARK_UNDECLARED" not in set(evidence(["a", "b"], stands, [declared]).issues["code"])


@pytest.mark.parametrize("role", ["dem", "chm"])
@pytest.mark.parametrize("mark", [-9999, -32768, -3.4028234663852886e38])
def test_heights_never_hold_what_means_no_data(folder, backend, role, mark):
    values = np.full((1, 12, 12), 300.0, dtype=np.float32)
    values[0, 4:6, 4:6] = mark
    raster = open_raster(write(folder / "高程.tif", values), role, CGCS_39, backend=backend)
    with closing(raster.reader):
        found = evidence(["a"], whole(12, 12), [raster]).columns.loc["a"]
    assert found[f"{role}_mean"] == pytest.approx(300.0)
    assert found[f"{role}_support"] == pytest.approx(1 - 4 / 144)
    assert not (found.filter(like="slope_over") > 0).any()
