"""Measures only: every rule for every stand, without sink and tickets."""

from __future__ import annotations

from ...core.pipeline import CLASSES_ONLY, walk_through
from ...core.progress import Progress
from ...core.results import RESULT_COLUMNS, facts_table, stands_table
from ..decision_files import keep_decisions
from ..geopackage import OutputTable, write_geopackage
from .assess import decision_tables, outcome_counts, outlined
from .inputs import opened_inputs, plain_options
from .issue_table import issue_counts, issues_table
from .opening import check_output
from .request import AssessRequest, JobOutcome
from .run_record import now, run_record, run_table


def classify(request: AssessRequest, progress: Progress) -> JobOutcome:
    """Find the measures that fit each stand and write them with the rules they follow from.

    The layers are those of a full result without ``summary``; columns of sink and tickets stay empty. Decisions
    beside the result count as in the full job.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    progress.step("read")
    with opened_inputs(request, progress) as opened:
        walk = walk_through(opened.inputs, progress, CLASSES_ONLY)
    record = run_record(
        inputs=opened.described,
        rules={name: value for name, value in opened.rules.items() if name != "profile"},
        rule_files={name: value for name, value in opened.rule_files.items() if name != "profile"},
        options=plain_options(request),
        totals={},
        seed=request.seed,
        started=started,
    )
    stands = opened.inputs.stands.layer
    layer = stands_table(stands.attributes, stands.field_types, walk.facts, walk.evidence_columns)
    issues = issues_table(walk.all_issues, walk.facts.index, stands.geometry, stands.crs_wkt)
    facts = facts_table(walk.facts, [*RESULT_COLUMNS, *walk.evidence_columns])
    run = run_table(record)
    decisions = outlined(opened.inputs.decisions, walk.facts, stands)
    tables = [
        OutputTable("stands", layer.columns, layer.frame, stands.geometry, stands.crs_wkt),
        issues,
        OutputTable("run", run.columns, run.frame, None, None),
        OutputTable("facts", facts.columns, facts.frame, None, None),
        *decision_tables(decisions),
    ]
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    keep_decisions(decisions, request.out, request.decisions)
    counts: dict[str, object] = {"stands": len(walk.facts)}
    counts |= outcome_counts(walk.facts, ("pine_transform", "reserve_forest"))
    return JobOutcome(request.out, counts | {"issues": len(issues.frame)}, issue_counts(issues.frame))
