"""How far a programme is, without planning anything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...core.errors import InputError
from ...core.progress import Progress
from ..geopackage import read_geopackage_table, write_geopackage
from .opening import check_output
from .plan_inputs import ProgrammeRequest, open_programme
from .plan_output import acceptance_counts, progress_tables, run_of
from .request import JobOutcome
from .run_record import now


@dataclass(frozen=True)
class ProgressRequest(ProgrammeRequest):
    """A programme whose progress is asked for; ``plan`` is the plan that says what is planned, None for none."""

    plan: Path | None = None


def tell_progress(request: ProgressRequest, progress: Progress) -> JobOutcome:
    """Write the tables ``progress``, ``indicators`` and ``plan_run``.

    Done comes only from the acceptance layer; without one it is unknown, and so is whether a target is met. What
    of a plan is accepted already is done, not planned.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    progress.step("read")
    opened = open_programme(request, progress)
    tables = progress_tables(opened, None if request.plan is None else _rows_of(request.plan))
    tables.append(run_of(request, opened, {"scenario": ""}, {}, started, 0))
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    rows = tables[0].frame
    own = rows[rows["target_ha"].notna()]
    counts: dict[str, object] = {
        "stands": len(opened.facts),
        "targets": len(own),
        "targets_met": int((own["met"] == "yes").sum()),
    }
    counts |= acceptance_counts(opened)
    if opened.accepted is not None and opened.accepted.refused:
        counts["acceptance_reasons"] = json.dumps(opened.accepted.refused)
    return JobOutcome(request.out, counts)


def _rows_of(path: Path) -> pd.DataFrame:
    """Rows of the layer ``plan``.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``PLAN_FILE_UNFIT``.
    """
    try:
        return read_geopackage_table(path, "plan")
    except InputError as problem:
        if problem.code in ("GEOPACKAGE_TABLE_MISSING", "GEOPACKAGE_NOT_READABLE"):
            raise InputError("PLAN_FILE_UNFIT", path=str(path)) from problem
        raise
