"""What the columns of credited and tenure parcels are called in the offices that keep them."""

from __future__ import annotations

from functools import lru_cache

from ..core.stands.layer import VectorLayer
from ..paths import resources_dir
from .resources import read_table


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, list[str]]]:
    """Names of each role, plain and in the order of preference, by kind of layer."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in read_table(resources_dir() / "fields" / "parcels.csv").to_dict("records"):
        found.setdefault(row["kind"], {})[row["role"]] = [_plain(name) for name in row["names"].split(";")]
    return found


def parcel_fields(layer: VectorLayer, kind: str) -> dict[str, str]:
    """Column of ``layer`` for each role of ``kind`` (``credited`` or ``tenure``); roles without one are left out.

    Names are compared whatever their case; a name cut to ten bytes by a shapefile is still known. Where two
    columns fit, the name that stands first in ``resources/fields/parcels.csv`` is taken.
    """
    columns = {_plain(str(name)): str(name) for name in layer.attributes.columns}
    chosen = {}
    for role, names in _names()[kind].items():
        fitting = [columns[known] for name in names for known in (name, _cut(name)) if known in columns]
        if fitting:
            chosen[role] = fitting[0]
    return chosen


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _cut(name: str) -> str:
    """``name`` as a shapefile of GBK text keeps it: ten bytes, no half letters."""
    return name.encode("gb18030")[:10].decode("gb18030", errors="ignore")
