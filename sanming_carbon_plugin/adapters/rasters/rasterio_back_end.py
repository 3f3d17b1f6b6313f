"""Rasters through rasterio."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from .facts import BandFacts, Part, RasterFacts
from .quiet import quiet

READ_ERRORS = (RasterioError, OSError, ValueError)


class OpenRaster:
    """An open file; not shared between threads."""

    def __init__(self, path: str) -> None:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            self._file = rasterio.open(path)
            self.facts = self._facts(path)

    def _facts(self, path: str) -> RasterFacts:
        source = self._file
        bands = tuple(
            BandFacts(
                number=number,
                description=source.descriptions[number - 1] or "",
                dtype=source.dtypes[number - 1],
                nodata=source.nodatavals[number - 1],
                scale=source.scales[number - 1],
                offset=source.offsets[number - 1],
                is_alpha=source.colorinterp[number - 1] == ColorInterp.alpha,
                mask_flags=sum(flag.value for flag in source.mask_flag_enums[number - 1]),
                unit=source.units[number - 1] or "",
            )
            for number in source.indexes
        )
        place = source.transform
        return RasterFacts(
            path=path,
            driver=source.driver,
            width=source.width,
            height=source.height,
            transform=None if place.is_identity else place.to_gdal(),
            crs_wkt=source.crs.to_wkt() if source.crs else None,
            bands=bands,
            block_width=max((shape[1] for shape in source.block_shapes), default=1),
            block_height=max((shape[0] for shape in source.block_shapes), default=1),
            metadata=dict(source.tags()),
            inside=tuple(source.subdatasets),
        )

    def read(self, bands: list[int], part: Part, into: npt.NDArray[Any]) -> None:
        """Put values of bands (numbers from 1) of one type into an array of the shape (bands, rows, columns)."""
        with quiet():
            self._file.read(bands, window=Window(*part), out=into)

    def read_mask(self, band: int, part: Part) -> npt.NDArray[np.uint8]:
        """Mask of a band, 0 where it does not count, shape (rows, columns)."""
        with quiet():
            return self._file.read_masks(band, window=Window(*part))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
