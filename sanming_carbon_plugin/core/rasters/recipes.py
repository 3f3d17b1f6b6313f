"""Recipes: which raster plays which role, and what is to be found out from a scene.

A recipe names scenes, each with its sensor, date, bands, scale and offset, quality layer and indices, and changes
between two scenes. What sensors and indices are stands in data files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from ..issues import join_issues, layer_issue
from ..stage import StageResult
from .bands import BandReader
from .boundary import FloatArray
from .evidence import band_columns
from .indices import BandsWithoutFill, Index, IndexBands, MaskedBands, Quality, RoleBand
from .named_raster import NamedRaster
from .recipe_entries import Change, QualityEntry, SceneEntry, change_entries, plain, scene_entries, wrong
from .reflectance import with_scaling

__all__ = ["Change", "Prepared", "RecipeTables", "Scene", "changes_against_healthy", "healthy_stands", "prepare"]

_AFTER_NAME = re.compile(r"[,;(（，；]")
"""What follows the name of a band in its description: ``B4, central wavelength 665 nm``."""


@dataclass(frozen=True)
class RecipeTables:
    """What the data files say: sensors, indices, which stands are healthy and how many of them a median needs.

    ``reflectance`` tells numbers that are reflectances from others.
    """

    sensors: Mapping[str, Mapping[str, Any]]
    reflectance: Mapping[str, Any]
    indices: Mapping[str, Index]
    healthy_where: Mapping[str, str]
    healthy_stands_least: int

    @classmethod
    def from_data(cls, sensors: Mapping[str, Any], indices: Mapping[str, Any]) -> RecipeTables:
        """Tables of ``sensors.json`` and ``indices.json``."""
        known = dict(sensors["sensors"])
        resolved = {name: known[data["like"]] if "like" in data else data for name, data in known.items()}
        made = {name.lower(): Index.from_data(name, data) for name, data in indices["indices"].items()}
        return cls(
            resolved, sensors["reflectance"], made, indices["healthy_where"], int(indices["healthy_stands_least"])
        )


@dataclass(frozen=True)
class Scene:
    """An image whose bands are known by their roles.

    Attributes
    ----------
    raster
        Without the cells that the quality layer rejects.
    date
        ``YYYY-MM-DD``, empty where the recipe does not say it.
    roles
        Which band plays which role, with scale and offset.
    """

    raster: NamedRaster
    date: str
    roles: Mapping[str, RoleBand]

    def reflectance(self, roles: Sequence[str]) -> NamedRaster:
        """The bands of some roles as reflectance, named after the roles.

        Raises
        ------
        InputError
            ``SCENE_BAND_MISSING``.
        """
        for role in roles:
            if role not in self.roles:
                raise InputError("SCENE_BAND_MISSING", scene=self.raster.name, role=role)
        bands = IndexBands([Index(role, role) for role in roles], self.roles, self.raster.name)
        return replace(self.raster, reader=bands, names_bands=True)


@dataclass(frozen=True)
class Prepared:
    """Rasters ready for the evidence, scenes by role, changes to be found afterwards, and what was noticed."""

    rasters: tuple[NamedRaster, ...]
    changes: tuple[Change, ...]
    issues: pd.DataFrame
    scenes: tuple[Scene, ...] = ()


def prepare(recipe: Mapping[str, Any], rasters: Sequence[NamedRaster], tables: RecipeTables) -> Prepared:
    """Rasters with the scenes of a recipe applied.

    Each scene takes the cells out that its quality layer rejects and adds a raster ``SCENE`` whose bands are its
    indices, so that the evidence has ``SCENE_ndvi_mean`` and so on. The quality layers themselves are left out.

    Raises
    ------
    InputError
        ``RECIPE_WRONG`` with the place in the recipe; ``SCENE_BAND_MISSING``; ``SCENE_BAND_TWICE``;
        ``QUALITY_GRID_DIFFERS``.
    """
    named = {raster.name.casefold(): raster for raster in rasters}
    entries = scene_entries(recipe, tables.sensors)
    quality_names = {entry.quality.raster.casefold() for entry in entries if entry.quality is not None}
    ready = {name: raster for name, raster in named.items() if name not in quality_names}
    derived: list[NamedRaster] = []
    issues: list[pd.DataFrame] = []
    found: list[Scene] = []
    for entry in entries:
        scene, indices, doubts = _scene(entry, named, tables)
        ready[scene.raster.name.casefold()] = scene.raster
        found.append(scene)
        issues.append(doubts)
        if indices is not None:
            derived.append(NamedRaster(scene.raster.name, indices, scene.raster.to_grid, names_bands=True))
    dates = {scene.raster.name.casefold(): scene.date for scene in found}
    changes = change_entries(recipe, dates, {name.casefold() for one in derived for name in band_columns(one)})
    return Prepared((*ready.values(), *derived), changes, join_issues(issues), tuple(found))


def _scene(
    entry: SceneEntry, named: Mapping[str, NamedRaster], tables: RecipeTables
) -> tuple[Scene, IndexBands | None, pd.DataFrame]:
    """The image of a scene without the cells its quality layer rejects, its indices, and what was noticed."""
    raster, sensor = _named(named, entry.raster, f"{entry.place}.raster"), tables.sensors[entry.sensor]
    if entry.fill is not None:
        raster = replace(raster, reader=BandsWithoutFill(raster.reader, entry.fill))
    if entry.quality is not None:
        quality = _quality(entry.quality, sensor, named, f"{entry.place}.quality")
        raster = replace(raster, reader=MaskedBands(raster.reader, quality))
    wanted = [_index(tables, name, f"{entry.place}.indices") for name in entry.indices]
    roles, guessed = _roles(entry, sensor, raster.reader)
    needed = set().union(*(index.roles() for index in wanted))
    for role in sorted(needed - set(roles)):
        raise InputError("SCENE_BAND_MISSING", scene=raster.name, role=role)
    in_ratios = all(index.is_ratio() for index in wanted)
    roles, doubts = with_scaling(roles, entry, sensor, tables.reflectance, in_ratios=in_ratios)
    if needed & set(guessed) or (guessed and not wanted):
        doubts = join_issues([doubts, layer_issue("SCENE_BANDS_BY_ORDER", raster.name, ", ".join(sensor["order"]))])
    indices = IndexBands(wanted, roles, raster.name) if wanted else None
    return Scene(raster, entry.date, roles), indices, doubts


def healthy_stands(facts: pd.DataFrame, where: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """True for stands whose columns have the wanted values; a stand of which one is unknown is not taken."""
    healthy = np.ones(len(facts), dtype=bool)
    for column, wanted in where.items():
        healthy &= (facts[column] == wanted).to_numpy(dtype=bool) if column in facts else False
    return healthy


def changes_against_healthy(
    columns: pd.DataFrame, changes: Sequence[Change], healthy: npt.NDArray[np.bool_], least: int, low_support: float
) -> StageResult:
    """Change of indices between two scenes, each counted from the healthy stands of its own scene.

    Season, haze and sensor move a whole scene; counted from the median of healthy stands, only what happened to
    a stand itself is left.

    Parameters
    ----------
    columns
        Evidence with ``SCENE_index_mean`` and ``SCENE_index_support``, n rows.
    changes
        What to compare.
    healthy
        True for healthy stands of the kind that is looked at (pine without any disturbance), n.
    least
        Number of healthy stands known in both scenes that a median needs.
    low_support
        A stand of which a scene shows less than this share (0..1) has no change: the rest would be compared with
        another part of it.

    Returns
    -------
    StageResult
        ``NAME_index_change``, unit of the index; NaN where too little is seen of a stand or there are too few
        healthy stands.
    """
    found: dict[str, FloatArray] = {}
    issues = []
    known = {str(name).casefold(): name for name in columns.columns}
    for change in changes:
        for index in change.indices:
            earlier, later = (
                _well_seen(columns, known, f"{scene}_{index}", low_support) for scene in (change.earlier, change.later)
            )
            usable = healthy & np.isfinite(earlier) & np.isfinite(later)
            name = f"{change.name}_{index}_change"
            if usable.sum() < least:
                found[name] = np.full(len(columns), np.nan)
                issues.append(layer_issue("HEALTHY_STANDS_TOO_FEW", name, int(usable.sum()), least=least))
                continue
            found[name] = (later - np.median(later[usable])) - (earlier - np.median(earlier[usable]))
    return StageResult(pd.DataFrame(found, index=columns.index), join_issues(issues))


def _well_seen(columns: pd.DataFrame, known: Mapping[str, str], name: str, low_support: float) -> FloatArray:
    """Means of an index, NaN where less of the stand is seen."""
    mean, support = (
        columns[known[f"{name}_{one}".casefold()]].to_numpy(dtype=np.float64) for one in ("mean", "support")
    )
    return np.where(support >= low_support, mean, np.nan)


def _named(named: Mapping[str, NamedRaster], name: str, place: str) -> NamedRaster:
    raster = named.get(name.casefold())
    if raster is None:
        raise wrong(named, place)
    return raster


def _index(tables: RecipeTables, name: str, place: str) -> Index:
    index = tables.indices.get(name.lower())
    if index is None:
        raise wrong((one.name for one in tables.indices.values()), place)
    return index


def _quality(entry: QualityEntry, sensor: Mapping[str, Any], named: Mapping[str, NamedRaster], place: str) -> Quality:
    """The layer that tells which cells count, by the classes or bits of the recipe, else of the sensor."""
    reader = _named(named, entry.raster, f"{place}.raster").reader
    usual = sensor.get("quality", {})
    keep, clear = entry.keep, entry.clear
    if keep is None and clear is None:
        keep, clear = usual.get("keep"), usual.get("clear")
    if keep is None and clear is None:
        raise wrong(["keep", "clear"], place)
    return Quality(reader, None if keep is None else tuple(keep), tuple(clear or ()))


def _roles(entry: SceneEntry, sensor: Mapping[str, Any], reader: BandReader) -> tuple[dict[str, RoleBand], list[str]]:
    """Which band plays which role: as the recipe says, else by description, else by the sensor's usual order.

    Returns
    -------
    roles, guessed
        Bands by role, and the roles that only the usual order gave; that is used where no band has a name.
    """
    names = [plain(_AFTER_NAME.split(description)[0]) for description in reader.band_names]
    roles, guessed = {}, []
    for role, descriptions in sensor["bands"].items():
        known = [plain(one) for one in descriptions]
        name = next((one for one in known if one in names), None)
        if name is not None and role not in entry.bands:
            roles[role] = RoleBand(reader, _only_one(names, name, entry, role))
    if not any(names):
        guessed = [role for role in sensor.get("order", [])[: len(names)] if role not in entry.bands]
        roles = {role: RoleBand(reader, sensor["order"].index(role)) for role in guessed}
    for role, band in entry.bands.items():
        roles[role] = RoleBand(reader, _position(names, band, entry, role))
    return roles, guessed


def _position(names: Sequence[str], band: str | int, entry: SceneEntry, role: str) -> int:
    """Place of a band that the recipe names or numbers from 1."""
    if isinstance(band, str) and plain(band) in names:
        return _only_one(names, plain(band), entry, role)
    number = band if isinstance(band, int) else int(band) if band.isascii() and band.isdigit() else 0
    if not 1 <= number <= len(names):
        raise InputError("SCENE_BAND_MISSING", scene=entry.raster, role=f"{role} ({band})")
    return number - 1


def _only_one(names: Sequence[str], name: str, entry: SceneEntry, role: str) -> int:
    """Place of the band with a name; two of them would leave it to chance which date or tile is meant."""
    if names.count(name) > 1:
        raise InputError("SCENE_BAND_TWICE", scene=entry.raster, role=role, band=name)
    return names.index(name)
