"""What layers of credited and of tenure parcels have in common: rows with a polygon, read as they were handed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from ..stands.survey import whole_day

if TYPE_CHECKING:
    from ..stands.layer import VectorLayer

Texts = npt.NDArray[np.object_]


class DatedPeriod(Protocol):
    """Whatever has a first and a last day, both of which count."""

    @property
    def start(self) -> date:
        """First day."""

    @property
    def end(self) -> date:
        """Last day."""


@dataclass(frozen=True)
class Parcels:
    """Rows of one layer of parcels.

    Attributes
    ----------
    geometry
        Object array of polygons in the CRS of the stands, None where the row has none; length n.
    source_row
        Position of each row in its layer, from 0.
    source
        Name of the layer, for messages.
    """

    geometry: npt.NDArray[np.object_]
    source_row: npt.NDArray[np.int64] = field(kw_only=True)
    source: str = field(default="", kw_only=True)

    def __len__(self) -> int:
        return len(self.geometry)


Some = TypeVar("Some", bound=Parcels)


def some_parcels(parcels: Some, rows: npt.NDArray[np.int64]) -> Some:
    """Some rows of a layer of parcels."""
    named = {part.name: getattr(parcels, part.name) for part in fields(parcels)}
    chosen = {name: value[rows] for name, value in named.items() if isinstance(value, np.ndarray)}
    return replace(parcels, **chosen)  # type: ignore[arg-type]


def parcel_texts(
    layer: VectorLayer, names_wanted: Sequence[str], mapping: Mapping[str, str] | None, missing_code: str
) -> dict[str, Texts]:
    """The columns of a layer as text or None, under the names that are wanted.

    Parameters
    ----------
    mapping
        Source column for each name; a name left out is looked for whatever its case.
    missing_code
        Error where a column is not there.

    Raises
    ------
    InputError
        ``missing_code`` with the layer and the names.
    """
    chosen = dict(mapping or {})
    by_lower = {str(name).lower(): str(name) for name in layer.attributes.columns}
    names = {name: chosen.get(name, by_lower.get(name)) for name in names_wanted}
    missing = [name for name, column in names.items() if column not in layer.attributes.columns]
    if missing:
        raise InputError(missing_code, layer=layer.source or layer.name, fields=", ".join(missing))
    return {name: _text(layer.attributes[column]) for name, column in names.items()}


def usable_polygons(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The same shapes, repaired where a ring crosses itself: an overlay needs valid polygons."""
    shapes = np.array(geometry, dtype=object)
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken])
    return shapely.force_2d(shapes)


def iso_days(texts: Texts, rows: npt.NDArray[np.int64], layer: str, name: str, code: str) -> npt.NDArray[np.datetime64]:
    """Days written as ISO text (also 20201231, 2020/1/31, 2020年1月31日, or with a time of day), NaT where None.

    Raises
    ------
    InputError
        ``code`` with layer, row (from 1), field and value of the first text that is no date.
    """
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
    first_row = {int(number): row for row, number in reversed(list(enumerate(codes)))}
    days = [_day(text) for text in distinct]
    for number, day in enumerate(days):
        if day is None:
            row = int(rows[first_row[number]]) + 1
            raise InputError(code, layer=layer, row=row, field=name, value=str(distinct[number]))
    return np.asarray([*days, np.datetime64("NaT")], dtype="datetime64[D]")[codes]


def _day(text: object) -> np.datetime64 | None:
    day = whole_day(unicodedata.normalize("NFKC", str(text)).strip())
    return None if day is None else np.datetime64(day, "D")


def _text(column: pd.Series) -> Texts:
    values = column.to_numpy(dtype=object)
    texts = [None if pd.isna(value) else str(value).strip() or None for value in values]
    return np.asarray([*texts, None], dtype=object)[:-1]
