"""Slope, aspect and elevation of stands on planes whose slope is known."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from arrays import ArrayBands

from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.moments import Moments
from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster
from sanming_carbon_plugin.core.rasters.terrain import TerrainRecipe, metres_per_degree, terrain_columns

NORTH_UP = Grid(20, 16, (1000.0, 30.0, 0.0, 2000.0, 0.0, -30.0))
RECIPE = TerrainRecipe((15.0, 25.0, 35.0), 5.0, 8, 1, 9)


def land(grid, east, north, recipe=RECIPE, valid=None, row_step=5):
    """A plane that rises by east and north per unit of the CRS."""
    columns, rows = np.meshgrid(np.arange(grid.width) + 0.5, np.arange(grid.height) + 0.5)
    places = grid.to_map(np.column_stack([columns.ravel(), rows.ravel()]))
    heights = 300 + places @ np.array([east, north]) - grid.to_map(np.zeros((1, 2))) @ np.array([east, north])
    reader = ArrayBands(heights.reshape(1, grid.height, grid.width), grid, valid, row_step=row_step)
    return NamedRaster("dem", reader, terrain=recipe)


def inner(grid):
    return shapely.transform(shapely.box(2.3, 2.1, grid.width - 2.7, grid.height - 2.2), grid.to_map)


def told(raster, shape=None):
    return evidence(["a"], np.array([shape or inner(raster.reader.grid)], dtype=object), [raster]).columns.loc["a"]


@pytest.mark.parametrize(
    ("east", "north", "aspect"),
    [(0, -1, 1), (-1, -1, 2), (-1, 0, 3), (-1, 1, 4), (0, 1, 5), (1, 1, 6), (1, 0, 7), (1, -1, 8)],
)
@pytest.mark.parametrize(
    "grid",
    [
        NORTH_UP,
        Grid(20, 16, (1000.0, 30.0, 0.0, 2000.0, 0.0, 30.0)),
        Grid(20, 16, (1000.0, 18.0, 24.0, 2000.0, 24.0, -18.0)),
        Grid(20, 16, (1000.0, 30.0, 0.0, 2000.0, 0.0, -10.0)),
    ],
    ids=["north up", "south up", "rotated", "flat cells"],
)
def test_a_plane_has_its_slope_and_falls_the_other_way(grid, east, north, aspect):
    rise = np.tan(np.radians(20)) / np.hypot(east, north)
    found = told(land(grid, east * rise, north * rise))
    assert found.slope_deg_mean == pytest.approx(20, rel=1e-6)
    assert (found.slope_over_15_share, found.slope_over_25_share, found.slope_over_35_share) == (1, 0, 0)
    assert found.aspect_code == aspect
    assert found.elevation_m_mean == pytest.approx(found.dem_mean)


def test_shares_weigh_the_steep_part():
    raster = land(NORTH_UP, np.tan(np.radians(10)), 0)
    raster.reader.values[:, :, 10:] += np.arange(10) * 30 * (np.tan(np.radians(30)) - np.tan(np.radians(10)))
    found = told(raster, shapely.box(1000 + 6 * 30, 1700, 1000 + 14 * 30, 1900))
    assert found.slope_over_25_share == pytest.approx(3.5 / 8, abs=0.5 / 8)
    assert found.slope_over_35_share == 0


def test_flat_land_has_no_aspect():
    assert told(land(NORTH_UP, 0.01, 0.0)).aspect_code == 9
    level = told(land(NORTH_UP, 0.0, 0.0))
    assert (level.aspect_code, level.slope_deg_mean) == (9, 0)


def test_degrees_are_metres_at_their_latitude():
    grid = Grid(20, 16, (117.0, 0.0003, 0.0, 26.0, 0.0, -0.0003))
    east_m, north_m = metres_per_degree(np.array([26.0]))
    assert east_m[0] == pytest.approx(100_116, rel=2e-4)
    assert north_m[0] == pytest.approx(110_787, rel=2e-4)
    degrees = TerrainRecipe(**{**RECIPE.__dict__, "metres_per_unit": float("nan")})
    found = told(land(grid, 0.5 * east_m[0], 0, degrees))
    assert found.slope_deg_mean == pytest.approx(np.degrees(np.arctan(0.5)), rel=1e-3)
    assert found.aspect_code == 7


def test_units_that_are_shorter_on_the_ground_make_the_land_steeper():
    feet = TerrainRecipe(**{**RECIPE.__dict__, "metres_per_unit": 0.3048})
    assert told(land(NORTH_UP, 0.3048 * 0.5, 0, feet)).slope_deg_mean == pytest.approx(np.degrees(np.arctan(0.5)))
    stretched = TerrainRecipe(**{**RECIPE.__dict__, "stretch": ((0.0, 0.8, 0.9), (16.0, 0.8, 0.9))})
    assert told(land(NORTH_UP, 0.8 * 0.5, 0, stretched)).slope_deg_mean == pytest.approx(np.degrees(np.arctan(0.5)))
    assert told(land(NORTH_UP, 0, 0.9 * 0.5, stretched)).slope_deg_mean == pytest.approx(np.degrees(np.arctan(0.5)))


def test_too_little_of_a_stand_is_unknown_not_gentle():
    valid = np.ones((1, 16, 20), dtype=bool)
    valid[:, :, 8:] = False
    found = told(land(NORTH_UP, 0.2, 0, valid=valid))
    assert np.isnan(found.slope_over_25_share)
    assert np.isnan(found.slope_deg_mean)
    assert found.aspect_code != found.aspect_code
    assert 0 < found.dem_support < 0.8


def test_strips_do_not_show():
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 20, (1, 16, 20))
    both = []
    for row_step in (1, 16):
        raster = land(NORTH_UP, 0.3, 0.1, row_step=row_step)
        raster.reader.values = raster.reader.values + noise
        both.append(told(raster))
    assert both[0].slope_deg_mean == pytest.approx(both[1].slope_deg_mean, rel=1e-6)


def shipped(**more):
    data = json.loads((Path(__file__).parents[3] / "resources" / "recipes" / "terrain.json").read_text("utf-8"))
    return TerrainRecipe.from_data({**data, **more}, 1.0)


def test_the_shipped_file_asks_for_what_the_survey_asks():
    recipe = shipped()
    assert recipe.slope_shares_deg == (15, 25, 35)
    assert (recipe.flat_below_deg, recipe.aspect_count, recipe.first_aspect_code, recipe.no_aspect_code) == (5, 8, 1, 9)
    assert 0 < recipe.aspect_agreement_least < 0.5
    found = told(land(NORTH_UP, np.tan(np.radians(30)), 0, recipe))
    assert (found.slope_over_15_share, found.slope_over_25_share, found.slope_over_35_share) == (1, 1, 0)


def ridge(east_share, recipe):
    """Land that falls to both sides of a ridge at a share of the stand."""
    raster = land(NORTH_UP, 0, 0, recipe)
    columns = np.arange(20) - (2 + 16 * east_share)
    raster.reader.values = np.broadcast_to(300 - 15 * np.abs(columns)[None, None], (1, 16, 20)).copy()
    return told(raster, shapely.transform(shapely.box(2.5, 2, 18.5, 14), NORTH_UP.to_map))


def test_a_ridge_has_no_aspect_by_chance():
    """Cells that fall to east and to west cancel out: what is left would be north, where nothing falls."""
    assert np.isnan(ridge(0.5, shipped()).aspect_code)
    assert ridge(0.15, shipped()).aspect_code == 3
    assert ridge(0.85, shipped()).aspect_code == 7


@pytest.mark.parametrize("lean", [-20.0, -1.0, 1.0, 20.0])
def test_north_is_one_aspect_on_both_sides_of_its_line(lean):
    """Cells that fall to 340 and to 20 degrees are north, whatever the mean of those numbers is."""
    rise = np.tan(np.radians(20))
    raster = land(NORTH_UP, 0, -rise, shipped())
    columns = np.abs(np.arange(20) - 9.5) * 30
    raster.reader.values = raster.reader.values + columns[None, None] * rise * np.tan(np.radians(lean))
    assert told(raster).aspect_code == 1


def test_cells_at_the_rim_have_heights_but_no_slopes_and_are_told():
    raster = land(NORTH_UP, 0.3, 0)
    stands = np.array([shapely.transform(shapely.box(*box), NORTH_UP.to_map)
                       for box in ((0, 0, 2, 2), (4, 4, 8, 8), (-3, 4, 1, 8))])  # fmt: skip
    found = evidence(["rim", "inner", "half"], stands, [raster], low_support=0.8)
    assert found.columns.slope_deg_mean.isna().tolist() == [True, False, True]
    assert found.columns.aspect_code.isna().tolist() == [True, False, True]
    low = found.issues[found.issues["code"] == "RASTER_LOW_SUPPORT"].set_index("stand_key")
    assert low["field"].to_dict() == {"rim": "slope_deg_mean", "half": "dem_support"}
    assert float(low["value"]["rim"]) == pytest.approx(0.25)


def test_a_void_takes_the_slopes_around_it():
    raster = land(NORTH_UP, 0.3, 0)
    raster.reader.valid = np.ones((1, 16, 20), dtype=bool)
    raster.reader.valid[0, 7, 9] = False
    stand = shapely.transform(shapely.box(6, 4, 13, 11), NORTH_UP.to_map)
    found = evidence(["a"], np.array([stand]), [raster], low_support=0.9)
    assert np.isnan(found.columns.slope_deg_mean["a"])
    assert found.columns.dem_support["a"] == pytest.approx(48 / 49)
    assert found.issues[["code", "field"]].to_numpy().tolist() == [["RASTER_LOW_SUPPORT", "slope_deg_mean"]]
    assert float(found.issues["value"][0]) == pytest.approx(40 / 49)
    assert evidence(["a"], np.array([stand]), [raster], low_support=0.5).columns.slope_deg_mean["a"] > 0


def test_a_model_coarser_than_the_stands_still_weighs_by_area():
    raster = land(NORTH_UP, 0.3, 0)
    small = shapely.box(1000 + 5 * 30 + 20, 2000 - 5 * 30 - 10, 1000 + 6 * 30 + 10, 2000 - 5 * 30 - 4)
    found = told(raster, small)
    assert found.elevation_m_mean == pytest.approx(300 + 0.3 * 30 * 6)
    assert found.slope_deg_mean == pytest.approx(np.degrees(np.arctan(0.3)))


@pytest.mark.parametrize(("factor", "told_codes"), [(1, []), (3.2808, ["SLOPES_UNLIKELY"]), (10, ["SLOPES_UNLIKELY"])])
def test_land_that_is_too_steep_is_doubted(factor, told_codes):
    """Heights in feet or decimetres that say nothing of it."""
    raster = land(NORTH_UP, factor * np.tan(np.radians(23)), 0, shipped())
    found = evidence(["a"], np.array([inner(NORTH_UP)]), [raster])
    assert found.issues["code"].tolist() == told_codes


@pytest.mark.parametrize(("east", "flat", "code"), [(0.17, 0.45, 3), (0.17, 0.0, np.nan), (0.3, 0.51, 9)])
def test_flat_cells_have_no_say_in_how_far_directions_agree(east, flat, code):
    values = (20.0, 1.0, 0.0, 0.0, east, 0.0, flat)
    sums = [Moments(np.array([[1.0, value, 0.0]]), 0.0) for value in values]
    found = terrain_columns(shipped(), sums, np.array([300.0]), np.array([1.0]), 0.8)["aspect_code"]
    np.testing.assert_array_equal(found, [code])
