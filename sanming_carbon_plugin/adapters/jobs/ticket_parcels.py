"""Layers of credited and of tenure parcels: opened for a job, and kept in a result so that it can be asked again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.progress import Progress
from ...core.stands.layer import FieldType, VectorLayer
from ...core.tickets.credited_parcels import CREDITED_FIELDS, CreditedParcels
from ...core.tickets.parcel_layer import Parcels
from ...core.tickets.tenure import TENURE_FIELDS, TENURE_OPTIONAL, TenureParcels
from ..geopackage import OutputTable, read_geopackage_table
from ..geopackage_rows import table_names
from ..parcel_fields import parcel_fields, parcel_mapping
from .opening import beside, described, open_layer, open_parcels
from .request import LayerSource, StandSource

APPLICATION = "application.gpkg"
CREDITED, TENURE = "credited_parcels", "tenure_parcels"
_TEXT = FieldType("text")
_PLACE = {"source": _TEXT, "source_row": FieldType("integer64")}

Described = dict[str, object] | None


def open_credited(
    sources: Sequence[StandSource], mapping: Path | None, stands: VectorLayer, progress: Progress
) -> tuple[tuple[CreditedParcels, ...] | None, list[Described]]:
    """Layers of credited parcels in the CRS of the stands, and what the record of a run says of them.

    Without a source the layers are None: nobody looked, which is not the same as finding nothing.

    Raises
    ------
    InputError
        Where a layer or the mapping cannot be used.
    """
    if not sources:
        return None, []
    opened = [open_parcels(_pieces_of_application(source), progress) for source in sources]
    placed = [None if layer is None else beside(layer, stands) for layer in opened]
    given = [layer for layer in placed if layer is not None]
    said = parcel_mapping(mapping, "credited", given) if given else {}
    parcels = tuple(CreditedParcels.from_layer(layer, parcel_fields(layer, "credited", said)) for layer in given)
    return parcels, [described(*pair) for pair in zip(sources, placed, strict=True)]


def _pieces_of_application(source: StandSource) -> StandSource:
    """The pieces, where an application is given: they are pending parcels."""
    if not isinstance(source, LayerSource) or source.layer is not None:
        return source
    path = Path(source.path)
    file = path / APPLICATION if path.is_dir() and (path / APPLICATION).is_file() else path
    if file.suffix.lower() != ".gpkg" or not file.is_file():
        return source
    if not {"pieces", "application"} <= set(table_names(file)):
        return source
    return LayerSource(str(file), "pieces", source.encoding)


def open_tenure(
    source: StandSource | None, mapping: Path | None, stands: VectorLayer, progress: Progress
) -> tuple[TenureParcels | None, Described]:
    """The layer of tenure parcels in the CRS of the stands, and what the record of a run says of it.

    Raises
    ------
    InputError
        Where the layer or the mapping cannot be used.
    """
    if source is None:
        return None, None
    layer = beside(open_layer(source, progress), stands)
    said = parcel_mapping(mapping, "tenure", [layer])
    return TenureParcels.from_layer(layer, parcel_fields(layer, "tenure", said)), described(source, layer)


def parcel_tables(
    credited: Sequence[CreditedParcels] | None, tenure: TenureParcels | None, crs_wkt: str | None
) -> list[OutputTable]:
    """The parcels of a run as layers of its result, without identity numbers of persons.

    An empty layer of credited parcels says that somebody looked and found none; where nobody looked there is no
    layer.
    """
    tables = []
    if credited is not None:
        tables.append(_table(CREDITED, credited, CREDITED_FIELDS, crs_wkt))
    if tenure is not None:
        tables.append(_table(TENURE, [tenure], (*TENURE_FIELDS, *TENURE_OPTIONAL), crs_wkt))
    return tables


def kept_credited(path: Path) -> tuple[CreditedParcels, ...] | None:
    """The layers of credited parcels that a result was made with; None where it was made with none."""
    rows = _kept(path, CREDITED)
    if rows is None:
        return None
    parts = [part for _, part in rows.groupby("source", sort=False)]
    return tuple(
        CreditedParcels(*_columns(one, CREDITED_FIELDS), source_row=_rows(one), source=_source(one)) for one in parts
    )


def kept_tenure(path: Path) -> TenureParcels | None:
    """The tenure parcels that a result was made with; None where it was made with none."""
    rows = _kept(path, TENURE)
    if rows is None:
        return None
    more = {name: rows[name].to_numpy(dtype=object) for name in TENURE_OPTIONAL if name in rows.columns}
    return TenureParcels(*_columns(rows, TENURE_FIELDS), **more, source_row=_rows(rows), source=_source(rows))


def _table(name: str, layers: Sequence[Parcels], fields: Sequence[str], crs_wkt: str | None) -> OutputTable:
    parts = [
        pd.DataFrame(
            {
                "source": np.full(len(layer), Path(layer.source).name, dtype=object),
                "source_row": layer.source_row,
                **{field: getattr(layer, field) for field in fields},
            }
        )
        for layer in layers
    ]
    columns = _PLACE | dict.fromkeys(fields, _TEXT)
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({one: [] for one in columns}, dtype=object)
    outlines = np.concatenate([layer.geometry for layer in layers]) if parts else np.empty(0, dtype=object)
    return OutputTable(name, columns, frame, outlines, crs_wkt)


def _kept(path: Path, name: str) -> pd.DataFrame | None:
    return read_geopackage_table(path, name, geometry=True) if name in table_names(path) else None


def _columns(rows: pd.DataFrame, fields: Sequence[str]) -> list[np.ndarray]:
    return [rows[name].to_numpy(dtype=object) for name in ("geometry", *fields)]


def _rows(rows: pd.DataFrame) -> np.ndarray:
    return rows["source_row"].to_numpy(dtype=np.int64)


def _source(rows: pd.DataFrame) -> str:
    return str(rows["source"].iloc[0])
