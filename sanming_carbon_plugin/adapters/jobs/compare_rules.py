"""Two sets of rules on the same stands: which stands change, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ...core.classes.compare import COLUMNS, compare_rule_sets
from ...core.pipeline import CLASSES_ONLY, walk_through
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from ..geopackage import OutputTable, write_geopackage
from ..rule_files import load_rule_sets
from .inputs import opened_inputs, plain_options
from .issue_table import issue_counts, issues_table
from .opening import check_output
from .request import AssessRequest, JobOutcome
from .run_record import now, run_record, run_table

_BEFORE_CLASSES = tuple(name for name in CLASSES_ONLY if name != "classes")


def compare_rules(request: AssessRequest, after: Path | None, progress: Progress) -> JobOutcome:
    """Write the stands whose measure or technique changes from ``request.rules`` to ``after``.

    Parameters
    ----------
    request
        Stands, rasters and ``rules``: the file before, None for the shipped rules.
    after
        The file to compare with, None for the shipped rules.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    later = load_rule_sets(after)
    progress.step("read")
    with opened_inputs(request, progress) as opened:
        walk = walk_through(opened.inputs, progress, _BEFORE_CLASSES)
    progress.step("compare")
    changes = compare_rule_sets(opened.inputs.rules, later, walk.facts, walk.geometry)
    record = run_record(
        inputs=opened.described,
        rules={"before": opened.rules["rules"], "after": [one.identity() for one in later]},
        rule_files={"before": opened.rule_files["rules"], "after": [dict(one.data) for one in later]},
        options=plain_options(request) | {"after": after.name if after is not None else None},
        totals={},
        seed=request.seed,
        started=started,
    )
    stands = opened.inputs.stands.layer
    frame, place = _with_stands(changes, walk.facts)
    columns = {name: FieldType("real" if name == "area_ha" else "text") for name in frame.columns}
    issues = issues_table(walk.all_issues, walk.facts.index, stands.geometry, stands.crs_wkt)
    run = run_table(record)
    progress.step("write")
    write_geopackage(
        request.out,
        [
            OutputTable("changes", columns, frame, stands.geometry[place], stands.crs_wkt),
            OutputTable("run", run.columns, run.frame, None, None),
        ],
        request.overwrite,
        progress,
    )
    counts: dict[str, object] = {"stands": len(walk.facts)} | _counts(changes)
    return JobOutcome(request.out, counts, issue_counts(issues.frame))


def _counts(changes: pd.DataFrame) -> dict[str, object]:
    counts: dict[str, object] = {"changed_stands": int(changes.index.nunique()), "changes": len(changes)}
    for (measure, before, after), rows in changes.groupby(["measure", "before", "after"], dropna=False):
        counts[f"{measure}: {_said(before)} > {_said(after)}"] = len(rows)
    return counts


def _with_stands(changes: pd.DataFrame, facts: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The changes with key and area of their stands, and the row of each stand in the layer."""
    place = facts.index.get_indexer(changes.index)
    frame = changes[list(COLUMNS)].reset_index(drop=True)
    frame.insert(0, "stand_key", np.asarray(changes.index, dtype=object))
    frame.insert(1, "area_ha", facts["area_ha"].to_numpy()[place])
    return frame, place


def _said(answer: object) -> str:
    return answer if isinstance(answer, str) else "-"
