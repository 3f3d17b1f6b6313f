"""What a back end hands over, before text is decoded and geometries are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...core.stands.layer import FieldType
from .geometries import PackedWkb

POLYGON_HOLDING_TYPES = frozenset({0, 3, 6, 7, 10, 12, 15, 16, 17})
"""OGR's flat codes of geometry types that can hold polygons; 0 is "unknown", 7 a collection."""


class LayerInfo(NamedTuple):
    """A layer that a source holds."""

    name: str
    geometry_type: str
    may_hold_polygons: bool
    rows: int


@dataclass
class RawColumn:
    """One source column.

    Attributes
    ----------
    name
        As the back end gives it: UTF-8, of a shapefile UTF-8 of its bytes taken as ISO-8859-1.
    field_type
        See :class:`FieldType`.
    values
        Text: object array of ``bytes`` or None. Numbers: integer or float array. Boolean, date, time,
        datetime: object array (bool; ISO text) with None. Binary: object array of ``bytes`` or None.
    missing
        True where the source has NULL.
    """

    name: bytes
    field_type: FieldType
    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_]


@dataclass
class RawLayer:
    """A whole layer; ``wkb`` is an object array of ``bytes`` or None, or what has packed the rows already."""

    name: str
    columns: list[RawColumn]
    wkb: npt.NDArray[np.object_] | PackedWkb
    crs_wkt: str | None
    skipped: tuple[str, ...] = ()
    """Names of fields whose type the back end cannot read."""
