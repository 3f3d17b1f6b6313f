"""Reads from files without stopping the window: at once where that is quick, else in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from qgis.core import QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.errors import CancelledError, CarbonError
from . import background

Reader = Callable[[Callable[[], bool]], Any]
"""Reads something; what it is handed says whether it shall stop, which it does with ``CancelledError``."""

BESIDE = QgsTask.Flag.CanCancel | QgsTask.Flag.CancelWithoutPrompt | QgsTask.Flag.Hidden | QgsTask.Flag.Silent
"""Flags of work that no user began: nobody is asked about it when QGIS closes."""

_AT_ONCE_S = 0.04


class _Reading(QgsTask):
    def __init__(self, text: str, readers: Mapping[str, Reader]) -> None:
        super().__init__(text, BESIDE)
        self._readers = dict(readers)
        self.found: dict[str, Any] = {}
        self.error: CarbonError | None = None

    def run(self) -> bool:
        """Read; QGIS calls this in a thread of its own."""
        try:
            self.found = {name: reader(self.isCanceled) for name, reader in self._readers.items()}
        except CarbonError as error:
            self.error = error
            return False
        return not self.isCanceled()


class Reading(QObject):
    """One reading at a time; a newer one takes the place of the one before.

    Parameters
    ----------
    text
        What QGIS's list of tasks says.
    parent
        Owner.
    """

    read = pyqtSignal(object)
    """What each reader found, by its name."""

    failed = pyqtSignal(object)
    """The error that ended a reading."""

    def __init__(self, text: str, parent: QObject) -> None:
        super().__init__(parent)
        self._text = text
        self._task: _Reading | None = None

    def start(self, readers: Mapping[str, Reader], *, at_once: bool = False) -> None:
        """Read; with ``at_once`` first here, for as long as nobody notices."""
        self.forget()
        if at_once and self._read_here(readers):
            return
        self._task = _Reading(self._text, readers)
        self._task.taskCompleted.connect(self._completed)
        self._task.taskTerminated.connect(self._terminated)
        background.start(self._task)

    def is_reading(self) -> bool:
        """Whether a reading is on its way."""
        return self._task is not None

    def forget(self) -> None:
        """Stop the reading that is on its way; nothing is told of it."""
        if self._task is not None:
            self._task.taskCompleted.disconnect(self._completed)
            self._task.taskTerminated.disconnect(self._terminated)
            self._task.cancel()
            self._task = None

    def shut_down(self) -> None:
        """Stop what is on its way and wait for it, so that no thread outlives the plugin."""
        task = self._task
        self.forget()
        if task is not None:
            background.stop(task)

    def _read_here(self, readers: Mapping[str, Reader]) -> bool:
        until = time.monotonic() + _AT_ONCE_S
        try:
            found = {name: reader(lambda: time.monotonic() > until) for name, reader in readers.items()}
        except CancelledError:
            return False
        except CarbonError as error:
            self.failed.emit(error)
            return True
        self.read.emit(found)
        return True

    def _terminated(self) -> None:
        task, self._task = self._task, None  # QGIS deletes it
        if task is not None and task.error is not None and not isinstance(task.error, CancelledError):
            self.failed.emit(task.error)

    def _completed(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            self.read.emit(task.found)
