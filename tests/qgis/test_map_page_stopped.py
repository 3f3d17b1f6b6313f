"""A wish to stop is heard while one page is drawn: at once, nothing half-written stays, and the set goes on later."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from killed_map_set import DAY
from test_map_sheets import BOTTOM, LEFT, _set

from sanming_carbon_plugin.adapters.maps import atlas, heard_drawing, page_layers
from sanming_carbon_plugin.adapters.maps.atlas import WORK_ENDING, MapsInterruptedError, drawing_project, export_map_set
from sanming_carbon_plugin.adapters.maps.map_set import MapSet
from sanming_carbon_plugin.adapters.maps.map_units import units_of
from sanming_carbon_plugin.adapters.maps.page_layers import crs_of, outline_layer
from sanming_carbon_plugin.adapters.maps.pages import PageMaker
from sanming_carbon_plugin.adapters.maps.pdf import write_pdf
from sanming_carbon_plugin.core.progress import Progress

pytestmark = pytest.mark.qgis

MANY, FEW = 20_000, 400
MOST_S = 2.0


def _block(count: int, out: Path, **options) -> MapSet:
    """Stands side by side, each with forty corners, all on one page."""
    side = int(count**0.5) + 1
    shapes = [
        shapely.segmentize(shapely.box(x, y, x + 300, y + 300), 30)
        for x, y in ((LEFT + 300 * (at % side), BOTTOM + 300 * (at // side)) for at in range(count))
    ]
    made = _set(shapes, out, beside=False, **options)
    return replace(made, units=units_of(made.rows, made.request.level, {}))


class _Stops(Progress):
    """Wishes to stop once QGIS has drawn for a while."""

    def __init__(self, after: int) -> None:
        self.drawing, self.heard, self.asked, self.polls = False, 0, 0.0, []
        self._after = after

    def is_cancelled(self) -> bool:
        self.polls.append(time.process_time())
        self.heard += self.drawing
        if self.heard == self._after:
            self.asked = time.process_time()
        return 0 < self._after <= self.heard


def _told_when_drawing(monkeypatch, progress: _Stops) -> None:
    for name in ("write_pdf", "write_png"):
        own = getattr(atlas, name)

        def write(layout, path, named, own=own):
            progress.drawing = True
            own(layout, path, named)
            progress.drawing = False

        monkeypatch.setattr(atlas, name, write)


@pytest.mark.long
@pytest.mark.parametrize(("form", "name"), [("pdf", "set.pdf"), ("pdf", "set"), ("png", "set")])
@pytest.mark.parametrize("after", [1, 50, 399])
def test_a_page_is_left_where_somebody_wishes_to_stop(tmp_path, monkeypatch, form, name, after):
    monkeypatch.setattr(heard_drawing, "_EVERY_S", 0.0)  # at every stand
    out = tmp_path / name
    made, progress = _block(FEW, out, form=form), _Stops(after)
    _told_when_drawing(monkeypatch, progress)
    with pytest.raises(MapsInterruptedError) as stopped:
        export_map_set(made, DAY, progress)
    assert stopped.value.exit_status == 130
    assert progress.heard == after  # not one stand more is drawn with a look at the wish
    folder = out.with_name(out.name + WORK_ENDING)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert [path.name for path in folder.iterdir()] == ["state.json"]  # no page, and no half of one
    assert json.loads((folder / "state.json").read_text(encoding="utf-8"))["pages"] == {}
    written = export_map_set(made, DAY, Progress())
    assert len(written) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_interrupted_program_leaves_the_page_between_two_stands(tmp_path, monkeypatch):
    own, calls = heard_drawing.Ears.goes_on, []

    def goes_on(ears):
        calls.append(1)
        if len(calls) == 30:
            signal.raise_signal(signal.SIGINT)
        return own(ears)

    monkeypatch.setattr(heard_drawing.Ears, "goes_on", goes_on)
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "set.pdf"
    with pytest.raises(MapsInterruptedError):
        export_map_set(_block(FEW, out), DAY, Progress())
    assert signal.getsignal(signal.SIGINT) is before
    assert len(calls) < FEW
    assert list(out.with_name(out.name + WORK_ENDING).glob("*.pdf")) == []


def test_what_goes_wrong_while_the_progress_is_told_does_not_get_into_qgis(tmp_path, monkeypatch):
    monkeypatch.setattr(heard_drawing, "_EVERY_S", 0.0)
    progress = _Stops(0)
    _told_when_drawing(monkeypatch, progress)

    def update(_fraction):
        if progress.drawing:
            raise BrokenPipeError

    progress.update = update
    with pytest.raises(BrokenPipeError):
        export_map_set(_block(FEW, tmp_path / "set.pdf"), DAY, progress)
    assert not (tmp_path / "set.pdf").exists()


def test_the_bar_moves_while_a_page_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(heard_drawing, "_EVERY_S", 0.0)
    told = []

    class Watching(Progress):
        def update(self, fraction: float) -> None:
            told.append(fraction)

    export_map_set(_block(FEW, tmp_path / "set.pdf"), DAY, Watching())
    assert len(set(told)) > FEW / 2
    assert max(told) == 1.0
    assert 0.5 < max(one for one in told if one < 1.0) < 0.95  # the page is through only when it is


def test_a_page_looks_the_same_whether_somebody_listens_or_not(tmp_path):
    looks = []
    for number, ears in enumerate((None, heard_drawing.Ears(Progress()))):
        path = tmp_path / f"{number}.pdf"
        made = _block(FEW, tmp_path / "x.pdf", level="compartment")
        with drawing_project() as project, PageMaker(project, made, DAY, ears).page(made.units[0], 0) as layout:
            write_pdf(layout, path, path)
        command = ["pdftoppm", "-r", "50", "-gray", str(path)]
        looks.append(subprocess.run(command, capture_output=True, check=True).stdout)
    assert looks[0] == looks[1]


def test_a_name_finds_its_place_by_a_rough_outline(qgis_app):
    """Finding it by thousands of corners took longer than to draw the page."""
    angles = np.linspace(0, 2 * np.pi, 6_000, endpoint=False)
    round_ = shapely.Polygon(np.c_[LEFT + 9_000 * np.cos(angles), BOTTOM + 9_000 * np.sin(angles)])
    layer = outline_layer([round_], ["村"], crs_of("EPSG:4527"), "x", "inner", "zh")
    settings = layer.labeling().settings()
    from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils

    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    feature = next(layer.getFeatures())
    context.setFeature(feature)
    context.setGeometry(feature.geometry())
    rough = QgsExpression(settings.geometryGenerator).evaluate(context)
    assert settings.geometryGeneratorEnabled
    assert rough.constGet().nCoordinates() < page_layers._ROUGH
    assert rough.area() == pytest.approx(round_.area, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["village", "compartment"])
@pytest.mark.parametrize("after", [3, 0])
def test_a_page_of_twenty_thousand_stands_is_left_within_two_seconds(tmp_path, monkeypatch, level, after):
    """Where somebody wishes to stop the answer comes in time; and nowhere on the way is nobody listening for longer.

    In seconds of this program: other programs of the machine do not count.
    """
    out = tmp_path / "set.pdf"
    made, progress = _block(MANY, out, level=level), _Stops(after)
    _told_when_drawing(monkeypatch, progress)
    if after:
        with pytest.raises(MapsInterruptedError):
            export_map_set(made, DAY, progress)
        assert time.process_time() - progress.asked < MOST_S
        assert not out.exists()
        return
    export_map_set(made, DAY, progress)
    assert max(np.diff(progress.polls)) < MOST_S
