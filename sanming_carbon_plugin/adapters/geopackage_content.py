"""A fingerprint of what a GeoPackage holds.

QGIS writes into the head of every GeoPackage that it opens, if only to look at it: the bytes of the file then
differ although no row does. So papers that must go with exactly these rows are tied to the rows.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from ..core.errors import InputError


def sha256_of_content(path: Path, tables: Iterable[str]) -> str:
    """SHA-256 over columns and rows of ``tables``, geometry included, in the order of the rows.

    A table that the file does not have counts as such.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``GEOPACKAGE_NOT_READABLE``.
    """
    if not path.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(path))
    digest = hashlib.sha256()
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as database:
            for table in tables:
                _add_table(digest, database, table)
    except sqlite3.Error as error:
        raise InputError("GEOPACKAGE_NOT_READABLE", path=str(path), reason=str(error)) from error
    return digest.hexdigest()


def _add_table(digest: hashlib._Hash, database: sqlite3.Connection, table: str) -> None:
    columns = [row[0] for row in database.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    digest.update("\x1d{}\x1e{}\x1c".format(table, "\x1f".join(columns)).encode())
    if not columns:
        return
    quoted = [_quoted(column) for column in columns]
    for row in database.execute(" ".join(["SELECT", ", ".join(quoted), "FROM", _quoted(table), "ORDER BY rowid"])):
        for value in row:
            # Type and length go in too, so that no two rows read the same: NULL is not the text None.
            data = value if isinstance(value, bytes) else repr(value).encode("utf-8", errors="surrogatepass")
            digest.update("{}:{}:".format(type(value).__name__, len(data)).encode())
            digest.update(data)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
