"""How long all checks of 10,000 and of 100,000 stands with 60 vertices take, and how the time grows.

    .venv/bin/python benchmarks/checks.py [--quick] [stands …]

Prints seconds per step beside those of reading alone, peak memory, and the exponent of growth. The layer is
a county-like coverage: wiggly shared edges, one stand in a hundred shifted so that it overlaps its neighbours
and leaves a gap, five in a hundred without a value. Beside ours runs the loop that a script writer would start with:
per stand its validity and its overlaps with the neighbours found in an index, and nothing else. Ends with status 1
where 100,000 stands take more than 60 s or 1.5 GB. ``--quick`` runs on few stands and shows only that it runs.
"""

import argparse
import math
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sanming_carbon_plugin.adapters.crs import wkt_from_user_input
from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
from sanming_carbon_plugin.adapters.jobs.opening import geodesy_of
from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.stands.area import stand_areas_m2
from sanming_carbon_plugin.core.stands.checks import check_stands
from sanming_carbon_plugin.core.stands.layer import FieldType, VectorLayer
from sanming_carbon_plugin.core.stands.mapping import recognise_fields
from sanming_carbon_plugin.core.stands.normalise import normalise_stands

SIDE_M = 300.0
PER_SIDE = 15
LIMIT_S = 60.0
LIMIT_GB = 1.5
USUAL, QUICK = (10_000, 100_000), (100, 400)
LOOP_STANDS = 1_000
CRS_WKT = wkt_from_user_input("EPSG:4527")
ORIGIN_M = np.array([39_450_000.0, 2_860_000.0])


def coverage(count):
    """Stands of 4 × 15 vertices that share their edges, and the compartment of each."""
    columns = math.ceil(math.sqrt(count))
    rng = np.random.default_rng(1)
    along = np.arange(PER_SIDE) / PER_SIDE * SIDE_M
    level = rng.normal(0.0, 3.0, (columns + 1, columns, PER_SIDE))
    upright = rng.normal(0.0, 3.0, (columns, columns + 1, PER_SIDE))
    level[:, :, 0] = upright[:, :, 0] = 0.0
    row, column = np.divmod(np.arange(count), columns)
    x, y = (column * SIDE_M)[:, None], (row * SIDE_M)[:, None]
    south = np.stack([x + along, y + level[row, column]], axis=2)
    east = np.stack([x + SIDE_M + upright[row, column + 1], y + along], axis=2)
    north = np.stack([x + along, y + SIDE_M + level[row + 1, column]], axis=2)[:, :0:-1]
    west = np.stack([x + upright[row, column], y + along], axis=2)[:, :0:-1]
    corner = np.stack([x + SIDE_M, y + SIDE_M], axis=2)
    last = np.stack([x, y + SIDE_M], axis=2)
    ring = np.concatenate([south, east, corner, north, last, west], axis=1)
    shifted = rng.random(count) < 0.01
    ring[shifted] += rng.normal(0.0, 4.0, (int(shifted.sum()), 1, 2))
    return shapely.polygons(ring + ORIGIN_M), row // 5 * 1000 + column // 5


def layer_of(count):
    """A layer with the fields that the checks look at."""
    rng = np.random.default_rng(2)
    geometry, compartment = coverage(count)
    age = rng.integers(5, 60, count).astype(float)
    height = 22.0 * (1.0 - np.exp(-0.05 * age)) * rng.normal(1.0, 0.08, count)
    dbh = height * rng.normal(1.15, 0.08, count)
    volume = 0.45 * height * 25.0 * rng.normal(1.0, 0.15, count)
    volume[rng.random(count) < 0.05] = np.nan
    attributes = pd.DataFrame(
        {
            "XIAN": "350428",
            "XIANG": "101",
            "CUN": "201",
            "LIN_BAN": pd.Series(compartment).astype(str),
            "XIAO_BAN": pd.Series(np.arange(count)).astype(str).str.zfill(6),
            "DI_LEI": rng.choice(["0111", "0113", "0120", "0161"], count, p=[0.85, 0.1, 0.03, 0.02]),
            "YOU_SHI_SZ": rng.choice(["220", "310", "490", "630"], count),
            "QI_YUAN": rng.choice(["11", "21"], count),
            "SEN_LIN_LB": rng.choice(["011", "022"], count),
            "LIN_ZHONG": rng.choice(["111", "231"], count),
            "PO_DU": rng.choice(list("12345"), count),
            "MIAN_JI": shapely.area(geometry) / 10_000.0 * 15.0,
            "PINGJUN_NL": age,
            "YU_BI_DU": rng.uniform(0.2, 0.9, count).round(2),
            "PINGJUN_XJ": dbh.round(1),
            "PINGJUN_SG": height.round(1),
            "HUO_LMGQXJ": volume.round(1),
            "MEI_GQ_ZS": rng.integers(600, 2500, count).astype(float),
            "SZ_ZC": rng.choice(["10杉", "8马2阔", "6马4阔+竹", "5杉3马2阔"], count),
        }
    )
    types = {name: FieldType("text" if attributes[name].dtype == object else "real") for name in attributes}
    return VectorLayer("stands", attributes, types, geometry, CRS_WKT)


def timed(name, function, seconds):
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    seconds[name] = (time.perf_counter() - wall, time.process_time() - cpu)
    return result


def write(count, path):
    made = layer_of(count)
    write_geopackage(path, [OutputTable("stands", made.field_types, made.attributes, made.geometry, made.crs_wkt)])


def run(count, tables, folder):
    path = folder / f"stands_{count}.gpkg"
    # In a process of its own, so that the peak of memory is that of the work alone.
    maker = multiprocessing.get_context("spawn").Process(target=write, args=(count, path))
    maker.start()
    maker.join()
    seconds = {}
    layer = timed("reading alone", lambda: read_layer(path), seconds)
    geodesy = geodesy_of(layer)
    area_m2 = timed(
        "area",
        lambda: stand_areas_m2(layer.geometry, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening),
        seconds,
    )
    mapping = timed("fields", lambda: recognise_fields(layer.attributes, tables), seconds)
    facts = timed("normalise", lambda: normalise_stands(layer, mapping, tables, area_m2), seconds).columns
    before_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    issues = timed("checks", lambda: check_stands(layer, facts, tables), seconds)
    memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{count:,} stands of {shapely.get_num_coordinates(layer.geometry).mean() - 1:.0f} vertices")
    for name, (wall, cpu) in seconds.items():
        print(f"  {name:<14}{wall:8.2f} s   processor {cpu:8.2f} s")
    print(f"  peak memory {memory_gb:.2f} GB ({before_gb:.2f} GB before the checks), {len(issues):,} issues")
    loop_s = plain_loop(layer.geometry)
    print(
        f"  a plain loop for validity and overlaps alone, {LOOP_STANDS:,} stands scaled up: {loop_s:.2f} s", flush=True
    )
    return (*seconds["checks"], memory_gb)


def plain_loop(geometry):
    """Seconds of a script writer's loop over all stands, from those of a few drawn at random."""
    drawn = np.random.default_rng(3).permutation(len(geometry))[:LOOP_STANDS]
    start = time.perf_counter()
    tree = shapely.STRtree(geometry)
    for row in drawn:
        geometry[row].is_valid  # noqa: B018 - asked for its time
        for other in tree.query(geometry[row]):
            if other != row:
                geometry[row].intersection(geometry[other]).area  # noqa: B018
    return (time.perf_counter() - start) * len(geometry) / len(drawn)


def main(arguments):
    options = argparse.ArgumentParser()
    options.add_argument("stands", nargs="*", type=int)
    options.add_argument("--quick", action="store_true")
    chosen = options.parse_args(arguments)
    tables = load_stand_tables()
    sizes = chosen.stands or (QUICK if chosen.quick else USUAL)
    with tempfile.TemporaryDirectory() as folder:
        times = [run(size, tables, Path(folder)) for size in sizes]
    for one, two, first, second in zip(sizes[:-1], sizes[1:], times[:-1], times[1:], strict=True):
        growth = math.log(second[1] / first[1]) / math.log(two / one)
        print(f"growth of the processor time of checks, {one:,} to {two:,}: exponent {growth:.2f} (1 is linear)")
    took_s, _, most_gb = times[-1]
    missed = took_s > LIMIT_S or most_gb > LIMIT_GB
    verdict = "MISSED" if missed else "kept"
    print(f"{took_s:.1f} s and {most_gb:.2f} GB, limits {LIMIT_S:.0f} s and {LIMIT_GB} GB: {verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
