"""Report and tables of a result: the same figures as on the maps, live totals that viewers see, an own form filled."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_results import SAMPLE
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.maps.class_areas import class_areas, class_table
from sanming_carbon_plugin.adapters.maps.map_rows import read_map_rows
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.core.errors import CarbonError
from sanming_carbon_plugin.core.planning.sums import sums_by
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice

pytestmark = pytest.mark.qgis


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    """The sample with its sink between two inventories."""
    out = tmp_path_factory.mktemp("报告 数据") / "结果.gpkg"
    stands, earlier = (LayerSource(str(SAMPLE / name)) for name in ("stands.gpkg", "stands_2015.gpkg"))
    assess(AssessRequest(stands=stands, out=out, earlier=earlier, period="2016-01-01/2020-12-31"), Progress())
    return out


def _template(path: Path, names: dict[str, str], joined: str | None = None) -> Path:
    book = Workbook()
    if joined is not None:
        book.active.merge_cells(joined)
    book.active.title = "表 一"
    book.active["A20"] = "=B1*2"
    for name, place in names.items():
        entry = DefinedName(name, attr_text="'表 一'!" + place)
        add = getattr(
            book.defined_names, "append", book.defined_names.add if hasattr(book.defined_names, "add") else None
        )
        add(entry)
    book.save(path)
    return path


def _cells(html: str, heading: str) -> list[list[str]]:
    """Rows of the first table below a heading."""
    part = html.split("<h2>{}</h2>".format(heading), 1)[1]
    table = part.split("<table", 1)[1].split("</table>", 1)[0]
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in table.split("<tr>")[1:]]


@pytest.mark.long
@pytest.mark.everywhere
@pytest.mark.parametrize("language", ["zh", "en"])
def test_map_web_map_table_and_report_say_the_same(result_file, tmp_path, language):
    theme = themes()["measure"]
    rows = read_map_rows(result_file, theme)
    expected = class_table(rows.frame, theme, language)
    out = tmp_path / "报告"
    report(ReportRequest(result_file, out, language=language), Progress())
    html = (out / "report.html").read_text(encoding="utf-8")
    assert _cells(html, theme.title(language)) == [list(row) for row in expected]
    pdf = tmp_path / "map.pdf"
    export_maps(MapSetRequest(result_file, pdf, level="county", language=language), Progress())
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    flat = re.sub(r"\s+", "", text)
    for row in expected[1:]:
        assert "".join(row[1:]) in flat
    sheet = load_workbook(out / "forest_tables.xlsx", data_only=True).worksheets[4]
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    in_book = {row[0]: row[1:3] for row in table[1:-1]}
    printed = {row[0]: [float(one.replace(",", "")) for one in row[1:3]] for row in expected[1:-1]}
    assert in_book.keys() == printed.keys()  # "none" and "not known" are two things
    for name, (count, area) in in_book.items():  # exact in the book; on paper the areas add up
        assert printed[name] == [count, pytest.approx(area, abs=0.01)]
    assert table[-1][2] == pytest.approx(rows.frame["area_ha"].sum(), rel=1e-9)
    whole = sums_by(rows.frame, []).iloc[0]
    for column, name in ((2, "area_ha"), (3, "volume_m3"), (4, "stock_tco2e"), (5, "sink_tco2e_yr")):
        assert table[-1][column] == pytest.approx(whole[name], rel=1e-9)
        assert "{:,.0f}".format(whole[name]) in html


@pytest.mark.long
def test_formulas_are_live_and_carry_what_they_give(result_file, tmp_path):
    report(ReportRequest(result_file, tmp_path / "r", language="en"), Progress())
    path = tmp_path / "r" / "forest_tables.xlsx"
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    assert formulas.sheetnames == ["Detail", "By township", "By species", "By age", "By measure"]
    live = seen = 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    live += 1
                    seen += values[sheet.title][cell.coordinate].value is not None
    assert live > 100
    assert live - seen < 10  # only sums of nothing known are empty
    last = formulas["Detail"].max_row
    assert "SUBTOTAL(109" in formulas["Detail"].cell(last, 7).value
    groups = list(formulas["Detail"].iter_rows(min_row=5, max_row=last - 1, values_only=True))
    unknown = [row for row in groups if row[9] is None]
    assert unknown  # a sink that nobody knows is an empty cell, never 0
    assert all(row[13] == row[5] for row in unknown)


@pytest.mark.slow
def test_a_spreadsheet_program_computes_the_same(result_file, tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    report(ReportRequest(result_file, tmp_path / "r", language="en"), Progress())
    profile = "-env:UserInstallation=file://{}".format(tmp_path / "profile")
    source, out = tmp_path / "r" / "forest_tables.xlsx", tmp_path / "o"
    for form, file in (("ods", source), ("xlsx", out / "forest_tables.ods")):
        command = [soffice, profile, "--headless", "--convert-to", form, "--outdir", str(out), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    ours = load_workbook(tmp_path / "r" / "forest_tables.xlsx", data_only=True)
    theirs = load_workbook(tmp_path / "o" / "forest_tables.xlsx", data_only=True)
    for sheet in ours.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                other = theirs[sheet.title][cell.coordinate].value
                if isinstance(cell.value, (int, float)):
                    assert other == pytest.approx(cell.value, rel=1e-9, abs=1e-9), (sheet.title, cell.coordinate)


@pytest.mark.long
def test_units_are_followed(result_file, tmp_path):
    units = UnitChoice("mu", "wan_t")
    report(ReportRequest(result_file, tmp_path / "r", language="zh", units=units), Progress())
    rows = read_map_rows(result_file, themes()["measure"]).frame
    sheet = load_workbook(tmp_path / "r" / "forest_tables.xlsx", data_only=True).worksheets[0]
    heads = [cell.value for cell in sheet[4]]
    assert heads[6] == "面积(亩)"
    assert "万吨" in heads[8]
    total = [cell.value for cell in sheet[sheet.max_row]]
    assert total[6] == pytest.approx(rows["area_ha"].sum() * 15)
    assert total[8] == pytest.approx(rows["stock_tco2e"].sum() / 10_000)
    html = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "{:,.2f}".format(rows["stock_tco2e"].sum() / 10_000) in html
    assert "万吨二氧化碳当量" in html
    curves = [text for text in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if "林龄" in text]
    assert curves
    assert all("每亩蓄积" in text and "公顷" not in text for text in curves)


@pytest.mark.long
@pytest.mark.everywhere
def test_an_own_form_is_filled(result_file, tmp_path):
    names = {"sc_area_ha": "$B$1", "sc_stock_tco2e": "$B$2", "sc_measure_tending_area": "$B$3",
             "sc_sink_low_tco2e_yr": "$B$4", "sc_table": "$D$10", "their_own": "$B$9"}  # fmt: skip
    template = _template(tmp_path / "报表.xlsx", names)
    before = template.read_bytes()
    outcome = report(ReportRequest(result_file, tmp_path / "r", template=template), Progress())
    assert outcome.counts["filled_cells"] == 5
    assert template.read_bytes() == before
    book = load_workbook(tmp_path / "r" / "filled_报表.xlsx")
    sheet = book["表 一"]
    rows = read_map_rows(result_file, themes()["measure"]).frame
    assert sheet["B1"].value == pytest.approx(rows["area_ha"].sum())
    assert sheet["B2"].value == pytest.approx(rows["stock_tco2e"].sum())
    tending = class_areas(rows, themes()["measure"]).set_index("class").loc["tending", "area_ha"]
    assert sheet["B3"].value == pytest.approx(tending)
    assert sheet["B4"].value < rows["sink_tco2e_yr"].sum()
    assert sheet["A20"].value == "=B1*2"
    assert sheet["I10"].value is not None


@pytest.mark.long
def test_joined_cells_of_an_own_form_are_filled_or_told(result_file, tmp_path):
    template = _template(tmp_path / "form.xlsx", {"sc_area_ha": "$B$1"}, joined="A1:C2")
    report(ReportRequest(result_file, tmp_path / "r", template=template), Progress())
    sheet = load_workbook(tmp_path / "r" / "filled_form.xlsx")["表 一"]
    assert sheet["A1"].value == pytest.approx(read_map_rows(result_file, themes()["measure"]).frame["area_ha"].sum())
    template = _template(tmp_path / "table.xlsx", {"sc_table": "$D$10"}, joined="E11:F11")
    with pytest.raises(CarbonError, match="TEMPLATE_CELLS_JOINED") as told:
        report(ReportRequest(result_file, tmp_path / "q", template=template), Progress())
    assert told.value.values["cells"] == "表 一!E11:F11"


@pytest.mark.long
@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"sc_area_hectares": "$B$1"}, "TEMPLATE_NAME_UNKNOWN"),
        ({"sc_area_ha": "$B$1:$B$4"}, "TEMPLATE_NAME_NO_CELL"),
        ({"area": "$B$1"}, "TEMPLATE_WITHOUT_NAMES"),
    ],
)
def test_wrong_names_are_told(result_file, tmp_path, names, code):
    template = _template(tmp_path / "form.xlsx", names)
    with pytest.raises(CarbonError, match=code) as told:
        report(ReportRequest(result_file, tmp_path / "r", template=template), Progress())
    if code == "TEMPLATE_NAME_UNKNOWN":
        assert "sc_area_ha" in told.value.values["near"]


@pytest.mark.long
def test_wrong_inputs_have_one_message(result_file, tmp_path):
    asked = ReportRequest(result_file, tmp_path / "r")
    text = tmp_path / "form.xlsx"
    text.write_text("no workbook", encoding="utf-8")
    for change, code in (
        ({"template": text}, "TEMPLATE_NOT_READABLE"),
        ({"template": tmp_path / "none.xlsx"}, "FILE_NOT_FOUND"),
        ({"result": SAMPLE / "stands.gpkg"}, "RESULT_LAYER_MISSING"),
        ({"plan": result_file}, "RESULT_LAYER_MISSING"),
        ({"out": text}, "OUTPUT_NOT_WRITABLE"),
    ):
        with pytest.raises(CarbonError, match=code):
            report(replace(asked, overwrite=True, **change), Progress())
    assert not list((tmp_path / "r").glob("*"))
    report(asked, Progress())
    with pytest.raises(CarbonError, match="OUTPUT_EXISTS"):
        report(asked, Progress())
    report(replace(asked, overwrite=True), Progress())


@pytest.mark.long
def test_progress_is_charted(result_file, tmp_path):
    plan = tmp_path / "plan.gpkg"
    with closing(sqlite3.connect(plan)) as database, database:
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        database.execute("INSERT INTO gpkg_contents VALUES ('progress')")
        database.execute("CREATE TABLE progress (fid INTEGER PRIMARY KEY, level TEXT, area_unit TEXT, measure TEXT, "
                         "year INTEGER, target_ha REAL, done_ha REAL, planned_ha REAL, available_ha REAL, "
                         "missing_ha REAL)")  # fmt: skip
        rows = [("municipality", "350400", "tending", 2025, 200.0, 50.0, 30.0, 500.0, 120.0),
                ("municipality", "350400", "closure", 2025, 100.0, None, 10.0, 5.0, 90.0),
                ("county", "350428", "tending", 2025, 20.0, 5.0, 3.0, 50.0, 12.0)]  # fmt: skip
        database.executemany("INSERT INTO progress VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    report(ReportRequest(result_file, tmp_path / "r", plan=plan, language="en"), Progress())
    html = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "<title>Done: 50 ha</title>" in html
    assert "<title>Done: –</title>" in html
    assert "Done: 0" not in html
    told = _cells(html, "Progress to the targets")
    assert told[1] == ["Sanming", "Forest tending", "2025", "200.00", "50.00", "30.00", "500.00", "120.00"]
    assert told[2][4] == "–"  # nobody accepted anything: not known, and not 0
    assert len(told) == 3
    names = tmp_path / "names.csv"
    names.write_text("code,name,name_en\n350400,三明全市,Whole Sanming\n350428-199,古镛镇,Guyong\n", encoding="utf-8")
    report(ReportRequest(result_file, tmp_path / "zh", plan=plan, names=names), Progress())
    html = (tmp_path / "zh" / "report.html").read_text(encoding="utf-8")
    assert _cells(html, "目标完成进度")[1][0] == "三明全市"
    assert _cells(html, "分类汇总")[1][:2] == ["将乐县", "古镛镇"]
    sheet = load_workbook(tmp_path / "zh" / "carbon_tables.xlsx").worksheets[0]
    assert [sheet["A2"].value, sheet["B2"].value] == ["将乐县", "古镛镇"]


@pytest.mark.long
def test_the_report_opens_offline(result_file, tmp_path):
    report(ReportRequest(result_file, tmp_path / "r"), Progress())
    html = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)\s*=|url\(\s*['\"]?http", html)
    assert html.count("<svg") >= 5
    assert np.all([word in html for word in ("年碳汇量", "碳储量")])


@pytest.mark.slow
def test_charts_are_those_of_the_main_job(result_file, tmp_path):
    stands, earlier = (LayerSource(str(SAMPLE / name)) for name in ("stands.gpkg", "stands_2015.gpkg"))
    out, told = tmp_path / "again.gpkg", tmp_path / "told"
    asked = AssessRequest(stands=stands, out=out, earlier=earlier, period="2016-01-01/2020-12-31", report=told,
                          language="en")  # fmt: skip
    assess(asked, Progress())
    report(ReportRequest(out, tmp_path / "r", language="en"), Progress())
    before = {path.name: path.read_bytes() for path in (told / "charts").glob("*.svg")}
    assert {"sink_by_species.svg", "stock_by_species_and_age.svg", "growth_pine.svg"} <= set(before)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "r" / "charts").glob("*.svg")}
