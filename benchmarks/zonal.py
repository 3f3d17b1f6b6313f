"""Statistics of rasters in stands: ours beside exactextract, QGIS and the mere decoding, in one run.

    .venv/bin/python benchmarks/zonal.py [--quick] [--run STANDS:BANDS:PEERS …] [--compress DEFLATE]

PEERS is all, exactextract or none. Without a choice: 100,000 and 1,000,000 stands on four bands beside all peers,
then a municipality, 1,000,000 stands on ten bands, beside the mere decoding. ``--quick`` takes few stands, where no
figure is promised, and shows only that it runs.

Makes stands of 60 vertices on 15 × 15 cells and a raster of 10 m cells by itself (16-bit reflectances, tiles of
256, pixel-interleaved) and prints seconds. The clock runs from stands in memory to mean and standard deviation in
memory; reading the raster is part of it. "reused" takes the saved coverage index from the disk. Beside the time on
the clock stands the processor time of all threads: on a machine that others use at the same time only that one tells.
Memory is the most that a process of its own holds for itself, stands, libraries and our work together; its stands
are packed, as the plugin reads them, and for comparison geometry objects. Ends with status 1 where a figure that the
project promises was missed, agreement with exactextract included.
"""

import argparse
import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sanming_carbon_plugin.cli import GDAL_CACHE_MEGABYTES

os.environ.setdefault("GDAL_CACHEMAX", GDAL_CACHE_MEGABYTES)

from sanming_carbon_plugin.adapters.coverage_store import CoverageStore
from sanming_carbon_plugin.adapters.rasters import open_bands, open_raster
from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters.coverage import coverage_blocks
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.stands.packed import OutlinePacker

CELL_M = 10.0
CELLS_PER_STAND = 15
PER_SIDE = 15
WEST, NORTH = 39_450_000.0, 3_000_000.0
EPSG = 4527
TILE = 256
USUAL, QUICK = ("100000:4:all", "1000000:4:all", "1000000:10:none"), ("200:2:all", "400:2:none")
CORNERS_AT_ONCE = 10_000
MOST_DIFFERENCE = 1e-6
MOST_MB, MOST_DECODINGS, LEAST_FIRST, LEAST_REUSED = 2048, 3, 5, 15
PROMISED_FROM = 100_000
MUNICIPALITY = 1_000_000, 10  # stands and bands of what is promised beside the mere decoding
LONGEST_PEER_S = 600
PACKED = "packed"
MOST_STALL_S, MOST_CANCEL_S, MOST_GROWTH = 0.1, 2.0, 1.3


def made_stands(count):
    """Stands that share their wiggly edges, 60 vertices each, in a random order."""
    columns = math.ceil(math.sqrt(count))
    side = CELL_M * CELLS_PER_STAND
    rng = np.random.default_rng(1)
    along = np.arange(PER_SIDE) / PER_SIDE * side
    level = rng.normal(0.0, 2.5, (columns + 1, columns, PER_SIDE))
    upright = rng.normal(0.0, 2.5, (columns, columns + 1, PER_SIDE))
    level[:, :, 0] = upright[:, :, 0] = 0.0
    row, column = np.divmod(np.arange(count), columns)
    x, y = (WEST + column * side)[:, None], (NORTH - (row + 1) * side)[:, None]
    below, above = row + 1, row
    south = np.stack([x + along, y + level[below, column]], axis=2)
    east = np.stack([x + side + upright[row, column + 1], y + along], axis=2)
    north = np.stack([x + along, y + side + level[above, column]], axis=2)[:, :0:-1]
    west = np.stack([x + upright[row, column], y + along], axis=2)[:, :0:-1]
    corners = np.stack([x + side, y + side], axis=2), np.stack([x, y + side], axis=2)
    ring = np.concatenate([south, east, corners[0], north, corners[1], west], axis=1)
    return shapely.polygons(ring)[rng.permutation(count)]


def made_raster(path, count, bands, compress):
    """A pixel-interleaved, tiled file over all stands, written in strips of little memory."""
    from osgeo import gdal

    gdal.UseExceptions()
    size = math.ceil(math.sqrt(count)) * CELLS_PER_STAND
    options = [f"COMPRESS={compress}", "TILED=YES", f"BLOCKXSIZE={TILE}", f"BLOCKYSIZE={TILE}", "INTERLEAVE=PIXEL"]
    file = gdal.GetDriverByName("GTiff").Create(
        str(path), size, size, bands, gdal.GDT_UInt16, [*options, "BIGTIFF=YES"]
    )
    file.SetGeoTransform((WEST, CELL_M, 0, NORTH, 0, -CELL_M))
    file.SetProjection(crs_wkt())
    rng = np.random.default_rng(2)
    wave = np.sin(np.arange(size) / 70.0) * 600
    for first in range(0, size, TILE):
        rows = min(TILE, size - first)
        noise = rng.normal(0, 30, (bands, rows, size)).astype(np.float32)
        slope = (np.sin(np.arange(first, first + rows) / 90.0) * 500)[:, None] + wave
        file.WriteArray((noise + slope + 2500).astype(np.uint16), 0, first)
    file = None
    return size


def crs_wkt():
    """The CRS of stands and raster."""
    from osgeo import osr

    crs = osr.SpatialReference()
    crs.ImportFromEPSG(EPSG)
    return crs.ExportToWkt()


class Watched:
    """The most memory that this process holds for itself while something runs; looked up twenty times a second."""

    def __enter__(self):
        self.before_mb = self.most_mb = self._now_mb()
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._watch.join()

    def _look(self):
        while not self._done.wait(0.05):
            self.most_mb = max(self.most_mb, self._now_mb())

    @staticmethod
    def _now_mb():
        # Pages of files that are mapped can be given back at any time.
        text = Path("/proc/self/status").read_text(encoding="ascii")
        return int(text.split("RssAnon:")[1].split()[0]) / 1024


class CancelledSoon(Progress):
    """Cancelled after some seconds."""

    def __init__(self, seconds):
        self.at = time.perf_counter() + seconds

    def is_cancelled(self):
        return time.perf_counter() > self.at


def seconds_to_cancel(stands, path, after_s, **options):
    """Seconds from the wish to stop until everything has stopped; 0 where the work was done before."""
    progress = CancelledSoon(after_s)
    try:
        ours(stands, path, progress=progress, **options)
    except CancelledError:
        return time.perf_counter() - progress.at
    return 0.0


def memory_alone(folder, stands, path, how):
    """Megabytes that a process of its own holds with the stands, and at most while it works on them."""
    corners = folder / "corners.npy"
    np.save(corners, shapely.get_coordinates(stands).reshape(len(stands), -1, 2))
    told = subprocess.run([sys.executable, __file__, "--alone", corners, path, how], capture_output=True, check=True)
    corners.unlink()
    return json.loads(told.stdout)


def work_alone(corners, path, how):
    """What the process of :func:`memory_alone` does; ``how`` its stands are held is PACKED or objects."""
    corners = np.load(corners, mmap_mode="r")
    portions = [slice(first, first + CORNERS_AT_ONCE) for first in range(0, len(corners), CORNERS_AT_ONCE)]
    if how == PACKED:
        packer = OutlinePacker(len(corners))
        for part in portions:
            packer.add(shapely.polygons(np.array(corners[part])))
        stands = packer.packed()
        del packer
    else:
        stands = np.empty(len(corners), dtype=object)
        for part in portions:
            stands[part] = shapely.polygons(np.array(corners[part]))
    with Watched() as memory:
        ours(stands, Path(path))
    print(json.dumps([memory.before_mb, memory.most_mb]))


def longest_stall(call):
    """Longest time in seconds that the main thread waits for its turn while something runs beside it."""
    worker = threading.Thread(target=call)
    worker.start()
    longest, last = 0.0, time.perf_counter()
    while worker.is_alive():
        time.sleep(0.002)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


def timed(call):
    """Seconds on the clock and of the processor, and the result of a call."""
    start, used = time.perf_counter(), time.process_time()
    result = call()
    return (time.perf_counter() - start, time.process_time() - used), result


def of_a_peer(call):
    """What a call gives in a process of its own; None where it is stopped for taking too long."""
    processes = multiprocessing.get_context("fork")
    ours_end, theirs_end = processes.Pipe(duplex=False)
    process = processes.Process(target=lambda: theirs_end.send(call()))
    process.start()
    theirs_end.close()
    result = ours_end.recv() if ours_end.poll(LONGEST_PEER_S) else None
    process.kill()
    process.join()
    return result


def ours(stands, path, **options):
    """Our figures; with a store the coverage comes from the disk."""
    raster = open_raster(str(path), "x", crs_wkt())
    with closing(raster.reader):
        return evidence(np.arange(len(stands)), stands, [raster], **options).columns


def decoding(path):
    """Read every cell of every band and do nothing with it."""
    with closing(open_bands(str(path))) as reader:
        for first in range(0, reader.grid.height, reader.row_step):
            reader.read_rows(first, min(reader.row_step, reader.grid.height - first))


def exactextract(stands, path, strategy):
    """exactextract's figures."""
    import geopandas
    from exactextract import exact_extract

    frame = geopandas.GeoDataFrame({"id": np.arange(len(stands))}, geometry=list(stands), crs=EPSG)
    options = {"strategy": strategy, "output": "pandas", "max_cells_in_memory": 10**8}
    return timed(lambda: exact_extract(str(path), frame, ["mean", "stdev"], **options))


def qgis(stands, path, bands):
    """QGIS's own zonal statistics, one pass per band; None without QGIS."""
    try:
        from qgis.analysis import QgsZonalStatistics
        from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsRasterLayer, QgsVectorLayer
    except ImportError:
        return None
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:{EPSG}", "stands", "memory")
    features = []
    for wkb in shapely.to_wkb(stands):
        geometry = QgsGeometry()
        geometry.fromWkb(wkb)
        feature = QgsFeature()
        feature.setGeometry(geometry)
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    raster = QgsRasterLayer(str(path), "raster")
    wanted = QgsZonalStatistics.Statistic.Mean | QgsZonalStatistics.Statistic.StDev
    runs = [QgsZonalStatistics(layer, raster, f"b{band}_", band, wanted) for band in range(1, bands + 1)]
    seconds, _ = timed(lambda: [one.calculateStatistics(None) for one in runs])
    runs.clear()
    del layer, raster, features, feature
    return seconds


def compared(found, other, bands):
    """Largest relative difference between our means and deviations and exactextract's; infinite where one is none."""
    names = (("mean", "mean"), ("std", "stdev"))
    pairs = [
        (found[f"x_b{band}_{name}"].to_numpy(), other[f"band_{band}_{theirs}"].to_numpy())
        for band in range(1, bands + 1)
        for name, theirs in names
    ]
    worst = max(float(np.abs(ours / theirs - 1).max()) for ours, theirs in pairs)
    return worst if math.isfinite(worst) else math.inf


def run(count, bands, peers, compress):
    """All engines on one size: processor seconds of our first run, and what was missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "image.tif"
        stands = made_stands(count)
        size = made_raster(path, count, bands, compress)
        megabytes = path.stat().st_size / 2**20
        print(f"\n{count:,} stands, {size * size:,} cells, {bands} bands, {compress}, {megabytes:,.0f} MB", flush=True)
        store = CoverageStore(folder / "coverage")
        decode_s, _ = timed(lambda: decoding(path))
        index_s, _ = timed(lambda: index_alone(stands, path))
        first_s, found = timed(lambda: ours(stands, path))
        saved_s, _ = timed(lambda: ours(stands, path, covering=store.covering))
        reused_s, again = timed(lambda: ours(stands, path, covering=store.covering))
        missed = [] if again.equals(found) else ["the reused index gives other figures"]
        rows = [("decoding alone", decode_s), ("coverage alone", index_s), ("ours, first run", first_s)]
        rows += [("ours, first run with saving", saved_s), ("ours, index reused", reused_s)]
        others, best, difference = beside_peers(stands, path, bands, peers, found)
        told(rows + others, best)
        stall_s = longest_stall(lambda: ours(stands, path))
        cancel_s = [
            seconds_to_cancel(stands, path, share * first_s[0], **options)
            for share in (0.05, 0.3, 0.7)
            for options in ({}, {"covering": store.covering})
        ]
        memory = {how: memory_alone(folder, stands, path, how) for how in (PACKED, "objects")}
    print(f"  longest stall of the main thread {stall_s:.3f} s, longest way to a cancel {max(cancel_s):.2f} s")
    for how, (before_mb, most_mb) in memory.items():
        print(f"  memory, stands {how}: {before_mb:,.0f} MB before the work, {most_mb:,.0f} MB at most")
    missed += [f"a figure differs from exactextract's by more than {MOST_DIFFERENCE}"] * (difference > MOST_DIFFERENCE)
    if peers != "none" and count >= PROMISED_FROM:
        missed += [f"first run less than {LEAST_FIRST} times faster"] * (best[0] / first_s[0] < LEAST_FIRST)
        missed += [f"reuse less than {LEAST_REUSED} times faster"] * (best[0] / reused_s[0] < LEAST_REUSED)
    if count >= MUNICIPALITY[0] and bands >= MUNICIPALITY[1]:
        missed += ["more than decoding three times and the coverage"] * (
            first_s[0] > MOST_DECODINGS * decode_s[0] + index_s[0]
        )
    if count >= PROMISED_FROM:
        missed += [f"stall above {MOST_STALL_S} s"] * (stall_s > MOST_STALL_S)
        missed += [f"cancel after more than {MOST_CANCEL_S} s"] * (max(cancel_s) > MOST_CANCEL_S)
        missed += [f"a process of more than {MOST_MB} MB"] * (memory[PACKED][1] > MOST_MB)
    return first_s[1], missed


def index_alone(stands, path):
    """Find the coverage of all stands and keep nothing of it."""
    with closing(open_raster(str(path), "x", crs_wkt()).reader) as reader:
        for _ in coverage_blocks(stands, reader.grid):
            pass


def beside_peers(stands, path, bands, peers, found):
    """Names and seconds of the peers, the better of exactextract's two, and how far its means are from ours."""
    rows, best, difference = [], (math.inf, math.inf), 0.0
    if peers != "none":
        for strategy in ("raster-sequential", "feature-sequential"):
            done = of_a_peer(lambda strategy=strategy: exactextract(stands, path, strategy))
            seconds = done[0] if done else (LONGEST_PEER_S, math.nan)
            best = (min(best[0], seconds[0]), min(best[1], seconds[1]))
            rows.append((f"exactextract, {strategy}" + ("" if done else ", stopped"), seconds))
            difference = max(difference, compared(found, done[1], bands)) if done else difference
        print(f"  largest relative difference of a figure to exactextract: {difference:.1e}")
    if peers == "all":
        seconds = of_a_peer(lambda: qgis(stands, path, bands) or (math.nan, math.nan))
        rows.append(("QGIS zonal statistics" + ("" if seconds else ", stopped"), seconds or (LONGEST_PEER_S, math.nan)))
    return rows, best, difference


def told(rows, best):
    """Print seconds and, beside them, how many times faster than the better strategy of exactextract."""
    print(f"  {'':42s}{'clock':>10s}{'':10s}{'processor':>10s}")
    for name, (clock, used) in rows:
        ratios = [
            f"{limit / spent:7.1f} ×" if math.isfinite(limit / spent) else ""
            for limit, spent in zip(best, (clock, used), strict=True)
        ]
        print(f"  {name:42s}{clock:8.2f} s{ratios[0]:>10s}{used:8.2f} s{ratios[1]:>10s}", flush=True)


def main(given):
    """Read the options, run every size, say how time grows."""
    options = argparse.ArgumentParser()
    options.add_argument("--run", nargs="+", metavar="STANDS:BANDS:PEERS")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--compress", default="DEFLATE")
    options.add_argument("--alone", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args(given)
    if chosen.alone:
        work_alone(*chosen.alone)
        return 0
    print("warming up", end="")
    run(200, 4, "none", chosen.compress)
    processor_s, missed = {}, []
    for one in chosen.run or (QUICK if chosen.quick else USUAL):
        count, bands, peers = one.split(":")
        spent, short = run(int(count), int(bands), peers, chosen.compress)
        missed += [f"{one}: {text}" for text in short]
        for (other, same), before in processor_s.items():
            if same == bands:
                growth = spent / before / (int(count) / other)
                print(f"  time per stand: {growth:.2f} times that of {other:,} stands")
                too_fast = growth > MOST_GROWTH and int(count) >= PROMISED_FROM
                missed += [f"{one}: time grows faster than the stands"] * too_fast
        processor_s[int(count), bands] = spent
    for text in missed:
        print(f"MISSED {text}")
    if not missed:
        print("every promised figure was kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
