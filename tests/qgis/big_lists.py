"""A list of doubts as long as that of a whole province, made from a small one in a few seconds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
_CODES = 40
RARE = "RARE_DOUBT"


def lengthen(path: Path, rows: int) -> Path:
    """Fill the list of doubts in ``path`` up with ``rows`` doubts of as many stands; the last one has a code alone."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('issues', 'checked_stands')"
        ).fetchall():
            database.execute('DROP TRIGGER "{}"'.format(name))
        database.execute(
            _COUNT.format(rows)
            + " INSERT INTO issues (stand_key, code, severity, field, value, message, message_zh)"
            " SELECT '350428-199-001-0001-' || i, 'DOUBT_' || (i % {}), CASE i % 3 WHEN 0 THEN 'error' WHEN 1"
            " THEN 'warning' ELSE 'info' END, 'closure', i, 'Closure is missing.', '缺少郁闭度。' FROM n".format(_CODES)
        )
        database.execute("UPDATE issues SET code = ? WHERE fid = (SELECT max(fid) FROM issues)", (RARE,))
        database.execute(
            _COUNT.format(rows) + " INSERT INTO checked_stands (stand_key, x_min, y_min, x_max, y_max)"
            " SELECT '350428-199-001-0001-' || i, 117.4, 26.7, 117.41, 26.71 FROM n"
        )
        database.commit()
    return path
