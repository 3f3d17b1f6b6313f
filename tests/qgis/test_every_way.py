"""Every algorithm from scripts, in models, in batch and through files of parameters, on a small cut of the sample."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from every_algorithm import ASKED, office_in, run
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterFeatureSource,
    QgsProject,
)

from sanming_carbon_plugin.processing.provider import ALGORITHMS

pytestmark = [pytest.mark.qgis, pytest.mark.slow]
NAMES = [algorithm().name() for algorithm in ALGORITHMS]
Source = QgsProcessingModelChildParameterSource

FED_BY = {
    "recheck": ("ISSUES", "check"), "ticketeligibility": ("RESULT", "assess"), "application": ("RESULT", "assess"),
    "dossier": ("APPLICATION", "application"), "plan": ("RESULT", "assess"), "targetprogress": ("PLAN", "plan"),
    "comparescenarios": ("PLAN_FIRST", "plan"), "workdesign": ("RESULT", "assess"), "fieldsample": ("RESULT", "assess"),
    "fieldpackage": ("LIST", "fieldsample"), "fieldmerge": ("RESOLVE", "fieldmerge"),
    "exportmaps": ("RESULT", "assess"),
    "report": ("RESULT", "assess"), "predictspecies": ("MODEL", "trainspecies"),
    "products": ("STANDS_RESULT", "assess"),
}  # fmt: skip
"""Parameter that another algorithm's output feeds in a model; what is not named here takes repaired stands."""


@pytest.fixture(scope="module")
def office(qgis_app, tmp_path_factory):
    """What the algorithms need of each other, made once."""
    with office_in(tmp_path_factory.mktemp("三明 每种方式")) as made:
        yield made


def _target(office, name, ending):
    return {} if name == "dossier" else {"OUTPUT": office.target(name, ending)}


def _algorithm(name):
    return QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)


def _is_written(path):
    return Path(path).is_dir() or (Path(path).exists() and Path(path).stat().st_size > 0)


@pytest.mark.parametrize("name", NAMES)
def test_from_a_script(office, name, qgis_processing):
    import processing

    asked = office.asked(name) | ({"OVERWRITE": True} if name == "dossier" else _target(office, name, "_script"))
    found = processing.run("sanmingcarbon:" + name, asked)
    assert _is_written(found["OUTPUT"])


@pytest.mark.parametrize("name", NAMES)
def test_parameters_go_through_files_and_back(office, name):
    """What batch, the history and qgis_process keep of a run is enough to run it again."""
    algorithm, context = _algorithm(name), QgsProcessingContext()
    context.setProject(QgsProject.instance())
    asked = office.asked(name) | _target(office, name, "_json")
    kept = {}
    for definition in algorithm.parameterDefinitions():
        if definition.name() in asked:
            kept[definition.name()] = definition.valueAsJsonObject(asked[definition.name()], context)
            assert kept[definition.name()] is not None, definition.name()
    # What the window keeps of a run, and what a file for qgis_process holds.
    history = json.loads(json.dumps(algorithm.asMap(asked, context), ensure_ascii=False))["inputs"]
    given = json.loads(json.dumps(kept, ensure_ascii=False))
    assert set(asked) == set(given) <= set(history)
    valid, reason = algorithm.checkParameterValues(given, context)
    assert valid, reason
    assert algorithm.asPythonCommand(given, context).startswith('processing.run("sanmingcarbon:' + name)
    ran = run(name, given | ({"OVERWRITE": True} if name == "dossier" else {}))
    assert _is_written(ran.results["OUTPUT"])


def _model(name, office):
    """The algorithm as the second step of a model: what the first step writes feeds it."""
    model = QgsProcessingModelAlgorithm(name, "sanming", "sanming")
    fed, first = FED_BY.get(name, ("STANDS", "repairrings"))
    algorithm = _algorithm(name)
    if fed not in {definition.name() for definition in algorithm.parameterDefinitions()}:
        fed = None
    if fed is not None:
        step = QgsProcessingModelChildAlgorithm("sanmingcarbon:" + first)
        step.setChildId("first")
        for parameter, value in (office.asked(first) | _target(office, first, "_first_" + name)).items():
            if parameter == "STANDS":
                model.addModelParameter(
                    QgsProcessingParameterFeatureSource("IN", "in"), QgsProcessingModelParameter("IN")
                )
                step.addParameterSources("STANDS", [Source.fromModelParameter("IN")])
            else:
                step.addParameterSources(parameter, [Source.fromStaticValue(value)])
        model.addChildAlgorithm(step)
    step = QgsProcessingModelChildAlgorithm("sanmingcarbon:" + name)
    step.setChildId("second")
    for parameter, value in (office.asked(name) | _target(office, name, "_model")).items():
        static = Source.fromStaticValue(value)
        step.addParameterSources(parameter, [Source.fromChildOutput("first", "OUTPUT") if parameter == fed else static])
    if name == "fieldmerge":  # whoever takes something over signs for it
        step.addParameterSources("BY", [Source.fromStaticValue("林一")])
    if fed is not None and fed not in office.asked(name):
        step.addParameterSources(fed, [Source.fromChildOutput("first", "OUTPUT")])
    model.addChildAlgorithm(step)
    return model


@pytest.mark.parametrize("name", NAMES)
def test_in_a_model_that_is_saved_and_opened(office, name, tmp_path):
    model = _model(name, office)
    path = tmp_path / "模型.model3"
    assert model.toFile(str(path))
    opened = QgsProcessingModelAlgorithm()
    assert opened.fromFile(str(path))
    assert opened.validate()[0], opened.validate()
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    inputs = {"IN": office.file("stands.gpkg")} if opened.parameterDefinition("IN") else {}
    possible, reason = opened.canExecute()
    assert possible, reason
    _, done = opened.run(inputs, context, feedback)
    assert done, feedback.textLog()
    assert _is_written(office.target(name, "_model") if name != "dossier" else office.out("application"))


def test_nothing_is_left_out():
    assert set(ASKED) == set(NAMES)
