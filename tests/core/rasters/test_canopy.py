"""Canopy heights: what the data file asks for, no more, and never from cells that are unknown."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from arrays import named

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters.canopy import CanopyRecipe
from sanming_carbon_plugin.core.rasters.evidence import evidence, result_columns
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.statistics import statistics
from tests.coverage_helpers import packed_outlines

GRID = Grid(10, 8, (0.0, 1.0, 0.0, 8.0, 0.0, -1.0))
SHIPPED = json.loads((Path(__file__).parents[3] / "resources" / "recipes" / "canopy.json").read_text("utf-8"))
STANDS = np.array([shapely.box(0, 0, 10, 8), shapely.box(0.5, 6.5, 2, 8), None, shapely.box(20, 0, 22, 2)])


def heights():
    """From 0 to 20 m; the lowest row is unknown."""
    values = np.linspace(0, 20, 80).reshape(1, 8, 10)
    valid = np.ones(values.shape, dtype=bool)
    valid[:, 7] = False
    return values, valid


def raster(recipe, name="lidar"):
    values, valid = heights()
    return replace(named(name, values, GRID, valid), canopy=recipe)


def told(recipe, stands=STANDS):
    return evidence(range(len(stands)), stands, [raster(recipe)], low_support=0.5).columns


def test_the_shipped_file_asks_for_what_it_says():
    found = told(CanopyRecipe.from_data(SHIPPED))
    own = [name for name in found.columns if not name.startswith("lidar_")]
    assert own == [
        "canopy_height_m_mean",
        "canopy_height_m_support",
        "canopy_over_2m_share",
        "canopy_height_m_q90",
        "canopy_height_m_max",
    ]
    known = heights()[0][0, :7]
    assert found.canopy_height_m_mean[0] == pytest.approx(known.mean())
    assert found.canopy_over_2m_share[0] == pytest.approx((known > 2).mean())
    assert found.canopy_height_m_q90[0] == pytest.approx(np.quantile(known, 0.9))
    assert found.canopy_height_m_max[0] == known.max()
    assert found.canopy_height_m_support[0] == pytest.approx(7 / 8)
    assert found.canopy_height_m_mean.equals(found.lidar_mean.rename("canopy_height_m_mean"))


def test_cells_count_by_their_covered_share():
    found = told(CanopyRecipe((), (0.1,))).loc[1]
    cells, weights = heights()[0][0, :2, :2].ravel(), np.array([0.5, 1, 0.25, 0.5])
    assert found["canopy_over_0.1m_share"] == pytest.approx(weights[cells > 0.1].sum() / weights.sum())


def test_what_is_unknown_stays_unknown():
    found = told(CanopyRecipe.from_data(SHIPPED)).filter(like="canopy_")
    assert found.drop(columns="canopy_height_m_support").iloc[2:].isna().all(axis=None)
    assert np.isnan(found.canopy_height_m_support[2])
    assert found.canopy_height_m_support[3] == 0


def test_empty_lists_ask_for_the_mean_only():
    empty = {**SHIPPED, "statistics": [], "cover_above_m": []}
    own = [name for name in told(CanopyRecipe.from_data(empty)).columns if not name.startswith("lidar_")]
    assert own == ["canopy_height_m_mean", "canopy_height_m_support"]


def test_other_heights_and_quantiles_are_data():
    found = told(CanopyRecipe.from_data({**SHIPPED, "statistics": ["q50"], "cover_above_m": [5, 1.5]})).loc[0]
    known = heights()[0][0, :7]
    assert found.canopy_height_m_q50 == pytest.approx(np.median(known))
    assert found.canopy_over_5m_share == pytest.approx((known > 5).mean())
    assert found["canopy_over_1.5m_share"] == pytest.approx((known > 1.5).mean())


def test_a_statistic_that_does_not_exist_is_told():
    with pytest.raises(InputError) as caught:
        CanopyRecipe.from_data({**SHIPPED, "statistics": ["p90"]})
    assert caught.value.code == "RECIPE_WRONG"


def test_packed_outlines_and_chosen_statistics_give_the_same_and_progress_never_runs_backwards():
    class Told(Progress):
        def __init__(self):
            self.seen = []

        def update(self, fraction):
            self.seen.append(fraction)

    recipe, progress = CanopyRecipe.from_data(SHIPPED), Told()
    plain = told(recipe)
    assert told(recipe, packed_outlines(STANDS)).equals(plain)
    found = statistics(range(4), STANDS, [raster(recipe)], ("max",), progress, low_support=0.5).columns
    assert found.lidar_max.tolist()[:2] == plain.canopy_height_m_max.tolist()[:2]
    assert found.canopy_height_m_q90.equals(plain.canopy_height_m_q90)
    assert progress.seen == sorted(progress.seen)
    assert progress.seen[-1] == 1


def test_the_columns_of_the_result_stay_those_of_the_contract():
    recipe = CanopyRecipe.from_data(SHIPPED)
    assert result_columns([raster(recipe, "chm")]) == ["chm_mean", "chm_std", "chm_support"]


@pytest.mark.parametrize(("factor", "told_codes"), [(1, []), (10, ["CANOPY_HEIGHTS_UNLIKELY"])])
def test_heights_that_no_trees_have_are_doubted(factor, told_codes):
    """Decimetres, or heights above the sea, that the file does not tell."""
    values = np.full((1, 8, 10), 12.0 * factor)
    chm = replace(named("chm", values, GRID), canopy=CanopyRecipe.from_data(SHIPPED))
    found = evidence(["a"], STANDS[:1], [chm])
    assert found.issues["code"].tolist() == told_codes
    assert found.columns.canopy_height_m_mean["a"] == 12 * factor
