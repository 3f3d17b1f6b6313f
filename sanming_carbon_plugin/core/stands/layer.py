"""A layer of polygons as it was handed in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class FieldType:
    """Type of a source column, kept so that it can be written back unchanged.

    ``kind`` is one of ``text``, ``integer``, ``integer64``, ``real``, ``date``, ``time``, ``datetime``,
    ``boolean``, ``binary``; ``width`` and ``precision`` are 0 where the format has none.
    """

    kind: str
    width: int = 0
    precision: int = 0


@dataclass(frozen=True)
class VectorLayer:
    """Rows of a vector layer in the source's order.

    Attributes
    ----------
    name
        Name of the layer.
    attributes
        Source columns, unchanged: text as ``str`` or None; integer as float64 with NaN where it has NULLs
        (as ``Int64`` where a value would not survive that), real as float64 with NaN for NULL; dates as
        ISO text or None.
    field_types
        One entry per column of ``attributes``.
    geometry
        Object array of shapely geometries, None for NULL; length = rows. Where it was read packed,
        :class:`~sanming_carbon_plugin.core.stands.packed.PackedOutlines` in its place.
    crs_wkt
        WKT2 of the CRS, None where the source does not state one.
    encoding
        Text encoding that was used, None where the format fixes it.
    source
        Where it came from, for messages and the run record.
    source_hash
        SHA-256 over the source's files or content.
    notes
        Rows as in :mod:`sanming_carbon_plugin.core.issues`, about the reading itself (encoding overruled …).
    """

    name: str
    attributes: pd.DataFrame
    field_types: dict[str, FieldType]
    geometry: npt.NDArray[np.object_]
    crs_wkt: str | None
    encoding: str | None = None
    source: str = ""
    source_hash: str = ""
    notes: tuple[pd.DataFrame, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.attributes)
