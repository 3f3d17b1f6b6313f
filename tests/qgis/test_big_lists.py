"""A list of a million doubts is worked through without the window standing still."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from big_lists import RARE, lengthen
from made_results import SAMPLE
from qgis.core import QgsProject, QgsVectorLayer

sys.path.append(str(Path(__file__).resolve().parents[1] / "desktop"))
from stalls import Stalls, longest

from sanming_carbon_plugin.adapters import attention
from sanming_carbon_plugin.adapters.issue_list import IssueFilter, code_counts, issue_rows
from sanming_carbon_plugin.adapters.jobs.check import check
from sanming_carbon_plugin.adapters.qgis_layers import read_qgis_layer
from sanming_carbon_plugin.adapters.words import word
from sanming_carbon_plugin.core.errors import CancelledError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.gui.issue_model import PAGE_ROWS
from sanming_carbon_plugin.gui.issue_panel import IssuePanel
from sanming_carbon_plugin.processing.translation import language

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

ROWS = 1_000_000
MOST_S = 0.2
SECONDS = 60_000


@pytest.fixture(scope="module")
def long_list(qgis_app, tmp_path_factory):
    folder = tmp_path_factory.mktemp("长 list")
    stands = folder / "小班.gpkg"
    stands.write_bytes((SAMPLE / "stands.gpkg").read_bytes())
    layer = QgsVectorLayer(str(stands), "小班", "ogr")
    layer.setSubsetString("fid <= 50")
    path = folder / "问题.gpkg"
    check(read_qgis_layer(layer), path, None, False, Progress())
    return lengthen(path, ROWS)


@pytest.fixture
def panel(qgis_iface, qtbot, long_list):
    made = IssuePanel(qgis_iface, lambda: None)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.shut_down()
    QgsProject.instance().clear()


def test_a_million_doubts_are_worked_through_and_the_window_never_stands_still(panel, qtbot, long_list):
    def read():
        qtbot.waitUntil(lambda: not panel.is_reading(), timeout=SECONDS)
        qtbot.wait(50)

    os.sync()  # else the first mark would wait until the list that was just made is on the disk
    qtbot.wait(200)
    stalls = Stalls()
    stalls.start()
    for name, act in (
        ("open", lambda: panel.show_list(long_list)),
        ("one code", lambda: panel.choose_code("DOUBT_7")),
        ("a code of one row", lambda: panel.choose_code(RARE)),
        ("all codes", lambda: panel.choose_code(None)),
        ("choose a row", lambda: panel.form.rows.selectRow(3)),
        ("mark it", panel.form.fixed.click),
        ("a row's place", lambda: panel.go_to_row(5)),
        ("next stand", lambda: panel.other_stand("", 1)),
        ("scroll", panel.model.fetchMore),
        ("one severity", lambda: panel.form.severity.setCurrentIndex(2)),
        ("search", lambda: panel.form.search.setText("-{}".format(ROWS - 1))),
        ("give it up", lambda: panel.form.search.setText("")),
    ):
        stalls.name(name)
        act()
        if name in ("search", "give it up"):
            qtbot.wait(400)
        read()
    stalls.stop()
    assert panel.model.rowCount() >= PAGE_ROWS
    found = stalls.told()
    assert max((stall["net_s"] for stall in found), default=0.0) <= MOST_S, longest(found, 9)


def test_counts_and_rows_are_those_of_the_file(panel, qtbot, long_list):
    panel.show_list(long_list)
    assert panel.form.told.text()
    assert panel.is_reading()  # or this test would show nothing
    qtbot.waitUntil(lambda: not panel.is_reading(), timeout=SECONDS)
    whole = sum(each.count for each in code_counts(long_list, IssueFilter()))
    assert whole >= ROWS
    assert int(panel.form.codes.item(0, 1).text().replace(",", "")) == whole
    panel.choose_code(RARE)
    qtbot.waitUntil(lambda: not panel.is_reading(), timeout=SECONDS)
    assert [issue.code for issue in panel.model.issues()] == [RARE]
    panel.form.rows.selectRow(0)
    panel.form.fixed.click()
    qtbot.waitUntil(lambda: not panel.is_reading(), timeout=SECONDS)
    assert [issue.status for issue in panel.model.issues()] == ["fixed"]
    assert panel.form.rows.selectionModel().hasSelection()


def test_a_newer_wish_ends_the_reading_before(panel, qtbot, long_list):
    panel.show_list(long_list)
    panel.form.search.setText("nowhere")
    panel.reload()
    panel.form.search.setText("")
    panel.form.severity.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not panel.is_reading(), timeout=SECONDS)
    assert {issue.severity for issue in panel.model.issues()} == {"error"}
    shown = {panel.form.codes.item(row, 0).text() for row in range(1, panel.form.codes.rowCount())}
    assert shown == {word("severity", "error", language())}


@pytest.mark.parametrize(
    "read",
    [
        lambda path, stop: code_counts(path, IssueFilter(), stop),
        lambda path, stop: issue_rows(path, IssueFilter(text="nowhere"), stop=stop),
        attention.open_doubts,
        attention.severity_counts,
    ],
)
def test_reading_stops_when_it_is_told_to(long_list, read):
    began = time.monotonic()
    until = began + 0.05
    with pytest.raises(CancelledError):
        read(long_list, lambda: time.monotonic() > until)
    assert time.monotonic() - began < 1.0
