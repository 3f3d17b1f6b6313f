"""The main job on the bundled sample, and its numbers as a table that two machines can compare.

``python -m tests.cli.sample_run`` writes the control table anew; do it only when a change of numbers is meant.
"""

import csv
import gzip
import io
import math
import tempfile
from pathlib import Path

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.results import RESULT_COLUMNS
from sanming_carbon_plugin.paths import resources_dir

from .layers import read_rows

SAMPLE = resources_dir() / "sample"
CONTROL = Path(__file__).resolve().parents[1] / "data" / "control" / "sample_stands.csv.gz"
RELATIVE = 5e-10
"""Each machine within this of the control table, so that the two are within 1e-9 of each other."""


def request(out, report=None):
    return AssessRequest(
        stands=LayerSource(str(SAMPLE / "stands.gpkg"), "stands"),
        out=out,
        rasters=(("s2", str(SAMPLE / "composite_2020.tif")), ("dem", str(SAMPLE / "dem.tif"))),
        earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")),
        period="2016-01-01/2020-12-31",
        credited=(LayerSource(str(SAMPLE / "credited.gpkg")),),
        tenure=LayerSource(str(SAMPLE / "tenure.gpkg")),
        report=report,
        language="en",
    )


def run(folder):
    """Rows of the layer ``stands`` of a run: result columns and raster evidence."""
    assess(request(folder / "result.gpkg"), Progress())
    rows = read_rows(folder / "result.gpkg", "stands")
    names = [name for name in rows[0] if name in RESULT_COLUMNS or name.endswith(("_mean", "_std", "_support"))]
    return names, rows


def differences(names, rows, control):
    """One line per cell that differs from the control table."""
    found = []
    for row, expected in zip(rows, control, strict=True):
        unlike = [name for name in names if not same(row[name], expected[name])]
        found += [f"{row['stand_key']} {name}: {row[name]!r} instead of {expected[name]!r}" for name in unlike]
    return found


def same(value, written):
    if value is None or written == "":
        return value is None and written == ""
    if isinstance(value, float):
        return math.isclose(value, float(written), rel_tol=RELATIVE, abs_tol=1e-12)
    return str(value) == written


def read_control():
    with gzip.open(CONTROL, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_control():
    with tempfile.TemporaryDirectory() as folder:
        names, rows = run(Path(folder))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if row[name] is None else str(row[name]) for name in names] for row in rows)
    CONTROL.parent.mkdir(parents=True, exist_ok=True)
    CONTROL.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    write_control()
