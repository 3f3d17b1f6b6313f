"""Tells QGIS that the panel was filled in otherwise since the project was saved, so that it asks before closing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, QTimer

from .steps.step import Step

_LATER_MS = 200


class Unsaved(QObject):
    """Compares what is filled in with what the project holds; ``values`` gives what is filled in."""

    def __init__(self, values: Callable[[], dict[str, Any]], steps: Iterable[Step], parent: QObject) -> None:
        super().__init__(parent)
        self._values = values
        self._stored = ""
        # A row of a table is there before its cells are: the look comes when the change is complete.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER_MS)
        self._later.timeout.connect(self._look)
        for step in steps:
            step.changed.connect(self._later.start)

    def stored(self) -> None:
        """Take what is filled in now for what the project holds."""
        self._later.stop()
        self._stored = json.dumps(self._values())

    def _look(self) -> None:
        if json.dumps(self._values()) != self._stored:
            QgsProject.instance().setDirty(True)
