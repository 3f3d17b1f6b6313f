"""The papers of a work design: a sheet and a map for each parcel, the same figures in PDF, Word and Excel."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from made_results import SAMPLE
from openpyxl import load_workbook
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject

from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.jobs.work_design import WorkDesignRequest, work_design
from sanming_carbon_plugin.core.errors import CarbonError
from sanming_carbon_plugin.core.planning.plan_layers import PLAN_COLUMNS
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.qgis


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("设 计") / "结果.gpkg"
    dem = (("dem", str(SAMPLE / "dem.tif")),)
    assess(AssessRequest(stands=LayerSource(str(SAMPLE / "stands.gpkg")), out=out, rasters=dem), Progress())
    return out


@pytest.fixture(scope="module")
def keys(result_file) -> list[str]:
    """A stand for clear cutting, one for tending, one for planting."""
    with closing(sqlite3.connect(result_file)) as database:
        return [
            database.execute("SELECT stand_key FROM stands WHERE " + where + " ORDER BY stand_key").fetchone()[0]
            for where in ("pine_technique = 'clear_cut' AND measure = 'pine_transform'", "measure = 'tending'",
                          "measure = 'afforestation'")
        ]  # fmt: skip


def _text(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def _info(path: Path) -> str:
    return subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout


@pytest.mark.long
@pytest.mark.everywhere
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_parcel_has_its_sheet_and_its_map(result_file, keys, tmp_path, language):
    out = tmp_path / "作业 设计"
    dem = str(SAMPLE / "dem.tif")
    asked = WorkDesignRequest(result_file, out, stands=tuple(keys), dem=dem, author="某林业站", language=language)
    outcome = work_design(asked, Progress())
    assert outcome.counts["parcels"] == 3
    assert sorted(path.name for path in out.iterdir()) == ["work_design.docx", "work_design.pdf", "work_design.xlsx"]
    text = _text(out / "work_design.pdf")
    assert text.count("1 : 10,000") == 3
    assert all(key in text for key in keys)
    assert ("等高线" if language == "zh" else "Contours") in text
    fonts = subprocess.run(["pdffonts", str(out / "work_design.pdf")], capture_output=True, text=True, check=True)
    assert all(line.split()[-5] == "yes" for line in fonts.stdout.splitlines()[2:])
    book = load_workbook(out / "work_design.xlsx", data_only=True).worksheets[0]
    rows = [[cell.value for cell in row] for row in book.iter_rows(min_row=5)]
    assert len(rows) == 4
    assert (
        rows[-1][11] == pytest.approx(sum(row[11] for row in rows[:-1])) == pytest.approx(outcome.counts["cost_yuan"])
    )
    assert all(row[9] <= row[10] and float(row[10]).is_integer() for row in rows if row[10] is not None)
    pages = int(re.search(r"Pages:\s+(\d+)", _info(out / "work_design.pdf")).group(1))
    flat, words = re.sub(r"\s+", "", text), r"第(\d+).[,，]共(\d+)." if language == "zh" else r"Page(\d+)of(\d+)"
    found = re.findall(words, flat)
    assert {int(whole) for _, whole in found} == {pages}
    assert sorted({int(page) for page, _ in found})[:2] == [1, 2]
    assert len({page for page, _ in found}) == len(found) == pages - 3  # the maps count, but have their own words
    word = docx.Document(str(out / "work_design.docx"))
    assert len(word.inline_shapes) == 3
    said = "\n".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    for row in rows[:-1]:
        assert "{:,.0f}".format(row[11]) in said
        assert "{:,.0f}".format(row[11]) in text
    assert "{:,.0f}".format(rows[-1][11]) in said


@pytest.mark.long
def test_a_plan_gives_its_parcels_with_year_and_cost(result_file, keys, tmp_path):
    stands = read_geopackage_table(result_file, "stands", geometry=True)
    chosen = stands[stands["stand_key"].isin(keys[:2])].reset_index(drop=True)
    frame = chosen.reindex(columns=list(PLAN_COLUMNS))
    frame["year"], frame["cost_yuan"] = 2027, [111.0, 222.0]
    frame["measure"], frame["technique"] = "pine_transform", "selective_tending"
    plan = tmp_path / "plan.gpkg"
    crs = "EPSG:4527"
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.SetFromUserInput(crs)
    layer = OutputTable("plan", PLAN_COLUMNS, frame, chosen["geometry"].to_numpy(dtype=object), reference.ExportToWkt())
    write_geopackage(plan, [layer])
    outcome = work_design(WorkDesignRequest(result_file, tmp_path / "d", plan=plan, language="en"), Progress())
    assert outcome.counts["parcels"] == 2
    assert outcome.counts["cost_yuan"] == 333.0
    text = _text(tmp_path / "d" / "work_design.pdf")
    assert "2027" in text
    assert "Selective-cut tending" in text or "elective" in text
    assert "No contours" in re.sub(r"\s+", " ", text)
    maps = [page for page in text.split("\f") if "1 : 10,000" in page]
    assert len(maps) == 2  # drawn as what they are planned for, also the stand whose own first measure is tending
    assert all("Planned measure" in page and "Pine transformation" in page for page in maps)
    assert not any("First measure" in page for page in maps)


@pytest.mark.long
def test_wrong_inputs_have_one_message_and_leave_nothing(result_file, keys, tmp_path):
    asked = WorkDesignRequest(result_file, tmp_path / "d", stands=(keys[0],))
    with closing(sqlite3.connect(result_file)) as database:
        idle = database.execute("SELECT stand_key FROM stands WHERE measure IS NULL").fetchone()[0]
    text = tmp_path / "table.csv"
    text.write_text("a,b\n1,2\n", encoding="utf-8")
    for change, code in (
        ({"stands": ()}, "DESIGN_NOTHING_CHOSEN"),
        ({"stands": ("nobody",)}, "MAP_STAND_UNKNOWN"),
        ({"stands": (idle,)}, "DESIGN_WITHOUT_MEASURE"),
        ({"stands": (), "within": ("350428-777",)}, "DESIGN_EMPTY"),
        ({"plan": result_file}, "RESULT_LAYER_MISSING"),
        ({"dem": "/nowhere.tif"}, "RASTER_MISSING"),
        ({"designs": text}, "PARAMETERS_INVALID"),
        ({"out": text}, "OUTPUT_NOT_WRITABLE"),
        ({"result": Path("/nowhere.gpkg")}, "FILE_NOT_FOUND"),
    ):
        with pytest.raises(CarbonError, match=code):
            work_design(replace(asked, **change), Progress())
    assert not list(tmp_path.glob("d/*"))


@pytest.mark.long
def test_the_algorithm(provider, result_file, keys, tmp_path):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:workdesign")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    asked = {"RESULT": str(result_file), "OUTPUT": str(tmp_path / "d"), "STAND_KEYS": ";".join(keys[:2])}
    found, done = algorithm.run(asked, context, QgsProcessingFeedback(), {}, False)
    assert done
    assert found["PARCELS_COUNT"] == 2
    _, done = algorithm.create().run({**asked, "OVERWRITE": True}, context, QgsProcessingFeedback(), {}, False)
    assert done
