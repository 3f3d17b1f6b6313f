"""A raster in memory for tests."""

import numpy as np

from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster


class ArrayBands:
    """Bands of an array, shape (bands, rows, width)."""

    def __init__(self, values, grid, valid=None, band_names=None, row_step=3):
        self.name = "memory"
        self.grid = grid
        self.values = np.asarray(values)
        self.valid = None if valid is None else np.asarray(valid)
        self.band_names = tuple(band_names or [""] * len(self.values))
        self.row_step = row_step
        self.readings = []

    def read_rows(self, first_row, row_count):
        self.readings.append((first_row, row_count))
        rows = slice(first_row, first_row + row_count)
        valid = np.ones((1, 1, 1), dtype=bool) if self.valid is None else self.valid[:, rows]
        return self.values[:, rows], valid

    def close(self):
        pass


def named(name, *args, to_grid=None, **options):
    return NamedRaster(name, ArrayBands(*args, **options), to_grid)
