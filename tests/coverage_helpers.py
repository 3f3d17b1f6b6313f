"""The coverage of all stands at once, and outlines packed from geometries; tests alone want them so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters.boundary import FloatArray
from sanming_carbon_plugin.core.rasters.coverage import CoverageBlock, add_per_stand, coverage_blocks
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.stands.packed import (
    ObjectArray,
    Outlined,
    OutlinePacker,
    PackedOutlines,
    portions_of,
)


@dataclass(frozen=True)
class WholeCoverage:
    """Coverage of all stands on one grid, those without any cell included."""

    stand_count: int
    blocks: Sequence[CoverageBlock]

    def areas_cells(self) -> FloatArray:
        """Area of each stand in cells, land beside the grid included."""
        total = np.zeros(self.stand_count)
        for block in self.blocks:
            add_per_stand(total, block.stands, block.areas)
        return total

    def covered_cells(self) -> FloatArray:
        """Area of each stand in cells within the grid."""
        total = np.zeros(self.stand_count)
        for block in self.blocks:
            add_per_stand(total, block.stands, block.covered_per_item())
        return total


def whole_coverage(geometry: Outlined, grid: Grid, progress: Progress | None = None) -> WholeCoverage:
    """Exact coverage of every stand, kept in memory."""
    return WholeCoverage(len(geometry), list(coverage_blocks(geometry, grid, progress)))


def packed_outlines(geometry: ObjectArray) -> PackedOutlines:
    """Packed outlines of an array of polygons, multipolygons and None."""
    packer = OutlinePacker(len(geometry))
    for _, part in portions_of(geometry):
        packer.add(part)
    return packer.packed()
