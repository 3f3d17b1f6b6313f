"""Reading a stand layer: 46 columns, 60 vertices a stand, as GeoPackage and as GBK shapefile without .cpg.

    .venv/bin/python benchmarks/reading.py [--quick] [--stands 100000]

Beside ours run geopandas (fiona) and a loop over GDAL's features, what scripts usually do, on a tenth of the
stands; each in a process of its own, so that time and memory are its own. ``CPU`` is the processor's time,
which other work on the machine stretches less than the clock's. The last column is ours from a tenth to all. Ends with
status 1 above 2 s or 1.5 GB. ``--quick`` runs on few stands and shows only that it runs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

LIMIT_SECONDS = 2.0
LIMIT_MB = 1500
USUAL, QUICK = 100_000, 2_000
SPECIES = np.asarray(["马尾松", "杉木", "阔叶树", "毛竹", None], dtype=object)


def made_stands(count: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Attributes as a county hands them in, and stands of 60 vertices near Youxi (EPSG:4527)."""
    chance = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    side = int(np.ceil(np.sqrt(count)))
    row = np.arange(count)
    centre = np.stack([39_500_000 + row % side * 120.0, 2_850_000 + row // side * 120.0], axis=1)
    radius = chance.uniform(40, 55, (count, 60, 1))
    ring = centre[:, None] + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    table: dict[str, np.ndarray] = {"LIN_BAN": (row // 100).astype(str).astype(object), "XIAO_BAN": row}
    for number in range(14):
        table["WEN_ZI{}".format(number)] = SPECIES[chance.integers(0, len(SPECIES), count)]
    for number in range(15):
        table["DAI_MA{}".format(number)] = chance.integers(0, 900, count)
    for number in range(15):
        values = np.round(chance.uniform(0, 400, count), 2)
        values[chance.random(count) < 0.1] = np.nan
        table["SHU_ZI{}".format(number)] = values
    return pd.DataFrame(table), shapely.polygons(ring)


def write_layers(folder: Path, count: int) -> dict[str, Path]:
    from osgeo import gdal

    from sanming_carbon_plugin.adapters.crs import wkt_from_user_input
    from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
    from sanming_carbon_plugin.core.stands.layer import FieldType

    frame, shapes = made_stands(count)
    kinds = {"O": FieldType("text", 20), "i": FieldType("integer", 9), "f": FieldType("real", 12, 2)}
    types = {name: kinds[frame[name].dtype.kind] for name in frame}
    gpkg, shp = folder / "小班 {}.gpkg".format(count), folder / "小班 {}.shp".format(count)
    write_geopackage(gpkg, [OutputTable("stands", types, frame, shapes, wkt_from_user_input("EPSG:4527"))])
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    gdal.VectorTranslate(str(shp), str(gpkg), format="ESRI Shapefile", layerCreationOptions=["ENCODING=GBK"])
    gdal.PopErrorHandler()
    shp.with_suffix(".cpg").unlink(missing_ok=True)
    return {"GeoPackage": gpkg, "Shapefile, GBK": shp}


def ours(path: str) -> int:
    from sanming_carbon_plugin.adapters.vectors import read_layer

    return len(read_layer(path))


def geopandas_fiona(path: str) -> int:
    import geopandas

    return len(geopandas.read_file(path, encoding="GBK" if path.endswith(".shp") else "UTF-8"))


def feature_loop(path: str) -> int:
    from osgeo import gdal

    options = ["ENCODING=GBK"] if path.endswith(".shp") else []
    dataset = gdal.OpenEx(path, gdal.OF_VECTOR, open_options=options)
    layer = dataset.GetLayer(0)
    count = layer.GetLayerDefn().GetFieldCount()
    rows = []
    for feature in layer:
        values = [feature.GetField(i) for i in range(count)]
        rows.append((values, shapely.from_wkb(bytes(feature.GetGeometryRef().ExportToWkb()))))
    return len(rows)


READERS = {"ours": ours, "geopandas (fiona)": geopandas_fiona, "GDAL feature loop": feature_loop}


def measure(reader: str, path: Path) -> dict[str, float]:
    """Seconds by the clock and by the processor, and peak memory in MB, in a fresh process."""
    command = [sys.executable, __file__, "--one", reader, "--path", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return json.loads(done.stdout.splitlines()[-1])


def one(reader: str, path: str) -> None:
    READERS[reader](path.replace(Path(path).stem, Path(path).stem.split()[0] + " 100"))  # libraries are loaded
    seconds, processor = [], []
    for _ in range(3 if reader == "ours" else 1):
        start, start_processor = time.perf_counter(), time.process_time()
        READERS[reader](path)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - start_processor)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"seconds": min(seconds), "processor": min(processor), "mb": peak_kb / 1024}))


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stands", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", choices=READERS)
    parser.add_argument("--path")
    arguments = parser.parse_args(given)
    if arguments.one:
        one(arguments.one, arguments.path)
        return 0
    stands = arguments.stands or (QUICK if arguments.quick else USUAL)
    slowest, most_mb = 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        write_layers(Path(folder), 100)
        few = write_layers(Path(folder), stands // 10)
        all_stands = write_layers(Path(folder), stands)
        head = ("format", "reader", "stands", "seconds", "CPU", "MB", "growth")
        print("{:<16} {:<20} {:>9} {:>9} {:>7} {:>7} {:>7}".format(*head))
        for kind in few:
            little = {reader: measure(reader, few[kind]) for reader in READERS}
            for reader, result in little.items():
                _show(kind, reader, stands // 10, result, "")
            result = measure("ours", all_stands[kind])
            growth = "{:.1f}x".format(result["processor"] / little["ours"]["processor"])
            _show(kind, "ours", stands, result, growth)
            slowest, most_mb = max(slowest, result["seconds"]), max(most_mb, result["mb"])
    missed = slowest > LIMIT_SECONDS or most_mb > LIMIT_MB
    verdict = "MISSED" if missed else "kept"
    print("ours: {:.2f} s (limit {} s), {:.0f} MB (limit {} MB): {}".format(
        slowest, LIMIT_SECONDS, most_mb, LIMIT_MB, verdict
    ))  # fmt: skip
    return int(missed)


def _show(kind: str, reader: str, stands: int, result: dict[str, float], growth: str) -> None:
    line = "{:<16} {:<20} {:>9} {:>9.2f} {:>7.2f} {:>7.0f} {:>7}"
    print(line.format(kind, reader, stands, result["seconds"], result["processor"], result["mb"], growth), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
