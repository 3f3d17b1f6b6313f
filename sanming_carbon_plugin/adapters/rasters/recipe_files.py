"""Recipes from files: the user's own and the packaged tables of sensors and indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...core.errors import InputError
from ...core.rasters.named_raster import NamedRaster
from ...core.rasters.recipes import Prepared, RecipeTables, prepare
from ...paths import resources_dir
from ..resources import read_json
from .opening import CANOPY_NAME, ELEVATION_NAME, as_canopy, as_elevation


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
    """Open rasters with the scenes of a recipe file applied, and its ``dem`` and ``chm`` known as heights.

    Where the recipe names one, a raster that only bears that name plays the role no more.

    Raises
    ------
    InputError
        When the file or what it asks for cannot be used; the place in the recipe is named.
    """
    recipe = read_json(path)
    known = list(rasters)
    if recipe.get(ELEVATION_NAME) is not None:
        bare = [replace(raster, terrain=None) for raster in known]
        known = _with_role(recipe, ELEVATION_NAME, bare, as_elevation)
    if recipe.get(CANOPY_NAME) is not None:
        bare = [replace(raster, canopy=None) for raster in known]
        known = _with_role(recipe, CANOPY_NAME, bare, as_canopy)
    return prepare(recipe, known, recipe_tables())


def _with_role(
    recipe: Mapping[str, Any], role: str, rasters: Sequence[NamedRaster], playing: Callable[[NamedRaster], NamedRaster]
) -> list[NamedRaster]:
    """The rasters, of which the one that the recipe names plays the role."""
    name = str(recipe[role]).casefold()
    if name not in {raster.name.casefold() for raster in rasters}:
        raise InputError("RECIPE_WRONG", place=role, known=", ".join(raster.name for raster in rasters))
    return [playing(raster) if raster.name.casefold() == name else raster for raster in rasters]
