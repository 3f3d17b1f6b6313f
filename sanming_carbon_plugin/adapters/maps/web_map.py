"""A map as one HTML file that opens offline in any browser: pan, zoom, click, themes, both languages; no QGIS.

All texts of the data are put in as JSON whose ``<``, ``>`` and ``&`` are escaped, and are shown as text only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.errors import InputError
from ...core.progress import Progress
from ...paths import resources_dir
from ..output_files import moved_into_place
from .class_areas import amount_heads, class_figures, figure_texts
from .map_rows import class_of_rows
from .map_set import MapSet
from .run_note import note_of
from .stand_figures import DECIDED_BY, KINDS, STAND_COLUMNS, figure_name, figure_text
from .themes import Theme, plan_themes, themes

GRID = 20_000
"""Cells of the grid along the longer side of the map; shapes are rounded to it."""

_SIMPLIFIED = 5_000
"""A shape may move by this part of the longer side."""

_LANGUAGES = ("en", "zh")
_AREAS = {"ha": ("Area (ha)", "面积(公顷)"), "mu": ("Area (mu)", "面积(亩)")}
_METRES_PER_DEGREE = 111_320.0
_LARGEST_LONLAT = (180.0, 90.0, 180.0, 90.0)
_CORNERS = 3
"""A ring of fewer is no area."""
_DEGREES_AT_MOST = 360.0
_TITLE = ("Forest carbon – {}", "林业碳汇 · {}")
_WORDS = {
    "class": ("Class", "类型"), "stands": ("Stands", "小班数"), "total": ("Total", "合计"),
    "legend": ("Legend", "图例"),
    "stand": ("Stand", "小班信息"), "item": ("Item", "项目"), "value": ("Value", "内容"), "theme": ("Theme", "专题"),
    "hint": ("Click on a stand to see its figures.", "点击小班查看其属性。"), "in": ("Zoom in", "放大"),
    "out": ("Zoom out", "缩小"), "home": ("Show all", "全图"), "km": ("km", "公里"), "m": ("m", "米"),
    "unknown": ("Unknown", "未知"),
}  # fmt: skip
_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title></title><style>{style}</style></head><body>
<header><h1 id="title"></h1><select id="theme"></select><button id="language" type="button"></button></header>
<main><div id="stage"><canvas id="map" tabindex="0" role="img"></canvas>
<div id="tools"><button id="in" type="button">+</button><button id="out" type="button">−</button>
<button id="home" type="button">⌂</button></div><div id="scale"></div></div>
<aside><h2 id="head_card"></h2><p id="hint"></p><table id="card"></table>
<h2 id="head_legend"></h2><table id="legend"></table><p class="note" id="note"></p></aside></main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script></body></html>
"""


def write_web_map(map_set: MapSet, progress: Progress) -> list[Path]:
    """Write the stands of a map set as a web map.

    Raises
    ------
    OutputError
        As every output.
    """
    request = map_set.request
    with moved_into_place(request.out, overwrite=request.overwrite) as beside:
        rows = np.concatenate([unit.rows for unit in map_set.units]) if map_set.units else np.zeros(0, dtype=int)
        content = web_map_data(map_set, np.sort(rows))
        progress.raise_if_cancelled()
        progress.update(0.8)
        folder = resources_dir() / "web"
        page = _PAGE.format(
            lang="zh-CN" if request.language == "zh" else "en",
            style=(folder / "viewer.css").read_text(encoding="utf-8"),
            data=script_safe(json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)),
            script=(folder / "viewer.js").read_text(encoding="utf-8"),
        )
        beside.write_text(page, encoding="utf-8")
    return [request.out]


def script_safe(text: str) -> str:
    """JSON that can stand inside a script element whatever its texts hold."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, "\\u{:04x}".format(ord(sign)))
    return text


def web_map_data(map_set: MapSet, rows: npt.NDArray[np.int64]) -> dict[str, object]:
    """What the viewer reads: shapes, themes with their figures, columns, words."""
    request, frame = map_set.request, map_set.rows.frame.iloc[rows].reset_index(drop=True)
    shapes, width, height, cell = _shapes(map_set.rows.geometry[rows])
    degrees = cell * GRID < _DEGREES_AT_MOST and map_set.rows.crs is not None and _is_geographic(map_set.rows.geometry)
    shown = _themes(map_set, frame)
    where = map_set.units[0].names if len(map_set.units) == 1 else (request.result.stem,) * 2
    return {
        "language": request.language,
        "title": [text.format(where[place]) for place, text in enumerate(_TITLE)],
        "note": [note_of(map_set.rows.run, map_set.rows.crs, language) for language in _LANGUAGES],
        "words": _WORDS,
        "units": [_AREAS[unit] for unit in request.units],
        "width": width,
        "height": height,
        "metres": cell * (_METRES_PER_DEGREE if degrees else 1.0),
        "shapes": shapes,
        "themes": shown,
        "columns": _columns(frame),
    }


def _is_geographic(geometry: npt.NDArray[np.object_]) -> bool:
    return bool((np.abs(shapely.total_bounds(geometry)) <= _LARGEST_LONLAT).all())


def _shapes(geometry: npt.NDArray[np.object_]) -> tuple[list[list[list[int]]], int, int, float]:
    """Rings as whole numbers, the size of the map in cells, and the size of a cell."""
    left, bottom, right, top = shapely.total_bounds(geometry)
    side = max(right - left, top - bottom) or 1.0
    cell = side / GRID
    simple = shapely.simplify(np.asarray(geometry, dtype=object), side / _SIMPLIFIED, preserve_topology=True)
    shapes = [[] if one is None else _rings(one, left, bottom, cell) for one in simple]
    return shapes, int((right - left) / cell) + 1, int((top - bottom) / cell) + 1, float(cell)


def _rings(shape: shapely.Geometry, left: float, bottom: float, cell: float) -> list[list[int]]:
    rings = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        points = np.round((shapely.get_coordinates(ring)[:-1] - (left, bottom)) / cell).astype(np.int64)
        steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        kept = np.any(steps != 0, axis=1)
        kept[:1] = True
        if kept.sum() >= _CORNERS:
            rings.append(steps[kept].ravel().tolist())
    return rings


def _themes(map_set: MapSet, frame: pd.DataFrame) -> list[dict[str, object]]:
    """The theme asked for first, then the others that the result can show."""
    request = map_set.request
    shown = []
    known = {**themes(), **plan_themes()}
    others = [one for one in known.values() if one.layer == map_set.theme.layer and one.name != map_set.theme.name]
    for theme in (map_set.theme, *others):
        try:
            classes = class_of_rows(frame, theme, request.result)
        except InputError:  # a result of another command may lack the columns of this theme
            continue
        shown.append(_theme(theme, frame.assign(**{"class": classes}), request.units, request.mass))
    return shown


def _theme(theme: Theme, frame: pd.DataFrame, units: Sequence[str], mass: str) -> dict[str, object]:
    sums = class_figures(frame, theme, units, mass)
    values, (*figures, total) = sums["class"].iloc[:-1], figure_texts(sums)
    classes = [
        {"fill": each.fill, "pattern": each.pattern, "line": each.line, "labels": each.labels, "figures": texts}
        for each, texts in zip(theme.occurring(values), figures, strict=True)
    ]
    place = {value: number for number, value in enumerate(values)}
    return {
        "name": theme.name,
        "titles": theme.titles,
        "classes": classes,
        "values": [place[value] for value in frame["class"]],
        "amounts": amount_heads(theme, mass),
        "total": total,
    }


def _columns(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Figures of the stands, as texts; codes once in each language."""
    columns = []
    for name in STAND_COLUMNS:
        if name not in frame.columns:
            continue
        labels = [figure_name(name, language) for language in _LANGUAGES]
        if name in KINDS or name in {"age_group", "land_class", "decided"}:
            columns.append({"labels": labels, **_coded(frame, name)})
        else:
            values = [figure_text(name, {name: value}, "en") for value in frame[name]]
            unknown = figure_text(name, {name: None}, "en")
            columns.append({"labels": labels, "values": [None if text == unknown else text for text in values]})
    return columns


def _coded(frame: pd.DataFrame, name: str) -> dict[str, object]:
    asked = [name, *(one for one in ("species_group", *DECIDED_BY.get(name, ())) if one in frame.columns)]
    rows = list(zip(*(frame[one].astype(object).where(frame[one].notna(), None) for one in asked), strict=True))
    told = {
        row: tuple(figure_text(name, dict(zip(asked, row, strict=True)), language) for language in _LANGUAGES)
        for row in dict.fromkeys(rows)
    }
    pairs = [told[row] for row in rows]
    words = list(dict.fromkeys(pairs))
    place = {pair: number for number, pair in enumerate(words)}
    return {"values": [place[pair] for pair in pairs], "words": words}
