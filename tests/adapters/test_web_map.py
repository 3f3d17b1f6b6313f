"""The web map: one file, nothing from outside, texts stay texts, the figures of the printed map; needs no QGIS."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import shapely

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.maps.class_areas import class_table
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest, open_map_set
from sanming_carbon_plugin.adapters.maps.web_map import GRID, script_safe
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028'\"<!--"


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    sample = shutil.copy(resources_dir() / "sample" / "stands.gpkg", tmp_path_factory.mktemp("源"))
    out = tmp_path_factory.mktemp("网页 地图") / "结果.gpkg"
    assess(AssessRequest(stands=LayerSource(str(sample)), out=out), Progress())
    with closing(sqlite3.connect(out)) as database, database:
        key = database.execute("SELECT stand_key FROM facts WHERE composition IS NOT NULL").fetchone()[0]
        database.execute("UPDATE facts SET composition = ? WHERE stand_key = ?", (HOSTILE, key))
    return out


def _written(result: Path, out: Path, **options) -> tuple[str, dict]:
    asked = MapSetRequest(result, out, **{"level": "township", "language": "zh", **options})
    assert export_maps(asked, Progress()).counts["map_files"] == 1
    text = out.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL).group(1)
    return text, json.loads(data)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_texts_of_the_data_never_become_part_of_the_page(result_file, tmp_path):
    text, data = _written(result_file, tmp_path / "map.html")
    seen = _Elements()
    seen.feed(text)
    assert seen.found.count("script") == 2
    assert "img" not in seen.found
    assert not [name for name in seen.attributes if name.startswith("on") or name in {"src", "href"}]
    assert HOSTILE not in text
    values = [value for column in data["columns"] for value in column["values"]]
    assert HOSTILE in values  # and it is still there, as text
    assert json.loads(script_safe(json.dumps(HOSTILE, ensure_ascii=False))) == HOSTILE
    script = (resources_dir() / "web" / "viewer.js").read_text(encoding="utf-8")
    for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("):
        assert unsafe not in script
    assert "default-src 'none'" in text


@pytest.mark.everywhere
def test_figures_are_those_of_the_printed_map(result_file, tmp_path):
    _, data = _written(result_file, tmp_path / "map.html")
    map_set = open_map_set(MapSetRequest(result_file, tmp_path / "x.pdf", level="township"))
    assert data["themes"][0]["name"] == "measure"
    assert {"measure", "carbon_density", "ticket", "pine_technique"} <= {theme["name"] for theme in data["themes"]}
    for place, language in ((0, "en"), (1, "zh")):
        table = class_table(map_set.rows.frame, map_set.theme, language)
        shown = [(each["labels"][place], *each["figures"]) for each in data["themes"][0]["classes"]]
        assert shown == table[1:-1]
        assert tuple(data["themes"][0]["total"]) == table[-1][1:]
    for theme in data["themes"]:
        counts = np.bincount(theme["values"], minlength=len(theme["classes"]))
        assert [f"{count:,}" for count in counts] == [each["figures"][0] for each in theme["classes"]]


def test_shapes_stay_where_they_are(result_file, tmp_path):
    _, data = _written(result_file, tmp_path / "map.html")
    rows = open_map_set(MapSetRequest(result_file, tmp_path / "x.pdf", level="township")).rows
    left, bottom, right, top = shapely.total_bounds(rows.geometry)
    cell = max(right - left, top - bottom) / GRID
    assert len(data["shapes"]) == len(rows)
    for rings, shape in list(zip(data["shapes"], rows.geometry, strict=True))[::97]:
        points = [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) * cell + (left, bottom) for ring in rings]
        drawn = shapely.union_all(
            shapely.make_valid(shapely.polygons([shapely.linearrings(ring) for ring in points[:1]]))
        )
        assert drawn.symmetric_difference(shape).area < 0.05 * shape.area
    assert (tmp_path / "map.html").stat().st_size < 1_500_000


def test_only_what_was_asked_for_is_in_it(result_file, tmp_path):
    _, data = _written(result_file, tmp_path / "map.html", level="village", within=("350428-199-204",))
    assert len(data["shapes"]) == 138
    assert all(len(column["values"]) == 138 for column in data["columns"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no browser here")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_browser_shows_it(result_file, tmp_path, language):
    out = tmp_path / "map.html"
    _written(result_file, out, language=language)
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000"]
    command += ["--user-data-dir={}".format(tmp_path / "profile"), "--dump-dom", out.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    shown = done.stdout
    assert ("松林改造提升" if language == "zh" else "Pine transformation") in shown
    assert re.search(r"<tr class=\"total\">.*?1,557", shown, re.DOTALL)
    assert shown.count("<option") >= 5
