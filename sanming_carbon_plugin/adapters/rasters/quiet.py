"""GDAL's own words kept from the console: what went wrong is told once, by the error that is raised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from osgeo import gdal


@contextmanager
def quiet() -> Iterator[None]:
    """Within, the calls of this thread print nothing; the last error can still be asked for."""
    gdal.ErrorReset()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()
