"""Every layer that any algorithm puts into the project: named, worded, in the chosen units and readable in print."""

from __future__ import annotations

import re

import pytest
from every_algorithm import ASKED, ENDINGS, office_in
from qgis.core import QgsCategorizedSymbolRenderer, QgsSettings
from qgis.PyQt.QtCore import QMetaType

from sanming_carbon_plugin.adapters.maps.layers import dress_again
from sanming_carbon_plugin.adapters.unit_choice import AREA_SETTING, MASS_SETTING
from sanming_carbon_plugin.adapters.words import _words
from sanming_carbon_plugin.core.units import UnitChoice
from sanming_carbon_plugin.processing.provider import ALGORITHMS

pytestmark = [pytest.mark.qgis, pytest.mark.slow]
CHINESE = re.compile("[\u4e00-\u9fff]")
CODE_LIKE = re.compile(r"[a-z]+(_[a-z0-9]+)+|[A-Z]+(_[A-Z0-9]+)+[+?-]?")
CODES = {code for _, code in _words() if re.fullmatch(r"[a-z_]{2,}", code)}
MU = UnitChoice("mu", "wan_t")
IN_OTHER_UNITS = re.compile(r"\(ha\)|/ha\b|hectare|公顷|(?<!10⁴ )tCO₂e\)|\((?!万)吨二氧化碳|[(/]t\)")
PLACES = ("county", "area_unit", "XIAN")
"""Columns whose codes nobody can list: townships and villages are numbered by each county."""


@pytest.fixture(scope="module", params=["en_US", "zh-Hans"])
def office(request, qgis_app, tmp_path_factory):
    """Every algorithm on the small cut of the sample, in one language."""
    with office_in(tmp_path_factory.mktemp("layers"), request.param) as made:
        yield made


NAMES = [algorithm().name() for algorithm in ALGORITHMS]
WITH_LAYERS = [name for name in NAMES if name not in ENDINGS or name == "application"]


def _shown(layer):
    columns = [column.name for column in layer.attributeTableConfig().columns() if not column.hidden and column.name]
    return [(name, layer.fields().indexOf(name)) for name in columns]


def _coded(layer, position):
    setup = layer.editorWidgetSetup(position)
    if setup.type() != "ValueMap":
        return None
    pairs = setup.config()["map"]
    return {str(code): text for pair in ([pairs] if isinstance(pairs, dict) else pairs) for text, code in pair.items()}


def test_every_algorithm_is_asked():
    assert set(ASKED) == set(NAMES)


@pytest.mark.parametrize("name", WITH_LAYERS)
def test_every_column_is_called_something(office, name):
    layers = office.ran(name).layers
    assert layers, "nothing is shown"
    for title, layer in layers:
        assert layer.name() == title or len(layers) > 1
        assert bool(CHINESE.search(layer.name().replace("甲", ""))) == (office.language == "zh") or layer.name() == "甲"
        for column, position in _shown(layer):
            alias = layer.attributeDisplayName(position)
            assert alias, (layer.name(), column)
            assert alias != column, (layer.name(), column)
            assert bool(CHINESE.search(alias)) == (office.language == "zh"), (layer.name(), column, alias)


@pytest.mark.parametrize("name", WITH_LAYERS)
def test_codes_are_told_in_words(office, name):
    inventory = office.columns()
    for _, layer in office.ran(name).layers:
        for column, position in _shown(layer):
            if layer.fields()[position].type() != QMetaType.Type.QString:
                continue
            values = {str(value) for value in layer.uniqueValues(position) if isinstance(value, str) and value}
            words = _coded(layer, position)
            if words is None:
                own = re.compile("|".join(sorted(inventory, key=len, reverse=True)))
                bad = {value for value in values if CODE_LIKE.search(own.sub("", value)) or value in CODES}
                assert not bad, (layer.name(), column, sorted(bad)[:5])
                continue
            left = {value for value in values - set(words) if not value.isdigit()}
            assert not left, (layer.name(), column, left)
            if column not in PLACES:
                wrong = {words[value] for value in values & set(words) if CODE_LIKE.fullmatch(words[value])}
                assert not wrong, (layer.name(), column, wrong)
            if office.language == "zh" and column != "unit":
                english = {words[value] for value in values & set(words) if not CHINESE.search(words[value])}
                assert not english, (layer.name(), column, english)


@pytest.mark.parametrize("name", WITH_LAYERS)
def test_figures_follow_the_units(office, name):
    layers = office.ran(name).layers
    projects = {id(layer.project()): layer.project() for _, layer in layers}
    inventory = office.columns()
    before = {layer.id(): layer.fields().names() for _, layer in layers}
    for project in projects.values():
        assert len(list(dress_again(project, office.language, MU))) == len(project.mapLayers())
    try:
        for _, layer in layers:
            for column, position in _shown(layer):
                if column in inventory:
                    continue  # as the county recorded it
                alias = layer.attributeDisplayName(position)
                assert not IN_OTHER_UNITS.search(alias), (layer.name(), column, alias)
                stored = column.removeprefix("in_units_")
                assert not (column.endswith("_ha") and column == stored and MU.factor_of(column) != 1), column
    finally:
        for project in projects.values():
            list(dress_again(project, office.language, UnitChoice()))
    assert {layer.id(): layer.fields().names() for _, layer in layers} == before


@pytest.mark.parametrize("name", WITH_LAYERS)
def test_areas_are_told_apart_without_colour(office, name):
    for _, layer in office.ran(name).layers:
        assert layer.editFormConfig().tabs(), layer.name()
        if not layer.isSpatial():
            continue
        renderer = layer.renderer()
        if isinstance(renderer, QgsCategorizedSymbolRenderer):
            for category in renderer.categories():
                assert bool(CHINESE.search(category.label())) == (office.language == "zh") or any(
                    letter.isdigit() for letter in category.label()
                ), category.label()
        elif "stand_key" in layer.fields().names():
            assert layer.labelsEnabled(), layer.name()


def test_units_of_the_settings_are_taken_at_once(office):
    QgsSettings().setValue(AREA_SETTING, "mu")
    QgsSettings().setValue(MASS_SETTING, "wan_t")
    try:
        from every_algorithm import run

        ran = run("carbonstock", office.asked("carbonstock") | {"OUTPUT": office.target("carbonstock", "_mu")})
        ((_, layer),) = ran.layers
        shown = [column for column, _ in _shown(layer)]
        assert {"area_mu", "in_units_stock_tco2e"} <= set(shown)
        assert not {"area_ha", "stock_tco2e"} & set(shown)
    finally:
        for key in (AREA_SETTING, MASS_SETTING):
            QgsSettings().remove(key)
