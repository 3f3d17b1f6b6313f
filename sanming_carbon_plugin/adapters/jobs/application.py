"""An application for a ticket: the pieces of one right-holder, or of many through the village collective.

What is written is documented, name by name, in :mod:`.application_files`: a folder with ``application.gpkg`` and
``application.json``, both or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...core.errors import InputError, UsageError
from ...core.progress import Progress
from ...core.tickets.applications import (
    Application,
    error_of_pieces,
    holder_application,
    joint_application,
    require_holders,
)
from ...core.tickets.eligibility import check_tickets
from ...core.tickets.households import Household
from ...core.tickets.parcel_layer import some_parcels
from ...core.tickets.profiles import Profile
from ...core.tickets.tenure_pieces import TenurePieces, ground_of_holders, tenure_pieces
from ...core.tickets.total_error import error_of_total
from ..dossier.placing import DOSSIER, older_set_aside
from ..office_lists import read_households
from ..profiles import load_profile, shipped_profiles
from ..sink_errors import load_sink_errors
from .application_files import check_folder, write_application
from .application_tables import MadeApplication, application_row
from .issue_table import issue_counts
from .request import JobOutcome
from .run_record import now, run_record, today
from .ticket_result import RequestOnResult, Rights, TicketResult, opened_for, require_for_application

_SHOWN = (
    "outcome", "pieces", "left_out", "area_ha", "net_tco2e", "relative_error", "deduction", "total_tco2e", "low_tco2e",
    "high_tco2e", "whole_t", "left_t",
)  # fmt: skip


@dataclass(frozen=True)
class ApplicationRequest(RequestOnResult):
    """Who applies, for what, on the ground of which result.

    Attributes
    ----------
    holder
        The one right-holder; or None with ``collective`` and ``households``.
    collective, households
        The collective that applies for its households, and the CSV file of :mod:`..office_lists`.
    village
        Only pieces of stands of this village, as the stands call it: persons of one name in several villages.
    """

    holder: str | None = None
    collective: str | None = None
    households: Path | None = None
    village: str | None = None


def make_application(request: ApplicationRequest, progress: Progress) -> JobOutcome:
    """Make an application and write its folder.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is written then.
    """
    started = now()
    check_folder(request.out, request.overwrite)
    members = _members(request)
    progress.step("read")
    result, profile, rights = opened_for(request, progress)
    _require_tickets(profile)
    progress.step("tickets")
    made = _made(request, members, result, profile, rights, progress)
    record = run_record(
        inputs={"result": {"source": result.path.name, "sha256": result.sha256}, **rights.described},
        rules={"profile": profile.rule_set.identity()},
        rule_files={"profile": dict(profile.data)},
        options=_options(request),
        totals={},
        seed=0,
        started=started,
    )
    progress.step("write")
    counts = _counts(made)
    # The hashes of older papers do not match the new application.
    with older_set_aside(request.out / DOSSIER, today().isoformat()) as aside:
        issues = write_application(made, record, request.out, request.overwrite, progress)
    if aside is not None:
        counts["dossier_outdated"] = aside.name
    return JobOutcome(request.out, counts, issue_counts(issues))


def _members(request: ApplicationRequest) -> list[Household]:
    """Who takes part, one right-holder or the households of a list."""
    alone, together = request.holder is not None, request.collective is not None
    if alone == together or together != (request.households is not None):
        raise UsageError("APPLICATION_WHO")
    if request.households is not None:
        return read_households(request.households)
    return [Household((request.holder or "").strip(), authorised=True)]


def _require_tickets(profile: Profile) -> None:
    if profile.kind == "screen":
        tickets = [name for name in shipped_profiles() if load_profile(name).kind != "screen"]
        raise UsageError("APPLICATION_PROFILE_IS_SCREEN", profile=profile.id, known=", ".join(tickets))


def _made(
    request: ApplicationRequest,
    members: Sequence[Household],
    result: TicketResult,
    profile: Profile,
    rights: Rights,
    progress: Progress,
) -> MadeApplication:
    period, credited, tenure = require_for_application(result, rights)
    names = [member.holder.strip() for member in members]
    on_certificates = {holder for holder in tenure.holder if holder is not None}
    require_holders(request.collective or names[0], names, on_certificates)
    rows, parcels = ground_of_holders(result.layer.geometry, tenure, names)
    facts, geometry = result.facts.iloc[rows], result.layer.geometry[rows]
    tenure = some_parcels(tenure, parcels)
    errors = load_sink_errors(result.path, facts.index)
    error_of = error_of_total(errors, facts)
    check = check_tickets(
        facts, geometry, profile, period, credited, tenure, error_of=error_of, today=today(), progress=progress
    )
    judged = check.facts.join(check.stage.columns[["ticket", "ticket_rules", "ticket_missing"]])
    cut = tenure_pieces(judged, geometry, profile, period, credited, tenure, progress)
    pieces = cut.pieces
    if request.village is not None:
        pieces = pieces[pieces["village"] == request.village.strip()]
    of_pieces = error_of_pieces(error_of, facts.index)
    try:
        if request.collective is None:
            application = holder_application(pieces, profile, period, names[0], of_pieces, on_certificates)
        else:
            application = joint_application(
                pieces, profile, period, request.collective, members, of_pieces, on_certificates
            )
    except InputError as problem:
        raise _with_overlaps(problem, pieces[pieces["holder"].isin(names)], cut) from problem
    return MadeApplication(application, members, profile, judged, cut, check, errors, result, request.village)


def _with_overlaps(problem: InputError, own: pd.DataFrame, cut: TenurePieces) -> InputError:
    """Why nothing counts, where other rows of the tenure layer lie on the applicant's."""
    if problem.code != "APPLICATION_EMPTY":
        return problem
    found = cut.double_count.overlaps
    lost = set(own.loc[~(own["free_share"] > 0), "row"])
    pairs = [
        (int(one), int(other)) if int(one) in lost else (int(other), int(one))
        for one, other in zip(found["stand_key"], found["other_key"], strict=True)
        if {int(one), int(other)} & lost
    ]
    if not pairs:
        return problem
    by_row = cut.pieces.set_index("row")
    piece, other = (by_row.loc[row] for row in pairs[0])
    return InputError(
        "APPLICATION_EMPTY_OVERLAP",
        applicant=problem.values["applicant"],
        count=len({mine for mine, _ in pairs}),
        stand=piece["stand_key"],
        certificate=piece["certificate"] or "?",
        other=other["certificate"] or "?",
    )


def _options(request: ApplicationRequest) -> dict[str, object]:
    named = ("holder", "collective", "village", "profile")
    return {name: getattr(request, name) for name in named} | {
        "households": request.households.name if request.households is not None else None
    }


def _counts(made: MadeApplication) -> dict[str, object]:
    row = application_row(made)
    counts: dict[str, object] = {}
    for name in _SHOWN:
        value = row[name]
        counts[name] = "unknown" if pd.isna(value) else f"{value:.4f}" if isinstance(value, float) else value
    application: Application = made.application
    counts |= {f"tickets_{face}_t": count for face, count in application.tickets.items()}
    counts["failed_rules"] = row["failed_rules"] or "-"
    return counts | {"profile": f"{made.profile.id} {made.profile.version}, {made.profile.status}"}
