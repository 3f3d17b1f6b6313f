"""Ground that several stands cover counts once in the totals: an own form takes these, and papers that tell stand by
stand say so."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from openpyxl import load_workbook
from osgeo import ogr

from sanming_carbon_plugin.adapters.attention import stands_on_shared_ground
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.maps.map_rows import read_map_rows
from sanming_carbon_plugin.adapters.maps.run_note import note_of
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.adapters.reports.own_template import template_values
from sanming_carbon_plugin.core.errors import CancelledError, InputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice
from sanming_carbon_plugin.paths import resources_dir

TOLD = {"zh": "有 2 个小班与其他小班重叠", "en": "2 stands lie on ground that others cover too"}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Pine stands of the sample, one of them drawn twice."""
    folder = tmp_path_factory.mktemp("重叠")
    source = shutil.copy(resources_dir() / "sample" / "stands.gpkg", folder / "stands.gpkg")
    dataset = ogr.Open(str(source), 1)
    layer = dataset.GetLayerByName("stands")
    layer.SetAttributeFilter("YOU_SHI_SZ = '220' AND HUO_LMGQXJ > 50 AND CUN = '203'")
    kept = [feature.GetFID() for feature in layer]
    layer.SetAttributeFilter(None)
    twice = layer.GetFeature(kept[0]).Clone()
    dataset.ExecuteSQL("DELETE FROM stands WHERE fid NOT IN ({})".format(", ".join(map(str, kept))))
    twice.SetFID(-1)
    twice.SetField("XIAO_BAN", "99999")
    assert layer.CreateFeature(twice) == 0
    layer = dataset = None
    assess(AssessRequest(stands=LayerSource(str(source), "stands"), out=folder / "结果.gpkg"), Progress())
    return folder / "结果.gpkg"


def test_an_own_form_takes_what_counts_once(result):
    rows = read_map_rows(result, themes()["measure"])
    values = template_values(rows.frame, {}, rows.run, UnitChoice())
    with closing(sqlite3.connect(result)) as database:
        area, stock = database.execute("SELECT sum(area_ha), sum(stock_tco2e) FROM summary").fetchone()
    assert values["sc_area_ha"] == pytest.approx(area) != pytest.approx(rows.frame["area_ha"].sum())
    assert values["sc_stock_tco2e"] == pytest.approx(stock) != pytest.approx(rows.frame["stock_tco2e"].sum())


def test_counting_them_stops_when_it_is_told_to(tmp_path):
    with closing(sqlite3.connect(tmp_path / "r.gpkg")) as database, database:
        database.execute("CREATE TABLE issues (code TEXT, value TEXT)")
        database.executemany("INSERT INTO issues VALUES (?, ?)", [("OTHER", "1")] * 20_000)
        database.execute("INSERT INTO issues VALUES ('STOCK_COUNTED_ONCE', '4')")
    assert stands_on_shared_ground(tmp_path / "r.gpkg") == 4
    with pytest.raises(CancelledError):
        stands_on_shared_ground(tmp_path / "r.gpkg", lambda: True)
    (tmp_path / "none.gpkg").write_bytes(b"nothing that is a database, whatever its name says")
    with pytest.raises(InputError):
        stands_on_shared_ground(tmp_path / "none.gpkg")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_papers_that_tell_stand_by_stand_say_so(result, tmp_path, language):
    rows = read_map_rows(result, themes()["measure"])
    assert TOLD[language] in note_of(rows.run, None, language)
    report(ReportRequest(result, tmp_path / "r", language=language), Progress())
    html = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert html.count(TOLD[language]) == 1
    assert "shared_ground" not in html
    for sheet in load_workbook(tmp_path / "r" / "forest_tables.xlsx").worksheets:
        assert TOLD[language] in sheet["A2"].value
