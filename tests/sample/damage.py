"""Damage patches of 0.05 to 3 ha that the second image shows: pine wilt, a little fire, small fellings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from .place import dice

KINDS = {"pine_wilt": 190, "fire": 9, "felling": 16}
MEDIAN_HA = {"pine_wilt": 0.30, "fire": 0.8, "felling": 0.7}
SMALLEST_HA, LARGEST_HA = 0.05, 2.99


def blob(x: float, y: float, area_ha: float, rng: np.random.Generator) -> shapely.Polygon:
    """Return an irregular patch of about the given area."""
    angle = np.linspace(0, 2 * np.pi, 25)[:-1]
    radius = np.ones(angle.size)
    for wave in (2, 3, 4, 5):
        radius += 0.35 / wave * rng.standard_normal() * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    radius = np.clip(radius, 0.35, 1.9)
    stretch = np.exp(0.3 * rng.standard_normal())
    points = np.stack([radius * np.cos(angle) * stretch, radius * np.sin(angle) / stretch], axis=1)
    shape = shapely.polygons(points)
    points *= np.sqrt(area_ha * 1e4 / shapely.area(shape))
    return shapely.polygons(np.round(points + np.array([x, y]), 2))


def make_damage(state: pd.DataFrame, outline: np.ndarray) -> pd.DataFrame:
    """Return patches with kind, severity (share of dead crowns), piece and geometry; each inside one piece."""
    rng = dice("damage")
    cover, main = state["cover"].to_numpy(), state["main"].to_numpy()
    quiet = state["event"].isna().to_numpy()
    pine = quiet & np.isin(cover, ["220", "630", "610"]) & (main == "220")
    forest = quiet & np.isin(cover, ["220", "310", "490", "620", "630", "470"])
    centre = shapely.get_coordinates(shapely.point_on_surface(outline))
    focus = centre[rng.choice(np.flatnonzero(pine), size=9, replace=False)]  # wilt spreads around a few places
    away = np.min(np.hypot(*(centre[:, None] - focus[None]).transpose(2, 0, 1)), axis=1)
    rows = []
    for kind, count in KINDS.items():
        weight = np.where(pine, 0.10 + np.exp(-((away / 900.0) ** 2)), 0.0) if kind == "pine_wilt" else forest * 1.0
        weight = weight * shapely.area(outline)
        picked = rng.choice(len(cover), size=count, p=weight / weight.sum())
        for atom in np.sort(picked).tolist():
            patch = place_patch(outline[atom], kind, rng)
            severity = float(np.clip(rng.beta(3.2, 1.6), 0.25, 1.0)) if kind == "pine_wilt" else 0.9
            if patch is not None:
                rows.append((kind, round(severity, 2), atom, patch))
    table = pd.DataFrame(rows, columns=["kind", "severity", "atom", "geometry"])
    return without_overlaps(table)


def place_patch(home: shapely.Polygon, kind: str, rng: np.random.Generator) -> shapely.Polygon | None:
    """Throw a patch somewhere into its stand; what hangs over the edge is cut off."""
    west, south, east, north = shapely.bounds(home)
    for _ in range(20):
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        size = float(np.clip(MEDIAN_HA[kind] * np.exp(0.95 * rng.standard_normal()), SMALLEST_HA, LARGEST_HA))
        if not shapely.contains_xy(home, x, y):
            continue
        patch = shapely.intersection(blob(x, y, size, rng), shapely.buffer(home, -5.0))
        parts = shapely.get_parts(patch)
        if len(parts):
            patch = parts[int(np.argmax(shapely.area(parts)))]
            if patch.geom_type == "Polygon" and shapely.area(patch) >= SMALLEST_HA * 1e4:
                return shapely.set_precision(patch, 0.01)
    return None


def without_overlaps(table: pd.DataFrame) -> pd.DataFrame:
    kept: list[int] = []
    for number, patch in enumerate(table["geometry"]):
        others = table["geometry"].iloc[kept]
        if not kept or not shapely.intersects(shapely.buffer(patch, 10.0), others.to_numpy()).any():
            kept.append(number)
    result = table.iloc[kept].reset_index(drop=True)
    result["area_ha"] = np.round(shapely.area(result["geometry"].to_numpy()) / 1e4, 4)
    return result
