"""From labels to polygons that share their boundaries exactly: one line between two neighbours, used by both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from .place import OUTLINE_GRID, Grid

CENTIMETRE = 0.01
JITTER = 0.55  # cells


@dataclass(frozen=True)
class Lines:
    """Smoothed boundary lines with the label on either side (-1 = outside)."""

    line: np.ndarray  # shapely LineStrings
    left: np.ndarray
    right: np.ndarray
    label: np.ndarray
    grid: Grid


def trace(label: np.ndarray) -> tuple[list[np.ndarray], list[tuple[int, int]]]:
    """Follow the cell edges between different labels from junction to junction; return corner chains (row, col)."""
    padded = np.pad(label, 1, constant_values=-1)
    cols = padded.shape[1]
    upright = np.argwhere(padded[:, :-1] != padded[:, 1:])  # edge right of (r, c): corners (r, c+1)-(r+1, c+1)
    level = np.argwhere(padded[:-1] != padded[1:])  # edge below (r, c): corners (r+1, c)-(r+1, c+1)
    start = np.concatenate(
        [upright[:, 0] * (cols + 1) + upright[:, 1] + 1, (level[:, 0] + 1) * (cols + 1) + level[:, 1]]
    )
    end = np.concatenate(
        [(upright[:, 0] + 1) * (cols + 1) + upright[:, 1] + 1, (level[:, 0] + 1) * (cols + 1) + level[:, 1] + 1]
    )
    one = np.concatenate([padded[:, :-1][tuple(upright.T)], padded[:-1][tuple(level.T)]])
    two = np.concatenate([padded[:, 1:][tuple(upright.T)], padded[1:][tuple(level.T)]])
    sides = np.stack([np.minimum(one, two), np.maximum(one, two)], axis=1)
    return chains(start, end, sides, cols + 1)


def chains(
    start: np.ndarray, end: np.ndarray, sides: np.ndarray, width: int
) -> tuple[list[np.ndarray], list[tuple[int, int]]]:
    """Join cell edges that separate the same two labels into chains that end at junctions."""
    ends = list(zip(start.tolist(), end.tolist(), strict=True))
    pair = [tuple(p) for p in sides.tolist()]
    at: dict[int, list[int]] = {}
    for number, (a, b) in enumerate(ends):
        at.setdefault(a, []).append(number)
        at.setdefault(b, []).append(number)
    junction = {corner for corner, numbers in at.items() if len(numbers) != 2 or pair[numbers[0]] != pair[numbers[1]]}
    starts = [(corner, number) for corner in sorted(junction) for number in at[corner]]
    starts += [(a, number) for number, (a, _) in enumerate(ends)]  # rings without a junction: islands
    used = [False] * len(ends)
    paths, between = [], []
    for corner, number in starts:
        if not used[number]:
            paths.append(off_lattice(np.array(walk(corner, number, ends, at, junction, used)), width))
            between.append(pair[number])
    return paths, between


def walk(
    corner: int,
    number: int,
    ends: list[tuple[int, int]],
    at: dict[int, list[int]],
    junction: set[int],
    used: list[bool],
) -> list[int]:
    """Follow edges from a corner until the next junction, or around."""
    path = [corner]
    while True:
        used[number] = True
        a, b = ends[number]
        corner = b if a == corner else a
        path.append(corner)
        onward = [k for k in at[corner] if not used[k]]
        if corner in junction or not onward:
            return path
        number = onward[0]


def off_lattice(corner: np.ndarray, width: int) -> np.ndarray:
    """Return row and column of corners, shaken a little; the same corner always moves the same way."""
    shake = np.stack([np.sin(corner * 12.9898) * 43.7 % 1.0, np.sin(corner * 78.233) * 91.3 % 1.0], axis=1)
    return np.stack([corner // width - 1, corner % width - 1], axis=1) + JITTER * (shake - 0.5)


def smooth(path: np.ndarray, sigma: float, tolerance_m: float, grid: Grid) -> np.ndarray:
    """Round off the stairs, keep the ends, drop needless corners; return coordinates in metres to the centimetre."""
    closed = len(path) > 3 and bool((path[0] == path[-1]).all())
    if sigma > 0 and len(path) > 3:
        width = min(sigma, (len(path) - 1) / 4.0)
        if closed:
            ring = ndimage.gaussian_filter1d(path[:-1], width, axis=0, mode="wrap")
            path = np.vstack([ring, ring[:1]])
        else:
            extended = np.vstack([2 * path[0] - path[:0:-1], path, 2 * path[-1] - path[-2::-1]])
            middle = ndimage.gaussian_filter1d(extended, width, axis=0)[len(path) - 1 : 2 * len(path) - 1]
            middle[0], middle[-1] = path[0], path[-1]
            path = middle
    xy = np.stack([grid.west + path[:, 1] * grid.cell, grid.north - path[:, 0] * grid.cell], axis=1)
    kept = shapely.get_coordinates(shapely.simplify(shapely.linestrings(xy), tolerance_m, preserve_topology=True))
    if closed and len(kept) < 5:
        kept = xy
    return np.round(kept / CENTIMETRE) * CENTIMETRE


def draw_lines(label: np.ndarray, sigma: float = 1.6, tolerance_m: float = 2.5, grid: Grid = OUTLINE_GRID) -> Lines:
    """Draw the smoothed boundary lines; where two would cross, both are drawn with less smoothing."""
    paths, between = trace(label)
    strength = np.full(len(paths), sigma)
    for _ in range(12):
        lines = np.array(
            [
                shapely.linestrings(np.round(smooth(p, s, tolerance_m if s > 0 else 0.0, grid), 2))
                for p, s in zip(paths, strength, strict=True)
            ]
        )
        wrong = crossing(lines)
        if not wrong.any():
            break
        strength[wrong] = np.where(strength[wrong] > 0.5, strength[wrong] * 0.5, 0.0)
    sides = np.array(between)
    return Lines(lines, sides[:, 0], sides[:, 1], label, grid)


def crossing(lines: np.ndarray) -> np.ndarray:
    """Tell which lines cross themselves or meet another one anywhere but at their ends."""
    wrong = ~shapely.is_simple(lines)
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    a, b = a[a < b], b[a < b]
    meet = shapely.intersection(lines[a], lines[b])
    ends = shapely.multipoints([[shapely.get_point(x, 0), shapely.get_point(x, -1)] for x in lines])
    allowed = shapely.covers(ends[a], meet) & shapely.covers(ends[b], meet)
    wrong[a[~allowed]] = True
    wrong[b[~allowed]] = True
    return wrong


def polygons(lines: Lines, group: np.ndarray) -> np.ndarray:
    """Build one polygon per group of labels (``group[label]``) from the lines between different groups."""
    of = np.append(group, -1)  # of[-1] is the outside
    border = of[lines.left] != of[lines.right]
    parts = shapely.get_parts(shapely.polygonize(lines.line[border]))
    parts = parts[np.lexsort(shapely.get_coordinates(shapely.point_on_surface(parts)).T)]
    owner = owners(parts, lines, of)
    result = np.full(int(group.max()) + 1, None, dtype=object)
    for number in np.unique(owner[owner >= 0]):
        mine = parts[owner == number]
        result[number] = mine[0] if len(mine) == 1 else shapely.multipolygons(mine)
    return shapely.normalize(result)


def owners(parts: np.ndarray, lines: Lines, of: np.ndarray) -> np.ndarray:
    """Find the group of every face: the one that all lines of its outline have in common."""
    tree = shapely.STRtree(shapely.line_interpolate_point(lines.line, 0.5, normalized=True))
    face, line = tree.query(shapely.boundary(parts), predicate="dwithin", distance=0.02)
    a, b = of[lines.left[line]], of[lines.right[line]]
    use = a != b
    face, a, b = face[use], a[use], b[use]
    inner = shapely.get_coordinates(shapely.point_on_surface(parts))
    col = np.floor((inner[:, 0] - lines.grid.west) / lines.grid.cell).astype(int)
    row = np.floor((lines.grid.north - inner[:, 1]) / lines.grid.cell).astype(int)
    seen = of[lines.label[row, col]]  # decides for islands, whose one line has two sides
    width = len(of) + 1
    votes = np.concatenate([face * width + a + 1, face * width + b + 1])
    key, count = np.unique(votes, return_counts=True)
    weight = 2 * count + (key % width - 1 == seen[key // width])
    order = np.argsort(weight, kind="stable")
    result = np.full(len(parts), -1)
    result[key[order] // width] = key[order] % width - 1
    return result
