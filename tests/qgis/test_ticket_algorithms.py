"""Ticket eligibility, double counting, applications and uses, as algorithms of the toolbox."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)

from sanming_carbon_plugin.adapters.column_words import title_of
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.qgis

COLLECTIVE = "杉坑村集体"


@pytest.fixture(scope="module")
def result(qgis_app, tmp_path_factory):
    """The sample assessed with tenure and credited parcels."""
    request = AssessRequest(
        stands=LayerSource(str(SAMPLE / "stands.gpkg"), "stands"),
        out=tmp_path_factory.mktemp("result") / "结果.gpkg",
        earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")),
        period="2016-01-01/2020-12-31",
        credited=(LayerSource(str(SAMPLE / "credited.gpkg")),),
        tenure=LayerSource(str(SAMPLE / "tenure.gpkg")),
    )
    assess(replace(request), Progress())
    return request.out


@pytest.fixture
def layers(qgis_app):
    """Stands and credited parcels of the sample in the project."""
    made = {
        name: QgsVectorLayer("{}|layername={}".format(SAMPLE / "{}.gpkg".format(name), name), name, "ogr")
        for name in ("stands", "credited")
    }
    for layer in made.values():
        assert layer.isValid()
        QgsProject.instance().addMapLayer(layer)
    yield made
    QgsProject.instance().clear()


def _run(name, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = QgsProcessingFeedback()
    results, done = algorithm.run(parameters, context, feedback, {}, False)
    assert done, feedback.textLog()
    return results, context, feedback.textLog()


def _refusal(name, parameters):
    """What the log says of a run that does not go through."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = QgsProcessingFeedback()
    _, done = algorithm.run(parameters, context, feedback)
    assert not done
    return feedback.textLog()


def _coloured(context, classes):
    """The layers that are loaded in the end, each with its colours; a second run must not take them away."""
    for source, details in context.layersToLoadOnCompletion().items():
        layer = QgsVectorLayer(source, details.name, "ogr")
        assert layer.isValid()
        details.postProcessor().postProcessLayer(layer, context, QgsProcessingFeedback())
        name = source.split("layername=")[1]
        assert len(layer.renderer().categories()) == classes[name]
        values = {category.value() for category in layer.renderer().categories()}
        assert {str(feature) for feature in _values(layer)} <= values


def _values(layer):
    expression = QgsExpression(layer.renderer().classAttribute())
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    for feature in layer.getFeatures():
        context.setFeature(feature)
        yield expression.evaluate(context)


@pytest.mark.long
def test_a_result_is_judged_again_by_a_profile_of_the_list(provider, result, tmp_path):
    out = tmp_path / "t.gpkg"
    found, context, log = _run(
        "ticketeligibility", {"RESULT": str(result), "PROFILE": "sanming_ticket_incremental", "OUTPUT": str(out)}
    )
    outcomes = read_geopackage_table(out, "stands")["ticket"]
    assert found["YES_COUNT"] == (outcomes == "yes").sum()
    assert found["UNKNOWN_COUNT"] == (outcomes == "unknown").sum()
    assert title_of("sanming_ticket_incremental", "en") + " 1, provisional" in log
    assert "sanming_ticket" not in log  # its title, not its id
    assert len(context.layersToLoadOnCompletion()) == 1
    _coloured(context, {"stands": 3})


def test_a_stand_layer_can_be_judged_alone(provider, layers, tmp_path):
    parameters = {"STANDS": layers["stands"], "CREDITED": [layers["credited"]], "OUTPUT": str(tmp_path / "t.gpkg")}
    found, _, _ = _run("ticketeligibility", parameters)
    assert found["YES_COUNT"] == 0  # without two dates nothing is measured
    assert found["NO_COUNT"] + found["UNKNOWN_COUNT"] == layers["stands"].featureCount()


@pytest.mark.long
def test_a_result_or_a_stand_layer(provider, layers, result, tmp_path):
    out = {"OUTPUT": str(tmp_path / "t.gpkg")}
    assert "TICKET_RESULT_OR_STANDS" in _refusal("ticketeligibility", out)
    assert "TICKET_RESULT_OR_STANDS" in _refusal(
        "ticketeligibility", {"RESULT": str(result), "STANDS": layers["stands"], **out}
    )
    dates = {"PERIOD_START": "2016-01-01", "PERIOD_END": "2020-12-31"}
    refused = _refusal("ticketeligibility", {"RESULT": str(result), **dates, **out})
    assert "TICKET_RESULT_OPTIONS" in refused
    assert "“First day of the period”, “Last day of the period”" in refused, "as the form names them"


def test_free_and_blocked_ground_as_layers(provider, layers, tmp_path):
    parameters = {
        "STANDS": layers["stands"], "CREDITED": [layers["credited"]], "PERIOD_START": "2016-01-01",
        "PERIOD_END": "2020-12-31", "OUTPUT": str(tmp_path / "g.gpkg"),
    }  # fmt: skip
    found, context, _ = _run("doublecount", parameters)
    rows = read_geopackage_table(tmp_path / "g.gpkg", "candidates")
    assert found["FREE_HA"] + found["BLOCKED_HA"] == pytest.approx(rows["area_ha"].sum(), abs=1e-3)
    assert len(context.layersToLoadOnCompletion()) == 2
    _coloured(context, {"candidates": 4, "parts": 3})
    parts = read_geopackage_table(tmp_path / "g.gpkg", "parts")
    assert set(parts["state"]) == {"free", "blocked", "partly_free"}
    more = parameters | {"PERIODS": "2020-12-31/2024-12-31", "OUTPUT": str(tmp_path / "h.gpkg")}
    assert "PERIODS_OVERLAP" in _refusal("doublecount", more)
    without = {name: value for name, value in parameters.items() if not name.startswith("PERIOD")}
    assert "DOUBLE_COUNT_NEEDS" in _refusal("doublecount", without)


@pytest.mark.long
def test_an_application_is_a_folder_with_layers(provider, result, tmp_path):
    out = tmp_path / "申请"
    found, context, log = _run("application", {"RESULT": str(result), "HOLDER": COLLECTIVE, "OUTPUT": str(out)})
    content = json.loads((out / "application.json").read_text(encoding="utf-8"))
    assert found["WHOLE_T"] == content["application"]["whole_t"]
    assert found["PIECES_COUNT"] == len(content["pieces"])
    assert len(context.layersToLoadOnCompletion()) == 3
    _coloured(context, {"parts": 3, "left_out": 3, "pieces": 1})
    assert "provisional" in log
    again = {"RESULT": str(result), "HOLDER": COLLECTIVE, "OUTPUT": str(out)}
    assert "APPLICATION_FOLDER_TAKEN" in _refusal("application", again)
    assert "APPLICATION_WHO" in _refusal("application", {"RESULT": str(result), "OUTPUT": str(tmp_path / "b")})
    assert not (tmp_path / "b" / "application.json").exists()


def test_uses_tell_their_arithmetic_in_the_log(provider, tmp_path):
    parameters = {"KIND": "emissions", "ACTIVITIES": ["electricity_fujian", "12000", "petrol", "300", "", ""]}
    found, _, log = _run("neutrality", parameters)
    assert found["NEEDED_T"] == 6
    assert "12000 kWh × 0.4092 kgCO2e/kWh ÷ 1000 = 4.9104 tCO2e" in log
    out = tmp_path / "u.json"
    found, _, _ = _run("neutrality", {"KIND": "pledge", "TONNES": 100, "OUTPUT": str(out)})
    assert json.loads(out.read_text(encoding="utf-8"))["totals"]["value_high_yuan"] == 1500
    assert "USE_FIGURE_MISSING" in _refusal("neutrality", {"KIND": "planting", "PEOPLE": 5})
    assert "USE_AMOUNT_INVALID" in _refusal("neutrality", {"KIND": "emissions", "ACTIVITIES": ["petrol", "much"]})
