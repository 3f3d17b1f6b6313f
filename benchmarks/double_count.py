"""Double-count guard: candidate stands against as many credited parcels, with growth.

    .venv/bin/python benchmarks/double_count.py [--quick] [--stands 50000]

Stands are a field of irregular polygons; the credited parcels are another such field over the same ground,
shifted and turned, so that each stand meets about four parcels; a third of them hold other dates and one in twenty is
entered twice. Beside ours runs the loop that a script writer would start with: per stand, the parcels
found in an index, and their union cut out, for the same spans of dates. Ends with status 1 above 60 s. ``--quick`` runs
on few stands and shows only that it runs.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sanming_carbon_plugin.core.tickets.credited_parcels import CreditedParcels
from sanming_carbon_plugin.core.tickets.double_count import free_share, self_overlaps

LIMIT_SECONDS = 60.0
USUAL, QUICK = 50_000, 400


@dataclass(frozen=True)
class FiveYears:
    start: date = date(2016, 1, 1)
    end: date = date(2020, 12, 31)


def field_of_polygons(count: int, seed: int, size_m: float = 250.0) -> np.ndarray:
    """About ``count`` polygons of 12 vertices that share their borders and fill a square."""
    chance = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    grid = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0)), axis=-1) * size_m
    grid = grid + chance.uniform(-0.3, 0.3, grid.shape) * size_m
    middle_x = (grid[:, :-1] + grid[:, 1:]) / 2 + chance.uniform(-0.1, 0.1, (side + 1, side, 2)) * size_m
    middle_y = (grid[:-1] + grid[1:]) / 2 + chance.uniform(-0.1, 0.1, (side, side + 1, 2)) * size_m
    ring = [grid[:-1, :-1], middle_x[:-1], grid[:-1, 1:], middle_y[:, 1:], grid[1:, 1:], middle_x[1:], grid[1:, :-1]]
    ring = np.stack([*ring, middle_y[:, :-1], grid[:-1, :-1]], axis=2).reshape(-1, 9, 2)
    return shapely.polygons(ring)[:count]


def credited_field(count: int) -> CreditedParcels:
    base = field_of_polygons(count, seed=2)
    turned = shapely.transform(base, lambda xy: xy @ np.array([[0.99, 0.14], [-0.14, 0.99]]) + 37.0)
    twice = np.arange(0, count, 20)
    turned[twice[1:] - 1] = turned[twice[1:]]
    rows = np.arange(count)
    start = np.where(rows % 3 == 0, "2018-07-01", "2014-01-01").astype(object)
    end = np.where(rows % 7 == 0, "2019-12-31", "2025-12-31").astype(object)
    scheme = np.where(rows % 2 == 0, "CCER", "FFCER").astype(object)
    ids = np.char.add("P", rows.astype(str)).astype(object)
    return CreditedParcels(turned, scheme, ids, start, end, source_row=rows)


def plain_loop(stands: np.ndarray, parcels: CreditedParcels) -> np.ndarray:
    """Stand by stand, span by span."""
    tree = shapely.STRtree(parcels.geometry)
    first, last = np.datetime64("2016-01-01"), np.datetime64("2021-01-01")
    begin = np.clip(parcels.period_start.astype("datetime64[D]"), first, last)
    end = np.clip(parcels.period_end.astype("datetime64[D]") + 1, first, last)
    free = np.empty(len(stands))
    for row, stand in enumerate(stands):
        met = tree.query(stand, predicate="intersects")
        marks = np.unique(np.concatenate([[first, last], begin[met], end[met]]))
        kept = 0.0
        for a, b in pairwise(marks):
            active = parcels.geometry[met[(begin[met] <= a) & (end[met] >= b)]]
            kept += stand.difference(shapely.union_all(active)).area * (b - a).astype(int)
        free[row] = kept / stand.area / (last - first).astype(int)
    return free


def measure(count: int, loop_rows: int = 1_000) -> float:
    stands, parcels = field_of_polygons(count, seed=1), credited_field(count)
    keys = [f"S{row}" for row in range(count)]
    start = time.perf_counter()
    result = free_share(stands, keys, FiveYears(), [parcels])
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    overlaps = self_overlaps(stands, keys)
    own_seconds = time.perf_counter() - start
    sample = np.random.default_rng(3).choice(count, min(loop_rows, count), replace=False)
    few = stands[sample]
    start = time.perf_counter()
    slow = plain_loop(few, parcels)
    loop_seconds = (time.perf_counter() - start) * count / len(few)
    apart = np.abs(result.free_share.to_numpy()[sample] - slow).max()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{count:>8} {len(result.pieces):>9} {seconds:>8.1f} {own_seconds:>14.1f} {loop_seconds:>16.1f} "
        f"{apart:>12.1e} {memory:>8.2f} {len(overlaps):>9}"
    )
    return seconds + own_seconds


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stands", type=int)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args(given)
    count = arguments.stands or (QUICK if arguments.quick else USUAL)
    print(
        f"{'stands':>8} {'pieces':>9} {'guard s':>8} {'own overlap s':>14} {'plain loop s':>16} {'difference':>12} "
        f"{'peak GB':>8} {'overlaps':>9}"
    )
    seconds = [measure(size) for size in (count // 10, count // 4, count // 2, count)][-1]
    verdict = "kept" if seconds <= LIMIT_SECONDS else "MISSED"
    print(f"{count} x {count}: {seconds:.1f} s, limit {LIMIT_SECONDS:.0f} s: {verdict}")
    print("plain loop: 1,000 stands drawn at random, scaled up; it draws no map")
    return 0 if seconds <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
