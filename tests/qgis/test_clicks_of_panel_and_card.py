"""What stands on panel, card and dialogs does something: chart, zoom, print, help; and QGIS's own widgets choose."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from assessed import assessed_sample
from qgis.core import QgsProject, QgsRectangle
from qgis.gui import QgsDateEdit, QgsFileWidget, QgsMapLayerComboBox
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtPrintSupport import QPrintDialog, QPrinter
from qgis.PyQt.QtWidgets import QDialogButtonBox

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.maps.layers import add_results_group
from sanming_carbon_plugin.gui import forms, parcel_panel
from sanming_carbon_plugin.gui.mapping_dialog import MappingDialog
from sanming_carbon_plugin.gui.parcel_cards import ParcelCards
from sanming_carbon_plugin.processing.inputs import take_layer

pytestmark = pytest.mark.qgis
FORMS = sorted((Path(forms.__file__).parent / "ui").glob("*.ui"))
CHOOSERS = {
    "source": QgsMapLayerComboBox,
    "vector": QgsMapLayerComboBox,
    "file": QgsFileWidget,
    "fileDestination": QgsFileWidget,
    "folderDestination": QgsFileWidget,
    "datetime": QgsDateEdit,
}


@pytest.fixture
def card(dock, qgis_iface, tmp_path):
    """A card of the assessed sample, in the panel that shows it."""
    made = ParcelCards(qgis_iface, dock.side, dock)
    path = assessed_sample(tmp_path)
    add_results_group(QgsProject.instance(), path, "en")
    stands = read_geopackage_table(path, "stands")
    made.show_stand(path, stands["stand_key"][stands["sink_tco2e_yr"].notna()].iloc[0])
    yield made
    made.shut_down()


@pytest.fixture
def pages(monkeypatch):
    """The pages that a browser was asked for."""
    asked = []
    monkeypatch.setattr(QDesktopServices, "openUrl", asked.append)
    return asked


def test_the_chart_of_the_sink_is_shown_with_the_card(card):
    assert not card.panel.chart.isHidden()
    assert card.panel.chart.isVisibleTo(card.panel)
    assert card.panel.card.sink.value is not None
    shown = card.panel.chart.grab().toImage()
    colours = {shown.pixel(x, y) for x in range(0, shown.width(), 2) for y in range(0, shown.height(), 2)}
    assert len(colours) > 5
    card.panel.forget()
    assert card.panel.chart.isHidden()


def test_zoom_brings_the_stand_into_view(card, qgis_iface):
    canvas = qgis_iface.mapCanvas()
    canvas.setExtent(QgsRectangle(0, 0, 10, 10))
    before = canvas.extent()
    card.panel.form.zoom.click()
    assert canvas.extent() != before
    assert not canvas.extent().contains(before)


@pytest.mark.parametrize("answer", [QPrintDialog.DialogCode.Accepted, QPrintDialog.DialogCode.Rejected])
def test_print_puts_the_card_on_one_page_unless_it_is_cancelled(card, tmp_path, monkeypatch, answer):
    path = tmp_path / "printed.pdf"
    asked = []

    class Dialog(QPrintDialog):
        """Stands in for the person who chooses a printer."""

        def __init__(self, printer, parent):
            super().__init__(printer, parent)
            self.chosen = printer

        def exec(self):
            asked.append(self.chosen.docName())
            self.chosen.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
            self.chosen.setOutputFileName(str(path))
            return answer

    monkeypatch.setattr(parcel_panel, "QPrintDialog", Dialog)
    card.panel.form.print_card.click()
    assert asked == [card.panel.card.title]
    assert path.exists() == (answer == QPrintDialog.DialogCode.Accepted)
    if path.exists():
        told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
        assert "Pages:           1" in told
        assert "A4" in told


def test_help_opens_the_part_about_what_is_shown(card, dock, pages):
    for row, step in enumerate(dock.steps):
        dock.form.steps.setCurrentRow(row)
        dock.form.help.click()
        assert pages.pop().fragment() == step.help_anchor
    card.panel.form.help.click()
    page = pages.pop()
    assert page.fragment() == "card"
    assert Path(page.toLocalFile()).name == "dock.html"
    assert pages == []


def test_every_help_button_leads_to_a_part_that_is_there(card, dock, pages, small_layer, qtbot):
    fields = MappingDialog(take_layer(small_layer))
    qtbot.addWidget(fields)
    for button in (
        *(dock.form.help for _ in dock.steps),
        card.panel.form.help,
        fields.form.buttons.button(QDialogButtonBox.StandardButton.Help),
    ):
        button.click()
    fields.reject()
    assert [page.fragment() for page in pages][-2:] == ["card", "fields"]
    for page in pages:
        text = Path(page.toLocalFile()).read_text(encoding="utf-8")
        assert 'id="{}"'.format(page.fragment()) in text


def test_layers_files_and_days_are_chosen_with_the_widgets_of_qgis(dock, provider):
    algorithm = provider.algorithm("assess")
    found = set()
    for step in dock.steps:
        for name, widget in step.fields.items():
            kind = algorithm.parameterDefinition(name).type()
            assert isinstance(widget, CHOOSERS.get(kind, object)), name
            found.add(kind)
    assert {"source", "file", "fileDestination"} <= found


def test_no_form_has_a_plain_line_or_list_for_a_layer_a_file_or_a_day():
    """Lines and lists of Qt hold texts, codes and places in lists; a new one is looked at here."""
    plain = {"QLineEdit", "QComboBox", "QDateEdit", "QDateTimeEdit", "QPlainTextEdit"}
    found = {
        "{}.{}".format(path.stem, widget.get("name"))
        for path in FORMS
        for widget in ET.parse(path).iter("widget")
        if widget.get("class") in plain
    }
    assert found == {
        *("check_step.encoding", "data_step.survey_method", "data_step.survey_method_earlier"),
        *("issue_panel.severity", "issue_panel.status", "issue_panel.search", "mapping_dialog.search"),
        *("maps_step.results", "maps_step.theme", "parcel_card.which"),
        *("override_dialog.column", "override_dialog.value", "override_dialog.reason", "override_dialog.name"),
    }
