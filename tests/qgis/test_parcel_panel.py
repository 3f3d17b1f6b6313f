"""Click a stand: tool, panel, lists, decision, print; and nothing is left behind."""

from __future__ import annotations

import subprocess

import pytest
from assessed import assessed_sample
from qgis.core import QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDialogButtonBox

from sanming_carbon_plugin.adapters.decision_files import decisions_beside, read_decisions
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.maps.layers import add_results_group
from sanming_carbon_plugin.core.units import UnitChoice
from sanming_carbon_plugin.gui.dock import CarbonDock
from sanming_carbon_plugin.gui.override_dialog import OverrideDialog
from sanming_carbon_plugin.gui.parcel_cards import ParcelCards
from sanming_carbon_plugin.gui.result_layers import meant_layer, stand_layers

pytestmark = pytest.mark.qgis


@pytest.fixture
def cards(qgis_iface, provider, tmp_path, qtbot):
    """Cards over the assessed sample in the project."""
    QgsProject.instance().clear()
    made = CarbonDock(qgis_iface, qgis_iface.mainWindow())
    found = ParcelCards(qgis_iface, made.side, made)
    found.path = assessed_sample(tmp_path)
    found.dock = made
    found.group = add_results_group(QgsProject.instance(), found.path, "en")
    found.stands = read_geopackage_table(found.path, "stands", geometry=True)
    qgis_iface.messageBar().clearWidgets() if hasattr(qgis_iface.messageBar(), "clearWidgets") else None
    yield found
    found.shut_down()
    made.shut_down()
    made.deleteLater()
    QgsProject.instance().clear()


def _point(cards, row):
    point = cards.stands["geometry"].iloc[row].representative_point()
    return QgsPointXY(point.x, point.y)


def _key(cards, row):
    return cards.stands["stand_key"].iloc[row]


def _map_on(cards, qgis_iface, row):
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(stand_layers(cards.group)[0].crs())
    box = cards.stands["geometry"].iloc[row].bounds
    from qgis.core import QgsRectangle

    canvas.setExtent(QgsRectangle(*box))
    return canvas


@pytest.mark.long
@pytest.mark.everywhere
def test_a_click_on_the_map_opens_the_card(cards, qgis_iface, qtbot):
    canvas = _map_on(cards, qgis_iface, 30)
    cards.action.trigger()
    assert canvas.mapTool() is cards.tool
    place = canvas.getCoordinateTransform().transform(_point(cards, 30))
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        QPoint(round(place.x()), round(place.y())),
    )  # fmt: skip
    assert cards.panel.card.stand_key == _key(cards, 30)
    assert _key(cards, 30) in cards.panel.form.title.text()
    shown = cards.panel.form.text.toPlainText()
    assert all(title in shown for title in ("What it is", "Area", "Carbon stock", "Raster evidence", "Carbon ticket"))


@pytest.mark.long
def test_a_place_without_a_stand_is_told(cards, qgis_iface):
    cards.open_at(QgsPointXY(0, 0))
    assert cards.panel is None


@pytest.mark.long
def test_the_visible_result_is_meant_and_the_active_one_goes_before(cards, qgis_iface, tmp_path, monkeypatch):
    other = tmp_path / "other.gpkg"
    other.write_bytes(cards.path.read_bytes())
    group = add_results_group(QgsProject.instance(), other, "en")
    assert meant_layer(qgis_iface)[0] == other
    group.setItemVisibilityChecked(False)
    assert meant_layer(qgis_iface)[0] == cards.path
    monkeypatch.setattr(qgis_iface, "activeLayer", lambda: stand_layers(group)[0])
    assert meant_layer(qgis_iface)[0] == other


def test_the_whole_layer_is_walked_through(cards):
    cards.show_stand(cards.path, _key(cards, 30))
    assert "31" in cards.panel.form.title.text()
    cards.panel.form.next.click()
    assert cards.panel.card.stand_key == _key(cards, 31)
    cards.panel.form.previous.click()
    cards.panel.form.previous.click()
    assert cards.panel.card.stand_key == _key(cards, 29)
    cards.show_stand(cards.path, _key(cards, 0))
    cards.panel.form.previous.click()  # the list ends
    assert cards.panel.card.stand_key == _key(cards, 0)


@pytest.mark.long
def test_the_selection_is_walked_through(cards):
    layer = stand_layers(cards.group)[0]
    layer.selectByIds([5, 12, 40])
    cards.show_stand(cards.path, _key(cards, 4))  # row 5 of the layer
    cards.panel.choose_list("selection")
    cards.panel.form.next.click()
    assert cards.panel.card.stand_key == _key(cards, 11)
    cards.panel.form.next.click()
    cards.panel.form.next.click()
    assert cards.panel.card.stand_key == _key(cards, 39)


def test_the_list_of_doubts_is_walked_through_and_followed(cards):
    cards.dock.side.show_result(cards.path, opening=True)
    panel = cards.dock.side.panel
    cards.show_stand(cards.path, _key(cards, 0))
    panel.choose_code("TICKET_EVIDENCE_MISSING")
    panel.go_to_row(0)
    assert cards.panel.card.stand_key == panel.model.issue(0).stand_key
    panel.form.rows.selectRow(0)
    cards.panel.choose_list("issues")
    cards.panel.form.next.click()
    assert cards.panel.card.stand_key == panel.model.issue(1).stand_key
    cards.panel.form.previous.click()
    assert cards.panel.card.stand_key == panel.model.issue(0).stand_key


def test_the_card_is_copied_as_text(cards):
    cards.show_stand(cards.path, _key(cards, 30))
    cards.panel.form.copy.click()
    text = QGuiApplication.clipboard().text()
    assert _key(cards, 30) in text
    assert "Carbon stock" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_is_one_page_with_words_that_stay_text(cards, tmp_path, language, monkeypatch):
    monkeypatch.setattr("sanming_carbon_plugin.gui.parcel_cards.language", lambda: language)
    doubts = read_geopackage_table(cards.path, "issues")["stand_key"].value_counts()
    key = doubts.index[0]  # the stand with the longest card
    cards.show_stand(cards.path, key)
    path = tmp_path / "卡片.pdf"
    cards.panel.save_pdf(path)
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1" in told
    assert "A4" in told
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert key in text
    assert ("碳储量" if language == "zh" else "Carbon stock") in text


@pytest.mark.everywhere
def test_the_letters_of_the_page_can_be_read(cards):
    from sanming_carbon_plugin.gui.parcel_print import CardPage, page_layout

    for row in range(0, len(cards.stands), 600):
        cards.show_stand(cards.path, _key(cards, row))
        page = CardPage(cards.panel.card, page_layout())
        assert page.document.pageCount() == 1
        assert page.points >= 5.5


@pytest.mark.everywhere
def test_a_class_is_overridden_with_a_reason(cards, qtbot):
    key = cards.stands["stand_key"][cards.stands["pine_transform"] == "yes"].iloc[0]
    cards.show_stand(cards.path, key)
    told = []
    cards.decided.connect(told.append)
    cards.panel.form.decide.click()
    dialog = cards._iface.mainWindow().findChild(OverrideDialog)
    ok = dialog.form.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()  # without a reason
    dialog.choose("pine_transform", "no")
    dialog.form.reason.setText("水源地上游")
    dialog.form.name.setText("林工")
    assert ok.isEnabled()
    QTest.mouseClick(ok, Qt.MouseButton.LeftButton)
    (row,) = read_decisions(decisions_beside(cards.path)).table.to_dict("records")
    assert (row["stand_key"], row["column"], row["value"], row["reason"], row["name"]) == (
        key, "pine_transform", "no", "水源地上游", "林工",
    )  # fmt: skip
    assert row["geometry_hash"]
    assert told == [cards.path]
    qtbot.waitUntil(lambda: "水源地上游" in cards.panel.form.text.toPlainText(), timeout=5_000)


def test_a_decision_that_cannot_be_written_keeps_the_dialog_open(cards, qtbot):
    decisions_beside(cards.path).mkdir()
    dialog = OverrideDialog(cards.path, _key(cards, 0))
    dialog.form.reason.setText("原因")
    dialog.form.name.setText("林工")
    dialog.show()
    dialog.accept()
    assert dialog.result() == 0
    assert not dialog.form.problem.isHidden()
    needed = dialog.layout().totalHeightForWidth(dialog.width())
    assert dialog.height() >= needed, "no field is pressed together"
    dialog.deleteLater()


def test_the_card_follows_the_chosen_units(cards, monkeypatch):
    cards.show_stand(cards.path, _key(cards, 30))
    assert " ha" in cards.panel.form.text.toPlainText()
    monkeypatch.setattr("sanming_carbon_plugin.gui.parcel_cards.chosen_units", lambda: UnitChoice("mu", "wan_t"))
    cards.reload()
    assert "10⁴ tCO₂e" in cards.panel.form.text.toPlainText()


def test_removing_the_result_empties_the_card(cards):
    cards.show_stand(cards.path, _key(cards, 30))
    QgsProject.instance().clear()
    assert cards.panel.card is None
    assert not cards.panel.form.decide.isEnabled()
    cards.panel.form.next.click()


def test_a_result_whose_file_is_gone_is_told(cards, qgis_iface):
    cards.show_stand(cards.path, _key(cards, 30))
    cards.path.unlink()
    cards.open_at(_point(cards, 31))
    cards.panel.form.next.click()
    assert cards.panel.card.stand_key == _key(cards, 30)
