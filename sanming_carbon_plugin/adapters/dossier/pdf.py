"""Papers as PDF, laid out and drawn by Qt; the letters are embedded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from qgis.PyQt.QtCore import QMarginsF, QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextOption

from ...core.errors import OutputError
from ..pdf_search import make_searchable
from .document import Document, PageBreak, Part, follows_heading
from .pdf_boxes import DPI, HEIGHT, MM, WIDTH, Box, boxes, font
from .texts import clean

_LEFT, _TOP = 20.0 * MM, 22.0 * MM
_EDGE = 12.0 * MM
_PAGE_HEIGHT = 297.0 * MM
_GREY = "#444444"

Page = list[tuple[float, Box]]


def write_pdf_document(document: Document, path: Path, named: Path, first: int = 1, whole: int | None = None) -> int:
    """Write ``document`` to ``path`` and give the number of its pages; an error names the target ``named``.

    Where it is a part of a set, its pages count from ``first`` and the set has ``whole`` of them.

    Raises
    ------
    OutputError
        ``PDF_NOT_WRITTEN``.
    """
    writer = QPdfWriter(str(path))
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    writer.setTitle(document.title)
    writer.setCreator("Sanming Forest Carbon")
    painter = QPainter()
    if not painter.begin(writer):
        raise OutputError("PDF_NOT_WRITTEN", path=str(named))
    try:
        found = _boxes(painter, document.parts)
        pages = _pages(found)
        if document.closer and len(pages) > 1:
            pages = min(pages, _pages([box.closer() for box in found]), key=len)
        for number, page in enumerate(pages, start=1):
            if number > 1 and not writer.newPage():
                raise OutputError("PDF_NOT_WRITTEN", path=str(named))
            painter.save()
            painter.translate(_LEFT, _TOP)
            for top, box in page:
                box.draw(top)
            painter.restore()
            _draw_edges(painter, document, first + number - 1, whole or len(pages))
    finally:
        painter.end()
    make_searchable(path)
    return len(pages)


def _boxes(painter: QPainter, parts: Iterable[Part]) -> list[Box]:
    found: list[Box] = []
    before: Part | None = None
    for part in parts:
        if isinstance(part, PageBreak):
            found.append(Box(0.0, lambda _: None, begins_page=True, keep=True))
        made = boxes(painter, part)
        if follows_heading(before, part):
            made[-1] = replace(made[-1], keep=True)
        found += made
        before = part
    return found


def _pages(found: list[Box]) -> list[Page]:
    """Boxes put onto pages, each with its upper edge."""
    pages: list[Page] = [[]]
    at = 0.0
    for place, box in enumerate(found):
        gap = box.gap if pages[-1] else 0.0
        begins = box.begins_page or at + gap + _together(found, place) > HEIGHT
        if begins and pages[-1]:
            pages.append([])
            at, gap = 0.0, 0.0
            if box.head is not None:
                pages[-1].append((at, box.head))
                at += box.head.height
        pages[-1].append((at + gap, box))
        at += gap + box.height
    return pages


def _together(found: list[Box], place: int) -> float:
    """Height of a box with those that have to stand on the same page; of a chain longer than a page, its own."""
    height = found[place].height
    while found[place].keep and place + 1 < len(found):
        place += 1
        height += found[place].gap + found[place].height
        if height > HEIGHT:
            return found[place].height
    return height


def _draw_edges(painter: QPainter, document: Document, page: int, pages: int) -> None:
    painter.save()
    painter.setFont(font("head", 8.0))
    painter.setPen(QColor(_GREY))
    head = QRectF(_LEFT, _EDGE, WIDTH, 5 * MM)
    foot = QRectF(_LEFT, _PAGE_HEIGHT - _EDGE - 5 * MM, WIDTH, 5 * MM)
    number = document.page_of.format(page=page, pages=pages)
    metrics = painter.fontMetrics()
    for box, (left, right) in ((head, document.header), (foot, (document.footer, number))):
        room = box.width() - metrics.horizontalAdvance(clean(left)) - 4 * MM
        shown = metrics.elidedText(clean(right), Qt.TextElideMode.ElideRight, int(room))
        for text, side in ((clean(left), Qt.AlignmentFlag.AlignLeft), (shown, Qt.AlignmentFlag.AlignRight)):
            option = QTextOption(side | Qt.AlignmentFlag.AlignVCenter)
            option.setWrapMode(QTextOption.WrapMode.NoWrap)
            painter.drawText(box, text, option)
    line = head.bottom() + 1.2 * MM
    painter.drawLine(QPointF(head.left(), line), QPointF(head.right(), line))
    painter.restore()
