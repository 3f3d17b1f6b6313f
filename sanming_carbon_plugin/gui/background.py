"""Work in the background that belongs to a window: it is started here, and none of it outlives the plugin.

QGIS calls each task once more in the main thread when it is through, and takes down GDAL while a thread may still read
with it. A task that is only told to stop therefore may end QGIS with a crash.
"""

from __future__ import annotations

from weakref import WeakSet

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication

_STOP_MS = 5000
_started: WeakSet[QgsTask] = WeakSet()


def start(task: QgsTask) -> None:
    """Hand a task to QGIS, which deletes it when it is through."""
    _started.add(task)
    QgsApplication.taskManager().addTask(task)


def stop(task: QgsTask, wait_ms: int = _STOP_MS) -> bool:
    """Stop a task and wait until QGIS has done with it; False where it did not stop in time."""
    _started.discard(task)  # QGIS can be waited for only once
    if sip.isdeleted(task):
        return True
    task.cancel()
    through = bool(task.waitForFinished(wait_ms))
    # That it is through is a message to the manager: no turn of the event loop may follow when QGIS closes.
    QCoreApplication.sendPostedEvents(QgsApplication.taskManager(), 0)
    return through


def stop_all() -> None:
    """Stop whatever was started and is on its way, also what its window has forgotten."""
    for task in list(_started):
        stop(task)
