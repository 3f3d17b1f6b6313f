"""The coverage index against the plain definition: area of the intersection with each cell."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from outlines_strategy import grids, outlines

from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters import outlines as outlines_module
from sanming_carbon_plugin.core.rasters.grid import Grid
from tests.coverage_helpers import packed_outlines, whole_coverage

PLAIN = Grid(10, 8, (0.0, 1.0, 0.0, 8.0, 0.0, -1.0))


def shares_of(geometry, grid):
    """Covered share of every cell, shape (stands, rows, columns), put together from the index."""
    shares = np.zeros((len(geometry), grid.height, grid.width))
    for block in whole_coverage(np.array(geometry, dtype=object), grid).blocks:
        for number in range(block.row_count):
            row = block.first_row + number
            for at in range(block.edge_start[number], block.edge_start[number + 1]):
                shares[block.stands[block.edge_item[at]], row, block.edge_column[at]] += block.edge_share[at]
            for at in range(block.run_start[number], block.run_start[number + 1]):
                first = block.run_column[at]
                shares[block.stands[block.run_item[at]], row, first : first + block.run_length[at]] += 1
    return shares


def expected_shares(geometry, grid):
    """By GEOS, in cells: on needle-shaped cells of a turned grid its overlay goes wrong by whole cells."""
    columns, rows = np.meshgrid(np.arange(grid.width), np.arange(grid.height))
    cells = shapely.box(columns, rows, columns + 1, rows + 1)
    return shapely.area(shapely.intersection(cells, shapely.make_valid(shapely.transform(geometry, grid.to_cells))))


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_share_of_each_cell_is_the_area_of_its_intersection(data):
    grid = data.draw(grids(rotated=data.draw(st.booleans())))
    shape = data.draw(outlines(grid))
    np.testing.assert_allclose(shares_of([shape], grid)[0], expected_shares(shape, grid), atol=2e-7)
    index = whole_coverage(np.array([shape], dtype=object), grid)
    np.testing.assert_allclose(index.areas_cells()[0], shapely.area(shape) / grid.cell_area, rtol=1e-6, atol=1e-7)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_tessellation_covers_as_much_as_the_whole(data):
    grid = data.draw(grids())
    seeds = data.draw(st.lists(st.tuples(st.integers(0, 64), st.integers(0, 64)), min_size=3, max_size=12, unique=True))
    whole = shapely.box(0.37, 0.21, grid.width - 0.13, grid.height - 0.33)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(np.array(seeds) / 64.0), extend_to=shapely.box(-1, -1, 2, 2))
    parts = shapely.transform(shapely.get_parts(cells), lambda xy: xy * [grid.width, grid.height])
    parts = shapely.intersection(parts, whole)
    placed = np.array(shapely.transform(parts, grid.to_map), dtype=object)
    covered = whole_coverage(placed, grid).covered_cells().sum()
    assert covered == pytest.approx(shapely.area(shapely.union_all(parts)), rel=1e-6, abs=1e-8)


def test_horizontal_edges_inside_a_row_of_cells_cover_part_of_them():
    shares = shares_of([shapely.box(1, 2.25, 6, 5.5)], PLAIN)[0]
    assert shares[2, 1:6] == pytest.approx(0.5)
    assert shares[5, 1:6] == pytest.approx(0.75)
    assert shares.sum() == pytest.approx(5 * 3.25)


def test_a_stand_on_the_grid_lines_has_whole_cells_only():
    (block,) = whole_coverage(np.array([shapely.box(2, 2, 5, 6)], dtype=object), PLAIN).blocks
    assert len(block.edge_item) == 0
    assert block.run_length.tolist() == [3, 3, 3, 3]
    assert block.run_column.tolist() == [2, 2, 2, 2]


def test_corners_that_nearly_coincide_do_no_harm():
    """exactextract 0.3.0 takes the cell below for whole."""
    near = np.nextafter(0.5, 1)
    shape = shapely.Polygon([(near, 0), (0.5, 0), (0.5, 1e-17), (0, 0.5), (0, 0), (0, -0.5), (0.5, -0.5)])
    assert shares_of([shape], PLAIN)[0, 7, 0] == pytest.approx(0.125)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("tiny", [5e-324, 1e-310, -1e-310, 1e-200, -1e-150, 1e-17])
def test_numbers_next_to_nothing_stay_numbers(tiny):
    corners = [(tiny, 8 + tiny), (3, 8), (3, 4 - tiny), (tiny, 4), (-2, 4 + tiny), (-tiny, 6), (-2, 8), (0, 8)]
    shapes = shapely.make_valid([shapely.Polygon(corners), shapely.Polygon([(1, 0), (5, tiny), (5, 3), (1, 3)])])
    for grid in (PLAIN, Grid(10, 8, (0.0, 1.0, 0.0, 0.0, 0.0, 1.0))):
        for shape in shapes:
            np.testing.assert_allclose(shares_of([shape], grid)[0], expected_shares(shape, grid), atol=1e-9)


def test_stands_without_polygons_have_no_cells():
    geometry = [
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (5, 5)]),
        shapely.box(1, 1, 2, 2),
    ]
    index = whole_coverage(np.array(geometry, dtype=object), PLAIN)
    assert index.covered_cells().tolist() == [0, 0, 0, 0, 1]
    assert whole_coverage(np.array([None], dtype=object), PLAIN).blocks == []


def test_a_collection_counts_its_polygons():
    inner = shapely.GeometryCollection([shapely.box(3, 3, 4, 4), shapely.Point(0, 0)])
    geometry = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), inner])
    index = whole_coverage(np.array([geometry], dtype=object), PLAIN)
    assert index.covered_cells().tolist() == [2]


def test_land_beside_the_grid_counts_for_the_area_only():
    index = whole_coverage(np.array([shapely.box(-5, -5, 2, 3), shapely.box(50, 50, 60, 60)], dtype=object), PLAIN)
    assert index.areas_cells() == pytest.approx([56, 100])
    assert index.covered_cells() == pytest.approx([6, 0])


def test_an_outline_that_crosses_itself_is_made_valid_first():
    bow_tie = shapely.Polygon([(1, 1), (7, 7), (7, 1), (1, 7)])
    shares = shares_of([bow_tie], PLAIN)[0]
    np.testing.assert_allclose(shares, expected_shares(shapely.make_valid(bow_tie), PLAIN), atol=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("far", [1e15, 1e16, 1e19, 1e150, 1.7e308, np.inf, np.nan])
@pytest.mark.parametrize("cell", [1.0, 1e-4])
@pytest.mark.parametrize("is_hole", [False, True])
def test_a_corner_that_is_no_place_costs_its_own_stand_only(far, cell, is_hole):
    """Files write such numbers where they know no corner."""
    grid = Grid(10, 8, (0.0, cell, 0.0, 8 * cell, 0.0, -cell))
    ring = np.array([(1, 1), (9, 1), (9, 7), (1, far), (1, 1)])
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon(shapely.box(0, 0, 8, 8).exterior, [ring]) if is_hole else shapely.Polygon(ring)
        shapes = shapely.transform(np.array([broken, shapely.box(1, 1, 3, 3)], dtype=object), lambda xy: xy * cell)
    for geometry in (shapes, packed_outlines(shapes)):
        covered = whole_coverage(geometry, grid).covered_cells()
        assert covered[1] == pytest.approx(4)
        assert covered[0] == 0 or far == 1e15


def test_a_degenerate_outline_that_vanishes_when_repaired_has_no_cells():
    flat = shapely.Polygon([(1, 1), (5, 1), (3, 1), (1, 1)])
    assert whole_coverage(np.array([flat], dtype=object), PLAIN).covered_cells().tolist() == [0]


def test_very_large_stands_are_cut_into_several_items(monkeypatch):
    monkeypatch.setattr(outlines_module, "CELLS_PER_BLOCK", 20)
    monkeypatch.setattr(outlines_module, "VERTICES_PER_BLOCK", 40)
    shape = shapely.Point(5, 4).buffer(3.3)
    index = whole_coverage(np.array([shape, shape], dtype=object), PLAIN)
    assert len(index.blocks) > 2
    np.testing.assert_allclose(shares_of([shape], PLAIN)[0], expected_shares(shape, PLAIN), atol=1e-9)
    assert index.areas_cells() == pytest.approx([shape.area, shape.area])


@pytest.mark.parametrize("turn", [0.0, 0.7])
def test_blocks_come_in_order_of_their_first_row(monkeypatch, turn):
    """Who reads the raster from the top would miss cells of a block that comes too late."""
    monkeypatch.setattr(outlines_module, "VERTICES_PER_BLOCK", 30)
    rng = np.random.default_rng(5)
    grid = Grid(300, 300, (0.0, np.cos(turn), np.sin(turn), 300.0, np.sin(turn), -np.cos(turn)))
    centres, slopes = grid.to_map(rng.uniform(0, 300, (400, 2))), rng.uniform(-2, 2, 400)
    bars = shapely.linestrings(np.stack([centres, centres + 9 * np.column_stack([np.cos(slopes), np.sin(slopes)])], 1))
    blocks = whole_coverage(shapely.buffer(bars, rng.uniform(0.1, 3, 400)), grid).blocks
    assert len(blocks) > 10
    assert all(one.first_row <= two.first_row for one, two in itertools.pairwise(blocks))


def test_cancelling_leaves_between_blocks():
    class Cancelled(Progress):
        def is_cancelled(self):
            return True

    with pytest.raises(CancelledError):
        whole_coverage(np.array([shapely.box(1, 1, 2, 2)], dtype=object), PLAIN, Cancelled())


def test_a_grid_needs_cells_and_a_plane():
    for size, transform in (
        ((0, 5), (0, 1, 0, 0, 0, 1)),
        ((5, 5), (0, 1, 0, 0, 1, 0)),
        ((5, 5), (0, np.nan, 0, 0, 0, 1)),
    ):
        with pytest.raises(ValueError, match="grid"):
            Grid(*size, transform)
