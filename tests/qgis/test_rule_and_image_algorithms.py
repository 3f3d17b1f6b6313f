"""The algorithms about rules and images on layers as QGIS has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from running import rows_of, run_algorithm

from sanming_carbon_plugin.paths import resources_dir

pytestmark = pytest.mark.qgis


class _Log(QgsProcessingFeedback):
    def __init__(self):
        super().__init__(False)
        self.lines = []

    def pushInfo(self, info):  # noqa: N802
        self.lines.append(info)


@pytest.fixture
def village(provider, qgis_app):
    """The stands of two villages and the two images, in the project."""
    source = QgsVectorLayer(str(SAMPLE / "stands.gpkg"), "stands", "ogr")
    layer = source.materialize(QgsFeatureRequest().setFilterExpression("CUN IN ('200', '201')"))
    assert 100 < layer.featureCount() < 600
    layer.setName("village")
    images = [
        QgsRasterLayer(str(SAMPLE / "composite_{}.tif".format(year)), "s{}".format(year)) for year in (2015, 2020)
    ]
    QgsProject.instance().addMapLayers([layer, *images])
    yield layer, images
    QgsProject.instance().clear()


@pytest.fixture
def terms(tmp_path) -> str:
    """Small forests, so that a test does not take minutes."""
    data = json.loads((resources_dir() / "parameters" / "image_species.json").read_text(encoding="utf-8"))
    path = tmp_path / "terms.json"
    path.write_text(json.dumps(data | {"trees": 10, "folds": 2, "least_per_class": 10}), encoding="utf-8")
    return str(path)


def test_classify_gives_the_measures_of_the_main_job(village, tmp_path):
    layer, _ = village
    out = tmp_path / "分类.gpkg"
    results, context = run_algorithm("classify", {"STANDS": layer, "OUTPUT": str(out)})
    assert results["STANDS_COUNT"] == layer.featureCount()
    run_algorithm("assess", {"STANDS": layer, "OUTPUT": str(tmp_path / "a.gpkg")})
    columns = "stand_key, pine_transform, pine_technique, pine_rules, reserve_forest, reserve_mode, measures, measure"
    assert rows_of(out, "stands", columns) == rows_of(tmp_path / "a.gpkg", "stands", columns)
    assert set(rows_of(out, "stands", "DISTINCT ticket")) == {(None,)}
    assert len(context.layersToLoadOnCompletion()) == 1


def test_a_classification_is_explained(village, tmp_path):
    from sanming_carbon_plugin.adapters.jobs.explain import explain, explanation_text

    out = tmp_path / "r.gpkg"
    run_algorithm("classify", {"STANDS": village[0], "OUTPUT": str(out)})
    ((key,),) = rows_of(out, "stands", "min(stand_key)")
    explanation = explain(out, key)
    assert {rule["measure"] for rule in explanation["rules"]} >= {"pine_transform", "reserve_forest", "pest_control"}
    assert "松林改造提升" in explanation_text(explanation, "zh")


def test_comparing_rules_lists_the_stands_that_change(village, tmp_path):
    layer, _ = village
    data = json.loads((resources_dir() / "rules" / "pine_transformation.json").read_text(encoding="utf-8"))
    edited = tmp_path / "edited.json"
    text = json.dumps(data, ensure_ascii=False)
    edited.write_text(
        text.replace(
            '"field": "pine_share", "op": ">=", "value": 0.65', '"field": "pine_share", "op": ">=", "value": 0.99'
        ),
        encoding="utf-8",
    )
    out = tmp_path / "c.gpkg"
    results, _ = run_algorithm("comparerules", {"STANDS": layer, "RULES_AFTER": str(edited), "OUTPUT": str(out)})
    changed = rows_of(out, "changes", "measure, before, after, rules")
    assert results["STANDS_CHANGED"] == len(changed) > 0
    assert {row[0] for row in changed} == {"pine_transform"}
    assert all("PINE+ to" in row[3] for row in changed)
    assert {row[2] for row in changed} <= {"no", "unknown"}
    ((files,),) = rows_of(out, "run", "rule_files")
    assert set(json.loads(files)) == {"before", "after"}
    same, _ = run_algorithm("comparerules", {"STANDS": layer, "OUTPUT": str(tmp_path / "same.gpkg")})
    assert same["STANDS_CHANGED"] == 0
    assert rows_of(tmp_path / "same.gpkg", "changes") == [(0,)]


@pytest.mark.long
def test_a_model_is_trained_and_asked(village, terms, tmp_path):
    pytest.importorskip("sklearn")
    layer, images = village
    model = tmp_path / "模型.json"
    asked = {"STANDS": layer, "RASTERS": images, "RASTER_NAMES": "s2015;s2020", "TERMS": terms, "SEED": 3}
    log = _Log()
    results, _ = run_algorithm("trainspecies", asked | {"OUTPUT": str(model)}, log)
    assert 0.5 < results["AGREEMENT"] <= 1
    figures = json.loads((tmp_path / "模型.figures.json").read_text(encoding="utf-8"))
    assert list(figures["views"]) == ["blocks", "distance_matched", "random"]
    assert figures["views"]["blocks"]["agreement"] == pytest.approx(results["AGREEMENT"], abs=1e-4)
    told = [line.split(": ")[-1] for line in log.lines if "agree" in line.lower() or "一致率" in line]
    assert told == ["{:.4f}".format(view["agreement"]) for view in figures["views"].values()]
    assert sum(figures["importance"].values()) == pytest.approx(1)
    first = model.read_bytes()
    with pytest.raises(QgsProcessingException, match="OUTPUT_EXISTS"):
        _run_raising("trainspecies", asked | {"OUTPUT": str(model)})
    run_algorithm("trainspecies", asked | {"OUTPUT": str(model), "OVERWRITE": True})
    assert model.read_bytes() == first

    out = tmp_path / "species.gpkg"
    predicted, _ = run_algorithm("predictspecies", asked | {"MODEL": str(model), "OUTPUT": str(out)})
    assert rows_of(out, "species") == [(layer.featureCount(),)]
    assert rows_of(out, "species WHERE image_conflict = 'yes'") == [(predicted["CONFLICTS"],)]
    other = asked | {"RASTER_NAMES": "a;b", "MODEL": str(model), "OUTPUT": str(tmp_path / "x.gpkg")}
    with pytest.raises(QgsProcessingException, match="MODEL_OTHER_IMAGES"):
        _run_raising("predictspecies", other)
    assert not (tmp_path / "x.gpkg").exists()


def test_disagreements_stand_in_order_and_accuracy_needs_checked_stands(village, terms, tmp_path):
    pytest.importorskip("sklearn")
    layer, images = village
    asked = {"STANDS": layer, "RASTERS": images, "TERMS": terms}
    out = tmp_path / "species.gpkg"
    run_algorithm("predictspecies", asked | {"OUTPUT": str(out)})
    doubts = [row[0] for row in rows_of(out, "disagreements", "image_doubt")]
    assert len(doubts) > 3
    assert doubts == sorted(doubts, reverse=True)
    said = dict(rows_of(out, "species", "fid, image_species_group"))
    layer.startEditing()
    column = layer.fields().indexOf("REMARKS")
    for feature in layer.getFeatures():
        layer.changeAttributeValue(feature.id(), column, None)
    by_class: dict[str, int] = {}
    for feature, group in zip(layer.getFeatures(), said.values(), strict=True):
        if group is not None and by_class.setdefault(group, 0) < 3:
            by_class[group] += 1
            layer.changeAttributeValue(feature.id(), column, group)
    log = _Log()
    run_algorithm("predictspecies", asked | {"OUTPUT": str(out), "OVERWRITE": True, "CHECKED_FIELD": "REMARKS"}, log)
    layer.rollBack()
    assert any("1.0000" in line for line in log.lines)


def test_discoloured_crowns_between_two_dates(village, tmp_path):
    layer, (before, after) = village
    out = tmp_path / "受害.gpkg"
    asked = {"STANDS": layer, "BEFORE": before, "AFTER": after, "OUTPUT": str(out)}
    results, _ = run_algorithm("pinewilt", asked | {"BEFORE_DATE": "2015-12-20", "AFTER_DATE": "2020-12-20"})
    assert rows_of(out, "damage") == [(layer.featureCount(),)]
    assert rows_of(out, "damage WHERE damage_share > 0") == [(results["DAMAGED_COUNT"],)]
    assert results["DAMAGED_COUNT"] > 0
    assert {"PINE_WILT_REFERENCE"} <= {row[0] for row in rows_of(out, "issues", "code")}


def test_cancel_leaves_nothing(village, terms, tmp_path):
    layer, images = village

    class Impatient(QgsProcessingFeedback):
        def setProgressText(self, text):  # noqa: N802
            self.cancel()

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:predictspecies")
    parameters = {"STANDS": layer, "RASTERS": images, "TERMS": terms, "OUTPUT": str(tmp_path / "o.gpkg")}
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm.run(parameters, context, Impatient())
    assert not (tmp_path / "o.gpkg").exists()


def _run_raising(name, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.run(parameters, context, QgsProcessingFeedback(), {}, False)


def test_help_pages_are_there_in_both_languages():
    for name in ("classify", "comparerules", "trainspecies", "predictspecies", "pinewilt"):
        for language in ("en", "zh"):
            assert Path(resources_dir() / "help" / language / (name + ".html")).exists()
