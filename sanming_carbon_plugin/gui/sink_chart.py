"""The yearly sink of a stand with its interval, drawn the same in the window and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..adapters.palette import palette
from ..processing.translation import tr

if TYPE_CHECKING:
    from ..adapters.parcel_card import SinkFigure

_INK = QColor("#222222")
_QUIET = QColor("#6a6a6a")
_GAIN = QColor(palette()["sink_r4"].fill)
_LOSS = QColor(palette()["sink_r0"].fill)
_PAPER = QColor("#ffffff")
_DIGITS_FROM = ((100.0, 1), (1.0, 2), (0.0, 4))
"""From which size on a number is written with how many decimals."""


class SinkChart(QWidget):
    """A bar for the 90 % interval, a diamond for the sink, a dashed line at zero, and the three numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sink_chart")
        self.figure: SinkFigure | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figure(self, figure: SinkFigure | None) -> None:
        """Show another sink."""
        self.figure = figure
        text = describe(figure)
        self.setToolTip(text)
        self.setAccessibleName(tr("Yearly sink with its 90 % interval"))
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its two lines of text and the bar need."""
        return QSize(260, self.fontMetrics().height() * 4)

    def minimumSizeHint(self) -> QSize:
        """May become narrow, not low."""
        return QSize(160, self.fontMetrics().height() * 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt hands it over
        """Draw the chart."""
        painter = QPainter(self)
        draw_sink(painter, QRectF(self.rect()), self.figure, self.font())
        painter.end()


def describe(figure: SinkFigure | None) -> str:
    """The chart in words."""
    if figure is None or figure.value is None:
        return tr("The yearly sink is not known.")
    if figure.low is None or figure.high is None:
        return tr("{value} {unit}, interval not known").format(value=_number(figure.value), unit=figure.unit)
    return tr("{value} {unit}, between {low} and {high} with 90 % confidence").format(
        value=_number(figure.value), low=_number(figure.low), high=_number(figure.high), unit=figure.unit
    )


def sink_image(figure: SinkFigure, width: int, height: int, scale: float = 3.0) -> QImage:
    """The chart as a picture for print, ``scale`` times finer than its size in the document."""
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    image.fill(_PAPER)
    painter = QPainter(image)
    painter.scale(scale, scale)
    font = QFont()
    font.setPixelSize(max(9, height // 5))
    draw_sink(painter, QRectF(0, 0, width, height), figure, font)
    painter.end()
    return image


def draw_sink(painter: QPainter, room: QRectF, figure: SinkFigure | None, font: QFont) -> None:
    """Draw the chart into ``room``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.fillRect(room, _PAPER)
    painter.setPen(_INK)
    if figure is None or figure.value is None:
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, describe(figure))
        return
    line = QFontMetricsF(font).height()
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    least, most = min(low, 0.0), max(high, 0.0)
    span = (most - least) or 1.0
    inner = room.adjusted(line, 0, -line, 0)

    def place(value: float) -> float:
        return inner.left() + inner.width() * (value - least) / span

    middle = room.top() + line * 2.1
    _draw_axis(painter, inner, place(0.0), middle, line)
    known = figure.low is not None and figure.high is not None
    ends = {_number(low): place(low), _number(high): place(high)} if known else {}
    colour = _GAIN if figure.value >= 0 else _LOSS
    _draw_bar(
        painter, QRectF(place(low), middle - line * 0.28, max(place(high) - place(low), 1.0), line * 0.56), colour
    )
    _draw_diamond(painter, QPointF(place(figure.value), middle), line * 0.42)
    _draw_numbers(painter, room, figure, ends | {"0": place(0.0)}, line)


def _draw_axis(painter: QPainter, inner: QRectF, zero: float, middle: float, line: float) -> None:
    painter.setPen(QPen(_QUIET, 1.0))
    painter.drawLine(QPointF(inner.left(), middle), QPointF(inner.right(), middle))
    dashed = QPen(_INK, 1.2, Qt.PenStyle.DashLine)
    painter.setPen(dashed)
    painter.drawLine(QPointF(zero, middle - line * 0.8), QPointF(zero, middle + line * 0.7))


def _draw_bar(painter: QPainter, bar: QRectF, colour: QColor) -> None:
    fill = QColor(colour)
    fill.setAlpha(70)
    painter.fillRect(bar, fill)
    painter.setPen(QPen(colour, 1.6))
    for x in (bar.left(), bar.right()):
        painter.drawLine(QPointF(x, bar.top()), QPointF(x, bar.bottom()))
    painter.drawLine(QPointF(bar.left(), bar.center().y()), QPointF(bar.right(), bar.center().y()))


def _draw_diamond(painter: QPainter, at: QPointF, reach: float) -> None:
    painter.setPen(QPen(_PAPER, 1.0))
    painter.setBrush(_INK)
    corners = [QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0)]
    painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_numbers(painter: QPainter, room: QRectF, figure: SinkFigure, places: dict[str, float], line: float) -> None:
    """The sink above, the ends of the interval and zero below, each at its place and none upon another."""
    painter.setPen(_INK)
    top = QRectF(room.left(), room.top(), room.width(), line * 1.1)
    painter.drawText(top, Qt.AlignmentFlag.AlignHCenter, "{} {}".format(_number(figure.value), figure.unit))
    taken: list[tuple[float, float]] = []
    metrics = painter.fontMetrics()
    for text, place in places.items():
        width = metrics.horizontalAdvance(text) + line * 0.4
        left = min(max(place - width / 2, room.left()), room.right() - width)
        if all(left >= right or left + width <= start for start, right in taken):
            taken.append((left, left + width))
            box = QRectF(left, room.bottom() - line * 1.05, width, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    digits = next(digits for least, digits in _DIGITS_FROM if abs(value) >= least)
    return "{:,.{}f}".format(value, digits).replace("-", "−")
