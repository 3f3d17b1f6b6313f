"""Random valid outlines and grids for property tests."""

import numpy as np
import shapely
from hypothesis import strategies as st

from sanming_carbon_plugin.core.rasters.grid import Grid

CELLS = 8
_ORIGINS_M = [0.0, 117.5, 2_900_000.0, 39_450_000.0, 500_000.0, -123_456.789]


@st.composite
def grids(draw, rotated=False):
    """Grids of any origin, cell shape and direction."""
    size = st.sampled_from([1.0, 10.0, 30.0, 0.00025, 1e-5, 2.5, 7.3])
    dx, dy = draw(size), draw(size)
    if draw(st.booleans()):
        dy = -dy
    width, height = draw(st.integers(1, CELLS)), draw(st.integers(1, CELLS))
    # Degrees stand near small numbers: a cell of 0.00025 m at 500 km would have few digits left.
    origin = st.sampled_from([0.0, 117.5] if min(abs(dx), abs(dy)) < 1 else _ORIGINS_M)
    turn = draw(st.floats(-3, 3)) if rotated else 0.0
    a, c = dx * np.cos(turn), dx * np.sin(turn)
    b, d = -dy * np.sin(turn), dy * np.cos(turn)
    if not rotated:
        b = c = 0.0
    return Grid(width, height, (draw(origin), a, b, draw(origin), c, d))


@st.composite
def _stars(draw, centre, reach):
    """One polygon around a centre, in cells; corners may lie on grid lines."""
    count = draw(st.integers(3, 12))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radii = np.array(draw(st.lists(st.floats(0.2, 1.0), min_size=count, max_size=count))) * reach
    corners = np.column_stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)])
    step = draw(st.sampled_from([0.0, 1.0, 0.5, 0.25]))
    if step:
        corners = np.round(corners / step) * step
    polygon = shapely.make_valid(shapely.Polygon(corners))
    return shapely.union_all([part for part in shapely.get_parts(polygon) if shapely.get_type_id(part) == 3])


@st.composite
def outlines(draw, grid):
    """A valid polygon or multipolygon, with holes or without, in or beside the grid; in the grid's CRS."""
    position = st.floats(-3, CELLS + 3)
    reach = draw(st.sampled_from([0.05, 0.4, 1.5, 4.0, 12.0]))
    shape = shapely.Polygon()
    for _ in range(draw(st.integers(1, 3))):
        centre = draw(position), draw(position)
        part = draw(_stars(centre, reach))
        if draw(st.booleans()):
            part = shapely.difference(part, draw(_stars(centre, reach * 0.4)))
        shape = shapely.union(shape, part)
    placed = shapely.transform(shape, grid.to_map)
    return placed if shapely.is_valid(placed) else shapely.make_valid(placed)


def without_needles(shape, grid):
    """The same outline on a fine lattice.

    Corners that lie 1e-16 apart make exactextract 0.3.0 take a cell of which an eighth is covered for a whole one. On
    rare valid outlines it ends the whole process (about one of 3,000 drawn here), so tests that ask it draw the same
    examples every time.
    """
    return shapely.set_precision(shape, 1e-7 * min(abs(grid.transform[1]), abs(grid.transform[5])))
