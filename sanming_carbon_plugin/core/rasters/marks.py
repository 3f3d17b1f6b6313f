"""Cell values such as −9999 that programs write where nothing is known, in bands that do not declare them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .bands import BandReader

MARKS = (-9999.0, -99999.0, -32768.0, -32767.0)
"""Written for nodata by elevation models and by GIS programs; unsigned numbers have no such values."""

LOWEST = -1e30
"""No measured value lies below: the smallest numbers of floating point mean nodata."""


def marked(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """True for cells with such a value."""
    if values.dtype.kind == "u":
        return np.zeros(values.shape, dtype=bool)
    return np.isin(values, np.array(MARKS)) | (values <= LOWEST)


def lowest_mark(values: npt.NDArray[Any]) -> float | None:
    """The lowest of all values where it is such a value, None where it is none or where there are no numbers."""
    if values.dtype.kind == "u" or not values.size:
        return None
    lowest = float(np.fmin.reduce(values, axis=None) if values.dtype.kind == "f" else values.min())
    return lowest if lowest in MARKS or (np.isfinite(lowest) and lowest <= LOWEST) else None


class MarkedCells:
    """For each band of a raster 1 where a cell has its undeclared mark, else 0; a :class:`.bands.BandReader`."""

    def __init__(self, reader: BandReader, marks: Mapping[int, float]) -> None:
        self._reader = reader
        self._marks = marks
        self.name = reader.name
        self.grid = reader.grid
        self.band_names = reader.band_names
        self.row_step = reader.row_step

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Cells as :meth:`.bands.BandReader.read_rows` gives them."""
        values, valid = self._reader.read_rows(first_row, row_count)
        found = np.zeros(values.shape, dtype=np.uint8)
        for band, mark in self._marks.items():
            found[band] = values[band] == values.dtype.type(mark)
        return found, valid

    def close(self) -> None:
        """The raster is closed by those who opened it."""
