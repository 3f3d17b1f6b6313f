"""The main job: stands and rasters in; classes, carbon and ticket eligibility per stand out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...core.carbon.parameters import ParameterTable
from ...core.carbon.projection import fit_own_growth
from ...core.classes.in_force import with_decisions
from ...core.classes.overrides import Decisions
from ...core.pipeline import AssessResult
from ...core.pipeline import assess as walk_the_stages
from ...core.progress import Progress
from ...core.results import RESULT_COLUMNS, ResultTable, facts_table, stands_table
from ...core.stands.layer import FieldType, VectorLayer
from ..carbon_parameters import load_growth_rules
from ..decision_files import TABLE as DECISION_TABLE
from ..decision_files import keep_decisions
from ..geopackage import OutputTable, write_geopackage
from ..language import spoken_language
from ..maps.map_rows import place_names
from ..output_files import output_folder
from ..reports import ReportInput, write_report
from ..reports.carbon import CarbonReport, carbon_report
from ..sink_errors import sink_error_tables
from .check import list_tables
from .inputs import opened_inputs, plain_options
from .issue_table import issue_counts, issues_table
from .opening import check_output
from .request import AssessRequest, JobOutcome
from .run_record import now, run_record, run_table
from .ticket_parcels import parcel_tables


def assess(request: AssessRequest, progress: Progress) -> JobOutcome:
    """Assess a stand layer and write the result GeoPackage.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    check_output(request.out, request.overwrite, reads=request)
    if request.report is None:
        return _assessed(request, None, progress)
    with output_folder(request.report) as beside:  # tables and report come into place after the result, or neither does
        return _assessed(request, beside, progress)


def _assessed(request: AssessRequest, report: Path | None, progress: Progress) -> JobOutcome:
    """The job, with the folder that takes the report until the result is written."""
    started = now()
    progress.step("read")
    with opened_inputs(request, progress) as opened:
        result = walk_the_stages(opened.inputs, progress)
    record = run_record(
        inputs=opened.described,
        rules=opened.rules,
        rule_files=opened.rule_files,
        options=plain_options(request),
        totals=result.totals,
        seed=request.seed,
        started=started,
    )
    stands = opened.inputs.stands.layer
    layer = stands_table(stands.attributes, stands.field_types, result.facts, result.evidence_columns)
    issues = issues_table(result.issues, result.facts.index, stands.geometry, stands.crs_wkt)
    decisions = outlined(opened.inputs.decisions, result.facts, stands)
    if report is not None:
        progress.step("report")
        language = request.language or spoken_language()
        carbon = _carbon(result, opened.inputs.parameters, request, language)
        counting = with_decisions(layer.frame.assign(**_decided_columns(result.facts)))
        tables = (counting, result.summary.frame, issues.frame, record, carbon)
        content = ReportInput(*tables, units=request.units, names=place_names(None))
        write_report(content, report, language, progress)
    progress.step("write")
    kept = parcel_tables(opened.inputs.credited, opened.inputs.tenure, stands.crs_wkt) + decision_tables(decisions)
    _write(request, stands, layer, issues, result, record, kept, progress)
    keep_decisions(decisions, request.out, request.decisions)
    return JobOutcome(request.out, _counts(result), issue_counts(issues.frame))


def _decided_columns(facts: pd.DataFrame) -> dict[str, object]:
    return {name: facts[name].to_numpy(dtype=object) for name in facts.columns if name.endswith("_decided")}


def _carbon(result: AssessResult, parameters: ParameterTable, request: AssessRequest, language: str) -> CarbonReport:
    """Charts and tables of the carbon account; the curves are for reading, no sink comes from them."""
    growth = fit_own_growth(result.facts, parameters, load_growth_rules(request.parameters), request.seed)
    return carbon_report(result.counted, result.counted_errors, growth, parameters, language, request.units)


def _write(
    request: AssessRequest,
    stands: VectorLayer,
    layer: ResultTable,
    issues: OutputTable,
    result: AssessResult,
    record: dict[str, object],
    kept: list[OutputTable],
    progress: Progress,
) -> None:
    facts = facts_table(result.facts, [*RESULT_COLUMNS, *result.evidence_columns])
    run = run_table(record)
    tables = [
        OutputTable("stands", layer.columns, layer.frame, stands.geometry, stands.crs_wkt),
        issues,
        OutputTable("summary", result.summary.columns, result.summary.frame, None, None),
        OutputTable("run", run.columns, run.frame, None, None),
        OutputTable("facts", facts.columns, facts.frame, None, None),
        *sink_error_tables(result.sink_errors, result.facts, result.counted_errors),
        *kept,
        *list_tables(stands, result.facts, result.issues, issues, request.out, request.decisions),
    ]
    write_geopackage(request.out, tables, request.overwrite, progress)


def decision_tables(decisions: Decisions | None) -> list[OutputTable]:
    """The decisions as a table of the result, so that a copy of it says who decided and why; none where none."""
    if decisions is None:
        return []
    columns = dict.fromkeys(decisions.table.columns, FieldType("text"))
    return [OutputTable(DECISION_TABLE, columns, decisions.table, None, None)]


def outlined(decisions: Decisions | None, facts: pd.DataFrame, stands: VectorLayer) -> Decisions | None:
    """The decisions of a run, with the outline noted for those written without it."""
    return None if decisions is None else decisions.marked(facts.index, stands.geometry)


def _counts(result: AssessResult) -> dict[str, object]:
    facts = result.facts
    counts: dict[str, object] = {"stands": len(facts)}
    for name, value in result.totals.items():
        counts[name] = "unknown" if pd.isna(value) else f"{value:.3f}"
    counts |= outcome_counts(facts, ("pine_transform", "reserve_forest", "ticket"))
    counts["issues"] = len(result.issues)
    return counts


def outcome_counts(facts: pd.DataFrame, columns: tuple[str, ...]) -> dict[str, object]:
    """Stands with each outcome of some columns; how many were decided and how many images contradict, if any."""
    counts: dict[str, object] = {}
    for column in columns:
        for outcome in ("yes", "no", "unknown"):
            counts[f"{column}_{outcome}"] = int((facts[column] == outcome).sum())
    decided = [name for name in facts.columns if name.endswith("_decided")]
    if decided:
        counts["decided"] = int(facts[decided].notna().any(axis=1).sum())
    if "image_conflict" in facts.columns:
        counts["image_conflict_yes"] = int((facts["image_conflict"] == "yes").sum())
    if "damage_share" in facts.columns:
        counts["damage_found"] = int((facts["damage_share"] > 0).sum())
    return counts
