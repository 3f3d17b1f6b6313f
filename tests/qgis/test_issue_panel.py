"""The panel with the list of doubts: counts, filters, the way to a stand, and what people decided."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest
from made_results import SAMPLE
from qgis.core import Qgis, QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtWidgets import QInputDialog

from sanming_carbon_plugin.adapters.attention import open_doubts, severity_counts
from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
from sanming_carbon_plugin.adapters.issue_list import IssueFilter, issue_rows
from sanming_carbon_plugin.adapters.issue_status import mark_issues
from sanming_carbon_plugin.adapters.jobs.check import check
from sanming_carbon_plugin.adapters.jobs.issue_table import ISSUE_LAYER_COLUMNS
from sanming_carbon_plugin.adapters.qgis_layers import read_qgis_layer
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.gui.issue_model import PAGE_ROWS
from sanming_carbon_plugin.gui.issue_panel import IssuePanel

pytestmark = pytest.mark.qgis


@pytest.fixture
def stands(qgis_app, tmp_path):
    """The sample's stands, from a copy: QGIS writes into a GeoPackage that it opens."""
    path = tmp_path / "小班.gpkg"
    path.write_bytes((SAMPLE / "stands.gpkg").read_bytes())
    layer = QgsVectorLayer(str(path), "小班", "ogr")
    layer.setSubsetString("fid <= 300")
    QgsProject.instance().addMapLayer(layer)
    yield layer
    QgsProject.instance().clear()


@pytest.fixture
def listed(stands, tmp_path):
    path = tmp_path / "问题 清单.gpkg"
    check(read_qgis_layer(stands), path, None, False, Progress())
    return path


@pytest.fixture
def panel(qgis_iface, qtbot, stands, listed):
    made = IssuePanel(qgis_iface, lambda: stands)
    qtbot.addWidget(made)
    made.show_list(listed)
    return made


def _counts(path):
    with sqlite3.connect(path) as opened:
        return dict(opened.execute("SELECT code, count(*) FROM issues GROUP BY code").fetchall())


def _code_with_rows(path):
    with sqlite3.connect(path) as opened:
        return opened.execute(
            "SELECT code FROM issues WHERE stand_key IS NOT NULL GROUP BY code ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()[0]


def test_counts_by_code_are_those_of_the_list(panel, listed):
    table = panel.form.codes
    shown = {table.item(row, 3).data(0x0100): int(table.item(row, 1).text()) for row in range(1, table.rowCount())}
    assert shown == _counts(listed)
    assert int(table.item(0, 1).text()) == sum(shown.values())
    assert {table.item(row, 0).text() for row in range(1, table.rowCount())} <= {"Error", "Warning", "Note"}


def test_what_is_to_do_is_counted_as_in_the_steps_and_notes_are_told_apart(panel, listed):
    with sqlite3.connect(listed) as opened:
        found = dict(opened.execute("SELECT severity, count(*) FROM issues GROUP BY severity").fetchall())
    assert found["info"] > 0
    to_do = open_doubts(listed)
    assert to_do == sum(number for severity, number in found.items() if severity != "info")
    assert severity_counts(listed) == found
    table = panel.form.codes
    assert (
        int(table.item(0, 2).text())
        == to_do
        == sum(int(table.item(row, 2).text()) for row in range(1, table.rowCount()))
    )
    assert panel.form.told.text() == "To do: {} errors and warnings; notes: {}".format(to_do, found["info"])
    first = next(row for row in issue_rows(listed, IssueFilter()) if row.severity != "info")
    mark_issues(listed, [first.identity()], "accepted", "复核", "林一", "2026-01-02T03:04:05+08:00")
    assert open_doubts(listed) == to_do - 1
    assert severity_counts(listed)[first.severity] == found[first.severity] - 1


def test_filters_narrow_counts_and_rows(panel, listed):
    panel.form.severity.setCurrentIndex(panel.form.severity.findData("info"))
    assert all(issue.severity == "info" for issue in panel.model.issues())
    panel.form.severity.setCurrentIndex(0)
    code = _code_with_rows(listed)
    panel.choose_code(code)
    assert panel.model.rowCount() == _counts(listed)[code]
    key = panel.model.issue(0).stand_key
    panel.form.search.setText(key.upper())
    panel.reload()
    assert {issue.stand_key for issue in panel.model.issues()} == {key}


def test_a_click_goes_to_the_stand_and_selects_it(panel, stands, listed, qgis_iface):
    panel.choose_code(_code_with_rows(listed))
    panel.form.rows.clicked.emit(panel.model.index(2, 0))
    selected = stands.selectedFeatures()
    assert len(selected) == 1
    issue = panel.model.issue(2)
    parts = [str(selected[0][name]) for name in ("CUN", "LIN_BAN", "XIAO_BAN") if name in stands.fields().names()]
    assert all(part in issue.stand_key for part in parts)
    assert qgis_iface.mapCanvas().extent().intersects(selected[0].geometry().boundingBox())
    assert issue.message in panel.form.detail.text()
    assert issue.code not in panel.form.detail.text()  # people read words; the code is in the tip
    assert panel.form.detail.toolTip() == issue.code


def test_decisions_are_kept_with_name_and_time(panel, listed, monkeypatch):
    panel.choose_code(_code_with_rows(listed))
    monkeypatch.setattr(QInputDialog, "exec", lambda _: QInputDialog.DialogCode.Accepted)
    monkeypatch.setattr(QInputDialog, "textValue", lambda _: "实地复核无误")
    panel.form.rows.selectRow(0)
    panel.form.accepted.click()
    panel.form.rows.selectRow(1)
    panel.form.fixed.click()
    with sqlite3.connect(listed) as opened:
        rows = opened.execute('SELECT status, reason, "by", at FROM issue_status ORDER BY fid').fetchall()
    name = QgsApplication.userFullName() or QgsApplication.userLoginName()
    assert [row[:3] for row in rows] == [("accepted", "实地复核无误", name), ("fixed", None, name)]
    assert all(row[3][:2] == "20" and "T" in row[3] for row in rows)
    assert [panel.model.issue(row).status for row in (0, 1)] == ["accepted", "fixed"]
    assert "实地复核无误" in panel.model.data(panel.model.index(0, 1), 3)
    panel.form.status.setCurrentIndex(panel.form.status.findData("accepted"))
    assert panel.model.rowCount() == 1
    panel.form.status.setCurrentIndex(0)
    panel.form.rows.selectRow(0)
    panel.form.reopen.click()
    assert panel.model.issue(0).status == "open"


def test_accepting_needs_a_reason(panel, listed, qgis_iface, monkeypatch):
    panel.choose_code(_code_with_rows(listed))
    panel.form.rows.selectRow(0)
    monkeypatch.setattr(QInputDialog, "exec", lambda _: QInputDialog.DialogCode.Accepted)
    monkeypatch.setattr(QInputDialog, "textValue", lambda _: "  ")
    panel.form.accepted.click()
    assert panel.model.issue(0).status == "open"
    assert any(
        "ISSUE_REASON_MISSING" in text for text in qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Critical)
    )


def test_the_file_stays_a_geopackage_that_gdal_opens(panel, listed):
    from osgeo import gdal

    panel.form.rows.selectRow(0)
    panel.form.fixed.click()
    opened = gdal.OpenEx(str(listed), gdal.OF_VECTOR)
    table = opened.GetLayerByName("issue_status")
    assert table.GetFeatureCount() == 1
    assert table.GetNextFeature().GetField("status") == "fixed"


def test_a_hundred_thousand_doubts_come_a_page_at_a_time(qgis_iface, qtbot, tmp_path):
    count = 100_000
    numbers = pd.RangeIndex(count).astype(str).astype(object)
    frame = pd.DataFrame(
        {
            "stand_key": "350428-1-1-1-" + numbers, "code": "CLOSURE_MISSING", "severity": "warning",
            "field": "closure", "value": None, "message": "Closure is missing.", "message_zh": "缺少郁闭度。",
        }
    )  # fmt: skip
    path = tmp_path / "many.gpkg"
    write_geopackage(path, [OutputTable("issues", dict(ISSUE_LAYER_COLUMNS), frame)])
    made = IssuePanel(qgis_iface, lambda: None)
    qtbot.addWidget(made)
    made.show_list(path)
    qtbot.waitUntil(lambda: not made.is_reading())
    assert made.form.codes.item(0, 1).text().replace(",", "") == str(count)
    assert made.model.rowCount() == PAGE_ROWS
    made.form.rows.scrollToBottom()
    made.model.fetchMore()
    qtbot.waitUntil(lambda: not made.is_reading())
    assert made.model.rowCount() >= 2 * PAGE_ROWS


def test_a_list_that_is_gone_is_said_in_the_message_bar(qgis_iface, qtbot, tmp_path):
    made = IssuePanel(qgis_iface, lambda: None)
    qtbot.addWidget(made)
    made.show_list(tmp_path / "gone.gpkg")
    assert made.model.rowCount() == 0
    assert not made.form.recheck.isEnabled()
    assert qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Critical)
