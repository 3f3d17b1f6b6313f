"""The sample's stands, whole and in parts, for jobs that are called without the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sample_parts import IMAGES, SAMPLE, part, written

from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.stands.layer import VectorLayer


@pytest.fixture(scope="session")
def township() -> VectorLayer:
    return read_layer(str(SAMPLE / "stands.gpkg"))


@pytest.fixture
def village(township) -> VectorLayer:
    """The stands of one village."""
    return part(township, np.flatnonzero(township.attributes["CUN"] == township.attributes["CUN"].iloc[0]))


@pytest.fixture
def recipe(tmp_path) -> Path:
    scenes = [{"raster": name, "sensor": "sentinel2", "date": name[1:] + "-12-20"} for name, _ in IMAGES]
    return written(tmp_path / "配方.json", {"scenes": scenes})
