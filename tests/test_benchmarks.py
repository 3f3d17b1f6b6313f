"""Every benchmark runs as ``make bench`` starts it, shows the peer beside ours, and fails where a figure is missed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PEERS = {
    "carbon.py": ("one stand at a time", "geopandas' overlay"),
    "checks.py": ("reading alone", "a plain loop"),
    "double_count.py": ("plain loop",),
    "explain.py": ("without the key's index",),
    "images.py": ("scikit_learn_one_forest_seconds",),
    "maps.py": ("QGIS's own atlas",),
    "parcel_card.py": ("without its index",),
    "parcel_card_drawn.py": ("QGIS's own form",),
    "plan.py": ("greedy",),
    "reading.py": ("geopandas (fiona)", "GDAL feature loop"),
    "rules.py": ("one_by_one_stands_per_second",),
    "zonal.py": ("decoding alone", "exactextract, raster-sequential", "QGIS zonal statistics"),
}
"""What each benchmark prints of its peer."""

OUT_OF_REACH = {
    "checks.py": ("LIMIT_S=-1", "LIMIT_GB=-1"),
    "double_count.py": ("LIMIT_SECONDS=-1",),
    "explain.py": ("TARGET_S=-1",),
    "images.py": ("TARGET_S=-1",),
    "maps.py": ("TARGET_S=-1",),
    "parcel_card.py": ("TARGET_S=-1",),
    "parcel_card_drawn.py": ("TARGET_S=-1",),
    # A gap out of reach would be looked for without end.
    "plan.py": ("LIMIT_SECONDS=-1", "LIMIT_GB=-1"),
    "reading.py": ("LIMIT_SECONDS=-1", "LIMIT_MB=-1"),
    "rules.py": ("TARGET_S=-1", "TARGET_GB=-1"),
    # Few stands keep no promise of speed; less than 40 MB is what the work takes beside stands and libraries.
    "zonal.py": (
        "PROMISED_FROM=1;LEAST_FIRST=0;LEAST_REUSED=0;MOST_DECODINGS=1e9;MOST_MB=40",
        "PROMISED_FROM=1;LEAST_FIRST=0;MOST_DECODINGS=1e9;LEAST_REUSED=1e9",
        "MOST_DIFFERENCE=-1",
    ),
}
"""Figures that nothing can keep: each alone has to be missed."""

pytestmark = pytest.mark.slow


def started(*arguments):
    environment = dict(os.environ, PYTHONUTF8="1")
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_every_benchmark_is_held_here():
    assert {path.name for path in (ROOT / "benchmarks").glob("[a-z]*.py")} == set(PEERS)
    assert {*OUT_OF_REACH, "carbon.py"} == set(PEERS)  # its own test is in the carbon room


@pytest.mark.parametrize("name", PEERS)
def test_it_runs_as_make_bench_starts_it(name):
    done = started("benchmarks/" + name, "--quick")
    assert done.returncode == (1 if "MISSED" in done.stdout else 0), done.stderr[-2000:]
    assert [peer for peer in PEERS[name] if peer not in done.stdout] == []


@pytest.mark.parametrize(
    ("name", "figures"), [(name, figures) for name, several in OUT_OF_REACH.items() for figures in several]
)
def test_a_missed_figure_ends_with_status_1(name, figures):
    patches = "".join("bench.{};".format(figure) for figure in figures.split(";"))
    code = "import sys; sys.path.insert(0, 'benchmarks'); import {} as bench; {} sys.exit(bench.main(['--quick']))"
    done = started("-c", code.format(name[:-3], patches))
    assert done.returncode == 1, done.stderr[-2000:]
    assert "MISSED" in done.stdout
