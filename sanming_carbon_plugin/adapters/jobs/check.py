"""Checks only: every doubt about a stand layer, before anything is computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ...core.issues import issues_by_key, join_issues
from ...core.pipeline import know_stands, middle_longitude_deg
from ...core.progress import Progress
from ...core.stands.checks import check_stands
from ...core.stands.layer import VectorLayer
from ..checked_stands import checked_table
from ..geopackage import OutputTable, write_geopackage
from ..issue_status import carried_over
from ..stand_tables import load_stand_tables
from .issue_table import issue_counts, issues_table
from .opening import check_output, geodesy_of, open_inventory, require_all
from .request import JobOutcome, StandSource


def check(
    stands: StandSource,
    out: Path | None,
    mapping: Path | None,
    overwrite: bool,
    progress: Progress,
) -> JobOutcome:
    """Check a stand layer; write the layer ``issues`` where ``out`` is given.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    if out is not None:
        check_output(out, overwrite, reads=stands)
    progress.step("read", 0, 3)
    inventory = open_inventory(stands, mapping, None, progress)
    require_all(inventory.layer)
    tables = load_stand_tables()
    progress.step("stands", 1, 3)
    geodesy = geodesy_of(inventory.layer)
    known = know_stands(inventory, tables, geodesy, progress)
    progress.step("check", 2, 3)
    middle = middle_longitude_deg(inventory.layer, geodesy)
    doubts = check_stands(inventory.layer, known.columns, tables, progress=progress, longitude_deg=middle)
    issues = join_issues([issues_by_key(inventory.layer.notes, known.columns.index), known.issues, doubts])
    table = issues_table(issues, known.columns.index, inventory.layer.geometry, inventory.layer.crs_wkt)
    if out is not None:
        beside = list_tables(inventory.layer, known.columns, issues, table, out)
        write_geopackage(out, [table, *beside], overwrite, progress)
    return JobOutcome(out, list_counts(len(inventory.layer), table), issue_counts(table.frame))


def list_tables(
    layer: VectorLayer, facts: pd.DataFrame, issues: pd.DataFrame, table: OutputTable, *earlier: Path | None
) -> list[OutputTable]:
    """What stands beside a list of doubts: how the stands looked, and what people decided about earlier lists."""
    return [checked_table(layer, facts, issues), *carried_over(earlier, table.frame)]


def list_counts(stands: int, table: OutputTable) -> dict[str, object]:
    """Stands and doubts, in all and by severity."""
    severities = table.frame["severity"].to_numpy()
    counts: dict[str, object] = {"stands": stands, "issues": len(table.frame)}
    for severity in ("error", "warning", "info"):
        counts[severity] = int(np.count_nonzero(severities == severity))
    return counts
