"""Contour lines of a part of an elevation model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from ...core.rasters.bands import BandReader
from ...core.rasters.contours import contour_lines

_MARGIN_CELLS = 2


def contours_within(
    dem: BandReader, bounds: tuple[float, float, float, float], interval: float
) -> list[tuple[float, shapely.Geometry]]:
    """Contour lines inside ``bounds``, both in the coordinate system of the elevation model.

    Parameters
    ----------
    dem
        Elevation model; its first band counts.
    bounds
        xmin, ymin, xmax, ymax.
    interval
        Distance of the levels, in the unit of the heights.

    Returns
    -------
    list of (level, geometry)
        Lowest first; empty where the model does not reach.
    """
    window = _window(dem, bounds)
    if window is None:
        return []
    part, first_column, first_row = window
    corner = np.array([first_column, first_row], dtype=np.float64)

    def placed(points: np.ndarray) -> np.ndarray:
        return dem.grid.to_map(points + corner)

    return [(level, shapely.transform(line, placed)) for level, line in contour_lines(part, interval)]


def covered_share(dem: BandReader, bounds: tuple[float, float, float, float]) -> float:
    """Share of ``bounds`` (in the coordinate system of the model) that the elevation model has heights for."""
    left, bottom, right, top = bounds
    cells = dem.grid.to_cells(np.array([[left, bottom], [left, top], [right, bottom], [right, top]]))
    low, high = np.floor(cells.min(axis=0)).astype(int), np.ceil(cells.max(axis=0)).astype(int)
    asked = max(int(high[0] - low[0]), 1) * max(int(high[1] - low[1]), 1)
    first, last = np.maximum(low, 0), np.minimum(high, (dem.grid.width, dem.grid.height))
    if np.any(last <= first):
        return 0.0
    values, valid = dem.read_rows(int(first[1]), int(last[1] - first[1]))
    known = np.broadcast_to(valid, values.shape)[0][:, first[0] : last[0]]
    return float(np.count_nonzero(known)) / asked


def _window(
    dem: BandReader, bounds: tuple[float, float, float, float]
) -> tuple[npt.NDArray[np.float64], int, int] | None:
    """Heights in and a little around ``bounds`` with the first column and row; None where the model does not reach."""
    left, bottom, right, top = bounds
    cells = dem.grid.to_cells(np.array([[left, bottom], [left, top], [right, bottom], [right, top]]))
    low, high = np.floor(cells.min(axis=0)).astype(int), np.ceil(cells.max(axis=0)).astype(int)
    first_column, first_row = (max(int(value) - _MARGIN_CELLS, 0) for value in low)
    last_column = min(int(high[0]) + _MARGIN_CELLS, dem.grid.width)
    last_row = min(int(high[1]) + _MARGIN_CELLS, dem.grid.height)
    if min(last_column - first_column, last_row - first_row) <= 1:  # no square of cells
        return None
    values, valid = dem.read_rows(first_row, last_row - first_row)
    heights = np.where(np.broadcast_to(valid, values.shape)[0], values[0].astype(np.float64), np.nan)
    return heights[:, first_column:last_column], first_column, first_row
