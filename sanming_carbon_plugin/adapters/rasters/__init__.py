"""The one way in for rasters: rasterio where the distribution has it, else osgeo.gdal."""

from __future__ import annotations

from .opening import back_end_name, open_bands, open_raster

__all__ = ["back_end_name", "open_bands", "open_raster"]
