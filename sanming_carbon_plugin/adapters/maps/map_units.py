"""The pages of a map set: which stands belong on each, what it is called, and where its boundaries run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.errors import InputError
from .map_rows import PLACE_COLUMNS, MapRows

LEVELS = ("municipality", "county", "township", "village", "compartment", "parcel")
"""What one page can show, from the largest to a single stand."""

_DEPTH = {"municipality": 0, "county": 1, "township": 2, "village": 3, "compartment": 4, "parcel": 5}
_WORDS = {
    "county": ("County {}", "{}县(区)"),
    "township": ("Township {}", "{}乡镇"),
    "village": ("Village {}", "{}村"),
    "compartment": ("Compartment {}", "{}林班"),
    "parcel": ("Stand {}", "{}小班"),
}
_WHOLE = ("All stands", "全部小班")
_MUNICIPALITY_DIGITS = 4
_UNKNOWN = ("not known", "未知")
_GAP_SHARE = 1e-3
_AT_ONCE, _PARTS_AT_ONCE = 500, 4


@dataclass(frozen=True)
class MapUnit:
    """One page: a unit of administration, or a stand.

    Attributes
    ----------
    code
        Codes from the county down, joined with ``-``; the stand's key for a stand.
    names
        Full name in English and Chinese.
    rows
        Positions of its stands.
    """

    code: str
    names: tuple[str, str]
    rows: npt.NDArray[np.int64]

    def name(self, language: str) -> str:
        """Name in ``en`` or ``zh``."""
        return self.names[language == "zh"]


def units_of(
    rows: MapRows,
    level: str,
    names: Mapping[str, tuple[str, str]],
    within: Sequence[str] = (),
    stands: Sequence[str] = (),
) -> list[MapUnit]:
    """The pages of a map set in the order of their codes; what has no code comes last.

    Parameters
    ----------
    rows
        The stands.
    level
        One of :data:`LEVELS`.
    names
        Names of places by code.
    within
        Codes (``350428``, ``350428-199`` …); only stands inside one of them are taken, all by default.
    stands
        Keys of stands; only those are taken, all by default.

    Raises
    ------
    InputError
        ``MAP_LEVEL_UNKNOWN``, ``MAP_UNIT_UNKNOWN``, ``MAP_STAND_UNKNOWN``.
    """
    if level not in LEVELS:
        raise InputError("MAP_LEVEL_UNKNOWN", level=level, levels=LEVELS)
    chosen = _chosen_rows(rows.frame, within, stands)
    if level == "parcel":
        keys = rows.frame["stand_key"].to_numpy(dtype=object)
        order = chosen if not stands else chosen[np.argsort([list(stands).index(keys[at]) for at in chosen])]
        return [MapUnit(str(keys[at]), _parcel_name(rows.frame, at, names), np.asarray([at])) for at in order]
    codes = unit_codes(rows.frame, level)[chosen]
    numbers, uniques = pd.factorize(codes, sort=True)
    return [
        MapUnit(str(code), unit_name(str(code), level, names, rows.frame), chosen[numbers == number])
        for number, code in enumerate(uniques)
    ]


def unit_codes(frame: pd.DataFrame, level: str) -> npt.NDArray[np.object_]:
    """Code of the unit of ``level`` that each stand is in; a part that is not known is ``0``."""
    if level == "parcel":
        return frame["stand_key"].to_numpy(dtype=object)
    depth = _DEPTH[level]
    if depth == 0:
        return np.full(len(frame), "", dtype=object)
    codes = frame[PLACE_COLUMNS[0]].fillna("0").astype(str)
    for name in PLACE_COLUMNS[1:depth]:
        codes = codes + "-" + frame[name].fillna("0").astype(str)
    return codes.to_numpy(dtype=object)


def next_level(level: str) -> str:
    """The level whose units are outlined inside a page of ``level``."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def unit_name(
    code: str, level: str, names: Mapping[str, tuple[str, str]], frame: pd.DataFrame | None = None
) -> tuple[str, str]:
    """Name of a unit in full, from the county down."""
    if level == "municipality":
        return _municipality(frame, names)
    parts = code.split("-")
    found = [_part_name(parts[: depth + 1], LEVELS[depth + 1], names) for depth in range(len(parts))]
    return ", ".join(english for english, _ in reversed(found)), "".join(chinese for _, chinese in found)


def short_name(code: str, names: Mapping[str, tuple[str, str]], language: str) -> str:
    """What a unit is called on the map: its name, else the last part of its code."""
    if code in names:
        return names[code][language == "zh"]
    return code.rpartition("-")[2].partition("#")[0].lstrip("0") or "0"


def outline(shapes: npt.NDArray[np.object_], heard: Callable[[], None] | None = None) -> shapely.Geometry | None:
    """What some stands cover together, without the slivers between them; None where none has a shape.

    ``heard`` is called in between, so that a wish to stop is heard; it may raise.
    """
    shapes = np.asarray(shapes, dtype=object)
    wholes = shapely.make_valid(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    if not len(wholes):
        return None
    together = _AT_ONCE
    while len(wholes) > 1:
        joined = np.empty(-(-len(wholes) // together), dtype=object)
        for place in range(len(joined)):
            if heard is not None:
                heard()
            joined[place] = shapely.union_all(wholes[place * together : (place + 1) * together])
        wholes, together = joined, _PARTS_AT_ONCE
    whole = wholes[0]
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    least = _GAP_SHARE * sum(part.area for part in parts)
    closed = [shapely.Polygon(part.exterior, [r for r in part.interiors if shapely.Polygon(r).area > least])
              for part in parts]  # fmt: skip
    return shapely.MultiPolygon(closed) if closed else None


def _chosen_rows(frame: pd.DataFrame, within: Sequence[str], stands: Sequence[str]) -> npt.NDArray[np.int64]:
    taken = np.ones(len(frame), dtype=bool)
    if within:
        taken[:] = False
        for code in within:
            depth = code.count("-") + 1
            level = LEVELS[depth] if depth < len(LEVELS) - 1 else "parcel"
            mine = unit_codes(frame, level) == code
            if not mine.any():
                raise InputError("MAP_UNIT_UNKNOWN", unit=code, known=_some(unit_codes(frame, level)))
            taken |= mine
    if stands:
        keys = frame["stand_key"].to_numpy(dtype=object)
        unknown = sorted(set(stands) - set(keys))
        if unknown:
            raise InputError("MAP_STAND_UNKNOWN", stand_key=unknown[0])
        taken &= np.isin(keys.astype(str), list(stands))
    return np.flatnonzero(taken)


def _some(codes: npt.NDArray[np.object_]) -> list[str]:
    return sorted(set(map(str, codes)))[:5]


def _municipality(frame: pd.DataFrame | None, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """The one municipality that all counties are in, where they are in one."""
    if frame is None:
        return _WHOLE
    codes = {str(code)[:_MUNICIPALITY_DIGITS] for code in frame["county"].dropna()}
    return names.get(codes.pop() + "00", _WHOLE) if len(codes) == 1 else _WHOLE


def _part_name(parts: Sequence[str], level: str, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    code = "-".join(parts)
    if code in names:
        return names[code]
    values = _UNKNOWN if parts[-1] == "0" else (parts[-1].lstrip("0") or "0",) * 2
    english, chinese = _WORDS[level]
    return english.format(values[0]), chinese.format(values[1])


def _parcel_name(frame: pd.DataFrame, at: int, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    parts = ["0" if pd.isna(frame[name].iloc[at]) else str(frame[name].iloc[at]) for name in PLACE_COLUMNS]
    if parts == ["0"] * len(parts):
        key = str(frame["stand_key"].iloc[at])
        return tuple(words.format(key) for words in _WORDS["parcel"])  # type: ignore[return-value]
    return unit_name("-".join(parts), "parcel", names)
