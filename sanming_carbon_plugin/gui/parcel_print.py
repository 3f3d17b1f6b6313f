"""The parcel card on one page, as PDF or on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QMarginsF, QSizeF, QUrl
from qgis.PyQt.QtGui import QImage, QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from ..adapters.output_files import moved_into_place
from ..adapters.pdf_search import make_searchable
from ..core.errors import OutputError
from .sink_chart import sink_image

if TYPE_CHECKING:
    from ..adapters.parcel_card import ParcelCard

_MARGIN_MM = 12.0
_DPI = 96.0
_MM_PER_INCH = 25.4
_LARGEST_PT, _SMALLEST_PT, _GROWTH = 9.0, 3.0, 1.03
_CHART_SIZE = (230, 74)


def page_layout() -> QPageLayout:
    """A4, upright, with narrow margins."""
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
    )


class CardPage:
    """The card laid out on one page, with letters as large as that allows."""

    def __init__(self, card: ParcelCard, layout: QPageLayout) -> None:
        # What writes the page needs pandas, which may be missing when QGIS loads the plugin.
        from ..adapters.parcel_pages import CHART, card_html  # noqa: PLC0415

        room = layout.paintRect(QPageLayout.Unit.Millimeter)
        size = QSizeF(room.width() / _MM_PER_INCH * _DPI, room.height() / _MM_PER_INCH * _DPI)
        # Kept, because the layout holds a bare pointer: it makes sizes the same on every screen.
        self._device = QImage(8, 8, QImage.Format.Format_RGB32)
        self._device.setDotsPerMeterX(round(_DPI / _MM_PER_INCH * 1000))
        self._device.setDotsPerMeterY(round(_DPI / _MM_PER_INCH * 1000))
        self.document = QTextDocument()
        self.document.documentLayout().setPaintDevice(self._device)
        self.document.setDocumentMargin(0)
        self.document.addResource(
            QTextDocument.ResourceType.ImageResource, QUrl(CHART), sink_image(card.sink, *_CHART_SIZE)
        )
        sized = '<img src="{}" width="{}" height="{}">'.format(CHART, *_CHART_SIZE)
        html = card_html(card, for_print=True, size_pt=_LARGEST_PT)
        self.document.setHtml(html.replace('<img src="{}">'.format(CHART), sized))
        # The sheet grows round the text until all is on it, and is printed smaller; smaller letters would be
        # rounded to whole pixels.
        scale = 1.0
        self.document.setPageSize(size)
        while self.document.pageCount() > 1 and scale < _LARGEST_PT / _SMALLEST_PT:
            scale *= _GROWTH
            self.document.setPageSize(size * scale)
        self.points = _LARGEST_PT / scale

    def write_to(self, device: QPagedPaintDevice) -> None:
        """Print the page."""
        self.document.print(device)


def save_card(card: ParcelCard, path: Path) -> None:
    """Write the card as a PDF of one page; one that exists is replaced.

    Raises
    ------
    OutputError
        Where the file cannot be written.
    """
    layout = page_layout()
    with moved_into_place(path, overwrite=True) as beside:
        writer = QPdfWriter(str(beside))
        writer.setPageLayout(layout)
        writer.setTitle(card.title)
        CardPage(card, layout).write_to(writer)
        del writer
        if not beside.exists() or beside.stat().st_size == 0:
            raise OutputError("MAP_NOT_WRITTEN", path=path, reason="PDF")
        make_searchable(beside)
