"""Scenes in memory and what a recipe makes of them."""

import json
from pathlib import Path

import numpy as np
import shapely
from arrays import named

from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.recipes import RecipeTables, prepare

FOLDER = Path(__file__).parents[3] / "resources" / "recipes"
SENSORS, INDICES = (json.loads((FOLDER / name).read_text("utf-8")) for name in ("sensors.json", "indices.json"))
TABLES = RecipeTables.from_data(SENSORS, INDICES)
GRID = Grid(8, 6, (0.0, 10.0, 0.0, 60.0, 0.0, -10.0))
WHOLE = np.array([shapely.box(0, 0, 80, 60)], dtype=object)
BANDS = ["B02", "B03", "B04", "B08"]


def image(name="s2", offset=0, red=300.0, nir=4000.0):
    """A Sentinel-2 image of a forest: numbers of 16 bits, a little noise."""
    rng = np.random.default_rng(1)
    numbers = np.array([200.0, 400.0, red, nir])[:, None, None] + rng.integers(0, 20, (4, 6, 8)) + offset
    return named(name, numbers.astype(np.uint16), GRID, band_names=BANDS)


def scene(**more):
    return {"scenes": [{"raster": "s2", "sensor": "sentinel2", "date": "2024-11-05", "indices": ["NDVI"], **more}]}


def told(recipe, *rasters):
    prepared = prepare(recipe, rasters, TABLES)
    return evidence(["a"], WHOLE, prepared.rasters).columns.loc["a"], prepared
