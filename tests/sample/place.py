"""Where the fictitious township lies, and the dice it is thrown with."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

EPSG = 4527  # CGCS2000, 3-degree Gauss-Krueger zone 39 (false easting 39,500,000 m)
SEED = 350428199

PROVINCE, COUNTY, TOWNSHIP = "35", "350428", "199"
TOWNSHIP_ZH = "青溪镇(虚构)"

PERIOD = ("2016-01-01", "2020-12-31")
REFERENCE_NOW, REFERENCE_2015 = "2020-12-31", "2015-12-31"
YEARS = 5.0
NOTHING = np.array(None, dtype=object)  # an empty cell inside np.where


@dataclass(frozen=True)
class Grid:
    """A north-up grid: upper left corner, cell size in metres, rows from the north."""

    west: float
    north: float
    cell: float
    rows: int
    cols: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.cols

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        return self.west, self.cell, 0.0, self.north, 0.0, -self.cell


OUTLINE_GRID = Grid(39_538_000.0, 2_960_000.0, 20.0, 600, 650)  # 13 x 12 km, boundaries are drawn on it
IMAGE_GRID = Grid(39_538_000.0, 2_960_000.0, 10.0, 1200, 1300)
DEM_GRID = Grid(39_538_010.0, 2_959_990.0, 30.0, 399, 432)  # deliberately not aligned with the images


def dice(name: str) -> np.random.Generator:
    """Give each theme its own stream, so that a change in one leaves the others as they were."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode("utf-8"))])
