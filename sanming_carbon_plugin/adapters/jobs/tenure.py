"""Stands cut with tenure parcels (宗地): pieces with both keys, and their areas side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.issues import join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.stands.area import stand_areas_m2
from ...core.stands.cells import read_numbers
from ...core.stands.layer import FieldType, VectorLayer
from ...core.stands.tables import StandTables, plain
from ...core.stands.tenure import reconcile_areas, tenure_pieces
from ...core.stands.unit_choice import area_in_hectares
from ...core.tickets.parcel_layer import parcel_texts
from ...core.tickets.tenure import TenureParcels
from ...core.units import hectares_from_square_metres
from ..geopackage import OutputTable, write_geopackage
from ..issue_status import carried_over
from ..parcel_fields import parcel_fields, parcel_mapping
from ..stand_tables import load_stand_tables
from .issue_table import issue_counts, issues_table
from .opening import beside, check_output, geodesy_of, open_inventory, open_layer, require_all
from .request import JobOutcome, StandSource

_TEXT, _REAL = FieldType("text"), FieldType("real")
PIECE_LAYER_COLUMNS = {
    "stand_key": _TEXT, "parcel": FieldType("integer64"), "certificate": _TEXT, "holder": _TEXT, "right": _TEXT,
    "valid_to": _TEXT, "disputed": _TEXT, "area_ha": _REAL, "stand_share": _REAL, "parcel_share": _REAL,
}  # fmt: skip
RECONCILIATION_COLUMNS = {
    "parcel": FieldType("integer64"), "certificate": _TEXT, "certificate_mu": _REAL, "parcel_mu": _REAL,
    "stands_mu": _REAL, "certificate_ratio": _REAL, "stands_ratio": _REAL,
}  # fmt: skip
_CERTIFICATE_AREA_NAMES = ("certificate_area", "certificate_mu", "证载面积", "发证面积", "登记面积", "宗地面积")


def cut_with_tenure(
    stands: StandSource,
    tenure: StandSource,
    out: Path,
    mapping: Path | None,
    overwrite: bool,
    progress: Progress,
    tenure_mapping: Path | None = None,
) -> JobOutcome:
    """Write the layers ``pieces`` and ``issues`` and the table ``reconciliation``.

    ``parcel`` in all of them is the number of the parcel's row in its layer, from 1. Identity numbers of persons
    are not copied.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    check_output(out, overwrite, reads=(stands, tenure))
    progress.step("read", 0, 2)
    inventory = open_inventory(stands, mapping, None, progress)
    layer = inventory.layer
    require_all(layer)
    parcels_layer = beside(open_layer(tenure, progress), layer)
    tables, geodesy = load_stand_tables(), geodesy_of(layer)
    progress.step("tenure", 1, 2)
    facts = know_stands(inventory, tables, geodesy, progress).columns
    progress.raise_if_cancelled()
    keys, area_ha = facts.index, facts["area_ha"].to_numpy(dtype=np.float64)
    parcels = _parcel_columns(parcels_layer, tenure_mapping)
    cut = tenure_pieces(
        layer.geometry, keys.to_numpy(dtype=object), area_ha, parcels_layer.geometry, parcels, tables.settings
    )
    progress.raise_if_cancelled()
    parcel_area_ha = hectares_from_square_metres(
        stand_areas_m2(parcels_layer.geometry, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening)
    )
    reconciled, disagreements = reconcile_areas(
        cut.pieces,
        parcels["certificate"].to_numpy(dtype=object),
        _certificate_area_ha(parcels_layer, parcel_area_ha, tables),
        parcel_area_ha,
        tables.settings["tenure_area_tolerance"],
    )
    progress.raise_if_cancelled()
    issues = issues_table(join_issues([cut.issues, disagreements]), keys, layer.geometry, layer.crs_wkt)
    written = [*_tables(cut.pieces, reconciled, layer.crs_wkt), issues, *carried_over((out,), issues.frame)]
    write_geopackage(out, written, overwrite, progress)
    counts: dict[str, object] = {"stands": len(layer), "parcels": len(parcels_layer), "pieces": len(cut.pieces)}
    return JobOutcome(out, counts, issue_counts(issues.frame))


def _tables(pieces: pd.DataFrame, reconciled: pd.DataFrame, crs_wkt: str | None) -> list[OutputTable]:
    """Pieces and reconciliation with the parcels numbered from 1."""
    pieces = pieces.assign(parcel=pieces["parcel"].to_numpy(dtype=np.int64) + 1)
    reconciled = reconciled.assign(parcel=np.arange(1, len(reconciled) + 1))
    outlines = pieces["geometry"].to_numpy(dtype=object)
    return [
        OutputTable("pieces", dict(PIECE_LAYER_COLUMNS), pieces, outlines, crs_wkt),
        OutputTable("reconciliation", dict(RECONCILIATION_COLUMNS), reconciled),
    ]


def _parcel_columns(layer: VectorLayer, mapping: Path | None) -> pd.DataFrame:
    """Certificate, holder, right, term and dispute of each parcel.

    The first three as written, so that the identity numbers in them are counted when they are left out.
    """
    fields = parcel_fields(layer, "tenure", parcel_mapping(mapping, "tenure", [layer]))
    parcels = TenureParcels.from_layer(layer, fields)
    texts = parcel_texts(layer, ("certificate", "holder", "right"), fields, "TENURE_FIELD_MISSING")
    return pd.DataFrame({**texts, "valid_to": parcels.valid_to, "disputed": parcels.disputed})


def _certificate_area_ha(
    layer: VectorLayer, parcel_area_ha: npt.NDArray[np.float64], tables: StandTables
) -> npt.NDArray[np.float64]:
    """Area stated on each certificate; unknown where no column states one, or its unit cannot be told."""
    names = {plain(name) for name in _CERTIFICATE_AREA_NAMES} | set(tables.roles["area"].names)
    found = [column for column in layer.attributes.columns if plain(str(column)) in names]
    if not found:
        return np.full(len(layer), np.nan)
    values = read_numbers(layer.attributes[found[0]], tables).values
    agreement, factor = tables.settings["unit_agreement"], tables.settings["unit_ratio_factor"]
    return area_in_hectares(values, parcel_area_ha, agreement, factor).values
