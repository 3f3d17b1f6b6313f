"""Figures of stands that need their cells side by side, by whichever way fits into memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

import numpy as np

from .boundary import IntArray
from .large_stands import Figures, add_figures_of_large
from .stand_cells import Cells, OpenStands, sorted_cells, statistic_of


def cell_figures(
    read: Callable[[], Generator[Cells, None, None]],
    last_row: IntArray,
    band_count: int,
    names: Sequence[str],
    also: Callable[[Cells], None] | None = None,
) -> Figures:
    """Least, largest, quantiles and count of the valid cells of each stand.

    Parameters
    ----------
    read
        Reads the cells of all stands strip by strip; called once more for each further reading that stands with very
        many cells need.
    last_row
        Of each stand the last row of the grid that it can reach.
    band_count
        Number of bands of the cells.
    names
        ``min``, ``max``, ``count``, ``median`` or quantiles such as ``q90``.
    also
        Shown all cells once, strip by strip.

    Returns
    -------
    list of dict
        Per band and name an array, length stands; NaN where a stand has no valid cell.
    """
    found: Figures = [{name: np.full(len(last_row), np.nan) for name in names} for _ in range(band_count)]
    stands = OpenStands(last_row)
    with closing(read()) as work:
        cells = work if also is None else _shown(work, also)
        for finished in stands.finished(cells) if names else ():
            for band, columns in enumerate(found):
                stand, value, share = sorted_cells(finished, band)
                if not len(stand):
                    continue
                starts = np.flatnonzero(np.concatenate([[True], stand[1:] != stand[:-1]]))
                for name in names:
                    columns[name][stand[starts]] = statistic_of(name, value, share, starts)
        for _ in cells:  # where there is nothing to find, they are shown only
            pass
    if stands.too_large.any():
        add_figures_of_large(read, np.flatnonzero(stands.too_large), names, found)
    return found


def _shown(work: Iterator[Cells], also: Callable[[Cells], None]) -> Iterator[Cells]:
    for cells in work:
        also(cells)
        yield cells
