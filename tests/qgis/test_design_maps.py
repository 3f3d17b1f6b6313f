"""Maps of a work design: exactly 1 : 10 000 in the PDF, contours with their interval, what is missing told; budgets."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest
import shapely
from openpyxl import load_workbook
from osgeo import gdal, osr
from qgis.PyQt.QtGui import QColor
from sheet_checks import check_sheet, legend_words
from test_map_sheets import BOTTOM, LEFT, _set

from sanming_carbon_plugin.adapters.dossier.word_file import write_word
from sanming_carbon_plugin.adapters.maps.atlas import drawing_project
from sanming_carbon_plugin.adapters.maps.pdf import write_pdf
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.adapters.rasters.opening import open_bands
from sanming_carbon_plugin.adapters.work_design.book import write_design_book
from sanming_carbon_plugin.adapters.work_design.design_map import DesignMaps
from sanming_carbon_plugin.adapters.work_design.parcels import Parcel, chosen_parcels, load_design_tables
from sanming_carbon_plugin.adapters.work_design.sheets import (
    design_document,
    front_document,
    known_sum,
    parcel_document,
)

pytestmark = pytest.mark.qgis

DAY = "2026-02-03"
WIDE, HIGH = 1000.0, 600.0


def _dem(path: Path, columns: int = 300, *, left: float = LEFT - 500) -> Path:
    """A slope to the east of one in five, cells of 10 m."""
    raster = gdal.GetDriverByName("GTiff").Create(str(path), columns, 200, 1, gdal.GDT_Float32)
    raster.SetGeoTransform((left, 10, 0, BOTTOM + 1500, 0, -10))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4527)
    raster.SetProjection(reference.ExportToWkt())
    heights = np.tile(200.0 + 2.0 * np.arange(columns, dtype=np.float32), (200, 1))
    raster.GetRasterBand(1).WriteArray(heights)
    return path


@contextmanager
def _sheet(tmp_path: Path, shape, dem: Path | None, language: str = "zh"):
    rows = _set([shape], tmp_path / "x", beside=False).rows
    reader = None if dem is None else open_bands(str(dem))
    try:
        with drawing_project() as project:
            maker = DesignMaps(project, rows, themes()["measure"], reader, {}, language)
            table = [("项目", "内容"), ("措施", "森林抚育")]
            with maker.sheet(0, "tending", "小班", (1, 1), table, "县林业局", DAY) as layout:
                yield layout
    finally:
        if reader is not None:
            reader.close()


def test_a_known_distance_measures_1_to_10_000_in_the_pdf(tmp_path):
    path = tmp_path / "map.pdf"
    with _sheet(tmp_path, shapely.box(LEFT, BOTTOM, LEFT + WIDE, BOTTOM + HIGH), _dem(tmp_path / "dem.tif")) as layout:
        check_sheet(layout)
        assert "1 : 10,000" in layout.itemById("subtitle").text()
        write_pdf(layout, path, path)
    left, bottom, right, top = _drawn_mm(path, tmp_path / "page.svg")
    assert right - left == pytest.approx(WIDE / 10, abs=0.03)
    assert top - bottom == pytest.approx(HIGH / 10, abs=0.03)


def _drawn_mm(path: Path, vectors: Path) -> tuple[float, float, float, float]:
    """Bounds on the paper of what is filled in the colour of the parcel, the sign in the legend left out."""
    subprocess.run(["pdftocairo", "-svg", str(path), str(vectors)], check=True)
    fill = QColor(next(each.fill for each in themes()["measure"].classes if each.value == "tending"))
    found = []
    for one in re.findall(r"<path [^>]*>", vectors.read_text(encoding="utf-8")):
        colour = re.search(r"[; ]fill(?::|=\")rgb\(([\d.]+)%, ?([\d.]+)%, ?([\d.]+)%\)", one)
        if colour is None or [round(float(part) * 2.55) for part in colour.groups()] != [
            fill.red(),
            fill.green(),
            fill.blue(),
        ]:
            continue
        points = np.array(re.findall(r"[ML] ([\d.]+) ([\d.]+)", one), dtype=float)
        scale = float(re.search(r"matrix\(([\d.]+)", one).group(1))
        found.append(points * scale * 25.4 / 72)
    points = max(found, key=lambda one: np.ptp(one[:, 0]))
    return (*points.min(axis=0), *points.max(axis=0))


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("等高线(等高距10米)", "计曲线(50米)")), ("en", ("Contours, 10 m", "Index contours, 50 m"))],
)
def test_contours_tell_their_interval_and_heights(tmp_path, language, words):
    path = tmp_path / "map.pdf"
    shape = shapely.box(LEFT, BOTTOM, LEFT + WIDE, BOTTOM + HIGH)
    with _sheet(tmp_path, shape, _dem(tmp_path / "dem.tif"), language) as layout:
        assert set(words) <= set(legend_words(layout))
        assert "%" not in layout.itemById("notes").text()
        (heights_of,) = (each for each in layout.itemById("map").layers() if each.name() == words[1])
        assert heights_of.labeling().settings().labelPerPart, "each hill tells its height"
        (here,) = (each for each in layout.itemById("map").layers() if each.name() in ("设计小班", "This parcel"))
        assert [row["label"] for row in here.getFeatures()] == ["0"], "the parcel itself tells its number"
        write_pdf(layout, path, path)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    heights = {int(found) for found in re.findall(r"^(\d{3})$", text, re.MULTILINE)}
    assert {350, 400, 450} <= heights


@pytest.mark.parametrize(
    ("columns", "left", "told"),
    [(None, 0.0, "未绘等高线"), (100, LEFT - 9000, "未绘等高线"), (100, LEFT - 500, "只覆盖小班范围的50%")],
)
def test_an_elevation_model_that_is_missing_or_ends_is_told(tmp_path, columns, left, told):
    dem = None if columns is None else _dem(tmp_path / "dem.tif", columns, left=left)
    with _sheet(tmp_path, shapely.box(LEFT, BOTTOM, LEFT + WIDE, BOTTOM + HIGH), dem) as layout:
        assert told in re.sub(r"\s", "", layout.itemById("notes").text())
        assert bool([word for word in legend_words(layout) if "等高" in word]) == ("只覆盖" in told)


def test_a_parcel_too_large_for_the_paper_has_another_scale_and_says_it(tmp_path):
    with _sheet(tmp_path, shapely.box(LEFT, BOTTOM, LEFT + 4000, BOTTOM + 600), None) as layout:
        check_sheet(layout)
        assert "1 : 15,000" in layout.itemById("subtitle").text()


@pytest.fixture(scope="module")
def parcels() -> list[Parcel]:
    """Tending with a canopy to spare, without one, with one nobody knows, and planting."""
    frame = pd.DataFrame(
        {
            "measure": ["tending", "tending", "tending", "afforestation"],
            "closure": [0.85, 0.4, np.nan, np.nan],
            "age_yr": [20.0, 20.0, 20.0, np.nan],
            "volume_m3_ha": [120.0, 80.0, 90.0, np.nan],
        }
    )
    rows = _set([shapely.box(LEFT, BOTTOM, LEFT + 100, BOTTOM + 100)] * 3 + [None], Path("x"), beside=False).rows
    rows.frame.update(frame)
    for name in frame.columns:
        rows.frame[name] = frame[name]
    rows.frame["area_ha"] = [1.0, 2.0, 4.0, 8.0]
    rows.frame["area_mu"] = rows.frame["area_ha"] * 15
    tables, _ = load_design_tables()
    return chosen_parcels(rows, tables, None, list(rows.frame["stand_key"]), (), Path("x"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_cannot_be_done_has_no_budget_in_any_total(parcels, tmp_path, language):
    assert [parcel.design["feasible"] for parcel in parcels] == ["yes", "no", "unknown", None]
    costs = [parcel.design["cost_yuan"] for parcel in parcels]
    assert costs[0] > 0
    assert costs[1] is costs[2] is None
    whole = costs[0] + costs[3]
    assert known_sum(costs) == pytest.approx(whole)
    assert all(one["cost_yuan"] is None for parcel in parcels[1:3] for one in parcel.design["operations"])
    assert [parcel.design["plants_high"] for parcel in parcels[1:3]] == [None, None]
    write_design_book(parcels, {}, tmp_path / "book.xlsx", language)
    for sheet, column in zip(load_workbook(tmp_path / "book.xlsx", data_only=True).worksheets, (12, 6), strict=True):
        assert sheet.cell(sheet.max_row, column).value == pytest.approx(whole)
    front = front_document(parcels, {}, "县林业局", DAY, language)
    rows = next(part.rows for part in front.parts if hasattr(part, "rows"))
    assert rows[-1][-1] == f"{whole:,.0f}"
    assert [row[-1] for row in rows[1:3]] == ["", ""]
    write_word(design_document(parcels, {}, {}, "县林业局", DAY, language), tmp_path / "paper.docx")
    paper = docx.Document(str(tmp_path / "paper.docx"))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    said = "\n".join([*(one.text for one in paper.paragraphs), *cells])
    told = "另有 2 个小班（6.00 公顷）未列投资" if language == "zh" else "2 parcels (6.00 ha) have no budget"
    assert told in said
    assert ("该小班无图形" if language == "zh" else "no outline") in said


def test_a_parcel_without_an_outline_says_that_it_has_no_map(parcels):
    texts = [getattr(part, "text", "") for part in parcel_document(parcels[3], {}, "", DAY, "en").parts]
    assert any("no outline" in text for text in texts)
    assert not parcels[3].has_outline


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_program_computes_the_totals_that_the_workbook_carries(parcels, tmp_path):
    write_design_book(parcels, {}, tmp_path / "book.xlsx", "zh")
    profile = "-env:UserInstallation=file://{}".format(tmp_path / "profile")
    for form, file in (("ods", tmp_path / "book.xlsx"), ("xlsx", tmp_path / "o" / "book.ods")):
        command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path / "o"), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    files = (tmp_path / "book.xlsx", tmp_path / "o" / "book.xlsx")
    ours, theirs = (load_workbook(path, data_only=True) for path in files)
    rows = [row for sheet in load_workbook(files[0]).worksheets for row in sheet.iter_rows()]
    live = [cell for row in rows for cell in row if cell.data_type == "f"]
    assert len(live) >= 8
    for cell in live:
        mine, other = (book[cell.parent.title][cell.coordinate].value for book in (ours, theirs))
        assert (mine or None) == (
            pytest.approx(other, rel=1e-9) if isinstance(other, (int, float)) else (other or None)
        )
