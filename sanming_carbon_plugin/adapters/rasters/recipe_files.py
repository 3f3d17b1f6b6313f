"""Recipes from files: the user's own and the packaged tables of sensors and indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ...core.errors import InputError
from ...core.rasters.bands import NamedRaster
from ...core.rasters.recipes import Prepared, RecipeTables, prepare
from ...paths import resources_dir
from ..resources import read_json
from .opening import terrain_of


@lru_cache(maxsize=1)
def recipe_tables() -> RecipeTables:
    """Sensors and indices as packaged."""
    folder = resources_dir() / "recipes"
    return RecipeTables.from_data(read_json(folder / "sensors.json"), read_json(folder / "indices.json"))


@lru_cache(maxsize=1)
def low_support_share() -> float:
    """Valid share of a stand (0..1) below which its figures are marked."""
    return float(read_json(resources_dir() / "recipes" / "support.json")["low_support_share"])


def apply_recipe(path: Path, rasters: Sequence[NamedRaster]) -> Prepared:
    """Open rasters with the scenes of a recipe file applied, and its ``dem`` known as an elevation model.

    Raises
    ------
    InputError
        When the file or what it asks for cannot be used; the place in the recipe is named.
    """
    recipe = read_json(path)
    dem = recipe.get("dem")
    if dem is not None and str(dem).casefold() not in {raster.name.casefold() for raster in rasters}:
        raise InputError("RECIPE_WRONG", place="dem", known=", ".join(raster.name for raster in rasters))
    known = [
        replace(raster, terrain=terrain_of(raster.reader)) if raster.name.casefold() == str(dem).casefold() else raster
        for raster in rasters
    ]
    return prepare(recipe, known, recipe_tables())
