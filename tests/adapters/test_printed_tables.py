"""Tables as an office prints them: the head on every page, no text cut or spread, sums that do not stand alone."""

from __future__ import annotations

import re
import zipfile

import docx
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from sanming_carbon_plugin.adapters.dossier.document import Document, Table
from sanming_carbon_plugin.adapters.dossier.sheets import Column, GuardedBook
from sanming_carbon_plugin.adapters.dossier.word_file import write_word
from sanming_carbon_plugin.adapters.reports.excel import _add
from sanming_carbon_plugin.adapters.reports.forest_table import write_forest_table
from sanming_carbon_plugin.core.units import UnitChoice


@pytest.mark.parametrize(("columns", "titles"), [(5, "$4:$4"), (20, "$4:$4,$A:$B")])
def test_the_head_of_a_guarded_table_is_printed_on_every_page(tmp_path, columns, titles):
    """LibreOffice leaves it away where the place is not told as a fixed one."""
    book = GuardedBook("注意")
    book.sheet("表", "表", [Column("列", 0)] * columns, [[1] * columns] * 3)
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        told = re.search(r'Print_Titles"[^>]*>([^<]*)<', file.read("xl/workbook.xml").decode())[1]
    assert ",".join(part.partition("!")[2] for part in told.split(",")) == titles


def test_tables_of_a_report_fit_their_pages(tmp_path):
    book, text = Workbook(), "请补填优势树种。" * 30
    _add(book, "表", pd.DataFrame({"数量": [1, 2], "说明": ["短", text], "面积": [1.5, None]}))
    book.save(tmp_path / "a.xlsx")
    sheet = load_workbook(tmp_path / "a.xlsx")["表"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows.replace("$", "") == "1:1"
    assert sheet["B3"].alignment.wrap_text
    lines = 2 * len(text) / sheet.column_dimensions["B"].width
    assert sheet.row_dimensions[3].height >= 15 * lines
    assert sheet.row_dimensions[2].height is None


@pytest.mark.parametrize(
    ("language", "ages", "measures"),
    [
        ("zh", ["幼龄竹", "幼龄林", "成熟林", "过熟林", "未知"], ["松林改造提升", "森林抚育", "暂无措施"]),
        ("en", ["Young bamboo", "Young", "Mature", "Over-mature", "Unknown"],
         ["Pine transformation", "Forest tending", "No measure"]),
    ],
)  # fmt: skip
def test_ages_and_measures_stand_in_the_order_of_the_map(tmp_path, language, ages, measures):
    stands = pd.DataFrame(
        {
            "county": "350428",
            "township": "199",
            "species_group": ["bamboo", "hard", "hard", "pine", "pine", None],
            "age_group": [1.0, 1.0, 4.0, 5.0, None, None],
            "class": ["none", "tending", "none", "pine_transform", "none", "tending"],
            "area_ha": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        }
    )
    write_forest_table(tmp_path / "t.xlsx", stands, {}, language, UnitChoice())
    sheets = load_workbook(tmp_path / "t.xlsx", data_only=True).worksheets
    told = [[row[0].value for row in sheet.iter_rows(min_row=5)] for sheet in sheets[-2:]]
    assert [each[:-1] for each in told] == [ages, measures]
    assert {sheet.cell(sheet.max_row, 3).value for sheet in sheets[1:]} == {63.0}


def test_a_sum_stays_with_its_table_in_word(tmp_path):
    table = Table(("作业内容", "金额"), (("采伐", "1"), ("栽植", "2"), ("合计", "3")), (1.0, 1.0), sum_row=True)
    write_word(Document("表", "zh", ("", ""), "", "{page}/{pages}", (table,)), tmp_path / "a.docx")
    rows = docx.Document(str(tmp_path / "a.docx")).tables[0].rows
    kept = [all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells) for row in rows]
    assert kept == [True, False, True, False]
