"""Common ground is right where the geometry library is not: wrong pieces are found by their sums, and found anew."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sanming_carbon_plugin.core.carbon import tiles
from sanming_carbon_plugin.core.carbon.common_ground import overlay
from sanming_carbon_plugin.core.progress import Progress

RIGHT = shapely.intersection
FAR = 39_500_000.0
"""Eastings with the number of their zone, as most layers have them."""


def mosaics():
    """Two sets of parcels whose lines cross, and the part that a third of the second set does not cover."""
    x, y = (part.ravel() for part in np.meshgrid(np.arange(4) * 100.0, np.arange(4) * 100.0))
    first = shapely.box(FAR + x, y, FAR + x + 100.0, y + 100.0)
    second = shapely.box(FAR + x - 30.0, y + 40.0, FAR + x + 70.0, y + 140.0)
    return first, second[np.arange(len(second)) % 3 > 0]


def table(found) -> dict[tuple[int, int], float]:
    pairs = zip(found.first.tolist(), found.second.tolist(), found.area.tolist(), strict=True)
    return {(one, other): area for one, other, area in pairs}


def wrong(kind: str, seed: int):
    """An intersection that goes wrong for a fifth of the pairs it is asked for, now and then, but not on a grid."""
    rng = np.random.default_rng(seed)

    def intersection(a, b, grid_size=None):
        right = RIGHT(a, b, grid_size=grid_size)
        if grid_size is not None or not np.ndim(right):
            return right
        failing = rng.random(len(right)) < 0.2
        wholes = {"first": a, "second": b, "nothing": np.full(len(right), shapely.Polygon(), dtype=object)}
        return np.where(failing, wholes[kind], right)

    return intersection


@pytest.mark.parametrize("kind", ["first", "second", "nothing"])
@pytest.mark.parametrize("covered", [True, False])
def test_wrong_pieces_are_found_and_mended(monkeypatch, kind, covered):
    first, second = mosaics()
    if covered:  # every parcel of either set is filled by the other
        second = shapely.transform(first, lambda points: points[::-1])[::-1]
        middle = shapely.box(FAR + 50.0, 50.0, FAR + 350.0, 350.0)
        second = np.array([middle, *shapely.difference(second, middle)], dtype=object)
        second = second[shapely.area(second) > 0]
    right = table(overlay(first, second, Progress()))
    for seed in range(10):
        monkeypatch.setattr(shapely, "intersection", wrong(kind, seed))
        found = overlay(first, second, Progress())
        monkeypatch.setattr(shapely, "intersection", RIGHT)
        assert table(found) == pytest.approx(right, rel=1e-8)


def test_ground_is_the_same_on_the_grid():
    """All pieces found on the grid, far from the origin, against those found as usual."""
    first, second = mosaics()
    usual = overlay(first, second, Progress())
    doubled = overlay(first, np.concatenate([second, second]), Progress())  # every sum is too large
    assert doubled.area.sum() == pytest.approx(2 * usual.area.sum(), rel=1e-10)
    assert doubled.outline.sum() == pytest.approx(2 * usual.outline.sum(), rel=1e-10)


def test_lines_in_common_are_no_ground():
    """Neighbours that touch along a slanted line with points of their own share no ground on the grid either."""
    t = np.linspace(0.0, 1.0, 8)
    line = np.column_stack([FAR + 300.0 * t / 7.0, 1000.0 * t / 3.0])
    left = shapely.Polygon([*line, (FAR - 500.0, 1000.0), (FAR - 500.0, 0.0)])
    right = shapely.Polygon([line[0], line[-1], (FAR + 500.0, 1000.0), (FAR + 500.0, 0.0)])
    found = overlay(np.array([left], dtype=object), np.array([right, right], dtype=object), Progress())
    assert found.area.sum() <= 1e-9 * left.area


@pytest.mark.parametrize("kind", ["first", "second", "nothing"])
def test_an_outline_that_is_cut_wrongly_goes_whole(monkeypatch, kind):
    ring = shapely.Point(FAR, 0.0).buffer(1000.0, quad_segs=800)
    monkeypatch.setattr(shapely, "intersection", wrong(kind, 5))
    found, owner = tiles.cut_large(np.array([ring, ring, ring], dtype=object))
    monkeypatch.setattr(shapely, "intersection", RIGHT)
    area = np.bincount(owner, shapely.area(found))
    assert area == pytest.approx([ring.area] * 3, rel=1e-9)
