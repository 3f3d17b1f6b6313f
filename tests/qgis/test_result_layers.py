"""Layers of a real result: names, columns, codes and forms in the user's language."""

from __future__ import annotations

import re
import sqlite3
import time

import pytest
from assessed import assessed_sample
from qgis.core import QgsApplication, QgsFeatureRequest, QgsProject, QgsReadWriteContext, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from sanming_carbon_plugin.adapters.column_words import words_in_column
from sanming_carbon_plugin.adapters.maps.columns import _with_many_words
from sanming_carbon_plugin.adapters.maps.layers import add_results_group
from sanming_carbon_plugin.adapters.maps.values_there import values_there

pytestmark = pytest.mark.qgis
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(params=["en", "zh"])
def shown(request, qgis_app, tmp_path):
    QgsProject.instance().clear()
    group = add_results_group(QgsProject.instance(), assessed_sample(tmp_path), request.param)
    yield request.param, group
    QgsProject.instance().clear()


def _stands_layer(group):
    return group.findLayers()[0].layer()


def test_every_column_has_a_name_in_the_language(shown):
    language, group = shown
    for node in group.findLayers():
        layer = node.layer()
        assert bool(CHINESE.search(layer.name())) == (language == "zh")
        for position, field in enumerate(layer.fields()):
            if field.name() == "fid" or field.name().startswith("dem_"):
                continue
            alias = layer.attributeAlias(position)
            assert alias, field.name()
            assert bool(CHINESE.search(alias)) == (language == "zh"), (field.name(), alias)


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("species_group", ("Pine", "松类")), ("ticket", ("Eligible", "符合")),
        ("QI_YUAN", ("planted seedlings", "植苗")),
        ("YOU_SHI_SZ", ("Masson pine", "马尾松")), ("XIAN", ("Jiangle", "将乐县")), ("PO_XIANG", ("NW", "西北")),
    ],
)  # fmt: skip
def test_codes_are_shown_in_words(shown, column, texts):
    language, group = shown
    layer = _stands_layer(group)
    position = layer.fields().indexOf(column)
    setup = layer.editorWidgetSetup(position)
    assert setup.type() == "ValueMap"
    formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter("ValueMap")
    told = {
        formatter.representValue(layer, position, setup.config(), None, value) for value in layer.uniqueValues(position)
    }
    assert texts[language == "zh"] in told
    strange = {text for text in told if text.startswith("(") and text[1:-1].isdigit()}
    assert strange <= {"(999)"}, strange  # a code that the sample holds by mistake


def test_the_form_has_a_tab_for_each_subject_and_every_column_once(shown):
    language, group = shown
    layer = _stands_layer(group)
    tabs = layer.editFormConfig().tabs()
    assert len(tabs) >= 5
    assert all(bool(CHINESE.search(tab.name())) == (language == "zh") for tab in tabs)
    members = [element.name() for tab in tabs for element in tab.children()]
    stored = [member.removeprefix("in_words_").removeprefix("in_units_") for member in members]
    names = [
        name for name in layer.fields().names() if name != "fid" and not name.startswith(("in_words_", "in_units_"))
    ]
    assert sorted(stored) == sorted(names)


def test_numbers_are_rounded_for_reading_only(shown):
    _, group = shown
    layer = _stands_layer(group)
    position = layer.fields().indexOf("stock_tco2e")
    row = next(each for each in layer.getFeatures() if isinstance(each["stock_tco2e"], float))
    setup = layer.editorWidgetSetup(position)
    formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter(setup.type())
    text = formatter.representValue(layer, position, setup.config(), None, row["stock_tco2e"])
    assert float(text.replace(",", "")) == pytest.approx(row["stock_tco2e"], abs=0.006)
    assert len(text.rpartition(".")[2]) <= 2


def test_labels_stay_away_at_small_scales(shown):
    _, group = shown
    layer = _stands_layer(group)
    settings = layer.labeling().settings()
    assert settings.scaleVisibility
    assert settings.minimumScale <= 20_000


LIGHT = 270_000
"""Letters of XML that a layer of a result may add to the project: QGIS reads them while the window waits."""

LIGHT_PROJECT = 1_500_000
"""Bytes of a project with all layers of a result."""

MOST_S, ROWS = 0.05, 20_000
"""Of the window's thread, for finding out what the columns of a layer of so many rows hold."""


def test_a_layer_of_a_result_is_light_in_the_project(shown):
    _, group = shown
    for node in group.findLayers():
        document = QDomDocument()
        element = document.createElement("maplayer")
        document.appendChild(element)
        assert node.layer().writeLayerXml(element, document, QgsReadWriteContext())
        assert len(document.toString(2)) < LIGHT, node.layer().name()


def test_a_project_with_a_result_is_light(shown, tmp_path):
    project = tmp_path / "三明.qgs"
    assert QgsProject.instance().write(str(project))
    assert project.stat().st_size < LIGHT_PROJECT


def test_doubts_are_told_in_words(shown):
    """The project carries only the words of what the list holds; all of it is still told."""
    language, group = shown
    layer = next(node.layer() for node in group.findLayers() if "message" in node.layer().fields().names())
    for name in ("field", "value"):
        held = {row[name] for row in layer.getFeatures() if isinstance(row[name], str)}
        assert held
        told = {row[name]: row["in_words_" + name] for row in layer.getFeatures()}
        for value in held:
            assert told[value] == words_in_column(name, value, language, "issues"), value
    position = layer.fields().indexOf("code")
    pairs = layer.editorWidgetSetup(position).config()["map"]
    known = {code for pair in (pairs if isinstance(pairs, list) else [pairs]) for code in pair.values()}
    assert layer.uniqueValues(position) == known


def test_what_a_layer_holds_is_found_out_before_anybody_notices(qgis_app, tmp_path):
    """In the thread of the window: all columns in one pass, and not at all where there are more rows."""
    path = assessed_sample(tmp_path)
    layer = QgsVectorLayer("{}|layername=stands".format(path), "stands", "ogr")
    names = _with_many_words(layer, "zh")
    assert {"YOU_SHI_SZ", "DI_LEI", "XIAN"} <= set(names)
    there = values_there(layer, names)
    for name in names:
        held = {text for text in layer.uniqueValues(layer.fields().indexOf(name)) if isinstance(text, str)}
        assert held <= there[name]
    del layer
    large = _grown(path, ROWS)
    needed = []
    for _ in range(3):
        begun = time.thread_time()
        assert values_there(large, names) == there
        needed.append(time.thread_time() - begun)
    assert min(needed) < MOST_S, needed
    assert values_there(_grown(path, ROWS + 1), names) == {}


def _grown(path, rows):
    """The layer of stands with so many rows, none of which holds anything new."""
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute('DROP TRIGGER "{}"'.format(name))
        columns = ", ".join(
            '"{}"'.format(name)
            for name, key in database.execute("SELECT name, pk FROM pragma_table_info('stands')")
            if not key
        )
        (there,) = database.execute("SELECT count(*) FROM stands").fetchone()
        while there < rows:
            database.execute(
                "INSERT INTO stands ({0}) SELECT {0} FROM stands LIMIT {1}".format(columns, min(there, rows - there))
            )
            there += min(there, rows - there)
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = 'stands'", (rows,))
    layer = QgsVectorLayer("{}|layername=stands".format(path), "stands", "ogr")
    assert layer.featureCount() == rows
    return layer


def test_rules_are_told_in_words(shown):
    language, group = shown
    layer = _stands_layer(group)
    for row in layer.getFeatures(QgsFeatureRequest().setLimit(5)):
        for name in ("pine_rules", "reserve_rules", "ticket_rules", "measures"):
            told = row["in_words_" + name]
            if isinstance(row[name], str):
                assert told == words_in_column(name, row[name], language, "stands")
                assert not re.search("[A-Z_]{4,}[-+?]", told)
