"""Slope, aspect and elevation of stands from an elevation model.

Slope and aspect are found per cell (Horn 1981, weights 1-2-1 over the eight neighbours) and then averaged over the
stand; the slope of averaged heights would be too gentle. A cell with an unknown neighbour has no slope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..issues import layer_issue, stand_issues
from .bands import BandReader
from .boundary import FloatArray
from .grid import Grid
from .moments import Moments

BoolArray = npt.NDArray[np.bool_]

_EQUATOR_RADIUS_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006_694_38
_MAJORITY = 0.5


@dataclass(frozen=True)
class TerrainRecipe:
    """What is asked of an elevation model.

    Attributes
    ----------
    slope_shares_deg
        Slopes in degrees above which the share of the stand is wanted.
    flat_below_deg
        Below this slope a cell has no aspect.
    aspect_count
        Number of directions.
    first_aspect_code, no_aspect_code
        Code of north, from which the others count clockwise, and code of flat land.
    metres_per_unit
        Length of a unit of the grid's CRS in metres, NaN where the units are degrees. Heights are metres.
    stretch
        For a CRS whose units are not as long on the ground: row of the grid, metres per unit towards east and
        towards north; in between they are interpolated.
    aspect_agreement_least
        How far the directions of the cells of a stand must agree (0 not at all, 1 wholly) for it to have an aspect.
    steepest_likely_deg
        Above this median slope of all stands the heights are doubted.
    """

    slope_shares_deg: tuple[float, ...]
    flat_below_deg: float
    aspect_count: int
    first_aspect_code: int
    no_aspect_code: int
    metres_per_unit: float = 1.0
    stretch: tuple[tuple[float, float, float], ...] = ()
    aspect_agreement_least: float = 0.0
    steepest_likely_deg: float = 90.0

    @classmethod
    def from_data(
        cls, data: Mapping[str, Any], metres_per_unit: float, stretch: tuple[tuple[float, float, float], ...] = ()
    ) -> TerrainRecipe:
        """The recipe of ``terrain.json`` for one model."""
        return cls(
            slope_shares_deg=tuple(float(limit) for limit in data["slope_shares_deg"]),
            flat_below_deg=float(data["flat_below_deg"]),
            aspect_count=int(data["aspect_count"]),
            first_aspect_code=int(data["first_aspect_code"]),
            no_aspect_code=int(data["no_aspect_code"]),
            metres_per_unit=metres_per_unit,
            stretch=stretch,
            aspect_agreement_least=float(data["aspect_agreement_least"]),
            steepest_likely_deg=float(data["steepest_likely_deg"]),
        )


class TerrainBands:
    """Slope (degrees), shares above limits (0 or 1), direction of the fall and flatness per cell."""

    def __init__(self, dem: BandReader, recipe: TerrainRecipe) -> None:
        self._dem = dem
        self._recipe = recipe
        self.name = dem.name
        self.grid = dem.grid
        self.row_step = dem.row_step
        over = [f"over_{limit:g}" for limit in recipe.slope_shares_deg]
        self.band_names = ("slope", *over, "east", "north", "flat")

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], BoolArray]:
        """Values (bands, rows, width) as four-byte numbers, and one validity for all."""
        heights, valid = self._with_neighbours(first_row, row_count)
        east_rise, north_rise = _rises(heights, self.grid, first_row, self._recipe)
        steepness = np.hypot(east_rise, north_rise)
        slope_deg = np.degrees(np.arctan(steepness))
        flat = slope_deg < self._recipe.flat_below_deg
        with np.errstate(divide="ignore", invalid="ignore"):
            east = np.where(flat, 0.0, -east_rise / steepness)
            north = np.where(flat, 0.0, -north_rise / steepness)
        over = [slope_deg > limit for limit in self._recipe.slope_shares_deg]
        # Eight bytes: the last digits of four-byte angles differ from one NumPy to the next.
        bands = np.stack([slope_deg, *over, east, north, flat]).astype(np.float64)
        bands[:, ~valid] = 0.0
        return bands, valid[None]

    def close(self) -> None:
        """The elevation model is closed by whoever opened it."""

    def _with_neighbours(self, first_row: int, row_count: int) -> tuple[FloatArray, BoolArray]:
        """Heights with a rim of one cell, and which inner cells know all their neighbours."""
        above = 1 if first_row else 0
        below = 1 if first_row + row_count < self.grid.height else 0
        values, valid = self._dem.read_rows(first_row - above, row_count + above + below)
        rim = ((1 - above, 1 - below), (1, 1))
        known = np.pad(np.broadcast_to(valid, values.shape)[0], rim)
        heights = np.pad(values[0].astype(np.float64), rim)
        heights[~known] = 0.0
        whole_rows = known[:-2] & known[1:-1] & known[2:]
        return heights, whole_rows[:, :-2] & whole_rows[:, 1:-1] & whole_rows[:, 2:]


def _rises(heights: FloatArray, grid: Grid, first_row: int, recipe: TerrainRecipe) -> tuple[FloatArray, FloatArray]:
    """Rise in metres per metre towards east and towards north, of the inner cells."""
    down = heights[2:] - heights[:-2]
    per_row = (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 8
    right = heights[:, 2:] - heights[:, :-2]
    per_column = (right[:-2] + 2 * right[1:-1] + right[2:]) / 8
    _, a, b, _, c, d = grid.transform
    determinant = a * d - b * c
    east = (per_column * d - per_row * c) / determinant
    north = (per_row * a - per_column * b) / determinant
    rows = np.arange(first_row, first_row + len(per_row)) + 0.5
    if recipe.stretch:
        known, east_m, north_m = np.array(recipe.stretch).T
        return east / np.interp(rows, known, east_m)[:, None], north / np.interp(rows, known, north_m)[:, None]
    if np.isfinite(recipe.metres_per_unit):
        return east / recipe.metres_per_unit, north / recipe.metres_per_unit
    middle = np.column_stack([np.full(len(rows), grid.width / 2), rows])
    east_m, north_m = metres_per_degree(grid.to_map(middle)[:, 1])
    return east / east_m[:, None], north / north_m[:, None]


def metres_per_degree(latitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Length of one degree towards east and towards north on the GRS 80 ellipsoid, in metres."""
    latitude = np.radians(latitude_deg)
    bulge = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    across = _EQUATOR_RADIUS_M / np.sqrt(bulge)
    along = _EQUATOR_RADIUS_M * (1 - _ECCENTRICITY_SQUARED) / bulge**1.5
    return np.radians(1.0) * across * np.cos(latitude), np.radians(1.0) * along


def terrain_columns(
    recipe: TerrainRecipe, terrain: Sequence[Moments], elevation_m: FloatArray, support: FloatArray, low_support: float
) -> dict[str, FloatArray]:
    """Columns about the lie of the land.

    Parameters
    ----------
    recipe
        What was asked.
    terrain
        Sums of the bands of :class:`TerrainBands`.
    elevation_m
        Mean elevation per stand, n.
    support
        Share of each stand (0..1) where the slope is known, n.
    low_support
        Below it all columns are unknown: a rule must not pass by the half of a stand that was seen.

    Returns
    -------
    dict
        ``slope_deg_mean``, ``slope_over_15_share`` … (0..1), ``elevation_m_mean`` and
        ``aspect_code`` (the mean direction that the land falls to, or flat where most of it is; codes of PO_XIANG);
        NaN where the directions cancel out, as on a ridge.
    """
    means = [band.mean() for band in terrain]
    limits = recipe.slope_shares_deg
    unknown = ~(support >= low_support)
    columns: dict[str, FloatArray] = {"slope_deg_mean": means[0]}
    columns |= {f"slope_over_{limit:g}_share": means[1 + number] for number, limit in enumerate(limits)}
    columns["elevation_m_mean"] = elevation_m
    columns = {name: np.where(unknown, np.nan, values) for name, values in columns.items()}
    east, north, flat = means[1 + len(limits) :]
    sector = 360.0 / recipe.aspect_count
    with np.errstate(invalid="ignore"):
        towards = np.degrees(np.arctan2(east, north)) % 360.0
        number = np.floor(towards / sector + 0.5) % recipe.aspect_count
        agreement = np.hypot(east, north) / (1.0 - flat)
        code = np.where(agreement >= recipe.aspect_agreement_least, recipe.first_aspect_code + number, np.nan)
        code = np.where(flat > _MAJORITY, recipe.no_aspect_code, code)
    return columns | {"aspect_code": np.where(unknown, np.nan, code)}


def terrain_doubts(
    keys: pd.Index,
    recipe: TerrainRecipe,
    slope_deg: FloatArray,
    seen: tuple[FloatArray, FloatArray],
    low_support: float,
) -> list[pd.DataFrame]:
    """Stands of which the heights are known but too few slopes, and slopes too steep to be land.

    Parameters
    ----------
    keys
        Of the stands, n.
    recipe
        What was asked.
    slope_deg
        Mean slope, n.
    seen
        Share of each stand (0..1) where the height is known, and where the slope is, n.
    low_support
        Below it a stand is marked.
    """
    heights, slopes = seen
    # Cells at the rim of the model and beside unknown ones have a height, but no slope.
    few = (heights >= low_support) & (slopes < low_support)
    doubts = [stand_issues("RASTER_LOW_SUPPORT", keys[few], "slope_deg_mean", slopes[few], threshold=low_support)]
    known = slope_deg[np.isfinite(slope_deg)]
    if len(known) and np.median(known) > recipe.steepest_likely_deg:
        middle = round(float(np.median(known)), 1)
        doubts.append(layer_issue("SLOPES_UNLIKELY", "slope_deg_mean", middle, likely=recipe.steepest_likely_deg))
    return doubts
