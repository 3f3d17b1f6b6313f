"""Runs inside the QGIS desktop: maps and papers are exported from the panel, and how long the window stands still."""

import os
import sys
import time
from pathlib import Path

import qgis.utils
from qgis.PyQt.QtWidgets import QProgressBar, QPushButton
from qgis.utils import iface

sys.path.insert(0, os.environ["SANMING_TESTS"])
from clicking import NAME, WORK, choose_step, click, dock, pauses, seen, start
from closing import settled
from stalls import Stalls
from tool_clicking import choose_entry, close_tool, open_tool, run_tool, tool, type_text

INPUTS = Path(os.environ["SANMING_INPUTS"])
COUNTY = 1
stalls = Stalls()
pauses.append(stalls.pause)


def _run(name):
    seen.setdefault("made", {})[stalls.part] = yield from run_tool(name)
    yield from close_tool(name)
    yield 300


def _export(name, step, *fills):
    yield from open_tool(name, step, *fills)
    yield from _run(name)


def map_set():
    yield from _export("exportmaps", 4, (type_text, "OUTPUT", WORK / "图集.pdf"))


def county_sheet():
    yield from _export("exportmaps", 4, (choose_entry, "LEVEL", COUNTY), (type_text, "OUTPUT", WORK / "县.pdf"))


def web_map():
    yield from _export("exportmaps", 4, (type_text, "OUTPUT", WORK / "网页.html"))


def work_design():
    keys = (type_text, "STAND_KEYS", os.environ["SANMING_KEYS"])
    yield from _export("workdesign", 4, keys, (type_text, "OUTPUT", WORK / "作业设计"))


def dossier():
    yield from _export("dossier", 3, (type_text, "APPLICATION", INPUTS / "申请"))


def target_map():
    choose_step(4)
    yield 100
    click(dock().maps.page.save_map)
    yield lambda: tool("exportmaps") is not None
    yield 500
    yield from _run("exportmaps")


def map_in_the_designer():
    """The sheet of very many stands, opened to be changed by hand."""
    dock().maps.result_wanted.emit(str(INPUTS / "多.gpkg"))
    yield lambda: dock().maps.chosen_result().endswith("多.gpkg") and not dock().run.is_running()
    yield settled
    choose_step(4)
    for theme in ("measure", "carbon_density"):
        combo = dock().maps.page.theme
        combo.setCurrentIndex(combo.findData(theme))
        click(dock().maps.page.open_map)
        yield lambda: bool(iface.openLayoutDesigners())
        yield 1500
        for designer in iface.openLayoutDesigners():
            seen.setdefault("designed", []).append(designer.window().windowTitle())
            designer.close()
        yield 300


def cancelled():
    """Cancel in the middle of the one sheet of a county with very many stands."""
    choose_step(4)
    dialog = dock().tools.open("exportmaps", {"RESULT": str(INPUTS / "多.gpkg"), "LEVEL": COUNTY,
                                              "OUTPUT": str(WORK / "停.pdf")})  # fmt: skip
    yield 500
    ended = []
    dialog.algorithmFinished.connect(lambda good, _: ended.append(good))
    click(dialog.runButton())
    bars = dialog.findChildren(QProgressBar, "progressBar")
    yield lambda: bool(ended) or max(bar.value() for bar in bars) > 0
    seen["in_the_middle"] = not ended
    pressed = time.monotonic()
    click(dialog.findChild(QPushButton, "buttonCancel"))
    yield lambda: bool(ended)
    seen["cancel_s"] = time.monotonic() - pressed
    dialog.close()
    yield 200


def day():
    yield lambda: NAME in qgis.utils.plugins
    iface.mainWindow().resize(1380, 860)
    dock().setUserVisible(True)
    yield lambda: dock().warm_up._begun and not dock().warm_up.is_loading()
    dock().maps.result_wanted.emit(str(INPUTS / "结果.gpkg"))
    yield lambda: dock().maps.chosen_result() and not dock().run.is_running()
    yield settled
    yield 1000
    stalls.start()
    for part in (map_set, county_sheet, web_map, work_design, dossier, target_map, cancelled, map_in_the_designer):
        seen["part"] = part.__name__
        stalls.name(part.__name__)
        yield from part()
        seen["stalls"] = stalls.told()
    stalls.stop()
    seen["part"] = "end"


start(day)
