"""What a raster of canopy heights says of a stand: how tall it is, and how much of it is covered.

Mean and share come from sums; quantiles and the largest height need the cells of a stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from ..issues import layer_issue
from .bands import BandReader
from .boundary import FloatArray, IntArray
from .cell_figures import cell_figures
from .moments import Moments
from .stand_cells import Cells, quantile_of

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
    tallest_likely_m
        Above this median of all stands the heights are doubted.
    """

    statistics: tuple[str, ...] = ()
    cover_above_m: tuple[float, ...] = ()
    tallest_likely_m: float = np.inf

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
        above = tuple(float(limit) for limit in data["cover_above_m"])
        return cls(statistics, above, float(data["tallest_likely_m"]))


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


def canopy_doubts(recipe: CanopyRecipe, height_m: FloatArray) -> list[pd.DataFrame]:
    """Whether the mean heights of all stands are higher than trees are: other units, or heights above the sea."""
    known = height_m[np.isfinite(height_m)]
    if not len(known) or np.median(known) <= recipe.tallest_likely_m:
        return []
    middle = round(float(np.median(known)), 1)
    return [layer_issue("CANOPY_HEIGHTS_UNLIKELY", f"{HEIGHT}_mean", middle, likely=recipe.tallest_likely_m)]


def cover_columns(recipe: CanopyRecipe, cover: Sequence[Moments]) -> dict[str, FloatArray]:
    """``canopy_over_2m_share`` …: share (0..1) of what is seen of the stand."""
    return {
        f"canopy_over_{limit:g}m_share": band.mean() for limit, band in zip(recipe.cover_above_m, cover, strict=True)
    }


def tallest_columns(
    recipe: CanopyRecipe, read: Callable[[], Generator[Cells, None, None]], last_row: IntArray
) -> dict[str, FloatArray]:
    """``canopy_height_m_q90``, ``canopy_height_m_max`` …, NaN where nothing is known.

    Parameters
    ----------
    recipe
        What is asked.
    read, last_row
        As for :func:`sanming_carbon_plugin.core.rasters.cell_figures.cell_figures`; the first band are the heights.
    """
    figures = cell_figures(read, last_row, 1, recipe.statistics)[0]
    return {f"{HEIGHT}_{name}": heights for name, heights in figures.items()}
