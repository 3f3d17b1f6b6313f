import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.stands.checks import neighbours
from sanming_carbon_plugin.core.stands.checks.neighbours import (
    compartment_gaps,
    compartment_numbers,
    overlapping_pairs,
)


def random_layer(seed, count, extent=60):
    """Blocks, stars and rings on a coarse grid, so that shared edges, T-junctions and duplicates are common."""
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(count):
        x, y = rng.integers(0, extent, 2)
        width, height = rng.integers(2, 25, 2)
        shape = shapely.box(x, y, x + width, y + height)
        kind = rng.integers(0, 4)
        if kind == 0:
            shape = shapely.Polygon([(x, y), (x + width, y), (x + width / 3, y + height)])
        elif kind == 1 and width > 4 and height > 4:
            shape = shape.difference(shapely.box(x + 1, y + 1, x + width - 1, y + height - 1))
        elif kind == 2:
            shape = shape.union(shapely.box(x + 2 * width, y, x + 3 * width, y + height))
        shapes.append(shape)
    return np.array(shapes, dtype=object), rng.integers(-1, 3, count)


@given(st.integers(0, 2**32 - 1), st.integers(1, 25))
@settings(max_examples=120, deadline=None)
def test_overlaps_are_those_of_every_pair_taken_one_by_one(seed, count):
    polygons, _ = random_layer(seed, count)
    expected = {}
    for one in range(count):
        for two in range(one + 1, count):
            area = polygons[one].intersection(polygons[two]).area
            if area > 0:
                expected[one, two] = area
    first, second, piece = overlapping_pairs(polygons)
    found = dict(zip(zip(first.tolist(), second.tolist(), strict=True), shapely.area(piece), strict=True))
    assert found.keys() == expected.keys()
    assert all(found[pair] == pytest.approx(expected[pair], rel=1e-9) for pair in expected)
    assert (np.isin(shapely.get_type_id(piece), (3, 6))).all()


def test_no_two_threads_work_on_one_polygon_with_holes_or_parts(monkeypatch):
    """The geometry library of Debian 12 notes the extent of a hole where it is first asked for it."""
    polygons, _ = random_layer(5, 60)
    in_parts = (shapely.get_num_interior_rings(polygons) > 0) | (shapely.get_num_geometries(polygons) > 1)
    shared = {id(shape) for shape in polygons[in_parts]}
    handed_over = []
    intersection = shapely.intersection

    def noted(one, two):
        handed_over.extend(id(shape) for shape in (*one, *two))
        return intersection(one, two)

    expected = overlapping_pairs(polygons)
    monkeypatch.setattr(neighbours.shapely, "intersection", noted)
    monkeypatch.setattr(neighbours, "_CHUNK", 7)
    found = overlapping_pairs(polygons)
    assert shared
    assert len(handed_over) > 2 * neighbours._CHUNK
    assert not shared & set(handed_over)
    assert all((one == other).all() for one, other in zip(found[:2], expected[:2], strict=True))
    assert shapely.equals_exact(found[2], expected[2]).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 25))
@settings(max_examples=120, deadline=None)
def test_gaps_are_what_the_union_of_a_compartment_encloses_and_no_stand_covers(seed, count):
    polygons, compartment = random_layer(seed, count)
    whole = shapely.union_all(polygons)
    expected = {}
    for number in set(compartment.tolist()) - {-1}:
        union = shapely.union_all(polygons[compartment == number])
        holes = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
        expected[number] = shapely.union_all(holes).difference(whole).area if holes else 0.0
    found = compartment_gaps(polygons, compartment)
    for number, area in expected.items():
        assert shapely.area(found.gap[found.compartment == number]).sum() == pytest.approx(area, rel=1e-9, abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.booleans())
@settings(max_examples=120, deadline=None)
def test_compartments_called_tidy_have_no_overlap_and_nothing_is_lost_by_leaving_them_out(seed, count, as_grid):
    polygons, compartment = random_layer(seed, count)
    if as_grid:
        rng = np.random.default_rng(seed)
        x, y = np.divmod(np.arange(count), 5)
        polygons = shapely.box(10.0 * x, 10.0 * y, 10.0 * x + 10, 10.0 * y + 10)
        moved = rng.random(count) < 0.1
        polygons[moved] = shapely.transform(polygons[moved], lambda xy: xy + rng.choice([0.0, 5.0, 10.0], 2))
    tidy = compartment_gaps(polygons, compartment).tidy
    everything, quicker = overlapping_pairs(polygons), overlapping_pairs(polygons, tidy=tidy)
    assert [part.tolist() for part in everything[:2]] == [part.tolist() for part in quicker[:2]]


def test_a_clean_coverage_with_a_missing_block_has_one_gap_and_no_overlap():
    cells = [
        shapely.box(x, y, x + 10, y + 10) for x in range(0, 50, 10) for y in range(0, 50, 10) if (x, y) != (20, 20)
    ]
    polygons = np.array(cells, dtype=object)
    found = compartment_gaps(polygons, np.zeros(24, dtype=np.int64))
    assert len(overlapping_pairs(polygons)[0]) == 0
    assert list(found.compartment) == [0]
    assert found.gap[0].equals(shapely.box(20, 20, 30, 30))
    assert found.tidy.tolist() == [0] * 24


def test_a_stand_of_another_compartment_is_no_gap():
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    polygons = np.array([ring, shapely.box(10, 10, 20, 20)], dtype=object)
    assert len(compartment_gaps(polygons, np.array([0, 1])).gap) == 0


def test_unknown_compartments_and_unknown_geometry_take_no_part():
    facts = pd.DataFrame(
        {"county": ["350428"] * 3, "township": ["1"] * 3, "village": ["1"] * 3, "compartment": ["1", None, "1"]}
    )
    numbers = compartment_numbers(facts)
    assert list(numbers) == [0, -1, 0]
    polygons = np.array([None, shapely.box(0, 0, 1, 1), shapely.box(0.5, 0, 2, 1)], dtype=object)
    first, second, piece = overlapping_pairs(polygons)
    assert (first.tolist(), second.tolist(), shapely.area(piece).tolist()) == ([1], [2], [0.5])
    assert len(compartment_gaps(polygons, numbers).gap) == 0


def test_only_pairs_with_a_changed_stand_are_looked_at_again():
    polygons = np.array([shapely.box(x, 0, x + 15, 10) for x in (0, 10, 20, 30)], dtype=object)
    first, second, _ = overlapping_pairs(polygons, only=np.array([True, False, False, False]))
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1)]


def test_the_user_can_stop_it():
    class Stopped(Progress):
        def is_cancelled(self):
            return True

    polygons = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)], dtype=object)
    with pytest.raises(CancelledError):
        overlapping_pairs(polygons, progress=Stopped())
