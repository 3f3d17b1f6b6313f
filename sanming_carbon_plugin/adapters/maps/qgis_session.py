"""A QGIS without windows for the command line; inside QGIS the one that runs is used."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ...core.errors import CarbonError, DependencyError

_PREFIX = "/usr"


@contextmanager
def running_qgis() -> Iterator[None]:
    """QGIS, started for the block where none is running.

    Raises
    ------
    DependencyError
        ``LIBRARY_MISSING`` where Python does not find the ``qgis`` module.
    CarbonError
        ``MAPS_IN_THREAD`` outside the main thread of a running QGIS, where a layout would bring it down.
    """
    try:
        from qgis.core import QgsApplication
    except ImportError as missing:
        raise DependencyError("LIBRARY_MISSING", library="qgis", purpose="PDF") from missing

    from qgis.PyQt.QtCore import QThread, qInstallMessageHandler

    running = QgsApplication.instance()
    if running is not None:
        if QThread.currentThread() != running.thread():
            raise CarbonError("MAPS_IN_THREAD")
        yield
        return

    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The process is ours: Qt's remarks about the session are no concern of the user.
    qInstallMessageHandler(lambda *_: None)
    QgsApplication.setPrefixPath(os.environ.get("QGIS_PREFIX_PATH") or _PREFIX, True)
    application = QgsApplication([], False)
    application.initQgis()
    try:
        yield
    finally:
        gc.collect()  # a layer that outlives QGIS makes it crash on leaving
        application.exitQgis()
