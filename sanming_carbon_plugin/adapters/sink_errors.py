"""The errors of the sink in a result file: written beside the stands, read again for the interval of any group."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..core.carbon.error_rows import NUMBERS, WHOLE, error_rows, error_sizes, errors_from_rows
from ..core.carbon.uncertainty import SinkErrors
from ..core.planning.uncertainty import uncertainty_table
from ..core.stands.layer import FieldType
from .geopackage import OutputTable, read_geopackage_table
from .geopackage_rows import table_names

ROWS, SIZES = "sink_errors", "sink_error_sizes"
_TEXT, _REAL, _WHOLE = FieldType("text"), FieldType("real"), FieldType("integer64")
ROW_COLUMNS = {
    "stand_key": _TEXT,
    "component": _TEXT,
    **dict.fromkeys(NUMBERS, _REAL),
    **dict.fromkeys(WHOLE, _WHOLE),
}
SIZE_COLUMNS = {"component": _TEXT, "row": _WHOLE, "source": _WHOLE, "size": _REAL, "correlation": _REAL}


def sink_error_tables(
    found: SinkErrors | None, facts: pd.DataFrame, counted: SinkErrors | None = None
) -> list[OutputTable]:
    """The tables ``uncertainty``, ``sink_errors`` and ``sink_error_sizes`` of a result; none without a known sink.

    Parameters
    ----------
    found
        Error components of the stands.
    facts
        The stands, indexed by ``stand_key``, with the columns that the summary groups them by.
    counted
        The errors as they enter the sums, see :func:`~..core.carbon.counted_once.counted_once`; None for ``found``.
    """
    if found is None or not len(found.pieces.stand):
        return []
    shares = uncertainty_table(facts, found if counted is None else counted)
    return [
        OutputTable("uncertainty", shares.columns, shares.frame, None, None),
        OutputTable(ROWS, ROW_COLUMNS, error_rows(found, facts.index), None, None),
        OutputTable(SIZES, SIZE_COLUMNS, error_sizes(found), None, None),
    ]


def load_sink_errors(path: Path, keys: pd.Index) -> SinkErrors | None:
    """The errors of the sink that a result file holds, exactly as they were when it was written.

    Parameters
    ----------
    path
        Result of ``assess`` or ``sink``.
    keys
        Keys of stands, in the order that weights and groups will be given in.

    Returns
    -------
    SinkErrors or None
        None where the file has none: no stand of it has a known sink, or an older version wrote it.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``GEOPACKAGE_NOT_READABLE``.
    """
    names = table_names(path)
    if ROWS not in names or SIZES not in names:
        return None
    return errors_from_rows(read_geopackage_table(path, ROWS), read_geopackage_table(path, SIZES), keys)
