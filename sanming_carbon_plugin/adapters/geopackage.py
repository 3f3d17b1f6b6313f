"""The only writer of results, and a small reader for single rows of them.

OGR makes the file, the coordinate system and the tables, then rows go in through SQLite directly: Python's
way through OGR needs a call per value, which for a million stands of ninety columns takes most of an hour.
The file grows under another name beside its target and is moved into place when it is complete.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..core.progress import Progress
from ..core.stands.layer import FieldType
from ..core.stands.packed import bounds_of, kinds_of
from . import crs
from .geopackage_blobs import blobs_from_geometry
from .output_files import moved_into_place, output_errors

CHUNK_ROWS = 10_000
_INDEXED = ("stand_key",)
_OGR_TYPES = {
    "text": ("OFTString", "OFSTNone"),
    "integer": ("OFTInteger", "OFSTNone"),
    "integer64": ("OFTInteger64", "OFSTNone"),
    "real": ("OFTReal", "OFSTNone"),
    "date": ("OFTDate", "OFSTNone"),
    "time": ("OFTString", "OFSTNone"),
    "datetime": ("OFTDateTime", "OFSTNone"),
    "boolean": ("OFTInteger", "OFSTBoolean"),
    "binary": ("OFTBinary", "OFSTNone"),
}


@dataclass(frozen=True)
class OutputTable:
    """One layer or table of a result file.

    Attributes
    ----------
    name
        Table name.
    columns
        Type of every column to be written, in order.
    frame
        Rows; has at least ``columns``. NaN, None and ``pd.NA`` become NULL.
    geometry
        Object array of shapely geometries or None per row; None for a table without geometry. Polygons
        become multipolygons.
    crs_wkt
        WKT of the coordinate system of ``geometry``.
    description
        A sentence about the table, shown by QGIS.
    aliases
        Names for people, by column.
    """

    name: str
    columns: Mapping[str, FieldType]
    frame: pd.DataFrame
    geometry: npt.NDArray[np.object_] | None = None
    crs_wkt: str | None = None
    description: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Names:
    """Column names as they are in the file: its own key and geometry give way to the source's names."""

    key: str
    geometry: str
    columns: tuple[str, ...]


def write_geopackage(
    path: Path, tables: Sequence[OutputTable], overwrite: bool = False, progress: Progress | None = None
) -> None:
    """Write ``tables`` to a new GeoPackage at ``path``, all or nothing.

    Raises
    ------
    OutputError
        ``OUTPUT_EXISTS``, ``OUTPUT_NOT_WRITABLE``, ``OUTPUT_LOCKED``, ``DISK_FULL``.
    CancelledError
        When the user asked to stop; nothing is left behind.
    """
    from osgeo import gdal

    progress = progress or Progress()
    total = max(sum(len(table.frame) for table in tables), 1)
    done = 0
    with moved_into_place(path, overwrite=overwrite) as temporary, output_errors(path):
        with closing(sqlite3.connect(":memory:")) as probe:
            fills_indexes = _knows_rtree(probe)
        names = _create_structure(temporary, tables, indexed=fills_indexes)
        with closing(sqlite3.connect(temporary, isolation_level=None)) as database:
            _prepare_bulk(database)
            for table, table_names in zip(tables, names, strict=True):
                triggers = _drop_triggers(database)
                for rows in _insert(database, table, table_names):
                    done += rows
                    progress.raise_if_cancelled()
                    progress.update(0.9 * done / total)
                _finish_table(database, table, table_names)
                if table.geometry is not None and fills_indexes:
                    index = "rtree_{}_{}".format(table.name, table_names.geometry)
                    _fill_spatial_index(database, index, bounds_of(table.geometry), progress)
                for statement in triggers:
                    database.execute(statement)
        progress.raise_if_cancelled()
        if not fills_indexes:
            with _gdal_failures_raised():
                dataset = gdal.OpenEx(str(temporary), gdal.OF_VECTOR | gdal.OF_UPDATE, allowed_drivers=["GPKG"])
                _create_spatial_indexes(dataset, tables, names)
                del dataset
        progress.update(1.0)


def _file_names(table: OutputTable) -> _Names:
    taken: set[str] = set()
    columns = [_free_name(name, taken) for name in table.columns]
    return _Names(_free_name("fid", taken, "_fid"), _free_name("geom", taken, "_geom"), tuple(columns))


def _free_name(name: str, taken: set[str], instead: str | None = None) -> str:
    """``name``, or another one where SQLite, which takes no notice of case, has it already."""
    candidate, number = name, 2
    while candidate.lower() in taken:
        if instead is not None and instead.lower() not in taken:
            candidate = instead
        else:
            candidate = "{}_{}".format(instead or name, number)
            number += 1
    taken.add(candidate.lower())
    return candidate


def _create_structure(path: Path, tables: Sequence[OutputTable], *, indexed: bool) -> list[_Names]:
    from osgeo import gdal

    with _gdal_failures_raised():
        dataset = gdal.GetDriverByName("GPKG").Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
        names = [_create_table(dataset, table) for table in tables] if dataset is not None else []
        if indexed:
            _create_spatial_indexes(dataset, tables, names)
        del dataset
    return names


def _create_table(dataset: Any, table: OutputTable) -> _Names:  # noqa: ANN401
    from osgeo import ogr

    names = _file_names(table)
    options = ["FID=" + names.key, "GEOMETRY_NAME=" + names.geometry, "SPATIAL_INDEX=NO"]
    if table.description:
        options.append("DESCRIPTION=" + table.description)
    layer = dataset.CreateLayer(table.name, _reference(table), _geometry_type(table), options)
    if layer is None:
        return names
    for name, field_type in zip(names.columns, table.columns.values(), strict=True):
        kind, subtype = _OGR_TYPES[field_type.kind]
        definition = ogr.FieldDefn(name, getattr(ogr, kind))
        definition.SetSubType(getattr(ogr, subtype))
        if field_type.kind == "text":
            definition.SetWidth(field_type.width)
        layer.CreateField(definition)
    return names


def _reference(table: OutputTable) -> Any:  # noqa: ANN401
    """OSR object; the authority's own where the WKT means it, so that QGIS knows it by its code."""
    if table.geometry is None or table.crs_wkt is None:
        return None
    from osgeo import osr

    code = crs.authority(table.crs_wkt)
    reference = osr.SpatialReference()
    reference.SetFromUserInput(code or table.crs_wkt)
    return reference


def _geometry_type(table: OutputTable) -> int:
    from osgeo import ogr

    if table.geometry is None:
        return int(ogr.wkbNone)
    return int(ogr.wkbMultiPolygon if np.isin(kinds_of(table.geometry), (-1, 3, 6)).all() else ogr.wkbUnknown)


@contextmanager
def _gdal_failures_raised() -> Iterator[None]:
    """Turn GDAL's failures of this thread, also those on closing a file, into ``OSError``; warnings are silent."""
    from osgeo import gdal

    failure = ""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    gdal.ErrorReset()
    try:
        yield
    except RuntimeError as error:
        failure = str(error)
    finally:
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            failure = failure or str(gdal.GetLastErrorMsg())
        gdal.PopErrorHandler()
    if failure:
        raise OSError(failure)


def _prepare_bulk(database: sqlite3.Connection) -> None:
    """No journal and no waiting for the disk: the file is thrown away unless it is completed."""
    for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -65536"):
        database.execute(statement)


def _drop_triggers(database: sqlite3.Connection) -> list[str]:
    """Take away OGR's row counters for the bulk insert; returns what puts them back."""
    found = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        database.execute(_sql("DROP TRIGGER", _quoted(name)))
    return [statement for _, statement in found]


def _insert(database: sqlite3.Connection, table: OutputTable, names: _Names) -> Iterator[int]:
    """Insert the rows in chunks; yields the size of each."""
    spatial = table.geometry is not None
    columns = [names.key, *([names.geometry] if spatial else []), *names.columns]
    marks = ", ".join("?" * len(columns))
    statement = _sql(
        "INSERT INTO", _quoted(table.name), "(", ", ".join(map(_quoted, columns)), ") VALUES (", marks, ")"
    )
    srs_id = _srs_id(database, table.name) if spatial else 0
    series = [(table.frame[name], field_type.kind) for name, field_type in table.columns.items()]
    for start in range(0, len(table.frame), CHUNK_ROWS):
        part = slice(start, min(start + CHUNK_ROWS, len(table.frame)))
        values: list[Sequence[Any]] = [range(part.start + 1, part.stop + 1)]
        if table.geometry is not None:
            values.append(blobs_from_geometry(table.geometry[part], srs_id))
        values.extend(_sqlite_values(column.iloc[part], kind) for column, kind in series)
        database.execute("BEGIN")
        database.executemany(statement, zip(*values, strict=True))
        database.execute("COMMIT")
        yield part.stop - part.start


def _sqlite_values(column: pd.Series, kind: str) -> list[Any]:
    """Python values that SQLite stores; NULL for NaN, None and NA."""
    missing = column.isna().to_numpy()
    if kind in ("integer", "integer64", "boolean"):
        whole = column.where(~missing, 0) if missing.any() else column
        values = whole.to_numpy().astype(np.int64).astype(object)
    elif kind == "real":
        values = column.to_numpy(dtype=np.float64, na_value=np.nan).astype(object)
    else:
        values = column.to_numpy(dtype=object, copy=True)
        if kind == "text":
            values = np.asarray([value if isinstance(value, str) else str(value) for value in values], dtype=object)
        elif kind == "datetime":
            values[~missing] = [_zoned(value) for value in values[~missing]]
    values[missing] = None
    return list(values.tolist())


def _zoned(text: str) -> str:
    """A GeoPackage date and time needs a zone, written Z for UTC; one without is kept as the clock shows it."""
    if text.endswith("+00:00"):
        return text.removesuffix("+00:00") + "Z"
    return text if "T" not in text or text.endswith("Z") or "+" in text or "-" in text.split("T")[1] else text + "Z"


def _srs_id(database: sqlite3.Connection, table: str) -> int:
    row = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)).fetchone()
    return int(row[0])


def _finish_table(database: sqlite3.Connection, table: OutputTable, names: _Names) -> None:
    """Extent, row count, index over the stand keys and names for people."""
    database.execute(
        "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (len(table.frame), table.name)
    )
    if table.geometry is not None and len(table.frame):
        boxes = bounds_of(table.geometry)
        boxes = boxes[~np.isnan(boxes).any(axis=1)]
        bounds = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]) if len(boxes) else np.empty(0)
        if len(bounds) and np.isfinite(bounds).all():
            database.execute(
                "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
                (*map(float, bounds), table.name),
            )
    for name in set(_INDEXED) & set(names.columns):
        index = _quoted("{}_{}".format(table.name, name))
        database.execute(_sql("CREATE INDEX", index, "ON", _quoted(table.name), "(", _quoted(name), ")"))
    _write_aliases(database, table, names)


_DATA_COLUMNS = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))
"""
_EXTENSIONS = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""
_SCHEMA_EXTENSION = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")


def _write_aliases(database: sqlite3.Connection, table: OutputTable, names: _Names) -> None:
    in_file = dict(zip(table.columns, names.columns, strict=True))
    rows = [(table.name, in_file[name], alias, alias) for name, alias in table.aliases.items() if name in in_file]
    if not rows:
        return
    database.execute(_DATA_COLUMNS)
    database.execute(_EXTENSIONS)
    for registered in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        database.execute(
            "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)", (registered, *_SCHEMA_EXTENSION)
        )
    database.executemany(
        "INSERT OR IGNORE INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)", rows
    )


def _knows_rtree(database: sqlite3.Connection) -> bool:
    return bool(database.execute("SELECT 1 FROM pragma_module_list WHERE name = 'rtree'").fetchone())


def _create_spatial_indexes(dataset: Any, tables: Sequence[OutputTable], names: Sequence[_Names]) -> None:  # noqa: ANN401
    """Have GDAL index what the tables hold by now; None for a dataset that could not be opened."""
    for table, name in zip(tables, names, strict=True) if dataset is not None else ():
        if table.geometry is not None:
            call = "CreateSpatialIndex('{}', '{}')".format(*(x.replace("'", "''") for x in (table.name, name.geometry)))
            dataset.ReleaseResultSet(dataset.ExecuteSQL("SELECT " + call))


def _fill_spatial_index(
    database: sqlite3.Connection, index: str, boxes: npt.NDArray[np.float64], progress: Progress
) -> None:
    """Put all outlines into GDAL's empty index, some at a time: its own way is one call that hears no cancel."""
    rows = np.flatnonzero(~np.isnan(boxes).any(axis=1))
    statement = _sql("INSERT INTO", _quoted(index), "VALUES (?, ?, ?, ?, ?)")
    for start in range(0, len(rows), CHUNK_ROWS):
        progress.raise_if_cancelled()
        part = rows[start : start + CHUNK_ROWS]
        west, south, east, north = boxes[part].T.tolist()
        database.execute("BEGIN")
        database.executemany(statement, zip((part + 1).tolist(), west, east, south, north, strict=True))
        database.execute("COMMIT")


def _sql(*parts: str) -> str:
    """A statement whose only variable parts are quoted names; values always go in as parameters."""
    return " ".join(parts)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read_geopackage_table(
    path: Path, table: str, where: Mapping[str, object] | None = None, *, geometry: bool = False
) -> pd.DataFrame:
    """Rows of a table of a result file.

    Parameters
    ----------
    path
        A GeoPackage of this plugin.
    table
        Its table.
    where
        Column and value pairs that a row has to have; quick for ``stand_key``, which is indexed.
    geometry
        Whether a column ``geometry`` with shapely geometries is added.

    Returns
    -------
    DataFrame
        Text as ``str`` or None, numbers with NaN for NULL; without the file's own key.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``GEOPACKAGE_NOT_READABLE``, ``GEOPACKAGE_TABLE_MISSING``.
    """
    from .geopackage_rows import read_rows

    return read_rows(path, table, where or {}, geometry=geometry)
