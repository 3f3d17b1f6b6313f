"""Figures read back from the printed map, the workbook as it is and as a spreadsheet program computes it anew, and the
report: for every township the same, in both languages and in both units; one that differs by 0.1 is found."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from made_results import TOWNSHIPS, three_townships
from openpyxl import load_workbook
from printed import printed, rows_of
from test_report import _cells
from test_same_figures import UNITS

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.adapters.unit_choice import titled_in_units
from sanming_carbon_plugin.adapters.words import word
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

CASES = [(language, choice) for language in ("zh", "en") for choice in UNITS]
TOTAL = {"zh": "合计", "en": "Total"}
PRINTED = {"carbon_density": "stock", "sink": "sink"}
DIGITS = {"t": 1, "wan_t": 4}
Figures = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    return three_townships(tmp_path_factory.mktemp("读 数") / "结果.gpkg")


def _truth(result: Path, units: UnitChoice) -> Figures:
    """Sums of each township, straight from the file."""
    with closing(sqlite3.connect(result)) as database:
        rows = database.execute(
            "SELECT f.township, COUNT(*), SUM(s.area_ha), SUM(s.area_ha) * 15, SUM(s.volume_m3_ha * s.area_ha), "
            "SUM(s.stock_tco2e), SUM(s.sink_tco2e_yr) FROM stands s JOIN facts f USING (stand_key) GROUP BY 1"
        ).fetchall()
    factors = {"stands": 1, "ha": 1, "mu": 1, "volume": 1, "stock": units.mass_factor, "sink": units.mass_factor}
    return {(row[0], kind): value * factor for row in rows
            for (kind, factor), value in zip(factors.items(), row[1:], strict=True)}  # fmt: skip


def _differing(truth: Figures, told: Figures, digits: dict[str, int]) -> list[tuple[str, str]]:
    """Which of ``told`` are not those of ``truth`` to the last digit that is told."""
    return [key for key, value in told.items() if abs(value - truth[key]) > 0.5001 * 10.0 ** -digits[key[1]]]


def _printed(result: Path, folder: Path, language: str, units: UnitChoice) -> Figures:
    """The last row of the table on each page of three maps."""
    areas = ("mu", "ha") if units.area == "mu" else ("ha", "mu")
    found: Figures = {}
    for theme in ("measure", *PRINTED):
        pdf = folder / f"{theme}.pdf"
        asked = MapSetRequest(result, pdf, "township", theme, language=language, units=areas, mass=units.mass)
        export_maps(asked, Progress())
        kinds = ["stands", *areas, *([PRINTED[theme]] if theme in PRINTED else [])]
        for page, township in enumerate(TOWNSHIPS, start=1):
            line = next(one for one in printed(pdf, page).splitlines() if re.search(rf"{TOTAL[language]}\s+\d", one))
            numbers = rows_of(line.rpartition(TOTAL[language])[2])[0]
            assert len(numbers) == len(kinds), line
            for kind, number in zip(kinds, numbers, strict=True):
                assert found.setdefault((township, kind), number) == number  # on each map the same
    return found


def _in_book(path: Path, units: UnitChoice) -> Figures:
    """The sheet of townships as a viewer shows it."""
    rows = load_workbook(path, data_only=True).worksheets[1].iter_rows(min_row=5, values_only=True)
    kinds = ("stands", "mu" if units.area == "mu" else "ha", "volume", "stock", "sink")
    by_name = {str(row[0])[-3:]: row[1:6] for row in rows}
    return {(township, kind): float(number) for township in TOWNSHIPS
            for kind, number in zip(kinds, by_name[township], strict=True)}  # fmt: skip


def _computed_anew(path: Path, folder: Path, *, change: bool = False) -> Path:
    """The workbook as a spreadsheet program computes it, from its formulas alone."""
    bare = folder / "bare.xlsx"
    book = load_workbook(path)  # formulas without what they gave
    if change:
        cells = book.worksheets[0]
        cells["G5"] = cells["G5"].value + 0.1
    book.save(bare)
    profile = "-env:UserInstallation=file://{}".format(folder / "profile")
    for form, file in (("ods", bare), ("xlsx", folder / "anew" / "bare.ods")):
        command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(folder / "anew"), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "anew" / "bare.xlsx"


@pytest.mark.parametrize(("language", "choice"), CASES)
def test_printed_map_and_workbook_tell_the_same_of_each_township(result_file, tmp_path, language, choice):
    units = UNITS[choice]
    truth, mass = _truth(result_file, units), DIGITS[units.mass]
    on_paper = {"stands": 0, "ha": 2, "mu": 1, "stock": mass, "sink": mass}
    exact = dict.fromkeys(("stands", "ha", "mu", "volume", "stock", "sink"), 6)
    report(ReportRequest(result_file, tmp_path / "r", language=language, units=units), Progress())
    sources = [(_printed(result_file, tmp_path, language, units), on_paper),
               (_in_book(tmp_path / "r" / "forest_tables.xlsx", units), exact)]  # fmt: skip
    if shutil.which("soffice"):
        anew = _computed_anew(tmp_path / "r" / "forest_tables.xlsx", tmp_path)
        sources.append((_in_book(anew, units), exact))
    for told, digits in sources:
        assert len(told) == len(TOWNSHIPS) * 5
        assert _differing(truth, told, digits) == []
        for key, value in told.items():  # and the comparison is one
            assert _differing(truth, told | {key: value + 0.1}, digits) == ([] if key[1] == "stands" else [key]) or (
                key[1] == "stands" and _differing(truth, told | {key: value + 1}, digits) == [key]
            )


def test_a_changed_stand_and_a_changed_cell_are_found(result_file, tmp_path):
    """0.1 more in one stand is seen on the paper, and 0.1 more in one cell in what is computed from it."""
    truth = _truth(result_file, UnitChoice())
    changed = Path(shutil.copy(result_file, tmp_path / "changed.gpkg"))
    with closing(sqlite3.connect(changed)) as database:
        database.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(
            "UPDATE stands SET area_ha = area_ha + 0.1, stock_tco2e = stock_tco2e + 0.1, "
            "sink_tco2e_yr = sink_tco2e_yr + 0.1 WHERE stand_key = (SELECT s.stand_key FROM stands s JOIN facts f "
            "USING (stand_key) WHERE f.township = '202' AND s.stock_tco2e > 0 AND s.sink_tco2e_yr > 0 LIMIT 1)"
        )
        database.commit()
    digits = {"stands": 0, "ha": 2, "mu": 1, "stock": 1, "sink": 1}
    told = _printed(changed, tmp_path, "en", UnitChoice())
    assert sorted(_differing(truth, told, digits)) == [("202", kind) for kind in ("ha", "mu", "sink", "stock")]
    if shutil.which("soffice"):
        report(ReportRequest(result_file, tmp_path / "r", language="en"), Progress())
        anew = _computed_anew(tmp_path / "r" / "forest_tables.xlsx", tmp_path, change=True)
        exact = dict.fromkeys(("stands", "ha", "volume", "stock", "sink"), 6)
        assert [kind for _, kind in _differing(truth, _in_book(anew, UnitChoice()), exact)] == ["ha"]


AMOUNTS = {"area_ha": "area", "volume_m3": "", "stock_tco2e": "mass", "sink_tco2e_yr": "mass",
           "sink_low_tco2e_yr": "mass", "sink_high_tco2e_yr": "mass"}  # fmt: skip


@pytest.mark.parametrize(("language", "choice"), CASES)
def test_every_row_of_the_report_is_that_of_the_file(result_file, tmp_path, language, choice):
    """Townships by species and age, the sink with its interval: cell by cell, to the last digit."""
    units = UNITS[choice]
    report(ReportRequest(result_file, tmp_path / "r", language=language, units=units), Progress())
    html = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    summary = read_geopackage_table(result_file, "summary")
    heading = next(
        one for one in re.findall(r"<h2>(.*?)</h2>", html) if one in {"分类汇总", "Summary by group", "Summary"}
    )
    head, *rows = [[unescape(cell) for cell in row] for row in _cells(html, heading)]
    assert len(rows) == len(summary)
    places = [head.index(titled_in_units(word("column", name, language), units, language)) for name in AMOUNTS]
    for row, wanted in zip(rows, summary.to_dict("records"), strict=True):
        assert (row[1], row[4]) == (wanted["township"], f"{wanted['stands']:,}")
        for (name, kind), at in zip(AMOUNTS.items(), places, strict=True):
            factor = {"area": units.area_factor, "mass": units.mass_factor, "": 1.0}[kind]
            digits = 4 if kind == "mass" and units.mass == "wan_t" else 2
            told = "" if pd.isna(wanted[name]) else f"{wanted[name] * factor:,.{digits}f}"
            assert row[at] == told, (name, row)
    # The boxes at the top: the whole sink with the interval that the run recorded.
    run = read_geopackage_table(result_file, "run").iloc[0]
    low, high = (run[f"total_sink_{side}_tco2e_yr"] * units.mass_factor for side in ("low", "high"))
    told = re.search(r"<small>\[([-\d,.]+) – ([-\d,.]+)\]</small>", html)
    half = 0.5 if abs(low) >= 1000 else 0.005
    assert [float(one.replace(",", "")) for one in told.groups()] == [pytest.approx(low, abs=half),
                                                                      pytest.approx(high, abs=half)]  # fmt: skip
    # The rows are those of the stands themselves.
    sums = _truth(result_file, UnitChoice())
    for township, mine in summary.groupby("township"):
        for name, kind in (("area_ha", "ha"), ("volume_m3", "volume"), ("stock_tco2e", "stock"),
                           ("sink_tco2e_yr", "sink")):  # fmt: skip
            assert mine[name].sum() == pytest.approx(sums[township, kind], rel=1e-9)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tickets_are_the_same_on_the_map_and_in_report_and_workbook(result_file, tmp_path, language):
    theme, pdf = themes()["ticket"], tmp_path / "ticket.pdf"
    export_maps(MapSetRequest(result_file, pdf, "municipality", "ticket", language=language), Progress())
    text = printed(pdf, 1)
    report(ReportRequest(result_file, tmp_path / "r", language=language), Progress())
    html = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    in_report = {row[0]: row[1:] for row in _cells(html, theme.title(language))[1:]}
    book = load_workbook(tmp_path / "r" / "carbon_tables.xlsx", data_only=True).worksheets[1]
    rows = [row for row in book.iter_rows(min_row=2, values_only=True) if row[0] == word("column", "ticket", language)]
    with closing(sqlite3.connect(result_file)) as database:
        truth = database.execute("SELECT ticket, COUNT(*), SUM(area_ha) FROM stands GROUP BY 1").fetchall()
    assert len(truth) > 1
    for outcome, count, area in truth:
        label = next(each.label(language) for each in theme.classes if each.value == outcome)
        told = in_report.pop(label)
        assert "".join(told) in re.sub(r"\s", "", text), label
        numbers = [float(one.replace(",", "")) for one in told]
        assert numbers[0] == count
        assert abs(numbers[1] - area) < 0.01
        assert abs(numbers[2] - area * 15) < 0.1
        said = word("ticket_outcome", outcome, language)
        assert [row[2:5] for row in rows if row[1] == said] == [(count, pytest.approx(area), pytest.approx(area * 15))]
