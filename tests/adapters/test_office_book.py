"""An office's own Excel form is filled, and nothing else in it changes."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from sanming_carbon_plugin.adapters.reports.figures import area_by
from sanming_carbon_plugin.adapters.reports.own_template import fill_template
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.units import UnitChoice

VALUES = {"sc_area_ha": 12.5, "sc_stands": 7, "sc_sink_tco2e_yr": None, "sc_version": "0.1.0"}
STANDS = pd.DataFrame(
    {
        "county": ["350428", "350428"],
        "township": ["199", "199"],
        "species_group": ["pine", None],
        "age_group": [3, None],
        "class": ["tending", "unknown"],
        "area_ha": [5.0, 7.5],
        "volume_m3": [100.0, None],
        "volume_m3_ha": [20.0, None],
        "stock_tco2e": [50.0, None],
        "sink_tco2e_yr": [1.5, None],
    }
)
MACRO = bytes(range(256)) * 5


def _form(path: Path, names: str, *, macro: bool = False, chain: bool = False) -> Path:
    """A form with two sheets, formulas that carry results, joined cells, a protected sheet; ``names`` as XML."""
    book = Workbook()
    sheet, other = book.active, book.create_sheet("Sheet 2")
    sheet.title = "表 一"
    sheet.merge_cells("D1:E2")
    sheet["A20"], sheet["A21"], sheet["B5"] = "=B1*2", '=CONCATENATE("x",B2)', "kept"
    other["A1"] = "='表 一'!B1+1"
    other.protection.sheet = True
    other.protection.set_password("secret")
    plain = path.with_name("plain.xlsx")
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            text = source.read(item)
            if item.filename == "xl/workbook.xml":
                text = re.sub(rb"<definedNames\s*/>|<definedNames>.*?</definedNames>", b"", text)
                text = text.replace(b"</sheets>", b"</sheets><definedNames>" + names.encode() + b"</definedNames>")
            if item.filename.startswith("xl/worksheets/"):
                text = re.sub(rb"</f><v ?/?>(</v>)?", b"</f><v>99</v>", text)
            if item.filename == "[Content_Types].xml" and chain:
                text = text.replace(b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="c"/></Types>')
            target.writestr(item, text)
        if macro:
            target.writestr("xl/vbaProject.bin", MACRO)
        if chain:
            target.writestr("xl/calcChain.xml", "<calcChain/>")
        target.writestr("xl/media/logo.png", b"\x89PNG logo")
    return path


def _name(name: str, place: str, more: str = "") -> str:
    return f'<definedName name="{name}"{more}>{place}</definedName>'


def _filled(template: Path, values=None) -> tuple[int, Path]:
    out = template.with_name("filled_" + template.name)
    return fill_template(template, out, values or VALUES, STANDS, "zh", UnitChoice()), out


def test_names_of_the_workbook_and_of_a_sheet_are_filled_and_unknown_is_said(tmp_path):
    names = _name("sc_area_ha", "'表 一'!$B$1") + _name("SC_Area_ha", "'Sheet 2'!$C$3", ' localSheetId="1"')
    names += _name("sc_sink_tco2e_yr", "'表 一'!$E$2") + _name("sc_version", "'Sheet 2'!$AB$40") + _name("own", "#REF!")
    count, out = _filled(_form(tmp_path / "form.xlsx", names))
    assert count == 4
    book = load_workbook(out)
    assert book["表 一"]["B1"].value == 12.5
    assert book["Sheet 2"]["C3"].value == 12.5
    assert book["表 一"]["D1"].value == "未知"  # the upper left one of the joined cells
    assert book["Sheet 2"]["AB40"].value == "0.1.0"
    assert book["表 一"]["B5"].value == "kept"
    assert book["表 一"]["A20"].value == "=B1*2"


def test_results_of_formulas_are_not_left_stale(tmp_path):
    template = _form(tmp_path / "form.xlsx", _name("sc_area_ha", "'表 一'!$B$1"), chain=True)
    assert load_workbook(template, data_only=True)["表 一"]["A20"].value == 99
    _, out = _filled(template)
    values = load_workbook(out, data_only=True)
    assert values["表 一"]["A20"].value is None
    assert values["Sheet 2"]["A1"].value is None  # on another sheet too
    with zipfile.ZipFile(out) as file:
        assert 'fullCalcOnLoad="1"' in file.read("xl/workbook.xml").decode()
        assert "xl/calcChain.xml" not in file.namelist()
        assert b"calcChain" not in file.read("[Content_Types].xml")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_program_opens_it_and_computes_the_formulas(tmp_path):
    names = (
        _name("sc_area_ha", "'表 一'!$B$1") + _name("sc_stands", "'表 一'!$B$2") + _name("sc_table", "'Sheet 2'!$C$8")
    )
    _, out = _filled(_form(tmp_path / "form.xlsx", names))
    profile = "-env:UserInstallation=file://{}".format(tmp_path / "profile")
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path / "o"), str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    again = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "o2"),
             str(tmp_path / "o" / "filled_form.ods")]  # fmt: skip
    subprocess.run(again, check=True, capture_output=True, timeout=120)
    book = load_workbook(tmp_path / "o2" / "filled_form.xlsx", data_only=True)
    assert book["表 一"]["A20"].value == 25
    assert book["表 一"]["A21"].value == "x7"
    assert book["Sheet 2"]["A1"].value == 13.5
    assert book["Sheet 2"]["I8"].value == 5.0


def test_macros_pictures_and_protection_stay(tmp_path):
    template = _form(tmp_path / "form.xlsm", _name("sc_area_ha", "'Sheet 2'!$B$1"), macro=True)
    _, out = _filled(template)
    with zipfile.ZipFile(template) as before, zipfile.ZipFile(out) as after:
        assert before.namelist() == after.namelist()
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
        assert changed <= {"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
        assert after.read("xl/vbaProject.bin") == MACRO
        protection = re.search(rb"<sheetProtection[^>]*>", before.read("xl/worksheets/sheet2.xml"))
        assert protection.group(0) in after.read("xl/worksheets/sheet2.xml")
    assert load_workbook(out)["Sheet 2"]["B1"].value == 12.5


def test_a_text_never_becomes_a_formula(tmp_path):
    evil = "=cmd|' /C calc'!A0"
    template = _form(tmp_path / "form.xlsx", _name("sc_version", "'表 一'!$B$1") + _name("sc_table", "'Sheet 2'!$C$8"))
    stands = STANDS.assign(township=evil)
    out = tmp_path / "out.xlsx"
    fill_template(template, out, {**VALUES, "sc_version": evil + "<&>"}, stands, "zh", UnitChoice())
    book = load_workbook(out)
    for cell, text in ((book["表 一"]["B1"], evil + "<&>"), (book["Sheet 2"]["D8"], evil)):
        assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize(("language", "told"), [("zh", ["将乐县", "青溪镇"]), ("en", ["Jiangle", "Qingxi"])])
def test_places_of_the_table_are_told_by_name_and_by_code_where_there_is_none(tmp_path, language, told):
    template, out = _form(tmp_path / "form.xlsx", _name("sc_table", "'Sheet 2'!$C$8")), tmp_path / "out.xlsx"
    stands = STANDS.assign(township=["199", "200"])
    names = {"350428": ("Jiangle", "将乐县"), "350428-199": ("Qingxi", "青溪镇")}
    fill_template(template, out, VALUES, stands, language, UnitChoice(), names)
    sheet = load_workbook(out)["Sheet 2"]
    assert [[cell.value for cell in row] for row in sheet["C8:D9"]] == [told, [told[0], "200"]]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (_name("sc_area_ha", "'表 一'!$B$1") + _name("sc_stands", "'表 一'!$B$1"), "TEMPLATE_CELL_TWICE"),
        (_name("sc_area_ha", "'表 一'!$D$1") + _name("sc_stands", "'表 一'!$E$2"), "TEMPLATE_CELL_TWICE"),
        (_name("sc_table", "'表 一'!$B$4") + _name("sc_stands", "'表 一'!$C$5"), "TEMPLATE_CELL_TWICE"),
        (_name("sc_area_ha", "#REF!"), "TEMPLATE_NAME_NO_CELL"),
        (_name("sc_area_ha", "'gone'!$B$1"), "TEMPLATE_NAME_NO_CELL"),
        (_name("sc_area_ha", "'表 一'!$B$1,'表 一'!$C$1"), "TEMPLATE_NAME_NO_CELL"),
        (_name("sc_nothing", "'表 一'!$B$1"), "TEMPLATE_NAME_UNKNOWN"),
        ("", "TEMPLATE_WITHOUT_NAMES"),
        (_name("sc_table", "'表 一'!$A$1"), "TEMPLATE_CELLS_JOINED"),
    ],
)
def test_names_that_cannot_be_filled_are_told(tmp_path, names, code):
    with pytest.raises(InputError, match=code):
        _filled(_form(tmp_path / "form.xlsx", names))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_workbook_is_told(tmp_path, content):
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="TEMPLATE_NOT_READABLE"):
        _filled(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    with pytest.raises(InputError, match="TEMPLATE_NOT_READABLE"):
        _filled(path)


def test_areas_that_nobody_knows_are_empty_and_not_zero():
    stands = pd.DataFrame({"ticket": ["yes", "yes", "no"], "area_ha": [1.5, None, None]})
    told = area_by(stands, "ticket", "outcome", "en")
    assert told["Stands"].tolist() == [1, 2]
    assert told["Area (ha)"].isna().tolist() == [True, False]
    assert told["Area (ha)"].tolist()[1] == 1.5
