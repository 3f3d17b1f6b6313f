"""Entries of a recipe, read and checked word by word: a misspelt one would otherwise be left out in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date as day
from typing import Any

import numpy as np

from ..errors import InputError

NOTE_KEYS = ("note", "note_zh", "title", "title_zh")
"""Keys that are for people."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SCENE_KEYS = ("raster", "sensor", "date", "bands", "scale", "offset", "fill", "quality", "indices")
_QUALITY_KEYS = ("raster", "keep", "clear")
_CHANGE_KEYS = ("name", "from", "to", "indices")
_BITS = range(63)


@dataclass(frozen=True)
class QualityEntry:
    """Which raster tells the cells that count, and the classes or bits; None where the sensor's hold."""

    raster: str
    keep: tuple[int, ...] | None = None
    clear: tuple[int, ...] | None = None


@dataclass(frozen=True)
class SceneEntry:
    """What a recipe says of one scene; ``place`` is where it says so.

    ``bands`` are names or numbers (from 1) by role. ``scale`` and ``offset`` are None where the recipe leaves them
    to the sensor, ``fill`` is None where no number means that there is nothing.
    """

    place: str
    raster: str
    sensor: str
    date: str
    bands: Mapping[str, str | int]
    scale: float | None
    offset: float | None
    fill: float | None
    quality: QualityEntry | None
    indices: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A difference of two scenes: ``later`` minus ``earlier``, index by index."""

    name: str
    earlier: str
    later: str
    indices: tuple[str, ...]


def plain(text: str) -> str:
    """Letters and digits of a name, small."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def wrong(known: Iterable[object], place: str) -> InputError:
    """The error that names what may stand at a place of the recipe."""
    return InputError("RECIPE_WRONG", place=place, known=", ".join(str(one) for one in known))


def require_earlier_first(before: tuple[str, str], after: tuple[str, str], place: str) -> None:
    """Refuse two scenes, each with its date or '', that are one or stand the wrong way round.

    Changes the wrong way round would take what recovered for what was damaged.

    Raises
    ------
    InputError
        ``RECIPE_SCENES_REVERSED``.
    """
    if before[0] == after[0] or (before[1] and after[1] and before[1] > after[1]):
        told = [name + (f" ({date})" if date else "") for name, date in (before, after)]
        raise InputError("RECIPE_SCENES_REVERSED", place=place, before=told[0], after=told[1])


def scene_entries(recipe: Mapping[str, Any], sensors: Mapping[str, Mapping[str, Any]]) -> list[SceneEntry]:
    """The scenes of a recipe.

    Parameters
    ----------
    recipe
        What the file holds.
    sensors
        Known sensors by their names; their bands are the known roles.

    Raises
    ------
    InputError
        ``RECIPE_WRONG`` with the place.
    """
    entries = _objects(recipe, "scenes", _SCENE_KEYS)
    scenes = [_scene(entry, f"scenes[{number}]", sensors) for number, entry in enumerate(entries)]
    for number, scene in enumerate(scenes):
        if scene.raster.casefold() in {one.raster.casefold() for one in scenes[:number]}:
            raise wrong(["scenes[…].raster ≠ " + scene.raster], f"{scene.place}.raster")
    return scenes


def change_entries(
    recipe: Mapping[str, Any], dates: Mapping[str, str], index_columns: Collection[str]
) -> tuple[Change, ...]:
    """The changes of a recipe.

    Parameters
    ----------
    recipe
        What the file holds.
    dates
        Date of each scene (empty where it is not said) by its name in small letters.
    index_columns
        ``scene_index`` of all there are, in small letters.

    Raises
    ------
    InputError
        ``RECIPE_WRONG`` with the place: also where one of both scenes lacks an index; ``RECIPE_SCENES_REVERSED``.
    """
    changes: list[Change] = []
    for number, entry in enumerate(_objects(recipe, "changes", _CHANGE_KEYS)):
        place = f"changes[{number}]"
        name, earlier, later = (_text(entry.get(key), f"{place}.{key}", ["…"]).casefold() for key in _CHANGE_KEYS[:3])
        if name in {one.name for one in changes}:
            raise wrong(["changes[…].name ≠ " + name], f"{place}.name")
        for key, scene in (("from", earlier), ("to", later)):
            if scene not in dates:
                raise wrong(dates, f"{place}.{key}")
        require_earlier_first((earlier, dates[earlier]), (later, dates[later]), place)
        indices = tuple(one.casefold() for one in _texts(entry.get("indices"), f"{place}.indices"))
        both = [
            known.split("_")[-1]
            for known in index_columns
            if known.startswith(f"{earlier}_") and f"{later}_{known.removeprefix(f'{earlier}_')}" in index_columns
        ]
        if not indices or not set(indices) <= set(both):
            raise wrong(both, f"{place}.indices")
        changes.append(Change(name, earlier, later, indices))
    return tuple(changes)


def _scene(entry: Mapping[str, Any], place: str, sensors: Mapping[str, Mapping[str, Any]]) -> SceneEntry:
    sensor = {plain(name): name for name in sensors}.get(plain(_name(entry.get("sensor"))))
    if sensor is None:
        raise wrong(sensors, f"{place}.sensor")
    date = entry.get("date") or ""
    if not isinstance(date, str) or (date and not _is_day(date)):
        raise wrong(["YYYY-MM-DD"], f"{place}.date")
    return SceneEntry(
        place=place,
        raster=_name(entry.get("raster")),
        sensor=sensor,
        date=date,
        bands=_bands(entry.get("bands"), f"{place}.bands", sensors),
        scale=_number(entry.get("scale"), f"{place}.scale", lambda number: number > 0, "1, 0.0001, 0.0000275"),
        offset=_number(entry.get("offset"), f"{place}.offset", lambda _: True, "0, -1000, -0.2"),
        fill=_fill(entry, sensors[sensor], f"{place}.fill"),
        quality=_quality(entry.get("quality"), f"{place}.quality"),
        indices=_texts(entry.get("indices"), f"{place}.indices"),
    )


def _objects(recipe: Mapping[str, Any], name: str, keys: Collection[str]) -> list[Mapping[str, Any]]:
    entries = recipe.get(name)
    entries = [] if entries is None else entries
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise wrong(["[{…}, {…}]"], name)
    for number, entry in enumerate(entries):
        _only(entry, keys, f"{name}[{number}]")
    return entries


def _only(entry: Mapping[str, Any], keys: Collection[str], place: str) -> None:
    for key in entry:
        if key not in keys and key not in NOTE_KEYS:
            raise wrong(keys, f"{place}.{key}")


def _text(value: object, place: str, known: Iterable[object]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong(known, place)
    return value.strip()


def _name(value: object) -> str:
    """A name that others know, empty where there is none."""
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object, place: str) -> tuple[str, ...]:
    """Names without those said twice; one name may stand without brackets."""
    names = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        raise wrong(['["NDVI", "NDMI"]'], place)
    texts = [_text(name, place, ['["NDVI", "NDMI"]']) for name in names]
    return tuple({name.casefold(): name for name in reversed(texts)}.values())[::-1]


def _number(value: object, place: str, fits: Callable[[float], bool], known: str) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not np.isfinite(value) or not fits(value):
        raise wrong([known], place)
    return float(value)


def _fill(entry: Mapping[str, Any], sensor: Mapping[str, Any], place: str) -> float | None:
    said = entry.get("fill", sensor.get("fill"))
    return None if said is False else _number(said, place, lambda _: True, "0, -9999, null")


def _bands(value: object, place: str, sensors: Mapping[str, Mapping[str, Any]]) -> dict[str, str | int]:
    """Bands by role; a number may be written as text."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(['{"red": "B04", "nir": 8}'], place)
    roles = {plain(role): role for sensor in sensors.values() for role in sensor["bands"]}
    found: dict[str, str | int] = {}
    for name, band in value.items():
        role = roles.get(plain(name))
        if role is None or role in found:
            raise wrong(roles.values(), f"{place}.{name}")
        if isinstance(band, bool) or not isinstance(band, (int, str)):
            raise wrong(['"B04"', "4"], f"{place}.{name}")
        found[role] = band
    return found


def _quality(value: object, place: str) -> QualityEntry | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise wrong(['{"raster": "…"}'], place)
    _only(value, _QUALITY_KEYS, place)
    raster = _name(value.get("raster"))
    keep = _whole_numbers(value.get("keep"), f"{place}.keep", None)
    clear = _whole_numbers(value.get("clear"), f"{place}.clear", _BITS)
    if keep is not None and clear is not None:
        raise wrong(["keep", "clear"], f"{place}.clear")
    return QualityEntry(raster, keep, clear)


def _whole_numbers(value: object, place: str, within: Collection[int] | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    numbers = value if isinstance(value, list) else [value]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int) or (within is not None and number not in within):
            raise wrong(["[4, 5, …]"], place)
    return tuple(numbers)


def _is_day(text: str) -> bool:
    try:
        day.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None
