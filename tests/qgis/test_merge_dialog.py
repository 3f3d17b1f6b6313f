"""The dialog in which conflicts are decided: what it shows, what it writes, what it lets nobody choose."""

from __future__ import annotations

import pytest
import shapely
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QMessageBox, QWidget

from sanming_carbon_plugin.adapters.crs import wkt_from_user_input
from sanming_carbon_plugin.adapters.field_package.review import CONFLICTS, read_choices
from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.core.stands.layer import FieldType
from sanming_carbon_plugin.gui.merge_dialog import MergeDialog
from sanming_carbon_plugin.gui.merge_round import MergeRound

pytestmark = pytest.mark.qgis

NAMES = ("row_id", "stand_key", "column", "state", "why", "base_value", "desk_value", "field_value", "field_value_2",
         "surveyor", "choice", "value")  # fmt: skip
LINES = (
    ("u1", "k1", "pine_transform", "conflict", "desk_and_field", "yes", "no", "unknown", None, "张三", None, None),
    ("u2", "k2", "species_code", "conflict", "surveyors", "220", "220", "310", "470", "张三; 李四", None, None),
    ("u3", "k3", "closure", "conflict", "cleared", "0.7", "0.6", None, None, "张三", None, None),
    ("u4", "k4", "closure", "conflict", "stand_gone", "0.7", "0.7", "0.5", None, "张三", None, None),
)


@pytest.fixture
def review(tmp_path):
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame(LINES, columns=list(NAMES))
    outlines = np.array([shapely.box(n, 0, n + 1, 1) for n in range(len(LINES))], dtype=object)
    path = tmp_path / "审核.gpkg"
    write_geopackage(
        path,
        [
            OutputTable(
                CONFLICTS, dict.fromkeys(NAMES, FieldType("text")), frame, outlines, wkt_from_user_input("EPSG:4527")
            )
        ],
    )
    return path


def texts(dialog, row):
    return [dialog.table.item(row, column).text() for column in range(6)]


def test_lines_are_read_in_words(qgis_app, review):
    dialog = MergeDialog(review)
    assert texts(dialog, 0)[2:] == ["Desk and field changed it differently", "Yes", "No", "Unknown (张三)"]
    field = texts(dialog, 1)[5]
    assert field.startswith("310 ")
    assert field.endswith("(张三; 李四)")
    offered = [dialog._choices[3].itemData(index) for index in range(dialog._choices[3].count())]
    assert offered == [None, "desk"]
    offered = [dialog._choices[1].itemData(index) for index in range(dialog._choices[1].count())]
    assert offered == [None, "desk", "field", "field_2", "value"]
    assert "4" in dialog.status.text()


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
    assert len(read_choices(review)) == 3
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
    tools.found.emit("sanmingcarbon:fieldmerge", first, {"OUTPUT": str(review), "CONFLICTS": 0})
    tools.found.emit("sanmingcarbon:fieldmerge", first | {"RESOLVE": str(review)}, {"CONFLICTS": 4})
    tools.found.emit("sanmingcarbon:fieldsample", {}, {"OUTPUT": "x", "CONFLICTS": 1})
    assert merge.dialog is None
    tools.found.emit("sanmingcarbon:fieldmerge", first, {"OUTPUT": str(review), "CONFLICTS": 4})
    merge.dialog.reject()
    assert tools.asked == []
    tools.found.emit("sanmingcarbon:fieldmerge", first, {"OUTPUT": str(review), "CONFLICTS": 4})
    merge.dialog.choose(0, "field")
    merge.dialog.signature.setText("李科长")
    merge.dialog.accept()
    assert merge.dialog is None
    again = first | {"RESOLVE": str(review), "BY": "李科长", "OUTPUT": str(review), "OVERWRITE": True}
    assert tools.asked == [("close", "fieldmerge"), ("fieldmerge", again)]
