"""What the images of a run say of its stands: species groups, discoloured crowns, changes of indices.

All of it is evidence beside the inventory. A recipe says which images there are; without one nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import CarbonError
from ..issues import join_issues, layer_issue, no_issues
from ..progress import Progress
from ..rasters.coverage import coverage_blocks
from ..rasters.evidence import Covering, PartOfProgress, band_columns
from ..rasters.indices import same_cells
from ..rasters.recipes import Change, Scene, changes_against_healthy, healthy_stands
from ..stage import StageResult
from .forest_model import Forest
from .pine_wilt import WiltTerms, pine_wilt
from .species_from_images import SpeciesTerms, predict_species, train_species

DAMAGE_ROLES = {"red": "red", "nir": "nir", "narrow_nir": "nir_narrow", "swir": "swir_1"}
"""Role of each band that discoloured crowns are seen in, by its name in the terms."""

_NOT_LEARNT = ("TOO_FEW_LABELS", "LEARNING_MISSING")
_DAYS_OF_YEAR = 366


@dataclass(frozen=True)
class Images:
    """Scenes, and what is to be found out from them.

    Attributes
    ----------
    scenes
        Images by role; their bands are among the evidence already.
    species
        Which species groups are told apart; None where nobody asks.
    model
        A trained model; None has one learn from the inventory's own labels.
    damage
        The scenes before and after; None where there are no two dates.
    wilt
        When a cell is discoloured.
    changes, healthy_where, healthy_least
        Changes of indices, and the healthy stands they are counted from.
    low_support
        Share of a stand (0..1) that both scenes of a change must show.
    issues
        What was noticed when the scenes were opened.
    """

    scenes: tuple[Scene, ...] = ()
    species: SpeciesTerms | None = None
    model: Forest | None = None
    damage: tuple[Scene, Scene] | None = None
    wilt: WiltTerms | None = None
    changes: tuple[Change, ...] = ()
    healthy_where: Mapping[str, str] = field(default_factory=dict)
    healthy_least: int = 1
    low_support: float = 1.0
    seed: int = 0
    issues: pd.DataFrame = field(default_factory=no_issues)


def images_say(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    images: Images,
    progress: Progress | None = None,
    covering: Covering = coverage_blocks,
) -> StageResult:
    """What the images say of each stand.

    Parameters
    ----------
    facts
        The table of stands with the evidence of all scenes, n rows.
    geometry
        Polygons in the CRS of the stands, shape (n,).
    covering
        Where the coverage of the stands comes from, for example a store of saved indices.

    Returns
    -------
    StageResult
        Columns of :func:`~.species_from_images.predict_species`, of :func:`~.pine_wilt.pine_wilt` and the changes
        asked for, as far as the images allow.

    Raises
    ------
    InputError
        Where images do not fit together or a given model has learnt from others.
    """
    progress = progress or Progress()
    parts = [StageResult(pd.DataFrame(index=facts.index), images.issues)]
    if images.changes:
        healthy = healthy_stands(facts, images.healthy_where)
        least, low = images.healthy_least, images.low_support
        parts.append(changes_against_healthy(facts, images.changes, healthy, least, low))
    if images.species is not None and images.scenes:
        parts.append(_species(facts, geometry, images, images.species, PartOfProgress(progress, 0.0, 0.6)))
    if images.damage is not None and images.wilt is not None:
        before, after = images.damage
        part = PartOfProgress(progress, 0.6, 1.0)
        parts.append(damage_between(facts, geometry, before, after, images.wilt, part, covering))
    return StageResult(
        pd.concat([part.columns for part in parts], axis=1), join_issues([part.issues for part in parts])
    )


def _species(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    images: Images,
    terms: SpeciesTerms,
    progress: Progress,
) -> StageResult:
    seen, bands = scene_means(facts, images.scenes)
    known = pd.concat([facts[["land_class", "species_group"]], seen], axis=1)
    if images.model is not None:
        return predict_species(known, bands, terms, images.model)
    try:
        training = train_species(known, middles(geometry), bands, terms, images.seed, progress, ways=("blocks",))
    except CarbonError as problem:
        if problem.code not in _NOT_LEARNT:
            raise
        # Too few labels, or no library to learn with, leave the rest of the run as it is.
        return StageResult(pd.DataFrame(index=facts.index), layer_issue("IMAGE_SPECIES_NOT_LEARNT", value=problem.code))
    return predict_species(known, bands, terms, training.model, training)


def damage_between(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    before: Scene,
    after: Scene,
    terms: WiltTerms,
    progress: Progress | None = None,
    covering: Covering = coverage_blocks,
) -> StageResult:
    """Discoloured share of each stand between two scenes; see :func:`~.pine_wilt.pine_wilt`.

    Raises
    ------
    InputError
        SCENE_BAND_MISSING, IMAGES_DO_NOT_MATCH, RASTER_NO_OVERLAP.
    """
    roles = list(DAMAGE_ROLES.values())
    first, second = before.reflectance(roles), after.reflectance(roles)
    return pine_wilt(facts, geometry, first, second, replace(terms, bands=DAMAGE_ROLES), progress, covering)


def scene_means(facts: pd.DataFrame, scenes: Sequence[Scene]) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Mean reflectance of each role of each scene, from the evidence of its bands.

    Returns
    -------
    means, bands
        ``SCENE_ROLE_mean`` and ``SCENE_ROLE_support``, n rows; the names ``SCENE_ROLE`` of each scene.
    """
    columns: dict[str, npt.NDArray[np.float64]] = {}
    bands: dict[str, list[str]] = {}
    for scene in scenes:
        name, stems = scene.raster.name, band_columns(scene.raster)
        taken: set[int] = set()
        for role, band in scene.roles.items():
            if band.band in taken:
                continue  # one band in two roles tells nothing twice
            taken.add(band.band)
            mean = facts[f"{stems[band.band]}_mean"].to_numpy(dtype=np.float64)
            columns[f"{name}_{role}_mean"] = (mean + band.offset) * band.scale
            columns[f"{name}_{role}_support"] = facts[f"{stems[band.band]}_support"].to_numpy(dtype=np.float64)
            bands.setdefault(name, []).append(f"{name}_{role}")
    return pd.DataFrame(columns, index=facts.index), bands


def damage_pair(scenes: Sequence[Scene]) -> tuple[Scene, Scene] | None:
    """The latest scene, and among those of earlier years on its cells the one nearest to it in season."""
    able = [scene for scene in scenes if scene.date and set(DAMAGE_ROLES.values()) <= set(scene.roles)]
    if not able:
        return None
    after = max(able, key=lambda scene: scene.date)
    earlier = [
        scene
        for scene in able
        if scene.date[:4] < after.date[:4] and same_cells(scene.raster.reader.grid, after.raster.reader.grid)
    ]
    if not earlier:
        return None
    return min(earlier, key=lambda scene: (_seasons_apart(scene, after), -_ordinal(scene))), after


def _ordinal(scene: Scene) -> int:
    return date.fromisoformat(scene.date).toordinal()


def _seasons_apart(one: Scene, other: Scene) -> int:
    """Days between two days of the year, the shorter way round."""
    days = [date.fromisoformat(scene.date).timetuple().tm_yday for scene in (one, other)]
    apart = abs(days[0] - days[1])
    return min(apart, _DAYS_OF_YEAR - apart)


def middles(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Centroid of each polygon in the CRS of the stands, shape (n, 2); NaN where there is none."""
    with np.errstate(invalid="ignore"):
        points = shapely.centroid(geometry)
    found, row = shapely.get_coordinates(points, return_index=True)
    result = np.full((len(points), 2), np.nan)
    result[row] = found
    return result
