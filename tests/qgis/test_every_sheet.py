"""Every page of a set of twenty villages, as it is drawn and as it is printed: nothing overlaps or is cut off, the
legend holds just what is on the page, and what is drawn adds up to the table."""

from __future__ import annotations

import pytest
from made_results import twenty_villages
from printed import printed, signs
from qgis.core import QgsDistanceArea, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QRectF
from sheet_checks import LABELS, check_sheet, legend_words, places, table_rows

from sanming_carbon_plugin.adapters.maps import atlas
from sanming_carbon_plugin.adapters.maps.atlas import export_map_set
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest, open_map_set
from sanming_carbon_plugin.adapters.maps.sheet_legend import is_on_map
from sanming_carbon_plugin.core.progress import Progress

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

VILLAGES = 20
HA = 10_000.0
THEMES = {"zh": "measure", "en": "carbon_density"}


@pytest.fixture(scope="module")
def result_file(tmp_path_factory):
    return twenty_villages(tmp_path_factory.mktemp("二十 村") / "结果.gpkg")


def drawn_areas(layout) -> dict[str, tuple[int, float]]:
    """For each class as the legend calls it: what the page shows of it in stands, and their area on the ellipsoid."""
    ground = layout.itemById("map")
    stands = ground.layers()[-1]
    assert isinstance(stands, QgsVectorLayer)
    words = {one.value(): one.label() for one in stands.renderer().categories()}
    measure = QgsDistanceArea()
    measure.setSourceCrs(stands.crs(), QgsProject.instance().transformContext())
    measure.setEllipsoid(stands.crs().ellipsoidAcronym())
    found: dict[str, tuple[int, float]] = {}
    for stand in stands.getFeatures():
        assert ground.extent().contains(stand.geometry().boundingBox())  # all of it is on the page
        count, area = found.get(words[stand["class"]], (0, 0.0))
        found[words[stand["class"]]] = (count + 1, area + measure.measureArea(stand.geometry()) / HA)
    return found


def check_legend(layout) -> None:
    """What is in the legend is on the map, and what is on the map is in the legend."""
    ground = layout.itemById("map")
    *lines, stands = ground.layers()
    shown = [layer.name() for layer in lines if is_on_map(layer, ground)]
    assert legend_words(layout) == [stands.name(), *_in_order(layout, drawn_areas(layout)), *shown]


def _in_order(layout, drawn) -> list[str]:
    categories = layout.itemById("map").layers()[-1].renderer().categories()
    labels = [one.label() for one in categories]
    assert sorted(labels) == sorted(drawn)
    return labels


def check_sums(layout) -> None:
    """The table tells for each class what is drawn of it, and in its last row what is drawn at all.

    The rows add up as they are printed: a figure is rounded up or down, the sum to the nearest.
    """
    drawn = drawn_areas(layout)
    rows = {row[0].replace("\n", ""): [float(cell.replace(",", "") or 0) for cell in row[1:4]]
            for row in table_rows(layout)[1:]}  # fmt: skip
    whole = rows.pop(table_rows(layout)[-1][0])
    by_label = {label.replace(" ", ""): figures for label, figures in drawn.items()}
    assert {label.replace(" ", "") for label in rows} == set(by_label)
    for label, figures in rows.items():
        count, area = by_label[label.replace(" ", "")]
        assert figures == [count, pytest.approx(area, abs=0.0101), pytest.approx(area * 15, abs=0.101)], label
    assert [round(sum(each), 2) for each in zip(*rows.values(), strict=True)] == whole
    count, area = (sum(each[at] for each in drawn.values()) for at in range(2))
    assert whole == [count, pytest.approx(area, abs=0.0051), pytest.approx(area * 15, abs=0.051)]


def words_by_place(layout) -> dict[str, tuple[QRectF, str]]:
    """For each item with words: where it is, and what has to stand there."""
    found = {name: layout.itemById(name).currentText() for name in ("title", "subtitle", "notes", "author")}
    found["legend"] = layout.itemById("legend").title() + "".join(legend_words(layout))
    found["area_table"] = "".join("".join(row) for row in table_rows(layout))
    assert not [name for name, text in found.items() if "…" in text]
    return {name: (places(layout)[name], text) for name, text in found.items()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_twenty_villages(result_file, tmp_path, monkeypatch, language):
    out, own, pages = tmp_path / "图 集.pdf", atlas.write_pdf, []

    def checked(layout, path, named):
        check_sheet(layout)
        check_legend(layout)
        check_sums(layout)
        pages.append(words_by_place(layout))
        own(layout, path, named)

    monkeypatch.setattr(atlas, "write_pdf", checked)
    request = MapSetRequest(result_file, out, theme=THEMES[language], language=language, author="县林业局")
    export_map_set(open_map_set(request), "2026-02-03", Progress())
    assert len(pages) == VILLAGES
    for number, page in enumerate(pages, start=1):
        for name, (place, words) in page.items():
            there = printed(out, number, place)
            assert signs(there) == signs(words), (number, name)
            if name in LABELS:  # no line was broken once more on its way to the paper
                assert len([line for line in there.splitlines() if line.strip()]) == len(words.split("\n")), there
