"""How far a programme is, without planning anything."""

from __future__ import annotations

import json

import numpy as np

from ...core.planning.options import fitting
from ...core.progress import Progress
from ..geopackage import write_geopackage
from .opening import check_output
from .plan_inputs import ProgrammeRequest, open_programme
from .plan_output import progress_tables, run_of
from .request import JobOutcome
from .run_record import now


def tell_progress(request: ProgrammeRequest, progress: Progress) -> JobOutcome:
    """Write the tables ``progress``, ``indicators`` and ``plan_run``.

    Done comes only from the acceptance layer; without one it is unknown, and so is whether a target is met.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite)
    progress.step("read")
    opened = open_programme(request, progress)
    works = opened.tables.works
    fits: dict[str, np.ndarray] = {}
    for work in range(len(works)):
        measure = str(works.measure[work])
        here = fitting(opened.facts, works, work)
        fits[measure] = fits.get(measure, np.zeros(len(opened.facts), dtype=bool)) | here
    tables = progress_tables(opened, fits)
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
    if opened.accepted is not None:
        counts["acceptance_refused"] = sum(opened.accepted.refused.values())
        if opened.accepted.refused:
            counts["acceptance_reasons"] = json.dumps(opened.accepted.refused)
    return JobOutcome(request.out, counts)
