"""What a raster of canopy heights says of a stand: how tall it is, and how much of it is covered.

Mean and share come from sums; quantiles and the largest height need the cells of a stand side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from .bands import BandReader
from .boundary import FloatArray
from .moments import Moments, strips_with_values
from .outlines import last_rows
from .stand_cells import finished_cells, quantile_of, sorted_cells, statistic_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..progress import Progress
    from ..stands.packed import Outlined
    from .coverage import CoverageBlock

HEIGHT, SUPPORT = "canopy_height_m", "canopy_height_m_support"
_LARGEST = "max"


@dataclass(frozen=True)
class CanopyRecipe:
    """What is asked of canopy heights.

    Attributes
    ----------
    statistics
        Beside the mean: ``max`` and quantiles such as ``q90``.
    cover_above_m
        Heights in metres above which the share of the stand is wanted.
    """

    statistics: tuple[str, ...] = ()
    cover_above_m: tuple[float, ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> CanopyRecipe:
        """The recipe of ``canopy.json``.

        Raises
        ------
        InputError
            ``RECIPE_WRONG`` for a statistic that does not exist.
        """
        statistics = tuple(str(name) for name in data["statistics"])
        for name in statistics:
            if name != _LARGEST and quantile_of(name) is None:
                raise InputError("RECIPE_WRONG", place="canopy.json: statistics", known="max, q5 … q95")
        return cls(statistics, tuple(float(limit) for limit in data["cover_above_m"]))


class CanopyBands:
    """Per cell 1 where the canopy is above a height, else 0; a band per height."""

    def __init__(self, heights: BandReader, recipe: CanopyRecipe) -> None:
        self._heights = heights
        self._limits = recipe.cover_above_m
        self.name = heights.name
        self.grid = heights.grid
        self.row_step = heights.row_step
        self.band_names = tuple(f"over_{limit:g}" for limit in recipe.cover_above_m)

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Values (bands, rows, width), and one validity for all."""
        values, valid = self._heights.read_rows(first_row, row_count)
        return np.stack([values[0] > limit for limit in self._limits]).astype(np.float64), valid[:1]

    def close(self) -> None:
        """The heights are closed by whoever opened them."""


def height_columns(heights: Moments, support: FloatArray) -> dict[str, FloatArray]:
    """``canopy_height_m_mean``, NaN where nothing is known, and ``canopy_height_m_support`` (0..1)."""
    return {f"{HEIGHT}_mean": heights.mean(), SUPPORT: support}


def cover_columns(recipe: CanopyRecipe, cover: Sequence[Moments]) -> dict[str, FloatArray]:
    """``canopy_over_2m_share`` …: share (0..1) of what is seen of the stand."""
    return {
        f"canopy_over_{limit:g}m_share": band.mean() for limit, band in zip(recipe.cover_above_m, cover, strict=True)
    }


def tallest_columns(
    recipe: CanopyRecipe,
    heights: BandReader,
    placed: Outlined,
    blocks: Generator[CoverageBlock, None, None],
    progress: Progress,
) -> dict[str, FloatArray]:
    """``canopy_height_m_q90``, ``canopy_height_m_max`` …, NaN where nothing is known.

    Parameters
    ----------
    recipe
        What is asked.
    heights
        The raster; its first band counts.
    placed
        Outlines in its CRS, length n.
    blocks
        Their coverage.
    progress
        Told how much is done, asked for cancelling.
    """
    columns = {f"{HEIGHT}_{name}": np.full(len(placed), np.nan) for name in recipe.statistics}
    with closing(blocks):
        for cells in finished_cells(strips_with_values(blocks, [heights], progress), last_rows(placed, heights.grid)):
            stand, value, share = sorted_cells(cells, 0)
            if not len(stand):
                continue
            starts = np.flatnonzero(np.concatenate([[True], stand[1:] != stand[:-1]]))
            for name in recipe.statistics:
                columns[f"{HEIGHT}_{name}"][stand[starts]] = statistic_of(name, value, share, starts)
    return columns
