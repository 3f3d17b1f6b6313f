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
from sanming_carbon_plugin.core.rasters import stand_cells
from sanming_carbon_plugin.core.rasters import statistics as statistics_module
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


def test_equal_shares_are_equal_in_spite_of_rounding():
    thirds = [shapely.box(at, 7 - at, at + 0.1, 8 - at) for at in (0, 1, 2)]
    assert sum(one.area for one in thirds) != 0.3  # as numbers
    parts = shapely.MultiPolygon([*thirds, shapely.box(3, 0, 3.3, 1)])
    assert one(named("c", CLASSES, PLAIN), ("majority",), parts).c_majority == 2


def test_classes_are_counted_over_all_strips(monkeypatch):
    monkeypatch.setattr(moments_module, "CELLS_PER_STRIP", 10)
    values = np.arange(80).reshape(1, 8, 10) // 3
    shape = shapely.box(0.5, 0.5, 9, 7.5)
    plain = one(named("c", values, PLAIN), ("shares", "majority", "count"), shape)
    assert plain.filter(like="share").sum() == pytest.approx(1)
    monkeypatch.setattr(statistics_module, "_AREAS_TOGETHER", 3)
    assert one(named("c", values, PLAIN), ("shares", "majority", "count"), shape).equals(plain)
    monkeypatch.setattr(statistics_module, "MOST_CLASSES", 26)
    with pytest.raises(InputError) as caught:
        one(named("c", values, PLAIN), ("majority",), shape)
    assert caught.value.code == "RASTER_WITHOUT_CLASSES"


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


@pytest.mark.parametrize("far", [1e308, np.inf])
def test_a_part_without_a_place_does_not_cut_a_stand_into_pieces(monkeypatch, far):
    monkeypatch.setattr(moments_module, "CELLS_PER_STRIP", 10)
    monkeypatch.setattr(stand_cells, "BYTES_AT_ONCE", 1)
    with np.errstate(invalid="ignore"):
        nowhere = shapely.Polygon([(1, 1), (far, 1), (3, 3)])
        shape = shapely.MultiPolygon([shapely.box(0, 0, 10, 8), nowhere])
    values = np.arange(80.0).reshape(1, 8, 10)
    found = one(named("x", values, PLAIN), ("min", "max", "median", "count"), shape)
    assert found.tolist() == [0, 79, 39.5, 80]


def test_equal_values_count_cell_by_cell():
    """exactextract 0.3.0 takes them for one cell and finds 1.5."""
    values = np.array([[[1, 1, 1, 1, 2, 1, 1, 1, 1, 1]]], dtype=np.uint8)
    row = Grid(10, 1, (0.0, 1.0, 0.0, 1.0, 0.0, -1.0))
    assert one(named("x", values, row), ("median", "q90", "q100"), shapely.box(0, 0, 10, 1)).tolist() == pytest.approx(
        np.quantile(values, [0.5, 0.9, 1.0])
    )


def test_the_outermost_quantiles_are_the_outermost_values():
    """Slivers of neighbouring cells leave few digits to find a place between them."""
    shape = shapely.box(1 - 3e-10, 0, 2 + 2e-10, 1)
    values = np.array([[[7.1, 3.3, 9.7, 0, 0, 0, 0, 0, 0, 0]]], dtype=np.float32)
    row = Grid(10, 1, (0.0, 1.0, 0.0, 1.0, 0.0, -1.0))
    found = one(named("x", values, row), ("q0", "min", "q100", "max"), shape)
    assert found.tolist() == [values[0, 0, 1]] * 2 + [values[0, 0, 2]] * 2


@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_quantiles_do_not_depend_on_the_order_of_equal_values(kind):
    """Of cells with one value the one with the smallest share comes first."""
    values = np.array([[[1, 1, 1, 2, 2, 3, 3, 3, 1, 1]]], dtype=kind)
    shapes = [shapely.box(at, 0, at + share, 1) for at, share in enumerate([1, 0.2, 0.5, 1, 0.3, 1, 0.9, 0.1, 1, 1])]
    row = Grid(10, 1, (0.0, 1.0, 0.0, 1.0, 0.0, -1.0))
    chosen = ("q20", "median", "q70", "q80")
    told = one(named("x", values, row), chosen, shapely.MultiPolygon(shapes))
    for seed in range(6):
        order = np.random.default_rng(seed).permutation(10)
        moved = shapely.MultiPolygon([shapely.box(at, 0, at + shapes[old].area, 1) for at, old in enumerate(order)])
        again = one(named("x", values[:, :, order], row), chosen, moved)
        np.testing.assert_allclose(again, told, rtol=1e-12)
    assert told.between(1, 3).all()
    assert told.nunique() > 2
