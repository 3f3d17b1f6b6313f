"""The columns of the result layer ``stands``, in their order: what users script against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .stands.layer import FieldType

_TEXT = FieldType("text")
_REAL = FieldType("real")
_INTEGER = FieldType("integer")

RESULT_COLUMNS: dict[str, FieldType] = {
    "stand_key": _TEXT,
    "area_ha": _REAL,
    "area_mu": _REAL,
    "species_code": _TEXT,
    "species_group": _TEXT,
    "origin": _TEXT,
    "age_group": _INTEGER,
    "volume_m3_ha": _REAL,
    "biomass_t_ha": _REAL,
    "carbon_tc_ha": _REAL,
    "stock_tco2e": _REAL,
    "stock_alt_tco2e": _REAL,
    "increment_m3_ha_yr": _REAL,
    "sink_tco2e_yr": _REAL,
    "sink_low_tco2e_yr": _REAL,
    "sink_high_tco2e_yr": _REAL,
    "recode_tco2e": _REAL,
    "sink_basis": _TEXT,
    "pine_transform": _TEXT,
    "reserve_forest": _TEXT,
    "ticket": _TEXT,
    "measures": _TEXT,
    "measure": _TEXT,
    "image_species_group": _TEXT,
    "image_probability": _REAL,
    "image_conflict": _TEXT,
    "damage_share": _REAL,
    "pine_technique": _TEXT,
    "reserve_mode": _TEXT,
    "pine_rules": _TEXT,
    "reserve_rules": _TEXT,
    "ticket_rules": _TEXT,
    "ticket_tco2e": _REAL,
}
"""Columns that every result has; the evidence of the rasters follows them."""


@dataclass(frozen=True)
class ResultTable:
    """One layer or table of the result.

    Attributes
    ----------
    columns
        Name and type of each column, in the order they are written.
    frame
        The rows; NaN and None are written as NULL.
    """

    columns: dict[str, FieldType]
    frame: pd.DataFrame


def source_names(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """New name of each source column: its own, with ``_src`` where it meets a result column in any case.

    ``taken`` are the result's own names. A source that already has such a ``_src`` column gets further ones.
    """
    names = list(names)
    used = {name.casefold() for name in taken}
    keep = {name.casefold() for name in names}
    renamed = {}
    for name in names:
        new = name
        while new.casefold() in used or (new != name and new.casefold() in keep):
            new += "_src"
        used.add(new.casefold())
        renamed[name] = new
    return renamed


def stands_table(
    source: pd.DataFrame,
    source_types: Mapping[str, FieldType],
    facts: pd.DataFrame,
    evidence_columns: Iterable[str],
) -> ResultTable:
    """The layer ``stands``: source columns unchanged, then the result columns, then the raster evidence.

    Parameters
    ----------
    source
        Rows as handed in, n rows.
    source_types
        Type of each of its columns.
    facts
        The table of stands after the last stage, n rows in the same order, indexed by ``stand_key``.
    evidence_columns
        Names of the raster columns of ``facts``.
    """
    result_types = RESULT_COLUMNS | dict.fromkeys(evidence_columns, _REAL)
    names = source_names(source.columns, result_types)
    frame = source.rename(columns=names).reset_index(drop=True)
    columns = {names[name]: source_types[name] for name in source.columns}
    filled = {name: _column(facts, name, kind) for name, kind in result_types.items()}
    result = pd.DataFrame(filled, index=frame.index)
    return ResultTable(columns | result_types, pd.concat([frame, result], axis=1))


def _column(facts: pd.DataFrame, name: str, kind: FieldType) -> np.ndarray:
    if name == "stand_key":
        return np.asarray(facts.index, dtype=object)
    if name not in facts.columns:
        # A room that did not run leaves its columns unknown, never absent and never 0.
        empty: object = None if kind.kind == "text" else np.nan
        return np.full(len(facts), empty, dtype=object if kind.kind == "text" else float)
    return facts[name].to_numpy()


FACT_TYPES = {"float": _REAL, "text": _TEXT}


def facts_table(facts: pd.DataFrame, shown: Iterable[str]) -> ResultTable:
    """What the rules saw of each stand, beyond the columns of the layer ``stands``.

    ``explain`` and the parcel card read it, so that a reason can be given without running anything again.
    """
    left_out = set(shown) - {"stand_key"}
    frame = facts.drop(columns=[name for name in facts.columns if name in left_out]).reset_index()
    frame = frame.rename(columns={frame.columns[0]: "stand_key"})
    columns = {}
    for name in frame.columns:
        numeric = frame[name].dtype.kind in "fiu"
        columns[name] = FACT_TYPES["float" if numeric else "text"]
    return ResultTable(columns, frame)
