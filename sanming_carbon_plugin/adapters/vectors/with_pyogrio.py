"""Vector files through pyogrio, for installations that have it from their distribution.

Reads what :mod:`.with_osgeo` reads, with three limits of pyogrio itself: 64-bit integers beyond 2^53 in a
column with NULLs are rounded, widths of fields are not known, and fields with lists or times of day are left
out with a note.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyogrio
import pyogrio.raw
from pyogrio.errors import DataLayerError, DataSourceError

from ...core.errors import InputError
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from ..crs import wkt_from_user_input
from .geometries import PackedWkb, Packing
from .raw import LayerInfo, RawColumn, RawLayer
from .sources import as_reason

if TYPE_CHECKING:
    from typing_extensions import Self

_ROWS_AT_ONCE = 10_000
_SKIPPED = "Skipping field "
_ANY_BYTES = "ISO-8859-1"
"""Loses no byte on the way through ``str``."""


class PyogrioDataset:
    """A vector source that pyogrio can open; use as a context manager."""

    def __init__(self, location: str, open_options: Sequence[str], shown: str) -> None:
        self._location = location
        self._shown = shown
        self._options: dict[str, str] = dict(option.split("=", 1) for option in open_options)
        self._codec = "utf-8"
        with _quietly():
            try:
                found = pyogrio.list_layers(location)
                self._layers = [self._describe(str(name), kind) for name, kind in found]
            except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
                raise InputError("INPUT_NOT_READABLE", path=shown, reason=as_reason(str(error))) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def layers(self) -> list[LayerInfo]:
        """Every layer of the source."""
        return self._layers

    def _describe(self, name: str, kind: str | None) -> LayerInfo:
        info = self._asked(pyogrio.read_info, layer=name, force_feature_count=True)
        shape = kind or "None"
        may_hold = any(word in shape for word in ("Polygon", "Surface", "Unknown", "Collection", "TIN", "Triangle"))
        return LayerInfo(name, shape, may_hold, int(info["features"]))

    def _asked(self, question: Callable[..., Any], **how: object) -> Any:  # noqa: ANN401
        """Ask pyogrio; where the file does not state its encoding, once more for the bytes as they are."""
        try:
            return question(self._location, **how, **self._options)
        except UnicodeDecodeError:
            self._codec = _ANY_BYTES
            self._options["encoding"] = _ANY_BYTES
            return question(self._location, **how, **self._options)

    def read(self, name: str, progress: Progress, deleted_rows: int = 0, packing: Packing = None) -> RawLayer:
        """All rows of layer ``name``; their outlines packed where ``packing`` is given."""
        expected = next(info.rows for info in self._layers if info.name == name) - deleted_rows
        with _quietly() as said:
            try:
                meta, _, wkb, values = self._asked(pyogrio.raw.read, layer=name, datetime_as_string=True)
            except (RuntimeError, UnicodeDecodeError, ValueError) as error:
                raise InputError("INPUT_DAMAGED", path=self._shown, reason=as_reason(str(error))) from error
        progress.raise_if_cancelled()
        progress.update(1.0)
        if wkb is None:
            wkb = np.full(len(values[0]) if values else 0, None, dtype=object)
        if len(wkb) < expected:
            reason = "{} of {} rows could be read".format(len(wkb), expected)
            raise InputError("INPUT_DAMAGED", path=self._shown, reason=reason)
        crs = meta["crs"]
        return RawLayer(
            name=name,
            columns=[_column(*item, self._codec) for item in zip(meta["fields"], meta["dtypes"], values, strict=True)],
            wkb=wkb if packing is None else _packed(wkb, packing(len(wkb))),
            crs_wkt=wkt_from_user_input(crs) if crs else None,
            skipped=tuple(_skipped_name(text) for text in said if text.startswith(_SKIPPED)),
        )


def _packed(wkb: npt.NDArray[np.object_], packer: PackedWkb) -> PackedWkb:
    """The same rows packed; each is let go of as soon as it is."""
    for first in range(0, len(wkb), _ROWS_AT_ONCE):
        packer.add(wkb[first : first + _ROWS_AT_ONCE])
        wkb[first : first + _ROWS_AT_ONCE] = None
    return packer


def _column(name: str, dtype: str, values: npt.NDArray[Any], codec: str) -> RawColumn:
    missing = _missing(values)
    kind = _kind(str(dtype), values)
    if kind in ("date", "datetime"):  # a blank date of a DBF file comes as a date of the year 0
        missing |= np.fromiter((str(value).startswith("0000") for value in values), dtype=bool, count=len(values))
    if kind in ("integer", "integer64"):
        values = np.where(missing, 0, values).astype(np.int64)
    elif kind == "boolean":
        values = _objects(None if gone else bool(value) for value, gone in zip(values, missing, strict=True))
    elif kind in ("date", "datetime"):
        values = _objects(None if gone else _iso(str(value)) for value, gone in zip(values, missing, strict=True))
    elif kind == "text":
        values = _encoded(values, missing, codec)
    return RawColumn(name.encode(codec), FieldType(kind), values, missing)


def _missing(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype.kind == "M":
        return np.isnat(values)
    if values.dtype.kind == "O":
        return np.fromiter((value is None for value in values), dtype=bool, count=len(values))
    return np.zeros(len(values), dtype=bool)


def _kind(dtype: str, values: npt.NDArray[Any]) -> str:
    if dtype == "bool":
        return "boolean"
    if dtype in ("int16", "int32"):
        return "integer"
    if dtype == "int64":
        return "integer64"
    if dtype.startswith("float"):
        return "real"
    if dtype.startswith("datetime64"):
        return "date" if dtype == "datetime64[D]" else "datetime"
    first = next((value for value in values if value is not None), "")
    return "binary" if isinstance(first, bytes) else "text"


def _encoded(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_], codec: str) -> npt.NDArray[np.object_]:
    return _objects(None if gone else str(value).encode(codec) for value, gone in zip(values, missing, strict=True))


def _objects(items: Iterable[Any]) -> npt.NDArray[np.object_]:
    listed = list(items)
    result = np.empty(len(listed), dtype=object)
    result[:] = listed
    return result


def _iso(text: str) -> str:
    """ISO date and time as the other back end writes it, without empty milliseconds."""
    return text.replace("/", "-").replace(" ", "T").replace(".000", "", 1)


def _skipped_name(warning: str) -> str:
    return warning[len(_SKIPPED) :].split(":", maxsplit=1)[0].strip("'\" ")


@contextmanager
def _quietly() -> Iterator[list[str]]:
    """GDAL's warnings come as Python warnings; they are collected instead of shown."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    said.extend(str(item.message) for item in caught)
