"""Maps are drawn in a process of their own: the window lives, a wish to stop is heard, errors keep their words."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtCore import QCoreApplication

sys.path.append(str(Path(__file__).parents[1] / "adapters" / "dossier"))

from made_application import made_application

from sanming_carbon_plugin.adapters import drawing_process, drawing_worker
from sanming_carbon_plugin.adapters.dossier import maps
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.dossier import DossierRequest, make_dossier
from sanming_carbon_plugin.adapters.jobs.export_maps import export_maps
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.jobs.work_design import WorkDesignRequest, work_design
from sanming_carbon_plugin.adapters.maps import heard_drawing, pdf
from sanming_carbon_plugin.adapters.maps.map_set import MapSetRequest
from sanming_carbon_plugin.core.errors import CancelledError, CarbonError, OutputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir
from sanming_carbon_plugin.processing.export_maps import MapAlgorithm

pytestmark = [pytest.mark.qgis, pytest.mark.long, pytest.mark.everywhere]

VILLAGE = "350428-199-204"
LONGEST_CANCEL_S = 2.0


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("三明") / "结 果.gpkg"
    assess(AssessRequest(LayerSource(str(resources_dir() / "sample" / "stands.gpkg")), out), Progress())
    return out


def _in_a_thread(work):
    """What ``work()`` gives or raises in another thread, while this one handles its events."""
    found = []

    def run():
        try:
            found.append(work())
        except CarbonError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        QCoreApplication.processEvents()
        thread.join(0.02)
    (one,) = found
    return one


class _Kept(Progress):
    """Keeps what is told, and wishes to stop once a page is on its way."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.steps, self.fractions, self.wished, self._stop_at = [], [], 0.0, stop_at

    def step(self, name: str, position: int = 0, count: int = 0) -> None:
        self.steps.append((name, position, count))

    def update(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def is_cancelled(self) -> bool:
        stop = bool(self.fractions) and self.fractions[-1] >= self._stop_at
        if stop and not self.wished:
            self.wished = time.monotonic()
        return stop


def _asked(result: Path, out: Path, **options) -> MapSetRequest:
    return MapSetRequest(result, out, **{"within": (VILLAGE,), "units": ("mu", "ha"), **options})


def test_a_set_is_drawn_by_another_process_as_it_is_here(qgis_app, result, tmp_path):
    told = _Kept()
    beside = _in_a_thread(lambda: drawing_process.draw_beside("exportmaps", _asked(result, tmp_path / "一.pdf"), told))
    here = export_maps(_asked(result, tmp_path / "二.pdf"), Progress())
    assert beside.out == tmp_path / "一.pdf"
    assert beside.counts == here.counts
    assert beside.out.stat().st_size == pytest.approx((tmp_path / "二.pdf").stat().st_size, rel=0.01)
    assert told.steps == [("read", 0, 0), ("maps", 0, 0)]
    assert told.fractions[-1] == 1.0


def test_a_wish_to_stop_is_heard_and_the_finished_sheets_are_told(qgis_app, result, tmp_path):
    told, out = _Kept(stop_at=0.2), tmp_path / "set.pdf"
    asked = _asked(result, out, within=())
    stopped = _in_a_thread(lambda: drawing_process.draw_beside("exportmaps", asked, told))
    assert time.monotonic() - told.wished <= LONGEST_CANCEL_S
    assert isinstance(stopped, CancelledError)
    assert stopped.code == "MAPS_INTERRUPTED"
    assert stopped.values["done"] >= 1
    assert [path.name for path in tmp_path.iterdir()] == ["set.pdf.pages"]
    assert not [path for path in (tmp_path / "set.pdf.pages").iterdir() if path.name.endswith(".tmp")]


def test_a_work_design_that_is_stopped_leaves_nothing(qgis_app, result, tmp_path):
    told = _Kept(stop_at=0.1)
    asked = WorkDesignRequest(result, tmp_path / "d", within=(VILLAGE,))
    stopped = _in_a_thread(lambda: drawing_process.draw_beside("workdesign", asked, told))
    assert isinstance(stopped, CancelledError)
    assert time.monotonic() - told.wished <= LONGEST_CANCEL_S
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_has_not_begun_is_ended_at_once(qgis_app, result, tmp_path):
    class Stops(Progress):
        def is_cancelled(self) -> bool:
            return True

    since = time.monotonic()
    stopped = _in_a_thread(
        lambda: drawing_process.draw_beside("exportmaps", _asked(result, tmp_path / "x.pdf"), Stops())
    )
    assert isinstance(stopped, CancelledError)
    assert time.monotonic() - since <= LONGEST_CANCEL_S
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_hangs_is_ended(qgis_app, result, tmp_path, monkeypatch):
    class Stops(Progress):
        def is_cancelled(self) -> bool:
            for process in processes:
                process.closeWriteChannel = lambda: None  # it never hears of the wish
            return bool(self.told)

        told = 0.0

        def update(self, fraction: float) -> None:
            self.told = self.told or fraction

    processes, own = [], drawing_process.python_process
    monkeypatch.setattr(
        drawing_process, "python_process", lambda *given, **more: processes.append(own(*given, **more)) or processes[-1]
    )
    monkeypatch.setattr(drawing_process, "_PATIENCE_MS", 100)
    asked = _asked(result, tmp_path / "set.pdf", within=())
    stopped = _in_a_thread(lambda: drawing_process.draw_beside("exportmaps", asked, Stops()))
    assert isinstance(stopped, CancelledError)
    assert not asked.out.exists()


def test_what_is_wrong_comes_across_with_its_code_and_values(qgis_app, result, tmp_path):
    out = tmp_path / "x.pdf"
    out.write_text("mine", encoding="utf-8")
    error = _in_a_thread(lambda: drawing_process.draw_beside("exportmaps", _asked(result, out), Progress()))
    assert isinstance(error, OutputError)
    assert (error.code, error.values) == ("OUTPUT_EXISTS", {"path": str(out)})
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_process_that_dies_is_an_error_and_the_set_goes_on_later(qgis_app, result, tmp_path, monkeypatch):
    class Kills(_Kept):
        def update(self, fraction: float) -> None:
            if fraction > 0:
                processes[0].kill()

    processes, own = [], drawing_process.python_process
    monkeypatch.setattr(
        drawing_process, "python_process", lambda *given, **more: processes.append(own(*given, **more)) or processes[-1]
    )
    asked = _asked(result, tmp_path / "set.pdf")
    error = _in_a_thread(lambda: drawing_process.draw_beside("exportmaps", asked, Kills()))
    assert error.code == "DRAWING_ENDED"
    assert not asked.out.exists()
    done = _in_a_thread(lambda: drawing_process.draw_beside("exportmaps", asked, Progress()))
    assert done.counts["map_pages"] == 1


def _through(task) -> list:
    ended = []
    task.executed.connect(lambda good, found: ended.append((good, found)))
    QgsApplication.taskManager().addTask(task)
    until = time.monotonic() + 60
    while not ended and time.monotonic() < until:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    return ended


def _task(out: Path, result: Path):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:exportmaps")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback(False)
    context.setProject(QgsProject.instance())
    values = {"RESULT": str(result), "OUTPUT": str(out), "WITHIN": VILLAGE}
    return algorithm, context, feedback, QgsProcessingAlgRunnerTask(algorithm, values, context, feedback)


def test_the_algorithm_needs_the_main_thread_only_where_no_process_begins(provider, result, tmp_path, monkeypatch):
    """Where none begins it says so once; from then on QGIS draws by itself."""
    monkeypatch.setattr(MapAlgorithm, "beside", True)
    monkeypatch.setattr("sanming_carbon_plugin.adapters.solver_process.python_beside", lambda: str(tmp_path / "none"))
    algorithm, _context, feedback, task = _task(tmp_path / "x.pdf", result)
    assert not algorithm.flags() & Qgis.ProcessingAlgorithmFlag.NoThreading
    ((good, _),) = _through(task)
    assert not good
    assert "DRAWING_NOT_BEGUN" in feedback.textLog()
    assert algorithm.createInstance().flags() & Qgis.ProcessingAlgorithmFlag.NoThreading


def test_the_algorithm_draws_while_the_window_lives(provider, result, tmp_path, monkeypatch):
    monkeypatch.setattr(MapAlgorithm, "beside", True)
    _algorithm, _context, feedback, task = _task(tmp_path / "x.pdf", result)
    ((good, found),) = _through(task)
    assert good, feedback.textLog()
    assert found["PAGES_COUNT"] == 1
    assert (tmp_path / "x.pdf").exists()


class _StopsWhileDrawing(Progress):
    """Wishes to stop only while QGIS draws one page."""

    def __init__(self, monkeypatch, module, name: str) -> None:
        self.drawing = self.heard = False
        own = getattr(module, name)

        def write(*given):
            self.drawing = True
            try:
                return own(*given)
            finally:
                self.drawing = False

        monkeypatch.setattr(module, name, write)
        monkeypatch.setattr(heard_drawing, "_EVERY_S", 0.0)

    def is_cancelled(self) -> bool:
        self.heard = self.heard or self.drawing
        return self.heard


@pytest.mark.parametrize("name", ["write_pdf", "write_png"])
def test_a_map_of_a_work_design_is_left_where_somebody_wishes_to_stop(qgis_app, result, tmp_path, monkeypatch, name):
    progress = _StopsWhileDrawing(monkeypatch, pdf, name)
    with pytest.raises(CancelledError):
        work_design(WorkDesignRequest(result, tmp_path / "d", within=(VILLAGE,)), progress)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["write_pdf", "write_png"])
def test_a_map_of_a_dossier_is_left_where_somebody_wishes_to_stop(qgis_app, tmp_path, monkeypatch, name):
    folder = made_application(tmp_path / "申请")
    progress = _StopsWhileDrawing(monkeypatch, maps, name)
    with pytest.raises(CancelledError):
        make_dossier(DossierRequest(folder), progress)
    assert not (folder / "dossier").exists()


def test_paths_and_tuples_come_across():
    given = {"out": Path("三明/a b.pdf"), "within": ("a", "b"), "names": None, "rows": [1, (2.5, "x")]}
    found = drawing_worker.from_text(drawing_worker.as_text(given))
    assert found == {**given, "rows": (1, (2.5, "x"))}
