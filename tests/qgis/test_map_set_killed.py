"""A map set that is killed at any point goes on where it was, and ends as one that was never interrupted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from killed_map_set import DAY
from test_map_sheets import _set, _squares

from sanming_carbon_plugin.adapters.hashes import sha256_of_file
from sanming_carbon_plugin.adapters.maps import atlas
from sanming_carbon_plugin.adapters.maps.atlas import WORK_ENDING, export_map_set
from sanming_carbon_plugin.adapters.maps.map_set import MapSet
from sanming_carbon_plugin.adapters.maps.map_units import units_of
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

pytestmark = pytest.mark.qgis

PAGES = 3
POINTS = [(point, number) for point in ("before a page", "while a page is written", "before a page is listed")
          for number in range(1, PAGES + 1)]  # fmt: skip
ENDS = ["while the set is joined", "before the set is moved", "before the pages are cleared away"]


def made_set(out: Path, **options) -> MapSet:
    """Three villages of two stands each."""
    made = _set(_squares(6, 300, 400), out, beside=False, **options)
    made.rows.frame["village"] = ["201", "201", "202", "202", "203", "203"]
    return replace(made, units=units_of(made.rows, "village", {}))


def _looks(path: Path) -> tuple[str, bytes]:
    """Words and looks of a PDF; its bytes hold the time it was made."""
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    picture = subprocess.run(["pdftoppm", "-r", "25", "-gray", str(path)], capture_output=True, check=True).stdout
    return text, picture


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[str, bytes]:
    """The set as it is when nobody interrupts it."""
    out = tmp_path_factory.mktemp("whole") / "set.pdf"
    export_map_set(made_set(out), DAY, Progress())
    return _looks(out)


def _killed(out: Path, point: str, number: int) -> None:
    command = [sys.executable, str(Path(__file__).with_name("killed_map_set.py")), str(out), point, str(number)]
    paths = (str(resources_dir().parent), str(Path(__file__).parent))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr


class _Counting:
    """Counts the pages that are drawn."""

    def __init__(self, monkeypatch) -> None:
        self.drawn: list[str] = []
        for name in ("write_pdf", "write_png"):
            own = getattr(atlas, name)

            def counted(layout, path, named, own=own):
                self.drawn.append(named.name)
                own(layout, path, named)

            monkeypatch.setattr(atlas, name, counted)


def _listed(out: Path) -> set[str]:
    """Pages that the folder lists and holds."""
    folder = out.with_name(out.name + WORK_ENDING)
    pages = json.loads((folder / "state.json").read_text(encoding="utf-8"))["pages"]
    return {
        name for name, digest in pages.items() if (folder / name).is_file() and sha256_of_file(folder / name) == digest
    }


@pytest.mark.slow
@pytest.mark.parametrize(("point", "number"), POINTS + [(end, 1) for end in ENDS])
def test_a_set_that_is_killed_ends_as_one_that_was_not(whole, tmp_path, monkeypatch, point, number):
    out = tmp_path / "set.pdf"
    _killed(out, point, number)
    kept = _listed(out)
    assert len(kept) == (PAGES if point in ENDS else number - 1)
    assert out.exists() == (point == ENDS[-1])
    times = {name: (out.with_name(out.name + WORK_ENDING) / name).stat().st_mtime_ns for name in kept}
    seen: dict[str, int] = {}

    class Watching(Progress):
        def update(self, fraction: float) -> None:
            folder = out.with_name(out.name + WORK_ENDING)
            seen.update({path.name: path.stat().st_mtime_ns for path in folder.glob("*.pdf")})

    counting = _Counting(monkeypatch)
    assert export_map_set(made_set(out), "2027-01-01", Watching()) == [out]
    assert len(counting.drawn) == PAGES - len(kept)
    assert not kept & set(counting.drawn)
    assert all(seen.get(name, when) == when for name, when in times.items())
    assert _looks(out) == whole  # with the day it was begun on
    assert [path.name for path in tmp_path.iterdir()] == ["set.pdf"]  # nothing half-written stays behind


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, PAGES + 1))
def test_a_set_of_files_that_is_killed_while_they_are_moved_ends_complete(tmp_path, monkeypatch, number):
    out = tmp_path / "folder"
    _killed(out, "while the pages are moved", number)
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert len(before) == number - 1
    counting = _Counting(monkeypatch)
    export_map_set(made_set(out), DAY, Progress())
    assert counting.drawn == []
    after = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert len(after) == PAGES
    assert all(after[name] == when for name, when in before.items())
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


CHANGES = {
    "area": lambda made: made.rows.frame.__setitem__("area_ha", made.rows.frame["area_ha"] * 1.5),
    "class": lambda made: made.rows.frame.__setitem__("class", "closure"),
    "outline": lambda made: made.rows.geometry.__setitem__(5, made.rows.geometry[5].buffer(30)),
    "run": lambda made: made.rows.run.__setitem__("ended", "2026-03-04"),
    "nothing": lambda made: None,
}


class _StopAfterTwo(Progress):
    done = 0.0

    def update(self, fraction: float) -> None:
        self.done = fraction

    def is_cancelled(self) -> bool:
        return self.done > 1.95 / PAGES  # the second page is through


@pytest.mark.parametrize("change", CHANGES)
def test_pages_of_changed_inputs_are_drawn_again(tmp_path, monkeypatch, change):
    out = tmp_path / "set.pdf"
    with pytest.raises(atlas.MapsInterruptedError):
        export_map_set(made_set(out), DAY, _StopAfterTwo())
    assert len(_listed(out)) == 2
    changed = made_set(out)
    CHANGES[change](changed)
    counting = _Counting(monkeypatch)
    export_map_set(changed, DAY, Progress())
    assert len(counting.drawn) == (1 if change == "nothing" else PAGES)


def test_a_page_of_the_same_size_but_other_bytes_is_drawn_again(tmp_path, monkeypatch):
    out = tmp_path / "set.pdf"
    with pytest.raises(atlas.MapsInterruptedError):
        export_map_set(made_set(out), DAY, _StopAfterTwo())
    page = next(out.with_name(out.name + WORK_ENDING).glob("*.pdf"))
    page.write_bytes(b"\0" * page.stat().st_size)  # as after a loss of power
    counting = _Counting(monkeypatch)
    export_map_set(made_set(out), DAY, Progress())
    assert sorted(counting.drawn) == sorted({page.name, "003_350428-199-203.pdf"})


def test_the_wish_to_stop_is_heard_while_the_set_is_joined(tmp_path):
    out = tmp_path / "set.pdf"

    class StopAtTheEnd(Progress):
        done = 0.0

        def update(self, fraction: float) -> None:
            self.done = fraction

        def is_cancelled(self) -> bool:
            return self.done == 1.0

    with pytest.raises(atlas.MapsInterruptedError) as stopped:
        export_map_set(made_set(out), DAY, StopAtTheEnd())
    assert stopped.value.values["done"] == PAGES
    assert not out.exists()
    export_map_set(made_set(out), DAY, Progress())
    assert re.search(
        r"Pages:\s+3", subprocess.run(["pdfinfo", str(out)], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.slow
def test_a_wish_to_stop_is_heard_within_two_seconds(tmp_path):
    """On sheets of as many stands as a large village has, and while the boundaries of a county are put together."""
    made = _set(_squares(6000, 280, 300), tmp_path / "set.pdf", beside=False)
    rows = np.arange(6000)
    for at, shape in enumerate(made.rows.geometry):
        made.rows.geometry[at] = shapely.transform(
            shape, lambda points, at=at: points - [300.0 * at, 0] + [300.0 * (at % 80), 300.0 * (at // 80)]
        )
    made.rows.frame["village"] = [str(201 + at // 1500) for at in rows]
    polls = [time.perf_counter()]

    class Watching(Progress):
        def is_cancelled(self) -> bool:
            polls.append(time.perf_counter())
            return False

    export_map_set(replace(made, units=units_of(made.rows, "village", {})), DAY, Watching())
    assert max(np.diff(polls)) < 2.0
