"""Work in the background that belongs to a window: it is started here, and none of it outlives the plugin.

A task that is only told to stop still runs code of the plugin when the plugin's modules are gone, and reads with GDAL
while QGIS closes.
"""

from __future__ import annotations

from weakref import WeakSet

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt import sip

_STOP_MS = 5000
_started: WeakSet[QgsTask] = WeakSet()


def start(task: QgsTask) -> None:
    """Hand a task to QGIS, which deletes it when it is through."""
    _started.add(task)
    QgsApplication.taskManager().addTask(task)


def stop(task: QgsTask, wait_ms: int = _STOP_MS) -> bool:
    """Stop a task and wait until QGIS has done with it; False where it did not stop in time."""
    _started.discard(task)
    if sip.isdeleted(task):
        return True
    task.cancel()
    return bool(task.waitForFinished(wait_ms))


def stop_all() -> None:
    """Stop whatever was started and is on its way, also what its window has forgotten."""
    for task in list(_started):
        stop(task)
