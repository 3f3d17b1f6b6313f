"""Maps of a report as SVG text: a theme in its colours and patterns, with scale and legend; no QGIS."""

from __future__ import annotations

import math
from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..maps.themes import Theme, ThemeClass

_WIDTH, _HEIGHT = 720, 560
_MARGIN = 10.0
_LEGEND_ROW, _LEGEND_COLUMNS = 20, 3
_FINENESS = 1500.0
_SCALE_ROW, _SCALE_PIXELS = 30, 150.0
_DEGREES = 360.0
"""Coordinates that stay within this are no metres, of which a scale could tell."""
_LENGTHS = {"en": ("{:g} m", "{:g} km"), "zh": ("{:g}米", "{:g}公里")}
_KM = 1000.0
_LINES = {
    "diagonal": "M-1,1 l2,-2 M0,7 l7,-7 M6,8 l2,-2", "back_diagonal": "M-1,6 l2,2 M0,0 l7,7 M6,-1 l2,2",
    "vertical": "M3.5,0 v7", "horizontal": "M0,3.5 h7", "grid": "M3.5,0 v7 M0,3.5 h7",
    "cross": "M-1,1 l2,-2 M0,7 l7,-7 M6,8 l2,-2 M-1,6 l2,2 M0,0 l7,7 M6,-1 l2,2", "dots": "M3,3.5 h1 M3.5,3 v1",
}  # fmt: skip


def map_picture(frame: pd.DataFrame, geometry: npt.NDArray[np.object_], theme: Theme, language: str) -> str:
    """The stands of ``frame`` (column ``class``) in the colours of ``theme``; the legend holds what occurs.

    Stands of one class are drawn as one shape, simplified to about the width of a hair.
    """
    left, bottom, right, top = shapely.total_bounds(geometry)
    side = max((right - left) / (_WIDTH - 2 * _MARGIN), (top - bottom) / (_HEIGHT - 2 * _MARGIN)) or 1.0
    classes = frame["class"].astype(str).to_numpy()
    occurring = theme.occurring(classes)
    name = "m_" + theme.name
    marks = [class_pattern(each, name) for each in occurring if each.pattern]
    for each in occurring:
        path = _path(geometry[classes == each.value], left, top, side)
        fill = f"url(#{name}_{each.value})" if each.pattern else each.fill
        marks.append(f'<path d="{path}" fill="{fill}" stroke="#5f5f5f" stroke-width="0.4" fill-rule="evenodd"/>')
    rows = -(-len(occurring) // _LEGEND_COLUMNS)
    marks += [_entry(each, place, name, language) for place, each in enumerate(occurring)]
    below = _HEIGHT + rows * _LEGEND_ROW + 10
    marks.append(
        _north_and_scale(side, below, language) if max(map(abs, (left, bottom, right, top))) > _DEGREES else ""
    )
    height = below + (_SCALE_ROW if marks[-1] else 0)
    title = escape(theme.title(language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-size="13" '
        f'font-family=\'"Noto Sans CJK SC","Microsoft YaHei",sans-serif\'><title>{title}</title>'
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>{"".join(marks)}</svg>'
    )


def class_pattern(each: ThemeClass, name: str) -> str:
    """Pattern of a class for a picture, to be used as ``url(#NAME_VALUE)``."""
    lines = _LINES.get(each.pattern, "")
    return (
        f'<pattern id="{name}_{escape(each.value)}" width="7" height="7" patternUnits="userSpaceOnUse">'
        f'<rect width="7" height="7" fill="{each.fill}"/>'
        f'<path d="{lines}" stroke="{each.line}" stroke-width="1" fill="none"/></pattern>'
    )


def _entry(each: ThemeClass, place: int, name: str, language: str) -> str:
    x = _MARGIN + (place % _LEGEND_COLUMNS) * (_WIDTH - 2 * _MARGIN) / _LEGEND_COLUMNS
    y = _HEIGHT + (place // _LEGEND_COLUMNS) * _LEGEND_ROW
    fill = f"url(#{name}_{each.value})" if each.pattern else each.fill
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="24" height="14" fill="{fill}" stroke="#5f5f5f"/>'
        f'<text x="{x + 30:.0f}" y="{y + 12:.0f}">{escape(each.label(language))}</text>'
    )


def _north_and_scale(side: float, top: float, language: str) -> str:
    """An arrow to the north and a bar of a round length; ``side`` is the width of a pixel in metres."""
    step = 10.0 ** math.floor(math.log10(_SCALE_PIXELS * side))
    metres = max(each * step for each in (1, 2, 5) if each * step <= _SCALE_PIXELS * side)
    metre, kilometre = _LENGTHS[language]
    told = metre.format(metres) if metres < _KM else kilometre.format(metres / _KM)
    x, y, width = _MARGIN + 50, top + 10, metres / side
    return (
        f'<path d="M{_MARGIN + 26:.0f},{top:.0f}l6,20l-6,-5l-6,5z"/>'
        f'<text x="{_MARGIN:.0f}" y="{top + 18:.0f}" font-weight="bold">N</text>'
        f'<path class="scale" d="M{x:.1f},{y - 5:.1f}v10M{x:.1f},{y:.1f}h{width:.1f}m0,-5v10" '
        f'stroke="black" stroke-width="1.5" fill="none"/><text x="{x + width + 8:.0f}" y="{top + 15:.0f}">{told}</text>'
    )


def _path(shapes: npt.NDArray[np.object_], left: float, top: float, side: float) -> str:
    known = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not known:
        return ""
    whole = shapely.union_all(shapely.make_valid(np.asarray(known, dtype=object)))
    whole = shapely.simplify(whole, side * _WIDTH / _FINENESS, preserve_topology=True)
    parts = []
    for ring in shapely.get_rings(shapely.get_parts(whole)):
        points = (shapely.get_coordinates(ring)[:-1] - (left, top)) / (side, -side) + _MARGIN
        parts.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + "Z")
    return "".join(parts)
