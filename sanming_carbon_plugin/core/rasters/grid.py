"""The grid of a raster: how many cells, where they lie, in which CRS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
_NUMBERS = 6


@dataclass(frozen=True)
class Grid:
    """Cells of a raster in rows and columns.

    Attributes
    ----------
    width, height
        Number of columns and rows.
    transform
        Six numbers in GDAL's order: ``x = t[0] + column·t[1] + row·t[2]``,
        ``y = t[3] + column·t[4] + row·t[5]``. South-up (``t[5] > 0``) and rotated grids
        (``t[2]``, ``t[4]`` not 0) are allowed.
    crs_wkt
        WKT of the grid's CRS, None where none is stated.
    """

    width: int
    height: int
    transform: tuple[float, float, float, float, float, float]
    crs_wkt: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "transform", tuple(float(number) for number in self.transform))
        if self.width < 1 or self.height < 1:
            message = "a grid needs at least one row and one column"
            raise ValueError(message)
        if len(self.transform) != _NUMBERS or not np.isfinite(self.transform).all() or self.cell_area == 0:
            message = "a grid needs six finite numbers that span a plane"
            raise ValueError(message)

    @property
    def cell_area(self) -> float:
        """Area of one cell in square units of the CRS."""
        _, a, b, _, c, d = self.transform
        return abs(a * d - b * c)

    @property
    def is_rotated(self) -> bool:
        """Whether rows are not parallel to the x axis of the CRS."""
        return self.transform[2] != 0 or self.transform[4] != 0

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest x, smallest y, largest x, largest y of all four corners."""
        columns = np.array([0.0, self.width, 0.0, self.width])
        rows = np.array([0.0, 0.0, self.height, self.height])
        corners = self.to_map(np.column_stack([columns, rows]))
        low, high = corners.min(axis=0), corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def columns(self, first: int, end: int) -> Grid:
        """The grid of these columns alone, the second not included."""
        x0, a, b, y0, c, d = self.transform
        return Grid(end - first, self.height, (x0 + first * a, a, b, y0 + first * c, c, d), self.crs_wkt)

    def to_map(self, columns_rows: FloatArray) -> FloatArray:
        """Positions in the CRS, shape (n, 2), of positions counted in columns and rows, shape (n, 2)."""
        x0, a, b, y0, c, d = self.transform
        columns, rows = columns_rows[:, 0], columns_rows[:, 1]
        return np.column_stack([x0 + columns * a + rows * b, y0 + columns * c + rows * d])

    def to_cells(self, points: FloatArray) -> FloatArray:
        """Positions in columns and rows, shape (n, 2), of points in the CRS, shape (n, 2).

        Column 0.0 is the left edge of the first column, 0.5 its middle.
        """
        x0, a, b, y0, c, d = self.transform
        placed = np.empty((len(points), 2))
        # A corner of 1e308 may be infinitely many cells away.
        with np.errstate(over="ignore", invalid="ignore"):
            if not self.is_rotated:
                np.subtract(points[:, 0], x0, out=placed[:, 0])
                placed[:, 0] /= a
                np.subtract(points[:, 1], y0, out=placed[:, 1])
                placed[:, 1] /= d
                return placed
            determinant = a * d - b * c
            east, north = points[:, 0] - x0, points[:, 1] - y0
            placed[:, 0] = (east * d - north * b) / determinant
            placed[:, 1] = (north * a - east * c) / determinant
        return placed
