"""Exact overlay of many polygons with many others, in arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from ..progress import Progress
from ..stands.checks.shapes import polygons_only

Shapes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]

_BLOCK = 4_000
"""Pairs overlaid between two looks at the cancel button."""

_MANY_VERTICES = 2_000
"""Above this a polygon is cut along a grid first: each overlay with it would walk its whole outline."""

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7


def pieces_of(shapes: Shapes, others: Shapes, progress: Progress) -> tuple[Rows, Rows, Shapes]:
    """All parts of ``shapes`` that lie inside ``others``.

    Parameters
    ----------
    shapes, others
        Object arrays of valid polygons or None, in the same CRS.
    progress
        Asked between blocks whether to stop.

    Returns
    -------
    tuple
        Row in ``shapes``, row in ``others`` and the common polygon, ordered by both; only pairs whose
        common area is above zero.
    """
    cut, owner = _cut_large(others)
    tree = shapely.STRtree(shapes)
    other_rows, shape_rows = tree.query(cut, predicate="intersects")
    progress.raise_if_cancelled()
    order = np.lexsort((other_rows, shape_rows))
    shape_rows, other_rows = shape_rows[order], other_rows[order]
    shapely.prepare(cut)
    inside = _in_blocks(shapely.covers, cut[other_rows], shapes[shape_rows], progress).astype(bool)
    common = shapes[shape_rows]
    crossing = np.flatnonzero(~inside)
    common[crossing] = surfaces(
        _in_blocks(shapely.intersection, shapes[shape_rows[crossing]], cut[other_rows[crossing]], progress)
    )
    shapely.destroy_prepared(cut)
    filled = shapely.area(common) > 0.0
    shape_rows, other_rows, common = shape_rows[filled], owner[other_rows[filled]], common[filled]
    if len(cut) == len(others):
        return shape_rows, other_rows, common
    pair = shape_rows * np.int64(len(others)) + other_rows
    order = np.argsort(pair, kind="stable")
    pair, common = union_of_groups(common[order], pair[order], progress)
    return pair // len(others), pair % len(others), common


def union_of_groups(shapes: Shapes, group: Rows, progress: Progress) -> tuple[Rows, Shapes]:
    """Union of the shapes of each group.

    Parameters
    ----------
    shapes
        Object array of polygons, length n.
    group
        Group number of each shape, in ascending order.
    progress
        Asked between blocks whether to stop.

    Returns
    -------
    tuple
        The group numbers that occur, ascending, and one geometry for each.
    """
    numbers, first, sizes = np.unique(group, return_index=True, return_counts=True)
    unions = np.empty(len(numbers), dtype=object)
    for size in np.unique(sizes):
        same = np.flatnonzero(sizes == size)
        step = max(1, _BLOCK // int(size))
        for begin in range(0, len(same), step):
            progress.raise_if_cancelled()
            part = same[begin : begin + step]
            members = shapes[first[part][:, None] + np.arange(size)]
            unions[part] = members[:, 0] if size == 1 else shapely.union_all(members, axis=1)
    return numbers, unions


def differences(shapes: Shapes, taken: Shapes, progress: Progress) -> Shapes:
    """What is left of each shape without the shape beside it."""
    return surfaces(_in_blocks(shapely.difference, shapes, taken, progress))


def surfaces(shapes: Shapes) -> Shapes:
    """The same shapes without the points and lines where borders only touch; None where nothing is left."""
    kinds = shapely.get_type_id(shapes)
    result = shapes.copy()
    result[~np.isin(kinds, (_POLYGON, _MULTIPOLYGON, _COLLECTION))] = None
    mixed = np.flatnonzero(kinds == _COLLECTION)
    if len(mixed):
        result[mixed] = polygons_only(shapes[mixed])
    result[shapely.is_empty(result)] = None
    return result


def _in_blocks(operation: Callable[..., npt.NDArray], left: Shapes, right: Shapes, progress: Progress) -> npt.NDArray:
    result = np.empty(len(left), dtype=object)
    for begin in range(0, len(left), _BLOCK):
        progress.raise_if_cancelled()
        part = slice(begin, begin + _BLOCK)
        result[part] = operation(left[part], right[part])
    return result


def _cut_large(shapes: Shapes) -> tuple[Shapes, Rows]:
    """Polygons with long outlines in handier parts, and the row each part comes from."""
    rows = np.arange(len(shapes), dtype=np.int64)
    large = np.flatnonzero(shapely.get_num_coordinates(shapes) > _MANY_VERTICES)
    if not len(large):
        return shapes.copy(), rows
    parts, owners = [np.delete(shapes, large)], [np.delete(rows, large)]
    for row in large:
        pieces = _halves(shapes[row])
        parts.append(pieces)
        owners.append(np.full(len(pieces), row, dtype=np.int64))
    return np.concatenate(parts), np.concatenate(owners)


def _halves(shape: shapely.Geometry) -> Shapes:
    """``shape`` cut across its longer side until no part has a long outline."""
    waiting, done = [shape], []
    while waiting:
        current = waiting.pop()
        if shapely.get_num_coordinates(current) <= _MANY_VERTICES:
            done.append(current)
            continue
        west, south, east, north = shapely.bounds(current)
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        if east - west >= north - south:
            boxes = shapely.box([west, middle_x], south, [middle_x, east], north)
        else:
            boxes = shapely.box(west, [south, middle_y], east, [middle_y, north])
        halves = surfaces(shapely.intersection(current, boxes))
        halves = halves[~shapely.is_missing(halves)]
        if max(shapely.get_num_coordinates(half) for half in halves) >= shapely.get_num_coordinates(current):
            done.extend(halves)
        else:
            waiting.extend(halves)
    result = np.empty(len(done), dtype=object)
    result[:] = done
    return result
