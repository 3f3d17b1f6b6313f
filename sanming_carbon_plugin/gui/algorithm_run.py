"""One algorithm at a time, run as a background task of QGIS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..core.errors import CarbonError
from ..processing.base import error_in_words
from . import background

Show = Callable[[str, dict[str, Any]], Iterator[None]]


class _Feedback(QgsProcessingFeedback):
    """Hands texts on as signals, which cross from the task's thread to the window's."""

    stepped = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__(False)
        self.errors: list[str] = []

    def setProgressText(self, text: str) -> None:
        """Tell the step."""
        super().setProgressText(text)
        self.stepped.emit(text)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803 - QGIS's name
        """Keep the error for the message bar."""
        super().reportError(error, fatalError)
        self.errors.append(error)


class AlgorithmRun(QObject):
    """Starts algorithms and tells how they fare.

    Task, context and feedback are kept here until the task is through: QGIS holds bare pointers to them. Showing
    what a run found belongs to it: ``show`` does that bit by bit, so that the window stays alive, and ``done``
    follows.
    """

    progressed = pyqtSignal(float)
    stepped = pyqtSignal(str)
    done = pyqtSignal(str, object)
    failed = pyqtSignal(str, str)
    cancelled = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None, show: Show | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._showing: Iterator[None] | None = None
        self._ended: tuple[str, dict[str, Any]] = ("", {})
        self._task: QgsProcessingAlgRunnerTask | None = None
        self._context: QgsProcessingContext | None = None
        self._feedback: _Feedback | None = None
        self._algorithm_id = ""

    def is_running(self) -> bool:
        """Whether an algorithm is on its way, or its results are being shown."""
        return self._task is not None or self._showing is not None

    def start(self, algorithm_id: str, parameters: dict[str, Any]) -> None:
        """Start an algorithm; one that cannot even begin ends in ``failed`` at once."""
        if self.is_running():
            return
        self._algorithm_id = algorithm_id
        self._feedback = _Feedback()
        self._feedback.progressChanged.connect(self.progressed)
        self._feedback.stepped.connect(self.stepped)
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._context.setFeedback(self._feedback)
        # The task makes its own copy of the algorithm and prepares it here, in the main thread.
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
        if algorithm is None:
            self._end()
            self.failed.emit(algorithm_id, algorithm_id)
            return
        valid, reason = algorithm.checkParameterValues(parameters, self._context)
        if not valid:
            self._end()
            self.failed.emit(algorithm_id, reason)
            return
        self._task = QgsProcessingAlgRunnerTask(algorithm, parameters, self._context, self._feedback)
        if self._task.isCanceled():
            errors = self._feedback.errors
            self._end()
            self.failed.emit(algorithm_id, "\n".join(errors))
            return
        self._task.executed.connect(self._executed)
        background.start(self._task)

    def show(self, algorithm_id: str, results: dict[str, Any]) -> None:
        """Show what a run has found, just now or once before; ``done`` or ``failed`` follows."""
        if self.is_running():
            return
        self._ended = (algorithm_id, results)
        self._showing = self._show(algorithm_id, results) if self._show is not None else iter(())
        self._show_next()

    def cancel(self) -> None:
        """Ask the algorithm to stop; ``cancelled`` follows."""
        if self._task is not None:
            self._task.cancel()

    def shut_down(self) -> None:
        """Stop whatever runs and wait for it, so that no thread outlives the plugin."""
        self._showing = None
        if self._task is None:
            return
        self._task.executed.disconnect(self._executed)
        task, kept = self._task, (self._context, self._feedback)
        if not background.stop(task):
            # QGIS will come back to both of them when it is through.
            task.destroyed.connect(lambda *_args: kept)
        self._end()

    def _executed(self, successful: bool, results: dict[str, Any]) -> None:
        feedback, algorithm_id = self._feedback, self._algorithm_id
        self._end()
        if successful:
            self.show(algorithm_id, results)
        elif feedback is not None and feedback.isCanceled():
            self.cancelled.emit(algorithm_id)
        else:
            self.failed.emit(algorithm_id, "\n".join(feedback.errors) if feedback else "")

    def _show_next(self) -> None:
        """One bit of showing the results; the window has its turn before the next one."""
        if self._showing is None:  # the plugin is gone
            return
        try:
            next(self._showing)
        except StopIteration:
            self._showing = None
            self.done.emit(*self._ended)
            return
        except CarbonError as error:
            self._showing = None
            self.failed.emit(self._ended[0], error_in_words(error))
            return
        QTimer.singleShot(0, self._show_next)

    def _end(self) -> None:
        self._task = None
        self._context = None
        self._feedback = None
