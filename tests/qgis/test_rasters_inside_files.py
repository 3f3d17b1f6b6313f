"""Layers of rasters that lie in archives and databases: the steps read the very raster that QGIS shows."""

import zipfile
from contextlib import closing

import pytest
from made_results import SAMPLE
from osgeo import gdal
from qgis.core import QgsRasterLayer

from sanming_carbon_plugin.adapters.rasters import open_bands
from sanming_carbon_plugin.processing.inputs import raster_path

pytestmark = pytest.mark.qgis


def _in_archive(folder):
    with zipfile.ZipFile(folder / "高程.zip", "w") as archive:
        archive.write(SAMPLE / "dem.tif", "分幅/dem.tif")
    return f"/vsizip/{folder / '高程.zip'}/分幅/dem.tif"


def _in_database(folder):
    for number, table in enumerate(("other", "dem")):
        options = [f"RASTER_TABLE={table}", *(["APPEND_SUBDATASET=YES"] if number else [])]
        part = [number * 10, 0, 40, 30]
        source = gdal.Translate("", str(SAMPLE / "dem.tif"), format="MEM", outputType=gdal.GDT_Byte, srcWin=part)
        gdal.Translate(str(folder / "库.gpkg"), source, format="GPKG", creationOptions=options)
    return f"GPKG:{folder / '库.gpkg'}:dem"


@pytest.mark.parametrize("made", [_in_archive, _in_database])
def test_a_raster_inside_a_file_is_the_one_that_is_shown(provider, tmp_path, made):
    layer = QgsRasterLayer(made(tmp_path), "dem")
    assert layer.isValid()
    with closing(open_bands(raster_path(layer))) as reader:
        assert (reader.grid.width, reader.grid.height) == (layer.width(), layer.height())
        assert reader.grid.transform[0] == pytest.approx(layer.extent().xMinimum())
