"""Layers of a real result: names, columns, codes and forms in the user's language."""

from __future__ import annotations

import re

import pytest
from assessed import assessed_sample
from qgis.core import QgsApplication, QgsFeatureRequest, QgsProject, QgsReadWriteContext
from qgis.PyQt.QtXml import QDomDocument

from sanming_carbon_plugin.adapters.column_words import words_in_column
from sanming_carbon_plugin.adapters.maps.layers import add_results_group

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
        ("species_group", ("Pine", "松类")), ("ticket", ("Yes", "是")), ("QI_YUAN", ("planted seedlings", "植苗")),
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


LIGHT = 300_000
"""Letters of XML that a layer of a result may add to the project: QGIS reads them while the window waits."""


def test_a_layer_of_a_result_is_light_in_the_project(shown):
    _, group = shown
    for node in group.findLayers():
        document = QDomDocument()
        element = document.createElement("maplayer")
        document.appendChild(element)
        assert node.layer().writeLayerXml(element, document, QgsReadWriteContext())
        assert len(document.toString(2)) < LIGHT, node.layer().name()


def test_rules_are_told_in_words(shown):
    language, group = shown
    layer = _stands_layer(group)
    for row in layer.getFeatures(QgsFeatureRequest().setLimit(5)):
        for name in ("pine_rules", "reserve_rules", "ticket_rules", "measures"):
            told = row["in_words_" + name]
            if isinstance(row[name], str):
                assert told == words_in_column(name, row[name], language, "stands")
                assert not re.search("[A-Z_]{4,}[-+?]", told)
