"""One table of colours: what means the same looks the same on maps, in legends, charts, reports and in the field."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.carbon_charts import COLOURS, sink_chart
from sanming_carbon_plugin.adapters.maps.themes import every_theme
from sanming_carbon_plugin.adapters.palette import palette
from sanming_carbon_plugin.adapters.reports.page import _bars
from sanming_carbon_plugin.adapters.reports.progress_chart import PARTS
from sanming_carbon_plugin.paths import resources_dir

PACKAGE = Path(__file__).resolve().parents[3] / "sanming_carbon_plugin"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
OF_THE_SHEET = {
    "adapters/dossier/pdf.py", "adapters/dossier/pdf_boxes.py", "adapters/dossier/maps.py",
    "adapters/field_package/background.py", "adapters/field_package/project.py", "adapters/maps/page_layers.py",
    "adapters/maps/pages.py", "adapters/maps/symbols.py", "adapters/maps/themes.py", "adapters/maps/web_map.py",
    "adapters/palette.py", "adapters/parcel_pages.py", "adapters/reports/map_pictures.py", "adapters/reports/page.py",
    "adapters/work_design/design_map.py", "gui/parcel_cards.py", "gui/sink_chart.py",
}  # fmt: skip
"""Modules with colours of paper, ink, outlines and selections, which mean no class of anything."""


def test_every_look_is_used_and_every_class_has_one():
    used = set()
    for path in [*(resources_dir() / "styles").glob("*classes.csv"), resources_dir() / "dossier" / "map_classes.csv"]:
        with path.open(encoding="utf-8", newline="") as file:
            looks = {row["look"] for row in csv.DictReader(file)}
        assert looks <= set(palette()), path.name
        used |= looks
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    in_code = {name for name in palette() if '"{}"'.format(name) in code or '"{}"'.format(name[:7]) in code}
    assert set(palette()) == used | in_code


def test_no_module_has_colours_of_classes_of_its_own():
    found = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if COLOUR.search(path.read_text("utf-8"))}
    assert found <= OF_THE_SHEET
    classes = {look.fill for look in palette().values()} - {"#ffffff", "#f0e442", "#009e73"}
    for name in OF_THE_SHEET & found:
        own = set(COLOUR.findall((PACKAGE / name).read_text(encoding="utf-8")))
        assert not own & classes, name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("measure", "tending"), ("plan_measure", "tending")),
        (("pine_technique", "clear_cut"), ("plan_technique", "clear_cut")),
        (("ticket", "yes"), ("judged", "yes")), (("ticket", "yes"), ("pieces", "yes")),
        (("ticket", "no"), ("rule_change", "no")), (("parts", "blocked"), ("candidates", "blocked")),
        (("ticket", "unknown"), ("left_out", "unknown")),
    ],
)  # fmt: skip
def test_the_same_meaning_looks_the_same_in_every_theme(one, other):
    looks = []
    for theme, value in (one, other):
        each = next(each for each in every_theme()[theme].classes if each.value == value)
        looks.append((each.fill, each.pattern, each.line))
    assert looks[0] == looks[1]


def test_the_dossier_shows_what_counts_as_the_layers_do():
    with (resources_dir() / "dossier" / "map_classes.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["value"]: palette()[row["look"]] for row in csv.DictReader(file)}
    layer = {each.value: each for each in every_theme()["pieces"].classes}
    assert rows["counts"].fill == layer["yes"].fill
    assert rows["credited"].fill == next(e for e in every_theme()["parts"].classes if e.value == "blocked").fill


def test_charts_take_the_colours_of_the_maps():
    table = pd.DataFrame(
        {
            "species_group": ["pine", "bamboo"],
            "sink_tco2e_yr": [5.0, -2.0],
            "sink_low_tco2e_yr": [3.0, -4.0],
            "sink_high_tco2e_yr": [7.0, -1.0],
        }
    )
    drawn = sink_chart(table, "t", "y", str)
    sinks = {each.value: each.fill for each in every_theme()["sink"].classes}
    assert sinks["r4"] in drawn  # a gain
    assert sinks["r0"] in drawn  # a loss
    assert len(set(COLOURS)) == len(COLOURS)
    assert dict(PARTS)["done"] == palette()["target_done"].fill
    classes = every_theme()["plan_measure"].classes
    assert classes[0].fill in _bars({classes[0].value: 1.0}, "ha", classes, "m")
