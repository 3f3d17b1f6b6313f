"""Statistics of rasters in stands: ours beside exactextract, QGIS and the mere decoding, in one run.

    .venv/bin/python benchmarks/zonal.py [--stands N …] [--bands 4] [--peers all|exactextract|none] [--compress DEFLATE]

Makes stands of 60 vertices on 15 × 15 cells and a raster of 10 m cells by itself (16-bit reflectances, tiles of
256, pixel-interleaved) and prints seconds. The clock runs from stands in memory to mean and standard deviation in
memory; reading the raster is part of it. "reused" takes the saved coverage index from the disk. Beside the time on
the clock stands the processor time of all threads: on a machine that others use at the same time only that one tells.
"""

import argparse
import math
import os
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely

os.environ.setdefault("GDAL_CACHEMAX", "256")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sanming_carbon_plugin.adapters.coverage_store import CoverageStore
from sanming_carbon_plugin.adapters.rasters import open_bands, open_raster
from sanming_carbon_plugin.core.rasters.evidence import evidence

CELL_M = 10.0
CELLS_PER_STAND = 15
PER_SIDE = 15
WEST, NORTH = 39_450_000.0, 3_000_000.0
EPSG = 4527
TILE = 256


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
    """The most memory that this process holds at once while something runs; looked up ten times a second."""

    def __enter__(self):
        self.before_mb = self.most_mb = self._now_mb()
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._watch.join()
        self.grown_mb = self.most_mb - self.before_mb

    def _look(self):
        while not self._done.wait(0.1):
            self.most_mb = max(self.most_mb, self._now_mb())

    @staticmethod
    def _now_mb():
        text = Path("/proc/self/status").read_text(encoding="ascii")
        return int(text.split("VmRSS:")[1].split()[0]) / 1024


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
    """Largest relative difference between our means and exactextract's."""
    pairs = [(found[f"x_b{band}_mean"], other[f"band_{band}_mean"]) for band in range(1, bands + 1)]
    return max(float(np.abs(a.to_numpy() / b.to_numpy() - 1).max()) for a, b in pairs)


def run(count, bands, peers, compress):
    """All engines on one size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.tif"
        stands = made_stands(count)
        size = made_raster(path, count, bands, compress)
        megabytes = path.stat().st_size / 2**20
        print(f"\n{count:,} stands, {size * size:,} cells, {bands} bands, {compress}, {megabytes:,.0f} MB")
        store = CoverageStore(Path(folder) / "coverage")
        decode_s, _ = timed(lambda: decoding(path))
        with Watched() as memory:
            first_s, found = timed(lambda: ours(stands, path))
        saved_s, _ = timed(lambda: ours(stands, path, covering=store.covering))
        reused_s, again = timed(lambda: ours(stands, path, covering=store.covering))
        if not again.equals(found):
            print("  the reused index gives other figures")
        rows = [("decoding alone", decode_s), ("ours, first run", first_s), ("ours, first run with saving", saved_s)]
        rows.append(("ours, index reused", reused_s))
        best = (math.inf, math.inf)
        if peers != "none":
            for strategy in ("raster-sequential", "feature-sequential"):
                seconds, other = exactextract(stands, path, strategy)
                best = (min(best[0], seconds[0]), min(best[1], seconds[1]))
                rows.append((f"exactextract, {strategy}", seconds))
            print(f"  largest relative difference of a mean to exactextract: {compared(found, other, bands):.1e}")
        if peers == "all":
            seconds = qgis(stands, path, bands)
            rows.append(("QGIS zonal statistics", seconds or (math.nan, math.nan)))
        print(f"  {'':36s}{'clock':>10s}{'':10s}{'processor':>10s}")
        for name, (clock, used) in rows:
            ratios = [
                f"{limit / spent:7.1f} ×" if math.isfinite(limit) else ""
                for limit, spent in zip(best, (clock, used), strict=True)
            ]
            print(f"  {name:36s}{clock:8.2f} s{ratios[0]:>10s}{used:8.2f} s{ratios[1]:>10s}")
        print(f"  longest stall of the main thread: {longest_stall(lambda: ours(stands, path)):.3f} s")
        print(f"  memory of the first run: {memory.grown_mb:,.0f} MB above the {memory.before_mb:,.0f} MB before it")
        return first_s[1]


def main():
    """Read the options, run every size, say how time grows."""
    options = argparse.ArgumentParser()
    options.add_argument("--stands", type=int, nargs="+", default=[10_000])
    options.add_argument("--bands", type=int, default=4)
    options.add_argument("--peers", choices=("all", "exactextract", "none"), default="all")
    options.add_argument("--compress", default="DEFLATE")
    chosen = options.parse_args()
    print("warming up", end="")
    run(200, chosen.bands, "none", chosen.compress)
    seconds = [run(count, chosen.bands, chosen.peers, chosen.compress) for count in chosen.stands]
    for number in range(1, len(seconds)):
        more = chosen.stands[number] / chosen.stands[number - 1]
        print(f"growth: {more:.0f} × the stands take {seconds[number] / seconds[number - 1]:.1f} × the processor time")


if __name__ == "__main__":
    main()
