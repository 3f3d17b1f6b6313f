"""What the columns of credited and tenure parcels are called in the offices that keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ..core.errors import InputError
from ..core.stands.layer import VectorLayer
from ..paths import resources_dir
from .resources import read_json, read_table


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, list[str]]]:
    """Names of each role, plain and in the order of preference, by kind of layer."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in read_table(resources_dir() / "fields" / "parcels.csv").to_dict("records"):
        found.setdefault(row["kind"], {})[row["role"]] = [_plain(name) for name in row["names"].split(";")]
    return found


def parcel_mapping(path: Path | None, kind: str, layers: Sequence[VectorLayer]) -> dict[str, list[str]]:
    """What a user's file says about the columns of layers of ``kind``: for each role names in their order.

    The file has the form of a mapping of stand fields, ``{"fields": {role: column}}`` or ``{role: column}``; a
    role may name several columns, because several layers of credited parcels are read by one file.

    Raises
    ------
    InputError
        MAPPING_NOT_READABLE, MAPPING_ROLES for a role that does not exist, MAPPING_COLUMNS for a column that no
        layer has.
    """
    if path is None:
        return {}
    data = read_json(path)
    fields = data.get("fields", data)
    if not isinstance(fields, dict):
        raise InputError("MAPPING_NOT_READABLE", found=type(fields).__name__)
    chosen = {role: _listed(columns) for role, columns in fields.items() if columns not in (None, "", [])}
    unknown = sorted(set(chosen) - set(_names()[kind]))
    if unknown:
        raise InputError("MAPPING_ROLES", roles=", ".join(unknown), known=", ".join(_names()[kind]))
    present = {str(name) for layer in layers for name in layer.attributes.columns}
    absent = sorted({column for columns in chosen.values() for column in columns} - present)
    if absent:
        raise InputError("MAPPING_COLUMNS", columns=", ".join(absent), present=", ".join(sorted(present)))
    return chosen


def _listed(columns: object) -> list[str]:
    names = columns if isinstance(columns, list) else [columns]
    for name in names:
        if not isinstance(name, str):
            raise InputError("MAPPING_NOT_READABLE", found=type(name).__name__)
    return [str(name) for name in names]


def parcel_fields(layer: VectorLayer, kind: str, mapping: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Column of ``layer`` for each role of ``kind`` (``credited`` or ``tenure``); roles without one are left out.

    The first column that ``mapping`` names and the layer has is taken, else one that is known by its name.

    Names are compared whatever their case; a name cut to ten bytes by a shapefile is still known. Where two
    columns fit, the name that stands first in ``resources/fields/parcels.csv`` is taken.
    """
    columns = {_plain(str(name)): str(name) for name in layer.attributes.columns}
    chosen = {}
    for role, names in _names()[kind].items():
        fitting = [columns[known] for name in names for known in (name, _cut(name)) if known in columns]
        if fitting:
            chosen[role] = fitting[0]
    for role, columns_said in (mapping or {}).items():
        said = [name for name in columns_said if name in layer.attributes.columns]
        if said:
            chosen[role] = said[0]
    return chosen


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _cut(name: str) -> str:
    """``name`` as a shapefile of GBK text keeps it: ten bytes, no half letters."""
    return name.encode("gb18030")[:10].decode("gb18030", errors="ignore")
