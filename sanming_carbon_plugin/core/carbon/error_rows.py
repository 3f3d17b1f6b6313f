"""The errors of a layer's sink as two tables, so that a result can be asked for other groups of stands later.

``sink_errors`` has a row per piece of common ground and per moved line, doubtful code and growth model;
``sink_error_sizes`` the size and the correlation of each component and of each row of parameters. Together
they give back the very same :class:`SinkErrors`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .error_amounts import Amounts, ErrorPieces, ErrorSources, ErrorTable, SinkErrors, errors_of_pieces
from .parameters import FloatArray, IntArray

PIECE, BOUNDARY, RECODE, GROWTH = "piece", "boundary", "recode", "growth"
NUMBERS = ("now_tco2e_yr", "then_tco2e_yr", "change_tco2e_yr", "stock_tco2e")
WHOLE = ("id_now", "id_then", "row_now", "row_then")


def error_rows(found: SinkErrors, keys: pd.Index) -> pd.DataFrame:
    """One row per entry: ``stand_key``, ``component``, tonnes, identities and rows of the parameter table.

    Moved lines, codes and models have their amount in ``now_tco2e_yr`` and what errs in ``id_now``.
    """
    p = found.pieces
    frame = pd.DataFrame(
        {
            "stand": p.stand,
            "component": np.full(len(p.stand), PIECE, dtype=object),
            **dict(zip(NUMBERS, (p.now, p.then, p.change, p.stock), strict=True)),
            **dict(zip(WHOLE, (p.id_now, p.id_then, p.row_now, p.row_then), strict=True)),
        }
    )
    parts = [frame]
    for name, amounts in ((BOUNDARY, found.boundary), (RECODE, found.recode), (GROWTH, found.growth)):
        size = len(amounts.stand)
        unused = {column: np.full(size, np.nan) for column in NUMBERS[1:]}
        nowhere = {column: np.full(size, -1, dtype=np.int64) for column in WHOLE[1:]}
        part = {"stand": amounts.stand, "component": np.full(size, name, dtype=object), NUMBERS[0]: amounts.amount}
        if size:
            parts.append(pd.DataFrame({**part, **unused, WHOLE[0]: amounts.identity, **nowhere}))
    rows = pd.concat(parts, ignore_index=True)
    rows.insert(0, "stand_key", keys.to_numpy(dtype=object)[rows.pop("stand").to_numpy()])
    return rows


def error_sizes(found: SinkErrors) -> pd.DataFrame:
    """``component``, ``row`` and ``source`` of the parameter table (-1 for none), ``size``, ``correlation``."""
    table, sources = found.errors, found.sources
    parts = [
        pd.DataFrame(
            {
                "component": list(table.size),
                "row": -1,
                "source": -1,
                "size": list(table.size.values()),
                "correlation": [table.correlation[name] for name in table.size],
            }
        )
    ]
    for name, relative in sources.relative.items():
        part = {"component": name, "row": np.arange(len(relative)), "source": sources.source, "size": relative}
        parts.append(pd.DataFrame({**part, "correlation": table.correlation["parameter"]}))
    return pd.concat(parts, ignore_index=True)


def errors_from_rows(rows: pd.DataFrame, sizes: pd.DataFrame, keys: pd.Index) -> SinkErrors:
    """The errors that :func:`error_rows` and :func:`error_sizes` were made from.

    Parameters
    ----------
    rows, sizes
        The two tables; further rows about stands that ``keys`` does not hold are left out.
    keys
        Keys of the stands in the order that weights and groups are given in.
    """
    general = sizes[sizes["row"] < 0]
    names = general["component"].tolist()
    errors = ErrorTable(
        dict(zip(names, general["size"].tolist(), strict=True)),
        dict(zip(names, general["correlation"].tolist(), strict=True)),
    )
    sources = _sources(sizes[sizes["row"] >= 0])
    stand = keys.get_indexer(rows["stand_key"].to_numpy(dtype=object)).astype(np.int64)
    rows, stand = rows[stand >= 0], stand[stand >= 0]
    component = rows["component"].to_numpy(dtype=object)
    at = np.flatnonzero(component == PIECE)
    whole = {name: rows[name].to_numpy(dtype=np.int64)[at] for name in WHOLE}
    now, then, change, stock = (rows[name].to_numpy(dtype=np.float64)[at] for name in NUMBERS)
    pieces = ErrorPieces(
        stand[at], whole["id_now"], whole["id_then"], now, then, whole["row_now"], whole["row_then"], change, stock
    )
    boundary, recode, growth = (_amounts(rows, stand, component == name) for name in (BOUNDARY, RECODE, GROWTH))
    return errors_of_pieces(len(keys), pieces, (boundary, recode, growth), errors, sources)


def _sources(rows: pd.DataFrame) -> ErrorSources:
    relative: dict[str, FloatArray] = {}
    source: IntArray = np.empty(0, dtype=np.int64)
    for name, part in rows.groupby("component", sort=False):
        ordered = part.sort_values("row")
        source = ordered["source"].to_numpy(dtype=np.int64)
        relative[str(name)] = ordered["size"].to_numpy(dtype=np.float64)
    return ErrorSources(source, relative)


def _amounts(rows: pd.DataFrame, stand: IntArray, use: np.ndarray) -> Amounts:
    at = np.flatnonzero(use)
    return Amounts(
        stand[at],
        rows["id_now"].to_numpy(dtype=np.int64)[at],
        rows[NUMBERS[0]].to_numpy(dtype=np.float64)[at],
    )
