"""The stands of a result that people have decided about, found without reading all the others."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pandas as pd

from ..core.classes.in_force import DECIDED, with_decisions
from ..core.classes.overrides import DECISION_COLUMNS
from .decision_files import TABLE, carried_decisions, decisions_beside, read_decisions
from .geopackage_rows import opened, table_names

_FACTS = "SELECT * FROM facts WHERE stand_key IN (SELECT stand_key FROM decisions)"
_STANDS = "SELECT * FROM stands WHERE stand_key IN (SELECT stand_key FROM decisions)"


def decided_stands(result: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The stands with a decision that counts: as they were computed, and as they count.

    Returns
    -------
    computed, counting
        The same rows and columns, indexed by ``stand_key``; ``counting`` has the column ``decided`` besides.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    if not {TABLE, "stands", "facts"} <= set(table_names(result)):
        empty = pd.DataFrame(index=pd.Index([], dtype=object))
        return empty, empty.assign(**{DECIDED: pd.Series(dtype=object)})
    with opened(result) as database:
        stands, facts = (_rows(database, statement) for statement in (_STANDS, _FACTS))
    both = stands.join(facts[[name for name in facts.columns if name not in stands.columns]])
    counting = with_decisions(both)
    rows = counting[DECIDED].notna()
    return both[rows], counting[rows]


def waiting_decisions(result: Path) -> int:
    """How many decisions were made since the run: they are in its next one."""
    beside = decisions_beside(result)
    if not beside.exists():
        return 0
    names = [name for name in DECISION_COLUMNS if name != "geometry_hash"]
    later, known = read_decisions(beside).table[names], carried_decisions(result).table[names]
    both = pd.concat([known, later]).fillna("").astype(str)
    return len(both.drop_duplicates()) - len(known.fillna("").astype(str).drop_duplicates())


def _rows(database: sqlite3.Connection, statement: str) -> pd.DataFrame:
    cursor = database.execute(statement)
    names = [each[0] for each in cursor.description]
    frame = pd.DataFrame(cursor.fetchall(), columns=names, dtype=object)
    return frame.drop(columns=[name for name in ("geom", "fid") if name in names]).set_index("stand_key")
