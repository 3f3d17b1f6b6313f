"""Which cells count: declared nodata values, NaN, masks and alpha bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]

_BEYOND_MEASURE = 1e30
"""No measured value lies beyond: who declares such a nodata value means the largest or smallest number of a type."""


def invalid_values(values: npt.NDArray[Any], nodata: float | None, stored: str | None = None) -> BoolArray | None:
    """True where a band's own values do not count; None where all do.

    Parameters
    ----------
    values
        Cells of one band.
    nodata
        The declared value. It is compared in the precision of the cells, since 0.1 declared for a file of
        four-byte numbers is stored as another number; declarations of the smallest number of a type are
        often shortened (−3.4e+38) and mean every number near it.
    stored
        The number type of the band in its file, where ``values`` have a wider one.
    """
    wrong: BoolArray | None = None
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        wrong = None if finite.all() else ~finite
    if nodata is None or np.isnan(nodata):
        return wrong
    equal = _equal(values, _as_stored(nodata, values.dtype if stored is None else np.dtype(stored)))
    if equal is None or not equal.any():
        return wrong
    return equal if wrong is None else wrong | equal


def _as_stored(nodata: float, stored: np.dtype[Any]) -> float:
    """The declared value as a file of this number type holds it."""
    if stored.kind != "f" or abs(nodata) > _BEYOND_MEASURE:
        return nodata
    with np.errstate(over="ignore"):
        return float(stored.type(nodata))


def _equal(values: npt.NDArray[Any], nodata: float) -> BoolArray | None:
    if values.dtype.kind == "f":
        if abs(nodata) > _BEYOND_MEASURE:
            # A file of four-byte numbers may declare the limit of eight-byte ones; GDAL reports it as infinite.
            with np.errstate(invalid="ignore"):
                return values >= _BEYOND_MEASURE if nodata > 0 else values <= -_BEYOND_MEASURE
        return values == values.dtype.type(nodata)
    limits = np.iinfo(values.dtype)
    if not np.isfinite(nodata) or nodata != int(nodata) or not limits.min <= nodata <= limits.max:
        return None
    return values == values.dtype.type(int(nodata))
