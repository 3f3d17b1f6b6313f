"""What the project remembers of the panel.

Paths are written as the project writes those of its layers, so that files follow when its folder is moved or copied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from qgis.core import QgsProject

_SCOPE = "sanming_carbon"
_PATH = re.compile(r"(^|\[|; )((?:/|[A-Za-z]:[/\\]|\.\.?(?=[/|]|$))[^|]*)")
"""A path: a whole text, or where a mark or one in a list of marks begins, see ``input_marks``."""


def write_entry(key: str, value: dict[str, Any]) -> None:
    """Store ``value``."""
    project = QgsProject.instance()
    text = json.dumps(_with_paths(value, project.writePath), ensure_ascii=False, sort_keys=True)
    project.writeEntry(_SCOPE, key, text)


def read_entry(key: str) -> dict[str, Any]:
    """What was stored, empty where nothing or nothing that can be understood."""
    project = QgsProject.instance()
    try:
        found = json.loads(project.readEntry(_SCOPE, key, "{}")[0])
    except ValueError:
        found = {}
    return _with_paths(found, project.readPath) if isinstance(found, dict) else {}


def _with_paths(value: Any, turned: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, str):
        return _PATH.sub(lambda path: path[1] + turned(path[2]), value)
    if isinstance(value, (list, tuple)):
        return [_with_paths(each, turned) for each in value]
    if isinstance(value, dict):
        return {name: _with_paths(each, turned) for name, each in value.items()}
    return value
