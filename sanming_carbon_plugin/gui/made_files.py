"""What the tools of later steps have written, so that the next tool begins with it; the project remembers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject

from ..processing.parameters import OUTPUT
from .input_marks import is_there
from .project_entries import read_entry, write_entry

_KEY = "made_files"
_WRITTEN = {"application": ("APPLICATION",), "fieldsample": ("LIST",), "plan": ("PLAN", "PLAN_SECOND")}
"""Parameters of other tools that the output of a tool fits, by its name."""

_ASKED = ("TARGETS",)
"""Parameters that several tools ask for: what one was given, the next one begins with."""

_BEFORE = {"PLAN_SECOND": "PLAN_FIRST"}
"""Two plans are compared: the newest one and the one before it."""


class MadeFiles(QObject):
    """Keeps the newest file for each parameter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: dict[str, str] = {}
        self.restore()

    def note(self, algorithm_id: str, parameters: Mapping[str, Any], results: Mapping[str, Any]) -> None:
        """A tool is through."""
        kept = self._kept
        written = str(results.get(OUTPUT) or "")
        for name in _WRITTEN.get(algorithm_id.rpartition(":")[2], ()) if written else ():
            before = _BEFORE.get(name)
            if before is not None and kept.get(name, written) != written:
                kept[before] = kept[name]
            kept[name] = written
        kept.update({name: str(parameters[name]) for name in _ASKED if parameters.get(name)})
        self.remember()

    def values(self) -> dict[str, str]:
        """Files by the parameter they fit; one that is gone is not offered."""
        return {name: path for name, path in self._kept.items() if is_there(Path(path))}

    def remember(self) -> None:
        """Write the files into the project."""
        write_entry(_KEY, self._kept)

    def restore(self) -> None:
        """Take the files from the project."""
        self._kept = {name: str(path) for name, path in read_entry(_KEY).items()}
