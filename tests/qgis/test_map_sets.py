"""Map sets: complete after any interruption, nothing overlaps, legends and tables hold what is on the sheet."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from made_results import SAMPLE, twenty_villages
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsProject
from qgis.PyQt.QtCore import QRectF

from sanming_carbon_plugin.adapters.geopackage import OutputTable, read_geopackage_table, write_geopackage
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.maps.atlas import WORK_ENDING, MapsInterruptedError, drawing_project, export_map_set
from sanming_carbon_plugin.adapters.maps.class_areas import class_table
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest, open_map_set
from sanming_carbon_plugin.adapters.maps.pages import PageMaker
from sanming_carbon_plugin.adapters.maps.themes import plan_themes
from sanming_carbon_plugin.core.errors import CarbonError
from sanming_carbon_plugin.core.planning.plan_layers import PLAN_COLUMNS
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

pytestmark = pytest.mark.qgis

DAY = "2026-02-03"
VILLAGES = 20
SECONDS = 60.0
LABELS = ("title", "subtitle", "map", "legend", "scale", "north", "area_table", "overview", "author", "notes")


@pytest.fixture(scope="module")
def result_file(tmp_path_factory) -> Path:
    """The sample in twenty villages."""
    return twenty_villages(tmp_path_factory.mktemp("三明 地图") / "结果.gpkg")


def _request(result: Path, out: Path, **options) -> MapSetRequest:
    return MapSetRequest(result, out, **{"language": "zh", "author": "县林业局", **options})


def _text(path: Path, page: int | None = None) -> str:
    pages = [] if page is None else ["-f", str(page), "-l", str(page)]
    told = subprocess.run(["pdftotext", "-layout", *pages, str(path), "-"], capture_output=True, text=True, check=True)
    return told.stdout


def _pages(path: Path) -> int:
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Pages:\s+(\d+)", told).group(1))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_twenty_villages_take_less_than_a_minute_and_every_sheet_adds_up(result_file, tmp_path, language):
    out = tmp_path / "图 集.pdf"
    begun = time.monotonic()
    outcome = export_maps(_request(result_file, out, language=language), Progress())
    assert time.monotonic() - begun < SECONDS
    assert outcome.counts == {"map_pages": VILLAGES, "map_files": 1, "stands": 1557}
    assert _pages(out) == VILLAGES
    assert not list(tmp_path.glob("*" + WORK_ENDING))
    map_set = open_map_set(_request(result_file, out, language=language))
    whole = 0.0
    for page, unit in enumerate(map_set.units, start=1):
        text = _text(out, page)
        rows = map_set.rows.frame.iloc[unit.rows]
        table = class_table(rows, map_set.theme, language)
        flat = re.sub(r"\s+", "", text)
        for row in table[1:]:
            assert "".join(row[1:]) in flat, (page, row)
        assert float(table[-1][2].replace(",", "")) == pytest.approx(rows["area_ha"].sum(), abs=0.005)
        parts = sum(float(row[2].replace(",", "")) for row in table[1:-1])
        assert parts == pytest.approx(rows["area_ha"].sum(), abs=0.005 * len(table))
        whole += float(table[-1][2].replace(",", ""))
        assert re.search(r"[0-9a-f]{8}", flat)  # the fingerprint of the data
        assert {"zh": "三明林业碳票1版", "en": "Sanmingforestrycarbonticketv1"}[language] in flat
        assert "sanming_" not in flat  # names of rules, not their codes
    assert whole == pytest.approx(map_set.rows.frame["area_ha"].sum(), abs=0.005 * VILLAGES)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("paper", ["a4", pytest.param("a3", marks=pytest.mark.slow)])
@pytest.mark.parametrize("level", ["municipality", "county", "township", "village", "compartment", "parcel"])
def test_nothing_on_a_sheet_overlaps(result_file, tmp_path, level, paper, language):
    theme = "pine_technique" if level == "county" else "measure"
    request = _request(result_file, tmp_path / "x.pdf", level=level, paper=paper, language=language, theme=theme)
    map_set = open_map_set(request)
    with drawing_project() as project:
        maker = PageMaker(project, map_set, DAY)
        step = max(len(map_set.units) // 3, 1)
        for place in range(0, len(map_set.units), step):
            with maker.page(map_set.units[place], place) as layout:
                assert _faults(layout) == []


def _faults(layout):
    """What is missing, beside the page, over something else or longer than its place; in millimetres."""
    page = layout.pageCollection().page(0).rect()
    items = {name: layout.itemById(name) for name in LABELS}
    # Nothing lies around a municipality.
    missing = [name for name, item in items.items() if item is None and name != "overview"]
    shown = {name: item for name, item in items.items() if item is not None and item.isVisible()}
    places = {name: QRectF(item.pagePos(), item.rect().size()) for name, item in shown.items()}
    outside = [name for name, place in places.items() if not page.contains(place)]
    over = []
    for (one, first), (other, second) in combinations(places.items(), 2):
        shared = first.intersected(second)
        if shared.width() * shared.height() >= 0.5:
            over.append((one, other))
    labels = [(layout.itemById(name), name) for name in ("title", "subtitle", "author")]
    room = [(label.sizeForText(), label.rect(), name) for label, name in labels]
    long = [n for text, place, n in room if text.width() > place.width() + 0.5 or text.height() > place.height() + 0.5]
    notes = layout.itemById("notes")
    lines = notes.sizeForText().width() / notes.rect().width() * 1.15 + 1
    if lines * notes.textFormat().size() * 0.3528 * 1.3 > notes.rect().height() + 2.0:
        long.append("notes")
    return [*missing, *outside, *over, *long]


class _StopAfter(Progress):
    """Stops when so many pages are finished."""

    def __init__(self, pages: int, count: int) -> None:
        self.share, self.reached = pages / count, 0.0

    def update(self, fraction: float) -> None:
        self.reached = fraction

    def is_cancelled(self) -> bool:
        return self.reached >= self.share - 1e-9


@pytest.mark.long
@pytest.mark.everywhere
def test_a_set_stopped_at_any_page_goes_on_there(result_file, tmp_path):
    units = tuple("350428-199-{}".format(village) for village in ("201", "202", "203"))
    for finished in range(len(units)):
        out = tmp_path / "set{}.pdf".format(finished)
        request = _request(result_file, out, within=units)
        with pytest.raises(MapsInterruptedError) as stopped:
            export_map_set(open_map_set(request), DAY, _StopAfter(finished, len(units)))
        assert stopped.value.exit_status == 130
        assert stopped.value.values["done"] == finished
        folder = out.with_name(out.name + WORK_ENDING)
        kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.pdf")}
        assert len(kept) == finished
        assert not out.exists()
        seen = []

        class Watching(Progress):
            def update(self, fraction: float) -> None:
                seen.append({path.name: path.stat().st_mtime_ns for path in folder.glob("*.pdf")})  # noqa: B023

        export_map_set(open_map_set(request), DAY, Watching())
        assert _pages(out) == len(units)
        assert not folder.exists()
        assert all(seen[-1][name] == when for name, when in kept.items())  # not drawn again
        assert len(seen[-1]) == len(units)


@pytest.mark.long
def test_a_damaged_page_or_other_data_are_drawn_again(result_file, tmp_path):
    units = ("350428-199-201", "350428-199-202")
    out = tmp_path / "set.pdf"
    request = _request(result_file, out, within=units)
    with pytest.raises(MapsInterruptedError):
        export_map_set(open_map_set(request), DAY, _StopAfter(1, 2))
    folder = out.with_name(out.name + WORK_ENDING)
    page = next(folder.glob("*.pdf"))
    page.write_bytes(b"%PDF")
    other = replace(request, author="别的单位")
    assert open_map_set(other).fingerprint() != open_map_set(request).fingerprint()
    assert open_map_set(request).fingerprint() == open_map_set(replace(request, overwrite=True)).fingerprint()
    export_map_set(open_map_set(request), DAY, Progress())
    assert _pages(out) == 2
    assert "县林业局" in _text(out, 1)


@pytest.mark.long
def test_the_target_is_not_replaced_unasked(result_file, tmp_path):
    out = tmp_path / "set.pdf"
    out.write_bytes(b"mine")
    with pytest.raises(CarbonError, match="OUTPUT_EXISTS"):
        export_maps(_request(result_file, out, within=("350428-199-201",)), Progress())
    assert out.read_bytes() == b"mine"
    folder = tmp_path / "pages"
    asked = _request(result_file, folder, within=("350428-199-201",), form="png")
    export_maps(asked, Progress())
    assert [path.name for path in folder.iterdir()] == ["001_350428-199-201.png"]
    with pytest.raises(CarbonError, match="OUTPUT_EXISTS"):
        export_maps(asked, Progress())
    export_maps(replace(asked, overwrite=True), Progress())


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"theme": "nothing"}, "MAP_THEME_UNKNOWN"),
        ({"level": "planet"}, "MAP_LEVEL_UNKNOWN"),
        ({"paper": "a0"}, "MAP_PAPER_UNKNOWN"),
        ({"form": "gif"}, "MAP_FORM_UNKNOWN"),
        ({"units": ("acre",)}, "MAP_UNITS_UNKNOWN"),
        ({"within": ("350999",)}, "MAP_UNIT_UNKNOWN"),
        ({"stands": ("nobody",), "level": "parcel"}, "MAP_STAND_UNKNOWN"),
        ({"names": Path("/nowhere.csv")}, "FILE_NOT_FOUND"),
        ({"template": SAMPLE / "README.md", "within": ("350428-199-201",)}, "MAP_TEMPLATE_INVALID"),
        ({"out": Path("x.docx")}, "OUTPUT_FORMAT"),
        ({"result": Path("/nowhere.gpkg")}, "FILE_NOT_FOUND"),
        ({"result": SAMPLE / "stands.gpkg"}, "RESULT_LAYER_MISSING"),
    ],
)
def test_each_wrong_input_has_one_clear_message(result_file, tmp_path, options, code):
    with pytest.raises(CarbonError, match=code):
        export_maps(replace(_request(result_file, tmp_path / "x.pdf"), **options), Progress())
    assert not (tmp_path / "x.pdf").exists()


def test_no_layout_is_made_outside_the_main_thread(result_file, tmp_path):
    found = []

    def run():
        try:
            export_maps(_request(result_file, tmp_path / "x.pdf"), Progress())
        except CarbonError as error:
            found.append(error.code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == ["MAPS_IN_THREAD"]


def test_places_have_their_names(result_file, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("code,name,name_en\n350428-199,青溪镇,Qingxi\n350428-199-204,竹洲村,Zhuzhou\n", encoding="utf-8")
    out = tmp_path / "one.pdf"
    asked = _request(result_file, out, within=("350428-199-204",), names=names)
    export_maps(asked, Progress())
    assert "将乐县青溪镇竹洲村首选措施图" in _text(out)
    names.write_text("kode,name\n1,x\n", encoding="utf-8")
    with pytest.raises(CarbonError, match="NAMES_TABLE_INVALID"):
        export_maps(replace(asked, overwrite=True), Progress())


@pytest.mark.slow
def test_a_process_that_is_killed_loses_no_finished_page(result_file, tmp_path):
    out = tmp_path / "set.pdf"
    command = [sys.executable, "-m", "sanming_carbon_plugin", "exportmaps", str(result_file), "--out", str(out)]
    command += ["--language", "zh"]
    root = resources_dir().parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    folder = out.with_name(out.name + WORK_ENDING)
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None and len(list(folder.glob("*.pdf"))) < 3:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    kept = {name: (folder / name).stat().st_mtime_ns for name in state["pages"]}
    assert 2 <= len(kept) < VILLAGES
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert _pages(out) == VILLAGES
    assert not folder.exists()


@pytest.mark.long
def test_without_qgis_the_command_ends_with_status_5(result_file, tmp_path):
    (tmp_path / "qgis").mkdir()
    (tmp_path / "qgis" / "__init__.py").write_text("raise ImportError('no qgis here')\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": "{}:{}".format(tmp_path, resources_dir().parent)}
    command = [sys.executable, "-m", "sanming_carbon_plugin", "exportmaps", str(result_file), "--out"]
    drawn = [*command, str(tmp_path / "x.pdf")]
    done = subprocess.run(drawn, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert done.stderr.strip().splitlines()[-1].startswith("error[LIBRARY_MISSING]")
    assert not list(tmp_path.glob("x.pdf*"))
    web = [*command, str(tmp_path / "x.html"), "--level", "township"]
    assert subprocess.run(web, env=environment, capture_output=True, check=False).returncode == 0


class _Cancelling(QgsProcessingFeedback):
    told = ""

    def pushInfo(self, info):  # noqa: N802
        self.told += info

    def setProgress(self, value):  # noqa: N802
        if value > 0:
            self.cancel()


@pytest.mark.slow
def test_the_algorithm_can_be_cancelled(provider, result_file, tmp_path):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:exportmaps")
    out = tmp_path / "set.pdf"
    asked = {"RESULT": str(result_file), "OUTPUT": str(out), "LEVEL": 3, "THEME": 0, "AUTHOR": "某单位"}
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = _Cancelling()
    algorithm.run(asked, context, feedback, {}, False)
    assert "MAPS_INTERRUPTED" in feedback.told
    assert not out.exists()
    assert out.with_name(out.name + WORK_ENDING).exists()
    fresh = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:exportmaps")
    found, done = fresh.run(asked, context, QgsProcessingFeedback(), {}, False)
    assert done
    assert found["PAGES_COUNT"] == VILLAGES
    assert _pages(out) == VILLAGES
    with pytest.raises(QgsProcessingException, match="MAP_UNIT_UNKNOWN"):
        fresh.create().run({**asked, "WITHIN": "1"}, context, QgsProcessingFeedback(), {}, False)


@pytest.fixture(scope="module")
def plan_file(result_file, tmp_path_factory) -> Path:
    """Three parcels of two villages, as a plan has them."""
    stands = read_geopackage_table(result_file, "stands", geometry=True)
    villages = read_geopackage_table(result_file, "facts")["village"]
    chosen = pd.concat([stands[villages == "201"].iloc[:2], stands[villages == "302"].iloc[:1]]).reset_index(drop=True)
    frame = chosen.reindex(columns=list(PLAN_COLUMNS))
    frame["measure"], frame["year"] = ["pine_transform", "tending", "tending"], 2026
    frame["technique"] = ["strip_cut", "thinning", "thinning"]
    plan = tmp_path_factory.mktemp("规 划") / "plan.gpkg"
    layer = OutputTable("plan", PLAN_COLUMNS, frame, chosen["geometry"].to_numpy(dtype=object), _wkt())
    write_geopackage(plan, [layer])
    return plan


def _wkt() -> str:
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4527)
    return reference.ExportToWkt()


@pytest.mark.parametrize("theme", ["measure", "plan_technique", "plan_year"])
def test_a_plan_is_drawn_in_its_own_themes(plan_file, result_file, tmp_path, theme):
    asked = _request(plan_file, tmp_path / "plan.pdf", theme=theme, ground=result_file)
    map_set = open_map_set(asked)
    assert [unit.code[-3:] for unit in map_set.units] == ["201", "302"]  # units as in the result
    export_maps(asked, Progress())
    text = _text(tmp_path / "plan.pdf")
    words = {"measure": "松林改造提升", "plan_technique": "带状采伐改造", "plan_year": "2026年"}
    assert words[theme] in text
    assert "村界" in text
    alone = replace(asked, ground=None, out=tmp_path / "alone.pdf")
    export_maps(alone, Progress())
    assert "规划小班" in _text(tmp_path / "alone.pdf")
    assert "村界" not in _text(tmp_path / "alone.pdf")  # parcels are no boundary of a village


def test_every_class_of_a_plan_has_words(plan_file):
    for theme in plan_themes().values():
        for language in ("en", "zh"):
            labels = [each.label(language) for each in theme.classes]
            assert len(set(labels)) == len(labels)
            assert not [label for label, each in zip(labels, theme.classes, strict=True)
                        if label == each.value and theme.name != "plan_year"]  # fmt: skip
    assert set(plan_themes()) == {"plan_measure", "plan_technique", "plan_year"}


def test_the_ground_of_a_plan_is_checked(plan_file, tmp_path):
    asked = _request(plan_file, tmp_path / "x.pdf", ground=plan_file)
    with pytest.raises(CarbonError, match="RESULT_LAYER_MISSING"):
        export_maps(asked, Progress())
