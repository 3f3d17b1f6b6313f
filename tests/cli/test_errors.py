"""Every failure is one line that says what is wrong, where, and what to do; and leaves nothing half-written."""

import os
import re
import subprocess

import pytest
from osgeo import ogr

from .layers import stand, write_stands

LINE = re.compile(r"^error\[[A-Z0-9_]+\]: \S.*[.。]$")


@pytest.fixture
def folder(tmp_path):
    """A folder whose name has Chinese letters and a space."""
    folder = tmp_path / "三明 数据"
    folder.mkdir()
    return folder


def fails(finished, code, status, folder, left=()):
    assert finished.status == status, finished.err
    assert LINE.match(finished.last_line), finished.last_line
    assert finished.last_line.startswith(f"error[{code}]: ")
    assert "Traceback" not in finished.err
    assert sorted(path.name for path in folder.iterdir()) == sorted(left)


def test_missing_file(command, folder):
    fails(command("assess", folder / "none.shp", "--out", folder / "r.gpkg"), "INPUT_NOT_FOUND", 3, folder)


def test_missing_file_is_told_in_chinese(command, folder):
    finished = command("assess", folder / "none.shp", "--out", folder / "r.gpkg", language="zh")
    fails(finished, "INPUT_NOT_FOUND", 3, folder)
    assert re.search("[\u4e00-\u9fff]{4}", finished.last_line)


def test_not_a_vector_file(command, folder):
    (folder / "a.shp").write_bytes(b"nothing")
    finished = command("assess", folder / "a.shp", "--out", folder / "r.gpkg")
    assert finished.status == 3
    assert LINE.match(finished.last_line)
    assert [path.name for path in folder.iterdir()] == ["a.shp"]


def test_empty_layer(command, folder):
    write_stands(folder / "s.gpkg", [])
    fails(command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg"), "LAYER_EMPTY", 3, folder, ["s.gpkg"])


def test_no_crs_names_the_likely_one(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)], epsg=None)
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    fails(finished, "CRS_MISSING", 3, folder, ["s.gpkg"])
    assert "4527" in finished.last_line


def test_points_instead_of_polygons(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)], ["POINT(39536000 2955000)"], kind=ogr.wkbPoint)
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    fails(finished, "NOT_POLYGONS", 3, folder, ["s.gpkg"])


def test_target_in_a_folder_that_is_not_there(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "no" / "r.gpkg")
    fails(finished, "OUTPUT_NOT_WRITABLE", 4, folder, ["s.gpkg"])


def test_target_that_cannot_be_written(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", "/proc/r.gpkg")
    fails(finished, "OUTPUT_NOT_WRITABLE", 4, folder, ["s.gpkg"])


def test_existing_target_is_kept(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    (folder / "r.gpkg").write_bytes(b"precious")
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    fails(finished, "OUTPUT_EXISTS", 4, folder, ["r.gpkg", "s.gpkg"])
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
    fails(finished, "LAYER_EMPTY", 3, folder, ["r.gpkg", "s.gpkg"])
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
    fails(finished, "DISK_FULL", 4, small_disk)


def test_wrong_ending(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    fails(command("assess", folder / "s.gpkg", "--out", folder / "r.shp"), "OUTPUT_FORMAT", 2, folder, ["s.gpkg"])


@pytest.mark.parametrize(
    "arguments",
    [(), ("assess",), ("nonsense",), ("assess", "s.gpkg", "--out", "r.gpkg", "--raster", "canopy")],
)
def test_wrong_usage(command, folder, arguments):
    fails(command(*arguments, cwd=None), "USAGE", 2, folder)


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
    fails(finished, code, 2, folder, ["s.gpkg"])


def test_unknown_survey_method(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--survey-method", "guess")
    fails(finished, "SURVEY_METHOD_UNKNOWN", 2, folder, ["s.gpkg"])


def test_two_rasters_of_one_name(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command(
        "assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--raster", "a=x.tif", "--raster", "A=y.tif"
    )
    fails(finished, "RASTER_NAME_TWICE", 2, folder, ["s.gpkg"])


def test_missing_raster(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg", "--raster", f"a={folder / 'none.tif'}")
    assert finished.status == 3
    assert LINE.match(finished.last_line)


@pytest.mark.long
def test_explain_unknown_stand(command, folder):
    write_stands(folder / "s.gpkg", [stand(1)])
    assert command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg").status == 0
    fails(command("explain", folder / "r.gpkg", "nobody"), "STAND_NOT_FOUND", 3, folder, ["r.gpkg", "s.gpkg"])
