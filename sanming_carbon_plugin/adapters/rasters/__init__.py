"""The one way in for rasters: rasterio where the distribution has it, else osgeo.gdal."""

from __future__ import annotations

from .opening import back_end_name, open_bands, open_raster
from .recipe_files import apply_recipe, low_support_share, recipe_tables

__all__ = ["apply_recipe", "back_end_name", "low_support_share", "open_bands", "open_raster", "recipe_tables"]
