"""Texts of a sheet: in a typeface that has their signs, and never cut off unseen by the edge of their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgis.core import (
    Qgis,
    QgsLayoutItemLabel,
    QgsLayoutUtils,
    QgsPrintLayout,
    QgsTextFormat,
    QgsTextRenderer,
)
from qgis.PyQt.QtGui import QFont, QFontInfo, QFontMetrics

from ...core.errors import DependencyError
from .template_items import item_of

_FONTS = {
    "zh": ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Micro Hei"),
    "en": ("Noto Sans", "Open Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Noto Sans CJK SC"),
}
_CHINESE_SIGN = "林"
_FIRST_WIDE_LETTER = "⺀"
_STAYS_WITH_THE_LAST = ",.;:!?)]}%，。；：！？、）】》〉”’％…"
_STAYS_WITH_THE_NEXT = "([{（【《〈“‘"
_BREAKS_AFTER = "/;,"
_MORE = "…"
PRINT_DPI, PICTURE_DPI = 360, 200
"""Points of a PDF: a whole multiple of those it is laid out in, so that scales stay true. And those of a picture."""

_STEP_PT = 0.5
_SMALLEST_SHARE, _SMALLEST_PT = 0.6, 5.0
_ROUNDING_MM = 0.1
_SAFE_SHARE = 0.985
"""Letters are a little wider in a PDF than in a picture: a line as wide as its place would be broken once more."""


def text_format(language: str, size_pt: float, *, bold: bool = False) -> QgsTextFormat:
    """Text in a typeface that has the signs of ``language`` and that this machine has.

    Raises
    ------
    DependencyError
        ``TYPEFACE_MISSING`` where no typeface has Chinese signs and ``language`` needs them.
    """
    family = next((name for name in _FONTS[language] if QFontInfo(QFont(name)).family() == name), "")
    text = QgsTextFormat()
    font = text.font()
    if family:
        font.setFamily(family)
    elif language == "zh":
        require_chinese(font)
    font.setBold(bold)
    unshaped(font)
    text.setFont(font)
    text.setSize(size_pt)
    return text


def require_chinese(font: QFont) -> None:
    """Refuse to draw papers full of empty boxes: neither ``font`` nor what stands in for it has Chinese signs.

    Raises
    ------
    DependencyError
        ``TYPEFACE_MISSING``.
    """
    if not QFontMetrics(font).inFontUcs4(ord(_CHINESE_SIGN)):
        raise DependencyError("TYPEFACE_MISSING")


def unshaped(font: QFont) -> None:
    """Let ``font`` draw each sign with its own glyph.

    Chinese typefaces put other digits beside Latin letters, and others join f and i; no PDF reader finds those again.
    """
    font.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)


def typeface(text: str, language: str) -> str:
    """The language whose typeface shows ``text``: names of Chinese places stand on English sheets too."""
    return "zh" if any(letter >= _FIRST_WIDE_LETTER for letter in text) else language


def literal(text: str) -> str:
    """``text`` for a label of a layout, which would compute what stands between ``[%`` and ``%]``."""
    return text.replace("[%", "[% '[' || '%' %]")


class TextRuler:
    """Measures texts as the layout will draw them, in a PDF or a picture: letters differ by hundredths in width."""

    def __init__(self, layout: QgsPrintLayout) -> None:
        self._contexts = [
            QgsLayoutUtils.createRenderContextForLayout(layout, None, dpi) for dpi in (PRINT_DPI, PICTURE_DPI)
        ]
        self._widths: dict[tuple[str, float, str], float] = {}

    def width_mm(self, text: str, form: QgsTextFormat) -> float:
        """Width of one line."""
        return max(
            context.convertFromPainterUnits(
                QgsTextRenderer.textWidth(context, form, [text]), Qgis.RenderUnit.Millimeters
            )
            for context in self._contexts
        )

    def word_mm(self, text: str, form: QgsTextFormat) -> float:
        """Width of the widest part that stays on one line."""
        return max((self.width_mm(part.rstrip(), form) for part in _unbroken(text)), default=0.0)

    def height_mm(self, lines: Sequence[str], form: QgsTextFormat) -> float:
        """Height of some lines."""
        return max(
            context.convertFromPainterUnits(
                QgsTextRenderer.textHeight(context, form, list(lines), Qgis.TextLayoutMode.Rectangle),
                Qgis.RenderUnit.Millimeters,
            )
            for context in self._contexts
        )

    def lines(self, text: str, form: QgsTextFormat, width_mm: float) -> list[str]:
        """``text`` in lines no wider than ``width_mm``; QGIS breaks at blanks only, which Chinese does not have."""
        found: list[str] = []
        for paragraph in text.split("\n"):
            if self.width_mm(paragraph, form) <= width_mm:
                found.append(paragraph)
                continue
            line, used = "", 0.0
            for part in _unbroken(paragraph):
                if used + self._known_width(part.rstrip(), form) > width_mm:
                    if line.strip():
                        found.append(line.rstrip())
                    *whole, line = self._pieces(part.lstrip(), form, width_mm)
                    found += whole
                    used = self._known_width(line, form)
                    continue
                line, used = line + part, used + self._known_width(part, form)
            found.append(line.rstrip())
        return found

    def _known_width(self, part: str, form: QgsTextFormat) -> float:
        """Width of a part of a line; measured once for each size, for many parts are single signs."""
        key = (part, form.size(), form.font().toString())
        if key not in self._widths:
            self._widths[key] = self.width_mm(part, form)
        return self._widths[key]

    def _pieces(self, part: str, form: QgsTextFormat, width_mm: float) -> list[str]:
        """A word that is wider than the line, cut where the line ends."""
        pieces = [""]
        for letter in part:
            if pieces[-1] and self.width_mm(pieces[-1] + letter, form) > width_mm:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def cut(self, text: str, form: QgsTextFormat, width_mm: float) -> str:
        """``text`` as far as it fits, with a sign that there is more."""
        if self.width_mm(text, form) <= width_mm:
            return text
        while text and self.width_mm(text + _MORE, form) > width_mm:
            text = text[:-1]
        return text.rstrip() + _MORE


def _unbroken(text: str) -> Iterator[str]:
    """Parts of ``text`` that stay on one line each."""
    part = ""
    for letter in text:
        if part and _may_break(part[-1], letter):
            yield part
            part = ""
        part += letter
    if part:
        yield part


def _may_break(before: str, after: str) -> bool:
    if after.isspace() or after in _STAYS_WITH_THE_LAST or before in _STAYS_WITH_THE_NEXT:
        return False
    wide = before >= _FIRST_WIDE_LETTER or after >= _FIRST_WIDE_LETTER
    return wide or before.isspace() or before in _BREAKS_AFTER


def write(layout: QgsPrintLayout, name: str, text: str, language: str, *, needed: bool = True) -> None:
    """Put ``text`` into a label in its own colour and size; smaller, in more lines, where that has no room."""
    if not needed and layout.itemById(name) is None:
        return
    label = item_of(layout, name, QgsLayoutItemLabel)
    own = label.textFormat()
    form = text_format(typeface(text, language), own.size(), bold=own.font().bold())
    form.setColor(own.color())
    lines, size = _fitting(layout, label, text, form)
    form.setSize(size)
    label.setTextFormat(form)
    label.setText(literal("\n".join(lines)))


def _fitting(
    layout: QgsPrintLayout, label: QgsLayoutItemLabel, text: str, form: QgsTextFormat
) -> tuple[list[str], float]:
    """Lines and size in which ``text`` fits into ``label``; what has no room even so is cut and says so."""
    ruler, size = TextRuler(layout), form.size()
    width = (label.rect().width() - 2 * label.marginX()) * _SAFE_SHARE
    height = label.rect().height() - 2 * label.marginY() + _ROUNDING_MM
    least = min(max(size * _SMALLEST_SHARE, _SMALLEST_PT), size)
    tried = QgsTextFormat(form)
    while True:
        tried.setSize(size)
        lines = ruler.lines(text, tried, width)
        if ruler.height_mm(lines, tried) <= height:
            return lines, size
        if size - _STEP_PT < least:
            break
        size -= _STEP_PT
    kept = len(lines) - 1
    while kept > 1 and ruler.height_mm(lines[:kept], tried) > height:
        kept -= 1
    return [*lines[: kept - 1], ruler.cut(lines[kept - 1] + " " + lines[kept], tried, width)], size
