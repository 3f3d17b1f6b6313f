"""What a field mapping would make of a layer: a few values of a column before and after they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.stands.area import stand_areas_m2
from ..core.stands.cells import as_text
from ..core.stands.layer import VectorLayer
from ..core.stands.mapping import Candidate, FieldMapping, recognise_fields, value_share
from ..core.stands.normalise import normalise_stands
from ..core.stands.roles import ROLES
from ..core.stands.tables import StandTables
from ..paths import resources_dir
from .jobs.opening import geodesy_of
from .output_files import moved_into_place
from .resources import read_json, read_table
from .stand_tables import load_stand_tables
from .words import word

READ_AS = {
    "county": "county", "township": "township", "village": "village", "compartment": "compartment",
    "stand_no": "stand_no", "area": "area_attr_ha", "land_class": "land_class", "species": "species_code",
    "composition": "composition", "origin": "origin", "land_tenure": "land_tenure", "tree_tenure": "tree_tenure",
    "forest_class": "forest_class", "forest_category": "forest_category", "protection_grade": "protection_grade",
    "land_protection_grade": "land_protection_grade", "project_category": "project_category",
    "change_reason": "change_reason", "disturbance": "disturbance", "disturbance_grade": "disturbance_grade",
    "quality_grade": "quality_grade", "age": "age_yr", "age_group": "age_group", "closure": "closure",
    "dbh": "dbh_cm", "height": "height_m", "volume": "volume_m3_ha", "volume_per_mu": "volume_m3_ha",
    "stand_volume": "volume_m3_ha", "stems": "stems_per_ha", "stems_per_mu": "stems_per_ha",
    "basal_area": "basal_area_m2_ha", "soil_depth": "soil_depth_cm", "planting_year": "planting_year",
    "slope": "slope_deg_low", "survey_date": "survey_date", "survey_method": "survey_method",
    "red_line": "red_line", "reserve_core": "reserve_core", "dispute": "dispute",
}  # fmt: skip
"""Column of the table of stands that a role leads to; the other roles are only kept."""

_SLOPE_LOW, _SLOPE_HIGH = "slope_deg_low", "slope_deg_high"
_EXAMPLES = 3
_SAMPLE_ROWS = 2000


class FieldPreview:
    """A layer's columns, what was recognised in them, and what a mapping makes of them.

    Parameters
    ----------
    layer
        The layer; of a large one, rows spread evenly over it are looked at.
    """

    def __init__(self, layer: VectorLayer) -> None:
        self.tables: StandTables = load_stand_tables()
        self._labels = _role_labels()
        self.columns = [str(name) for name in layer.attributes.columns]
        self._shares: dict[tuple[str, str], float] = {}
        self.recognised: FieldMapping = recognise_fields(layer.attributes, self.tables)
        rows = np.arange(0, len(layer), max(1, -(-len(layer) // _SAMPLE_ROWS)))
        self._sample = replace(
            layer,
            attributes=layer.attributes.iloc[rows].reset_index(drop=True),
            geometry=np.asarray(layer.geometry, dtype=object)[rows],
            notes=(),
        )
        self._area_m2 = np.full(len(rows), np.nan)
        if layer.crs_wkt:
            geodesy = geodesy_of(layer)
            self._area_m2 = stand_areas_m2(
                self._sample.geometry, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening
            )

    def label(self, role: str, language: str) -> str:
        """What a role is called."""
        return self._labels[role][language == "zh"]

    def unit(self, role: str) -> str:
        """Unit that a role is read in; empty where it has none."""
        return self.tables.roles[role].unit

    def kind(self, column: str) -> str:
        """Kind of values that a column holds in its source, as in ``FieldType``."""
        return self._sample.field_types[column].kind

    def candidates(self, role: str) -> tuple[Candidate, ...]:
        """Columns that may play a role, best first; the recognised one among them where there is one."""
        found = self.recognised
        taken = found.column(role)
        first = (Candidate(taken, found.scores[role], self.share(role, taken)),) if taken is not None else ()
        suggested = tuple(Candidate(name, 0.0, self.share(role, name)) for name in found.suggestions.get(role, ()))
        return first + found.alternatives.get(role, ()) + found.ambiguous.get(role, ()) + suggested

    def share(self, role: str, column: str) -> float:
        """Share of the filled cells of a column that fit a role; NaN where no cell is filled. Known once asked for."""
        if (role, column) not in self._shares:
            self._shares[role, column] = value_share(self._column(column), self.tables.roles[role], self.tables)
        return self._shares[role, column]

    def examples(
        self, fields: Mapping[str, str], decisions: Mapping[str, str], language: str
    ) -> dict[str, list[tuple[str, str]]]:
        """Up to three different values of each chosen column, before and after; empty text for unknown.

        Parameters
        ----------
        fields, decisions
            Role → column, and the readings that a user chose.
        language
            ``en`` or ``zh``, for codes that have words.
        """
        mapping = FieldMapping.from_dict({"fields": dict(fields), "decisions": dict(decisions)}, self.columns)
        facts = normalise_stands(self._sample, mapping, self.tables, self._area_m2).columns
        return {
            role: self._pairs(column, facts, READ_AS.get(role), language) for role, column in mapping.fields.items()
        }

    def _pairs(self, column: str, facts: pd.DataFrame, name: str | None, language: str) -> list[tuple[str, str]]:
        written = self._column(column)
        chosen = np.flatnonzero(written.notna().to_numpy() & ~written.duplicated().to_numpy())[:_EXAMPLES]
        if name is None:
            return [(_shown(written.iloc[row]), _shown(written.iloc[row])) for row in chosen]
        read = facts[name]
        if name == _SLOPE_LOW:  # a class is an interval
            high = facts[_SLOPE_HIGH]
            return [(_shown(written.iloc[row]), _interval(read.iloc[row], high.iloc[row])) for row in chosen]
        return [
            (_shown(written.iloc[row]), word(name, text, language) if (text := _shown(read.iloc[row])) else "")
            for row in chosen
        ]

    def _column(self, name: str) -> pd.Series:
        found = self._sample.attributes[name]
        return found.iloc[:, 0] if isinstance(found, pd.DataFrame) else found


def read_mapping(path: Path, columns: list[str]) -> FieldMapping:
    """Mapping of a file.

    Raises
    ------
    InputError
        Where the file is none, or names columns that are not there.
    """
    return FieldMapping.from_dict(read_json(path), columns)


def write_mapping(path: Path, fields: Mapping[str, str], decisions: Mapping[str, str]) -> None:
    """Write a mapping file for ``--mapping``.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    ordered = {role: fields[role] for role in ROLES if role in fields}
    missing = tuple(role for role in ROLES if role not in fields)
    data = FieldMapping(ordered, dict.fromkeys(ordered, 1.0), missing=missing, decisions=dict(decisions)).to_dict()
    text = json.dumps(data, ensure_ascii=False, indent=1)
    with moved_into_place(path, overwrite=True) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _role_labels() -> dict[str, tuple[str, str]]:
    """English and Chinese name of each role."""
    rows = read_table(resources_dir() / "fields" / "roles.csv")
    labels = {}
    for role, english, chinese in zip(rows["role"], rows["name_en"], rows["names_zh"], strict=True):
        text = str(english or role).replace("_", " ")
        labels[str(role)] = (text[:1].upper() + text[1:], str(chinese or role).split(";")[0])
    return labels


def _shown(value: object) -> str:
    """A value as a person reads it; a NaN or None is unknown and stays empty."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return ""
    return "{:.6g}".format(value) if isinstance(value, float) else as_text(value)


def _interval(low: float, high: float) -> str:
    return _shown(low) if _shown(low) == _shown(high) else "{}–{}".format(_shown(low), _shown(high))
