"""The package for QField as it is made: by a job, by the toolbox and by commands; what stops it leaves nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from field_requests import VISITS, request
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop

from sanming_carbon_plugin.adapters.field_package.files import BackgroundSource
from sanming_carbon_plugin.adapters.jobs.field_package import PackageRequest, field_package
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.errors import CancelledError, CarbonError
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.everywhere]


def test_in_english_without_map_and_tenure_as_a_zip(made, tmp_path, qgis_app):
    out = tmp_path / "package"
    outcome = field_package(request(made, out, language="en", zipped=True), Progress())
    assert outcome.counts["visits"] == VISITS
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "phone")
    assert "package/DCIM/" in names
    project = QgsProject()
    assert project.read(str(tmp_path / "phone" / "package" / "field.qgz"))
    assert sorted(layer.name() for layer in project.mapLayers().values()) == ["All stands", "Stands to check"]
    project.clear()
    kept = list((made[0].parent / "结果.fieldwork").glob("*.gpkg"))
    assert outcome.counts["package"] in {path.stem for path in kept}


def test_an_existing_folder_is_replaced_only_where_nothing_is_lost(made, tmp_path, qgis_app):
    out = tmp_path / "package"
    field_package(request(made, out), Progress())
    for options, code in (({}, "FIELD_FOLDER_EXISTS"),):
        with pytest.raises(CarbonError) as told:
            field_package(request(made, out, **options), Progress())
        assert told.value.code == code
    field_package(request(made, out, overwrite=True), Progress())
    (out / "DCIM" / "a.jpg").write_bytes(b"jpeg")
    with pytest.raises(CarbonError) as told:
        field_package(request(made, out, overwrite=True), Progress())
    assert told.value.code == "FIELD_FOLDER_HAS_PHOTOS"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    with pytest.raises(CarbonError) as told:
        field_package(request(made, foreign, overwrite=True), Progress())
    assert told.value.code == "FIELD_FOLDER_FOREIGN"


class _Cancelling(Progress):
    def is_cancelled(self):
        return True


def test_a_cancelled_or_failed_package_leaves_nothing(made, tmp_path, qgis_app):
    background = [BackgroundSource(str(SAMPLE / "composite_2020.tif"))]
    with pytest.raises(CancelledError):
        field_package(request(made, tmp_path / "package", background=background), _Cancelling())
    for options, code in (
        ({"background": [BackgroundSource(str(SAMPLE / "README.md"))]}, "FIELD_BACKGROUND_UNUSABLE"),
        ({"background": background, "cell_m": 0.05}, "FIELD_BACKGROUND_TOO_LARGE"),
        ({"out": tmp_path / "no" / "package"}, "OUTPUT_NOT_WRITABLE"),
    ):
        whole = {"result": made[0], "listed": made[1], "out": tmp_path / "package"} | options
        with pytest.raises(CarbonError) as told:
            field_package(PackageRequest(**whole), Progress())
        assert told.value.code == code
    assert list(tmp_path.iterdir()) == []


class _CancelledWhileDrawing(Progress):
    def __init__(self):
        self.drawing_since = None

    def step(self, name, position=0, count=0):
        if name == "background":
            self.drawing_since = time.monotonic()

    def is_cancelled(self):
        return self.drawing_since is not None and time.monotonic() > self.drawing_since + 0.5


def test_a_cancel_is_heard_while_the_map_is_drawn(made, tmp_path, qgis_app):
    background = [BackgroundSource(str(SAMPLE / "composite_2020.tif")), BackgroundSource(str(SAMPLE / "stands.gpkg"))]
    progress = _CancelledWhileDrawing()
    with pytest.raises(CancelledError):
        field_package(request(made, tmp_path / "package", background=background, cell_m=1.0), progress)
    assert time.monotonic() - progress.drawing_since < 0.5 + 2.0
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_another_result_is_refused(made, tmp_path, qgis_app):
    listed = shutil.copyfile(made[1], tmp_path / "list.gpkg")
    with closing(sqlite3.connect(listed)) as file, file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute('DROP TRIGGER "{}"'.format(trigger))
        file.execute("UPDATE to_check SET stand_key = 'elsewhere' WHERE fid = 1")
    with pytest.raises(CarbonError) as told:
        field_package(PackageRequest(made[0], listed, tmp_path / "package"), Progress())
    assert told.value.code == "FIELD_LIST_OTHER_RESULT"
    with pytest.raises(CarbonError) as told:
        field_package(PackageRequest(made[0], made[0], tmp_path / "package"), Progress())
    assert told.value.code == "FIELD_LIST_UNFIT"
    empty = shutil.copyfile(listed, tmp_path / "empty.gpkg")
    with closing(sqlite3.connect(empty)) as file, file:
        file.execute("DELETE FROM to_check")
    with pytest.raises(CarbonError) as told:
        field_package(PackageRequest(made[0], empty, tmp_path / "package"), Progress())
    assert told.value.code == "FIELD_LIST_UNFIT"


def _run(algorithm_id, parameters):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    results, done = algorithm.run(parameters, context, QgsProcessingFeedback(), {}, False)
    assert done
    return results, context


def test_the_three_algorithms_one_after_another(provider, made, tmp_path):
    result = shutil.copyfile(made[0], tmp_path / "result.gpkg")
    listed, out, review = tmp_path / "list.gpkg", tmp_path / "包", tmp_path / "review.gpkg"
    found, context = _run("sanmingcarbon:fieldsample", {"RESULT": str(result), "VISITS": 12, "SEED": 3,
                          "SHARES": "control=0.5,uncertainty=0.5", "OUTPUT": str(listed)})  # fmt: skip
    assert (found["STANDS_COUNT"], found["CONTROL_COUNT"]) == (12, 6)
    assert [details.name for details in context.layersToLoadOnCompletion().values()] == ["Stands to check"]
    with pytest.raises(QgsProcessingException, match="FIELD_SHARES_INVALID"):
        _run("sanmingcarbon:fieldsample", {"RESULT": str(result), "VISITS": 12, "SHARES": "luck=1",
                                           "OUTPUT": str(tmp_path / "x.gpkg")})  # fmt: skip
    image = QgsRasterLayer(str(SAMPLE / "composite_2020.tif"), "image", "gdal")
    QgsProject.instance().addMapLayer(image)
    _run("sanmingcarbon:fieldpackage", {"RESULT": str(result), "LIST": str(listed), "OUTPUT": str(out), "CELL": 50.0,
                                        "BACKGROUND": [image], "LANGUAGE": 1})  # fmt: skip
    layer = QgsVectorLayer(str(out / "field.gpkg") + "|layername=stands_to_check", "work", "ogr")
    layer.startEditing()
    for feature in layer.getFeatures():
        for name, value in (("verdict", "right"), ("surveyor", "A"), ("survey_date", "2026-11-20")):
            layer.changeAttributeValue(feature.id(), layer.fields().indexOf(name), value)
    layer.changeAttributeValue(1, layer.fields().indexOf("species_code"), "310")
    layer.commitChanges()
    del layer
    found, context = _run("sanmingcarbon:fieldmerge", {"RESULT": str(result), "RETURNED": [str(out / "field.gpkg")],
                                                       "OUTPUT": str(review)})  # fmt: skip
    assert (found["CONFLICTS"], found["OPEN"]) == (0, 1)
    assert sorted(details.name for details in context.layersToLoadOnCompletion().values()) == [
        "Differences"
    ]  # fmt: skip
    found, context = _run("sanmingcarbon:fieldmerge", {"RESULT": str(result), "RETURNED": [str(out / "field.gpkg")],
                    "OUTPUT": str(review), "OVERWRITE": True, "RESOLVE": str(review), "BY": "B"})  # fmt: skip
    assert (found["CORRECTIONS_ADDED"], found["OPEN"]) == (1, 0)
    assert [details.name for details in context.layersToLoadOnCompletion().values()] == ["Differences"]
    QgsProject.instance().clear()


def test_the_layer_of_conflicts_offers_the_choices(made, tmp_path, qgis_app):
    from sanming_carbon_plugin.adapters.field_package.review_form import dress_review

    layer = QgsVectorLayer("MultiPolygon?field=row_id:string&field=state:string&field=choice:string", "c", "memory")
    dress_review(layer, "冲突", "zh")
    choice = layer.editorWidgetSetup(layer.fields().indexOf("choice"))
    assert {"保留内业值": "desk"} in choice.config()["map"]
    assert layer.editFormConfig().readOnly(layer.fields().indexOf("state"))
    assert not layer.editFormConfig().readOnly(layer.fields().indexOf("choice"))


def test_the_package_is_made_in_another_thread(provider, made, tmp_path):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:fieldpackage")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    parameters = {"RESULT": str(made[0]), "LIST": str(made[1]), "OUTPUT": "TEMPORARY_OUTPUT", "CELL": 40.0,
                  "BACKGROUND": [str(SAMPLE / "composite_2020.tif"), str(SAMPLE / "township.gpkg")]}  # fmt: skip
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    loop, ended = QEventLoop(), []
    task.executed.connect(lambda good, found: (ended.append((good, found)), loop.quit()))
    QgsApplication.taskManager().addTask(task)
    if not ended:
        loop.exec()
    assert ended[0][0], feedback.textLog()
    project = QgsProject()
    assert project.read(str(Path(ended[0][1]["OUTPUT"]) / "field.qgz"))
    assert all(layer.isValid() for layer in project.mapLayers().values())
    project.clear()


def _command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "sanming_carbon_plugin", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
        cwd=Path(__file__).resolve().parents[3], env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.long
def test_the_commands(made, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    result = shutil.copyfile(made[0], tmp_path / "result.gpkg")
    listed, out = tmp_path / "list.gpkg", tmp_path / "package"

    def command(*arguments):
        status = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err.splitlines()[-1] if said.err else ""

    status, said, _ = command(
        "fieldsample", result, "--out", listed, "--stands", 8, "--shares", "control=1", "--seed", 4
    )
    assert status == 0
    assert "chosen_control\t8" in said
    assert command("fieldsample", result, "--out", listed, "--stands", "0")[0] == 2
    assert command("fieldsample", result, "--out", listed, "--stands", "3", "--overwrite", "--shares", "control")[
        2
    ].startswith("error[FIELD_SHARES_INVALID]")
    # In a process of its own, where no QGIS runs yet.
    done = _command("fieldpackage", result, listed, "--out", out, "--language", "en")
    assert done.returncode == 0, done.stderr
    assert (out / "field.qgz").exists()
    status, said, _ = command("fieldmerge", result, out, "--out", tmp_path / "review.gpkg")
    assert status == 0
    assert "wrong_share\tunknown" in said
    status, _, last = command(
        "fieldmerge", result, out, "--out", tmp_path / "r.gpkg", "--resolve", tmp_path / "review.gpkg"
    )
    assert status == 2
    assert last.startswith("error[FIELD_NAME_MISSING]")


def test_without_qgis_the_package_ends_with_status_5(made, tmp_path):
    shadow = tmp_path / "shadow" / "qgis"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise ImportError('no qgis here')", encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(shadow.parent), os.environ.get("PYTHONPATH")]))
    done = _command("fieldpackage", *made, "--out", tmp_path / "package", PYTHONPATH=path)
    assert done.returncode == 5
    assert done.stderr.splitlines()[-1].startswith("error[QGIS_MISSING]")
    assert not (tmp_path / "package").exists()
