"""Planning in QGIS: the solver works in another process and a cancel ends it."""

from __future__ import annotations

import time

import pytest
from made_results import SAMPLE
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.solver_process import QtWorker, python_beside, worker_here
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.qgis
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2028,200,ha,made\ntending,350428,2026,2028,60,ha,made\n"
    "reserve_forest,350428,2026,2028,100,ha,made\npine_transform,350428199,2026,2027,90,ha,made\n"
)


class CancelSoon(QgsProcessingFeedback):
    """Presses cancel once the choice has begun and a moment has passed."""

    def __init__(self):
        super().__init__()
        self.since = None

    def setProgressText(self, text):  # noqa: N802
        if "Choosing" in text or "选择地块" in text:
            self.since = time.monotonic()

    def isCanceled(self):  # noqa: N802
        return self.since is not None and time.monotonic() - self.since > 1.5


def run(name, parameters, feedback=None):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.run(parameters, context, feedback or QgsProcessingFeedback(), {}, False)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("plan") / "result.gpkg"
    rasters = (("dem", str(SAMPLE / "dem.tif")),)
    assess(AssessRequest(LayerSource(str(SAMPLE / "stands.gpkg")), out, rasters), Progress())
    return out


@pytest.fixture
def result(provider, made):
    return made


@pytest.fixture
def targets(tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text(TARGETS, encoding="utf-8")
    return path


def test_what_is_to_be_the_best_is_chosen_in_words_and_weights_go_before(provider):
    algorithm = provider.algorithm("plan")
    aims = algorithm.parameterDefinition("AIM")
    assert len(aims.options()) == 3
    assert not set(aims.options()) & set(algorithm.AIMS)
    context = QgsProcessingContext()

    def asked(**parameters):
        for name, value in parameters.items():
            assert algorithm.parameterDefinition(name).checkValueIsAcceptable(value, context), name
        return algorithm._benefit(parameters, context)

    assert [asked(AIM=0), asked(AIM=1), asked(AIM=2), asked()] == ["carbon", "infestation", "cost", "carbon"]
    assert asked(BENEFIT="cost") == "cost"  # as models of before say it
    assert asked(AIM=1, BENEFIT="carbon=1;cost=0.001") == "carbon=1;cost=0.001"


@pytest.mark.long
def test_plan_progress_and_comparison(result, targets, tmp_path):
    assert worker_here() is QtWorker
    outs = []
    for benefit in ("carbon", "cost"):
        out = tmp_path / f"{benefit}.gpkg"
        found, done = run("plan", {"RESULT": str(result), "TARGETS": str(targets), "OUTPUT": str(out),
                                   "BENEFIT": benefit, "GAP": 0.02, "SCENARIO": benefit})  # fmt: skip
        assert done
        assert found["PARCELS"] == len(read_geopackage_table(out, "plan")) > 0
        assert found["GAP_FOUND"] <= 0.02
        outs.append(out)
    kept = read_geopackage_table(outs[0], "plan").set_index("stand_key")
    cuts = kept.index[kept["technique"] == "clear_cut"]
    out, layer = tmp_path / "later.gpkg", f"{outs[0]}|layername=plan"
    found, done = run("plan", {"RESULT": str(result), "TARGETS": str(targets), "OUTPUT": str(out), "GAP": 0.02,
                               "OPENINGS": [layer], "MIN_PATCH": 2.0, "NODES": 0})  # fmt: skip
    assert done
    assert not set(cuts) & set(read_geopackage_table(out, "plan")["stand_key"])
    told = read_geopackage_table(out, "plan_run").iloc[0]
    assert '"openings": [{' in told["inputs"]
    found, done = run("comparescenarios", {"PLAN_FIRST": str(outs[0]), "PLAN_SECOND": str(outs[1]),
                                           "OUTPUT": str(tmp_path / "c.gpkg")})  # fmt: skip
    assert done
    assert found["STANDS_DIFFERING"] > 0
    found, done = run("targetprogress", {"RESULT": str(result), "TARGETS": str(targets),
                                         "OUTPUT": str(tmp_path / "p.gpkg")})  # fmt: skip
    assert done
    assert found["TARGETS_MET"] == 0


@pytest.mark.long
def test_cancel_ends_the_solver(result, targets, tmp_path):
    out, feedback = tmp_path / "p.gpkg", CancelSoon()
    run("plan", {"RESULT": str(result), "TARGETS": str(targets), "OUTPUT": str(out), "GAP": 0.0,
                 "NODES": 10_000_000}, feedback)  # fmt: skip
    assert feedback.since is not None
    assert time.monotonic() - feedback.since < 3.5
    assert not out.exists()


def test_python_beside_the_program(tmp_path):
    folder = tmp_path / "QGIS 三明" / "apps" / "Python312"
    folder.mkdir(parents=True)
    (folder / "python3.exe").write_bytes(b"")
    assert python_beside(str(tmp_path / "bin" / "qgis-bin.exe"), str(folder)) == str(folder / "python3.exe")
    own = folder / "python.exe"
    own.write_bytes(b"")
    assert python_beside(str(own), str(folder)) == str(own)
