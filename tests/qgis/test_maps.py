"""Themes tell their classes apart in print, legends speak the user's language, and the PDF carries its fonts."""

from __future__ import annotations

import subprocess
from itertools import pairwise

import pytest
from qgis.core import QgsProject, QgsVectorLayerUtils
from qgis.PyQt.QtGui import QColor

from sanming_carbon_plugin.adapters.maps.area_table import area_rows
from sanming_carbon_plugin.adapters.maps.layers import add_results_group, column_alias, theme_layer
from sanming_carbon_plugin.adapters.maps.pdf import export_map_pdf
from sanming_carbon_plugin.adapters.maps.sheet import round_scale, target_map
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.core.errors import InputError, OutputError

pytestmark = pytest.mark.qgis


def test_the_themes_of_a_result_are_there():
    assert {"carbon_density", "sink", "pine_technique", "reserve_mode", "ticket", "issues"} <= set(themes())


@pytest.mark.parametrize("name", [name for name in themes() if name not in {"carbon_density", "sink"}])
def test_classes_differ_in_more_than_colour(name):
    """Two classes never share a pattern unless a grey print tells their fills apart."""
    classes = themes()[name].classes
    for number, one in enumerate(classes):
        for other in classes[number + 1 :]:
            if one.pattern == other.pattern:
                grey = abs(QColor(one.fill).lightnessF() - QColor(other.fill).lightnessF())
                assert grey > 0.03, (one.value, other.value)


@pytest.mark.parametrize("name", ["carbon_density", "sink"])
def test_ranges_follow_on_one_another_and_darken(name):
    ranges = [each for each in themes()[name].classes if each.lower is not None]
    for one, next_one in pairwise(ranges):
        assert one.upper == next_one.lower
        assert QColor(one.fill).lightnessF() > QColor(next_one.fill).lightnessF()
    assert ranges[-1].upper is None
    assert all(each.pattern for each in themes()[name].classes if each.lower is None)  # a loss, and the unknown
    assert any(each.value == "unknown" and each.pattern for each in themes()[name].classes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_row_has_a_class_and_every_class_words(made_gpkg, language):
    for theme in themes().values():
        layer = theme_layer(made_gpkg, theme, language)
        values, _ = QgsVectorLayerUtils.getValues(layer, theme.expression)
        assert set(values) <= {each.value for each in theme.classes}
        for each in theme.classes:
            label = each.label(language)
            assert label
            assert label != each.value
            has_chinese = any("\u4e00" <= sign <= "\u9fff" for sign in label)
            assert not (language == "en" and has_chinese), label
            is_range = each.lower is not None or each.upper is not None
            assert is_range or (language == "zh") == has_chinese, label


def test_unknown_carbon_is_a_class_of_its_own_and_not_the_lowest(made_gpkg):
    theme = themes()["carbon_density"]
    layer = theme_layer(made_gpkg, theme, "en")
    values, _ = QgsVectorLayerUtils.getValues(layer, theme.expression)
    amounts, _ = QgsVectorLayerUtils.getValues(layer, "carbon_tc_ha")
    assert [value == "unknown" for value in values] == [not isinstance(amount, float) for amount in amounts]
    assert "r1" in values  # a true 0 stays 0


def test_columns_are_called_by_their_names_in_words(made_gpkg):
    layer = theme_layer(made_gpkg, themes()["ticket"], "zh")
    position = layer.fields().indexOf("measure")
    assert layer.attributeAlias(position) == "首选措施"
    assert {"松林改造提升": "pine_transform"} in layer.editorWidgetSetup(position).config()["map"]
    assert layer.attributeAlias(layer.fields().indexOf("LIN_BAN")) == "林班"
    assert column_alias("canopy_mean", "en") == "canopy mean"
    assert layer.readOnly()


def test_the_group_shows_one_theme_at_a_time(made_gpkg):
    project = QgsProject.instance()
    project.clear()
    group = add_results_group(project, made_gpkg, "zh")
    assert group.name() == "林业碳汇:结果"
    assert [node.layer().name() for node in group.findLayers()] == [theme.title("zh") for theme in themes().values()]
    assert [node.isVisible() for node in group.findLayers()].count(True) == 1
    group.findLayers()[2].setItemVisibilityChecked(True)
    assert [node.isVisible() for node in group.findLayers()].count(True) == 1
    project.clear()


def test_the_table_adds_up(made_gpkg):
    rows = area_rows(theme_layer(made_gpkg, themes()["ticket"], "en"), themes()["ticket"], "en")
    assert rows[0] == ("Class", "Stands", "Area (ha)", "Area (mu)")
    assert sum(int(row[1]) for row in rows[1:-1]) == int(rows[-1][1]) == 64
    assert rows[-1][2:] == ("400.00", "6,000.0")


@pytest.mark.parametrize(("scale", "expected"), [(1, 1), (9_999, 10_000), (10_001, 15_000), (20_000, 20_000)])
def test_scales_are_round(scale, expected):
    assert round_scale(scale) == expected


@pytest.mark.everywhere
@pytest.mark.parametrize(("language", "words"), [("zh", "林业碳汇目标图"), ("en", "Forest carbon target map")])
def test_the_pdf_keeps_its_text_and_carries_its_fonts(made_gpkg, language, words):
    out = made_gpkg.with_name("目标 图.pdf")
    assert export_map_pdf(made_gpkg, out, language) == out
    fonts = subprocess.run(["pdffonts", str(out)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        embedded = line.split()[-5]
        assert embedded == "yes", line
    text = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, text=True, check=True).stdout
    assert words in text
    assert "2026-02-03" in text
    assert "0.0.1" in text
    assert [path.name for path in out.parent.iterdir() if path.suffix == ".tmp"] == []


def test_a_pdf_that_cannot_be_written_is_told(made_gpkg):
    with pytest.raises(OutputError):
        export_map_pdf(made_gpkg, made_gpkg.parent / "nowhere" / "map.pdf", "en")


def test_a_file_that_is_no_result_is_told(tmp_path):
    with pytest.raises(InputError, match="RESULT_LAYER_MISSING"):
        theme_layer(tmp_path / "none.gpkg", themes()["ticket"], "en")


def test_a_template_without_its_items_is_told(made_gpkg, tmp_path):
    template = tmp_path / "own.qpt"
    template.write_text('<Layout name="x" units="mm"><PageCollection/></Layout>', encoding="utf-8")
    project = QgsProject()
    layer = theme_layer(made_gpkg, themes()["ticket"], "en")
    project.addMapLayer(layer)
    with pytest.raises(InputError, match="MAP_TEMPLATE_INVALID"):
        target_map(project, layer, "ticket", "en", template)
    project.clear()
