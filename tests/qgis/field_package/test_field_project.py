"""The project for QField, moved to another place: forms, constraints, photos, and no file that is missing."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from field_requests import VISITS, request
from made_results import SAMPLE
from qgis.core import (
    QgsEditorWidgetSetup,
    QgsFeature,
    QgsFieldConstraints,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QDate, QSize

from sanming_carbon_plugin.adapters.field_package.files import BackgroundSource
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.field_package import field_package
from sanming_carbon_plugin.adapters.jobs.request import LayerSource
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.everywhere]
HARD = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard
SOFT = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft
NOT_NULL = QgsFieldConstraints.Constraint.ConstraintNotNull
EXPRESSION = QgsFieldConstraints.Constraint.ConstraintExpression


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
