"""The rows of a result that a map or a table shows, each with its class and its place; needs no QGIS."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.classes.in_force import DECIDED, with_decisions
from ...core.errors import InputError
from ...paths import resources_dir
from ..attention import stands_on_shared_ground
from ..geopackage import read_geopackage_table
from ..geopackage_rows import read_layer_crs, table_names
from ..resources import read_table
from .themes import Theme

PLACE_COLUMNS = ("county", "township", "village", "compartment", "stand_no")
STANDS = "stands"
SHARED = "shared_ground"
"""In the record of a run: how many of its stands lie on ground that others cover too."""
_RUN_TABLES = ("run", "plan_run")
_QUOTED_NAME = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class MapRows:
    """Stands of a result with what maps and tables need.

    Attributes
    ----------
    frame
        One row per stand: ``stand_key``, the columns of :data:`PLACE_COLUMNS` (text or None), all columns of
        the result's layer, those of its table ``facts``, and ``class``, the class in the theme. Classes that a
        person decided stand in the place of the computed ones; ``decided`` names them.
    geometry
        Shapely geometries or None, as many.
    crs
        ``EPSG:…`` or WKT, None where the file states none.
    run
        The record of the run, empty where there is none, with ``decided``, the number of stands with a decision.
    """

    frame: pd.DataFrame
    geometry: npt.NDArray[np.object_]
    crs: str | None
    run: dict[str, object]
    ground: MapRows | None = None
    """All stands of the file, where the theme shows something else (doubts): boundaries run round them."""

    def __len__(self) -> int:
        return len(self.frame)


def read_map_rows(result: Path, theme: Theme, ground: Path | None = None) -> MapRows:
    """The layer that ``theme`` shows; ``ground`` is a result whose stands lie around it (those of a plan).

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``GEOPACKAGE_NOT_READABLE``, ``RESULT_LAYER_MISSING``, ``MAP_COLUMN_MISSING``,
        ``MAP_WITHOUT_STANDS``.
    """
    tables = table_names(result)
    if theme.layer not in tables:
        raise InputError("RESULT_LAYER_MISSING", path=str(result), layer=theme.layer)
    layer = read_geopackage_table(result, theme.layer, geometry=True)
    if "stand_key" not in layer.columns or "geometry" not in layer.columns:
        raise InputError("RESULT_LAYER_MISSING", path=str(result), layer=theme.layer)
    if len(layer) == 0:
        raise InputError("MAP_WITHOUT_STANDS", path=str(result), layer=theme.layer)
    geometry = layer.pop("geometry").to_numpy(dtype=object)
    frame = with_decisions(_placed(layer, result, tables))
    frame["class"] = class_of_rows(frame, theme, result)
    run_table = next((name for name in _RUN_TABLES if name in tables), None)
    run = pd.DataFrame() if run_table is None else read_geopackage_table(result, run_table)
    record = {} if run.empty else run.iloc[0].to_dict()
    if frame[DECIDED].isna().all():
        del frame[DECIDED]
    else:
        record[DECIDED] = int(frame[DECIDED].notna().sum())
    shared = stands_on_shared_ground(result)
    if shared:
        record[SHARED] = shared
    crs = read_layer_crs(result, theme.layer)
    around = ground or (result if theme.layer != STANDS and STANDS in tables else None)
    if around is None:
        return MapRows(frame, geometry, crs, record)
    beneath = _ground(around, crs)
    if set(frame["stand_key"]) <= set(beneath.frame["stand_key"]):
        places = beneath.frame.drop_duplicates("stand_key").set_index("stand_key")[list(PLACE_COLUMNS)]
        frame[list(PLACE_COLUMNS)] = places.reindex(frame["stand_key"]).to_numpy()
    return MapRows(frame, geometry, crs, record, beneath)


def _ground(result: Path, crs: str | None) -> MapRows:
    tables = table_names(result)
    if STANDS not in tables:
        raise InputError("RESULT_LAYER_MISSING", path=str(result), layer=STANDS)
    own = read_layer_crs(result, STANDS)
    if own != crs:
        raise InputError("MAP_GROUND_ELSEWHERE", path=str(result), crs=own, other=crs)
    stands = read_geopackage_table(result, STANDS, geometry=True)
    shapes = stands.pop("geometry").to_numpy(dtype=object)
    return MapRows(_placed(stands, result, tables), shapes, own, {})


def _placed(layer: pd.DataFrame, result: Path, tables: list[str]) -> pd.DataFrame:
    """``layer`` with the place of each stand: from the table of facts, else from the parts of its key."""
    frame = layer.reset_index(drop=True)
    facts = read_geopackage_table(result, "facts").drop_duplicates("stand_key") if "facts" in tables else None
    if facts is not None:
        more = [name for name in facts.columns if name not in frame.columns]
        frame = frame.join(facts.set_index("stand_key")[more], on="stand_key")
    missing = [name for name in PLACE_COLUMNS if name not in frame.columns]
    if missing:
        parts = frame["stand_key"].astype(str).str.partition("#")[0].str.split("-", expand=True)
        for place, name in enumerate(PLACE_COLUMNS):
            if name in missing:
                whole = parts.shape[1] == len(PLACE_COLUMNS)
                frame[name] = parts[place].where(parts[place] != "0", None) if whole else None
    return frame


def class_of_rows(frame: pd.DataFrame, theme: Theme, result: Path) -> npt.NDArray[np.object_]:
    """Class of each row, by the very expression that QGIS colours it with.

    The expressions of the themes are plain SQL too, so SQLite gives the same answers where no QGIS is.

    Raises
    ------
    InputError
        ``MAP_COLUMN_MISSING`` where the theme needs a column that the result does not have.
    """
    needed = list(dict.fromkeys(_QUOTED_NAME.findall(theme.expression)))
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputError("MAP_COLUMN_MISSING", path=str(result), column=missing[0], theme=theme.name)
    columns = [[None if pd.isna(value) else value for value in frame[name]] for name in needed]
    quoted = ", ".join('"{}"'.format(name) for name in needed)
    marks = ", ".join("?" * len(needed))
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(_sql("CREATE TABLE rows (", quoted, ")"))
        database.executemany(_sql("INSERT INTO rows VALUES (", marks, ")"), zip(*columns, strict=True))
        found = database.execute(_sql("SELECT", theme.expression, "FROM rows ORDER BY rowid")).fetchall()
    classes = np.empty(len(found), dtype=object)
    classes[:] = [row[0] for row in found]
    return classes


def _sql(*parts: str) -> str:
    """A statement of quoted names and an expression of the shipped themes; values go in as parameters."""
    return " ".join(parts)


@lru_cache(maxsize=1)
def _shipped_names() -> dict[str, tuple[str, str]]:
    table = read_table(resources_dir() / "codes" / "codes.csv")
    admin = table[table["table"] == "ADMIN"]
    return {
        str(code): (str(english or name), str(name))
        for code, name, english in zip(admin["code"], admin["name_zh"], admin["name_en"], strict=True)
    }


def place_names(path: Path | None) -> dict[str, tuple[str, str]]:
    """Names of places in English and Chinese by their code: those of the counties, and those of a table.

    Parameters
    ----------
    path
        CSV with ``code`` (``350428``, ``350428-199``, ``350428-199-204``), ``name`` and, if wanted, ``name_en``.

    Raises
    ------
    InputError
        ``NAMES_TABLE_INVALID`` where a column is missing, and as every table.
    """
    names = dict(_shipped_names())
    if path is None:
        return names
    table = read_table(path)
    for column in ("code", "name"):
        if column not in table.columns:
            raise InputError("NAMES_TABLE_INVALID", path=str(path), column=column)
    english = table["name_en"] if "name_en" in table.columns else table["name"]
    for code, name, other in zip(table["code"], table["name"], english, strict=True):
        if code and name:
            names[code] = (str(other or name), str(name))
    return names
