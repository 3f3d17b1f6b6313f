"""A mark of each input: two marks differ when the input was changed, edited or replaced in between."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsProviderRegistry, QgsVectorLayer

EDITS = "sanming_carbon/edits"
"""Custom property of a layer: how often it was edited since it came into the project."""

_LAST_CHANGE = "SELECT max(last_change) FROM gpkg_contents WHERE table_name = ? OR ? = ''"


def value_mark(value: Any) -> str:  # noqa: ANN401 - whatever a widget holds
    """Mark of what is chosen in a field: a layer, a list of layers, a file, or a plain value."""
    if isinstance(value, (list, tuple)):
        return "[{}]".format("; ".join(value_mark(each) for each in value))
    if value is None or value == "":
        return ""
    text = str(value)
    layer = QgsProject.instance().mapLayer(text)
    if layer is not None:
        return layer_mark(layer)
    return file_mark(Path(text)) if isinstance(value, str) and ("/" in text or "\\" in text) else text


def layer_mark(layer: QgsMapLayer) -> str:
    """Where a layer comes from, its filter, its edits, and when its file was changed."""
    edits = str(layer.customProperty(EDITS, 0))
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    subset = layer.subsetString() if isinstance(layer, QgsVectorLayer) else ""
    path = str(parts.get("path") or "")
    told = file_mark(Path(path), str(parts.get("layerName") or "")) if path else layer.source()
    return "{}|{}|{}".format(told, subset, edits)


def file_mark(path: Path, table: str = "") -> str:
    """Mark of a file's content, without reading it.

    QGIS writes into every GeoPackage that it opens; there the file's own record of changes counts.
    """
    try:
        seen = path.stat()
    except OSError:
        return "{}|–".format(path.as_posix())
    if path.suffix.lower() == ".gpkg":
        try:
            with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as database:
                return "{}|{}".format(path.as_posix(), database.execute(_LAST_CHANGE, (table, table)).fetchone()[0])
        except sqlite3.Error:  # not a GeoPackage in truth
            pass
    return "{}|{}|{}".format(path.as_posix(), seen.st_size, seen.st_mtime_ns)


def is_there(path: Path) -> bool:
    """Whether there is a file; none is where nobody may look, or where a name is longer than any can be."""
    try:
        return path.exists()
    except OSError:
        return False


def decisions_file(result: str) -> Path:
    """Where the decisions about a result are kept; what writes them needs pandas, which may be missing."""
    return Path(result).with_suffix(".decisions.csv")


def decisions_mark(*results: str) -> str:
    """Mark of what people decided about results, whichever list it stands in.

    The outlines in the last column do not count: a run notes them.
    """
    rows = set()
    for beside in {decisions_file(result) for result in results if result}:
        # Most results have none; one that cannot be read is told of by the run that needs it.
        with (
            suppress(OSError, csv.Error),
            beside.open(encoding="utf-8-sig", errors="replace", newline="") as file,
        ):
            rows |= {tuple(row[:-1]) for row in csv.reader(file)}
    return sha256(repr(sorted(rows)).encode("utf-8")).hexdigest() if rows else ""


def marks_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Mark of each value that is filled in."""
    return {name: value_mark(value) for name, value in values.items()}


def count_edit(layer: QgsVectorLayer) -> None:
    """Note that a layer was edited; the project keeps the number with the layer."""
    layer.setCustomProperty(EDITS, int(layer.customProperty(EDITS, 0)) + 1)
