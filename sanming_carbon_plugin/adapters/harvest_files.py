"""Opens harvest tables, under the headings that offices give their columns."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from ..core.errors import InputError
from ..core.stands.tables import plain
from ..paths import resources_dir
from .carbon_parameters import read_rows
from .geopackage import read_geopackage_table
from .resources import read_table


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Role of each known heading."""
    rows = read_table(resources_dir() / "fields" / "harvest.csv").to_dict("records")
    return {plain(name): row["role"] for row in rows for name in row["names"].split(";")}


def load_harvest(path: Path) -> pd.DataFrame:
    """Text of a harvest table (CSV), its columns named as in ``resources/fields/harvest.csv``.

    Of two columns with the same meaning the first is taken; others keep their heading.

    Raises
    ------
    InputError
        ``PARAMETERS_UNREADABLE``, ``HARVEST_EMPTY``.
    """
    frame, _ = read_rows(path)
    if frame.empty:
        raise InputError("HARVEST_EMPTY", path=path)
    renamed: dict[str, str] = {}
    for column in frame.columns:
        role = _names().get(plain(str(column)))
        if role is not None and role not in renamed.values():
            renamed[column] = role
    return frame.rename(columns=renamed)


def load_felling() -> tuple[dict[str, str], float]:
    """Species code that stands for felled wood and bamboo without one, and the share of a bamboo that is its culm."""
    frame, _ = read_rows(resources_dir() / "parameters" / "harvest.csv")
    values = dict(zip(frame["name"], frame["value"], strict=True))
    culm_share = float(values.pop("culm_share"))
    return values, culm_share


def load_stand_species(path: Path) -> pd.DataFrame:
    """``species_code`` and ``county`` of the stands of a result, indexed by their key.

    Raises
    ------
    InputError
        Where the file is no result.
    """
    stands = read_geopackage_table(path, "stands")
    missing = {"stand_key", "species_code"} - set(stands.columns)
    if missing:
        raise InputError("GEOPACKAGE_TABLE_MISSING", path=path, table="stands", tables=sorted(stands.columns))
    county = stands["stand_key"].str.split("-").str[0]
    frame = pd.DataFrame({"species_code": stands["species_code"], "county": county.where(county != "0", None)})
    frame.index = pd.Index(stands["stand_key"], dtype=object)
    return frame
