"""The Excel workbook: summary, outcomes, doubts and the record of the run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...core.errors import DependencyError
from ..dossier.texts import clean
from ..words import word
from .carbon import in_words
from .figures import area_by, issue_counts, summary_in_words
from .record import record_in_words

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from .content import ReportInput

_WIDEST_COLUMN = 90
_LINE_POINTS, _SPARE = 15.0, 1.1
_LONGEST_TEXT = 32_000
_LIKE_A_FORMULA = ("=", "+", "-", "@")
_FIRST_WIDE_LETTER = "⺀"


def write_workbook(path: Path, content: ReportInput, language: str) -> None:
    """Write the tables of a result as one workbook.

    Numbers stay numbers; unknown cells stay empty.

    Raises
    ------
    DependencyError
        Where openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as missing:
        raise DependencyError("LIBRARY_MISSING", library="openpyxl", purpose="Excel") from missing

    book = Workbook()
    book.remove(book.active)
    _add(book, word("report", "summary", language), summary_in_words(content.summary, language, names=content.names))
    outcomes = [
        area_by(content.stands, column, kind, language)
        for column, kind in (
            ("pine_transform", "outcome"),
            ("pine_technique", "pine_technique"),
            ("reserve_forest", "outcome"),
            ("reserve_mode", "reserve_mode"),
            ("ticket", "ticket_outcome"),
            ("measure", "measure"),
        )
    ]
    _add(book, word("report", "outcomes", language), pd.concat(outcomes, ignore_index=True))
    for name in ("method_difference", "contributions"):
        table = getattr(content.carbon, name)
        if len(table):
            _add(book, word("report", name, language), in_words(table, language))
    _add(book, word("report", "issues", language), issue_counts(content.issues, language))
    _add(book, word("report", "run", language), record_in_words(content.run, language))
    book.save(path)


def _add(book: Workbook, title: str, table: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(title)
    sheet.append(list(table.columns))
    for number, row in enumerate(table.itertuples(index=False), start=2):
        sheet.append([_cell(value) for value in row])
        for cell in sheet[number]:
            if isinstance(cell.value, str) and cell.value[:1] in _LIKE_A_FORMULA:
                # Whatever a layer calls a village stays text: never a formula, also not after somebody edits the cell.
                cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6DC")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.freeze_panes = "A2"
    _fit(sheet, table)
    sheet.auto_filter.ref = sheet.dimensions
    _prepare_for_printing(sheet)


def _fit(sheet: Worksheet, table: pd.DataFrame) -> None:
    """Columns as wide as what stands in them, and rows as high where that is more than a line: texts are never cut."""
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    lines = [1.0] * (len(table) + 1)
    for number, name in enumerate(table.columns, start=1):
        column = sheet[get_column_letter(number)]
        widths = [_width(_shown(value)) for value in table[name]]
        width = min(max([_width(str(name)) / 2, *widths]) + 3, _WIDEST_COLUMN)
        sheet.column_dimensions[get_column_letter(number)].width = width
        is_text = table[name].dtype.kind == "O"
        look = Alignment("left", "center", wrap_text=True, indent=1) if is_text else Alignment(vertical="center")
        for place, own in enumerate([_width(str(name)), *widths]):
            lines[place] = max(lines[place], math.ceil(_SPARE * own / width))
            if place:
                column[place].alignment = look
        if table[name].dtype.kind == "f":
            for cell in column[1:]:
                cell.number_format = "#,##0.00"
    for place, count in enumerate(lines, start=1):
        if count > 1:
            sheet.row_dimensions[place].height = _LINE_POINTS * count + 3


def _prepare_for_printing(sheet: Worksheet) -> None:
    """On lying sheets, all columns on each, the head on every one."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "$1:$1"
    sheet.oddFooter.right.text = "&P / &N"


def _cell(value: object) -> object:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    if hasattr(value, "item"):
        value = value.item()
    return clean(value)[:_LONGEST_TEXT] if isinstance(value, str) else value


def _shown(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    return sum(2 if letter >= _FIRST_WIDE_LETTER else 1 for letter in text)
