"""What the columns of a layer hold, asked for all at once: the window waits for the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from qgis.core import QgsProviderRegistry, QgsVectorLayer

from ...core.errors import InputError

ROWS_LOOKED_AT = 20_000
"""Layers with more rows are not asked: one pass through so many takes less than a twentieth of a second."""

_PARTS = re.compile(r"\s*[;,]\s*")


def values_there(layer: QgsVectorLayer, columns: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Every text that each of ``columns`` holds, and every part of one that holds several.

    Nothing for a layer that would take long, or that is in no GeoPackage: then anything may be there.
    """
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path, table = Path(str(parts.get("path") or "")), str(parts.get("layerName") or "")
    if not columns or not table or path.suffix != ".gpkg" or not 0 <= layer.featureCount() <= ROWS_LOOKED_AT:
        return {}
    # pandas may be missing when QGIS loads the plugin.
    from ..geopackage_rows import opened

    quoted = ['"{}"'.format(name.replace('"', '""')) for name in (*columns, table)]
    statement = " ".join(["SELECT DISTINCT", ", ".join(quoted[:-1]), "FROM", quoted[-1]])
    try:
        with opened(path) as database:
            rows = database.execute(statement).fetchall()
    except InputError:  # a column that only the project has
        return {}
    found = (frozenset(column) for column in zip(*rows, strict=True)) if rows else (frozenset() for _ in columns)
    return {
        name: frozenset(part for value in values if isinstance(value, str) for part in (value, *_PARTS.split(value)))
        for name, values in zip(columns, found, strict=True)
    }
