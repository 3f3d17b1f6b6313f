"""The panel of the parcel card: shows one card, and offers what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QLocale, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices, QGuiApplication
from qgis.PyQt.QtPrintSupport import QPrintDialog, QPrinter
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ..core.errors import CarbonError
from ..processing.base import help_page
from ..processing.translation import tr
from .forms import load_form
from .parcel_print import CardPage, page_layout, save_card
from .sink_chart import SinkChart

if TYPE_CHECKING:
    from ..adapters.parcel_card import ParcelCard

LAYER, SELECTION, ISSUES = "layer", "selection", "issues"


class ParcelPanel(QgsDockWidget):
    """Shows cards that others build."""

    step_wanted = pyqtSignal(int)
    zoom_wanted = pyqtSignal()
    override_wanted = pyqtSignal()
    failed = pyqtSignal(object)
    saved = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sanming_carbon_parcel_card")
        self.setWindowTitle(tr("Parcel Card"))
        self.form: Any = load_form("parcel_card.ui")
        self.setWidget(self.form)
        self.card: ParcelCard | None = None
        self.result: Path | None = None
        self.chart = SinkChart()
        self.form.chart_layout.addWidget(self.chart)
        self.chart.hide()
        for text, name in (
            (tr("Whole layer"), LAYER),
            (tr("Selected stands"), SELECTION),
            (tr("List of doubts"), ISSUES),
        ):
            self.form.which.addItem(text, name)
        form = self.form
        form.previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        form.next.clicked.connect(lambda: self.step_wanted.emit(1))
        form.zoom.clicked.connect(self.zoom_wanted)
        form.decide.clicked.connect(self.override_wanted)
        form.copy.clicked.connect(self.copy)
        form.save_pdf.clicked.connect(self._choose_pdf)
        form.print_card.clicked.connect(self._print)
        form.help.clicked.connect(self._open_help)
        form.text.anchorClicked.connect(self._go_to)
        self._enable()

    def show_card(self, card: ParcelCard, result: Path, place: tuple[int, int] | None) -> None:
        """Show a card; ``place`` says which one of how many it is."""
        from ..adapters.parcel_pages import card_html  # noqa: PLC0415 - needs pandas

        same = self.card is not None and self.card.stand_key == card.stand_key
        self.card, self.result = card, result
        numbers = QLocale()
        told = ""
        if place is not None:
            told = tr("{number} of {count}").format(number=numbers.toString(place[0]), count=numbers.toString(place[1]))
        self.form.title.setText("{}{}".format(card.title, " · " + told if told else ""))
        self.chart.show_figure(card.sink)
        self.chart.show()
        bar = self.form.text.verticalScrollBar()
        before = bar.value() if same else 0
        points = self.form.text.font().pointSizeF()
        self.form.text.setHtml(card_html(card, size_pt=points if points > 0 else 9.0))
        bar.setValue(before)
        self._enable()

    def forget(self) -> None:
        """Show that no stand is chosen, as when its result is gone."""
        self.card = self.result = None
        self.chart.hide()
        self.form.text.clear()
        self.form.title.setText(tr("Click a stand of a result on the map."))
        self._enable()

    def chosen_list(self) -> str:
        """Which list the two buttons walk through."""
        return str(self.form.which.currentData())

    def choose_list(self, name: str) -> None:
        """Walk through another list."""
        self.form.which.setCurrentIndex(self.form.which.findData(name))

    def copy(self) -> None:
        """Put the card into the clipboard as text."""
        from ..adapters.parcel_pages import card_text  # noqa: PLC0415 - needs pandas

        if self.card is not None:
            QGuiApplication.clipboard().setText(card_text(self.card))

    def save_pdf(self, path: Path) -> None:
        """Write the card as a PDF."""
        if self.card is None:
            return
        try:
            save_card(self.card, path)
        except CarbonError as error:
            self.failed.emit(error)
            return
        self.saved.emit(str(path))

    def _choose_pdf(self) -> None:
        if self.card is None or self.result is None:
            return
        name = "{}.pdf".format("".join("_" if sign in '\\/:*?"<>|#' else sign for sign in self.card.stand_key))
        suggested = str(self.result.with_name(name))
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the Card"), suggested, tr("PDF files") + " (*.pdf)")
        if path:
            self.save_pdf(Path(path))

    def _print(self) -> None:
        if self.card is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(page_layout())
        printer.setDocName(self.card.title)
        dialog = QPrintDialog(printer, self)
        dialog.setObjectName("parcel_print_dialog")
        if dialog.exec() == QPrintDialog.DialogCode.Accepted:
            CardPage(self.card, printer.pageLayout()).write_to(printer)

    def _go_to(self, link: QUrl) -> None:
        self.form.text.scrollToAnchor(link.fragment())

    def _open_help(self) -> None:
        page = QUrl(help_page("dock"))
        page.setFragment("card")
        QDesktopServices.openUrl(page)

    def _enable(self) -> None:
        form = self.form
        for button in (form.previous, form.next, form.zoom, form.copy, form.decide, form.save_pdf, form.print_card):
            button.setEnabled(self.card is not None)
