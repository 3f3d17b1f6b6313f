"""Stands made by hand: a base stand and what differs from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

TABLE = Path(__file__).parent / "stands.csv"

_COMMON = {
    "origin": "planted", "slope_deg": 10.0, "slope_over_15_share": 0.0, "slope_over_25_share": 0.0,
    "slope_over_35_share": 0.0, "soil_depth_cm": 60.0, "quality_grade": 2.0, "forest_use": "commercial",
    "forest_class": "commercial_general", "protection_grade": np.nan, "land_protection_grade": 4.0,
    "disturbance": "none", "disturbance_grade": 0.0, "red_line": "no", "reserve": "no",
    "reserve_core": "no", "dispute": "no",
}  # fmt: skip
BASES = {
    "pine": _COMMON | {
        "land_class": "arbor", "species_group": "pine", "pine_share": 1.0, "age_group": 4.0, "closure": 0.7,
        "height_m": 15.0, "volume_m3_ha": 150.0, "area_ha": 8.0,
    },
    "cutover": _COMMON | {
        "land_class": "cutover", "species_group": None, "pine_share": np.nan, "age_group": np.nan, "closure": np.nan,
        "height_m": np.nan, "volume_m3_ha": 0.0, "area_ha": 1.0, "soil_depth_cm": 40.0, "quality_grade": 3.0,
    },
    "fir": _COMMON | {
        "land_class": "arbor", "species_group": "chinese_fir", "pine_share": 0.0, "age_group": 2.0, "closure": 0.8,
        "height_m": 10.0, "volume_m3_ha": 150.0, "area_ha": 8.0, "slope_deg": 20.0,
    },
    "nothing": dict.fromkeys([*_COMMON, "land_class", "species_group", "age_group", "closure"]),
}  # fmt: skip
TEXT = ["land_class", "species_group", "origin", "forest_use", "forest_class", "disturbance", "red_line",
        "reserve", "reserve_core", "dispute"]  # fmt: skip
_INTERVALS = ("slope_deg", "pine_share")


def stand(base: str, changes: str = "") -> dict[str, object]:
    """One stand; ``changes`` is ``name=value`` with blanks between, an empty value for unknown."""
    facts = dict(BASES[base])
    for change in changes.split():
        name, _, text = change.partition("=")
        facts[name] = (text or None) if name in TEXT else (float(text) if text else np.nan)
    for name in _INTERVALS:
        point = facts.pop(name, np.nan)
        facts.setdefault(name + "_low", point)
        facts.setdefault(name + "_high", point)
    return facts


def table(stands: list[dict[str, object]], keys: list[str] | None = None) -> pd.DataFrame:
    """Stands as the table that rules read."""
    frame = pd.DataFrame(stands, index=pd.Index(keys or [str(i) for i in range(len(stands))], name="stand_key"))
    for name in frame.columns:
        frame[name] = (
            frame[name].astype(object).where(frame[name].notna(), None) if name in TEXT else frame[name].astype(float)
        )
    return frame


def apart(count: int) -> np.ndarray:
    """Squares that do not touch each other, one per stand."""
    return np.array([shapely.box(3 * i, 0, 3 * i + 1, 1) for i in range(count)])


def with_companions(one: dict[str, object], companions: str, adjoining: str = "") -> tuple[pd.DataFrame, np.ndarray]:
    """The stand with others, and their polygons.

    ``companions`` are of the same kind and apart: ``9x100 1x130`` are nine of 100 and one of 130 m³/ha.
    ``adjoining`` lie in a row beside the stand: ``area_ha=6 | area_ha=2 red_line=`` are two, each the same but for
    what is said of it.
    """
    beside = [one | _intervals(changes) for changes in adjoining.split("|") if changes.strip()]
    others = []
    for part in companions.split():
        number, _, volume = part.partition("x")
        others += [one | {"volume_m3_ha": float(volume)}] * int(number)
    row = [shapely.box(i, 5, i + 1, 6) for i in range(1 + len(beside))]
    return table([one, *beside, *others]), np.array([*row, *apart(len(others))])


def _intervals(changes: str) -> dict[str, object]:
    """Only what is changed, as the table holds it."""
    changed = {change.partition("=")[0] for change in changes.split()}
    facts = stand("nothing", changes)
    ends = {name + end for name in _INTERVALS for end in ("_low", "_high")}
    asked = {end for end in ends if end.rpartition("_")[0] in changed}
    return {name: facts[name] for name in (changed | asked) if name in facts}
