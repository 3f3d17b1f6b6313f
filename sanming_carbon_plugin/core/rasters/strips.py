"""A strip of a raster and the cells that stands cover in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .boundary import FloatArray, IntArray
from .coverage import CoverageBlock

CELLS_PER_STRIP = 150_000
"""Cells that are worked on together: small enough for the processor's cache."""


@dataclass(frozen=True)
class StripCoverage:
    """Covered cells of some rows of a raster.

    Attributes
    ----------
    first_row, end_row
        The rows, the second not included.
    stands
        Positions of the stands that have cells here, each once.
    edge_cell, edge_stand, edge_share
        Boundary cells: place in the flat strip, position in ``stands``, covered share.
    run_cell, run_length, run_stand
        Runs of whole cells: place of the first cell, number of cells, position in ``stands``.
    cell_count
        Cells in the strip.
    """

    first_row: int
    end_row: int
    stands: npt.NDArray[np.int32]
    edge_cell: IntArray
    edge_stand: IntArray
    edge_share: FloatArray
    run_cell: IntArray
    run_length: IntArray
    run_stand: IntArray
    cell_count: int

    def whole_cells(self) -> npt.NDArray[np.int32]:
        """Places of all cells of all runs, run by run."""
        return _expanded(self.run_cell, self.run_length)

    def summing(self) -> Summing:
        """The matrix that sums a plane of cells per stand."""
        stand_count, run_count = len(self.stands), len(self.run_cell)
        edges = sparse.csr_matrix(
            (self.edge_share, (self.edge_stand, self.edge_cell)), shape=(stand_count, self.cell_count)
        )
        whole = self.whole_cells()
        row_ends = np.cumsum(self.run_length) + edges.indptr[-1]
        matrix = sparse.csr_matrix(
            (
                np.concatenate([edges.data, np.ones(len(whole))]),
                np.concatenate([edges.indices, whole]),
                np.concatenate([edges.indptr, row_ends]),
            ),
            shape=(stand_count + run_count, self.cell_count),
            copy=False,
        )
        return Summing(matrix, self.run_stand, stand_count)


@dataclass(frozen=True)
class Summing:
    """Sums of cells per stand, weighted by their covered share."""

    matrix: sparse.csr_matrix
    run_stand: IntArray
    stand_count: int

    def of(self, plane: FloatArray) -> FloatArray:
        """Sum per stand of a flat plane of cells."""
        parts = self.matrix @ plane
        whole = np.bincount(self.run_stand, weights=parts[self.stand_count :], minlength=self.stand_count)
        return parts[: self.stand_count] + whole


def strips_of(blocks: Iterable[CoverageBlock], width: int, rows: Iterable[tuple[int, int]]) -> Iterator[StripCoverage]:
    """The covered cells strip by strip from the top; strips without any are left out.

    Parameters
    ----------
    blocks
        In order of their first row; read only as far as needed.
    width
        Columns of the grid.
    rows
        First and end row of each strip, from the top.
    """
    source = iter(blocks)
    coming = next(source, None)
    active: list[CoverageBlock] = []
    for first, end in rows:
        while coming is not None and coming.first_row < end:
            active.append(coming)
            coming = next(source, None)
        active = [block for block in active if block.first_row + block.row_count > first]
        if active:
            yield _strip(active, first, end, width)
        elif coming is None:
            return


def _strip(blocks: list[CoverageBlock], first: int, end: int, width: int) -> StripCoverage:
    stands = np.concatenate([block.stands for block in blocks])
    unique, local = np.unique(stands, return_inverse=True)
    offset = 0
    edges, runs = [], []
    for block in blocks:
        low, high = max(first - block.first_row, 0), min(end - block.first_row, block.row_count)
        row_place = (np.arange(low, high) + block.first_row - first) * width
        own = local[offset : offset + len(block.stands)]
        offset += len(block.stands)
        part = slice(block.edge_start[low], block.edge_start[high])
        place = np.repeat(row_place, np.diff(block.edge_start[low : high + 1])) + block.edge_column[part]
        edges.append((place, own[block.edge_item[part]], block.edge_share[part]))
        part = slice(block.run_start[low], block.run_start[high])
        place = np.repeat(row_place, np.diff(block.run_start[low : high + 1])) + block.run_column[part]
        runs.append((place, block.run_length[part], own[block.run_item[part]]))
    edge_cell, edge_stand, edge_share = (np.concatenate(part) for part in zip(*edges, strict=True))
    run_cell, run_length, run_stand = (np.concatenate(part) for part in zip(*runs, strict=True))
    return StripCoverage(
        first, end, unique, edge_cell, edge_stand, edge_share, run_cell, run_length, run_stand, (end - first) * width
    )


def _expanded(starts: IntArray, lengths: IntArray) -> npt.NDArray[np.int32]:
    """All whole numbers of ranges that each have at least one."""
    if not len(starts):
        return np.empty(0, dtype=np.int32)
    steps = np.ones(int(lengths.sum()), dtype=np.int32)
    begins = np.cumsum(lengths) - lengths
    steps[0] = starts[0]
    steps[begins[1:]] = starts[1:] - (starts[:-1] + lengths[:-1]) + 1
    return np.cumsum(steps, out=steps, dtype=np.int32)
