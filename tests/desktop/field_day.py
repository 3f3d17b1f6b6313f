"""The field check in a day: a package goes out, a surveyor brings it back, and a person decides what differs."""

import shutil

from clicking import WORK, click, dock, plugin, seen, shoot
from closing import settled, states
from osgeo import ogr
from qgis.PyQt.QtWidgets import QDialogButtonBox
from qgis.utils import iface
from result_clicking import (
    RESULT,
    canvas_place,
    decide,
    dialog_of,
    go_near,
    open_and_shoot,
    pick,
    picture,
    result_layer,
    run_and_shoot,
    stalls,
    write,
)
from tool_clicking import add_file, close_tool, tick_layers, tool, type_number

PACKAGE = WORK / "三明 结果_fieldpackage"
VISITS = 20
CELL_M = 20.0
CLOSURE = 0.55


def export_the_field_package():
    dock().setUserVisible(True)
    yield from open_and_shoot("fieldsample", "15_sample_tool", (type_number, "VISITS", VISITS))
    yield from run_and_shoot("fieldsample")
    yield from close_tool("fieldsample")
    image = (tick_layers, "BACKGROUND", ("Composite 2020", "影像 2020"))
    yield from open_and_shoot("fieldpackage", "16_package_tool", image, (type_number, "CELL", CELL_M))
    filled_in = tool("fieldpackage").createProcessingParameters()
    seen["list_filled_in"] = str(filled_in.get("LIST", "")).endswith(".gpkg")
    seen["package_filled_in"] = [len(filled_in["BACKGROUND"]), filled_in["CELL"]]
    yield from run_and_shoot("fieldpackage")
    yield from close_tool("fieldpackage")
    seen["package"] = sorted(path.name for path in PACKAGE.iterdir())


def a_surveyor_goes_out_and_the_desk_decides():
    """What QField does to the copy; and meanwhile somebody at the desk decides about one of the stands."""
    stalls.pause(True)
    copy = WORK / "带回" / "张三"
    shutil.copytree(PACKAGE, copy)
    opened = ogr.Open(str(copy / "field.gpkg"), 1)
    layer = opened.GetLayerByName("stands_to_check")
    rows = [(row.GetFID(), row["stand_key"], row["pine_transform"]) for row in layer]
    both = next(row for row in rows if row[2] == "no" and row[1] != seen["overridden"])
    plain = next(row for row in rows if row is not both)
    for fid, values in ((both[0], {"pine_transform": "unknown"}), (plain[0], {"closure": CLOSURE})):
        row = layer.GetFeature(fid)
        values |= {"verdict": "wrong", "surveyor": "张三", "survey_date": "2026-11-20", "photo_1": "DCIM/a.jpg"}
        for name, value in values.items():
            row.SetField(name, value)
        layer.SetFeature(row)
    (copy / "DCIM" / "a.jpg").write_bytes(b"photo")
    del layer, opened
    stalls.pause(False)
    seen["both"] = both[1]
    cards = plugin().cards
    cards.panel.setUserVisible(True)
    layer = result_layer()
    iface.setActiveLayer(layer)
    yield from go_near(both[1])
    click(iface.mapCanvas().viewport(), canvas_place(both[1]))
    yield lambda: cards.panel.card is not None and cards.panel.card.stand_key == both[1]
    yield from decide("pine_transform", "yes", None)


def merge_what_came_back():
    dock().setUserVisible(True)
    returned = str(WORK / "带回" / "张三" / "field.gpkg")
    yield from open_and_shoot("fieldmerge", "17_merge_tool", (add_file, "RETURNED", returned))
    yield from run_and_shoot("fieldmerge")
    seen["conflicts"] = seen["tools"]["fieldmerge"]["CONFLICTS"]
    yield lambda: dialog_of("MergeDialog") is not None
    yield 300
    dialog = dialog_of("MergeDialog")
    column = [line.column_name if hasattr(line, "column_name") else line.cell[1] for line in dialog.lines]
    pick(dialog.table.cellWidget(column.index("pine_transform"), 6), "field")
    write(dialog.signature, "李科长")
    picture("18_conflict", dialog)
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Save))
    yield lambda: dialog_of("MergeDialog") is None and tool("fieldmerge") is not None
    yield 300
    shoot("19_second_run", tool("fieldmerge"))
    yield from run_and_shoot("fieldmerge")
    shoot("20_merged", tool("fieldmerge"))
    yield from close_tool("fieldmerge")
    decisions = RESULT.with_suffix(".decisions.csv").read_text(encoding="utf-8-sig").splitlines()
    seen["signed"] = [line for line in decisions if "李科长" in line]
    yield settled
    seen["states_after_merge"] = states()
    stalls.pause(True)
    from sanming_carbon_plugin.adapters.issue_list import IssueFilter, issue_rows

    seen["still_accepted"] = [list(row.identity()) for row in issue_rows(RESULT, IssueFilter(status="accepted"))]
    stalls.pause(False)
