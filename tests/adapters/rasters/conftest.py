"""Both back ends, and a folder as foresters name theirs."""

import pytest
from osgeo import gdal


@pytest.fixture(params=["rasterio", "gdal", "gdal with exceptions"])
def backend(request):
    """Both back ends; osgeo's in both states that other plugins may leave it in."""
    before = gdal.GetUseExceptions()
    if request.param == "gdal with exceptions":
        gdal.UseExceptions()
    else:
        gdal.DontUseExceptions()
    yield request.param.split()[0]
    if before:
        gdal.UseExceptions()
    else:
        gdal.DontUseExceptions()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "三明 影像"
    place.mkdir()
    return place
