"""Works on jobs that draw in a process of their own, so that the window of QGIS stays alive."""

from __future__ import annotations

import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import errors
from ..core.errors import CarbonError, DependencyError
from ..core.progress import Progress
from .drawing_worker import as_text, from_text
from .jobs.request import JobOutcome
from .solver_process import python_process

if TYPE_CHECKING:
    from .jobs.dossier import DossierRequest
    from .jobs.work_design import WorkDesignRequest
    from .maps.map_set import MapSetRequest

    Request = MapSetRequest | DossierRequest | WorkDesignRequest

_POLL_MS = 100
_PATIENCE_MS = 30_000
_REASON_SIGNS = 300


class NotBegunError(CarbonError):
    """The process did not begin."""

    def __init__(self, reason: str) -> None:
        super().__init__("DRAWING_NOT_BEGUN", reason=reason)


def in_main_thread() -> bool:
    """Whether this is the thread in which QGIS itself draws layouts."""
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QThread

    running = QgsApplication.instance()
    return running is None or QThread.currentThread() == running.thread()


def draw_beside(job: str, request: Request, progress: Progress) -> JobOutcome:
    """The outcome of ``job``, one of :data:`.drawing_worker.JOBS`, worked on in a process of its own.

    A wish to stop is handed on; the job stops by itself, so that nothing half-written stays.

    Raises
    ------
    CarbonError
        As the job; ``DRAWING_ENDED`` where the process is gone.
    NotBegunError
        ``DRAWING_NOT_BEGUN``.
    """
    drawing = _Drawing(job, request, progress)
    try:
        return drawing.outcome()
    finally:
        drawing.end()


class _Drawing:
    """One process and what it tells."""

    def __init__(self, job: str, request: Request, progress: Progress) -> None:
        from qgis.core import QgsApplication

        self._progress, self._begun, self._through, self._rest = progress, False, False, b""
        self._found: JobOutcome | None = None
        screen = {"QT_QPA_PLATFORM": "offscreen"} if sys.platform.startswith("linux") else {}
        try:
            self._process = python_process("drawing_worker", QGIS_PREFIX_PATH=QgsApplication.prefixPath(), **screen)
        except DependencyError as missing:
            raise NotBegunError(str(missing)) from missing
        self._process.start()
        values = {each.name: getattr(request, each.name) for each in fields(request)}
        self._process.write(as_text([job, values]).encode() + b"\n")

    def outcome(self) -> JobOutcome:
        """Listen until it is through; what it stumbled over is raised as it would be here."""
        wished = 0.0
        while self._found is None and self._is_running():
            self._hear()
            if not self._progress.is_cancelled():
                continue
            if not wished:
                wished = time.monotonic()
                self._wish_to_stop()
            elif time.monotonic() - wished > _PATIENCE_MS / 1000:  # it hangs
                self._process.kill()
                self._progress.raise_if_cancelled()
        self._hear()
        if self._found is None:
            raise self._gone()
        return self._found

    def _wish_to_stop(self) -> None:
        """The job stops by itself; before it has begun there is nothing that it could leave half-written."""
        if not self._begun:
            self._process.kill()
            self._progress.raise_if_cancelled()
        self._process.closeWriteChannel()

    def end(self) -> None:
        """See it gone; where the job is not through, for whatever reason, it may tidy up."""
        self._process.closeWriteChannel()
        if self._through or not self._process.waitForFinished(_PATIENCE_MS):
            self._process.kill()
            self._process.waitForFinished()

    def _is_running(self) -> bool:
        from qgis.PyQt.QtCore import QProcess

        self._process.waitForReadyRead(_POLL_MS)
        return bool(self._process.state() != QProcess.ProcessState.NotRunning)

    def _hear(self) -> None:
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput())).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):  # libraries may talk as well
                ((kind, what),) = from_text(line).items()
                getattr(self, "_" + kind)(what)

    def _job_begun(self, _: None) -> None:
        self._begun = True

    def _step(self, what: tuple[str, int, int]) -> None:
        self._progress.step(*what)

    def _update(self, fraction: float) -> None:
        self._progress.update(fraction)

    def _done(self, what: tuple[Path | None, dict[str, object]]) -> None:
        self._through, self._found = True, JobOutcome(*what)

    def _error(self, what: tuple[str, str, dict[str, object]]) -> None:
        self._through = True
        kind, code, values = what
        error: CarbonError = getattr(errors, kind).__new__(getattr(errors, kind))
        CarbonError.__init__(error, code, **values)
        raise error

    def _gone(self) -> CarbonError:
        """The error for a process that ended without a word."""
        told = bytes(self._process.readAllStandardError()).decode("utf-8", "replace").strip()
        reason = (told or self._process.errorString()).splitlines()[-1][:_REASON_SIGNS].rstrip(".")
        return CarbonError("DRAWING_ENDED", reason=reason) if self._begun else NotBegunError(reason)
