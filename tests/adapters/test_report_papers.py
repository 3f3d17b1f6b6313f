"""What an office clerk looks for on a report: a true scale, whole words beside bars, every input of the record."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.adapters.reports.map_pictures import map_picture
from sanming_carbon_plugin.adapters.reports.page import _computed
from sanming_carbon_plugin.adapters.reports.progress_chart import _bars
from sanming_carbon_plugin.adapters.reports.record import record_in_words
from sanming_carbon_plugin.core.units import UnitChoice

SIGN_PX = {"en": 7.5, "zh": 13.0}


@pytest.mark.parametrize(("side", "told"), [(10_000.0, "2公里"), (900.0, "100米"), (260_000.0, "50公里")])
def test_a_map_tells_its_scale_and_where_north_is(side, told):
    shapes = np.array([shapely.box(39_540_000.0, 2_950_000.0, 39_540_000.0 + side, 2_950_000.0 + side / 2)])
    picture = map_picture(pd.DataFrame({"class": ["none"]}), shapes, themes()["measure"], "zh")
    assert f">{told}</text>" in picture
    assert ">N</text>" in picture
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+),", re.findall(r'<path d="(M[^"]*Z)"', picture)[0])]
    bar = float(re.findall(r'class="scale" d="[^"]*h([\d.]+)m', picture)[0])
    metres = float(re.sub(r"\D", "", told)) * (1000 if "公里" in told else 1)
    assert bar / (max(xs) - min(xs)) == pytest.approx(metres / side, rel=2e-3)


def test_a_map_in_degrees_tells_no_scale():
    shapes = np.array([shapely.box(117.0, 26.0, 117.1, 26.1)])
    picture = map_picture(pd.DataFrame({"class": ["none"]}), shapes, themes()["measure"], "en")
    assert 'class="scale"' not in picture


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_not_known_of_a_target_stands_whole_beside_its_bar(language):
    rows = [{"measure": "tending", "year": 2025, "target_ha": 9.0, "done_ha": None, "planned_ha": None,
             "missing_ha": 9.0}]  # fmt: skip
    chart = _bars(pd.DataFrame(rows), language, UnitChoice())
    width = float(re.findall(r'viewBox="0 0 (\d+)', chart)[0])
    texts = [(float(x), text) for x, text in re.findall(r'<text x="([\d.]+)" y="[\d.]+">([^<]*)<', chart)]
    assert max(len(text) for _, text in texts) > 8
    assert all(x + SIGN_PX[language] * len(text) <= width for x, text in texts)


def test_the_record_names_every_raster_and_the_day():
    one, other = ({"source": f"{name}.tif", "sha256": name * 8} for name in ("dem", "s2"))
    inputs = {"stands": {"source": "a.gpkg", "sha256": "00"}, "rasters": {"dem": one, "s2": other}, "recipe": None,
              "credited": [{"source": "b.gpkg"}, {"source": "c.gpkg"}]}  # fmt: skip
    run = {"inputs": json.dumps(inputs), "ended": "2026-11-22T22:28:28+00:00", "plugin_version": "0.1.0"}
    rows = record_in_words(run, "zh").to_numpy().tolist()
    told = {name: text for name, text in rows if name.startswith("栅格")}
    assert told == {"栅格 dem": "dem.tif, SHA-256 " + "dem" * 8, "栅格 s2": "s2.tif, SHA-256 " + "s2" * 8}
    assert [text for _, text in rows][:4].count("b.gpkg") == 1
    assert all(text for _, text in rows)
    assert _computed(run, "zh") == "计算日期 2026-11-22，三明林业碳汇插件 0.1.0 版"
    assert _computed({}, "en") == "Computed – with Sanming Forest Carbon –"
