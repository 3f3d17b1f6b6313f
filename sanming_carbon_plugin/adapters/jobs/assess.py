"""The main job: stands and rasters in; classes, carbon and ticket eligibility per stand out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from ...core.carbon.period import parse_period
from ...core.pipeline import AssessInputs, AssessResult
from ...core.pipeline import assess as walk_the_stages
from ...core.progress import Progress
from ...core.results import RESULT_COLUMNS, ResultTable, facts_table, stands_table
from ...core.stands.layer import VectorLayer
from ...core.tickets.credited_parcels import CreditedParcels
from ...core.tickets.tenure import TenureParcels
from ..carbon_parameters import load_errors, load_parameters
from ..geopackage import OutputTable, write_geopackage
from ..hashes import sha256_of_file
from ..language import spoken_language
from ..profiles import load_profile
from ..reports import ReportInput, write_report
from ..rule_files import load_rule_sets
from ..stand_tables import load_stand_tables
from .issue_table import issue_counts, issues_table
from .opening import (
    beside,
    check_output,
    described,
    geodesy_of,
    open_inventory,
    open_layer,
    open_rasters,
    require_all,
    survey_methods,
)
from .request import AssessRequest, JobOutcome, LayerSource
from .run_record import now, run_record, run_table, today


def assess(request: AssessRequest, progress: Progress) -> JobOutcome:
    """Assess a stand layer and write the result GeoPackage.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite)
    progress.step("read")
    inputs, opened = _open(request, progress)
    result = walk_the_stages(inputs, progress)
    record = run_record(
        inputs=opened["inputs"],
        rules=opened["rules"],
        rule_files=opened["files"],
        options=_options(request),
        totals=result.totals,
        seed=request.seed,
        started=started,
    )
    stands = inputs.stands.layer
    layer = stands_table(stands.attributes, stands.field_types, result.facts, result.evidence_columns)
    issues = issues_table(result.issues, result.facts.index, stands.geometry, stands.crs_wkt)
    progress.step("write")
    _write(request, stands, layer, issues, result, record, progress)
    if request.report is not None:
        progress.step("report")
        content = ReportInput(layer.frame, result.summary.frame, issues.frame, record)
        write_report(content, request.report, request.language or spoken_language(), progress)
    return JobOutcome(request.out, _counts(result), issue_counts(issues.frame))


def _open(request: AssessRequest, progress: Progress) -> tuple[AssessInputs, dict[str, dict[str, object]]]:
    method, method_earlier = survey_methods(request.survey_method)
    period = parse_period(request.period, today()) if request.period else None
    profile = load_profile(request.profile)
    rules = load_rule_sets(request.rules)
    parameters = load_parameters(request.parameters)
    errors = load_errors()

    stands = open_inventory(request.stands, request.mapping, method, progress)
    require_all(stands.layer)
    earlier = None
    if request.earlier is not None:
        earlier = open_inventory(request.earlier, None, method_earlier, progress)
        earlier = type(earlier)(beside(earlier.layer, stands.layer), earlier.mapping, earlier.survey_method)
    credited = [beside(open_layer(source, progress), stands.layer) for source in request.credited]
    tenure = beside(open_layer(request.tenure, progress), stands.layer) if request.tenure is not None else None
    inputs = AssessInputs(
        stands=stands,
        tables=load_stand_tables(),
        geodesy=geodesy_of(stands.layer),
        parameters=parameters,
        errors=errors,
        rules=tuple(rules),
        profile=profile,
        rasters=open_rasters(request.rasters, stands.layer),
        earlier=earlier,
        period=period,
        credited=tuple(CreditedParcels.from_layer(layer) for layer in credited) or None,
        tenure=TenureParcels.from_layer(tenure) if tenure is not None else None,
    )
    opened: dict[str, dict[str, object]] = {
        "inputs": {
            "stands": described(request.stands, stands.layer),
            "earlier": described(request.earlier, earlier.layer if earlier else None),
            "credited": [described(*pair) for pair in zip(request.credited, credited, strict=True)],
            "tenure": described(request.tenure, tenure),
            "rasters": {name: _raster_record(path, progress) for name, path in request.rasters},
        },
        "rules": {
            "parameters": _identity(parameters.table_id, parameters.version, parameters.status, request.parameters),
            "errors": _identity(errors.table_id, errors.version, errors.status, None),
            "rules": [rule_set.identity() for rule_set in rules],
            "profile": profile.rule_set.identity(),
        },
        # The rules themselves go with the result: a reason must be readable when the files have changed.
        "files": {
            "rules": [dict(rule_set.data) for rule_set in rules],
            "profile": dict(profile.data),
        },
    }
    return inputs, opened


def _raster_record(spec: str, progress: Progress) -> dict[str, object]:
    path = Path(spec if Path(spec).exists() else spec.rpartition("#")[0])
    known = path.is_file()
    return {"source": path.name if known else spec, "sha256": sha256_of_file(path, progress) if known else None}


def _identity(identifier: str, version: str, status: str, path: Path | None) -> dict[str, object]:
    own = sha256_of_file(path) if path is not None else None
    return {"id": identifier, "version": version, "status": status, "sha256": own}


def _options(request: AssessRequest) -> dict[str, object]:
    """The options as given; layers taken from the screen by their name, files without their folders."""
    options: dict[str, object] = {}
    for name, value in vars(request).items():
        options[name] = _plain(value)
    return options


def _plain(value: object) -> object:
    if isinstance(value, VectorLayer):
        return value.name
    if isinstance(value, LayerSource):
        return asdict(value) | {"path": value.path if ":" in value.path[2:] else Path(value.path).name}
    if isinstance(value, Path):
        return value.name
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _write(
    request: AssessRequest,
    stands: VectorLayer,
    layer: ResultTable,
    issues: OutputTable,
    result: AssessResult,
    record: dict[str, object],
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
    ]
    write_geopackage(request.out, tables, request.overwrite, progress)


def _counts(result: AssessResult) -> dict[str, object]:
    facts = result.facts
    counts: dict[str, object] = {"stands": len(facts)}
    for name, value in result.totals.items():
        counts[name] = "unknown" if pd.isna(value) else f"{value:.3f}"
    for column in ("pine_transform", "reserve_forest", "ticket"):
        for outcome in ("yes", "no", "unknown"):
            counts[f"{column}_{outcome}"] = int((facts[column] == outcome).sum())
    counts["issues"] = len(result.issues)
    return counts
