"""QGIS for jobs that need it, from the toolbox or from a command line without a screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...core.errors import DependencyError

_STARTED: list[Any] = []
"""The application that this module started; Python must not let go of it before the process ends."""


@contextmanager
def qgis_running() -> Iterator[None]:
    """QGIS's libraries ready for use; started without a screen where no QGIS is running.

    Raises
    ------
    DependencyError
        QGIS_MISSING.
    """
    try:
        from qgis.core import QgsApplication
    except ImportError as error:
        raise DependencyError("QGIS_MISSING") from error
    if QgsApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QgsApplication([], False)
        application.initQgis()
        _STARTED.append(application)
    yield
