from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from sanming_carbon_plugin.core.stands.area import ellipsoidal_area_m2, moved_or_none, stand_areas_m2

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)


def area_m2(*geometries):
    return ellipsoidal_area_m2(np.array(geometries, dtype=object), CGCS2000.a, CGCS2000.f)


def true_area_m2(geometry):
    return abs(CGCS2000.geometry_area_perimeter(geometry)[0])


def star(longitude, latitude, radius_m, count, seed):
    rng = np.random.default_rng(seed)
    angle = (np.arange(count) + rng.uniform(0, 0.8, count)) * 2 * np.pi / count
    radius = radius_m * rng.uniform(0.5, 1.0, count)
    x = longitude + radius * np.cos(angle) / (111320 * np.cos(np.radians(latitude)))
    y = latitude + radius * np.sin(angle) / 110574
    return shapely.Polygon(np.column_stack([x, y]))


@given(
    st.floats(116.3, 118.7),
    st.floats(25.4, 27.2),
    st.floats(15, 1000),
    st.integers(8, 80),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=150, deadline=None)
def test_a_stand_has_the_area_that_geodesics_enclose(longitude, latitude, radius_m, count, seed):
    stand = star(longitude, latitude, radius_m, count, seed)
    # GeographicLib itself rounds at about 1e-4 m², whatever the size.
    assert area_m2(stand)[0] == pytest.approx(true_area_m2(stand), rel=1e-9, abs=5e-4)


@pytest.mark.parametrize(("vertices", "radius_m", "limit"), [(12, 500, 3e-8), (40, 500, 1e-8), (4, 3000, 1e-6)])
def test_a_stand_cut_on_the_map_keeps_its_area_as_far_as_help_says(vertices, radius_m, limit):
    """100 km off the central meridian, where straight lines of the map are the least geodesics; each part by itself."""
    move = Transformer.from_crs(4527, 4490, always_xy=True)

    def to_lonlat(stands):
        return shapely.transform(stands, lambda xy: np.column_stack(move.transform(*xy.T)))

    rng = np.random.default_rng(3)
    for _ in range(10):
        angle = (np.arange(vertices) + rng.uniform(0, 0.6, vertices)) * 2 * np.pi / vertices
        radius = radius_m * rng.uniform(0.6, 1.0, vertices)
        stand = shapely.Polygon(np.column_stack([39.6e6 + radius * np.cos(angle), 2.95e6 + radius * np.sin(angle)]))
        west, south, east, north = stand.bounds
        lines = np.sort(rng.uniform(west, east, 5))
        edges = np.r_[west, lines, east]
        parts = [stand.intersection(shapely.box(a, south, b, north)) for a, b in pairwise(edges)]
        found = stand_areas_m2(np.array([stand, *parts], dtype=object), to_lonlat, CGCS2000.a, CGCS2000.f)
        assert found[1:].sum() == pytest.approx(found[0], rel=limit)


def test_small_rings_keep_their_digits():
    """A stand cut into a thousand slices has the area of its slices."""
    edges = np.linspace(117.0, 117.01, 1001)
    slices = shapely.box(edges[:-1], 26.0, edges[1:], 26.000001)
    whole = shapely.Polygon(
        [*((x, 26.0) for x in edges), *((x, 26.000001) for x in edges[::-1])],
    )
    assert area_m2(*slices).sum() == pytest.approx(area_m2(whole)[0], rel=1e-8)


def test_a_province_is_right_to_a_millionth():
    province = shapely.box(115.8, 23.5, 120.7, 28.3).segmentize(0.5)
    assert area_m2(province)[0] == pytest.approx(true_area_m2(province), rel=1e-6)


def test_on_a_sphere_an_octant_is_an_eighth():
    octant = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)])
    found = ellipsoidal_area_m2(np.array([octant], dtype=object), 2.0, 0.0)[0]
    assert found == pytest.approx(4 * np.pi * 4 / 8, rel=1e-9)


def test_holes_are_taken_off_and_parts_are_added_in_either_direction():
    shell = shapely.box(117.0, 26.0, 117.01, 26.01)
    hole = shapely.box(117.002, 26.002, 117.004, 26.004)
    with_hole = shapely.Polygon(shell.exterior.coords, [hole.exterior.coords])
    reversed_hole = shapely.Polygon(shell.exterior.coords[::-1], [hole.exterior.coords[::-1]])
    other = shapely.box(117.02, 26.0, 117.03, 26.01)
    many = shapely.MultiPolygon([with_hole, other])
    whole, lacking, turned, summed, alone, hole_alone = area_m2(shell, with_hole, reversed_hole, many, other, hole)
    assert lacking == pytest.approx(whole - hole_alone, rel=1e-12)
    assert turned == pytest.approx(lacking, rel=1e-12)
    assert summed == pytest.approx(lacking + alone, rel=1e-12)


def test_unknown_empty_and_lineal_geometry_has_no_area():
    found = area_m2(None, shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)]), shapely.box(117, 26, 117.1, 26.1))
    assert np.isnan(found[:3]).all()
    assert found[3] > 0
    assert np.isnan(area_m2(None)).all()
    assert area_m2().shape == (0,)


def test_the_180th_meridian_is_no_seam():
    here = area_m2(shapely.box(117, 26, 117.5, 26.5))[0]
    there = area_m2(shapely.Polygon([(179.8, 26), (-179.7, 26), (-179.7, 26.5), (179.8, 26.5)]))[0]
    assert there == pytest.approx(here, rel=1e-9)


def test_three_dimensions_change_nothing():
    flat = shapely.box(117, 26, 117.01, 26.01)
    assert area_m2(shapely.force_3d(flat, 500.0))[0] == area_m2(flat)[0]


def test_what_cannot_be_moved_is_unknown_and_hurts_nobody_else():
    far, tall = shapely.box(1e18, 0, 2e18, 1e18), shapely.force_3d(shapely.box(2, 2, 3, 3), 7.0)
    broken = shapely.Polygon([(0, 0), (1, 0), (np.nan, 1)])
    geometry = np.array([shapely.box(0, 0, 1, 1), None, far, broken, shapely.Polygon(), tall], dtype=object)
    before = geometry.copy()
    moved = moved_or_none(geometry, lambda xy: np.where(np.abs(xy) < 1e9, xy + 10.0, np.inf))
    assert moved[0].equals(shapely.box(10, 10, 11, 11))
    assert moved[1] is moved[2] is moved[3] is None
    assert moved[4].is_empty
    assert moved[5].equals(shapely.box(12, 12, 13, 13))
    assert all(one is other for one, other in zip(geometry, before, strict=True))
    assert len(moved_or_none(np.empty(0, dtype=object), lambda xy: xy)) == 0


def test_large_layers_are_worked_off_in_pieces():
    left = np.linspace(117.0, 118.0, 10_001)
    stands = shapely.box(left[:-1], 26.0, left[1:], 26.001)
    stands = np.append(stands, stands[:5])
    found = stand_areas_m2(stands, lambda part: part, CGCS2000.a, CGCS2000.f)
    assert found.tolist() == area_m2(*stands).tolist()
    assert len(stand_areas_m2(stands[:0], lambda part: part, CGCS2000.a, CGCS2000.f)) == 0
