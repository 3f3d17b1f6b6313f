"""What both back ends tell about a raster before its cells are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

MASK_ALL_VALID, MASK_PER_DATASET, MASK_ALPHA, MASK_NODATA = 1, 2, 4, 8


class Part(NamedTuple):
    """A rectangle of cells."""

    first_column: int
    first_row: int
    column_count: int
    row_count: int


@dataclass(frozen=True)
class BandFacts:
    """One band: number (from 1), description, declared nodata, scale, offset and unit, whether it is alpha."""

    number: int
    description: str
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    is_alpha: bool
    mask_flags: int
    unit: str = ""

    @property
    def has_mask(self) -> bool:
        """Whether a mask of the whole file says which cells count."""
        return bool(self.mask_flags & MASK_PER_DATASET) and not self.is_alpha

    @property
    def has_own_mask(self) -> bool:
        """Whether a mask of this band alone says which cells count."""
        return not self.mask_flags & (MASK_ALL_VALID | MASK_PER_DATASET | MASK_ALPHA | MASK_NODATA)


@dataclass(frozen=True)
class RasterFacts:
    """Size, place and bands of a raster; ``transform`` is None where it has no place on earth.

    ``inside`` names the rasters of a file that holds several.
    """

    path: str
    driver: str
    width: int
    height: int
    transform: tuple[float, float, float, float, float, float] | None
    crs_wkt: str | None
    bands: tuple[BandFacts, ...]
    block_width: int
    block_height: int
    metadata: dict[str, str]
    inside: tuple[str, ...]
