"""Units are chosen once and followed by tables, legends, labels and the settings."""

from __future__ import annotations

import pytest
from qgis.core import QgsExpressionContextUtils, QgsProject, QgsSettings

from sanming_carbon_plugin.adapters.maps.layers import add_results_group, dress_again
from sanming_carbon_plugin.adapters.unit_choice import (
    AREA_SETTING,
    MASS_SETTING,
    area_text,
    chosen_units,
    mass_text,
    titled_in_units,
    units_from,
)
from sanming_carbon_plugin.core.units import UnitChoice
from sanming_carbon_plugin.gui.unit_options import UnitsChosen, UnitsPage, UnitsPageFactory

pytestmark = pytest.mark.qgis
MU = UnitChoice("mu", "wan_t")


@pytest.fixture(autouse=True)
def _own_settings(qgis_app):
    yield
    for name in (AREA_SETTING, MASS_SETTING):
        QgsSettings().remove(name)


@pytest.mark.everywhere
def test_the_page_keeps_the_choice_and_tells_it(qgis_app):
    told = []
    chosen = UnitsChosen()
    chosen.changed.connect(lambda: told.append(chosen_units()))
    page = UnitsPageFactory(chosen).createWidget()
    assert isinstance(page, UnitsPage)
    page.apply()
    assert told == []  # nothing was changed
    page.area.setCurrentIndex(page.area.findData("mu"))
    page.mass.setCurrentIndex(page.mass.findData("wan_t"))
    page.apply()
    assert told == [MU]
    assert UnitsPage(chosen).area.currentData() == "mu"


def test_a_setting_that_is_not_understood_means_hectares_and_tonnes():
    assert units_from("acre", None) == UnitChoice()
    with pytest.raises(ValueError, match="acre"):
        UnitChoice("acre", "t")


def _shown(layer):
    return [column.name for column in layer.attributeTableConfig().columns() if not column.hidden]


@pytest.mark.everywhere
def test_tables_show_areas_and_masses_in_the_chosen_units(made_gpkg):
    group = add_results_group(QgsProject.instance(), made_gpkg, "zh", None, MU)
    layer = group.findLayers()[0].layer()
    shown = _shown(layer)
    assert "area_mu" in shown
    assert "area_ha" not in shown
    assert "sink_tco2e_yr" not in shown
    position = layer.fields().indexOf("in_units_sink_tco2e_yr")
    assert layer.attributeDisplayName(position) == "年碳汇量(万吨二氧化碳当量)"
    for row in layer.getFeatures():
        stored, in_units = row["sink_tco2e_yr"], row["in_units_sink_tco2e_yr"]
        if isinstance(stored, float):
            assert in_units == pytest.approx(stored / 1e4)
        else:
            assert not isinstance(in_units, float)  # unknown stays unknown
    QgsProject.instance().clear()


def test_another_choice_dresses_the_layers_again_and_leaves_no_column(made_gpkg):
    project = QgsProject.instance()
    group = add_results_group(project, made_gpkg, "en")
    layer = group.findLayers()[1].layer()
    before = layer.fields().names()
    assert "Carbon density (tC/ha)" in layer.name()
    assert len(list(dress_again(project, "en", MU))) == len(group.findLayers())
    assert "tC/mu" in layer.name()
    labels = [category.label() for category in layer.renderer().categories()]
    assert "1.33 – 2.67" in labels  # 20 to 40 tonnes a hectare
    list(dress_again(project, "en", UnitChoice()))
    assert layer.fields().names() == before
    assert "area_ha" in _shown(layer)
    project.clear()


@pytest.mark.parametrize(("units", "expected"), [(UnitChoice(), "6.3 ha"), (MU, "93.8 mu")])
def test_labels_say_the_area_in_the_chosen_unit(made_gpkg, units, expected):
    group = add_results_group(QgsProject.instance(), made_gpkg, "en", None, units)
    layer = group.findLayers()[0].layer()
    assert layer.labelsEnabled()
    settings = layer.labeling().settings()
    expression = settings.getLabelExpression()
    context = layer.createExpressionContext()
    context.appendScope(QgsExpressionContextUtils.layerScope(layer))
    context.setFeature(next(layer.getFeatures()))
    assert expected in expression.evaluate(context)
    QgsProject.instance().clear()


def test_texts_in_units():
    assert area_text(2.0, MU, "zh") == "30.0 亩"
    assert mass_text(12345.0, MU, "zh") == "1.2345 万吨二氧化碳当量"
    assert mass_text(-0.01, UnitChoice(), "en") == "0.0 tCO₂e"
    assert mass_text(float("nan"), MU, "en") == "Unknown"
    assert titled_in_units("Volume (m³/ha)", MU, "en") == "Volume (m³/mu)"
    assert MU.factor_of("stock_tco2e") == 1e-4
    assert MU.factor_of("carbon_tc_ha") == pytest.approx(1 / 15)
    assert MU.factor_of("area_ha") == 15
    assert MU.factor_of("stand_key") == 1
