"""Parts of the sample, its images, and small JSON files for tests of jobs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from sanming_carbon_plugin.core.stands.layer import VectorLayer
from sanming_carbon_plugin.paths import resources_dir

SAMPLE = resources_dir() / "sample"
IMAGES = (("s2015", str(SAMPLE / "composite_2015.tif")), ("s2020", str(SAMPLE / "composite_2020.tif")))


def part(layer: VectorLayer, rows: np.ndarray | slice) -> VectorLayer:
    """Some rows of a layer."""
    attributes = layer.attributes.iloc[rows].reset_index(drop=True)
    return replace(layer, attributes=attributes, geometry=layer.geometry[rows])


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path
