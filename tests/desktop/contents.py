"""What the files of a folder hold, to tell whether anything was lost: inside QGIS and outside."""

import hashlib
import sqlite3
from contextlib import closing

LOOKED_AT = (".gpkg", ".csv", ".qgz", ".pdf", ".jpg")


def contents(folder):
    """A hash for each file; of a GeoPackage that of its rows, because QGIS marks a file that it has open."""
    return {
        path.relative_to(folder).as_posix(): _rows(path) if path.suffix == ".gpkg" else _bytes(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in LOOKED_AT
    }


def _bytes(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rows(path):
    found = hashlib.sha256()
    with closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name").fetchall():
            for row in database.execute('SELECT * FROM "{}" ORDER BY rowid'.format(table)):
                found.update(repr(row).encode())
    return found.hexdigest()
