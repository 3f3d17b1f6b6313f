"""Packed outlines lose nothing, and every figure of them has the same digits as of geometry objects."""

import numpy as np
import pandas as pd
import pytest
import shapely
from arrays import ArrayBands, named
from hypothesis import given, settings
from hypothesis import strategies as st
from outlines_strategy import grids, outlines

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters import outlines as outlines_module
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster
from sanming_carbon_plugin.core.rasters.outlines import last_rows
from sanming_carbon_plugin.core.rasters.statistics import statistics
from sanming_carbon_plugin.core.stands import packed as packed_module
from sanming_carbon_plugin.core.stands.packed import OutlinePacker, bounds_of, kinds_of
from tests.coverage_helpers import packed_outlines, whole_coverage

PLAIN = Grid(10, 8, (0.0, 1.0, 0.0, 8.0, 0.0, -1.0))
SQUARE, HOLE = [(1, 1), (6, 1), (6, 6), (1, 6), (1, 1)], [(2, 2), (4, 2), (4, 4), (2, 4), (2, 2)]


def odd_shapes():
    """What drawn stands hardly ever are."""
    with np.errstate(invalid="ignore"):
        nowhere = shapely.from_wkt("POLYGON ((1 1, NaN NaN, 3 3, 1 1))")
        far = shapely.Polygon([(1, 1), (np.inf, 1), (3, 3), (1, 1)])
    three = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00" + np.array([1, 1, 5, 2, 1, 1.0]).tobytes()
    return [
        None,
        shapely.Polygon(),
        shapely.MultiPolygon(),
        shapely.from_wkt("MULTIPOLYGON (EMPTY, ((1 1, 4 1, 4 4, 1 1)))"),
        shapely.Polygon(SQUARE, [HOLE]),
        shapely.MultiPolygon([shapely.Polygon(SQUARE, [HOLE]), shapely.box(7, 7, 9, 7.5)]),
        shapely.MultiPolygon([shapely.box(2, 2, 3, 3)]),
        shapely.Polygon([(1, 1), (7, 7), (7, 1), (1, 7)]),
        shapely.Polygon([(1, 1), (5, 1), (3, 1), (1, 1)]),
        shapely.Polygon(HOLE, [SQUARE]),
        shapely.box(-50, -50, -40, -40),
        shapely.Polygon([(1, 1, 9), (4, 1, 9), (4, 4, 9)]),
        shapely.from_wkb(three),
        nowhere,
        far,
    ]


def only_polygons(shape):
    """Layers hold polygons; what was made valid may hold lines beside them."""
    if shapely.get_type_id(shape) in (3, 6):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if shapely.get_type_id(part) == 3])


def has_place(shape):
    return bool(np.isfinite(shapely.get_coordinates(shape)).all())


@st.composite
def stands(draw, grid):
    """Some stands, odd ones among them, in any order."""
    shapes = [only_polygons(one) for one in draw(st.lists(outlines(grid), min_size=1, max_size=4))]
    odd = [one if one is None or not has_place(one) else shapely.transform(one, grid.to_map) for one in odd_shapes()]
    shapes += [odd[at] for at in draw(st.lists(st.integers(0, len(odd) - 1), max_size=6))]
    found = np.empty(len(shapes), dtype=object)
    found[:] = draw(st.permutations(shapes))
    return found


def assert_same_blocks(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert a.first_row == b.first_row
        for name in a.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name), strict=True)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_coverage_is_the_same_to_the_last_digit(data):
    grid = data.draw(grids(rotated=data.draw(st.booleans())))
    shapes = data.draw(stands(grid))
    packed = packed_outlines(shapes)
    assert_same_blocks(whole_coverage(shapes, grid).blocks, whole_coverage(packed, grid).blocks)
    np.testing.assert_array_equal(last_rows(shapes, grid), last_rows(packed, grid))
    np.testing.assert_array_equal(bounds_of(shapes), bounds_of(packed))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_figures_are_the_same_to_the_last_digit(data):
    grid = data.draw(grids())
    shapes = data.draw(stands(grid))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    values = rng.integers(1, 5, (2, grid.height, grid.width)).astype(float)
    valid = rng.random(values.shape) < 0.8
    move = data.draw(
        st.sampled_from([None, lambda part: shapely.transform(part, lambda xy: xy + 0.3 * grid.cell_area**0.5)])
    )
    raster = named("x", values, grid, valid, to_grid=move)
    chosen = ("mean", "std", "support", "count", "median", "max", "shares")

    def told(geometry):
        try:
            found = statistics(range(len(shapes)), geometry, [raster], chosen, low_support=0.5)
        except InputError as problem:
            return problem.code, problem.values
        return found.columns, found.issues

    for one, other in zip(told(shapes), told(packed_outlines(shapes)), strict=True):
        assert one.equals(other) if isinstance(one, pd.DataFrame) else one == other


def test_many_blocks_and_portions_make_no_difference(monkeypatch):
    for name, value in (("CELLS_PER_BLOCK", 300), ("VERTICES_PER_BLOCK", 200), ("BOXES_AT_ONCE", 7)):
        monkeypatch.setattr(outlines_module, name, value)
    monkeypatch.setattr(packed_module, "STANDS_AT_ONCE", 13)
    rng = np.random.default_rng(1)
    grid = Grid(60, 50, (0.0, 1.0, 0.0, 50.0, 0.0, -1.0))
    discs = shapely.buffer(shapely.points(rng.uniform(5, 45, (60, 2))), rng.uniform(0.5, 20, 60))
    shapes = np.append(shapely.difference(discs, shapely.buffer(shapely.centroid(discs), 0.3)), odd_shapes())
    raster = NamedRaster("x", ArrayBands(rng.normal(size=(3, 50, 60)), grid))
    plain = evidence(range(len(shapes)), shapes, [raster]).columns
    assert evidence(range(len(shapes)), packed_outlines(shapes), [raster]).columns.equals(plain)
    assert_same_blocks(whole_coverage(shapes, grid).blocks, whole_coverage(packed_outlines(shapes), grid).blocks)


def test_a_stand_counts_for_support_where_it_has_no_place_on_the_raster():
    def to_grid(shapes):
        moved = shapes.copy()
        moved[shapely.area(shapes) > 20] = None
        return moved

    raster = named("x", np.ones((1, 8, 10)), PLAIN, to_grid=to_grid)
    shapes = np.array([shapely.box(0, 0, 2, 2), shapely.box(0, 0, 9, 8), None], dtype=object)
    plain, told = (evidence(list("abc"), one, [raster]) for one in (shapes, packed_outlines(shapes)))
    assert plain.columns.x_support.tolist()[:2] == [1, 0]
    assert told.columns.equals(plain.columns)
    assert told.issues.equals(plain.issues)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_is_taken_out_is_what_was_packed(data):
    shapes = data.draw(stands(PLAIN))
    packed = packed_outlines(shapes)
    assert len(packed) == len(shapes)
    assert_same_shapes(np.asarray(packed), shapes)
    rows = np.array(data.draw(st.lists(st.integers(0, len(shapes) - 1), max_size=8)), dtype=np.int64)
    assert_same_shapes(packed[rows], shapes[rows])
    first, end = sorted(data.draw(st.tuples(*[st.integers(0, len(shapes))] * 2)))
    assert_same_shapes(packed[first:end], shapes[first:end])
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(shapes), max_size=len(shapes))))
    assert_same_shapes(packed[mask], shapes[mask])
    assert_same_shapes(np.array([packed[-1]]), shapes[-1:])
    np.testing.assert_array_equal(kinds_of(packed), kinds_of(shapes))


def assert_same_shapes(found, expected):
    expected = shapely.force_2d(expected)
    assert shapely.get_type_id(found).tolist() == shapely.get_type_id(expected).tolist()
    np.testing.assert_array_equal(shapely.to_wkb(found), shapely.to_wkb(expected))


def test_who_does_not_know_packed_outlines_gets_geometries():
    shapes = np.array(odd_shapes(), dtype=object)
    packed = packed_outlines(shapes)
    np.testing.assert_array_equal(shapely.area(packed), shapely.area(shapes))
    assert_same_shapes(np.concatenate([packed, [None]]), np.append(shapes, [None]))


def test_nothing_packed_is_nothing():
    packed = packed_outlines(np.empty(0, dtype=object))
    assert len(packed) == 0
    assert bounds_of(packed).shape == (0, 4)
    assert len(np.asarray(packed)) == 0
    assert whole_coverage(packed_outlines(np.array([None], dtype=object)), PLAIN).blocks == []


def test_only_polygons_are_packed():
    for other in (shapely.Point(1, 1), shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])):
        with pytest.raises(ValueError, match="polygons"):
            packed_outlines(np.array([other], dtype=object))


@pytest.mark.parametrize("about", [0, 3, 500, 10_000])
def test_a_wrong_guess_of_the_number_of_stands_does_no_harm(about):
    shapes = shapely.buffer(shapely.points(np.arange(500.0), 0.0), np.linspace(0.1, 5, 500))
    packer = OutlinePacker(about)
    for first in range(0, 500, 90):
        packer.add(shapes[first : first + 90])
    assert_same_shapes(packer.packed()[:], shapes)


def test_packed_outlines_take_little_more_than_their_corners():
    shapes = shapely.buffer(shapely.points(np.arange(2_000.0), 0.0), 1, quad_segs=15)
    packed = packed_outlines(shapes)
    held = sum(getattr(packed, name).nbytes for name in packed.__dataclass_fields__)
    assert packed.corners.base is None or packed.corners.base.nbytes == packed.corners.nbytes
    assert held < 1.05 * 16 * shapely.get_num_coordinates(shapes).sum()
