"""The dialog in which conflicts are decided: what it shows, what it writes, what it lets nobody choose."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest
import shapely
from every_algorithm import spoken, translation_of_today
from fits import clipped
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHeaderView, QMessageBox, QWidget

from sanming_carbon_plugin.adapters.crs import wkt_from_user_input
from sanming_carbon_plugin.adapters.field_package.review import CONFLICTS, DIFFERENCES, read_choices
from sanming_carbon_plugin.adapters.field_package.review_form import dress_review
from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.core.stands.layer import FieldType
from sanming_carbon_plugin.gui.merge_dialog import MergeDialog
from sanming_carbon_plugin.gui.merge_round import MergeRound

pytestmark = pytest.mark.qgis

NAMES = ("row_id", "stand_key", "column", "state", "why", "base_value", "desk_value", "field_value", "field_value_2",
         "surveyor", "surveyor_2", "choice", "value")  # fmt: skip
LINES = (
    (
        "u1",
        "k1",
        "pine_transform",
        "conflict",
        "desk_and_field",
        "yes",
        "no",
        "unknown",
        None,
        "张三",
        None,
        None,
        None,
    ),
    ("u2", "k2", "species_code", "conflict", "surveyors", "220", "220", "310", "470", "张三", "李四", None, None),
    ("u3", "k3", "closure", "conflict", "cleared", "0.7", "0.6", None, None, "张三", None, None, None),
    ("u4", "k4", "closure", "conflict", "stand_gone", "0.7", "0.7", "0.5", None, "张三", None, None, None),
)


def _write(path, layers, names):
    import numpy as np
    import pandas as pd

    tables = []
    for name, rows in layers.items():
        outlines = np.empty(len(rows), dtype=object)
        outlines[:] = [shapely.box(n, 0, n + 1, 1) for n in range(len(rows))]
        frame = pd.DataFrame(rows, columns=list(names), dtype=object)
        texts = dict.fromkeys(names, FieldType("text"))
        tables.append(OutputTable(name, texts, frame, outlines, wkt_from_user_input("EPSG:4527")))
    write_geopackage(path, tables)


@pytest.fixture
def review(tmp_path):
    path = tmp_path / "审核.gpkg"
    _write(path, {CONFLICTS: LINES}, NAMES)
    return path


@pytest.fixture
def clean_review(tmp_path):
    """A review without conflicts: one change of the field, one of the desk, one that was taken over before."""
    rows = (
        ("u1", "k1", "closure", "field_only", None, "0.7", "0.7", "0.6", None, "张三", None, "field", None, None),
        ("u2", "k2", "closure", "desk_only", None, "0.7", "0.6", None, None, None, None, None, None, None),
        ("u3", "k3", "closure", "field_only", None, "0.7", "0.7", "0.6", None, "张三", None, "field", None, "applied"),
    )
    path = tmp_path / "无冲突.gpkg"
    _write(path, {CONFLICTS: (), DIFFERENCES: rows}, (*NAMES, "outcome"))
    return path


def texts(dialog, row):
    return [dialog.table.item(row, column).text() for column in range(6)]


def test_lines_are_read_in_words(qgis_app, review):
    dialog = MergeDialog(review)
    assert texts(dialog, 0)[2:] == ["Desk and field changed it differently", "Yes", "No", "Unknown (张三)"]
    field = texts(dialog, 1)[5]
    assert field.startswith("310 ")
    assert "(张三); 470 " in field
    assert field.endswith("(李四)")
    offered = [dialog._choices[3].itemData(index) for index in range(dialog._choices[3].count())]
    assert offered == [None, "desk"]
    offered = [dialog._choices[1].itemData(index) for index in range(dialog._choices[1].count())]
    assert offered == [None, "desk", "field", "field_2", "value"]
    assert "4" in dialog.status.text()


SAID = {
    "pine_transform": ("yes", "no", "unknown"), "species_code": ("220", "310", "470"), "closure": ("0.7", "0.6", None),
}  # fmt: skip
MANY = tuple(
    ("m{}".format(n), "350428-199-204-0{0}-{0}".format(n), column, "conflict", why, *SAID[column], None, "张三",
     None, None, None)
    for n, (column, why) in enumerate(product(SAID, ("desk_and_field", "cleared", "stand_gone")))
)  # fmt: skip


@pytest.mark.parametrize("locale", ["en_US", "zh-Hans"])
def test_nothing_of_many_conflicts_is_clipped(qgis_app, qtbot, tmp_path, locale):
    path = tmp_path / "许多.gpkg"
    _write(path, {CONFLICTS: (*LINES, *MANY)}, NAMES)
    with spoken(locale, translation_of_today(tmp_path)):
        dialog = MergeDialog(path)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.choose(1, "value", "490")
        qtbot.wait(100)
        assert dialog.table.rowCount() == len(LINES) + len(MANY)
        if "SANMING_PICTURES" in os.environ:
            dialog.resize(1330, 420)
            dialog.grab().save(str(Path(os.environ["SANMING_PICTURES"]) / "merge_{}.png".format(locale)))
        assert list(clipped(dialog)) == []


def test_a_look_for_clipped_texts_finds_them(qgis_app, qtbot, review):
    """Titles, cells and choices: each made too narrow once."""
    dialog = MergeDialog(review)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.wait(50)
    assert list(clipped(dialog)) == []
    dialog.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    dialog.table.setColumnWidth(2, 20)
    assert list(clipped(dialog)) == ["Why"], "its cells have tips"
    dialog.table.item(0, 2).setToolTip("")
    assert list(clipped(dialog)) == ["Why", "Desk and field changed it differently"]
    dialog.table.resizeColumnToContents(2)
    dialog._choices[0].setMinimumContentsLength(5)
    dialog._choices[0].setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    dialog._choices[0].addItem("a choice with a name that is as long as no name of a choice should ever be")
    assert len(list(clipped(dialog))) == 1


def test_choices_are_written_and_read_again(qgis_app, review):
    dialog = MergeDialog(review)
    dialog.choose(0, "field")
    dialog.choose(1, "value", "490")
    dialog.choose(2, "value", "0.65")
    assert dialog._values[1].isEnabled()
    assert not dialog._values[0].isEnabled()
    dialog.accept()
    assert dialog.result() == 1
    table = read_geopackage_table(review, CONFLICTS, geometry=True)
    assert table["choice"].tolist() == ["field", "value", "value", None]
    assert table["value"].tolist() == [None, "490", "0.65", None]
    assert table["geometry"].notna().all()
    assert read_choices(review)["choice"].notna().sum() == 3
    assert len(read_choices(review)) == 4
    again = MergeDialog(review)
    assert again.answers() == dialog.answers()
    again.choose(0, None)
    again.accept()
    assert read_geopackage_table(review, CONFLICTS)["choice"].tolist() == [None, "value", "value", None]


def test_cancel_writes_nothing(qgis_app, review):
    dialog = MergeDialog(review)
    dialog.choose(0, "desk")
    dialog.reject()
    assert read_geopackage_table(review, CONFLICTS)["choice"].isna().all()


def test_a_file_that_went_away_is_told_and_the_dialog_stays(qgis_app, review, monkeypatch):
    told = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: told.append(args[2]))
    dialog = MergeDialog(review)
    dialog.choose(0, "desk")
    review.unlink()
    dialog.accept()
    assert dialog.result() == 0
    assert "OUTPUT_NOT_WRITABLE" in told[0]


def test_very_many_conflicts_come_in_portions(qgis_app, review, monkeypatch):
    monkeypatch.setattr("sanming_carbon_plugin.gui.merge_dialog._ROWS_SHOWN", 3)
    dialog = MergeDialog(review)
    assert dialog.table.rowCount() == 3
    assert "1 more" in dialog.status.text()
    dialog.choose(0, "desk")
    dialog.accept()
    assert read_geopackage_table(review, CONFLICTS)["choice"].tolist() == ["desk", None, None, None]


class _Tools(QObject):
    """Stands for the buttons of the panel, whose dialogs need the real desktop."""

    found = pyqtSignal(str, object, object)

    def __init__(self):
        super().__init__()
        self.asked = []

    def close(self, name):
        self.asked.append(("close", name))

    def open(self, name, values):
        self.asked.append((name, values))


def test_a_first_run_with_conflicts_leads_to_the_second(qgis_app, review):
    tools, window = _Tools(), QWidget()
    merge = MergeRound(tools, window, window)
    first = {"RESULT": "r.gpkg", "RETURNED": ["f.gpkg"], "RESOLVE": None}
    tools.found.emit("sanmingcarbon:fieldmerge", first, {"OUTPUT": str(review), "OPEN": 0, "CONFLICTS": 4})
    tools.found.emit("sanmingcarbon:fieldmerge", first | {"RESOLVE": str(review)}, {"CONFLICTS": 4, "OPEN": 0})
    tools.found.emit("sanmingcarbon:fieldsample", {}, {"OUTPUT": "x", "OPEN": 1})
    assert merge.dialog is None
    tools.found.emit("sanmingcarbon:fieldmerge", first, {"OUTPUT": str(review), "OPEN": 4})
    merge.dialog.reject()
    assert tools.asked == []
    tools.found.emit("sanmingcarbon:fieldmerge", first, {"OUTPUT": str(review), "OPEN": 4})
    merge.dialog.choose(0, "field")
    merge.dialog.signature.setText("李科长")
    merge.dialog.accept()
    assert merge.dialog is None
    again = first | {"RESOLVE": str(review), "BY": "李科长", "OUTPUT": str(review), "OVERWRITE": True}
    assert tools.asked == [("close", "fieldmerge"), ("fieldmerge", again)]


def test_a_second_run_that_leaves_lines_open_brings_the_dialog_again(qgis_app, review):
    tools, window = _Tools(), QWidget()
    merge = MergeRound(tools, window, window)
    second = {"RESULT": "r.gpkg", "RESOLVE": str(review), "BY": "李科长"}
    tools.found.emit("sanmingcarbon:fieldmerge", second, {"OUTPUT": str(review), "CONFLICTS": 1, "OPEN": 4})
    assert merge.dialog is not None
    assert len(merge.dialog.lines) == 4
    earlier = merge.dialog
    tools.found.emit("sanmingcarbon:fieldmerge", second, {"OUTPUT": str(review), "CONFLICTS": 1, "OPEN": 4})
    assert merge.dialog is not earlier
    assert not earlier.isVisible()
    merge.dialog.reject()


def test_without_conflicts_a_signature_is_asked_for_what_only_the_field_changed(qgis_app, clean_review):
    tools, window = _Tools(), QWidget()
    merge = MergeRound(tools, window, window)
    tools.found.emit("sanmingcarbon:fieldmerge", {}, {"OUTPUT": str(clean_review), "CONFLICTS": 0, "OPEN": 1})
    dialog = merge.dialog
    assert dialog.status.text() == "There is nothing to decide. Take over 1 changes that only the field made?"
    assert dialog.table.isHidden()
    dialog.signature.setText("李科长")
    dialog.accept()
    assert tools.asked[1][1]["RESOLVE"] == str(clean_review)
    assert tools.asked[1][1]["BY"] == "李科长"


def test_the_legend_of_what_is_to_be_decided_holds_only_what_can_be_there(qgis_app, review, clean_review):
    for path, name, states in (
        (review, CONFLICTS, ["conflict", "field_only"]),
        (clean_review, DIFFERENCES, ["conflict", "field_only", "desk_only", "both_same", "read_only", "outline",
                                     "recorded"]),
    ):  # fmt: skip
        layer = QgsVectorLayer("{}|layername={}".format(path, name), name, "ogr")
        dress_review(layer, name, "zh")
        assert [category.value() for category in layer.renderer().categories()] == states
