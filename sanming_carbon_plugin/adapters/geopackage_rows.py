"""Reading single rows and small tables of a result file, without opening it as a layer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..core.errors import InputError
from .geopackage_blobs import geometry_from_blobs

_CHUNK_ROWS = 20_000
_MANY_TEXTS = 100_000
_NUMBERS = ("INT", "REAL", "DOUBLE", "FLOAT", "BOOL")


def read_rows(path: Path, table: str, where: Mapping[str, object], *, geometry: bool) -> pd.DataFrame:
    """See :func:`sanming_carbon_plugin.adapters.geopackage.read_geopackage_table`."""
    with opened(path) as database:
        return rows_in(database, path, table, where, geometry=geometry)


@contextmanager
def opened(result: Path) -> Iterator[sqlite3.Connection]:
    """The file of a result, to be read.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``GEOPACKAGE_NOT_READABLE``.
    """
    if not result.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(result))
    try:
        with closing(sqlite3.connect(result.resolve().as_uri() + "?mode=ro", uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise InputError("GEOPACKAGE_NOT_READABLE", path=str(result), reason=str(error)) from error


def table_names(path: Path) -> list[str]:
    """Tables of a result file, layers or not."""
    contents = read_rows_of_contents(path)
    return [str(name) for name in contents]


def holds_result(path: Path) -> bool:
    """Whether a GeoPackage with a list of doubts is a whole result of the main job."""
    return path.is_file() and "stands" in table_names(path)


def read_layer_crs(path: Path, table: str) -> str | None:
    """Coordinate system of a layer of a result file: ``EPSG:…`` where it has a code, else WKT, None for none."""
    with opened(path) as database:
        row = database.execute(
            "SELECT s.organization, s.organization_coordsys_id, s.definition FROM gpkg_geometry_columns AS g "
            "JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE g.table_name = ? AND s.srs_id > 0",
            (table,),
        ).fetchone()
    if row is None:
        return None
    organization, code, definition = row
    return "EPSG:{}".format(code) if str(organization).upper() == "EPSG" else str(definition)


def read_rows_of_contents(path: Path) -> Sequence[str]:
    """Names listed in the file's own table of contents."""
    with opened(path) as database:
        return names_in(database)


def names_in(database: sqlite3.Connection) -> list[str]:
    """Tables of an open file."""
    return [row[0] for row in database.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]


def rows_in(
    database: sqlite3.Connection, path: Path, table: str, where: Mapping[str, object], *, geometry: bool = False
) -> pd.DataFrame:
    """Rows of a table of an open file, see :func:`read_rows`."""
    count, columns = columns_in(database, path, table, where, geometry=geometry)
    return pd.DataFrame(columns, index=range(count))


def columns_in(
    database: sqlite3.Connection, path: Path, table: str, where: Mapping[str, object], *, geometry: bool = False
) -> tuple[int, dict[str, npt.NDArray[Any]]]:
    """The same rows as their number and an array for each column: a table of one row costs more than to read it."""
    tables = names_in(database)
    if table not in tables:
        raise InputError("GEOPACKAGE_TABLE_MISSING", path=str(path), table=table, tables=tables)
    columns = database.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()
    shape = (
        database.execute("SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)).fetchone()
        if _has_geometry_columns(database)
        else None
    )
    hidden = shape[0] if shape else None
    wanted = [(name, kind) for name, kind, key in columns if not key and name != hidden]
    names = [name for name, _ in wanted] + ([hidden] if geometry and hidden else [])
    conditions = " AND ".join(_quoted(name) + " = ?" for name in where)
    statement = " ".join(
        ["SELECT", ", ".join(map(_quoted, names)) or "1", "FROM", _quoted(table)]
        + (["WHERE", conditions] if where else [])
        + ["ORDER BY rowid"]
    )
    kinds = [kind for _, kind in wanted]
    parts = list(_parts(database.execute(statement, tuple(where.values())), kinds, len(names)))
    read = dict(
        zip(names, (np.concatenate([part[place] for _, part in parts]) for place in range(len(names))), strict=True)
    )
    if geometry and hidden:
        read["geometry"] = read.pop(hidden)
    return sum(size for size, _ in parts), read


def _parts(
    cursor: sqlite3.Cursor, kinds: Sequence[str], width: int
) -> Iterator[tuple[int, list[npt.NDArray[np.generic]]]]:
    """Rows some at a time, as arrays: all of a large table as Python values would fill the memory.

    A column beyond ``kinds`` holds geometries. Equal texts are kept once.
    """
    known: dict[str, str] = {}
    while True:
        rows = cursor.fetchmany(_CHUNK_ROWS)
        by_column: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * width
        part = [_column(values, kind, known) for values, kind in zip(by_column, kinds, strict=False)]
        yield len(rows), part + [geometry_from_blobs(list(blobs)) for blobs in by_column[len(kinds) : width]]
        if len(rows) < _CHUNK_ROWS:
            return


def _has_geometry_columns(database: sqlite3.Connection) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_geometry_columns'").fetchone()
    return found is not None


def _column(values: Sequence[Any], declared: str, known: dict[str, str]) -> npt.NDArray[Any]:
    if not declared.upper().startswith(_NUMBERS) and "INT" not in declared.upper():
        result = np.empty(len(values), dtype=object)
        result[:] = [_kept_once(value, known) for value in values]
        return result
    if any(value is None for value in values) or "INT" not in declared.upper():
        return np.asarray([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.asarray(values, dtype=np.int64)


def _kept_once(value: object, known: dict[str, str]) -> object:
    if not isinstance(value, str):
        return value
    return known.setdefault(value, value) if len(known) < _MANY_TEXTS else known.get(value, value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
