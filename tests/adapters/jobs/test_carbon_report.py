"""The report of the main job: charts and tables whose figures are those of the GeoPackage."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sample_parts import SAMPLE, part

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.adapters.words import word
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice

openpyxl = pytest.importorskip("openpyxl")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def reported(township, tmp_path_factory):
    folder = tmp_path_factory.mktemp("报告")
    request = AssessRequest(
        stands=township,
        earlier=read_layer(str(SAMPLE / "stands_2015.gpkg")),
        period="2016-01-01/2020-12-31",
        out=folder / "r.gpkg",
        report=folder / "报告",
        language="zh",
    )
    assess(request, Progress())
    return folder


def title(code):
    return word("report", code, "zh")


def sheet_sums(book, name):
    rows = list(book[name].iter_rows(values_only=True))
    sums = {}
    for at, header in enumerate(rows[0]):
        numbers = [row[at] for row in rows[1:] if isinstance(row[at], (int, float))]
        sums[header] = sum(numbers) if numbers else None
    return sums, rows


@pytest.mark.long
def test_the_page_shows_every_chart_that_is_written(reported):
    page = (reported / "报告" / "report.html").read_text(encoding="utf-8")
    charts = {path.stem: path.read_text(encoding="utf-8") for path in (reported / "报告" / "charts").glob("*.svg")}
    assert {"stock_by_species_and_age", "sink_by_species", "growth_pine", "growth_chinese_fir"} <= set(charts)
    for name, svg in charts.items():
        ET.fromstring(svg)
        assert svg in page, name
    for code in ("charts", "growth_curves", "method_difference", "contributions"):
        assert f"<h2>{title(code)}</h2>" in page
    assert not re.search(r'(?:src|href)="https?:', page), "the page opens offline"
    has_png = {path.stem for path in (reported / "报告" / "charts").glob("*.png")}
    assert has_png in (set(), set(charts)), "all pictures or none"
    assert (title("no_png") in page) == (not has_png)


@pytest.mark.long
def test_the_charts_add_up_to_the_stands(reported):
    stands = read_geopackage_table(reported / "r.gpkg", "stands")
    charts = reported / "报告" / "charts"
    boxes = [
        box.findtext(f"{SVG}title") for box in ET.parse(charts / "stock_by_species_and_age.svg").iter(f"{SVG}rect")
    ]
    stocks = [float(text.rsplit(": ", 1)[1].replace(",", "")) for text in boxes if text and ": " in text]
    assert sum(stocks) == pytest.approx(stands["stock_tco2e"].sum(), abs=len(stocks))
    boxes = [box.findtext(f"{SVG}title") for box in ET.parse(charts / "sink_by_species.svg").iter(f"{SVG}rect")]
    sinks = [float(text.split(": ")[1].split(" (")[0].replace(",", "")) for text in boxes if text]
    grouped = stands.loc[stands["species_group"].notna(), "sink_tco2e_yr"].sum()
    assert sum(sinks) == pytest.approx(grouped, abs=len(sinks))


@pytest.mark.long
def test_page_and_workbook_have_the_totals_of_the_geopackage(reported):
    stands = read_geopackage_table(reported / "r.gpkg", "stands")
    page = (reported / "报告" / "report.html").read_text(encoding="utf-8")
    assert f"<b>{stands['stock_tco2e'].sum():,.0f}</b>" in page
    book = openpyxl.load_workbook(reported / "报告" / "carbon_tables.xlsx")
    sums, rows = sheet_sums(book, title("summary"))
    for name in ("area_ha", "stock_tco2e", "stock_alt_tco2e", "sink_tco2e_yr"):
        assert sums[word("column", name, "zh")] == pytest.approx(stands[name].sum(), rel=1e-9)
    assert sums[word("column", "stands", "zh")] == len(stands)
    assert len(rows) - 1 == len(read_geopackage_table(reported / "r.gpkg", "summary"))


def test_the_workbook_says_how_methods_differ_and_what_makes_the_interval(reported):
    book = openpyxl.load_workbook(reported / "报告" / "carbon_tables.xlsx")
    _, rows = sheet_sums(book, title("method_difference"))
    by_species = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    percent = word("column", "increment_difference_percent", "zh")
    assert by_species["220"][percent] == pytest.approx(-24.2, abs=0.3)
    assert by_species["310"][percent] == pytest.approx(-25.6, abs=0.3)
    sums, rows = sheet_sums(book, title("contributions"))
    assert sums[word("column", "share_percent", "zh")] == pytest.approx(100.0)
    assert all(re.search("[一-龥]", row[0]) for row in rows[1:]), "every component in words"
    run = read_geopackage_table(reported / "r.gpkg", "run").iloc[0]
    sd = np.array([row[1] for row in rows[1:]])
    half = (run["total_sink_high_tco2e_yr"] - run["total_sink_low_tco2e_yr"]) / 2
    assert half == pytest.approx(1.6449 * np.sqrt((np.sign(sd) * sd**2).sum()), rel=1e-4)


def test_a_report_without_sink_and_curves_says_so(township, tmp_path):
    few = part(township, slice(0, 20))
    assess(AssessRequest(stands=few, out=tmp_path / "r.gpkg", report=tmp_path / "r", language="en"), Progress())
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert word("report", "no_growth_curve", "en").replace("'", "&#x27;") in page
    assert f"<h2>{word('report', 'contributions', 'en')}</h2>" not in page
    assert {path.stem for path in (tmp_path / "r" / "charts").iterdir()} == {"stock_by_species_and_age"}
    openpyxl.load_workbook(tmp_path / "r" / "carbon_tables.xlsx")


def test_the_report_of_a_run_speaks_in_the_chosen_units(township, tmp_path):
    request = AssessRequest(
        stands=part(township, slice(0, 60)),
        out=tmp_path / "r.gpkg",
        report=tmp_path / "报告",
        language="zh",
        units=UnitChoice("mu", "wan_t"),
    )
    assess(request, Progress())
    page = (tmp_path / "报告" / "report.html").read_text(encoding="utf-8")
    assert word("unit", "wan_tco2e", "zh") in page
    assert "公顷" not in page.split("<h2>", 2)[1]
    chart = (tmp_path / "报告" / "charts" / "stock_by_species_and_age.svg").read_text(encoding="utf-8")
    assert word("unit", "wan_tco2e", "zh") in chart
