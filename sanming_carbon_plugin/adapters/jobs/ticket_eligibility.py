"""Ticket eligibility by itself: a result judged again by another profile or other parcels, or a stand layer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.carbon.period import Period
from ...core.classes.rules import RuleSet
from ...core.issues import join_issues, no_issues
from ...core.pipeline import walk_through
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from ...core.tickets.credited_parcels import CreditedParcels
from ...core.tickets.eligibility import TicketCheck, check_tickets
from ...core.tickets.profiles import Profile
from ...core.tickets.tenure import TenureParcels
from ...core.tickets.total_error import ErrorOf, error_of_total
from ..geopackage import OutputTable, write_geopackage
from ..sink_errors import load_sink_errors
from .application_tables import setting_table
from .double_count import profile_line
from .inputs import opened_inputs, plain_options
from .issue_table import issue_counts, issues_table
from .opening import check_output
from .request import AssessRequest, JobOutcome
from .run_record import now, run_record, run_table, today
from .ticket_guard import overlap_table, part_table
from .ticket_result import RequestOnResult, opened_for

_TEXT, _REAL, _WHOLE = FieldType("text"), FieldType("real"), FieldType("integer64")
STAND_COLUMNS = {
    "stand_key": _TEXT, "county": _TEXT, "township": _TEXT, "village": _TEXT, "compartment": _TEXT, "stand_no": _TEXT,
    "area_ha": _REAL, "area_mu": _REAL, "land_class": _TEXT, "species_group": _TEXT, "origin": _TEXT,
    "volume_m3_ha": _REAL, "stock_tco2e": _REAL, "sink_tco2e_yr": _REAL, "sink_low_tco2e_yr": _REAL,
    "sink_high_tco2e_yr": _REAL, "sink_basis": _TEXT, "free_share": _REAL, "ticket": _TEXT, "ticket_before": _TEXT,
    "ticket_tco2e": _REAL, "ticket_missing": _TEXT, "ticket_rules": _TEXT,
}  # fmt: skip
"""``ticket_before`` is what the result said, NULL for a stand layer; ``ticket_missing`` the evidence still needed."""
RULE_COLUMNS = {
    "rule": _TEXT, "kind": _TEXT, "title": _TEXT, "title_zh": _TEXT, "passed": _WHOLE, "failed": _WHOLE,
    "unknown": _WHOLE, "source": _TEXT, "confidence": _TEXT,
}  # fmt: skip
_UP_TO_TICKETS = ("stands", "stock", "sink", "tenure", "stated")


class JudgeRequest(RequestOnResult):
    """A result, and what it is to be judged by."""


@dataclass(frozen=True)
class _Case:
    """What is judged, however it came."""

    facts: pd.DataFrame
    geometry: npt.NDArray[np.object_]
    crs_wkt: str | None
    profile: Profile
    period: Period | None
    credited: tuple[CreditedParcels, ...] | None
    tenure: TenureParcels | None
    error_of: ErrorOf
    before: pd.Series | None
    issues: pd.DataFrame


def judge_result(request: JudgeRequest, progress: Progress) -> JobOutcome:
    """Judge the stands of a result again.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    progress.step("read")
    result, profile, rights = opened_for(request, progress)
    errors = load_sink_errors(result.path, result.facts.index)
    case = _Case(
        result.facts,
        result.layer.geometry,
        result.layer.crs_wkt,
        profile,
        result.period(),
        rights.credited,
        rights.tenure,
        error_of_total(errors, result.facts),
        result.layer.attributes["ticket"].set_axis(result.facts.index),
        no_issues(),
    )
    inputs = {"result": {"source": result.path.name, "sha256": result.sha256}, **rights.described}
    record = {"inputs": inputs, "options": {"profile": request.profile}, "seed": 0, "started": started}
    return _judged(case, record, request.out, request.overwrite, progress)


def judge_stands(request: AssessRequest, progress: Progress) -> JobOutcome:
    """Judge a stand layer: as the main job does, without rasters and classes.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    progress.step("read")
    with opened_inputs(request, progress) as opened:
        inputs = opened.inputs
        walk = walk_through(inputs, progress, _UP_TO_TICKETS)
    case = _Case(
        walk.facts,
        walk.geometry,
        inputs.stands.layer.crs_wkt,
        inputs.profile,
        inputs.period,
        inputs.credited,
        inputs.tenure,
        error_of_total(walk.sink_errors, walk.facts),
        None,
        walk.all_issues,
    )
    record = {"inputs": opened.described, "options": plain_options(request), "seed": request.seed, "started": started}
    return _judged(case, record, request.out, request.overwrite, progress)


def _judged(case: _Case, told: dict[str, object], out: Path, overwrite: bool, progress: Progress) -> JobOutcome:
    progress.step("tickets")
    check = check_tickets(
        case.facts, case.geometry, case.profile, case.period, case.credited, case.tenure,
        error_of=case.error_of, today=today(), progress=progress,
    )  # fmt: skip
    judged = case.facts.drop(columns=check.stage.columns.columns, errors="ignore").join(check.stage.columns)
    before = np.full(len(judged), None, dtype=object) if case.before is None else case.before.to_numpy(dtype=object)
    stands = judged.assign(ticket_before=before).rename_axis("stand_key").reset_index()
    keys = judged.index
    issues = issues_table(join_issues([case.issues, check.stage.issues]), keys, case.geometry, case.crs_wkt)
    record = run_record(
        rules={"profile": case.profile.rule_set.identity()},
        rule_files={"profile": dict(case.profile.data)},
        totals=_totals(judged, check),
        **told,  # type: ignore[arg-type]
    )
    progress.step("write")
    tables = _tables(case, check, stands, issues, record)
    write_geopackage(out, tables, overwrite, progress)
    return JobOutcome(out, _counts(judged, before, case.profile, check), issue_counts(issues.frame))


def _tables(
    case: _Case, check: TicketCheck, stands: pd.DataFrame, issues: OutputTable, record: dict[str, object]
) -> list[OutputTable]:
    area_ha = case.facts["area_ha"]
    columns = {name: kind for name, kind in STAND_COLUMNS.items() if name in stands.columns}
    settings, run = setting_table(case.profile), run_table(record)
    tables = [OutputTable("stands", columns, stands, case.geometry, case.crs_wkt)]
    if check.double_count is not None:
        shown = case.profile.number("shown_from_share")
        found = [(str(case.period), check.double_count)]
        tables.append(part_table(found, area_ha, case.geometry, shown, case.crs_wkt))
        tables.append(overlap_table(check.double_count, area_ha, case.crs_wkt))
    return [
        *tables,
        issues,
        OutputTable("rules", dict(RULE_COLUMNS), _rule_counts(case.profile.rule_set, check)),
        OutputTable("settings", dict.fromkeys(settings.columns, _TEXT), settings),
        OutputTable("run", run.columns, run.frame, None, None),
    ]


def _rule_counts(rule_set: RuleSet, check: TicketCheck) -> pd.DataFrame:
    """How many stands each rule passes, fails and leaves unknown."""
    rows = []
    for rule in rule_set.rules:
        outcome = check.outcomes[rule.id]
        sums = [int((outcome == sign).sum()) for sign in (1, -1, 0)]
        rows.append((rule.id, rule.kind, rule.title, rule.title_zh, *sums, rule.source, rule.confidence))
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def _totals(judged: pd.DataFrame, check: TicketCheck) -> dict[str, float]:
    eligible = judged["ticket"] == "yes"
    return {
        "total_ticket_tco2e": float(judged.loc[eligible, "ticket_tco2e"].sum()),
        "relative_error": check.error.relative,
        "deduction": check.deduction,
    }


def _counts(
    judged: pd.DataFrame, before: npt.NDArray[np.object_], profile: Profile, check: TicketCheck
) -> dict[str, object]:
    counts: dict[str, object] = {"stands": len(judged)}
    for outcome in ("yes", "no", "unknown"):
        counts[f"ticket_{outcome}"] = int((judged["ticket"] == outcome).sum())
    if not pd.isna(before).all():
        counts["ticket_changed"] = int((judged["ticket"].to_numpy(dtype=object) != before).sum())
    for name, value in _totals(judged, check).items():
        counts[name] = "unknown" if np.isnan(value) else f"{value:.4f}"
    counts["relative_error_base"] = f"{check.error.base}, {check.error.source}"
    return counts | {"profile": profile_line(profile)}
