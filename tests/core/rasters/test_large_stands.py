"""Stands with more cells than memory: the same figures as of all their cells, without holding them."""

import tracemalloc

import numpy as np
import pytest
import shapely
from arrays import named
from hypothesis import given, settings
from hypothesis import strategies as st
from outlines_strategy import grids, outlines

from sanming_carbon_plugin.core.errors import CancelledError, InputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters import large_stands, moments, stand_cells
from sanming_carbon_plugin.core.rasters import outlines as outlines_module
from sanming_carbon_plugin.core.rasters import statistics as statistics_module
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.statistics import statistics

CHOSEN = ("min", "max", "median", "q0", "q10", "q75", "q100", "count")
KINDS = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64"]


def drawn_values(draw, kind, shape):
    """Values of a type, with many equal ones, some next to each other, zeros of both signs and the ends of the type."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        choice = [rng.normal(0, 10, shape), rng.integers(-3, 3, shape) * 0.5, rng.normal(1e6, 1e-3, shape)]
        values = choice[draw(st.integers(0, 2))].astype(kind)
        values[rng.random(shape) < 0.1] *= dtype.type(-0.0)
        return values
    ends = np.iinfo(dtype)
    most = min(ends.max, 2**52)
    low, high = draw(st.sampled_from([(max(ends.min, -(2**52)), most), (0, 3), (most - 5, most)]))
    return rng.integers(low, high, shape, dtype=dtype, endpoint=True)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_figures_are_those_of_all_cells(data):
    grid = data.draw(grids(rotated=data.draw(st.booleans())))
    shapes = np.array(data.draw(st.lists(outlines(grid), min_size=1, max_size=4)), dtype=object)
    values = drawn_values(data.draw, data.draw(st.sampled_from(KINDS)), (2, grid.height, grid.width))
    valid = np.random.default_rng(5).random(values.shape) < data.draw(st.sampled_from([1.0, 0.6]))
    raster = named("x", values, grid, valid, row_step=2)

    def told():
        try:
            return statistics(range(len(shapes)), shapes, [raster], CHOSEN, low_support=0).columns
        except InputError as problem:
            return problem.code

    plain = told()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(moments, "CELLS_PER_STRIP", grid.width)
        patched.setattr(stand_cells, "BYTES_AT_ONCE", 1)
        patched.setattr(stand_cells, "BYTES_HELD", data.draw(st.sampled_from([0, 400])))
        patched.setattr(large_stands, "BINS_IN_ALL", data.draw(st.sampled_from([1, 2**12])))
        found = told()
    if isinstance(plain, str):
        assert found == plain
        return
    scale = np.abs(values.astype(float)).max() + 1
    np.testing.assert_allclose(found, plain, rtol=0, atol=1e-9 * scale)
    exact = [name for name in plain if name.endswith(("_min", "_max"))]
    np.testing.assert_array_equal(found[exact], plain[exact])


def memory_of(side, chosen, monkeypatch):
    """Most memory that figures of one stand as large as the raster take beside the raster."""
    monkeypatch.setattr(stand_cells, "BYTES_AT_ONCE", 2**17)
    monkeypatch.setattr(stand_cells, "BYTES_HELD", 2**19)
    monkeypatch.setattr(large_stands, "BINS_IN_ALL", 2**12)
    monkeypatch.setattr(statistics_module, "_AREAS_TOGETHER", 50)
    monkeypatch.setattr(moments, "CELLS_PER_STRIP", 2**13)
    monkeypatch.setattr(outlines_module, "CELLS_PER_BLOCK", 2**13)
    grid = Grid(side, side, (0.0, 1.0, 0.0, float(side), 0.0, -1.0))
    values = np.random.default_rng(1).normal(20, 5, (1, side, side)).astype(np.float32)
    if "majority" in chosen:
        values = np.round(values / 10)
    raster = named("x", values, grid, row_step=8)
    shapes = np.array([shapely.box(0, 0, side, side), shapely.box(3.5, 3, 9, 7)], dtype=object)
    tracemalloc.start()
    try:
        found = statistics(["a", "b"], shapes, [raster], chosen, low_support=0).columns
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    expected = {"mean": values.mean(dtype=float), "median": np.median(values), "max": values.max(), "majority": 2}
    for name in chosen:
        assert found[f"x_{name}"]["a"] == pytest.approx(expected[name], rel=1e-7)
        assert np.isfinite(found[f"x_{name}"]["b"])
    return most


@pytest.mark.parametrize("chosen", [("mean",), ("median", "max"), ("majority",)])
def test_memory_does_not_grow_with_the_raster(monkeypatch, chosen):
    small, large = memory_of(250, chosen, monkeypatch), memory_of(1500, chosen, monkeypatch)
    # Of 36 times as many cells: rows are wider, and how many are in hand at once hangs on the threads.
    assert large < 4 * small


def test_readings_of_large_stands_hear_a_cancel(monkeypatch):
    monkeypatch.setattr(stand_cells, "BYTES_AT_ONCE", 1)
    monkeypatch.setattr(stand_cells, "BYTES_HELD", 0)
    grid = Grid(20, 20, (0.0, 1.0, 0.0, 20.0, 0.0, -1.0))
    raster = named("x", np.arange(400.0).reshape(1, 20, 20), grid, row_step=4)

    class CancelledInTheThirdReading(Progress):
        def is_cancelled(self):  # after mean and deviation, and after the cells, each read in five steps
            return len(raster.reader.readings) > 11

    with pytest.raises(CancelledError):
        statistics(["a"], np.array([shapely.box(0, 0, 20, 20)], dtype=object), [raster], ("median",),
                   CancelledInTheThirdReading())  # fmt: skip
    assert 11 < len(raster.reader.readings) < 15
