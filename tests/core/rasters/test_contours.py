"""Contours run where the height is their level, and nowhere through what is not known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.core.rasters.contours import contour_lines


def test_a_cone_has_round_contours():
    y, x = np.mgrid[0:41, 0:41] + 0.5
    heights = 100.0 - np.hypot(x - 20.5, y - 20.5)
    lines = dict(contour_lines(heights, 5.0))
    assert sorted(lines) == [75.0, 80.0, 85.0, 90.0, 95.0, 100.0][: len(lines)]
    ring = lines[90.0]
    assert ring.geom_type == "LineString"
    assert ring.is_closed
    assert ring.length == pytest.approx(2 * np.pi * 10, rel=0.02)


def test_a_plane_has_straight_contours_at_its_levels():
    heights = np.tile(np.arange(6, dtype=float) * 4 + 1, (5, 1))
    for level, line in contour_lines(heights, 10.0):
        assert np.allclose(shapely.get_coordinates(line)[:, 0], (level - 1) / 4 + 0.5)
        assert line.length == pytest.approx(4)


def test_unknown_cells_have_no_contours():
    heights = np.tile(np.arange(6, dtype=float), (6, 1))
    heights[:3] = np.nan
    (level, line), *_ = contour_lines(heights, 2.5)
    assert level == 0.0 or shapely.get_coordinates(line)[:, 1].min() >= 3.5
    assert contour_lines(np.full((4, 4), np.nan), 5.0) == []
    assert contour_lines(np.zeros((1, 9)), 5.0) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_every_point_of_a_contour_lies_at_its_level(seed):
    heights = np.random.default_rng(seed).normal(50, 20, (7, 8))
    for level, line in contour_lines(heights, 10.0):
        for x, y in shapely.get_coordinates(line) - 0.5:
            row, column = int(min(y, 5.999)), int(min(x, 6.999))
            below, right = y - row, x - column
            square = heights[row : row + 2, column : column + 2]
            at = (square[0, 0] * (1 - below) * (1 - right) + square[0, 1] * (1 - below) * right
                  + square[1, 0] * below * (1 - right) + square[1, 1] * below * right)  # fmt: skip
            assert at == pytest.approx(level, abs=1e-6)
