"""The dialog about fields: what is recognised, what comes of a choice, and the file it leaves."""

from __future__ import annotations

import json

import pytest
from made_results import SAMPLE
from qgis.core import QgsFeatureRequest, QgsVectorLayer
from qgis.gui import QgsFieldComboBox
from qgis.PyQt.QtWidgets import QFileDialog

from sanming_carbon_plugin.core.stands.roles import ROLES
from sanming_carbon_plugin.gui.mapping_dialog import MappingDialog
from sanming_carbon_plugin.processing.inputs import take_layer

pytestmark = pytest.mark.qgis
_SCORE, _STATE, _BEFORE, _AFTER = 2, 3, 4, 5


@pytest.fixture
def layer(tmp_path):
    """Some stands with a column of species written in three ways, and two columns that could be the age."""
    source = QgsVectorLayer(str(_copied(tmp_path)), "stands", "ogr")
    made = source.materialize(QgsFeatureRequest().setLimit(40))
    made.setName("小班")
    species = made.fields().indexOf("YOU_SHI_SZ")
    assert species >= 0
    made.startEditing()
    for number, feature in enumerate(made.getFeatures()):
        made.changeAttributeValue(feature.id(), species, ("220", "220000", "马尾松")[number % 3])
    assert made.commitChanges()
    return made


def _copied(tmp_path):
    path = tmp_path / "stands.gpkg"
    path.write_bytes((SAMPLE / "stands.gpkg").read_bytes())
    return path


def _opened(qtbot, layer, path=None):
    dialog = MappingDialog(take_layer(layer), path)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.loaded, timeout=30_000):
        pass
    return dialog


def _text(dialog, role, column):
    return dialog.table.item(ROLES.index(role), column).text()


def test_what_is_recognised_is_shown_with_its_values_before_and_after(qgis_app, qtbot, layer):
    dialog = _opened(qtbot, layer)
    assert dialog.fields()["species"] == "YOU_SHI_SZ"
    assert _text(dialog, "species", _STATE) == "Recognised"
    assert 0 < float(_text(dialog, "species", _SCORE)) <= 1
    assert _text(dialog, "species", _BEFORE) == "220 | 220000 | 马尾松"
    assert len(set(_text(dialog, "species", _AFTER).split(" | "))) == 1


def test_missing_and_ambiguous_roles_are_said_in_words(qgis_app, qtbot, layer):
    dialog = _opened(qtbot, layer)
    dialog.choose("species", None)
    dialog.refresh()
    assert _text(dialog, "species", _STATE) == "Left out by you"
    missing = next(role for role in dialog.preview.recognised.missing)
    assert _text(dialog, missing, _STATE).startswith("Missing")
    dialog.only_open.setChecked(True)
    assert not dialog.table.isRowHidden(ROLES.index("species"))
    assert dialog.table.isRowHidden(ROLES.index("land_class"))


def test_two_columns_that_fit_equally_are_left_open(qgis_app, qtbot, layer):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    layer.dataProvider().addAttributes([QgsField("优势树种", QMetaType.Type.QString)])
    layer.dataProvider().renameAttributes({layer.fields().indexOf("YOU_SHI_SZ"): "主要树种"})
    layer.updateFields()
    position, species = layer.fields().indexOf("优势树种"), layer.fields().indexOf("主要树种")
    changes = {feature.id(): {position: feature[species]} for feature in layer.getFeatures()}
    layer.dataProvider().changeAttributeValues(changes)
    dialog = _opened(qtbot, layer)
    assert "species" not in dialog.fields()
    assert _text(dialog, "species", _STATE) == "Ambiguous: choose one of 2"
    labels = [dialog._choices["species"].itemText(row) for row in (1, 2)]
    assert all("score" in label for label in labels)


def test_columns_are_chosen_in_the_field_box_of_qgis_the_likely_ones_first(qgis_app, qtbot, layer):
    dialog = _opened(qtbot, layer)
    for role, combo in dialog._choices.items():
        assert isinstance(combo, QgsFieldComboBox)
        assert combo.itemText(0) == ""
        assert combo.count() == 1 + len(dialog.preview.columns)
        likely = [candidate.column for candidate in dialog.preview.candidates(role)]
        offered = [combo.fields().at(place).name() for place in range(len(likely))]
        assert offered == likely
    icons = {dialog._choices["species"].fields().field(name).type() for name in ("YOU_SHI_SZ", "MIAN_JI")}
    assert len(icons) == 2, "a text and a number"
    dialog.choose("species", None)
    assert "species" not in dialog.fields()


def test_a_choice_changes_the_preview_by_itself(qgis_app, qtbot, layer):
    dialog = _opened(qtbot, layer)
    column = dialog.fields()["closure"]
    before = _text(dialog, "closure", _AFTER)
    assert before
    combo = dialog._decisions["closure_unit"]
    combo.setCurrentIndex(combo.findData("percent"))
    qtbot.waitUntil(lambda: _text(dialog, "closure", _AFTER) != before, timeout=5_000)
    dialog.choose("remarks", column)
    qtbot.waitUntil(lambda: "Also used for" in _text(dialog, "closure", _STATE), timeout=5_000)


def test_the_file_holds_the_choices_and_brings_them_back(qgis_app, qtbot, layer, tmp_path):
    dialog = _opened(qtbot, layer)
    dialog.choose("age", None)
    combo = dialog._decisions["slope_kind"]
    combo.setCurrentIndex(combo.findData("class"))
    path = tmp_path / "字段 对照.json"
    assert dialog.save(path)
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["fields"] == dialog.fields()
    assert held["decisions"] == {"slope_kind": "class"}
    assert "age" in held["missing"]
    again = _opened(qtbot, layer, path)
    assert again.fields() == dialog.fields()
    assert again.decisions() == dialog.decisions()
    assert again.path == path


def test_a_file_for_another_layer_is_refused_in_words(qgis_app, qtbot, layer, tmp_path):
    dialog = _opened(qtbot, layer)
    before = dialog.fields()
    path = tmp_path / "other.json"
    path.write_text('{"fields": {"species": "NOT_THERE"}}', encoding="utf-8")
    assert not dialog.load(path)
    assert "MAPPING_COLUMNS" in dialog.message.text()
    assert dialog.fields() == before


def test_use_asks_for_a_file_once(qgis_app, qtbot, layer, tmp_path, monkeypatch):
    dialog = _opened(qtbot, layer)
    asked = []

    def answer(*args):
        asked.append(args)
        return str(tmp_path / "chosen"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    dialog.accept()
    assert dialog.path == tmp_path / "chosen.json"
    assert dialog.path.exists()
    dialog.accept()
    assert len(asked) == 1


def test_closing_while_the_layer_is_read_does_no_harm(qgis_app, qtbot, layer):
    dialog = MappingDialog(take_layer(layer))
    qtbot.addWidget(dialog)
    dialog.reject()
    qtbot.wait(300)
    assert dialog.preview is None


def test_a_layer_that_cannot_be_read_is_said_in_the_dialog(qgis_app, qtbot, tmp_path):
    from dataclasses import replace

    path = _copied(tmp_path)
    taken = take_layer(QgsVectorLayer(str(path), "stands", "ogr"))
    assert taken.file is not None
    dialog = MappingDialog(replace(taken, file=(str(tmp_path / "gone.gpkg"), None)))
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "[" in dialog.message.text(), timeout=10_000)
    assert not dialog.table.isEnabled()
