"""What the rooms need from an open raster; the adapters provide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from .grid import Grid

if TYPE_CHECKING:
    from .canopy import CanopyRecipe
    from .terrain import TerrainRecipe

ObjectArray = npt.NDArray[np.object_]


class BandReader(Protocol):
    """Bands of one raster, read in ranges of whole rows.

    Attributes
    ----------
    name
        What the raster is called in messages: its path.
    grid
        Its cells.
    band_names
        The description of each band that is read, '' where it has none.
    row_step
        Number of rows that are decoded together (the height of a tile); readings that begin and end at
        its multiples decode nothing twice.
    """

    name: str
    grid: Grid
    band_names: tuple[str, ...]
    row_step: int

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Values and validity of ``row_count`` rows from ``first_row`` on.

        Returns
        -------
        values
            Shape (bands, rows, width); whatever number type the raster has.
        valid
            True where the value counts. Shape as ``values``, or (1, rows, width) where all bands share it,
            or (1, 1, 1) with True where every cell counts.

        Raises
        ------
        InputError
            When the rows cannot be read.
        """

    def close(self) -> None:
        """Let go of the file."""


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
    """

    name: str
    reader: BandReader
    to_grid: Callable[[ObjectArray], ObjectArray] | None = None
    terrain: TerrainRecipe | None = None
    canopy: CanopyRecipe | None = None
    names_bands: bool = False
    scaling: tuple[tuple[float, float], ...] = ()
