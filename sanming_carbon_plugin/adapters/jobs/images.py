"""Opens what a recipe says of the images: scenes, the two dates of damage, and the model to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.classes.forest_model import Forest
from ...core.classes.images import Images, damage_pair
from ...core.errors import InputError
from ...core.rasters.named_raster import NamedRaster
from ...core.rasters.recipe_entries import require_earlier_first
from ...core.rasters.recipes import Prepared, Scene
from ...paths import resources_dir
from ..image_models import load_species_terms, load_wilt_terms, read_model
from ..rasters import apply_recipe, low_support_share, recipe_tables
from ..resources import read_json

RECIPE_KEYS = ("dem", "chm", "scenes", "changes", "species", "damage")
ABOUT_KEYS = ("id", "version", "status", "title", "title_zh", "note", "note_zh")


@dataclass(frozen=True)
class OpenedImages:
    """Rasters for the evidence, and what to find out from the scenes among them."""

    rasters: tuple[NamedRaster, ...]
    images: Images | None
    recipe: Mapping[str, Any] | None


def open_images(path: Path | None, rasters: Sequence[NamedRaster], seed: int) -> OpenedImages:
    """The rasters as a recipe wants them; as they are, and no images, without a recipe.

    Beside the scenes a recipe may say ``species`` (false: not asked; ``{"model": FILE}``: a trained model, its path
    counted from the recipe) and ``damage`` (false, or ``{"from": SCENE, "to": SCENE}``). Left out, species groups
    are learnt from the inventory and damage is looked for between the latest scene and one of an earlier year.

    Raises
    ------
    InputError
        RECIPE_WRONG with the place, and as
        :func:`~sanming_carbon_plugin.adapters.rasters.recipe_files.apply_recipe`.
    """
    if path is None:
        return OpenedImages(tuple(rasters), None, None)
    recipe, prepared = open_recipe(path, rasters)
    tables = recipe_tables()
    model = _model(recipe.get("species"), path)
    images = Images(
        scenes=prepared.scenes,
        species=None if recipe.get("species") is False else load_species_terms(),
        model=model,
        damage=_damage(recipe.get("damage"), prepared),
        wilt=load_wilt_terms(),
        changes=prepared.changes,
        healthy_where=tables.healthy_where,
        healthy_least=tables.healthy_stands_least,
        low_support=low_support_share(),
        seed=seed,
        issues=prepared.issues,
    )
    return OpenedImages(prepared.rasters, images, recipe)


def open_recipe(path: Path, rasters: Sequence[NamedRaster]) -> tuple[Mapping[str, Any], Prepared]:
    """A recipe, and the rasters with it applied.

    Raises
    ------
    InputError
        RECIPE_WRONG with the place, and as :func:`open_images`.
    """
    recipe = read_json(path)
    for key in recipe:
        if key not in RECIPE_KEYS + ABOUT_KEYS:
            raise InputError("RECIPE_WRONG", place=key, known=", ".join(RECIPE_KEYS))
    return recipe, apply_recipe(path, rasters)


def _model(entry: object, path: Path) -> Forest | None:
    if entry is None or isinstance(entry, bool):
        return None
    if not isinstance(entry, Mapping) or not isinstance(entry.get("model"), str):
        raise InputError("RECIPE_WRONG", place="species.model", known="false, {model: FILE}")
    return read_model(path.parent / entry["model"])


def _damage(entry: object, prepared: Prepared) -> tuple[Scene, Scene] | None:
    if entry is False:
        return None
    if entry is None:
        return damage_pair(prepared.scenes)
    named = {scene.raster.name.casefold(): scene for scene in prepared.scenes}
    pair = []
    for key in ("from", "to"):
        name = entry.get(key) if isinstance(entry, Mapping) else None
        if str(name).casefold() not in named:
            raise InputError("RECIPE_WRONG", place=f"damage.{key}", known=", ".join(named))
        pair.append(named[str(name).casefold()])
    before, after = pair
    require_earlier_first((before.raster.name, before.date), (after.raster.name, after.date), "damage")
    return before, after


def image_term_identities() -> dict[str, object]:
    """Which terms for images a run works with."""
    found: dict[str, object] = {}
    for name in ("image_species", "pine_wilt"):
        data = read_json(resources_dir() / "parameters" / f"{name}.json")
        found[name] = {key: data.get(key) for key in ("id", "version", "status")}
    return found
