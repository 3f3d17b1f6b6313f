"""What the ground of every piece is like: slope, aspect, position, soil, quality."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import ndimage

from .landscape import Landscape, fractal
from .parcels import CELL_HA, Parcels
from .place import dice


def describe_sites(land: Landscape, parcels: Parcels) -> pd.DataFrame:
    """Return one row per piece (index = atom number)."""
    rng = dice("sites")
    inside = parcels.atom >= 0
    atom = parcels.atom[inside]
    count = int(atom.max()) + 1
    area = np.bincount(atom, minlength=count)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(atom, weights=values[inside], minlength=count) / area

    radians = np.radians(land.aspect_deg)
    steep = np.sin(np.radians(land.slope_deg))
    north, east = mean(np.cos(radians) * steep), mean(np.sin(radians) * steep)
    table = pd.DataFrame(
        {
            "grid_ha": area * CELL_HA,
            "elevation_m": mean(land.elevation_m),
            "slope_deg": mean(land.slope_deg),
            "aspect_deg": np.degrees(np.arctan2(east, north)) % 360.0,
            "aspect_strength": np.hypot(north, east),
            "position": mean(land.relative_position),
            "position_range": ndimage.maximum(land.relative_position, parcels.atom, np.arange(count))
            - ndimage.minimum(land.relative_position, parcels.atom, np.arange(count)),
            "ground": majority(atom, parcels.ground[inside], count),
            "village": majority(atom, parcels.village[inside], count),
            "compartment": majority(atom, parcels.compartment[inside], count),
        }
    )
    centre = np.array(ndimage.center_of_mass(np.ones(parcels.atom.shape), parcels.atom, np.arange(count)))
    table["row"], table["col"] = centre[:, 0], centre[:, 1]
    for name in ("dry", "remote", "broad", "bamboo", "public", "state", "old"):
        table[f"field_{name}"] = mean(fractal(parcels.atom.shape, 2.6, 110, rng))
    soil = 92.0 - 45.0 * table["position"] - 0.7 * (table["slope_deg"] - 20.0) + 10.0 * rng.standard_normal(count)
    table["soil_cm"] = np.clip(soil, 20.0, 150.0)
    merit = 0.03 * (table["soil_cm"] - 70.0) - 0.9 * (table["position"] - 0.45) - 0.35 * table["field_dry"]
    table["site"] = np.clip(1.0 + 0.13 * merit + 0.07 * rng.standard_normal(count), 0.62, 1.38)
    return table


def majority(atom: np.ndarray, value: np.ndarray, count: int) -> np.ndarray:
    width = int(value.max()) + 1
    votes = np.bincount(atom * width + value, minlength=count * width).reshape(count, width)
    return votes.argmax(axis=1)


def slope_class(slope_deg: np.ndarray) -> np.ndarray:
    return np.searchsorted([5.0, 15.0, 25.0, 35.0, 45.0], slope_deg, side="right") + 1


def aspect_class(aspect_deg: np.ndarray, strength: np.ndarray) -> np.ndarray:
    octant = np.floor(((aspect_deg + 22.5) % 360.0) / 45.0).astype(int) + 1
    return np.where(strength < 0.06, 9, octant)


def position_class(table: pd.DataFrame) -> np.ndarray:
    """Return PO_WEI: 1 ridge, 2 upper, 3 middle, 4 lower, 5 valley, 6 flat, 7 whole slope."""
    part = 5 - np.searchsorted([0.13, 0.36, 0.60, 0.82], table["position"])
    part = np.where(table["position_range"] > 0.72, 7, part)
    return np.where((table["ground"] != 0) | (table["slope_deg"] < 5.0), 6, part)
