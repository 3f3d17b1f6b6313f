"""Files about images: which species groups are told apart, when a cell is discoloured, and trained models."""

from __future__ import annotations

import json
from pathlib import Path

from ..core.classes.forest_model import Forest
from ..core.classes.pine_wilt import WiltTerms
from ..core.classes.species_from_images import SpeciesTerms
from ..core.errors import InputError
from ..paths import resources_dir
from .output_files import output_folder
from .resources import read_json


def load_species_terms(path: Path | None = None) -> SpeciesTerms:
    """The terms for species groups, the shipped ones or a user's copy.

    Raises
    ------
    InputError
        Where the file cannot be read, and IMAGE_TERMS_INVALID.
    """
    return SpeciesTerms.from_dict(read_json(path or resources_dir() / "parameters" / "image_species.json"))


def load_wilt_terms(path: Path | None = None) -> WiltTerms:
    """The terms for discoloured crowns, the shipped ones or a user's copy.

    Raises
    ------
    InputError
        Where the file cannot be read, and IMAGE_TERMS_INVALID.
    """
    return WiltTerms.from_dict(read_json(path or resources_dir() / "parameters" / "pine_wilt.json"))


def write_model(model: Forest, path: Path) -> None:
    """Write a trained model, whole or not at all: plain JSON, nothing in it can be executed.

    Raises
    ------
    OutputError
        Where the folder of ``path`` cannot be written.
    """
    with output_folder(path.parent) as folder, (folder / path.name).open("w", encoding="utf-8") as file:
        json.dump(model.to_dict(), file, separators=(",", ":"))


def read_model(path: Path) -> Forest:
    """A trained model.

    Raises
    ------
    InputError
        Where the file cannot be read, and MODEL_INVALID where its content does not fit together.
    """
    data = read_json(path)
    try:
        return Forest.from_dict(data)
    except InputError as error:
        raise InputError(error.code, path=path, **error.values) from error
