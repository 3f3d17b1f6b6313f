"""Folders and back ends for the tests of reading and writing."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

os.environ.setdefault("PROJ_DATA", "/usr/share/proj")


def _pyogrio_shares_gdal() -> bool:
    from sanming_carbon_plugin.adapters.vectors.reading import _shared_pyogrio

    return importlib.util.find_spec("pyogrio") is not None and _shared_pyogrio()


@pytest.fixture(params=["osgeo", "pyogrio"])
def backend(request) -> str:
    """Each of the two ways to read, where it is installed without a second GDAL."""
    if request.param == "pyogrio" and not _pyogrio_shares_gdal():
        pytest.skip("pyogrio is not installed, or brings a GDAL of its own")
    return request.param


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as foresters name them: Chinese, with a space."""
    place = tmp_path / "三明 数据"
    place.mkdir()
    return place
