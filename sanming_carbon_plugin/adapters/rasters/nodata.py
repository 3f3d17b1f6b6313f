"""Which cells count: declared nodata values, NaN, masks and alpha bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]

_NEAR_THE_LIMIT = 1e30
_LIMIT_TOLERANCE = 1e-5


def invalid_values(values: npt.NDArray[Any], nodata: float | None) -> BoolArray | None:
    """True where a band's own values do not count; None where all do.

    Parameters
    ----------
    values
        Cells of one band.
    nodata
        The declared value. It is compared in the precision of the cells, since 0.1 declared for a file of
        four-byte numbers is stored as another number; declarations of the smallest number of a type are
        often shortened (−3.40282e+38) and are compared with a tolerance.
    """
    wrong: BoolArray | None = None
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        wrong = None if finite.all() else ~finite
    if nodata is None or np.isnan(nodata):
        return wrong
    equal = _equal(values, nodata)
    if equal is None or not equal.any():
        return wrong
    return equal if wrong is None else wrong | equal


def _equal(values: npt.NDArray[Any], nodata: float) -> BoolArray | None:
    if values.dtype.kind == "f":
        kind = values.dtype.type
        if abs(nodata) > _NEAR_THE_LIMIT:
            # A file of four-byte numbers may declare the limit of eight-byte ones; GDAL reports it as infinite.
            most = float(np.finfo(values.dtype).max)
            with np.errstate(over="ignore", invalid="ignore"):
                return np.abs(values / kind(np.clip(nodata, -most, most)) - kind(1)) < _LIMIT_TOLERANCE
        return values == kind(nodata)
    limits = np.iinfo(values.dtype)
    if not np.isfinite(nodata) or nodata != int(nodata) or not limits.min <= nodata <= limits.max:
        return None
    return values == values.dtype.type(int(nodata))
