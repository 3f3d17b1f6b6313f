"""A raster as a run knows it: its bands, its name in columns, and what it is to tell beside means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from .bands import BandReader
from .canopy import CanopyRecipe
from .terrain import TerrainRecipe

ObjectArray = npt.NDArray[np.object_]


@dataclass(frozen=True)
class NamedRaster:
    """A raster with the name its columns begin with.

    Attributes
    ----------
    name
        Beginning of the columns.
    reader
        The bands.
    to_grid
        Moves geometries from the CRS of the stands to the CRS of the raster; None where both are the same.
    terrain
        What to find out about the lie of the land, for an elevation model; None for all others.
    canopy
        What to find out about the canopy, for a raster of its heights in metres; None for all others.
    names_bands
        Whether a single band, too, is named in its columns.
    scaling
        Factor and offset per band that the file declares and that are not applied; empty where there are none.
    doubts
        Rows of issues about it that were noticed when it was opened.
    """

    name: str
    reader: BandReader
    to_grid: Callable[[ObjectArray], ObjectArray] | None = None
    terrain: TerrainRecipe | None = None
    canopy: CanopyRecipe | None = None
    names_bands: bool = False
    scaling: tuple[tuple[float, float], ...] = ()
    doubts: tuple[pd.DataFrame, ...] = field(default=(), compare=False)
