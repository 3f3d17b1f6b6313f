"""The algorithms on layers as QGIS has them, and what is left after cancel and failure."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from made_results import ROWS, SAMPLE
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant

pytestmark = pytest.mark.qgis


def _run(algorithm_id, parameters, feedback=None):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = feedback or QgsProcessingFeedback()
    results, done = algorithm.run(parameters, context, feedback, {}, False)
    assert done
    return results, context


def _rows(path: Path, table: str, columns: str = "count(*)"):
    with sqlite3.connect(path) as opened:
        return opened.execute("SELECT {} FROM {}".format(columns, table)).fetchall()


@pytest.mark.everywhere
def test_assess_on_a_memory_layer_gives_all_layers_of_the_contract(provider, small_layer, tmp_path):
    out = tmp_path / "三明 结果.gpkg"
    results, _ = _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(out)})
    assert results["OUTPUT"] == str(out)
    assert results["STANDS_COUNT"] == ROWS
    assert _rows(out, "stands") == [(ROWS,)]
    for table in ("issues", "summary", "run"):
        _rows(out, table)


def test_a_memory_layer_and_its_file_give_the_same_numbers(provider, small_layer, tmp_path):
    source_layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    source_layer.setSubsetString("fid <= {}".format(ROWS))
    _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(tmp_path / "a.gpkg")})
    _run("sanmingcarbon:assess", {"STANDS": source_layer, "OUTPUT": str(tmp_path / "b.gpkg")})
    columns = "stand_key, area_ha, stock_tco2e, pine_transform, reserve_forest, ticket"
    assert _rows(tmp_path / "a.gpkg", "stands", columns) == _rows(tmp_path / "b.gpkg", "stands", columns)


def test_a_filter_is_followed(provider, tmp_path):
    layer = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    layer.setSubsetString("fid <= 7")
    out = tmp_path / "out.gpkg"
    _run("sanmingcarbon:check", {"STANDS": layer, "OUTPUT": str(out)})
    results, _ = _run("sanmingcarbon:assess", {"STANDS": layer, "OUTPUT": str(tmp_path / "stands.gpkg")})
    assert results["STANDS_COUNT"] == 7


def test_unsaved_edits_are_followed(provider, small_layer, tmp_path):
    small_layer.startEditing()
    small_layer.deleteFeatures([next(small_layer.getFeatures()).id()])
    added = QgsFeature(small_layer.fields())
    added.setGeometry(QgsGeometry(next(small_layer.getFeatures()).geometry()))
    small_layer.addFeatures([added, QgsFeature(added)])
    results, _ = _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(tmp_path / "out.gpkg")})
    assert results["STANDS_COUNT"] == ROWS + 1
    small_layer.rollBack()


def test_only_the_selection_when_that_was_chosen(provider, small_layer, tmp_path):
    small_layer.selectByIds([feature.id() for feature in small_layer.getFeatures()][:5])
    definition = QgsProcessingFeatureSourceDefinition(small_layer.id(), True)
    results, _ = _run("sanmingcarbon:assess", {"STANDS": definition, "OUTPUT": str(tmp_path / "out.gpkg")})
    assert results["STANDS_COUNT"] == 5


def test_rasters_period_credited_and_tenure_arrive(provider, small_layer, tmp_path):
    project = QgsProject.instance()
    files = {"earlier": "stands_2015.gpkg", "credited": "credited.gpkg", "tenure": "tenure.gpkg"}
    layers = {name: QgsVectorLayer(str(SAMPLE / file), name, "ogr") for name, file in files.items()}
    dem_raster = QgsRasterLayer(str(SAMPLE / "dem.tif"), "Höhe 高程")
    project.addMapLayers([*layers.values(), dem_raster])
    out = tmp_path / "out.gpkg"
    parameters = {
        "STANDS": small_layer.id(),
        "RASTERS": [dem_raster.id()],
        "RASTER_NAMES": "dem",
        "EARLIER": layers["earlier"].id(),
        "PERIOD_START": "2016-01-01",
        "PERIOD_END": "2020-12-31",
        "SURVEY_METHOD": 1,
        "SURVEY_METHOD_EARLIER": 0,
        "CREDITED": [layers["credited"].id()],
        "TENURE": layers["tenure"].id(),
        "OUTPUT": str(out),
    }
    _run("sanmingcarbon:assess", parameters)
    means = [mean for (mean,) in _rows(out, "stands", "dem_mean")]
    assert all(100 < mean < 1500 for mean in means)
    ((options, inputs),) = _rows(out, "run", "options, inputs")
    assert '"period": "2016-01-01/2020-12-31"' in options
    assert "angle_gauge,plot" in options
    assert "credited" in inputs


def test_zonal_writes_a_table(provider, small_layer, tmp_path):
    out = tmp_path / "zonal.csv"
    _run(
        "sanmingcarbon:zonal",
        {"STANDS": small_layer, "RASTERS": [str(SAMPLE / "dem.tif")], "RASTER_NAMES": "dem", "OUTPUT": str(out)},
    )
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert "dem_mean" in lines[0]
    assert len(lines) == ROWS + 1


def test_an_existing_result_stays_unless_replacing_is_ticked(provider, small_layer, tmp_path):
    out = tmp_path / "out.gpkg"
    out.write_bytes(b"mine")
    with pytest.raises(QgsProcessingException, match="OUTPUT_EXISTS"):
        _run_raising("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(out)})
    assert out.read_bytes() == b"mine"
    _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(out), "OVERWRITE": True})
    assert out.stat().st_size > 1000


@pytest.mark.parametrize("period", [{"PERIOD_START": "2016-01-01"}, {"PERIOD_END": "2020-12-31"}])
def test_half_a_period_is_refused(provider, small_layer, tmp_path, period):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:assess")
    feedback = QgsProcessingFeedback()
    parameters = {"STANDS": small_layer, "OUTPUT": str(tmp_path / "o.gpkg")} | period
    _, done = algorithm.run(parameters, QgsProcessingContext(), feedback)
    assert not done
    assert "PERIOD_INCOMPLETE" in feedback.textLog()


def test_a_layer_without_stands_is_refused(provider, tmp_path):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4527&field=XIAO_BAN:string", "empty", "memory")
    with pytest.raises(QgsProcessingException, match="LAYER_EMPTY"):
        _run_raising("sanmingcarbon:assess", {"STANDS": layer, "OUTPUT": str(tmp_path / "o.gpkg")})
    assert list(tmp_path.iterdir()) == []


def _run_raising(algorithm_id, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    # catchExceptions=False: the exception as a model or a script gets it
    return algorithm.run(parameters, context, QgsProcessingFeedback(), {}, False)


class _Impatient(QgsProcessingFeedback):
    """Cancels when a step begins, and notes when it did."""

    def __init__(self, step_number: int) -> None:
        super().__init__(False)
        self._left = step_number
        self.cancelled_at = None

    def setProgressText(self, text):  # noqa: N802 - QGIS's name
        self._left -= 1
        if self._left == 0:
            self.cancelled_at = time.monotonic()
            self.cancel()


@pytest.mark.parametrize("step_number", [1, 4, 9])
def test_cancel_is_heard_within_two_seconds_and_leaves_nothing(provider, tmp_path, step_number):
    feedback = _Impatient(step_number)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:assess")
    out = tmp_path / "out.gpkg"
    parameters = {
        "STANDS": str(SAMPLE / "stands.gpkg"),
        "RASTERS": [str(SAMPLE / "composite_2020.tif")],
        "OUTPUT": str(out),
    }
    context = QgsProcessingContext()
    results, _ = algorithm.run(parameters, context, feedback)
    assert feedback.cancelled_at is not None
    assert time.monotonic() - feedback.cancelled_at <= 2.0
    assert "STANDS_COUNT" not in results
    assert list(tmp_path.iterdir()) == []
    assert context.layersToLoadOnCompletion() == {}


def test_progress_only_rises(provider, small_layer, tmp_path):
    seen = []
    feedback = QgsProcessingFeedback(False)
    feedback.progressChanged.connect(seen.append)
    _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(tmp_path / "o.gpkg")}, feedback)
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 100


def test_an_unexpected_fault_is_one_line_that_names_a_report(provider, small_layer, tmp_path, monkeypatch):
    from sanming_carbon_plugin.adapters.jobs import assess as job

    monkeypatch.setattr(job, "walk_the_stages", lambda *_: 1 / 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(QgsProcessingException, match="UNEXPECTED") as caught:
        _run_raising("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(tmp_path / "o.gpkg")})
    assert "ZeroDivisionError" in str(caught.value)
    assert "\n" not in str(caught.value).strip()
    (report,) = tmp_path.glob("sanming-carbon-fault-*.txt")
    assert "walk_the_stages" in report.read_text(encoding="utf-8")


def test_every_parameter_has_words_and_every_algorithm_a_help_page(provider):
    for algorithm in provider.algorithms():
        assert algorithm.shortHelpString()
        assert algorithm.shortDescription()
        path = Path(algorithm.helpUrl().removeprefix("file://"))
        assert path.exists(), path
        for definition in algorithm.parameterDefinitions():
            assert definition.description(), definition.name()
            assert definition.name() == definition.name().upper()


def test_loaded_results_are_a_styled_group(provider, small_layer, tmp_path):
    from sanming_carbon_plugin.processing.results import ThemesOnCompletion

    out = tmp_path / "out.gpkg"
    _, context = _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(out)})
    ((source, details),) = context.layersToLoadOnCompletion().items()
    first_layer = QgsVectorLayer(source, details.name, "ogr")
    assert first_layer.isValid()
    project = QgsProject.instance()
    project.addMapLayer(first_layer)
    before = set(project.mapLayers())
    assert isinstance(details.postProcessor(), ThemesOnCompletion)
    details.postProcessor().postProcessLayer(first_layer, context, QgsProcessingFeedback())
    added = set(project.mapLayers()) - before
    assert len(added) == 7
    assert len(project.layerTreeRoot().findGroups()) == 1


def test_it_runs_as_a_step_of_a_model(provider, small_layer, tmp_path):
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelParameter,
        QgsProcessingParameterFeatureSource,
    )

    model = QgsProcessingModelAlgorithm("m", "m")
    model.addModelParameter(QgsProcessingParameterFeatureSource("IN", "in"), QgsProcessingModelParameter("IN"))
    child = QgsProcessingModelChildAlgorithm("sanmingcarbon:assess")
    child.setChildId("a")
    out = tmp_path / "model.gpkg"
    child.addParameterSources("STANDS", [QgsProcessingModelChildParameterSource.fromModelParameter("IN")])
    child.addParameterSources("OUTPUT", [QgsProcessingModelChildParameterSource.fromStaticValue(str(out))])
    model.addChildAlgorithm(child)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    _, done = model.run({"IN": small_layer.id()}, context, QgsProcessingFeedback())
    assert done
    assert _rows(out, "stands") == [(ROWS,)]


def test_variants_of_null_do_not_become_zero(provider, small_layer, tmp_path):
    index = small_layer.fields().indexOf("HUO_LMGQXJ")
    assert index >= 0
    first = next(small_layer.getFeatures()).id()
    small_layer.startEditing()
    small_layer.changeAttributeValue(first, index, QVariant())
    out = tmp_path / "o.gpkg"
    _run("sanmingcarbon:assess", {"STANDS": small_layer, "OUTPUT": str(out)})
    assert _rows(out, "stands", "volume_m3_ha")[0] == (None,)
    small_layer.rollBack()
