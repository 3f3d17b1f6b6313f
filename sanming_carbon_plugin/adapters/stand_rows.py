"""The rows of one stand in the tables of a result, found by their key and read once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pandas as pd

from ..core.errors import InputError
from .geopackage_rows import columns_in, opened

Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class StandRows:
    """One stand of a result that is open.

    Attributes
    ----------
    database, path
        The result.
    stand_key
        The stand.
    stands, facts
        Its row of each table, by column an array of one value.
    geometry
        Its polygon in the CRS of the result, None where it has none.
    """

    database: sqlite3.Connection
    path: Path
    stand_key: str
    stands: Columns
    facts: Columns
    geometry: Any

    def joined(self) -> pd.DataFrame:
        """Both as one row by the key; where a source column has the name of a fact, the fact: the rules saw it."""
        both = {name: values for name, values in {**self.stands, **self.facts}.items() if name != "stand_key"}
        return pd.DataFrame(both, index=pd.Index([self.stand_key], name="stand_key"), copy=False)

    def records(self, table: str) -> list[dict[str, Any]]:
        """The stand's rows of another table, in the order of the file."""
        count, columns = columns_in(self.database, self.path, table, {"stand_key": self.stand_key})
        return [{name: plain(values[row]) for name, values in columns.items()} for row in range(count)]


@contextmanager
def stand_rows(result: Path, stand_key: str) -> Iterator[StandRows]:
    """The rows of a stand, as long as the result is open.

    Raises
    ------
    InputError
        Where the result cannot be read or has no such stand.
    """
    with opened(result) as database:
        # Facts first: what is no result has none, while a layer of stands may have the other name.
        facts, stands = (_row(database, result, table, stand_key) for table in ("facts", "stands"))
        geometry = stands.pop("geometry", None)
        shape = None if geometry is None else geometry[0]
        yield StandRows(database, result, stand_key, stands, facts, shape)


def _row(database: sqlite3.Connection, result: Path, table: str, stand_key: str) -> dict[str, npt.NDArray[Any]]:
    wanted = {"stand_key": stand_key}
    count, columns = columns_in(database, result, table, wanted, geometry=table == "stands")
    if count == 0:
        raise InputError("STAND_NOT_FOUND", path=result, stand_key=stand_key)
    return {name: values[:1] for name, values in columns.items()}


def plain(value: object) -> Any:  # noqa: ANN401 - whatever a file holds
    """A value of a file as Python knows it; None where unknown."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if hasattr(value, "item") else value
