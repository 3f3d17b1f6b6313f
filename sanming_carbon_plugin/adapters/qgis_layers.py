"""Layers of a QGIS project as they are on the screen: with edits, filters, joins, virtual fields and selection.

QGIS objects belong to the main thread. :func:`snapshot` takes there what is needed, quickly and without
reading rows; :meth:`LayerSnapshot.read` then works in any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..core.progress import Progress
from ..core.stands.layer import FieldType, VectorLayer
from .column_words import IN_UNITS, IN_WORDS
from .encodings import codec_name, declared_encoding
from .vectors.columns import TextClues
from .vectors.raw import RawColumn, RawLayer
from .vectors.reading import layer_from_raw, read_layer

if TYPE_CHECKING:
    from qgis.core import QgsFeature, QgsFields, QgsProcessingFeatureSource, QgsVectorLayer

_BATCH_ROWS = 4096
_KINDS = {
    1: "boolean",
    2: "integer",
    3: "integer64",
    4: "integer64",
    5: "integer64",
    6: "real",
    10: "text",
    12: "binary",
    14: "date",
    15: "time",
    16: "datetime",
    33: "integer",
    36: "integer",
    38: "real",
}
"""Codes of QMetaType, the same in Qt 5 and Qt 6 but for dates and numbers beyond 30, where both are listed."""

_PLAIN = (str, int, float, bool)


@dataclass(frozen=True)
class LayerSnapshot:
    """What :func:`snapshot` took from a layer.

    Attributes
    ----------
    name, source, crs_wkt
        As in :class:`VectorLayer`.
    fields, positions
        Name and type of every field, and where it stands among QGIS's fields (which show a GeoPackage's own
        row number as a field).
    features
        Gives an iterator over the features; works outside the main thread.
    count
        Number of features, -1 where it is not known.
    file
        Path and layer name of an untouched file layer, which is read faster without QGIS; else None.
    encoding
        Text encoding that the user has set for that file in QGIS, else None.
    """

    name: str
    source: str
    crs_wkt: str | None
    fields: tuple[tuple[str, FieldType], ...]
    positions: tuple[int, ...]
    features: Callable[[], Iterator[QgsFeature]]
    count: int = -1
    file: tuple[str, str | None] | None = None
    encoding: str | None = None

    def read(self, progress: Progress | None = None, *, packed: bool = False) -> VectorLayer:
        """All rows; the outlines of a file packed where that is enough.

        Raises
        ------
        InputError
            As :func:`sanming_carbon_plugin.adapters.vectors.read_layer`.
        """
        progress = progress or Progress()
        if self.file is not None:
            path, layer = self.file
            read = read_layer(
                path,
                layer=layer,
                encoding=self.encoding,
                backend="osgeo",
                crs_wkt=self.crs_wkt,
                progress=progress,
                packed=packed,
            )
            return replace(read, name=self.name)
        return layer_from_raw(self._raw(progress), self.source, TextClues())

    def _raw(self, progress: Progress) -> RawLayer:
        parts: list[list[RawColumn]] = []
        rows: list[list[Any]] = []
        wkb: list[bytes | None] = []
        for feature in self.features():
            values = feature.attributes()
            rows.append([values[position] for position in self.positions])
            geometry = feature.geometry()
            wkb.append(None if geometry.isNull() else bytes(geometry.asWkb()))
            if len(rows) == _BATCH_ROWS:
                # Python looks through lists of Qt's values for garbage, and the window waits: few are kept.
                parts.append(self._columns(rows))
                rows.clear()
                progress.raise_if_cancelled()
                if self.count > 0:
                    progress.update(min(len(wkb) / self.count, 1.0))
        parts.append(self._columns(rows))
        columns = [_joined(of_one) for of_one in zip(*parts, strict=True)]
        return RawLayer(name=self.name, columns=columns, wkb=_objects(wkb), crs_wkt=self.crs_wkt)

    def _columns(self, rows: list[list[Any]]) -> list[RawColumn]:
        columns = zip(*rows, strict=True) if rows else ((),) * len(self.fields)
        return [_column(name, kind, values) for (name, kind), values in zip(self.fields, columns, strict=True)]


def read_qgis_layer(
    source: QgsVectorLayer | QgsProcessingFeatureSource,
    name: str = "",
    progress: Progress | None = None,
    *,
    selected_only: bool = False,
) -> VectorLayer:
    """Rows of a layer or feature source as QGIS shows them now.

    Parameters
    ----------
    source
        A vector layer, or the feature source that a Processing algorithm gets.
    name
        Name for messages; by default the layer's.
    progress
        Told the share of rows read.
    selected_only
        Read only the selected features (a feature source decides that itself).

    Raises
    ------
    InputError
        As :func:`sanming_carbon_plugin.adapters.vectors.read_layer`.
    """
    return snapshot(source, name, selected_only=selected_only).read(progress)


def snapshot(
    source: QgsVectorLayer | QgsProcessingFeatureSource, name: str = "", *, selected_only: bool = False
) -> LayerSnapshot:
    """Take from a layer what reading it needs; call it in the thread the layer lives in."""
    from qgis.core import QgsVectorLayer

    if isinstance(source, QgsVectorLayer):
        return _layer_snapshot(source, name or source.name(), selected_only=selected_only)
    return _source_snapshot(source, name or source.sourceName())


def _layer_snapshot(layer: QgsVectorLayer, name: str, *, selected_only: bool) -> LayerSnapshot:
    from qgis.core import QgsFeatureRequest, QgsVectorLayerFeatureSource

    file = None if selected_only else _untouched_file(layer)
    request = QgsFeatureRequest()
    if selected_only:
        request.setFilterFids(layer.selectedFeatureIds())
    features = QgsVectorLayerFeatureSource(layer)
    fields = _fields(layer.fields())
    left_out = _row_number_fields(layer) | _only_shown(layer.fields())
    positions = tuple(position for position in range(len(fields)) if position not in left_out)
    return LayerSnapshot(
        name=name,
        # Where a temporary layer lies tells nobody anything.
        source=name if layer.providerType() == "memory" else layer.publicSource(),
        crs_wkt=_crs_wkt(layer.crs()),
        fields=tuple(fields[position] for position in positions),
        positions=positions,
        features=lambda: features.getFeatures(request),
        count=layer.selectedFeatureCount() if selected_only else layer.featureCount(),
        file=file,
        encoding=_encoding_set_by_user(layer, file[0]) if file is not None else None,
    )


def _source_snapshot(source: QgsProcessingFeatureSource, name: str) -> LayerSnapshot:
    from qgis.core import Qgis, QgsFeatureRequest, QgsProcessingFeatureSource

    unchecked = Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks

    def features() -> Iterator[QgsFeature]:
        if isinstance(source, QgsProcessingFeatureSource):  # invalid rings are for our own checks to tell
            return source.getFeatures(QgsFeatureRequest(), unchecked)
        return source.getFeatures(QgsFeatureRequest())

    fields = _fields(source.fields())
    positions = tuple(each for each in range(len(fields)) if each not in _only_shown(source.fields()))
    return LayerSnapshot(
        name=name,
        source=name,
        crs_wkt=_crs_wkt(source.sourceCrs()),
        fields=tuple(fields[position] for position in positions),
        positions=positions,
        features=features,
        count=source.featureCount(),
    )


def _untouched_file(layer: QgsVectorLayer) -> tuple[str, str | None] | None:
    """Path and layer name where the file holds exactly what the screen shows, else None."""
    from qgis.core import QgsProviderRegistry

    if (
        layer.providerType() != "ogr"
        or layer.isEditable()
        or layer.subsetString()
        or layer.vectorJoins()
        or _has_virtual_fields(layer)
    ):
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path = parts.get("path") or ""
    if parts.get("vsiPrefix") or parts.get("geometryType") or not Path(path).exists() or "." not in Path(path).name:
        return None
    return path, parts.get("layerName") or _first_of_several(layer)


def _first_of_several(layer: QgsVectorLayer) -> str | None:
    """Name of the layer that QGIS shows of a file when a model or a script only gave the file's name."""
    parts = [each.split("!!::!!") for each in layer.dataProvider().subLayers()]
    return parts[0][1] if len(parts) > 1 else None


def _row_number_fields(layer: QgsVectorLayer) -> set[int]:
    """Fields that QGIS adds for the row number of a GeoPackage, which is no column of the source."""
    if layer.providerType() != "ogr" or layer.dataProvider().storageType() not in ("GPKG", "SQLite"):
        return set()
    return set(layer.primaryKeyAttributes())


def _has_virtual_fields(layer: QgsVectorLayer) -> bool:
    return layer.fields().count() - len(_only_shown(layer.fields())) != layer.dataProvider().fields().count()


def _only_shown(fields: QgsFields) -> set[int]:
    """Columns that only say others once more, in words or in the chosen units, and belong to no source."""
    return {position for position, field in enumerate(fields) if field.name().startswith((IN_UNITS, IN_WORDS))}


def _encoding_set_by_user(layer: QgsVectorLayer, path: str) -> str | None:
    """The encoding chosen for a shapefile in QGIS, told apart from what QGIS found or assumed by itself."""
    place = Path(path)
    if place.suffix.lower() != ".shp":
        return None
    shown = codec_name(layer.dataProvider().encoding())
    if shown is None or shown in (declared_encoding(place), "UTF-8", "ISO-8859-1"):
        return None
    return shown


def _crs_wkt(crs: Any) -> str | None:  # noqa: ANN401
    from qgis.core import Qgis

    return str(crs.toWkt(Qgis.CrsWktVariant.Wkt2_2019)) or None if crs.isValid() else None


def _fields(fields: Any) -> tuple[tuple[str, FieldType], ...]:  # noqa: ANN401
    return tuple(
        (field.name(), FieldType(_kind(field), max(field.length(), 0), max(field.precision(), 0))) for field in fields
    )


def _kind(field: Any) -> str:  # noqa: ANN401
    code = field.type()
    return _KINDS.get(int(getattr(code, "value", code)), "text")


def _column(name: str, field_type: FieldType, values: Sequence[Any]) -> RawColumn:
    from qgis.core import QgsVariantUtils

    is_null = QgsVariantUtils.isNull
    plain = [value if isinstance(value, _PLAIN) or not is_null(value) else None for value in values]
    missing = np.fromiter((value is None for value in plain), dtype=bool, count=len(plain))
    converted: npt.NDArray[Any]
    if field_type.kind in ("integer", "integer64"):
        converted = np.asarray([value or 0 for value in plain], dtype=np.int64)
    elif field_type.kind == "real":
        converted = np.asarray([np.nan if value is None else value for value in plain], dtype=np.float64)
    else:
        convert = _CONVERTERS.get(field_type.kind, _text)
        converted = _objects([None if value is None else convert(value) for value in plain])
    return RawColumn(name.encode(), field_type, converted, missing)


def _joined(parts: Sequence[RawColumn]) -> RawColumn:
    """A column of which some rows were read after the others."""
    values = np.concatenate([part.values for part in parts])
    return replace(parts[0], values=values, missing=np.concatenate([part.missing for part in parts]))


def _text(value: Any) -> bytes:  # noqa: ANN401
    return str(value).encode("utf-8", errors="replace")


def _datetime(value: Any) -> str:  # noqa: ANN401
    from qgis.PyQt.QtCore import Qt

    text = str(value.toString(Qt.DateFormat.ISODateWithMs))
    return text.replace(".000", "", 1)


def _date(value: Any) -> str:  # noqa: ANN401
    return str(value.toString("yyyy-MM-dd"))


def _time(value: Any) -> str:  # noqa: ANN401
    return str(value.toString("HH:mm:ss"))


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "binary": bytes,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
}


def _objects(items: Sequence[Any]) -> npt.NDArray[np.object_]:
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result
