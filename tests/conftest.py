"""What holds for all tests: where they run, and which of them both machines run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

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

# A busy machine takes longer than the fifth of a second that an example may take otherwise.
settings.register_profile("patient", parent=settings.default, deadline=None)
settings.load_profile("patient")


FAST_EXAMPLES = 5
"""How many times fewer examples of a property the fast part tries; the whole tries all."""


def pytest_addoption(parser):
    parser.addoption("--few-examples", action="store_true", help="try fewer examples of each property")


@pytest.hookimpl(tryfirst=True)  # before the processes are told which tests stay together
def pytest_collection_modifyitems(config, items):
    for item in items:
        if config.getoption("--few-examples"):
            try_fewer_examples(item)
        room = item.path.relative_to(TESTS).parts[0]
        # Where two processes share the work, a file stays whole, and QGIS with its settings lives in one of them.
        group = "qgis" if room in {"qgis", "desktop"} else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
        local = {"postgresql", "slow"} & {marker.name for marker in item.iter_markers()}
        if room in EVERYWHERE and not local:
            item.add_marker(pytest.mark.everywhere)


def try_fewer_examples(item):
    settings = getattr(getattr(item, "obj", None), "_hypothesis_internal_use_settings", None)
    if settings is not None:
        fewer = max(FAST_EXAMPLES, settings.max_examples // FAST_EXAMPLES)
        item.obj._hypothesis_internal_use_settings = type(settings)(settings, max_examples=fewer)
