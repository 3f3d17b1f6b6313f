"""Vector files through GDAL's own Python bindings, which every QGIS has.

Columns come as an Arrow stream. Three things the stream of GDAL 3.6 gets wrong are read by the slower loop
over features instead: booleans (wrong from the second row on), dates with a time zone (the zone is lost)
and lists; so is a whole layer whose field names repeat or are not UTF-8 (a name repeated is lost, the other
ends the process).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from osgeo import gdal, ogr, osr

from ...core.errors import InputError
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from .geometries import Packing
from .raw import POLYGON_HOLDING_TYPES, LayerInfo, RawColumn, RawLayer
from .sources import as_reason

if TYPE_CHECKING:
    from typing_extensions import Self

_BATCH_ROWS = 8192
_FIELDS_AT_ONCE = 100
"""SQLite takes 127 arguments of a function, and GDAL 3.6 hands each field of a GeoPackage as one to it."""

_FIRST_DAY = np.datetime64("0001-01-01", "D")

_KINDS = {
    ogr.OFTInteger: "integer",
    ogr.OFTInteger64: "integer64",
    ogr.OFTReal: "real",
    ogr.OFTString: "text",
    ogr.OFTWideString: "text",
    ogr.OFTDate: "date",
    ogr.OFTTime: "time",
    ogr.OFTDateTime: "datetime",
    ogr.OFTBinary: "binary",
}
_GDAL_FAULTS = (RuntimeError, UnicodeDecodeError)
"""What GDAL raises where exceptions are switched on; its message of a damaged file may be no text at all."""

_STREAMED = frozenset({"integer", "integer64", "real", "text", "date", "binary"})


class OsgeoDataset:
    """An open vector source; use as a context manager."""

    def __init__(self, location: str, open_options: Sequence[str], shown: str) -> None:
        self._shown = shown
        with _listening() as complaints:
            try:
                self._dataset = gdal.OpenEx(
                    location, gdal.OF_VECTOR | gdal.OF_READONLY, open_options=list(open_options)
                )
            except _GDAL_FAULTS as error:
                complaints.append(str(error))
                self._dataset = None
        if self._dataset is None:
            raise InputError("INPUT_NOT_READABLE", path=shown, reason=_reason(complaints))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._dataset = None

    def layers(self) -> list[LayerInfo]:
        """Every layer of the source."""
        with _listening():
            found = [self._dataset.GetLayer(number) for number in range(self._dataset.GetLayerCount())]
            return [_describe(layer) for layer in found if layer is not None]

    def read(self, name: str, progress: Progress, deleted_rows: int = 0, packing: Packing = None) -> RawLayer:
        """All rows of layer ``name``; their outlines packed while they are read where ``packing`` is given."""
        layer = next(
            layer
            for layer in map(self._dataset.GetLayer, range(self._dataset.GetLayerCount()))
            if layer is not None and layer.GetName() == name
        )
        with _listening() as complaints:
            try:
                raw = _LayerReader(layer, progress, complaints, packing).read()
                expected = layer.GetFeatureCount(0) - deleted_rows
            except _GDAL_FAULTS as error:
                raise InputError(
                    "INPUT_DAMAGED", path=self._shown, reason=_reason([*complaints, str(error)])
                ) from error
        if complaints:
            raise InputError("INPUT_DAMAGED", path=self._shown, reason=_reason(complaints))
        if 0 <= len(raw.wkb) < expected:
            reason = "{} of {} rows could be read".format(len(raw.wkb), expected)
            raise InputError("INPUT_DAMAGED", path=self._shown, reason=reason)
        return raw


class _LayerReader:
    def __init__(self, layer: ogr.Layer, progress: Progress, complaints: _Complaints, packing: Packing) -> None:
        self._layer = layer
        self._complaints = complaints
        self._progress = progress
        self._definition = layer.GetLayerDefn()
        self._fields = [self._definition.GetFieldDefn(i) for i in range(self._definition.GetFieldCount())]
        self._names = [field.GetName() for field in self._fields]
        self._types = [_field_type(field) for field in self._fields]
        self._count = max(layer.GetFeatureCount(0), 0)
        self._packed = packing(self._count) if packing is not None else None
        self._wkb: list[npt.NDArray[np.object_]] = []

    def read(self) -> RawLayer:
        by_stream = [
            number
            for number, field in enumerate(self._fields)
            if field.GetType() in _KINDS and self._types[number].kind in _STREAMED
        ]
        if not by_stream or not self._streamable():  # GDAL 3.6 gives empty geometries where it has no column to give
            columns = self._loop(range(len(self._fields)), with_geometry=True)
        else:
            columns = self._stream(by_stream[:_FIELDS_AT_ONCE], with_geometry=True)
            for first in range(_FIELDS_AT_ONCE, len(by_stream), _FIELDS_AT_ONCE):
                columns |= self._stream(by_stream[first : first + _FIELDS_AT_ONCE], with_geometry=False)
            rest = [number for number in range(len(self._fields)) if number not in columns]
            if rest:
                columns |= self._loop(rest, with_geometry=False)
        return RawLayer(
            name=self._layer.GetName(),
            columns=[columns[number] for number in range(len(self._fields))],
            wkb=_joined(self._wkb) if self._packed is None else self._packed,
            crs_wkt=_crs(self._layer.GetSpatialRef()),
        )

    def _streamable(self) -> bool:
        geometry = self._layer.GetGeometryColumn() or "wkb_geometry"
        names = [*self._names, geometry]
        return (
            _has_stream(self._layer)
            and len(set(names)) == len(names)
            and all(_is_utf8(name) for name in names)
            and self._layer.GetGeomType() != ogr.wkbNone
        )

    # Arrow stream

    def _stream(self, numbers: Sequence[int], *, with_geometry: bool) -> dict[int, RawColumn]:
        chosen = set(numbers)
        self._layer.SetIgnoredFields([name for number, name in enumerate(self._names) if number not in chosen])
        parts: dict[int, list[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]] = {number: [] for number in numbers}
        geometry_name = self._layer.GetGeometryColumn() or "wkb_geometry"
        rows = 0
        self._layer.ResetReading()
        stream = self._layer.GetArrowStreamAsNumPy(
            ["USE_MASKED_ARRAYS=YES", "INCLUDE_FID=NO", "MAX_FEATURES_IN_BATCH={}".format(_BATCH_ROWS)]
        )
        with stream:
            while (batch := stream.GetNextRecordBatch()) is not None:
                size = len(batch[geometry_name])
                if not size:  # GDAL 3.6 goes on for ever with empty batches of an empty FlatGeobuf
                    break
                if with_geometry:
                    self._take(_blobs(batch[geometry_name]))
                for number in numbers:
                    parts[number].append(_split(batch[self._names[number]], self._types[number].kind))
                rows += size
                del batch
                self._tell(rows)
        self._layer.SetIgnoredFields([])
        return {number: self._column(number, parts[number]) for number in numbers}

    def _column(self, number: int, parts: list[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]) -> RawColumn:
        values = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, dtype=object)
        missing = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, dtype=bool)
        return RawColumn(_name_bytes(self._names[number]), self._types[number], values, missing)

    # Loop over features

    def _loop(self, numbers: Sequence[int], *, with_geometry: bool) -> dict[int, RawColumn]:
        chosen = set(numbers)
        if all(map(_is_utf8, self._names)) and len(set(self._names)) == len(self._names):
            ignored = [name for number, name in enumerate(self._names) if number not in chosen]
            self._layer.SetIgnoredFields(ignored if with_geometry else [*ignored, "OGR_GEOMETRY"])
        getters = [_getter(self._types[number].kind, number) for number in numbers]
        rows: list[list[Any]] = [[] for _ in numbers]
        wkb: list[bytes | None] = []
        self._layer.ResetReading()
        count = 0
        while (feature := self._layer.GetNextFeature()) is not None:
            self._complaints.hear()
            for number, getter, values in zip(numbers, getters, rows, strict=True):
                values.append(getter(feature) if feature.IsFieldSetAndNotNull(number) else None)
            if with_geometry:
                geometry = feature.GetGeometryRef()
                wkb.append(None if geometry is None else bytes(geometry.ExportToIsoWkb()))
            count += 1
            if count % _BATCH_ROWS == 0:
                self._take(_objects(wkb))
                wkb = []
                self._tell(count)
        if wkb:
            self._take(_objects(wkb))
        self._layer.SetIgnoredFields([])
        return {
            number: RawColumn(
                _name_bytes(self._names[number]), self._types[number], *_typed(values, self._types[number])
            )
            for number, values in zip(numbers, rows, strict=True)
        }

    def _take(self, wkb: npt.NDArray[np.object_]) -> None:
        """Keep some rows of geometry, or pack them at once."""
        self._complaints.hear()  # what GDAL says of a single geometry is another matter
        if self._packed is not None:
            self._packed.add(wkb)
        else:
            self._wkb.append(wkb)

    def _tell(self, rows: int) -> None:
        self._complaints.hear()
        self._progress.raise_if_cancelled()
        if self._count:
            self._progress.update(min(rows / self._count, 1.0))


def _has_stream(layer: ogr.Layer) -> bool:
    """Whether columns can come as arrays; GDAL's array module breaks where numpy was exchanged under it."""
    try:
        importlib.import_module("osgeo.gdal_array")
    except (ImportError, AttributeError):
        return False
    return hasattr(layer, "GetArrowStreamAsNumPy")


def plain_wkb(wkb: bytes) -> bytes | None:
    """Curves as lines, surfaces as polygons, without Z and M; None where GDAL cannot read it either."""
    with _listening():
        try:
            geometry = ogr.CreateGeometryFromWkb(wkb)
            if geometry is None:
                return None
            geometry.FlattenTo2D()
            if ogr.GT_IsNonLinear(geometry.GetGeometryType()):
                geometry = geometry.GetLinearGeometry()
            if ogr.GT_Flatten(geometry.GetGeometryType()) in (ogr.wkbPolyhedralSurface, ogr.wkbTIN, ogr.wkbTriangle):
                geometry = ogr.ForceToMultiPolygon(geometry)
            return None if geometry is None else bytes(geometry.ExportToIsoWkb())
        except RuntimeError:
            return None


def _describe(layer: ogr.Layer) -> LayerInfo:
    kind = layer.GetGeomType()
    return LayerInfo(
        name=layer.GetName(),
        geometry_type=ogr.GeometryTypeToName(kind),
        may_hold_polygons=ogr.GT_Flatten(kind) in POLYGON_HOLDING_TYPES,
        rows=layer.GetFeatureCount(0),
    )


def _field_type(field: ogr.FieldDefn) -> FieldType:
    kind = _KINDS.get(field.GetType(), "text")
    if field.GetType() == ogr.OFTInteger and field.GetSubType() == ogr.OFSTBoolean:
        kind = "boolean"
    if kind == "text" and field.GetType() not in (ogr.OFTString, ogr.OFTWideString):
        return FieldType("text")
    return FieldType(kind, int(field.GetWidth()), int(field.GetPrecision()))


def _crs(reference: osr.SpatialReference | None) -> str | None:
    if reference is None:
        return None
    text = str(reference.ExportToWkt(["FORMAT=WKT2_2019", "MULTILINE=NO"]))
    return text or None


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _name_bytes(name: str) -> bytes:
    return name.encode("utf-8", errors="surrogateescape")


def _split(array: npt.NDArray[Any], kind: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Values and mask of one column of a batch, in memory of its own."""
    missing = np.array(np.ma.getmaskarray(array), dtype=bool)
    values = np.ma.getdata(array)
    if kind == "date":
        days = values.astype("datetime64[D]")
        missing |= ~(days >= _FIRST_DAY)  # a blank date of a DBF file may come as a day of the year 0
        texts = np.datetime_as_string(days, unit="D").astype(object)
    elif kind in ("text", "binary"):
        texts = np.array(values, dtype=object)
        if kind == "text" and values.dtype.kind != "S":  # newer GDAL gives very long texts decoded
            texts = _objects([text.encode() if isinstance(text, str) else text for text in texts])
    else:
        return np.array(values), missing
    texts[missing] = None
    return texts, missing


def _blobs(array: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    """Geometries as ``bytes``; equally long ones come as fixed-length records."""
    data = np.ma.getdata(array)
    items = data.tolist()
    if items and not isinstance(items[0], bytes) and data.dtype.kind == "V":
        items = [bytes(item) for item in items]
    result = _objects(items)
    result[np.ma.getmaskarray(array)] = None
    return result


def _joined(parts: list[npt.NDArray[np.object_]]) -> npt.NDArray[np.object_]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)


def _objects(items: Sequence[Any]) -> npt.NDArray[np.object_]:
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result


def _typed(values: list[Any], field_type: FieldType) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    missing = np.fromiter((value is None for value in values), dtype=bool, count=len(values))
    if field_type.kind in ("integer", "integer64"):
        return np.asarray([value or 0 for value in values], dtype=np.int64), missing
    if field_type.kind == "real":
        return np.asarray([np.nan if value is None else value for value in values], dtype=np.float64), missing
    return _objects(values), missing


def _getter(kind: str, number: int) -> Callable[[ogr.Feature], object]:
    getters: dict[str, Callable[[ogr.Feature], object]] = {
        "integer": lambda feature: feature.GetFieldAsInteger(number),
        "integer64": lambda feature: feature.GetFieldAsInteger64(number),
        "real": lambda feature: feature.GetFieldAsDouble(number),
        "boolean": lambda feature: bool(feature.GetFieldAsInteger(number)),
        "binary": lambda feature: bytes(feature.GetFieldAsBinary(number)),
        "text": lambda feature: feature.GetFieldAsString(number).encode("utf-8", errors="surrogateescape"),
    }
    return getters.get(kind) or (lambda feature: _iso(kind, feature.GetFieldAsDateTime(number)))


def _iso(kind: str, parts: Sequence[float]) -> str:
    """ISO text of year, month, day, hour, minute, second and OGR's zone (100 = UTC, a step is 15 minutes)."""
    year, month, day, hour, minute, second, zone = parts
    date = "{:04d}-{:02d}-{:02d}".format(int(year), int(month), int(day))
    if kind == "date":
        return date
    millis = round(float(second) * 1000)
    clock = "{:02d}:{:02d}:{:02d}".format(int(hour), int(minute), millis // 1000)
    clock += ".{:03d}".format(millis % 1000) if millis % 1000 else ""
    if int(zone) > 1:
        minutes = (int(zone) - 100) * 15
        clock += "{}{:02d}:{:02d}".format("+" if minutes >= 0 else "-", abs(minutes) // 60, abs(minutes) % 60)
    return clock if kind == "time" else date + "T" + clock


class _Complaints(list[str]):
    """GDAL's error messages of this thread."""

    def hear(self) -> None:
        """Keep the last failure, if there is a new one."""
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            self.append(gdal.GetLastErrorMsg())
            gdal.ErrorReset()


@contextmanager
def _listening() -> Iterator[_Complaints]:
    """Collects GDAL's error messages of this thread instead of printing them.

    Not by a handler in Python: GDAL cannot hand it a message that is not UTF-8, such as one that quotes a
    damaged file, and the call in which it happens ends in a ``SystemError``.
    """
    complaints = _Complaints()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    gdal.ErrorReset()
    try:
        yield complaints
    finally:
        complaints.hear()
        gdal.PopErrorHandler()


def _reason(complaints: Sequence[str]) -> str:
    """First complaint as part of a sentence."""
    return as_reason(complaints[0]) if complaints else "no vector format recognises it"
