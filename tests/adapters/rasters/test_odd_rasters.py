"""Rasters of rare number types, inside other files and under odd names, through both back ends."""

import dataclasses
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from made_rasters import CGCS_39, NUMBERS, facts, scaled, write
from osgeo import gdal

from sanming_carbon_plugin.adapters.rasters import open_bands, open_raster, reading
from sanming_carbon_plugin.core.errors import InputError

PLACE = (39500000, 10, 0, 2900000, 0, -10)


def typed(path, cells, code, nodata, options=()):
    """A file of four columns and three equal rows of a number type that others seldom write."""
    file = gdal.GetDriverByName("GTiff").Create(str(path), 4, 3, 1, code, list(options))
    file.SetGeoTransform(PLACE)
    file.SetProjection(CGCS_39)
    band = file.GetRasterBand(1)
    if nodata is not None:
        band.SetNoDataValue(nodata)
    band.WriteArray(cells)
    file = None
    return str(path)


@pytest.mark.parametrize(
    ("code", "kind", "nodata"),
    [
        (gdal.GDT_Int64, np.int64, -9999),
        (gdal.GDT_Int64, np.int64, -(2**63)),
        (gdal.GDT_Int64, np.int64, 2**63 - 1),
        (gdal.GDT_UInt64, np.uint64, 2**64 - 1),
        (gdal.GDT_UInt32, np.uint32, 2**32 - 1),
    ],
)
def test_whole_numbers_of_every_width_keep_their_sign_and_their_nodata(folder, backend, code, kind, nodata):
    """rasterio 1.3 takes signed numbers of eight bytes for unsigned ones."""
    found = facts(typed(folder / "w.tif", np.array([[nodata, 2, 3, 5]] * 3, dtype=kind), code, nodata), backend)
    assert found.x_mean == pytest.approx(10 / 3)
    assert found.x_support == pytest.approx(0.75)
    if kind == np.int64:
        assert facts(typed(folder / "s.tif", np.full((3, 4), -7, dtype=kind), code, None), backend).x_mean == -7


@pytest.mark.skipif(hasattr(gdal, "GDT_Int8"), reason="signed bytes are a number type of their own there")
def test_signed_bytes_are_signed_in_both_back_ends(folder, backend):
    bits = np.array([[-128, -5, 2, 3]] * 3, dtype=np.int8).view(np.uint8)
    path = typed(folder / "b.tif", bits, gdal.GDT_Byte, -128, ["PIXELTYPE=SIGNEDBYTE"])
    assert facts(path, backend).x_mean == pytest.approx(0.0)
    assert facts(path, backend).x_support == pytest.approx(0.75)


def test_nodata_is_compared_in_the_precision_of_its_own_band(folder, backend):
    """Read beside a band of eight bytes, 0.1 of four bytes is 0.10000000149."""
    sources = []
    for kind in (np.float32, np.float64):
        values = np.array([0.1, 2, 3, 5] * 3, dtype=kind).reshape(1, 3, 4)
        sources.append(write(folder / f"{kind.__name__}.tif", values, nodata=0.1))
    gdal.BuildVRT(str(folder / "both.vrt"), sources, separate=True)
    found = facts(str(folder / "both.vrt"), backend)
    assert (found.x_b1_support, found.x_b2_support) == (0.75, 0.75)


def test_a_raster_inside_another_file_is_taken_by_its_name(folder, backend):
    path = folder / "库.gpkg"
    gdal.Translate(str(path), write(folder / "n.tif", NUMBERS.astype(np.uint8)), format="GPKG")
    spec = f"GPKG:{path}:库"
    assert facts(spec, backend).x_mean == pytest.approx(5.5)
    assert facts(f"{spec}#1", backend).x_mean == pytest.approx(5.5)


def test_a_file_of_several_rasters_names_them(folder, backend):
    path = folder / "two.gpkg"
    source = write(folder / "n.tif", NUMBERS.astype(np.uint8))
    gdal.Translate(str(path), source, format="GPKG", creationOptions=["RASTER_TABLE=height"])
    gdal.Translate(str(path), source, format="GPKG", creationOptions=["RASTER_TABLE=cover", "APPEND_SUBDATASET=YES"])
    with pytest.raises(InputError) as caught:
        facts(str(path), backend)
    assert caught.value.code == "RASTER_WITHOUT_BANDS"
    named = str(caught.value.values["inside"]).split(", ")
    assert [facts(name, backend).x_mean for name in named] == [pytest.approx(5.5)] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="names that are forbidden there")
@pytest.mark.parametrize("name", ["a?b.tif", "a#2|c.tif", "50%20 & c!d.tif", "Z:lot.tif"])
def test_a_file_may_have_any_name(folder, backend, name):
    shutil.copy(write(folder / "n.tif", NUMBERS), folder / name)
    assert facts(str(folder / name), backend).x_mean == pytest.approx(5.5)
    assert facts(f"{folder / name}#1", backend).x_mean == pytest.approx(5.5)


@pytest.mark.parametrize(
    "spec", ["empty.tif", "", 'NETCDF:"missing.nc":height', "/vsizip/missing.zip/n.tif", "zip+file://no"]
)
def test_why_a_file_cannot_be_opened_is_told_by_both_back_ends(folder, backend, spec):
    (folder / "empty.tif").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        open_raster(str(folder / spec) if spec == "empty.tif" else spec, "x", CGCS_39, backend=backend)
    assert caught.value.code == "RASTER_FORMAT"
    assert caught.value.values["reason"] not in {"", "unknown"}


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be written there")
def test_a_file_that_is_written_while_it_is_read_is_one_clear_error(folder, backend):
    """Uncompressed, every mixture of old and new rows can be read."""
    values = np.ones((1, 640, 64))
    path = write(folder / "d.tif", values)
    with closing(open_bands(path, backend)) as reader:
        assert reader.read_rows(0, 10)[0].mean() == 1
        Path(path).write_bytes(Path(write(folder / "new.tif", values * 7)).read_bytes())
        os.utime(path, (1, 1))
        with pytest.raises(InputError) as caught:
            reader.read_rows(300, 340)
    assert caught.value.code == "RASTER_CHANGED"
    assert caught.value.values["path"] == path


def test_a_raster_that_is_a_folder_may_get_more_files_while_it_is_read(folder, backend):
    path = write(folder / "d.tif", NUMBERS)
    with closing(open_bands(path, backend)) as reader:
        reader.facts = dataclasses.replace(reader.facts, path=str(folder))
        reader._state = reading._state_of(reader.facts)
        (folder / "d.tif.aux.xml").write_text("<PAMDataset/>", encoding="utf-8")
        assert reader.read_rows(0, 3)[0].mean() == pytest.approx(5.5)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file keeps its name there")
def test_a_new_file_under_the_same_name_leaves_the_reading_of_the_old_one_alone(folder, backend):
    path = write(folder / "d.tif", np.ones((1, 640, 64)))
    with closing(open_bands(path, backend)) as reader:
        Path(write(folder / "new.tif", np.full((1, 640, 64), 7.0))).replace(path)
        assert reader.read_rows(0, 640)[0].mean() == 1
        Path(path).unlink()
        assert reader.read_rows(0, 640)[0].mean() == 1


def test_a_file_cut_short_is_told_once(folder, backend, capfd):
    """GDAL would print three lines of its own for every thread that reads."""
    path = write(folder / "c.tif", np.random.default_rng(3).random((1, 640, 640)), options=("COMPRESS=DEFLATE",))
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])
    capfd.readouterr()
    with pytest.raises(InputError) as caught, closing(open_bands(path, backend)) as reader:
        reader.read_rows(0, 640)
    assert caught.value.code == "RASTER_UNREADABLE"
    assert not str(caught.value.values["reason"]).startswith("Read or write failed")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("scale", "offset"), [(0.0, 0.0), (0.0, 5.0), (np.nan, 0.0), (2.0, np.inf)])
def test_a_factor_that_is_none_makes_no_heights(folder, backend, scale, offset):
    """Of a factor of 0, all slopes would be 0, and every stand flat."""
    path = str(scaled(folder / "s.tif", NUMBERS, scale, offset))
    raster = open_raster(path, "dem", CGCS_39, backend=backend)
    with closing(raster.reader):
        assert raster.reader.read_rows(0, 3)[0].tolist() == NUMBERS.tolist()
