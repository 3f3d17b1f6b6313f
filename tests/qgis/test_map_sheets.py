"""Sheets of hostile units: long names, 0.1 ha, 80 km, sixty classes, stands without outlines, scattered parts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from qgis.core import QgsLayoutItemMap
from sheet_checks import check_sheet, legend_words, places, table_rows

from sanming_carbon_plugin.adapters.maps.atlas import drawing_project, export_map_set, page_names
from sanming_carbon_plugin.adapters.maps.map_rows import PLACE_COLUMNS, MapRows
from sanming_carbon_plugin.adapters.maps.map_set import MapSet, MapSetRequest
from sanming_carbon_plugin.adapters.maps.map_units import units_of
from sanming_carbon_plugin.adapters.maps.pages import PageMaker
from sanming_carbon_plugin.adapters.maps.themes import Theme, ThemeClass, themes
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.qgis

DAY = "2026-02-03"
LEFT, BOTTOM = 39_540_000.0, 2_950_000.0
LONG = "武夷山南麓将乐县国有林场联合经营与生态公益林管护示范区第三十二管护所" * 3
ODD = 'a/b\\c:d*e?"f<g>h|i🌲[% 1+1 %]'
LEVELS = ("municipality", "county", "township", "village", "parcel")


def _squares(count: int, side: float, step: float, down: float = 0.0) -> list[shapely.Geometry]:
    return [shapely.box(LEFT + step * at, BOTTOM - down * at, LEFT + step * at + side, BOTTOM - down * at + side)
             for at in range(count)]  # fmt: skip


def _set(shapes, out: Path, *, theme: Theme | None = None, classes=None, names=None, beside: bool = True, **options):
    """A set of the village 201, with a village beside it."""
    theme = theme or themes()["measure"]
    count = len(shapes)
    classes = ["tending"] * count if classes is None else list(classes)
    places_of = [("350428", "199", "201", "001", str(at)) for at in range(count)]
    if beside:
        places_of.append(("350428", "199", "202", "002", "1"))
        known = [shape for shape in shapes if shape is not None and not shape.is_empty] or [
            shapely.box(LEFT, BOTTOM, LEFT + 90, BOTTOM + 90)
        ]
        left, bottom, right, top = shapely.total_bounds(known)
        shapes, classes = (
            [*shapes, shapely.box(right, bottom, right + max(right - left, 500.0), top)],
            [*classes, classes[0]],
        )
    frame = pd.DataFrame(places_of, columns=list(PLACE_COLUMNS))
    frame["stand_key"] = frame.agg("-".join, axis=1)
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    frame["area_ha"] = [np.nan if shape is None else shape.area / 10_000 for shape in shapes]
    frame["class"] = classes
    run = {"ended": DAY, "plugin_version": "0.0.1"}
    rows = MapRows(frame, geometry, "EPSG:4527", run)
    request = MapSetRequest(Path("none.gpkg"), out, **{"language": "zh", "author": "县林业局", **options})
    names = names or {}
    return MapSet(request, theme, rows, units_of(rows, request.level, names, request.within), names)


def _many_classes(count: int, words: str) -> Theme:
    classes = tuple(
        ThemeClass(
            f"c{at}",
            None,
            None,
            f"#{at * 4:02x}a0{255 - at * 4:02x}",
            "",
            "#000000",
            (f"Species {at} {words}", f"{words}{at}"),
        )
        for at in range(count)
    )
    return Theme("made", "stands", ("Species", "优势树种"), '"species"', classes)


def _cases(tmp_path: Path) -> dict[str, MapSet]:
    long = dict.fromkeys(("350428", "350428-199", "350428-199-201", "350428-199-202"), (LONG, LONG))
    sixty = [f"c{at}" for at in range(60)]
    out = tmp_path / "x"
    return {
        "long names": _set(_squares(4, 300, 400), out, names=long, author=LONG),
        "one small stand": _set([shapely.box(LEFT, BOTTOM, LEFT + 33, BOTTOM + 30)], out),
        "80 km to the east": _set(_squares(40, 1500, 2000), out),
        "80 km to the north": _set(_squares(40, 1500, 0, 2000), out),
        "sixty classes": _set(_squares(60, 300, 350), out, theme=_many_classes(60, "杉木马尾松混交林"), classes=sixty),
        "sixty classes upright": _set(
            _squares(60, 300, 20, 350), out, theme=_many_classes(60, "杉木"), classes=sixty, orientation="portrait"
        ),
        "no outlines": _set([None, None, shapely.Polygon()], out),
        "scattered parts": _set([shapely.union_all(_squares(3, 200, 9000)), *_squares(2, 150, 5000, 7000)], out),
        "odd signs": _set(_squares(3, 300, 400), out, names={"350428-199-201": (ODD, ODD)}, author=ODD),
        "class not in the theme": _set(_squares(2, 300, 400), out, classes=["tending", "2099"]),
    }


CASES = ("long names", "one small stand", "80 km to the east", "80 km to the north", "sixty classes",
         "sixty classes upright", "no outlines", "scattered parts", "odd signs", "class not in the theme")  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("paper", "language"), [("a4", "zh"), ("a4", "en"), ("a3", "zh")])
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_unit_has_a_sheet_on_which_nothing_overlaps(tmp_path, case, paper, language):
    made = _cases(tmp_path)[case]
    map_set = replace(made, request=replace(made.request, paper=paper, language=language))
    with drawing_project() as project:
        maker = PageMaker(project, map_set, DAY)
        with maker.page(map_set.units[0], 0) as layout:
            check_sheet(layout)
            _check_sums(map_set, layout, language)
            words = legend_words(layout)
            mine = map_set.units[0].rows
            pairs = zip(map_set.rows.frame["class"].iloc[mine], map_set.rows.geometry[mine], strict=True)
            drawn = {value for value, shape in pairs if shape is not None and not shape.is_empty}
            labels = {each.value: each.label(language) for each in map_set.theme.classes}
            for value, label in labels.items():
                assert (label in words or label.replace(" ", "") in {w.replace(" ", "") for w in words}) == (
                    value in drawn
                )
            for value in drawn - set(labels):
                assert value in words


def _check_sums(map_set: MapSet, layout, language: str) -> None:
    """The rows of the table add up to its sum, and that to the stands, in stands, hectares and mu."""
    rows = table_rows(layout)
    frame = map_set.rows.frame.iloc[map_set.units[0].rows]
    numbers = [[float(cell.replace(",", "") or 0) for cell in row[1:]] for row in rows[1:]]
    for column, (whole, half_unit) in enumerate(
        ((len(frame), 0.0), (frame["area_ha"].sum(), 0.005), (frame["area_ha"].sum() * 15, 0.05))
    ):
        assert numbers[-1][column] == pytest.approx(whole, abs=half_unit + 1e-9)
        assert sum(row[column] for row in numbers[:-1]) == pytest.approx(whole, abs=half_unit * len(numbers) + 1e-9)


@pytest.mark.parametrize(("shapes", "upright"), [(_squares(9, 300, 400), False), (_squares(9, 300, 0, 400), True)])
def test_a_sheet_stands_upright_where_that_shows_the_unit_larger(tmp_path, shapes, upright):
    scales = {}
    for orientation in ("auto", "portrait", "landscape"):
        map_set = _set(shapes, tmp_path / "x", orientation=orientation)
        with drawing_project() as project, PageMaker(project, map_set, DAY).page(map_set.units[0], 0) as layout:
            size = layout.pageCollection().page(0).pageSize()
            scales[orientation] = re.search(r"1 : ([\d,]+)", layout.itemById("subtitle").text()).group(1)
            chosen = upright if orientation == "auto" else orientation == "portrait"
            assert (size.height() > size.width()) == chosen
    as_numbers = {name: int(scale.replace(",", "")) for name, scale in scales.items()}
    assert as_numbers["auto"] == min(as_numbers.values())


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_every_template_has_all_that_an_office_asks_for(tmp_path, level, paper, orientation):
    map_set = _set(_squares(4, 300, 400), tmp_path / "x", level=level, paper=paper, orientation=orientation)
    with drawing_project() as project, PageMaker(project, map_set, DAY).page(map_set.units[0], 0) as layout:
        check_sheet(layout)
        found = places(layout)
        assert ("overview" in found) == (level in {"village", "parcel"})  # the others have nothing beside them here
        grid = layout.itemById("map").grids().grid(0)
        assert grid.enabled()
        assert grid.annotationEnabled()
        assert DAY in layout.itemById("author").text()
        assert "县林业局" in layout.itemById("author").text()
        assert layout.itemById("north").picturePath().endswith("north_arrow.svg")
        width, height = (297.0, 210.0) if paper == "a4" else (420.0, 297.0)
        size = layout.pageCollection().page(0).pageSize()
        assert (size.width(), size.height()) == ((height, width) if orientation == "portrait" else (width, height))
        assert found["map"].width() * found["map"].height() > 0.4 * width * height


def test_a_unit_without_outlines_says_so(tmp_path):
    map_set = _cases(tmp_path)["no outlines"]
    with drawing_project() as project, PageMaker(project, map_set, DAY).page(map_set.units[0], 0) as layout:
        notes = re.sub(r"\s", "", layout.itemById("notes").text())
        assert "无图形的小班3个" in notes


def test_words_between_signs_of_expressions_stay_words(tmp_path):
    map_set = _cases(tmp_path)["odd signs"]
    with drawing_project() as project, PageMaker(project, map_set, DAY).page(map_set.units[0], 0) as layout:
        assert ODD in layout.itemById("title").currentText()
        assert "[% 1+1 %]" in layout.itemById("author").currentText()


def test_neighbours_are_drawn_as_far_as_the_sheet_reaches(tmp_path):
    """A sheet shows more than the bounds of its unit: what lies there is drawn, and the legend says so."""
    shapes = _squares(9, 300, 0, 400)
    map_set = _set(shapes, tmp_path / "x", orientation="landscape")
    village = map_set.rows.geometry[-1]
    map_set.rows.geometry[-1] = shapely.transform(village, lambda points: points + np.array([900.0, 0.0]))
    with drawing_project() as project, PageMaker(project, map_set, DAY).page(map_set.units[0], 0) as layout:
        ground = layout.itemById("map")
        assert isinstance(ground, QgsLayoutItemMap)
        assert ground.extent().xMaximum() > LEFT + 1500
        assert "相邻村界" in legend_words(layout)


def test_a_small_unit_is_found_on_the_small_map(tmp_path):
    map_set = _set([shapely.box(LEFT, BOTTOM, LEFT + 33, BOTTOM + 30)], tmp_path / "x")
    far = map_set.rows.geometry[-1]
    map_set.rows.geometry[-1] = shapely.transform(far, lambda points: points + np.array([50_000.0, 0.0]))
    with drawing_project() as project, PageMaker(project, map_set, DAY).page(map_set.units[0], 0) as layout:
        check_sheet(layout)
        assert "overview" in places(layout)
        assert "相邻村界" not in legend_words(layout)  # the page does not reach there


def test_file_names_suit_every_system(tmp_path):
    shapes = _squares(3, 300, 400)
    made = _set(shapes, tmp_path / "x", level="village")
    made.rows.frame.loc[:2, "village"] = ['a/b\\c:d*e?"f<g>h|i🌲', "CON", "尾.. "]
    units = units_of(made.rows, "village", {})
    names = page_names(replace(made, units=units), "png")
    assert len({name.lower() for name in names}) == 4
    for name in names:
        assert not set(name) & set('/\\:*?"<>|')
        assert not re.search(r"[. ]\.png$", name)
        assert all(ord(sign) < 0x10000 for sign in name)
        assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
        assert len(name.encode()) < 255
    out = tmp_path / "folder"
    files = export_map_set(
        replace(made, units=units, request=replace(made.request, out=out, form="png")), DAY, Progress()
    )
    assert [path.name for path in files] == names
