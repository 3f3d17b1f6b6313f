"""Contour lines of a part of an elevation model."""

from __future__ import annotations

import numpy as np
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
    left, bottom, right, top = bounds
    cells = dem.grid.to_cells(np.array([[left, bottom], [left, top], [right, bottom], [right, top]]))
    low, high = np.floor(cells.min(axis=0)).astype(int), np.ceil(cells.max(axis=0)).astype(int)
    first_column, first_row = (max(int(value) - _MARGIN_CELLS, 0) for value in low)
    last_column = min(int(high[0]) + _MARGIN_CELLS, dem.grid.width)
    last_row = min(int(high[1]) + _MARGIN_CELLS, dem.grid.height)
    if last_column - first_column < 2 or last_row - first_row < 2:  # noqa: PLR2004 - no square of cells
        return []
    values, valid = dem.read_rows(first_row, last_row - first_row)
    heights = np.where(np.broadcast_to(valid, values.shape)[0], values[0].astype(np.float64), np.nan)
    part = heights[:, first_column:last_column]

    corner = np.array([first_column, first_row], dtype=np.float64)

    def placed(points: np.ndarray) -> np.ndarray:
        return dem.grid.to_map(points + corner)

    return [(level, shapely.transform(line, placed)) for level, line in contour_lines(part, interval)]
