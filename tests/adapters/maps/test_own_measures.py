"""Rules of one's own may name a measure that no theme knows: it is on every map and in every table, by its word."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from openpyxl import load_workbook

from sanming_carbon_plugin.adapters.maps.class_areas import class_table
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.adapters.reports.forest_table import write_forest_table
from sanming_carbon_plugin.adapters.reports.map_pictures import map_picture
from sanming_carbon_plugin.adapters.reports.page import _area_bars
from sanming_carbon_plugin.core.units import UnitChoice

MEASURES = ["tending", "quality_improvement", "bee_pasture", "none"]
STANDS = pd.DataFrame(
    {
        "class": MEASURES,
        "measure": [*MEASURES[:3], None],
        "county": ["350428"] * 4,
        "township": ["199"] * 4,
        "species_group": ["pine"] * 4,
        "age_group": [3.0] * 4,
        "area_ha": [1.0, 2.0, 4.0, 8.0],
    }
)
WORDS = {
    "en": ["Forest tending", "Quality improvement", "bee_pasture"],
    "zh": ["森林抚育", "森林质量精准提升", "bee_pasture"],
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_told_on_maps_and_in_tables(tmp_path, language):
    theme = themes()["measure"]
    shapes = np.array([shapely.box(at, 0, at + 1, 1) for at in range(4)], dtype=object)
    picture, bars = map_picture(STANDS, shapes, theme, language), _area_bars(STANDS, "measure", language, UnitChoice())
    write_forest_table(tmp_path / "t.xlsx", STANDS, {}, language, UnitChoice())
    sheet = load_workbook(tmp_path / "t.xlsx", data_only=True).worksheets[-1]
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    rows = class_table(STANDS, theme, language)
    for name in WORDS[language]:
        assert f">{name}</text>" in picture
        assert f">{name}</text>" in bars
        assert name in {row[0] for row in rows}
        assert name in cells
    assert picture.count("<path") - picture.count("<pattern") == len(MEASURES)
    assert rows[-1][1:3] == ("4", "15.00")
