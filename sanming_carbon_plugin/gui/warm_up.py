"""Loads the libraries of the jobs in the background, so that the first run does not stop the window for them."""

from __future__ import annotations

import gc

from qgis.core import QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..processing.dependencies import missing_text
from ..processing.translation import tr
from . import background
from .reading import BESIDE


class _Loading(QgsTask):
    def __init__(self) -> None:
        super().__init__(tr("Get ready"), BESIDE)

    def run(self) -> bool:
        """Load the modules; QGIS calls this in a thread of its own.

        With import statements only: QGIS notes them, and forgets on unloading what it noted. A module that came
        otherwise would outlive its plugin and not know the classes of the next one.
        """
        from qgis.PyQt import QtPrintSupport  # noqa: F401, PLC0415

        from ..adapters import field_preview, parcel_pages  # noqa: F401, PLC0415
        from ..adapters.jobs import assess, recheck  # noqa: F401, PLC0415

        return True


class WarmUp(QObject):
    """Starts loading once, when the panel is shown for the first time: nothing is done while QGIS starts.

    What is loaded then is left out when Python looks for garbage: it stays anyway, and looking through all of it would
    stop the window for a fifth of a second now and then. It is looked through again when the plugin goes.
    """

    ready = pyqtSignal()
    """Loading is through."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task: _Loading | None = None
        self._begun = False

    def start(self) -> None:
        """Load, unless that was done or something is missing."""
        if self._begun or missing_text():
            return
        self._begun = True
        self._task = _Loading()
        self._task.taskCompleted.connect(self._ended)
        self._task.taskTerminated.connect(self._ended)
        background.start(self._task)

    def is_loading(self) -> bool:
        """Whether what is imported now would have to wait for it, and the window too."""
        return self._task is not None

    def shut_down(self) -> None:
        """Wait for what is on its way, so that no thread outlives the plugin."""
        task, self._task = self._task, None
        gc.unfreeze()
        if task is not None:
            task.taskCompleted.disconnect(self._ended)
            task.taskTerminated.disconnect(self._ended)
            background.stop(task)

    def _ended(self) -> None:
        self._task = None  # QGIS deletes it
        gc.freeze()
        self.ready.emit()
