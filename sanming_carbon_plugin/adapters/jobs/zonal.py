"""Raster statistics only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...core.errors import UsageError
from ...core.issues import join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.rasters.statistics import STATISTICS, require_known, statistics
from ...core.results import ResultTable
from ...core.stands.layer import FieldType
from ..coverage_store import CoverageStore
from ..rasters import low_support_share
from ..stand_tables import load_stand_tables
from .issue_table import issue_counts, issues_table
from .opening import geodesy_of, open_inventory, open_rasters, require_all
from .per_stand_file import check_per_stand_file, seen_counts, stand_doubts, write_per_stand_file
from .request import JobOutcome, StandSource

USUAL_STATISTICS = ("mean", "std", "support")
_BETWEEN = re.compile(r"[,，、\s]+")
"""A comma, also as a Chinese keyboard writes it, or a space."""


def parse_statistics(text: str) -> tuple[str, ...]:
    """Statistics from a list with commas or spaces between; the usual ones where it is empty.

    Raises
    ------
    UsageError
        STATISTIC_UNKNOWN.
    """
    chosen = tuple(dict.fromkeys(part.lower() for part in _BETWEEN.split(text) if part))
    if not chosen and text.strip():
        raise UsageError("STATISTIC_UNKNOWN", statistic=text.strip(), known=", ".join(STATISTICS))
    require_known(chosen)
    return chosen or USUAL_STATISTICS


def zonal(
    stands: StandSource,
    rasters: Sequence[tuple[str, str]],
    out: Path,
    mapping: Path | None,
    overwrite: bool,
    progress: Progress,
    chosen: Sequence[str] = USUAL_STATISTICS,
) -> JobOutcome:
    """Write chosen statistics of each raster per stand; the format by the ending of ``out``.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        Nothing is left half-written then.
    """
    require_known(chosen)
    check_per_stand_file(out, overwrite, (stands, [path for _, path in rasters], mapping))
    progress.step("read", 0, 2)
    inventory = open_inventory(stands, mapping, None, progress, packed=True)
    layer = inventory.layer
    require_all(layer)
    known = know_stands(inventory, load_stand_tables(), geodesy_of(layer), progress)
    keys = known.columns.index
    opened = open_rasters(rasters, layer)
    store = CoverageStore.beside(layer.source)
    try:
        progress.step("zonal", 1, 2)
        found = statistics(
            keys,
            layer.geometry,
            opened,
            chosen,
            progress,
            low_support=low_support_share(),
            covering=store.covering,
        )
    finally:
        for raster in opened:
            raster.reader.close()
    columns = {name: FieldType("real") for name in found.columns.columns}
    result = ResultTable(
        {"stand_key": FieldType("text"), **columns}, found.columns.rename_axis("stand_key").reset_index()
    )
    doubts = join_issues([stand_doubts(layer, known), found.issues, store.notes()])
    issues = issues_table(doubts, keys, layer.geometry, layer.crs_wkt)
    write_per_stand_file(layer, result, out, overwrite, progress, [issues])
    counts: dict[str, object] = {"stands": len(layer), "columns": len(columns)} | seen_counts(found.issues)
    return JobOutcome(out, counts, issue_counts(issues.frame))
