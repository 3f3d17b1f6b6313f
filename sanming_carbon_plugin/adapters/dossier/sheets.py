"""Sheets with live formulas that cannot be changed by mistake, and with values that show where nothing computes.

openpyxl writes formulas without their results, so that viewers, mail previews and programs that only read find empty
cells. The results are known here; they are put into the finished file.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import DependencyError
from .reading import plain
from .texts import clean

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FORMULA_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*)><f>(.*?)</f><v ?/?>(?:</v>)?</c>', re.DOTALL)
_HEAD_FILL, _SUM_FILL, _OPEN_FILL, _NOTICE_FILL = "E4ECE4", "F2F2F2", "FFFFFF", "FFF4D6"
_WIDEST, _FIRST_WIDE_LETTER = 60.0, "⺀"
_LONGEST_TEXT = 32_000
FORMATS = {0: "#,##0", 1: "#,##0.0", 2: "#,##0.00", 3: "#,##0.000", 4: "#,##0.0000"}


@dataclass(frozen=True)
class Formula:
    """A formula and what it gives now; None where that is not known."""

    text: str
    result: float | int | str | None


@dataclass(frozen=True)
class Column:
    """Heading, decimals of numbers (None for texts), and whether people may write into it."""

    title: str
    decimals: int | None = None
    open: bool = False


class GuardedBook:
    """A workbook whose cells are locked but for those left open."""

    def __init__(self, notice: str) -> None:
        """See :meth:`sheet`; ``notice`` stands above every table and below every printed page.

        Raises
        ------
        DependencyError
            Where openpyxl is not installed.
        """
        try:
            from openpyxl import Workbook
        except ImportError as missing:
            raise DependencyError("LIBRARY_MISSING", library="openpyxl", purpose="Excel") from missing
        self._book = Workbook()
        self._book.remove(self._book.active)
        self._book.calculation.fullCalcOnLoad = True
        self._notice = notice
        self._results: dict[tuple[int, str], float | int | str | None] = {}
        self._looks: dict[tuple[int | None, bool, bool, bool], Any] = {}

    def sheet(
        self, title: str, heading: str, columns: Sequence[Column], rows: Sequence[Sequence[object]], total: bool = False
    ) -> Worksheet:
        """A sheet with a notice, a heading line, a head and rows; the last row is a sum where ``total`` says so.

        The head stands in :data:`HEAD_ROW`, rows begin in :data:`FIRST_ROW`.
        """
        from openpyxl.styles import Alignment, Font, PatternFill

        sheet = self._book.create_sheet(title)
        self._put(sheet, 1, 1, heading).font = Font(bold=True, size=14)
        self._put(sheet, 2, 1, self._notice).font = Font(bold=True, color="9C5700")
        for number, column in enumerate(columns, start=1):
            cell = self._put(sheet, HEAD_ROW, number, column.title)
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=_HEAD_FILL)
            cell.alignment, cell.border = Alignment(wrap_text=True, vertical="center", horizontal="center"), _lines()
        for place, row in enumerate(rows, start=FIRST_ROW):
            is_sum = total and place == FIRST_ROW + len(rows) - 1
            for number, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
                cell = self._put(sheet, place, number, value)
                self._dress(cell, column, is_sum=is_sum)
        # Typefaces that stand in for a missing one are taller than the row that spreadsheet programs make for it.
        sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _ROW_POINTS, True
        self._size(sheet, columns, rows)
        self._guard(sheet, columns, len(rows) - total)
        return sheet

    def save(self, path: Path) -> None:
        """Write the file, the formulas with their results."""
        memory = io.BytesIO()
        self._book.save(memory)
        with zipfile.ZipFile(memory) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for item in made.infolist():
                content = made.read(item)
                number = re.fullmatch(r"xl/worksheets/sheet([0-9]+)\.xml", item.filename)
                if number is not None:
                    content = self._with_results(content.decode("utf-8"), int(number[1])).encode("utf-8")
                file.writestr(item, content)

    def _with_results(self, text: str, sheet: int) -> str:
        def filled(found: re.Match[str]) -> str:
            place, style, formula = found.groups()
            result = self._results.get((sheet, place))
            if result is None:
                return found[0]
            if isinstance(result, str):
                return '<c r="{}"{} t="str"><f>{}</f><v>{}</v></c>'.format(
                    place, style, formula, escape(result, quote=False)
                )
            return '<c r="{}"{}><f>{}</f><v>{!r}</v></c>'.format(place, style, formula, result)

        return _FORMULA_CELL.sub(filled, text)

    def _put(self, sheet: Worksheet, row: int, column: int, value: object) -> Any:  # noqa: ANN401
        cell = sheet.cell(row, column)
        value = value if isinstance(value, Formula) else plain(value)
        if isinstance(value, Formula):
            cell.value = "=" + value.text
            self._results[len(self._book.worksheets), cell.coordinate] = plain(value.result)
        elif isinstance(value, bool) or value is None or isinstance(value, int | float):
            cell.value = value
        else:
            cell.value = clean(value)[:_LONGEST_TEXT]
            # Whatever a layer calls a holder stays text: never a formula, also not after somebody edits the cell.
            cell.data_type = "s"
            cell.number_format = "@"
            cell.quotePrefix = True
        return cell

    def _dress(self, cell: Any, column: Column, *, is_sum: bool) -> None:  # noqa: ANN401
        """Lines, format and lock of a cell; made once for each kind, for openpyxl is slow in making them."""
        from openpyxl.styles import Alignment, Font, PatternFill, Protection

        kind = (column.decimals, column.open, is_sum, cell.data_type == "s")
        if kind in self._looks:
            cell._style = copy(self._looks[kind])  # noqa: SLF001 - the quick way that openpyxl itself uses
            return
        cell.border = _lines()
        if column.decimals is not None and cell.data_type != "s":
            cell.number_format = FORMATS[column.decimals]
        else:
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="left", indent=1)
        if is_sum:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=_SUM_FILL)
        elif column.open:
            cell.protection = Protection(locked=False)
        self._looks[kind] = copy(cell._style)  # noqa: SLF001

    @staticmethod
    def _size(sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        """Columns as wide as what stands in them, rows as high: not every program finds out by itself."""
        from openpyxl.utils import get_column_letter

        widths = []
        for number, column in enumerate(columns):
            longest = max((_width(_shown(row[number])) for row in rows[:_LOOKED_AT]), default=0)
            widths.append(min(max(_width(column.title) / 2, longest, _NARROWEST) + _EDGE, _WIDEST))
            sheet.column_dimensions[get_column_letter(number + 1)].width = widths[-1]
        for place, texts in enumerate([[column.title for column in columns], *rows], start=HEAD_ROW):
            lines = max(
                (math.ceil(_width(_shown(text)) / (width - _EDGE)) for text, width in zip(texts, widths, strict=True)),
                default=1,
            )
            if lines > 1:
                sheet.row_dimensions[place].height = min(_LINE_POINTS * lines + 3, _HIGHEST)

    def _guard(self, sheet: Worksheet, columns: Sequence[Column], rows: int) -> None:
        from openpyxl.utils import get_column_letter

        last = get_column_letter(len(columns))
        if rows:
            sheet.auto_filter.ref = "A{}:{}{}".format(HEAD_ROW, last, HEAD_ROW + rows)
        sheet.freeze_panes = "C{}".format(FIRST_ROW) if len(columns) > _FEW_COLUMNS else "A{}".format(FIRST_ROW)
        guard = sheet.protection
        guard.sheet = True
        guard.formatColumns = guard.formatRows = guard.autoFilter = guard.sort = False
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8 if len(columns) > _MANY_COLUMNS else 9
        sheet.page_setup.fitToHeight = 0
        if len(columns) > _MANY_COLUMNS:
            sheet.page_setup.fitToWidth = 2
            sheet.print_title_cols = "$A:$B"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        # Without the signs of a fixed place LibreOffice prints the head on the first page alone.
        sheet.print_title_rows = "${0}:${0}".format(HEAD_ROW)
        sheet.oddFooter.left.text = self._notice.replace("&", "&&")
        sheet.oddFooter.right.text = "&P / &N"


HEAD_ROW, FIRST_ROW = 4, 5
_FEW_COLUMNS, _MANY_COLUMNS = 8, 16
_LOOKED_AT = 300
_NARROWEST, _EDGE = 6.0, 3.5
_ROW_POINTS, _LINE_POINTS, _HIGHEST = 18.0, 15.0, 400.0


def _lines() -> Any:  # noqa: ANN401
    from openpyxl.styles import Border, Side

    thin = Side(style="thin", color="A0A0A0")
    return Border(left=thin, right=thin, top=thin, bottom=thin)


def _shown(value: object) -> str:
    value = value.result if isinstance(value, Formula) else value
    return "" if value is None else "{:,.2f}".format(value) if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    return sum(2 if letter >= _FIRST_WIDE_LETTER else 1 for letter in text)
