"""Recipes: which raster plays which role, and what is to be found out from a scene.

A recipe names scenes, each with its sensor, date, bands, scale and offset, quality layer and indices, and changes
between two scenes. What sensors and indices are stands in data files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as day
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from ..issues import join_issues, layer_issue
from ..stage import StageResult
from .bands import BandReader
from .boundary import FloatArray
from .indices import BandsWithoutFill, Index, IndexBands, MaskedBands, Quality, RoleBand
from .named_raster import NamedRaster

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SAMPLES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class RecipeTables:
    """What the data files say: sensors, indices, which stands are healthy and how many of them a median needs."""

    sensors: Mapping[str, Mapping[str, Any]]
    indices: Mapping[str, Index]
    healthy_where: Mapping[str, str]
    healthy_stands_least: int

    @classmethod
    def from_data(cls, sensors: Mapping[str, Any], indices: Mapping[str, Any]) -> RecipeTables:
        """Tables of ``sensors.json`` and ``indices.json``."""
        known = dict(sensors["sensors"])
        resolved = {name: known[data["like"]] if "like" in data else data for name, data in known.items()}
        made = {name.lower(): Index.from_data(name, data) for name, data in indices["indices"].items()}
        return cls(resolved, made, indices["healthy_where"], int(indices["healthy_stands_least"]))


@dataclass(frozen=True)
class Change:
    """A difference of two scenes: ``later`` minus ``earlier``, index by index."""

    name: str
    earlier: str
    later: str
    indices: tuple[str, ...]


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
        ``RECIPE_WRONG`` with the place in the recipe; ``SCENE_BAND_MISSING``; ``SCENE_GRIDS_DIFFER``;
        ``QUALITY_GRID_DIFFERS``.
    """
    named = {raster.name.casefold(): raster for raster in rasters}
    scenes = _entries(recipe, "scenes")
    quality_names = {str(scene["quality"]["raster"]).casefold() for scene in scenes if scene.get("quality")}
    ready = {name: raster for name, raster in named.items() if name not in quality_names}
    derived: list[NamedRaster] = []
    issues: list[pd.DataFrame] = []
    found: list[Scene] = []
    for number, entry in enumerate(scenes):
        scene, indices, doubts = _scene(entry, f"scenes[{number}]", named, tables)
        ready[scene.raster.name.casefold()] = scene.raster
        found.append(scene)
        issues.append(doubts)
        if indices is not None:
            derived.append(replace(scene.raster, reader=indices, names_bands=True))
    changes = tuple(_change(entry, number) for number, entry in enumerate(_entries(recipe, "changes")))
    return Prepared((*ready.values(), *derived), changes, join_issues(issues), tuple(found))


def _scene(
    scene: Mapping[str, Any], place: str, named: Mapping[str, NamedRaster], tables: RecipeTables
) -> tuple[Scene, IndexBands | None, pd.DataFrame]:
    """The image of a scene without the cells its quality layer rejects, its indices, and what was noticed."""
    raster = _named(named, scene.get("raster"), f"{place}.raster")
    sensor = tables.sensors.get(str(scene.get("sensor")))
    if sensor is None:
        raise InputError("RECIPE_WRONG", place=f"{place}.sensor", known=", ".join(tables.sensors))
    date = str(scene.get("date") or "")
    if date and not _is_day(date):
        raise InputError("RECIPE_WRONG", place=f"{place}.date", known="YYYY-MM-DD")
    fill = scene.get("fill", sensor.get("fill"))
    if isinstance(fill, (int, float)) and not isinstance(fill, bool):
        raster = replace(raster, reader=BandsWithoutFill(raster.reader, fill))
    quality = _quality(scene.get("quality"), sensor, named, place)
    if quality is not None:
        raster = replace(raster, reader=MaskedBands(raster.reader, quality))
    roles = _roles(scene, sensor, raster.reader, raster.name)
    roles, doubts = with_offsets(roles, scene, sensor, date, raster.name)
    wanted = [_index(tables, name, f"{place}.indices") for name in scene.get("indices", [])]
    for index in wanted:
        for role in sorted(index.roles() - set(roles)):
            raise InputError("SCENE_BAND_MISSING", scene=raster.name, role=role)
    return Scene(raster, date, roles), IndexBands(wanted, roles, raster.name) if wanted else None, doubts


def _is_day(text: str) -> bool:
    try:
        day.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def with_offsets(
    roles: Mapping[str, RoleBand], scene: Mapping[str, Any], sensor: Mapping[str, Any], date: str, name: str
) -> tuple[dict[str, RoleBand], pd.DataFrame]:
    """Roles with scale and offset: the recipe's, else the sensor's, else what the cells themselves show.

    Sentinel-2 numbers carry 1000 more since 25 January 2022, unless the provider took it off. Uncorrected, an NDVI
    of 0.84 reads 0.55. Whether it is still there is seen from the darkest cells and told in any case. Scenes of
    earlier days carry it only where they were processed anew, which is told as a doubt.
    """
    scale = float(scene.get("scale", sensor["scale"]))
    later = sensor.get("later_offset")
    stated = scene.get("offset")
    if isinstance(stated, (int, float)) and not isinstance(stated, bool):
        offset, doubts = float(stated), join_issues([])
    elif later is None:
        offset, doubts = float(sensor["offset"]), join_issues([])
    elif date and date < later["from"]:
        offset, code = offset_seen(roles.get(later["seen_in"]), later)
        is_there = code == "SENTINEL2_OFFSET_SUBTRACTED"
        offset = offset if is_there else float(sensor["offset"])
        doubts = layer_issue("SENTINEL2_OFFSET_UNSURE", name, offset, date=date) if is_there else join_issues([])
    else:
        offset, code = offset_seen(roles.get(later["seen_in"]), later, has_date=bool(date))
        doubts = layer_issue(code, name, offset, date=date or "?")
    return {role: replace(band, scale=scale, offset=offset) for role, band in roles.items()}, doubts


def offset_seen(band: RoleBand | None, later: Mapping[str, Any], *, has_date: bool = True) -> tuple[float, str]:
    """Offset of a scene from its darkest cells, and the code of what is to be told."""
    numbers = _sample(band) if band is not None else np.empty(0)
    if not len(numbers):
        return (float(later["offset"]) if has_date else 0.0), "SENTINEL2_OFFSET_UNSURE"
    if np.mean(numbers < -later["offset"]) > later["dark_share"]:
        return 0.0, "SENTINEL2_OFFSET_REMOVED_BEFORE"
    is_bright = np.quantile(numbers, later["bright_quantile"]) > later["bright_number"]
    return float(later["offset"]), "SENTINEL2_OFFSET_UNSURE" if is_bright else "SENTINEL2_OFFSET_SUBTRACTED"


def _sample(band: RoleBand) -> FloatArray:
    """Valid numbers of some rows spread over the image."""
    parts = []
    for share in _SAMPLES:
        step = band.reader.row_step
        first = int(band.reader.grid.height * share) // step * step
        values, valid = band.reader.read_rows(first, min(step, band.reader.grid.height - first))
        parts.append(values[band.band][np.broadcast_to(valid, values.shape)[band.band]].astype(np.float64))
    return np.concatenate(parts)


def healthy_stands(facts: pd.DataFrame, where: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """True for stands whose columns have the wanted values; a stand of which one is unknown is not taken."""
    healthy = np.ones(len(facts), dtype=bool)
    for column, wanted in where.items():
        healthy &= (facts[column] == wanted).to_numpy(dtype=bool) if column in facts else False
    return healthy


def changes_against_healthy(
    columns: pd.DataFrame, changes: Sequence[Change], healthy: npt.NDArray[np.bool_], least: int
) -> StageResult:
    """Change of indices between two scenes, each counted from the healthy stands of its own scene.

    Season, haze and sensor move a whole scene; counted from the median of healthy stands, only what happened to
    a stand itself is left.

    Parameters
    ----------
    columns
        Evidence with ``SCENE_index_mean``, n rows.
    changes
        What to compare.
    healthy
        True for healthy stands of the kind that is looked at (pine without any disturbance), n.
    least
        Number of healthy stands known in both scenes that a median needs.

    Returns
    -------
    StageResult
        ``NAME_index_change``, unit of the index; NaN where one scene is unknown or there are too few healthy stands.
    """
    found: dict[str, FloatArray] = {}
    issues = []
    known = {str(name).casefold(): name for name in columns.columns}
    for change in changes:
        for index in change.indices:
            pair = [known.get(f"{scene}_{index}_mean".casefold()) for scene in (change.earlier, change.later)]
            if None in pair:
                raise InputError("RECIPE_WRONG", place=f"changes.{change.name}.{index}", known="indices of both scenes")
            earlier, later = (columns[name].to_numpy(dtype=np.float64) for name in pair)
            usable = healthy & np.isfinite(earlier) & np.isfinite(later)
            name = f"{change.name}_{index}_change"
            if usable.sum() < least:
                found[name] = np.full(len(columns), np.nan)
                issues.append(layer_issue("HEALTHY_STANDS_TOO_FEW", name, int(usable.sum()), least=least))
                continue
            found[name] = (later - np.median(later[usable])) - (earlier - np.median(earlier[usable]))
    return StageResult(pd.DataFrame(found, index=columns.index), join_issues(issues))


def _entries(recipe: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = recipe.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise InputError("RECIPE_WRONG", place=name, known="a list of objects")
    return entries


def _named(named: Mapping[str, NamedRaster], name: object, place: str) -> NamedRaster:
    raster = named.get(str(name).casefold())
    if raster is None:
        raise InputError("RECIPE_WRONG", place=place, known=", ".join(named))
    return raster


def _index(tables: RecipeTables, name: object, place: str) -> Index:
    index = tables.indices.get(str(name).lower())
    if index is None:
        raise InputError("RECIPE_WRONG", place=place, known=", ".join(one.name for one in tables.indices.values()))
    return index


def _quality(
    entry: Mapping[str, Any] | None, sensor: Mapping[str, Any], named: Mapping[str, NamedRaster], place: str
) -> Quality | None:
    if not entry:
        return None
    reader = _named(named, entry.get("raster"), f"{place}.quality.raster").reader
    rule = {**sensor.get("quality", {}), **entry}
    if "keep" in entry or (rule.get("kind") == "classes" and "clear" not in entry):
        return Quality(reader, keep=tuple(int(number) for number in rule["keep"]))
    if "clear" not in rule:
        raise InputError("RECIPE_WRONG", place=f"{place}.quality", known="keep, clear")
    return Quality(reader, clear=tuple(int(bit) for bit in rule["clear"]))


def _roles(scene: Mapping[str, Any], sensor: Mapping[str, Any], reader: BandReader, name: str) -> dict[str, RoleBand]:
    """Which band plays which role: as the recipe says, else by description, else by the sensor's usual order."""
    plain = [_plain(description) for description in reader.band_names]
    roles = {}
    for role, descriptions in sensor["bands"].items():
        position = next((plain.index(_plain(one)) for one in descriptions if _plain(one) in plain), None)
        if position is not None:
            roles[role] = RoleBand(reader, position)
    if not roles and not any(plain) and "order" in sensor:
        roles = {role: RoleBand(reader, at) for at, role in enumerate(sensor["order"]) if at < len(plain)}
    for role, band in dict(scene.get("bands", {})).items():
        is_number = isinstance(band, int) and not isinstance(band, bool)
        position = band - 1 if is_number else plain.index(_plain(str(band))) if _plain(str(band)) in plain else -1
        if not 0 <= position < len(plain):
            raise InputError("SCENE_BAND_MISSING", scene=name, role=f"{role} ({band})")
        roles[str(role)] = RoleBand(reader, position)
    return roles


def _plain(description: str) -> str:
    return "".join(letter for letter in description.lower() if letter.isalnum())


def _change(entry: Mapping[str, Any], number: int) -> Change:
    try:
        indices = tuple(str(name).lower() for name in entry["indices"])
        return Change(str(entry["name"]).lower(), str(entry["from"]).lower(), str(entry["to"]).lower(), indices)
    except KeyError as missing:
        place = f"changes[{number}].{missing.args[0]}"
        raise InputError("RECIPE_WRONG", place=place, known="name, from, to, indices") from missing
