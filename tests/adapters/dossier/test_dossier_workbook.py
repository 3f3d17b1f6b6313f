"""The stand table: formulas live, results visible, guarded, and equal to the GeoPackage."""

from __future__ import annotations

import shutil
import subprocess

import openpyxl
import pytest
from made_application import HOLDERS, made_application

from sanming_carbon_plugin.adapters.dossier import stand_table
from sanming_carbon_plugin.adapters.dossier.papers import register_papers
from sanming_carbon_plugin.adapters.dossier.parameters import rows_used
from sanming_carbon_plugin.adapters.dossier.reading import read_application
from sanming_carbon_plugin.adapters.dossier.sheets import Column, Formula, GuardedBook
from sanming_carbon_plugin.adapters.dossier.statement import Contents
from sanming_carbon_plugin.adapters.dossier.workbook import write_workbook
from sanming_carbon_plugin.core.progress import Progress


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    application = read_application(made_application(tmp_path_factory.mktemp("dossier") / "app"))
    return Contents(application, register_papers(application, None, Progress()), rows_used(application), "2026-02-05")


@pytest.fixture(scope="module", params=["zh", "en"])
def workbook(contents, request, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "小班一览表 {}.xlsx".format(request.param)
    write_workbook(contents, path, request.param)
    return path


def _formulas(path):
    """Formula and shown result of every cell that has a formula."""
    live, shown = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): (cell.value, shown[sheet.title][cell.coordinate].value)
        for sheet in live
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


@pytest.mark.everywhere
def test_every_formula_shows_its_result_without_being_computed(workbook):
    found = _formulas(workbook)
    assert len(found) > 50
    assert all(result is not None for _, result in found.values())
    assert any("SUMPRODUCT" in formula for formula, _ in found.values())


def test_the_summary_tells_the_ground_and_the_papers_apart(workbook, contents):
    sheet = openpyxl.load_workbook(workbook, data_only=True).worksheets[0]
    told = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(1, sheet.max_row + 1)}
    (papers,) = [
        value for name, value in told.items() if name in ("尚缺的必需材料（件）", "Required papers that are missing")
    ]
    assert papers == len(contents.register.missing) > 0


def test_totals_are_those_of_the_geopackage(workbook, contents):
    facts, pieces = contents.application.facts, contents.application.tables["pieces"]
    sheet = openpyxl.load_workbook(workbook, data_only=True).worksheets[1]
    for name, stored in (("tonnes_tco2e", facts["total_tco2e"]), ("whole_t", facts["whole_t"]),
                         ("net_tco2e", facts["net_tco2e"]), ("area_mu", facts["area_mu"])):  # fmt: skip
        assert sheet[stand_table.total_place(contents.application, name)].value == stored
        column = [sheet["{}{}".format(stand_table.letter(name), 5 + row)].value for row in range(len(pieces))]
        assert column == pieces[name].tolist()
    assert (
        openpyxl.load_workbook(workbook).worksheets[1][stand_table.total_place(contents.application, "whole_t")].value
    )


@pytest.mark.everywhere
def test_names_of_holders_never_become_formulas(workbook):
    assert HOLDERS[0].startswith("=")
    book = openpyxl.load_workbook(workbook)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == HOLDERS[0]]
    assert cells
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)
    formulas = [formula for formula, _ in _formulas(workbook).values()]
    assert not any("cmd" in formula for formula in formulas)


def test_cells_are_locked_but_for_remarks(workbook, contents):
    book = openpyxl.load_workbook(workbook)
    assert all(sheet.protection.sheet for sheet in book)
    sheet = book.worksheets[1]
    rows = range(5, 5 + len(contents.application.tables["pieces"]))
    for name, _ in stand_table.COLUMNS:
        locked = {sheet["{}{}".format(stand_table.letter(name), row)].protection.locked for row in rows}
        assert locked == {name != "remarks"}, name


def test_every_sheet_says_what_is_provisional(workbook):
    for sheet in openpyxl.load_workbook(workbook):
        assert any(word in str(sheet["A2"].value) for word in ("暂行", "Provisional")), sheet.title
        assert sheet.oddFooter.left.text


def test_a_number_that_the_formula_does_not_give_stays_a_number():
    assert stand_table.live("A1*2", 4.0, 4.0 + 1e-12) == Formula("A1*2", 4.0 + 1e-12)
    assert stand_table.live("A1*2", 4.0, 5.0) == 5.0
    assert stand_table.live("A1*2", None, None) is None


def test_texts_that_no_file_can_hold_are_cleaned(tmp_path):
    book = GuardedBook("notice & more")
    hostile = ["\x00\x01a\ud800", "line\nbreak", "+1", "-1", "@x", "\t=1", "'quoted", "x" * 40_000]
    book.sheet("s", "h", [Column("t"), Column("n", 2)], [[text, Formula("1+1", 2)] for text in hostile])
    book.save(tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)["s"]
    assert sheet["A6"].value == "line break"
    assert sheet["A7"].value == "+1"
    assert sheet["A10"].value == "=1"
    assert sheet["B5"].value == 2


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_the_same_without_an_error(workbook, tmp_path):
    """A spreadsheet program throws the stored results away and computes all again."""
    command = ["soffice", "--headless", "-env:UserInstallation=file://{}".format(tmp_path / "profile"), "--convert-to",
               "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path), str(workbook)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    computed = openpyxl.load_workbook(tmp_path / workbook.name, data_only=True)
    for (title, place), (formula, result) in _formulas(workbook).items():
        found = computed[title][place].value
        if isinstance(result, str):
            assert found == result, (title, place, formula)
        else:
            assert found == pytest.approx(result, rel=1e-12, abs=1e-9), (title, place, formula)
    for sheet in computed:
        for row in sheet.iter_rows():
            assert not any(str(cell.value).startswith(("#", "Err:")) for cell in row), sheet.title
