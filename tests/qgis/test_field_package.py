"""The package for QField: moved to another place it opens with forms, constraints, photos and without missing files."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsEditorWidgetSetup,
    QgsFeature,
    QgsFieldConstraints,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QDate, QEventLoop, QSize

from sanming_carbon_plugin.adapters.field_package.files import BackgroundSource
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.field_package import PackageRequest, field_package
from sanming_carbon_plugin.adapters.jobs.field_sample import field_sample
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.core.errors import CancelledError, CarbonError
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.everywhere]
VISITS = 30
HARD = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard
SOFT = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft
NOT_NULL = QgsFieldConstraints.Constraint.ConstraintNotNull
EXPRESSION = QgsFieldConstraints.Constraint.ConstraintExpression


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A result, its list, and a package in a folder with Chinese letters and a blank."""
    folder = tmp_path_factory.mktemp("外业 数据")
    result, listed = folder / "结果.gpkg", folder / "清单.gpkg"
    assess(
        AssessRequest(
            LayerSource(str(SAMPLE / "stands.gpkg"), "stands"), result,
            earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")), period="2016-01-01/2020-12-31",
        ),
        Progress(),
    )  # fmt: skip
    field_sample(result, listed, VISITS, 1, Progress())
    return result, listed


def request(made, out, **options):
    return PackageRequest(*made, out, **({"language": "zh"} | options))


@pytest.fixture(scope="module")
def moved(made, tmp_path_factory, qgis_app):
    """The package, moved to another folder, its own place gone."""
    first = tmp_path_factory.mktemp("first") / "包"
    background = [BackgroundSource(str(SAMPLE / "composite_2020.tif")), BackgroundSource(str(SAMPLE / "township.gpkg"))]
    field_package(
        request(made, first, background=background, tenure=LayerSource(str(SAMPLE / "tenure.gpkg")), cell_m=20.0),
        Progress(),
    )
    target = tmp_path_factory.mktemp("手机 卡") / "QField" / "包"
    target.parent.mkdir()
    shutil.move(str(first), target)
    return target


@pytest.fixture
def project(moved):
    opened = QgsProject()
    assert opened.read(str(moved / "field.qgz"))
    yield opened
    opened.clear()


def layers(project):
    return {Path(layer.publicSource().split("|")[0].removeprefix("GPKG:").split(":")[0]).name + "/" +
            re.split(r"layername=|:", layer.source())[-1]: layer for layer in project.mapLayers().values()}  # fmt: skip


def work_of(project):
    return next(layer for layer in project.mapLayers().values() if "stands_to_check" in layer.source())


@pytest.mark.long
def test_every_layer_is_valid_and_inside_the_moved_folder(moved, project):
    assert len(project.mapLayers()) == 4
    for layer in project.mapLayers().values():
        assert layer.isValid(), layer.name()
        assert str(moved) in layer.source()
    with zipfile.ZipFile(moved / "field.qgz") as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith(".qgs"))).decode()
    sources = re.findall(r"<datasource>(.+?)</datasource>", text)
    assert len(sources) == 4
    assert all(source.startswith(("./", "GPKG:./")) for source in sources)
    assert not re.findall(r"(?:/tmp|/home|/root|/work|/usr)/[^<\"]*", text)


@pytest.mark.long
def test_the_form_has_lists_photos_and_constraints(project):
    work = work_of(project)

    def setup(name) -> QgsEditorWidgetSetup:
        return work.editorWidgetSetup(work.fields().indexOf(name))

    def strength(name, constraint):
        return work.fields().field(name).constraints().constraintStrength(constraint)

    verdict = {code: text for each in setup("verdict").config()["map"] for text, code in each.items()}
    assert verdict == {"right": "正确", "wrong": "错误", "not_reached": "未能到达"}
    for name in ("species_code", "land_class", "pine_transform", "measure", "disturbance"):
        assert setup(name).type() == "ValueMap"
    photo = setup("photo_1")
    assert photo.type() == "ExternalResource"
    assert (photo.config()["RelativeStorage"], photo.config()["DocumentViewer"]) == (1, 1)
    naming = json.loads(work.customProperty("QFieldSync/attachment_naming"))
    assert naming["photo_1"].startswith("'DCIM/'")
    for name in ("verdict", "surveyor", "survey_date"):
        assert strength(name, NOT_NULL) == HARD
    assert strength("closure", EXPRESSION) == SOFT
    assert strength("photo_1", EXPRESSION) == SOFT
    assert setup("row_id").type() == "Hidden"
    assert work.editFormConfig().readOnly(work.fields().indexOf("stand_key"))
    assert not work.editFormConfig().readOnly(work.fields().indexOf("species_code"))
    assert [tab.name() for tab in work.editFormConfig().tabs()] == [
        "图上内容", "核查", "林分因子", "备用字段（由内业约定用途）"
    ]  # fmt: skip
    assert work.attributeAlias(work.fields().indexOf("closure")) == "郁闭度(0至1)"


@pytest.mark.long
def test_spare_fields_have_a_page_of_their_own_that_can_be_filled_in(project):
    work = work_of(project)
    page = work.editFormConfig().tabs()[-1]
    names = [child.name() for child in page.children()]
    assert names == [*("spare_text_{}".format(n) for n in (1, 2, 3)), *("spare_number_{}".format(n) for n in (1, 2, 3))]
    for name in names:
        index = work.fields().indexOf(name)
        assert work.editorWidgetSetup(index).type() == "TextEdit"
        assert not work.editFormConfig().readOnly(index)
        assert work.attributeAlias(index).startswith("备用")
    shown = {child.name() for tab in work.editFormConfig().tabs() for child in tab.children()}
    assert shown == set(work.fields().names()) - {"fid", "row_id"}


def test_what_qfield_is_told_is_what_its_desktop_plugin_writes(project):
    """Names and values as libqfieldsync's LayerSource.apply writes them, and reads them again."""
    for layer in project.mapLayers().values():
        told = {key: layer.customProperty(key) for key in layer.customPropertyKeys() if key.startswith("QFieldSync/")}
        work = layer is work_of(project)
        assert told["QFieldSync/action"] == "copy"  # files that are where they belong
        assert told["QFieldSync/cloud_action"] == ("offline" if work else "no_action")
        assert told["QFieldSync/relationship_maximum_visible"] == "{}"
        locks = {key.removeprefix("QFieldSync/") for key, value in told.items() if key.endswith("_locked") and value}
        assert locks == (
            {"is_geometry_locked", "is_feature_addition_locked", "is_geometry_editing_locked",
             "is_feature_deletion_locked"}
            if work else set()
        )  # fmt: skip
    told = work_of(project).customProperty
    naming, older = (json.loads(told("QFieldSync/" + name)) for name in ("attachment_naming", "photo_naming"))
    assert sorted(naming) == sorted(older) == ["photo_1", "photo_2"]
    assert all(text.endswith("'.{extension}'") for text in naming.values())
    assert int(told("QFieldSync/value_map_button_interface_threshold")) == 4
    assert project.readNumEntry("qfieldsync", "maximumImageWidthHeight")[0] == 2000
    assert project.readEntry("qfieldsync", "initialActiveLayer")[0] == work_of(project).id()


@pytest.mark.long
def test_where_outlines_are_free_only_deleting_is_locked(made, tmp_path, qgis_app, monkeypatch):
    from sanming_carbon_plugin.adapters.jobs import field_package as job

    settings = job.read_json
    monkeypatch.setattr(job, "read_json", lambda path: settings(path) | {"lock_outlines": False})
    field_package(request(made, tmp_path / "package"), Progress())
    project = QgsProject()
    assert project.read(str(tmp_path / "package" / "field.qgz"))
    keys = work_of(project).customPropertyKeys()
    # The older name, whatever its value, would be read instead of all others and let stands be deleted.
    assert [key for key in keys if key.startswith("QFieldSync/is_")] == ["QFieldSync/is_feature_deletion_locked"]
    project.clear()


# After a quote, a bracket or the like: /one/two, C:\\one or an address of a file.
PLACES = re.compile(r"""[\s"'=>(|:](/[\w.-]+/[\w./-]+|[A-Za-z]:\\[^\s<"]+|file:/+[^\s<"]+)""")


def test_no_file_of_the_project_knows_a_place_on_this_machine(moved):
    """Whatever lies in the archive, and whatever kind of path: of Linux, of Windows, or as an address."""
    for path in ('"/家/甲/b.gpkg"', ">/one/two", '"C:\\\\x', "=file:///c"):
        assert PLACES.search(path), path
    with zipfile.ZipFile(moved / "field.qgz") as archive:
        contents = {name: archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()}
    assert any(name.endswith(".qgs") for name in contents)
    for name, content in contents.items():
        # An address of a page, such as that of a language of XML, is no place on this machine.
        assert PLACES.findall(re.sub(r"https?:/+[^\s<\"]+", "", content)) == [], name
    manifest = (moved / "package.json").read_text(encoding="utf-8")
    assert PLACES.findall(manifest) == []


def test_every_row_has_an_id_that_stays_and_a_copied_row_gets_its_own(moved, project):
    import uuid

    work = work_of(project)
    about = read_geopackage_table(moved / "field.gpkg", "field_package").iloc[0]
    for feature in work.getFeatures():
        assert feature["row_id"] == str(uuid.uuid5(uuid.UUID(about["package"]), feature["stand_key"]))
    index = work.fields().indexOf("row_id")
    first = next(work.getFeatures())
    values = dict(enumerate(first.attributes()))
    copied = QgsVectorLayerUtils.createFeature(work, first.geometry(), values)
    assert copied["row_id"] != first["row_id"]
    assert uuid.UUID(copied["row_id"])
    assert work.fields().field(index).constraints().constraints() & QgsFieldConstraints.Constraint.ConstraintUnique


def test_constraints_say_what_they_want(project):
    work = work_of(project)
    fields = {name: work.fields().field(name).constraints() for name in work.fields().names()}
    asked = {name for name, each in fields.items() if each.constraintExpression()}
    assert asked == {"verdict", "surveyor", "survey_date", "photo_1", "age_yr", "closure", "dbh_cm", "height_m",
                     "stems_per_ha", "volume_m3_ha"}  # fmt: skip
    told = {name: fields[name].constraintDescription() for name in asked}
    assert all(any("一" <= letter <= "鿿" for letter in text) for text in told.values()), told
    feature = QgsFeature(next(work.getFeatures()))
    today = QDate.currentDate()
    for day, fits in ((today, True), (today.addDays(2), False), (None, True)):
        feature["survey_date"] = day
        soft = QgsVectorLayerUtils.validateAttribute(work, feature, work.fields().indexOf("survey_date"), SOFT)
        assert soft[0] is fits, day


def test_layers_lie_where_the_result_lies(moved, project):
    result = work_of(project).crs()
    assert result.isValid()
    assert project.crs() == result
    for layer in project.mapLayers().values():
        assert layer.crs() == result, layer.name()
        assert layer.extent().intersects(work_of(project).extent()), layer.name()


def test_constraints_and_photo_names_work_as_expressions(project):
    work = work_of(project)
    feature = QgsFeature(next(work.getFeatures()))

    def holds(name, **values):
        for field, value in values.items():
            feature[field] = value
        return QgsVectorLayerUtils.validateAttribute(work, feature, work.fields().indexOf(name))[0]

    assert not holds("verdict", verdict=None)
    assert not holds("surveyor", surveyor="  ")
    assert holds("surveyor", surveyor="张三")
    assert not holds("closure", closure=7.0)
    assert holds("closure", closure=0.0)
    assert holds("closure", closure=None)
    assert not holds("photo_1", verdict="wrong", photo_1=None)
    assert holds("photo_1", verdict="wrong", photo_1="DCIM/a.jpg")
    from qgis.core import QgsExpression, QgsExpressionContext

    naming = json.loads(work.customProperty("QFieldSync/attachment_naming"))["photo_1"]
    context = QgsExpressionContext()
    context.setFeature(feature)
    context.setFields(work.fields())
    name = QgsExpression(naming).evaluate(context)
    assert re.fullmatch(r"DCIM/350428[0-9-]+_photo_1_\d{8}_\d{6}\.\{extension\}", name)


def test_what_is_around_is_for_reading_and_what_is_to_do_can_be_edited(project):
    found = layers(project)
    assert sorted(found) == [
        "background.gpkg/background", "context.gpkg/all_stands", "context.gpkg/tenure", "field.gpkg/stands_to_check",
    ]  # fmt: skip
    assert found["context.gpkg/all_stands"].readOnly()
    assert found["context.gpkg/tenure"].readOnly()
    assert not found["field.gpkg/stands_to_check"].readOnly()
    assert isinstance(found["background.gpkg/background"], QgsRasterLayer)
    order = [node.layer() for node in project.layerTreeRoot().findLayers()]
    assert order[0] is found["field.gpkg/stands_to_check"]
    assert order[-1] is found["background.gpkg/background"]


def test_an_edit_in_the_moved_package_is_saved(moved, tmp_path):
    target = shutil.copytree(moved, tmp_path / "copy")
    project = QgsProject()
    assert project.read(str(target / "field.qgz"))
    work = work_of(project)
    feature = next(work.getFeatures())
    assert work.startEditing()
    for name, value in (("verdict", "wrong"), ("surveyor", "张三"), ("survey_date", "2026-11-20"),
                        ("photo_1", "DCIM/a.jpg")):  # fmt: skip
        assert work.changeAttributeValue(feature.id(), work.fields().indexOf(name), value)
    assert work.commitChanges()
    project.clear()
    rows = read_geopackage_table(target / "field.gpkg", "stands_to_check")
    assert rows["verdict"].tolist().count("wrong") == 1
    assert rows["row_id"].is_unique
    assert len(rows) == VISITS


def test_the_background_shows_the_image(project):
    background = layers(project)["background.gpkg/background"]
    assert background.bandCount() >= 3
    settings = QgsMapSettings()
    settings.setLayers([background])
    settings.setDestinationCrs(project.crs())
    settings.setExtent(work_of(project).extent())
    settings.setOutputSize(QSize(200, 200))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    colours = {image.pixel(x, y) for x in range(0, 200, 5) for y in range(0, 200, 5)}
    assert len(colours) > 50


def test_the_control_sample_is_not_told_apart_in_the_design_that_surveyors_get(moved):
    from sanming_carbon_plugin.adapters.geopackage_rows import table_names

    assert table_names(moved / "field.gpkg") == ["stands_to_check", "field_package"]
    assert "control_design" in table_names(moved / "base.gpkg")


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
        cwd=Path(__file__).resolve().parents[2], env=os.environ | environment,
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
