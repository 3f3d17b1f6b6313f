"""Every algorithm of the toolbox hears a cancel within two seconds, early and half-way, and leaves nothing behind."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.check import check
from sanming_carbon_plugin.adapters.jobs.field_package import PackageRequest, field_package
from sanming_carbon_plugin.adapters.jobs.field_sample import field_sample
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.qgis_layers import read_qgis_layer
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

MOST_S = 2.0
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2028,200,ha,made\nreserve_forest,350428,2026,2028,100,ha,made\n"
)
KEPT = (".pages",)
"""A map set that was stopped keeps its finished sheets and goes on with them when it is asked for again."""
AT_ONCE = {"neutrality"}
"""Some sums of one form: there is no time to press a button."""


def _sample(name):
    return str(SAMPLE / name)


def _values(given):
    """Parameters by algorithm, without their targets; ``given`` is the folder with what others have made."""
    stands, earlier = {"STANDS": _sample("stands.gpkg")}, {"EARLIER": _sample("stands_2015.gpkg")}
    period = {"PERIOD_START": "2016-01-01", "PERIOD_END": "2020-12-31"}
    images = {"RASTERS": [_sample("composite_2020.tif")]}
    result, targets = {"RESULT": str(given / "结果.gpkg")}, {"TARGETS": str(given / "targets.csv")}
    two_dates = {"BEFORE": _sample("composite_2015.tif"), "AFTER": _sample("composite_2020.tif")}
    by_recipe = {
        "RASTERS": [*two_dates.values(), _sample("dem.tif")], "RASTER_NAMES": "s2015;s2020;dem",
        "RECIPE": str(resources_dir() / "recipes" / "sample.json"),
    }  # fmt: skip
    credited = {"CREDITED": [_sample("credited.gpkg")]}
    return {
        "application": result | {"HOLDER": "杉坑村集体"},
        "assess": stands | earlier | period | images | credited | {"TENURE": _sample("tenure.gpkg")},
        "carbonstock": stands,
        "check": stands,
        "classify": stands,
        "comparerules": stands,
        "comparescenarios": dict.fromkeys(("PLAN_FIRST", "PLAN_SECOND"), str(given / "plan.gpkg")),
        "dossier": {"APPLICATION": str(given / "申请")},
        "doublecount": stands | credited | period,
        "fieldsample": result | {"VISITS": 40},
        "fieldpackage": result | {"LIST": str(given / "清单.gpkg"), "BACKGROUND": images["RASTERS"], "CELL": 10.0},
        "fieldmerge": result | {"RETURNED": [str(given / "外业包" / "field.gpkg")]},
        "fitgrowth": stands,
        "evidence": stands | by_recipe,
        "exportmaps": result | {"LEVEL": 3},
        "neutrality": {"KIND": "pledge", "TONNES": 100},
        "pinewilt": stands | two_dates | {"BEFORE_DATE": "2015-12-20", "AFTER_DATE": "2020-12-20"},
        "plan": result | targets | {"GAP": 0.001},
        "predictspecies": stands | images,
        "products": {"HARVEST": str(given / "harvest.csv")},
        "project": stands | {"YEARS": "2030;2060"},
        "recheck": stands | {"ISSUES": str(given / "问题.gpkg")},
        "repairrings": stands,
        "report": result,
        "sink": stands | earlier | period | {"DRAWS": 2000},
        "targetprogress": result | targets,
        "tenurepieces": stands | {"TENURE": _sample("tenure.gpkg")},
        "ticketeligibility": result | {"PROFILE": "sanming_ticket_incremental"},
        "trainspecies": stands | images,
        "workdesign": result | {"PLAN": str(given / "plan.gpkg")},
        "zonal": stands | images,
    }


ENDINGS = {"exportmaps": ".pdf", "zonal": ".csv", "evidence": ".csv", "trainspecies": ".json", "neutrality": ".json"}
NAMES = sorted(_values(Path()))


class _Cancels(QgsProcessingFeedback):
    """Presses cancel when the bar has come to a percentage."""

    def __init__(self, percent: float) -> None:
        super().__init__(False)
        self.at = None
        self._percent = percent
        self.progressChanged.connect(self._look)

    def setProgressText(self, text):  # noqa: N802 - QGIS's name
        super().setProgressText(text)
        self._look(self.progress())

    def _look(self, percent):
        if percent >= self._percent and self.at is None:
            self.at = time.monotonic()
            self.cancel()


@pytest.fixture(scope="module")
def given(qgis_app, tmp_path_factory):
    folder = tmp_path_factory.mktemp("三明 given")
    result = folder / "结果.gpkg"
    request = AssessRequest(
        stands=LayerSource(_sample("stands.gpkg"), "stands"), out=result, rasters=(("dem", _sample("dem.tif")),),
        earlier=LayerSource(_sample("stands_2015.gpkg")), period="2016-01-01/2020-12-31",
        credited=(LayerSource(_sample("credited.gpkg")),), tenure=LayerSource(_sample("tenure.gpkg")),
    )  # fmt: skip
    assess(request, Progress())
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (folder / "harvest.csv").write_text("year,species_code,volume_m3\n2020,220,100\n", encoding="utf-8")
    field_sample(result, folder / "清单.gpkg", 40, 1, Progress())
    field_package(PackageRequest(result, folder / "清单.gpkg", folder / "外业包", language="zh"), Progress())
    layer = QgsVectorLayer(_sample("stands.gpkg"), "小班", "ogr")
    check(read_qgis_layer(layer), folder / "问题.gpkg", None, False, Progress())
    return folder


@pytest.fixture
def run(provider, given, tmp_path):
    """Runs an algorithm into a folder of its own and gives its results and what is new in it."""

    def started(name, feedback):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        values = _values(given)[name]
        if algorithm.parameterDefinition("OUTPUT") is not None:
            kind = algorithm.parameterDefinition("OUTPUT").type()
            ending = "" if kind == "folderDestination" else ENDINGS.get(name, ".gpkg")
            values = values | {"OUTPUT": str(tmp_path / ("结果 1" + ending))}
        if name == "dossier":
            values = {"APPLICATION": str(shutil.copytree(values["APPLICATION"], tmp_path / "申请"))}
        before = set(tmp_path.rglob("*"))
        found, _ = algorithm.run(values, context, feedback, {}, False)
        return found, sorted(path.name for path in set(tmp_path.rglob("*")) - before)

    return started


@pytest.fixture(scope="module")
def _made_by_others(given, qgis_app):
    """A plan and an application, that other algorithms begin with."""
    from sanming_carbon_plugin.processing.provider import SanmingCarbonProvider

    ours = SanmingCarbonProvider()
    QgsApplication.processingRegistry().addProvider(ours)
    for name, out in (("plan", "plan.gpkg"), ("application", "申请")):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
        values = _values(given)[name] | {"OUTPUT": str(given / out)} | ({"GAP": 0.05} if name == "plan" else {})
        algorithm.run(values, QgsProcessingContext(), QgsProcessingFeedback(), {}, False)
    QgsApplication.processingRegistry().removeProvider(ours)


def test_no_algorithm_is_left_out(provider):
    assert {each.name() for each in provider.algorithms()} == set(NAMES)


@pytest.mark.parametrize("percent", [0, 45])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("_made_by_others")
def test_cancel_is_heard_and_leaves_nothing(run, name, percent):
    feedback = _Cancels(percent)
    found, new = run(name, feedback)
    ended = time.monotonic()
    if feedback.at is None:  # through before the bar came that far
        assert name in AT_ONCE or percent
        return
    assert ended - feedback.at <= MOST_S
    assert not found.get("OUTPUT")
    assert [each for each in new if not each.endswith(KEPT) and Path(each).suffix not in (".pdf", ".json")] == []
