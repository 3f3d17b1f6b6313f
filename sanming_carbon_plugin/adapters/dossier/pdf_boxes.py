"""The parts of a paper as boxes of known height that draw themselves, measured with the letters of the PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontInfo, QImage, QPainter, QPen, QTextOption

from ..maps.sheet_texts import require_chinese
from .document import Heading, Paragraph, Part, Picture, Signature, Table
from .texts import clean

DPI = 300
MM = DPI / 25.4
WIDTH, HEIGHT = 170.0 * MM, 253.0 * MM
"""What a page of A4 has room for."""

_FONTS = {
    "body": ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC", "Noto Sans CJK SC", "Microsoft YaHei"),
    "head": ("Noto Sans CJK SC", "Source Han Sans SC", "SimHei", "Microsoft YaHei", "PingFang SC", "Heiti SC"),
}
"""Typefaces that have the signs of both languages; the first that this machine has."""

_SIZES = {"title": 17.0, "subtitle": 11.0, "notice": 10.0, "body": 10.0, "note": 8.5, "formula": 11.0}
_HEAD_SIZES = {1: 13.0, 2: 11.0}
_CELL_SIZE, _CELL_PADDING = 8.0, 0.9 * MM
_CLOSE_PADDING, _CLOSE_GAP = 0.35 * MM, 0.6
"""Where rows move closer together: above and below their text, and what is left of the room above parts."""
_GREY, _BLACK, _LINE = QColor("#444444"), QColor("#000000"), QColor("#808080")
_HEAD_FILL, _NOTICE_FILL, _SUM_FILL = QColor("#e4ece4"), QColor("#fff4d6"), QColor("#f2f2f2")
_SIDES = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "centre": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}
_TALLEST_ROW = 0.8 * HEIGHT
_PICTURE_SHARE = 0.86
_SIGNING_ROOM = 3.0 * MM


@dataclass(frozen=True)
class Box:
    """Something that is drawn as a whole on one page.

    Attributes
    ----------
    draw
        Draws it, given its upper edge.
    gap
        Room above it, left away at the top of a page.
    keep
        Whether the next box has to stand on the same page.
    head
        The head of its table, which is repeated where the box begins a page.
    close
        The same with less room above and below its text; None where it has none to give.
    """

    height: float
    draw: Callable[[float], None]
    gap: float = 0.0
    keep: bool = False
    head: Box | None = None
    begins_page: bool = False
    close: Box | None = None

    def closer(self) -> Box:
        """The same moved closer together."""
        less = self if self.close is None else self.close
        head = None if self.head is None else self.head.closer()
        return replace(self, height=less.height, draw=less.draw, gap=_CLOSE_GAP * self.gap, head=head, close=None)


@dataclass(frozen=True)
class _Cell:
    text: str
    font: QFont
    side: str
    fill: QColor | None = None


def font(kind: str, size_pt: float, *, bold: bool = False) -> QFont:
    """A typeface of this machine that has the signs of both languages.

    Raises
    ------
    DependencyError
        ``TYPEFACE_MISSING`` where none has Chinese signs: names would be empty boxes.
    """
    family = next((name for name in _FONTS[kind] if QFontInfo(QFont(name)).family() == name), "")
    chosen = QFont(family) if family else QFont()
    if not family:
        require_chinese(chosen)
    chosen.setPointSizeF(size_pt)
    chosen.setBold(bold)
    # Shaped, these typefaces give digits beside Latin letters forms that no reader can copy or search: a hash in the
    # PDF would lose its digits when it is copied.
    chosen.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)
    return chosen


def boxes(painter: QPainter, part: Part) -> list[Box]:
    """The boxes of one part."""
    if isinstance(part, Heading):
        look = font("head", _HEAD_SIZES[part.level], bold=True)
        return [_text(painter, part.text, look, gap=5.0 if part.level == 1 else 3.5, keep=True)]
    if isinstance(part, Paragraph):
        return [_paragraph(painter, part)]
    if isinstance(part, Table):
        return _table(painter, part)
    if isinstance(part, Picture):
        return _picture(painter, part)
    if isinstance(part, Signature):
        return [_signature(painter, part)]
    return []


def _paragraph(painter: QPainter, part: Paragraph) -> Box:
    if part.kind == "notice":
        cell = _Cell(part.text, font("head", _SIZES["notice"]), "left", _NOTICE_FILL)
        return replace(_row(painter, [cell], [WIDTH]), gap=3.0 * MM)
    look = font("head" if part.kind == "title" else "body", _SIZES[part.kind], bold=part.kind == "title")
    centred = part.kind in {"title", "subtitle", "formula"}
    side = "centre" if centred else "left"
    colour = _GREY if part.kind == "note" else _BLACK
    return _text(painter, part.text, look, side, colour, gap=3.0 if centred else 2.0, keep=part.kind == "formula")


def _text(
    painter: QPainter,
    text: str,
    look: QFont,
    side: str = "left",
    colour: QColor = _BLACK,
    *,
    gap: float,
    keep: bool = False,
) -> Box:
    shown = clean(text)
    height = _height(painter, shown, look, WIDTH)

    def draw(top: float) -> None:
        _write(painter, shown, look, QRectF(0.0, top, WIDTH, height), side, colour)

    return Box(height, draw, gap * MM, keep)


def _table(painter: QPainter, part: Table) -> list[Box]:
    total = sum(part.widths)
    widths = [WIDTH * width / total for width in part.widths]
    plain, bold = font("body", _CELL_SIZE), font("head", _CELL_SIZE, bold=True)
    sides = ["right" if number in part.numbers else "left" for number in range(len(widths))]
    head = None
    if part.head:
        cells = [_Cell(clean(text), bold, side, _HEAD_FILL) for text, side in zip(part.head, sides, strict=True)]
        head = replace(_row(painter, cells, widths), gap=2.0 * MM, keep=True)
    found = [head] if head is not None else []
    for place, texts in enumerate(part.rows):
        is_sum = part.sum_row and place == len(part.rows) - 1
        cells = [
            _Cell(clean(text), bold if is_sum or (not part.head and number == 0) else plain, side,
                  _SUM_FILL if is_sum else None)
            for number, (text, side) in enumerate(zip(texts, sides, strict=True))
        ]  # fmt: skip
        for piece in _rows_that_fit(painter, cells, widths):
            gap = 2.0 * MM if not found else 0.0
            found.append(replace(_row(painter, piece, widths), head=head, gap=gap))
    if part.sum_row and len(part.rows) > 1:
        found[-2] = replace(found[-2], keep=True)
    return found


def _rows_that_fit(painter: QPainter, cells: list[_Cell], widths: list[float]) -> list[list[_Cell]]:
    """The row, or several where a text is longer than a page: nothing is ever cut off."""
    heights = [_height(painter, cell.text, cell.font, _inner(width)) for cell, width in zip(cells, widths, strict=True)]
    if max(heights) <= _TALLEST_ROW:
        return [cells]
    tall = heights.index(max(heights))
    text = cells[tall].text
    half = text.rfind(" ", len(text) // 4, len(text) // 2) + 1 or len(text) // 2
    first = [replace(cell, text=text[:half]) if place == tall else cell for place, cell in enumerate(cells)]
    rest = [replace(cell, text=text[half:] if place == tall else "") for place, cell in enumerate(cells)]
    return [*_rows_that_fit(painter, first, widths), *_rows_that_fit(painter, rest, widths)]


def _row(painter: QPainter, cells: list[_Cell], widths: list[float], padding: float = _CELL_PADDING) -> Box:
    heights = [_height(painter, cell.text, cell.font, _inner(width)) for cell, width in zip(cells, widths, strict=True)]
    height = max(heights) + 2 * padding

    def draw(top: float) -> None:
        left = 0.0
        for cell, width, own in zip(cells, widths, heights, strict=True):
            _frame(painter, QRectF(left, top, width, height), cell.fill)
            inside = QRectF(left + _CELL_PADDING, top + (height - own) / 2, _inner(width), own)
            _write(painter, cell.text, cell.font, inside, cell.side, _BLACK)
            left += width

    return Box(height, draw, close=_row(painter, cells, widths, _CLOSE_PADDING) if padding > _CLOSE_PADDING else None)


def _picture(painter: QPainter, part: Picture) -> list[Box]:
    image = QImage(str(part.path))
    width = _PICTURE_SHARE * WIDTH
    height = width * image.height() / max(image.width(), 1)

    def draw(top: float) -> None:
        painter.drawImage(QRectF((WIDTH - width) / 2, top, width, height), image)

    caption = _text(
        painter, part.caption, font("body", _SIZES["note"]), "centre", _GREY, gap=1.5
    )  # fmt: skip
    return [Box(height, draw, 3.0 * MM, keep=True), caption]


def _signature(painter: QPainter, part: Signature) -> Box:
    look, strong = font("body", _SIZES["body"]), font("head", _SIZES["body"], bold=True)
    width = WIDTH - 6.0 * MM
    lines = [(clean(part.title), strong, 0.0), (clean(part.declaration), look, 1.0 * MM)]
    lines += [(text, look, _SIGNING_ROOM) for text in part.lines]
    heights = [_height(painter, text, used, width) for text, used, _ in lines]
    total = sum(heights) + sum(room for _, _, room in lines) + 5.0 * MM

    def draw(top: float) -> None:
        _frame(painter, QRectF(0.0, top, WIDTH, total), None)
        at = top + 2.5 * MM
        for place, ((text, used, room), height) in enumerate(zip(lines, heights, strict=True)):
            at += room
            _write(painter, text, used, QRectF(3.0 * MM, at, width, height), "left", _BLACK)
            at += height
            if place > 1 and "\u3000" not in text:
                _signing_line(painter, text, used, at)

    return Box(total, draw, 4.0 * MM, keep=part.together)


def _signing_line(painter: QPainter, text: str, used: QFont, bottom: float) -> None:
    """A line to write on, behind its word."""
    painter.setFont(used)
    begin = 3.0 * MM + painter.fontMetrics().horizontalAdvance(text) + 3.0 * MM
    painter.setPen(QPen(_LINE, 0.2 * MM))
    painter.drawLine(QPointF(begin, bottom), QPointF(max(begin + 20.0 * MM, 90.0 * MM), bottom))


def _inner(width: float) -> float:
    return width - 2 * _CELL_PADDING


def _option(side: str) -> QTextOption:
    option = QTextOption(_SIDES[side] | Qt.AlignmentFlag.AlignTop)
    # Hashes and keys are longer than a column and have no place to break.
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _height(painter: QPainter, text: str, look: QFont, width: float) -> float:
    painter.setFont(look)
    box = painter.boundingRect(QRectF(0.0, 0.0, width, 1e7), text or " ", _option("left"))
    return float(box.height())


def _write(painter: QPainter, text: str, look: QFont, box: QRectF, side: str, colour: QColor) -> None:
    painter.setFont(look)
    painter.setPen(QPen(colour))
    # A hair more than was measured, so that no last line is left away by rounding.
    painter.drawText(box.adjusted(0.0, 0.0, 0.0, MM), text, _option(side))


def _frame(painter: QPainter, box: QRectF, fill: QColor | None) -> None:
    painter.setPen(QPen(_LINE, 0.15 * MM))
    if fill is not None:
        painter.fillRect(box, fill)
    painter.drawRect(box)
