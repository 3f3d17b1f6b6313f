"""The zip that users get, in a profile that knows nothing else."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import zipfile

import pytest
from profiles import PACKAGE, REPOSITORY, Profile

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]

ARCHIVE = REPOSITORY / "build" / "{}.zip".format(PACKAGE)
LARGEST_BYTES = 25 << 20
BUILT = {"__pycache__", ".sanming_coverage"}


@pytest.fixture(scope="module")
def archive():
    """The zip, as ``make test`` has made it before; made now where only this file is run."""
    if not ARCHIVE.exists():
        subprocess.run(["make", "-s", "package"], cwd=REPOSITORY, check=True)
    return ARCHIVE


@pytest.fixture(scope="module")
def profile(archive, tmp_path_factory):
    made = Profile(tmp_path_factory.mktemp("空 profile"), "zh-Hans")
    made.install_zip(archive)
    return made


def test_the_zip_is_what_the_plugin_site_takes(archive):
    assert archive.stat().st_size <= LARGEST_BYTES
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        metadata = opened.read("{}/metadata.txt".format(PACKAGE)).decode("utf-8")
    assert {name.split("/")[0] for name in names} == {PACKAGE}
    inside = {name.removeprefix(PACKAGE + "/") for name in names}
    assert {"__init__.py", "metadata.txt", "LICENSE", "i18n/sanming_carbon_plugin_zh.qm"} <= inside
    assert any(name.startswith("resources/help/zh/") for name in inside)
    for bad in (".pyc", "__pycache__", ".git", "tests/", ".so", ".exe"):
        assert not [name for name in inside if bad in name], bad
    for key in ("name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker"):
        assert "\n{}=".format(key) in metadata
    assert "qgisMaximumVersion=4.99" in metadata
    icon = next(line.split("=", 1)[1] for line in metadata.splitlines() if line.startswith("icon="))
    assert icon in inside


def test_assess_runs_from_the_installed_zip(profile, tmp_path):
    out = tmp_path / "结果 1.gpkg"
    sample = profile.plugins / PACKAGE / "resources" / "sample"
    done = profile.run_qgis_process(
        "--json",
        "run",
        "sanmingcarbon:assess",
        "--STANDS={}".format(sample / "stands.gpkg"),
        "--RASTERS={}".format(sample / "dem.tif"),
        "--RASTER_NAMES=dem",
        "--OUTPUT={}".format(out),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    assert answer["results"]["OUTPUT"] == str(out)
    with sqlite3.connect(out) as opened:
        assert opened.execute("SELECT count(*) FROM stands").fetchone()[0] == answer["results"]["STANDS_COUNT"]


def test_a_failure_ends_qgis_process_with_one_clear_line_in_chinese(profile, tmp_path):
    out = tmp_path / "out.gpkg"
    out.write_bytes(b"mine")
    sample = profile.plugins / PACKAGE / "resources" / "sample"
    done = profile.run_qgis_process(
        "run", "sanmingcarbon:assess", "--STANDS={}".format(sample / "stands.gpkg"), "--OUTPUT={}".format(out)
    )
    assert done.returncode != 0
    assert "已存在" in done.stderr
    assert "[OUTPUT_EXISTS]" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert out.read_bytes() == b"mine"


def test_with_the_systems_own_libraries_it_runs_or_says_what_to_install(profile, tmp_path):
    """As on a machine where nothing was installed for us: Debian 12 has a shapely that is too old."""
    out = tmp_path / "out.gpkg"
    sample = profile.plugins / PACKAGE / "resources" / "sample"
    done = profile.run_qgis_process(
        "run",
        "sanmingcarbon:check",
        "--STANDS={}".format(sample / "stands.gpkg"),
        "--OUTPUT={}".format(out),
        PYTHONPATH="",
    )
    told = done.stdout + done.stderr
    assert "Traceback" not in told
    if done.returncode == 0:
        assert out.exists()
    else:
        assert "shapely" in told
        assert "版本过旧" in told
        assert "pip install" in told
        assert not out.exists()
