"""In the middle of a run a layer goes, a second run is begun, it is cancelled, QGIS is closed: nothing is lost."""

from __future__ import annotations

import shutil

import pytest
from osgeo import ogr
from profiles import REPOSITORY, assert_went_through, clicked_through

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.field_package import PackageRequest, field_package
from sanming_carbon_plugin.adapters.jobs.field_sample import field_sample
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.desktop, pytest.mark.slow]

SAMPLE = REPOSITORY / "resources" / "sample"
KINDS = ("assess", "plan", "fieldmerge", "exportmaps")
KEPT_SHEETS = ".pdf.pages"
"""A map set that was stopped keeps its finished sheets and goes on with them when it is asked for again."""
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2028,200,ha,made\ntending,350428,2026,2028,60,ha,made\n"
    "reserve_forest,350428,2026,2028,100,ha,made\npine_transform,350428199,2026,2027,90,ha,made\n"
)
SURVEYORS, VISITS = 6, 150


@pytest.fixture(scope="module")
def inputs(tmp_path_factory, qgis_app):
    """A result with a target table, and field packages that came back."""
    folder = tmp_path_factory.mktemp("三明 输入")
    result, listed = folder / "结果.gpkg", folder / "清单.gpkg"
    rasters = (("dem", str(SAMPLE / "dem.tif")),)
    assess(AssessRequest(LayerSource(str(SAMPLE / "stands.gpkg")), result, rasters), Progress())
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    field_sample(result, listed, VISITS, 1, Progress())
    field_package(PackageRequest(result, listed, folder / "外业包", language="zh"), Progress())
    for number in range(SURVEYORS):
        copy = folder / "带回" / "组 {}".format(number)
        shutil.copytree(folder / "外业包", copy)
        opened = ogr.Open(str(copy / "field.gpkg"), 1)
        layer = opened.GetLayerByName("stands_to_check")
        for row in list(layer)[number::SURVEYORS]:
            row["verdict"], row["surveyor"], row["survey_date"] = "wrong", "组 {}".format(number), "2026-11-20"
            row["closure"] = 0.55
            layer.SetFeature(row)
        del layer, opened
    return folder


@pytest.fixture(scope="module", params=KINDS)
def runs(request, inputs, tmp_path_factory):
    work = tmp_path_factory.mktemp("三明 " + request.param)
    given = {"SANMING_INPUTS": str(inputs), "SANMING_KIND": request.param}
    answer, results = clicked_through("runs_in_qgis.py", work, "zh-Hans", "runs", timeout_s=220, shots=work, **given)
    assert "error" not in answer, answer["error"]
    return request.param, answer, results


def _finished(results):
    return {path.name.partition(".")[0] for path in results.iterdir() if path.suffix in (".gpkg", ".pdf")}


def test_the_runs_go_through_and_qgis_leaves_without_a_crash(runs):
    _, answer, _ = runs
    assert answer["first"] == ["done"]
    assert answer["middle"]
    assert_went_through(answer)


def test_qgis_asks_about_the_run_and_about_nothing_else(runs):
    kind, answer, _ = runs
    if kind == "assess":
        (question,) = answer["asked"]
        assert question.count("•") == 1


def test_a_layer_that_is_removed_meanwhile_does_no_harm(runs):
    """What the run needs it has taken before it begins."""
    _, answer, results = runs
    assert answer["removed"] == [True, "done"]
    assert "二" in _finished(results)


def test_a_second_run_meanwhile_loses_neither(runs):
    _, answer, results = runs
    assert answer["button_waits"]
    assert answer["second"] == [True, ["done"], ["done"]]
    assert {"三", "四"} <= _finished(results)


def test_cancel_answers_within_two_seconds_and_leaves_nothing(runs):
    kind, answer, results = runs
    # QGIS's dialog makes no difference between a failure and a cancel.
    assert answer["cancelled"] == [True, "cancelled" if kind == "assess" else "failed"]
    assert "五" not in _finished(results)
    assert answer["cancel_s"] <= 2.0
    assert [name for name in answer["left_by_cancel"] if not name.endswith(KEPT_SHEETS)] == []


def test_closing_qgis_leaves_what_was_finished_and_nothing_else(runs):
    kind, answer, results = runs
    assert _finished(results) == {"一", "二", "三", "四"}
    assert set(answer["hashes"].items()) <= set(answer["before_closing"].items())
    left = {path.name for path in results.iterdir() if not path.name.endswith(("-wal", "-shm", KEPT_SHEETS))}
    assert left == {each + (".pdf" if kind == "exportmaps" else ".gpkg") for each in "一二三四"}
