"""What holds for all tests: where they run, and which of them both machines run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
EVERYWHERE = {"core", "cli", "adapters", "qgis"}
"""Folders whose tests the second machine runs too: every room is in one of them."""

if "SANMING_CARBON_CACHE" not in os.environ:
    # Saved coverage indices lie beside the stands; tests leave the sample and other people's data as they are.
    os.environ["SANMING_CARBON_CACHE"] = tempfile.mkdtemp(prefix="sanming-tests-")
    atexit.register(shutil.rmtree, os.environ["SANMING_CARBON_CACHE"], ignore_errors=True)

if Path("/usr/share/proj/proj.db").exists():
    # Inside a virtual environment Debian's pyproj does not find its data by itself.
    os.environ.setdefault("PROJ_DATA", "/usr/share/proj")


def pytest_collection_modifyitems(items):
    for item in items:
        room = item.path.relative_to(TESTS).parts[0]
        local = {"postgresql", "slow"} & {marker.name for marker in item.iter_markers()}
        if room in EVERYWHERE and not local:
            item.add_marker(pytest.mark.everywhere)
