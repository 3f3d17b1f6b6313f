"""Stock, sink by key and interval of a million stands; exact overlay of a hundred thousand redrawn ones.

Run: ``.venv/bin/python benchmarks/carbon.py [--quick] [stands] [redrawn]``. Each part runs in a process of its own, so
that its peak memory is its own. Prints seconds and peak memory and ends with status 1 where a figure is missed: 20 s
and 2 GB for 1,000,000 stands by key, 90 s for 100,000 redrawn ones. The clock runs from tables and polygons in memory
to columns in memory; the memory is that of the whole process, made tables and polygons included. Beside ours run what a
script writer would start with: the same stands one at a time, as far as that gets in two seconds, and geopandas'
overlay of a tenth of the redrawn stands, without any sink. ``--quick`` takes few stands and shows only that it runs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sanming_carbon_plugin.adapters.carbon_parameters import load_errors, load_parameters
from sanming_carbon_plugin.core.carbon.period import parse_period
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
from sanming_carbon_plugin.core.carbon.uncertainty import total_interval

KEYED_SECONDS, KEYED_GB, REDRAWN_SECONDS = 20.0, 2.0, 90.0
LOOP_SECONDS, OVERLAY_SHARE = 2.0, 10
PERIOD = parse_period("2016-01-01/2020-12-31")
SPECIES = np.array(["220", "310", "630", "620", "490", "590", "660", "550", "210"], dtype=object)


def made_facts(
    count: int, rng: np.random.Generator, volume: np.ndarray | None = None, day: str = "2015-12-31"
) -> pd.DataFrame:
    """A made table of stands; never surveyed."""
    base = rng.gamma(6.0, 18.0, count) if volume is None else volume * rng.normal(1.2, 0.1, count)
    return pd.DataFrame(
        {
            "species_code": SPECIES[rng.integers(0, len(SPECIES), count)],
            "land_class": np.full(count, "arbor", dtype=object),
            "volume_m3_ha": np.where(rng.random(count) < 0.02, np.nan, base),
            "stems_per_ha": rng.integers(800, 3500, count).astype(float),
            "dbh_cm": rng.normal(16, 4, count),
            "height_m": rng.normal(13, 3, count),
            "age_group": rng.integers(1, 4, count).astype(float),
            "area_ha": rng.gamma(2.0, 2.0, count),
            "survey_method": np.full(count, "plot", dtype=object),
            "survey_date": np.full(count, day, dtype=object),
        },
        index=pd.Index([f"350428-{i}" for i in range(count)], name="stand_key"),
    )


def keyed(count: int) -> bool:
    """Stock, sink by key, interval per stand, per 200 townships and in total; whether the figures are met."""
    rng = np.random.default_rng(1)
    then = made_facts(count, rng)
    now = made_facts(count, rng, then["volume_m3_ha"].to_numpy(), day="2020-12-31")
    now["species_code"] = np.where(rng.random(count) < 0.95, then["species_code"], now["species_code"])
    now["area_ha"] = then["area_ha"]
    side = int(np.ceil(np.sqrt(count)))
    x, y = np.divmod(np.arange(count), side)
    squares = shapely.box(x * 200.0, y * 200.0, x * 200.0 + 200.0, y * 200.0 + 200.0)
    parameters, errors = load_parameters(), load_errors()
    before = peak_gb()
    start = time.perf_counter()
    stock(now, parameters)
    stocked = time.perf_counter()
    found = sink(now, squares, EarlierInventory(then, squares.copy()), parameters, errors, PERIOD)
    sunk = time.perf_counter()
    total_interval(found.errors, rng.integers(0, 200, count))
    total = total_interval(found.errors, np.zeros(count, dtype=np.int64))
    end = time.perf_counter()
    print(f"{count} stands: stock {stocked - start:.1f} s, sink by key with interval {sunk - stocked:.1f} s,")
    print(f"  intervals of 200 rows and the total {end - sunk:.1f} s; together {end - start:.1f} s (aim 20 s)")
    print(f"  memory {peak_gb():.2f} GB at most, {before:.2f} GB of it before the clock started (aim 2 GB)")
    one_by_one(now, then, squares)
    print(f"  known {int(total.stands[0])}, sink {total.sink_tco2e_yr[0]:.0f} t/a, sd {total.sd_tco2e_yr[0]:.0f} t/a")
    return all([met("seconds", end - start, KEYED_SECONDS), met("GB", peak_gb(), KEYED_GB)])


def redrawn(count: int, vertices: int = 60) -> bool:
    """Every stand's outline moved against the earlier one, so that all must be overlaid; whether in time."""
    rng = np.random.default_rng(2)
    then, now = made_facts(count, rng), made_facts(count, rng, day="2020-12-31")
    shapes_then, shapes_now = mosaic(count, vertices, rng), mosaic(count, vertices, rng)
    now.index = pd.Index([f"n{key}" for key in now.index], name="stand_key")
    parameters, errors = load_parameters(), load_errors()
    start = time.perf_counter()
    found = sink(now, shapes_now, EarlierInventory(then, shapes_then), parameters, errors, PERIOD)
    end = time.perf_counter()
    print(f"{count} redrawn stands of {vertices} vertices: overlay and sink {end - start:.1f} s (aim 90 s); "
          f"{peak_gb():.2f} GB at most; mean cover {found.columns.earlier_cover.mean():.4f}")  # fmt: skip
    geopandas_overlay(shapes_then, shapes_now)
    return met("seconds", end - start, REDRAWN_SECONDS)


def one_by_one(now: pd.DataFrame, then: pd.DataFrame, squares: np.ndarray) -> None:
    """The peer of the keyed part: stock and sink of one stand after the other."""
    parameters, errors = load_parameters(), load_errors()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < LOOP_SECONDS and done < len(now):
        row = slice(done, done + 1)
        stock(now.iloc[row], parameters)
        sink(now.iloc[row], squares[row], EarlierInventory(then.iloc[row], squares[row]), parameters, errors, PERIOD)
        done += 1
    each = (time.perf_counter() - start) / done
    print(f"  one stand at a time, {done} of them scaled up: {each * len(now):.0f} s")


def geopandas_overlay(then: np.ndarray, now: np.ndarray) -> None:
    """The peer of the redrawn part: the bare overlay of a part of the stands, whole rows of the mosaic."""
    import geopandas

    part = -(-len(now) // OVERLAY_SHARE)
    frames = [geopandas.GeoDataFrame({name: range(part)}, geometry=list(shapes[:part])) for name, shapes in
              (("then", then), ("now", now))]  # fmt: skip
    start = time.perf_counter()
    geopandas.overlay(*frames, how="intersection")
    print(
        f"  geopandas' overlay alone, {part} stands scaled up: {(time.perf_counter() - start) * len(now) / part:.0f} s"
    )


def met(what: str, value: float, most: float) -> bool:
    """Whether a figure is kept, said where it is not."""
    if value > most:
        print(f"MISSED: {value:.2f} {what}, at most {most:g}")
    return value <= most


def mosaic(count: int, vertices: int, rng: np.random.Generator) -> np.ndarray:
    """Squares of 200 m with wavy common sides: neighbours share every vertex, each date has its own waves."""
    side = int(np.ceil(np.sqrt(count)))
    steps = vertices // 4
    t = np.arange(steps) / steps
    corners = rng.normal(0.0, 12.0, (side + 1, side + 1, 2))
    grid = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), -1) * 200.0 + corners
    wave_h = rng.normal(0.0, 6.0, (side, side + 1, 1)) * np.sin(2 * np.pi * t)
    wave_v = rng.normal(0.0, 6.0, (side + 1, side, 1)) * np.sin(2 * np.pi * t)

    def line(a, b, wave, axis):
        points = a[..., None, :] * (1 - t)[:, None] + b[..., None, :] * t[:, None]
        points[..., axis] += wave
        return points

    bottom_top = line(grid[:-1, :], grid[1:, :], wave_h, 1)
    left_right = line(grid[:, :-1], grid[:, 1:], wave_v, 0)
    ends_h, ends_v = grid[1:, :], grid[:, 1:]
    back_h = np.concatenate([ends_h[..., None, :], bottom_top[..., :0:-1, :]], axis=-2)
    back_v = np.concatenate([ends_v[..., None, :], left_right[..., :0:-1, :]], axis=-2)
    rings = np.concatenate([bottom_top[:, :-1], left_right[1:, :], back_h[:, 1:], back_v[:-1, :]], axis=-2)
    rings = rings.reshape(side * side, 4 * steps, 2)[:count]
    return shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


PARTS = {"keyed": (keyed, 1_000_000), "redrawn": (redrawn, 100_000)}
QUICK = ("2000", "400")


def main(arguments: list[str]) -> int:
    """All parts, each in a process of its own; status 1 where one misses a figure."""
    if arguments and arguments[0] in PARTS:
        part, usual = PARTS[arguments[0]]
        return 0 if part(int(arguments[1]) if len(arguments) > 1 else usual) else 1
    if "--quick" in arguments:
        arguments = list(QUICK)
    missed = 0
    for place, name in enumerate(PARTS):
        command = [sys.executable, __file__, name, *arguments[place : place + 1]]
        missed += subprocess.run(command, check=False).returncode != 0
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
