"""Recipes from files: the user's own and the packaged tables of sensors and indices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ...core.rasters.bands import NamedRaster
from ...core.rasters.recipes import Prepared, RecipeTables, prepare
from ...paths import resources_dir
from ..resources import read_json


@lru_cache(maxsize=1)
def recipe_tables() -> RecipeTables:
    """Sensors and indices as packaged."""
    folder = resources_dir() / "recipes"
    return RecipeTables.from_data(read_json(folder / "sensors.json"), read_json(folder / "indices.json"))


def apply_recipe(path: Path, rasters: Sequence[NamedRaster]) -> Prepared:
    """Open rasters with the scenes of a recipe file applied.

    Raises
    ------
    InputError
        When the file or what it asks for cannot be used; the place in the recipe is named.
    """
    return prepare(read_json(path), rasters, recipe_tables())
