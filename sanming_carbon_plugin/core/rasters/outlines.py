"""Outlines of stands in a handy order and size for the coverage index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..stands.packed import ObjectArray, Outlined, PackedOutlines, bounds_of, parts_of
from .boundary import Edges, FloatArray, IntArray
from .grid import Grid

VERTICES_PER_BLOCK = 20_000
CELLS_PER_BLOCK = 400_000
"""Sizes of a block of stands: small enough for the processor's cache, large enough to drown call costs."""

BOXES_AT_ONCE = 50_000

_LEVEL = 1e-100
"""An edge that rises by less is level: it covers nothing, and one divided by its rise would be no number."""

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7


@dataclass(frozen=True)
class PackedPolygons:
    """Some polygons of packed outlines, by their numbers; as an array they are geometries."""

    outlines: PackedOutlines
    numbers: IntArray

    def __len__(self) -> int:
        return len(self.numbers)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ObjectArray:  # noqa: ANN401
        return np.asarray(self.outlines.polygons(self.numbers), dtype=dtype)

    def __getitem__(self, which: slice | npt.NDArray[Any]) -> PackedPolygons:
        return PackedPolygons(self.outlines, self.numbers[which])

    def rings(self, grid: Grid) -> Rings:
        """Their rings, in columns and rows of the grid."""
        outlines = self.outlines
        rings, item = parts_of(outlines.polygon_start, self.numbers)
        places, ring = parts_of(outlines.ring_start, rings)
        is_hole = rings != outlines.polygon_start[self.numbers][item]
        return Rings(grid.to_cells(outlines.corners[places]), ring, item, is_hole)


Polygons = ObjectArray | PackedPolygons


@dataclass(frozen=True)
class Outlines:
    """Polygons in order of their first row on the grid, each within a range of rows.

    Attributes
    ----------
    polygons
        One polygon per item; a very large polygon makes several items, one below the other.
    stands
        Position of the stand of each item.
    from_row, to_row
        Rows of the grid that the item is cut to, the second not included.
    counts_area
        True for one item of each polygon, the one that carries its area.
    cuts
        Ranges of items (start, end not included) that make a block each.
    """

    polygons: Polygons
    stands: npt.NDArray[np.int32]
    from_row: npt.NDArray[np.int32]
    to_row: npt.NDArray[np.int32]
    counts_area: npt.NDArray[np.bool_]
    cuts: list[tuple[int, int]]


@dataclass(frozen=True)
class Rings:
    """Rings of the items of one block.

    ``points`` (n, 2) in columns and rows of the grid, ``ring`` the ring of each point, ``item`` and
    ``is_hole`` per ring. Rings are in order of their item.
    """

    points: FloatArray
    ring: IntArray
    item: IntArray
    is_hole: npt.NDArray[np.bool_]


def outlines_in_row_order(geometry: Outlined, grid: Grid) -> Outlines:
    """The polygons of all stands in order of their first row.

    Parameters
    ----------
    geometry
        Geometries in the CRS of the grid, packed or not; None, empty ones and those without area give no item.
    grid
        The cells.
    """
    polygons, stands, map_boxes, corner_counts = _single_polygons(geometry)
    usable, first, last, left, width = _spans(map_boxes, grid)
    del map_boxes
    if not usable.all():
        polygons, stands, corner_counts = polygons[usable], stands[usable], corner_counts[usable]
        first, last, left, width = (one[usable] for one in (first, last, left, width))

    rows_each = np.maximum(CELLS_PER_BLOCK // width, 1)
    item_count = np.maximum(-(-(last - first) // rows_each), 1)
    if (item_count == 1).all():
        order = np.lexsort((left, first))
        from_row, to_row, owner, leads = first[order], last[order], order, np.ones(len(order), dtype=bool)
    else:
        owner = np.repeat(np.arange(len(polygons)), item_count)
        number = np.arange(len(owner)) - np.repeat(np.cumsum(item_count) - item_count, item_count)
        from_row = (first[owner] + number * rows_each[owner]).astype(np.int32)
        to_row = np.minimum(from_row + rows_each[owner], last[owner])
        order = np.lexsort((left[owner], from_row))
        owner, leads, from_row, to_row = owner[order], number[order] == 0, from_row[order], to_row[order]
    work = np.maximum(corner_counts[owner] / VERTICES_PER_BLOCK, (to_row - from_row) * width[owner] / CELLS_PER_BLOCK)
    return Outlines(polygons[owner], stands[owner], from_row, to_row, leads, _cuts(work))


def _spans(boxes: FloatArray, grid: Grid) -> tuple[npt.NDArray[Any], ...]:
    """Whether a box has a place, its first row, end row, first column and width in cells, within the grid."""
    count = len(boxes)
    usable = np.zeros(count, dtype=bool)
    first, last, left, width = np.zeros((4, count), dtype=np.int32)
    for at in range(0, count, BOXES_AT_ONCE):
        part = slice(at, at + BOXES_AT_ONCE)
        cells = _boxes_in_cells(boxes[part], grid)
        usable[part] = np.isfinite(cells).all(axis=1)
        cells[~usable[part]] = 0.0
        first[part] = np.clip(np.floor(cells[:, 1]), 0, grid.height)
        last[part] = np.clip(np.floor(cells[:, 3]) + 1, first[part], grid.height)
        left[part] = np.clip(np.floor(cells[:, 0]), 0, grid.width)
        width[part] = np.clip(np.floor(cells[:, 2]) + 1, left[part], grid.width) - left[part] + 1
    return usable, first, last, left, width


def _single_polygons(geometry: Outlined) -> tuple[Polygons, npt.NDArray[np.int32], FloatArray, IntArray]:
    """All polygons, the stand of each, its box in the CRS and its number of corners."""
    if isinstance(geometry, PackedOutlines):
        boxes, counts = geometry.polygon_boxes(), geometry.corner_counts()
        stands = np.repeat(np.arange(len(geometry), dtype=np.int32), np.diff(geometry.stand_start))
        filled = np.flatnonzero(counts > 0)
        return PackedPolygons(geometry, filled), stands[filled], boxes[filled], counts[filled]
    polygons, stands = polygon_parts(geometry)
    return polygons, stands, bounds_of(polygons), shapely.get_num_coordinates(polygons)


def polygon_parts(geometry: ObjectArray) -> tuple[ObjectArray, npt.NDArray[np.int32]]:
    """All polygons of all geometries, and the position of the geometry each came from."""
    geometry = np.asarray(geometry, dtype=object)
    types = shapely.get_type_id(geometry)
    if (types == _POLYGON).all():
        filled = ~shapely.is_empty(geometry)
        return geometry[filled], np.flatnonzero(filled).astype(np.int32)
    areal = np.flatnonzero(np.isin(types, (_POLYGON, _MULTIPOLYGON, _COLLECTION)))
    parts, owner = shapely.get_parts(geometry[areal], return_index=True)
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    filled = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return parts[filled], areal[owner[filled]].astype(np.int32)


def last_rows(geometry: Outlined, grid: Grid) -> IntArray:
    """Last row of the grid that each geometry can reach; the grid's last where a part of it has no place."""
    boxes = _boxes_in_cells(bounds_of(geometry), grid)
    usable = np.isfinite(boxes).all(axis=1)
    rows = np.full(len(geometry), grid.height - 1, dtype=np.int64)
    rows[usable] = np.clip(np.floor(boxes[usable, 3]), -1, grid.height - 1)
    return rows


def rings_of(polygons: Polygons, grid: Grid, *, repair: npt.NDArray[np.bool_] | None = None) -> Rings:
    """Rings of polygons, in columns and rows of the grid.

    Parameters
    ----------
    polygons
        The polygons of a block.
    grid
        The cells.
    repair
        Items whose outline crosses itself: they are made valid first.
    """
    if isinstance(polygons, PackedPolygons):
        if repair is None or not repair.any():
            return polygons.rings(grid)
        polygons = np.asarray(polygons)
    item = np.arange(len(polygons))
    if repair is not None and repair.any():
        polygons = polygons.copy()
        polygons[repair] = shapely.make_valid(polygons[repair])
        polygons, owner = polygon_parts(polygons)
        item = owner.astype(np.int64)
    if (shapely.get_num_interior_rings(polygons) == 0).all():
        points, ring = shapely.get_coordinates(polygons, return_index=True)
        return Rings(grid.to_cells(points), ring, item, np.zeros(len(polygons), dtype=bool))
    rings, owner = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    is_hole = np.zeros(len(rings), dtype=bool)
    is_hole[1:] = owner[1:] == owner[:-1]
    return Rings(grid.to_cells(points), ring, item[owner], is_hole)


def edges_of(columns: FloatArray, rows: FloatArray, rings: Rings) -> tuple[Edges, FloatArray]:
    """Edges that go from row to row, and the area of each ring (holes negative) in cells.

    Parameters
    ----------
    columns, rows
        Positions of the points of ``rings`` in cells, counted from the corner of their item's window.
    rings
        Which point belongs to which ring and item.
    """
    within = rings.ring[1:] == rings.ring[:-1]
    rise = rows[1:] - rows[:-1]
    strips = (columns[1:] + columns[:-1]) * rise
    strips[~within] = 0.0
    starts = np.concatenate([[0], np.flatnonzero(~within) + 1])
    turned = np.add.reduceat(strips, starts) * -0.5
    turn = np.where(turned < 0, -1.0, 1.0)
    direction = np.where(rings.is_hole, -turn, turn)
    areas = np.where(rings.is_hole, -np.abs(turned), np.abs(turned))
    keep = np.flatnonzero(within & (np.abs(rise) > _LEVEL))
    upward = rise[keep] > 0
    low, high = np.where(upward, keep, keep + 1), np.where(upward, keep + 1, keep)
    ring = rings.ring[keep]
    sign = np.where(upward, direction[ring], -direction[ring])
    edges = Edges(columns[low], rows[low], columns[high], rows[high], sign, rings.item[ring])
    return edges, areas


def _boxes_in_cells(boxes: FloatArray, grid: Grid) -> FloatArray:
    """Smallest column and row, largest column and row of boxes in the CRS; for rotated grids of the turned box."""
    corners = np.stack([grid.to_cells(boxes[:, pair]) for pair in ((0, 1), (0, 3), (2, 1), (2, 3))])
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)], axis=1)


def _cuts(work: FloatArray) -> list[tuple[int, int]]:
    """Ranges of consecutive items of about one unit of work each."""
    if not len(work):
        return []
    total = np.cumsum(work)
    block = np.floor(total - work).astype(np.int64)
    starts = np.concatenate([[0], np.flatnonzero(block[1:] != block[:-1]) + 1])
    ends = np.concatenate([starts[1:], [len(work)]])
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
