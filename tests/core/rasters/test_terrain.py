"""Slope, aspect and elevation of stands on planes whose slope is known."""

import numpy as np
import pytest
import shapely
from arrays import ArrayBands

from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster
from sanming_carbon_plugin.core.rasters.terrain import TerrainRecipe, metres_per_degree

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
