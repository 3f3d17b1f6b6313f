"""Every failure is one line that says what is wrong, where, and what to do; and leaves nothing half-written."""

import os
import re
import subprocess

import pytest
from osgeo import ogr

from .layers import stand, write_stands


@pytest.fixture
def folder(tmp_path):
    """A folder whose name has Chinese letters and a space."""
    folder = tmp_path / "三明 数据"
    folder.mkdir()
    return folder


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_missing_file(command, folder):
    finished = command("assess", folder / "none.shp", "--out", folder / "r.gpkg")
    assert finished.failure == (3, "INPUT_NOT_FOUND")
    assert left_in(folder) == []


def test_missing_file_is_told_in_chinese(command, folder):
    finished = command("assess", folder / "none.shp", "--out", folder / "r.gpkg", language="zh")
    assert finished.failure == (3, "INPUT_NOT_FOUND")
    assert left_in(folder) == []
    assert re.search("[\u4e00-\u9fff]{4}", finished.last_line)


def test_not_a_vector_file(command, folder):
    (folder / "a.shp").write_bytes(b"nothing")
    finished = command("assess", folder / "a.shp", "--out", folder / "r.gpkg")
    assert finished.failure == (3, "INPUT_PART_MISSING")
    assert left_in(folder) == ["a.shp"]


def test_empty_layer(command, folder):
    write_stands(folder / "s.gpkg", [])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    assert finished.failure == (3, "LAYER_EMPTY")
    assert left_in(folder) == ["s.gpkg"]


def test_no_crs_names_the_likely_one(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)], epsg=None)
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    assert finished.failure == (3, "CRS_MISSING")
    assert left_in(folder) == ["s.gpkg"]
    assert "4527" in finished.last_line


def test_points_instead_of_polygons(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)], ["POINT(39536000 2955000)"], kind=ogr.wkbPoint)
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    assert finished.failure == (3, "NOT_POLYGONS")
    assert left_in(folder) == ["s.gpkg"]


def test_target_in_a_folder_that_is_not_there(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "no" / "r.gpkg")
    assert finished.failure == (4, "OUTPUT_NOT_WRITABLE")
    assert left_in(folder) == ["s.gpkg"]


def test_target_that_cannot_be_written(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", "/proc/r.gpkg")
    assert finished.failure == (4, "OUTPUT_NOT_WRITABLE")
    assert left_in(folder) == ["s.gpkg"]


def test_existing_target_is_kept(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    (folder / "r.gpkg").write_bytes(b"precious")
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    assert finished.failure == (4, "OUTPUT_EXISTS")
    assert left_in(folder) == ["r.gpkg", "s.gpkg"]
    assert (folder / "r.gpkg").read_bytes() == b"precious"


def test_overwrite_replaces_it(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    (folder / "r.gpkg").write_bytes(b"old")
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--overwrite")
    assert finished.status == 0, finished.err
    assert (folder / "r.gpkg").stat().st_size > 10_000


def test_a_failed_overwrite_keeps_the_old_result(command, folder):
    write_stands(folder / "s.gpkg", [])
    (folder / "r.gpkg").write_bytes(b"precious")
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--overwrite")
    assert finished.failure == (3, "LAYER_EMPTY")
    assert left_in(folder) == ["r.gpkg", "s.gpkg"]
    assert (folder / "r.gpkg").read_bytes() == b"precious"


@pytest.fixture(params=["200k", "700k", "1500k"])
def small_disk(request, tmp_path):
    """A disk that is full at once, while rows go in, or at the end."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.long
def test_full_disk(command, folder, small_disk):
    write_stands(folder / "s.gpkg", [stand(number) for number in range(1, 2500)])
    finished = command("assess", folder / "s.gpkg", "--out", small_disk / "r.gpkg")
    assert finished.failure == (4, "DISK_FULL")
    assert left_in(small_disk) == []


def test_wrong_ending(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.shp")
    assert finished.failure == (2, "OUTPUT_FORMAT")
    assert left_in(folder) == ["s.gpkg"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("assess",), ("nonsense",), ("assess", "s.gpkg", "--out", "r.gpkg", "--raster", "canopy")],
)
def test_wrong_usage(command, folder, arguments):
    finished = command(*arguments, cwd=None)
    assert finished.failure == (2, "USAGE")
    assert left_in(folder) == []


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2020-12-31/2016-01-01", "PERIOD_REVERSED"),
        ("2016-01-01/2999-12-31", "PERIOD_IN_FUTURE"),
        ("2016", "PERIOD_INVALID"),
        ("2016-01-01/soon", "PERIOD_INVALID"),
    ],
)
def test_wrong_period(command, folder, period, code):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--period", period)
    assert finished.failure == (2, code)
    assert left_in(folder) == ["s.gpkg"]


def test_unknown_survey_method(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--survey-method", "guess")
    assert finished.failure == (2, "SURVEY_METHOD_UNKNOWN")
    assert left_in(folder) == ["s.gpkg"]


def test_two_rasters_of_one_name(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command(
        "assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--raster", "a=x.tif", "--raster", "A=y.tif"
    )
    assert finished.failure == (2, "RASTER_NAME_TWICE")
    assert left_in(folder) == ["s.gpkg"]


def test_missing_raster(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--raster", f"a={folder / 'none.tif'}")
    assert finished.failure == (3, "RASTER_MISSING")
    assert left_in(folder) == ["s.gpkg"]


@pytest.mark.long
def test_explain_unknown_stand(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    assert command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg").status == 0
    finished = command("explain", folder / "r.gpkg", "nobody")
    assert finished.failure == (3, "STAND_NOT_FOUND")
    assert left_in(folder) == ["r.gpkg", "s.gpkg"]
