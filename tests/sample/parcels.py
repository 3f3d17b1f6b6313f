"""Who is neighbour of whom: villages, compartments and stands as labels on a raster, guided by the terrain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from .landscape import Landscape, fractal
from .place import OUTLINE_GRID, dice

CELL_HA = OUTLINE_GRID.cell**2 / 1e4
VILLAGES = 10
OUTSIDE = -1
FOREST, FLOOR, WATER = 0, 1, 2
MEAN_STAND_HA = {FOREST: 5.75, FLOOR: 3.0}
SMALLEST_HA = 0.45


@dataclass(frozen=True)
class Parcels:
    """Labels on the outline grid, -1 outside the township."""

    village: np.ndarray
    compartment: np.ndarray
    ground: np.ndarray  # FOREST, FLOOR or WATER
    atom: np.ndarray  # smallest pieces, of which the stands of both dates are put together


def graph(cost: np.ndarray, zone: np.ndarray | None = None) -> sparse.csr_matrix:
    """Return the 8-neighbour graph of a cost raster; cells of different zones are not connected."""
    rows, cols = cost.shape
    index = np.arange(rows * cols).reshape(rows, cols)
    starts, ends, lengths = [], [], []
    for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = (slice(0, rows - dr), slice(max(0, -dc), cols - max(0, dc)))
        b = (slice(dr, rows), slice(max(0, dc), cols + min(0, dc)))
        length = (cost[a] + cost[b]) * (0.5 * np.hypot(dr, dc))
        keep = np.ones(length.shape, dtype=bool) if zone is None else zone[a] == zone[b]
        starts.append(index[a][keep])
        ends.append(index[b][keep])
        lengths.append(length[keep])
    start, end, length = np.concatenate(starts), np.concatenate(ends), np.concatenate(lengths)
    return sparse.csr_matrix((length, (start, end)), shape=(rows * cols, rows * cols))


def nearest_seed(cost: np.ndarray, seeds: np.ndarray, zone: np.ndarray | None = None) -> np.ndarray:
    """Label every cell with its nearest seed, going the cheapest way; -1 where no seed can be reached."""
    _, _, source = csgraph.dijkstra(
        graph(cost, zone), directed=False, indices=seeds, min_only=True, return_predecessors=True
    )
    label = np.full(cost.size, -1)
    label[seeds] = np.arange(len(seeds))
    reached = source >= 0
    label[reached] = label[source[reached]]
    return label.reshape(cost.shape)


def tidy(label: np.ndarray, smallest: int, zone: np.ndarray | None = None) -> np.ndarray:
    """Give loose crumbs and too small parts to the neighbour of the same zone with the longest common edge."""
    label = label.copy()
    for _ in range(12):
        part, count = connected(label)
        size = np.bincount(part[part >= 0], minlength=count)
        owner = np.zeros(count, dtype=int)
        owner[part[part >= 0]] = label[part >= 0]
        largest = np.zeros(owner.max() + 1, dtype=int)
        np.maximum.at(largest, owner, size)
        bad = (size < largest[owner]) | (size < smallest)
        a, b = edges(part)
        if zone is not None:
            home = np.zeros(count, dtype=int)
            home[part[part >= 0]] = zone[part >= 0]
            same = home[a] == home[b]
            a, b = a[same], b[same]
        into = strongest_neighbour(a, b, bad, size, count)
        moved = bad & (into >= 0)
        if not moved.any():
            break
        new_owner = np.where(moved, owner[np.maximum(into, 0)], owner)
        label[part >= 0] = new_owner[part[part >= 0]]
    return label


def connected(label: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the 4-connected parts of equal label; cells below 0 stay -1."""
    rows, cols = label.shape
    index = np.arange(rows * cols).reshape(rows, cols)
    right, down = label[:, :-1] == label[:, 1:], label[:-1] == label[1:]
    start = np.concatenate([index[:, :-1][right], index[:-1][down]])
    end = np.concatenate([index[:, 1:][right], index[1:][down]])
    matrix = sparse.csr_matrix((np.ones(len(start)), (start, end)), shape=(rows * cols, rows * cols))
    _, part = csgraph.connected_components(matrix, directed=False)
    part = part.reshape(label.shape)
    inside = label >= 0
    numbers, part_inside = np.unique(part[inside], return_inverse=True)
    result = np.full(label.shape, -1)
    result[inside] = part_inside
    return result, len(numbers)


def edges(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers on both sides of every cell edge between two parts, in both directions."""
    pairs = [(part[:, :-1], part[:, 1:]), (part[:-1], part[1:])]
    a = np.concatenate([p.ravel() for p, _ in pairs])
    b = np.concatenate([q.ravel() for _, q in pairs])
    keep = (a != b) & (a >= 0) & (b >= 0)
    a, b = a[keep], b[keep]
    return np.concatenate([a, b]), np.concatenate([b, a])


def strongest_neighbour(a: np.ndarray, b: np.ndarray, bad: np.ndarray, size: np.ndarray, count: int) -> np.ndarray:
    """Return for each bad part the larger neighbour with which it shares most edges, -1 where there is none."""
    keep = bad[a] & (~bad[b] | (size[b] > size[a]))
    a, b = a[keep], b[keep]
    pair, shared = np.unique(a.astype(np.int64) * count + b, return_counts=True)
    order = np.lexsort((pair, shared))
    into = np.full(count, -1)
    into[pair[order] // count] = pair[order] % count
    return into


def walking_cost(land: Landscape, rng: np.random.Generator, lines: float = 9.0) -> np.ndarray:
    """Crossing a ridge or a stream line is dear, so borders settle there; noise makes the rest wander."""
    noise = np.exp(0.55 * fractal(land.ridge.shape, 1.6, 25, rng))
    return noise * (1.0 + lines * land.ridge**1.5)


def seeds_by_weight(weight: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    chosen = rng.choice(weight.size, size=count, replace=False, p=(weight / weight.sum()).ravel())
    return np.sort(chosen)


def spread_seeds(count: int, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return cells on a jittered lattice: even, but not regular."""
    step = np.sqrt(shape[0] * shape[1] / count)
    r, c = np.meshgrid(np.arange(step / 2, shape[0], step), np.arange(step / 2, shape[1], step), indexing="ij")
    r = np.clip(r + rng.uniform(-0.4, 0.4, r.shape) * step, 0, shape[0] - 1).astype(int)
    c = np.clip(c + rng.uniform(-0.4, 0.4, c.shape) * step, 0, shape[1] - 1).astype(int)
    return np.unique(r * shape[1] + c)


def make_parcels(land: Landscape) -> Parcels:
    rng = dice("parcels")
    shape = land.ridge.shape
    block = nearest_seed(walking_cost(land, rng, 25.0), spread_seeds(330, shape, rng))
    block = tidy(block, 400)
    inside = township(block, rng)
    compartment = np.where(inside, block, OUTSIDE)
    village = villages(compartment, land, rng)
    ground = valley_and_water(land, inside)
    zone = np.where(inside, compartment * 3 + ground, -1)
    zone[inside & (ground == WATER)] = village[inside & (ground == WATER)] * 3 + 2 + 10_000
    atom = stand_pieces(land, zone, ground, inside, rng)
    return Parcels(village, compartment, ground, atom)


def township(block: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Take the blocks whose middle lies within a wavy ellipse."""
    rows, cols = block.shape
    r, c = np.mgrid[0:rows, 0:cols]
    distance = np.hypot((r - rows * 0.5) / (rows * 0.45), (c - cols * 0.5) / (cols * 0.45))
    distance += 0.07 * fractal(block.shape, 3.0, 200, rng)
    size = np.bincount(block.ravel())
    middle = np.bincount(block.ravel(), weights=distance.ravel()) / np.maximum(size, 1)
    middle[size == 0] = np.inf
    margin = np.ones(block.shape, dtype=bool)
    margin[25:-25, 25:-25] = False
    middle[np.unique(block[margin])] = np.inf
    inside = (middle < 1.0)[block]
    part, count = ndimage.label(inside)
    inside = part == 1 + int(np.argmax(ndimage.sum(inside, part, np.arange(1, count + 1))))
    return ndimage.binary_fill_holes(inside)


def villages(compartment: np.ndarray, land: Landscape, rng: np.random.Generator) -> np.ndarray:
    """Group compartments around village seats in the valleys."""
    count = compartment.max() + 1
    numbers = np.flatnonzero(np.bincount(compartment[compartment >= 0], minlength=count))
    centre = np.array(ndimage.center_of_mass(np.ones(compartment.shape), compartment, numbers))
    height = ndimage.minimum(land.elevation_m, compartment, numbers)
    seat = [int(rng.integers(len(numbers)))]
    gap = np.full(len(numbers), np.inf)
    while len(seat) < VILLAGES:  # the next seat is far from the others, rather low than high
        gap = np.minimum(gap, np.hypot(*(centre - centre[seat[-1]]).T))
        seat.append(int(np.argmax(gap - 0.12 * (height - height.min()))))
    pair = np.unique(np.searchsorted(numbers, np.stack(edges(compartment))), axis=1)
    length = np.hypot(*(centre[pair[0]] - centre[pair[1]]).T)
    roads = sparse.csr_matrix((length, (pair[0], pair[1])), shape=(len(numbers), len(numbers)))
    distance = csgraph.dijkstra(roads, indices=seat)
    village_of = np.full(count, OUTSIDE)
    village_of[numbers] = np.argmin(distance, axis=0)
    return np.where(compartment >= 0, village_of[np.maximum(compartment, 0)], OUTSIDE)


def valley_and_water(land: Landscape, inside: np.ndarray) -> np.ndarray:
    """Tell the river and one reservoir, the flat valley floors and the slopes apart."""
    river = inside & (land.drained_ha > 900.0)
    river = ndimage.binary_dilation(river, np.ones((2, 2), dtype=bool)) & inside
    gentle = ndimage.gaussian_filter(land.slope_deg, 3) < 17.5
    low = ndimage.gaussian_filter(land.above_stream_m, 2) < 40.0
    floor = ndimage.binary_opening(ndimage.binary_closing(inside & gentle & low, iterations=2), iterations=2)
    near = ndimage.gaussian_filter((land.drained_ha > 120.0).astype(float), 5) > 0.02
    floor = floor & near
    ground = np.where(floor, FLOOR, FOREST)
    ground[river | (reservoir(land) & inside)] = WATER
    return ground


def reservoir(land: Landscape) -> np.ndarray:
    """Dam a side valley that drains about 300 ha; water rises 22 m above the valley bottom."""
    rows, cols = land.drained_ha.shape
    fits = (land.drained_ha > 250) & (land.drained_ha < 420)
    fits[: rows // 4], fits[-rows // 4 :], fits[:, : cols // 4], fits[:, -cols // 4 :] = False, False, False, False
    best, water = 0, np.zeros(land.drained_ha.shape, dtype=bool)
    order = np.argsort(land.elevation_m.ravel(), kind="stable")
    for dam in np.flatnonzero(fits.ravel())[::7]:
        above = np.zeros(rows * cols, dtype=bool)
        above[dam] = True
        level = land.elevation_m.ravel()[dam] + 22.0
        near = order[
            np.searchsorted(land.elevation_m.ravel()[order], land.elevation_m.ravel()[dam], "right") : np.searchsorted(
                land.elevation_m.ravel()[order], level
            )
        ]
        for cell in near.tolist():
            above[cell] = above[land.receiver[cell]]
        if best < above.sum() < 900:
            best, water = int(above.sum()), above.reshape(rows, cols)
    return water


def stand_pieces(
    land: Landscape, zone: np.ndarray, ground: np.ndarray, inside: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Divide every zone into pieces of uneven size around random seeds."""
    crowding = np.exp(0.75 * fractal(zone.shape, 2.2, 60, rng))  # few large stands here, many small ones there
    picked = []
    for kind, mean_ha in MEAN_STAND_HA.items():
        where = inside & (ground == kind)
        count = round(float(where.sum()) * CELL_HA / mean_ha)
        picked.append(seeds_by_weight(np.where(where, crowding, 0.0), count, rng))
    part, count = connected(np.where(inside, zone, -1))
    first = np.full(count, -1)
    first[part.ravel()[::-1]] = np.arange(part.size)[::-1]  # every separate part of a zone has at least one seed
    taken = np.unique(part.ravel()[np.concatenate(picked)])
    alone = np.setdiff1d(np.arange(count), taken)
    size = np.bincount(part[part >= 0], minlength=count)
    alone = alone[size[alone] >= SMALLEST_HA / CELL_HA]
    seeds = np.unique(np.concatenate([*picked, first[alone]]))
    label = nearest_seed(walking_cost(land, rng), seeds, np.where(inside, zone, -1))
    label = np.where(inside, label, -1)
    loose = inside & (label < 0)
    label[loose] = label.max() + 1 + part[loose]  # crumbs without a seed: tidy() gives them to a neighbour
    label = tidy(label, round(SMALLEST_HA / CELL_HA), np.where(ground == WATER, 1, 0))
    label = tidy(label, round(0.3 / CELL_HA))  # crumbs of water and floor go to any neighbour
    _, label_inside = np.unique(label[inside], return_inverse=True)
    result = np.full(label.shape, -1)
    result[inside] = label_inside
    return result
