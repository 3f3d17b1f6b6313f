"""While maps and papers are drawn the window of QGIS stays alive, and cancel is heard in the middle of a sheet."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from osgeo import ogr
from profiles import HERE, REPOSITORY, assert_went_through, clicked_through
from stalls import longest

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress

sys.path.append(str(HERE.parent / "adapters" / "dossier"))

from made_application import made_application

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]

AIM_S, LONGEST_CANCEL_S = 0.2, 2.0
PARCELS = 3
TIMES_OVER = 8
MADE = {
    "map_set": "图集.pdf",
    "county_sheet": "县.pdf",
    "web_map": "网页.html",
    "work_design": "作业设计/work_design.pdf",
    "dossier": "申请/dossier/parcel_maps_zh.pdf",
    "target_map": "结果_measure.pdf",
}


def _many_times_over(result: Path, target: Path) -> None:
    """A result whose stands lie many times over each other, so that one sheet takes the fastest machine seconds."""
    shutil.copyfile(result, target)
    made = ogr.Open(str(target), update=1)
    stands = made.GetLayerByName("stands")
    keys = stands.GetLayerDefn().GetFieldIndex("stand_key")
    once = list(stands)
    made.StartTransaction()
    for time in range(1, TIMES_OVER):
        for stand in once:
            again = stand.Clone()
            again.SetFID(ogr.NullFID)
            again.SetField(keys, f"{stand.GetField(keys)}-{time}")
            assert stands.CreateFeature(again) == ogr.OGRERR_NONE
    made.CommitTransaction()


@pytest.fixture(scope="module")
def exported(tmp_path_factory, qgis_app):
    inputs = tmp_path_factory.mktemp("三明 输入")
    result = inputs / "结果.gpkg"
    assess(AssessRequest(LayerSource(str(REPOSITORY / "resources" / "sample" / "stands.gpkg")), result), Progress())
    _many_times_over(result, inputs / "多.gpkg")
    made_application(inputs / "申请")
    with closing(sqlite3.connect(result)) as database:
        asked = "SELECT stand_key FROM stands WHERE measure = 'pine_transform' LIMIT ?"
        keys = ";".join(row[0] for row in database.execute(asked, (PARCELS,)))
    work = tmp_path_factory.mktemp("三明 图")
    given = {"SANMING_INPUTS": str(inputs), "SANMING_KEYS": keys, "SANMING_DAY_LIMIT_S": "240"}
    answer, results = clicked_through(
        "maps_in_qgis.py", work, "zh-Hans", "maps", timeout_s=280, shots=work, screen="1400x900", **given
    )
    assert_went_through(answer)
    return answer, {path for folder in (inputs, results) for path in folder.rglob("*")}


def test_all_of_them_are_there(exported):
    answer, files = exported
    assert set(answer["made"]) == set(MADE)
    for name in MADE.values():
        assert [path for path in files if path.as_posix().endswith("/" + name)], name


def test_a_map_of_very_many_stands_opens_in_the_designer(exported):
    answer, _ = exported
    assert len(answer["designed"]) == 2


def test_the_window_stays_alive_while_they_are_drawn(exported, record_property):
    answer, _ = exported
    record_property("stalls", answer["stalls"])
    assert max((stall["net_s"] for stall in answer["stalls"]), default=0.0) <= AIM_S, longest(answer["stalls"])


def test_cancel_is_heard_in_the_middle_of_a_sheet(exported):
    answer, files = exported
    assert answer["in_the_middle"]
    assert answer["cancel_s"] <= LONGEST_CANCEL_S
    left: set[Path] = {path for path in files if path.name.startswith("停") or path.name.endswith(".tmp")}
    assert {path.name for path in left} == {"停.pdf.pages"}
