"""The figures of every township are the same on the map and in the web map; a name never becomes a formula."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from made_results import TOWNSHIPS, three_townships
from openpyxl import load_workbook

from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice

pytestmark = pytest.mark.qgis

EVIL = "=cmd|' /C calc'!A0"
NAMES = {"201": "青山镇", "202": EVIL, "203": "月亮乡"}
UNITS = {"ha and t": UnitChoice(), "mu and 10 000 t": UnitChoice("mu", "wan_t")}


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    return three_townships(tmp_path_factory.mktemp("同 数") / "结果.gpkg")


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("names") / "names.csv"
    lines = [f'350428-{code},"{name}",' for code, name in NAMES.items()]
    path.write_text("\n".join(["code,name,name_en", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def truth(result_file) -> dict[str, dict[str, float]]:
    """Sums of each township, straight from the file."""
    with closing(sqlite3.connect(result_file)) as database:
        rows = database.execute(
            "SELECT f.township, COUNT(*), SUM(s.area_ha) FROM stands s JOIN facts f USING (stand_key) GROUP BY 1"
        ).fetchall()
    found = {row[0]: dict(zip(("stands", "area"), row[1:], strict=True)) for row in rows}
    assert set(found) == set(TOWNSHIPS)
    return found


def _number(text: object) -> float:
    return float(str(text).replace(",", "") or 0)


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_and_the_web_map_tell_the_truth_of_each_township(result_file, names, truth, tmp_path, language):
    options = {"level": "township", "language": language, "names": names}
    pdf = tmp_path / "maps.pdf"
    export_maps(MapSetRequest(result_file, pdf, **options), Progress())
    for page, (code, told) in enumerate(sorted(truth.items()), start=1):
        command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), str(pdf), "-"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        flat = re.sub(r"\s", "", text)
        assert re.sub(r"\s", "", NAMES[code]) in flat
        assert "EPSG:4527" in flat  # digits beside Latin letters too
        total = "合计" if language == "zh" else "Total"
        row = f"{total}{told['stands']:,}{told['area']:,.2f}{told['area'] * 15:,.1f}"
        assert row in flat, (code, row)
        web = tmp_path / f"{code}.html"
        export_maps(MapSetRequest(result_file, web, within=(f"350428-{code}",), **options), Progress())
        data = json.loads(re.search(r'id="data">(.*?)</script>', web.read_text(encoding="utf-8"), re.DOTALL).group(1))
        theme = data["themes"][0]
        assert theme["total"] == [f"{told['stands']:,}", f"{told['area']:,.2f}", f"{told['area'] * 15:,.1f}"]
        for each in theme["classes"]:  # class by class as on the paper
            label = each["labels"][language == "zh"]
            assert re.sub(r"\s", "", "".join(each["figures"])) in flat, label
        sums = [sum(_number(each["figures"][place]) for each in theme["classes"]) for place in range(3)]
        total = [_number(one) for one in theme["total"]]
        assert sums == [pytest.approx(one, abs=1e-6) for one in total]  # as they are printed


@pytest.mark.long
def test_a_township_named_like_a_formula_stays_a_name_in_the_workbooks(result_file, names, tmp_path):
    report(ReportRequest(result_file, tmp_path / "r", names=names), Progress())
    for file in ("forest_tables.xlsx", "carbon_tables.xlsx"):
        book = load_workbook(tmp_path / "r" / file)
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        evil = [cell for cell in cells if isinstance(cell.value, str) and EVIL in cell.value]
        assert evil
        assert all(cell.data_type == "s" and (cell.quotePrefix or not cell.value.startswith("=")) for cell in evil)
