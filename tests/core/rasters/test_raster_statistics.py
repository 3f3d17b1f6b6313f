"""Least, largest, quantiles, counts and classes against exactextract and plain arithmetic."""

import json

import numpy as np
import pytest
import shapely
from arrays import ArrayBands, named
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import ask_arrays
from outlines_strategy import grids, outlines, without_needles

from sanming_carbon_plugin.core.errors import InputError, UsageError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters import moments as moments_module
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster
from sanming_carbon_plugin.core.rasters.statistics import statistics

PLAIN = Grid(10, 8, (0.0, 1.0, 0.0, 8.0, 0.0, -1.0))
CLASSES = np.tile(np.array([1, 1, 1, 2, 2, 7, 7, 7, 7, 7], dtype=np.uint8), (1, 8, 1))


def one(raster, chosen, shape):
    return statistics(["a"], np.array([shape], dtype=object), [raster], chosen).columns.loc["a"]


@pytest.mark.oracle
@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_agrees_with_exactextract(data):
    grid = data.draw(grids())
    shape = without_needles(data.draw(outlines(grid)), grid)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    # No value twice: the oracle takes equal values for one cell, which moves its quantiles.
    values = rng.permutation(grid.height * grid.width).reshape(1, grid.height, grid.width) + 0.5
    valid = rng.random(values.shape) < data.draw(st.sampled_from([1.0, 0.7]))
    chosen = ("min", "max", "median", "q10", "q75", "count")
    shown = np.where(valid, values, np.nan)[0]
    north_up = shown[::-1] if grid.transform[5] > 0 else shown
    covered = shapely.area(shapely.intersection(_cells(grid), shape)) / grid.cell_area
    # Without any valid cell the oracle's quantile reads beyond its memory; slivers it counts or not by rounding.
    if (covered * valid[0]).sum() < 1e-4 or ((covered > 0) & (covered < 1e-6)).any():
        return
    feature = [{"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}]
    asked = ["min", "max", "median", "quantile(q=0.1)", "quantile(q=0.75)", "count"]
    answer = ask_arrays(np.ascontiguousarray(north_up), grid.bounds, feature, asked)
    if answer is None:
        return
    expected = dict(zip(chosen, _figures(answer[0]), strict=True))
    found = one(named("x", values, grid, valid), chosen, shape)
    assert found.x_count == pytest.approx(expected["count"], rel=1e-6, abs=1e-7)
    for name in ("min", "max"):
        assert found[f"x_{name}"] == expected[name]
    for name in ("median", "q10", "q75"):
        assert found[f"x_{name}"] == pytest.approx(expected[name], abs=1e-5)


def _figures(properties):
    names = ("min", "max", "median", "quantile_10", "quantile_75", "count")
    return [np.nan if properties[name] is None else float(properties[name]) for name in names]


def _cells(grid):
    columns, rows = np.meshgrid(np.arange(grid.width), np.arange(grid.height))
    return shapely.transform(shapely.box(columns, rows, columns + 1, rows + 1), grid.to_map)


def test_quantiles_of_equal_shares_are_the_usual_ones():
    values = np.arange(80.0).reshape(1, 8, 10)
    found = one(named("x", values, PLAIN), ("q0", "q25", "median", "q90", "q100"), shapely.box(0, 0, 10, 8))
    assert found.tolist() == pytest.approx(np.quantile(values, [0, 0.25, 0.5, 0.9, 1]).tolist())


def test_columns_stand_in_the_order_asked_for():
    found = one(named("x", np.ones((2, 8, 10)), PLAIN), ("max", "mean", "count"), shapely.box(0, 0, 1.5, 1))
    assert found.index.tolist() == [f"x_b{band}_{name}" for band in (1, 2) for name in ("max", "mean", "count")]
    assert found.tolist() == [1, 1, 1.5] * 2


def test_classes_have_shares_and_a_majority():
    found = one(named("cover", CLASSES, PLAIN), ("shares", "majority"), shapely.box(2.5, 1, 6, 5))
    assert found.to_dict() == pytest.approx(
        {"cover_share_1": 0.5 / 3.5, "cover_share_2": 2 / 3.5, "cover_share_7": 1 / 3.5, "cover_majority": 2}
    )


def test_a_stand_without_a_class_has_none_of_it_and_one_without_cells_is_unknown():
    shapes = np.array([shapely.box(0, 0, 2, 2), shapely.box(20, 0, 22, 2), None], dtype=object)
    shapes = np.append(shapes, shapely.box(6, 0, 8, 2))
    found = statistics(list("abcd"), shapes, [named("c", CLASSES, PLAIN)], ("shares", "majority", "count"))
    assert found.columns.loc["a"].tolist() == [1, 0, 1, 4]
    assert found.columns.loc["d"].tolist() == [0, 1, 7, 4]
    assert found.columns.loc["b", ["c_share_1", "c_majority"]].isna().all()
    assert found.columns.loc["b", "c_count"] == 0


def test_equal_shares_go_to_the_larger_number():
    assert one(named("c", CLASSES, PLAIN), ("majority",), shapely.box(2, 0, 4, 4)).c_majority == 2


def test_measurements_are_no_classes():
    values = np.linspace(0, 1, 80).reshape(1, 8, 10)
    with pytest.raises(InputError) as caught:
        one(named("x", values, PLAIN), ("majority",), shapely.box(0, 0, 4, 4))
    assert caught.value.code == "RASTER_WITHOUT_CLASSES"


@pytest.mark.parametrize("name", ["variance", "q101", "q", "q1.5", "qq"])
def test_an_unknown_statistic_is_a_wrong_usage(name):
    with pytest.raises(UsageError) as caught:
        one(named("x", CLASSES, PLAIN), (name,), shapely.box(0, 0, 4, 4))
    assert caught.value.code == "STATISTIC_UNKNOWN"


def test_progress_never_runs_backwards():
    class Told(Progress):
        def __init__(self):
            self.seen = []

        def update(self, fraction):
            self.seen.append(fraction)

    told = Told()
    other = Grid(5, 4, (0.0, 2.0, 0.0, 8.0, 0.0, -2.0))
    rasters = [named("x", np.ones((1, 8, 10)), PLAIN), named("y", np.ones((1, 4, 5)), other)]
    statistics(["a"], np.array([shapely.box(0, 0, 9, 8)], dtype=object), rasters, ("mean", "max"), told)
    assert told.seen == sorted(told.seen)
    assert told.seen[-1] == 1


def test_stands_over_many_strips_are_finished_once(monkeypatch):
    monkeypatch.setattr(moments_module, "CELLS_PER_STRIP", 10)
    rng = np.random.default_rng(6)
    values = rng.integers(0, 50, (1, 8, 10)).astype(float)
    parts = shapely.MultiPolygon([shapely.box(0, 6, 3, 8), shapely.box(5, 0, 9, 2)])
    found = one(NamedRaster("x", ArrayBands(values, PLAIN, row_step=3)), ("min", "max", "median", "count"), parts)
    cells = np.concatenate([values[0, :2, :3].ravel(), values[0, 6:, 5:9].ravel()])
    assert found.tolist() == [cells.min(), cells.max(), np.median(cells), len(cells)]
