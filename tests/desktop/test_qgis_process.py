"""``qgis_process`` in a profile with the plugin: one algorithm of each kind, one after another, in Chinese."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
from contextlib import closing

import pytest
from profiles import PACKAGE, Profile, environment

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]
CODE = re.compile(r"\b[A-Z]{2,}(?:_[A-Z0-9]+)+\b")
TARGETS = "measure,area_unit,year_from,year,amount,unit,source\npine_transform,350428,2026,2028,100,ha,林业局\n"


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    made = Profile(tmp_path_factory.mktemp("进程 profile"), "zh-Hans")
    made.install_from_clone()
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("三明 输出")
    (made / "targets.csv").write_text(TARGETS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def run(profile, folder):
    """Runs an algorithm with ``--json``; each output is named after its algorithm."""
    sample = profile.plugins / PACKAGE / "resources" / "sample"
    columns = {name for path in sample.glob("*.gpkg") for name in _columns(path)}

    def one(name, target, **asked):
        asked["OUTPUT"] = str(folder / target)
        options = ["--{}={}".format(key, value) for key, value in asked.items()]
        done = profile.run_qgis_process("--json", "run", "sanmingcarbon:" + name, *options)
        assert done.returncode == 0, done.stderr[-2000:]
        assert "Traceback" not in done.stderr
        answer = json.loads(done.stdout[done.stdout.index("{") :])
        assert answer["results"]["OUTPUT"] == str(folder / target)
        told = "\n".join(str(line) for line in answer.get("log", {}).get("info", []))
        assert not set(CODE.findall(told)) - columns, told
        return answer["results"]

    one.sample = sample
    return one


def _columns(path):
    """What the columns of the user's own layers are called: words of theirs, not codes of ours."""
    with closing(sqlite3.connect(path)) as opened:
        tables = opened.execute("SELECT table_name FROM gpkg_contents").fetchall()
        return [
            name for (table,) in tables for (name,) in opened.execute("SELECT name FROM pragma_table_info(?)", [table])
        ]


def _count(path, table):
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute("SELECT count(*) FROM " + table).fetchone()[0]


@pytest.fixture(scope="module")
def result(run, folder):
    sample = run.sample
    run("assess", "结果.gpkg", STANDS=sample / "stands.gpkg", RASTERS=sample / "dem.tif", RASTER_NAMES="dem",
        EARLIER=sample / "stands_2015.gpkg", PERIOD_START="2016-01-01", PERIOD_END="2020-12-31",
        CREDITED=sample / "credited.gpkg", TENURE=sample / "tenure.gpkg")  # fmt: skip
    return folder / "结果.gpkg"


def test_a_shapefile_in_gbk_is_checked(run, folder):
    (shape,) = (run.sample / "gbk").glob("*.shp")
    found = run("check", "问题.gpkg", STANDS=shape)
    assert found["ISSUES_COUNT"] == _count(folder / "问题.gpkg", "issues") > 0


def test_carbon_and_statistics(run, folder):
    found = run("carbonstock", "储量.gpkg", STANDS=run.sample / "stands.gpkg")
    assert found["STANDS_COUNT"] == _count(folder / "储量.gpkg", "stands")
    run("zonal", "统计.csv", STANDS=run.sample / "stands.gpkg", RASTERS=run.sample / "dem.tif", RASTER_NAMES="dem")
    assert (folder / "统计.csv").stat().st_size > 1000


def test_tickets(run, result, folder):
    found = run("ticketeligibility", "碳票.gpkg", RESULT=result)
    assert found["YES_COUNT"] > 0
    run("doublecount", "重复.gpkg", STANDS=run.sample / "stands.gpkg", CREDITED=run.sample / "credited.gpkg",
        PERIOD_START="2016-01-01", PERIOD_END="2020-12-31")  # fmt: skip
    assert _count(folder / "重复.gpkg", "parts") > 0


def test_a_plan_with_the_solver_in_its_own_process(run, result, folder):
    found = run("plan", "规划.gpkg", RESULT=result, TARGETS=folder / "targets.csv", GAP=0.05)
    assert found["PARCELS"] == _count(folder / "规划.gpkg", "plan") > 0


def test_maps_and_field_package(run, result, folder):
    found = run("exportmaps", "图.pdf", RESULT=result, LEVEL=2)
    assert found["PAGES_COUNT"] == 1
    run("fieldsample", "清单.gpkg", RESULT=result, VISITS=12, SEED=1)
    run("fieldpackage", "外业包", RESULT=result, LIST=folder / "清单.gpkg", CELL=50)
    assert (folder / "外业包" / "field.qgz").exists()


def test_parameters_from_a_file(profile, run, folder):
    """As other programs call it: one JSON object on the standard input."""
    asked = {"inputs": {"STANDS": str(run.sample / "stands.gpkg"), "GROWTH": True, "OUTPUT": str(folder / "碳汇.gpkg")}}
    done = subprocess.run(
        ["qgis_process", "run", "sanmingcarbon:sink", "-"], input=json.dumps(asked), text=True, capture_output=True,
        timeout=240, check=False, env=_env(profile),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert _count(folder / "碳汇.gpkg", "stands") > 1000


def _env(profile):
    own = {"QGIS_CUSTOM_CONFIG_PATH": str(profile.folder), "QT_QPA_PLATFORM": "offscreen"}
    return os.environ | environment() | own
