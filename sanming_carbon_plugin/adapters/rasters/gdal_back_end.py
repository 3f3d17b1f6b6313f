"""Rasters through osgeo.gdal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from osgeo import gdal, gdal_array

from .facts import BandFacts, Part, RasterFacts
from .quiet import quiet

READ_ERRORS = (OSError, ValueError)

Result = TypeVar("Result")


class OpenRaster:
    """An open file; not shared between threads."""

    def __init__(self, path: str) -> None:
        # Left to itself, GDAL would fetch a whole file from the net, however little of it is read.
        place = f"/vsicurl/{path}" if path.startswith(("http://", "https://")) else path
        self._file = _checked(lambda: gdal.OpenEx(place, gdal.OF_RASTER | gdal.OF_VERBOSE_ERROR))
        self.facts = self._facts(path)

    def _facts(self, path: str) -> RasterFacts:
        source = self._file
        bands = [source.GetRasterBand(number) for number in range(1, source.RasterCount + 1)]
        transform = source.GetGeoTransform(can_return_null=True)
        return RasterFacts(
            path=path,
            driver=source.GetDriver().ShortName,
            width=source.RasterXSize,
            height=source.RasterYSize,
            transform=tuple(transform) if transform and tuple(transform) != (0, 1, 0, 0, 0, 1) else None,
            crs_wkt=source.GetProjection() or None,
            bands=tuple(_band_facts(number, band) for number, band in enumerate(bands, start=1)),
            block_width=max((band.GetBlockSize()[0] for band in bands), default=1),
            block_height=max((band.GetBlockSize()[1] for band in bands), default=1),
            metadata=dict(source.GetMetadata() or {}),
            inside=tuple(name for name, _ in source.GetSubDatasets() or ()),
        )

    def read(self, bands: list[int], part: Part, into: npt.NDArray[Any]) -> None:
        """Put values of bands (numbers from 1) of one type into an array of the shape (bands, rows, columns)."""
        # Before GDAL 3.7, signed bytes come as unsigned ones of the same bits.
        whole = into.view(np.uint8) if into.dtype == np.int8 and not hasattr(gdal, "GDT_Int8") else into
        _checked(lambda: self._file.ReadAsArray(*part, buf_obj=whole, band_list=bands))

    def read_mask(self, band: int, part: Part) -> npt.NDArray[np.uint8]:
        """Mask of a band, 0 where it does not count, shape (rows, columns)."""
        mask = self._file.GetRasterBand(band).GetMaskBand()
        return _checked(lambda: mask.ReadAsArray(*part))

    def close(self) -> None:
        """Let go of the file."""
        self._file = None


def _band_facts(number: int, band: gdal.Band) -> BandFacts:
    scale, offset = band.GetScale(), band.GetOffset()
    dtype = np.dtype(gdal_array.GDALTypeCodeToNumericTypeCode(band.DataType)).name
    is_signed = dtype == "uint8" and band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE") == "SIGNEDBYTE"
    return BandFacts(
        number=number,
        description=band.GetDescription() or "",
        dtype="int8" if is_signed else dtype,
        nodata=band.GetNoDataValue(),
        scale=1.0 if scale is None else scale,
        offset=0.0 if offset is None else offset,
        is_alpha=band.GetColorInterpretation() == gdal.GCI_AlphaBand,
        mask_flags=band.GetMaskFlags(),
        unit=band.GetUnitType() or "",
    )


def _checked(call: Callable[[], Result | None]) -> Result:
    """The result of a call that tells its failure by None, or by an exception where someone switched them on.

    The first exception must not live on as the cause of ours: the frames in it hold the dataset open, and a
    dataset that outlives QGIS makes it crash at exit.
    """
    result, reason = None, ""
    with quiet():
        try:
            result = call()
        except RuntimeError as error:
            reason = str(error)
        if result is None:
            reason = reason or gdal.GetLastErrorMsg() or "unknown"
    if result is None:
        raise OSError(reason)
    return result
