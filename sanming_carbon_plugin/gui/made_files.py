"""What the tools of later steps have written, so that the next tool begins with it; the project remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from ..processing.parameters import OUTPUT

_SCOPE, _KEY = "sanming_carbon", "made_files"
_WRITTEN = {"application": ("APPLICATION",), "fieldsample": ("LIST",), "plan": ("PLAN", "PLAN_SECOND")}
"""Parameters of other tools that the output of a tool fits, by its name."""

_ASKED = ("TARGETS",)
"""Parameters that several tools ask for: what one was given, the next one begins with."""

_BEFORE = {"PLAN_SECOND": "PLAN_FIRST"}
"""Two plans are compared: the newest one and the one before it."""


class MadeFiles(QObject):
    """Keeps the newest file for each parameter."""

    def note(self, algorithm_id: str, parameters: Mapping[str, Any], results: Mapping[str, Any]) -> None:
        """A tool is through."""
        kept = self._kept()
        written = str(results.get(OUTPUT) or "")
        for name in _WRITTEN.get(algorithm_id.rpartition(":")[2], ()) if written else ():
            before = _BEFORE.get(name)
            if before is not None and kept.get(name, written) != written:
                kept[before] = kept[name]
            kept[name] = written
        kept |= {name: str(parameters[name]) for name in _ASKED if parameters.get(name)}
        QgsProject.instance().writeEntry(_SCOPE, _KEY, json.dumps(kept, ensure_ascii=False, sort_keys=True))

    def values(self) -> dict[str, str]:
        """Files by the parameter they fit; one that is gone is not offered."""
        return {name: path for name, path in self._kept().items() if Path(path).exists()}

    def _kept(self) -> dict[str, str]:
        try:
            found = json.loads(QgsProject.instance().readEntry(_SCOPE, _KEY, "{}")[0])
        except ValueError:
            found = {}
        return {str(name): str(path) for name, path in found.items()} if isinstance(found, dict) else {}
