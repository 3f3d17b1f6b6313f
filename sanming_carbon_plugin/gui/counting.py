"""Counts what waits for a person, in the background: a result may hold a million stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.errors import CarbonError
from ..processing.translation import tr

_WAIT_MS = 2000
BESIDE = QgsTask.Flag.CanCancel | QgsTask.Flag.CancelWithoutPrompt | QgsTask.Flag.Hidden | QgsTask.Flag.Silent
"""Flags of work that no user began: nobody is asked about it when QGIS closes."""

Counter = Callable[[Path], Any]


class _Counting(QgsTask):
    """Runs some counters over one file."""

    def __init__(self, path: Path, counters: dict[str, Counter]) -> None:
        super().__init__(tr("Count what needs attention"), BESIDE)
        self.path = path
        self.counters = counters
        self.found: dict[str, Any] = {}

    def run(self) -> bool:
        """Count; QGIS calls this in a thread of its own."""
        for step, counter in self.counters.items():
            if self.isCanceled():
                return False
            try:
                self.found[step] = counter(self.path)
            except CarbonError:  # the file is gone again: nothing is known then
                return False
        return True


class Counting(QObject):
    """One count at a time; a newer one takes the place of the one before."""

    counted = pyqtSignal(object)
    """What each counter found, by its name."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task: _Counting | None = None

    def start(self, path: Path, counters: dict[str, Counter]) -> None:
        """Count in the file ``path``."""
        self._forget()
        self._task = _Counting(path, counters)
        self._task.taskCompleted.connect(self._completed)
        self._task.taskTerminated.connect(self._terminated)
        QgsApplication.taskManager().addTask(self._task)

    def is_counting(self) -> bool:
        """Whether a count is on its way."""
        return self._task is not None

    def shut_down(self) -> None:
        """Stop the count that is on its way and wait for it, so that no thread outlives the plugin."""
        task = self._task
        self._forget()
        if task is not None:
            task.waitForFinished(_WAIT_MS)

    def _forget(self) -> None:
        if self._task is not None:
            self._task.taskCompleted.disconnect(self._completed)
            self._task.taskTerminated.disconnect(self._terminated)
            self._task.cancel()
            self._task = None

    def _terminated(self) -> None:
        self._task = None  # QGIS deletes it

    def _completed(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            self.counted.emit(task.found)
