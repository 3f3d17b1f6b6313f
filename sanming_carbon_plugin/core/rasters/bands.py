"""What the rooms need from an open raster; the adapters provide it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .grid import Grid


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
