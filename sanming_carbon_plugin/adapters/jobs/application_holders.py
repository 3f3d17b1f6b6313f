"""Who could apply: every right-holder of a result with what counts and what does not, as a list to be filled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...core.errors import InputError
from ...core.progress import Progress
from ...core.tickets.eligibility import check_tickets
from ...core.tickets.tenure_pieces import tenure_pieces
from ...core.tickets.total_error import error_of_total
from ..output_files import moved_into_place, output_errors
from ..sink_errors import load_sink_errors
from .double_count import profile_line
from .opening import check_output
from .request import JobOutcome
from .run_record import today
from .ticket_result import RequestOnResult, opened_for, require_for_application

HOLDER_COLUMNS = (
    "holder", "authorised", "income_weight", "villages", "certificates", "pieces", "area_ha", "pieces_that_count",
    "area_that_counts_ha", "net_tco2e", "reasons",
)  # fmt: skip
"""``authorised`` and ``income_weight`` are empty, to be filled in; ``net_tco2e`` is before deductions and rounding."""


@dataclass(frozen=True)
class HoldersRequest(RequestOnResult):
    """A result and the list to write; ``village`` limits it to the stands of one village."""

    village: str | None = None


def list_holders(request: HoldersRequest, progress: Progress) -> JobOutcome:
    """Write the right-holders of a result as CSV, which may come back as the households of a joint application.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    check_output(request.out, request.overwrite, (".csv",))
    progress.step("read")
    result, profile, rights = opened_for(request, progress)
    period, credited, tenure = require_for_application(result, rights)
    progress.step("tickets")
    facts, geometry = result.facts, result.layer.geometry
    error_of = error_of_total(load_sink_errors(result.path, facts.index), facts)
    check = check_tickets(
        facts, geometry, profile, period, credited, tenure, error_of=error_of, today=today(), progress=progress
    )
    judged = check.facts.join(check.stage.columns[["ticket_rules"]])
    pieces = tenure_pieces(judged, geometry, profile, period, credited, tenure, progress).pieces
    if request.village is not None:
        pieces = pieces[pieces["village"] == request.village.strip()]
    if pieces.empty:
        raise InputError("APPLICATION_EMPTY", applicant=request.village or result.path.name)
    table = _holders(pieces)
    progress.step("write")
    with moved_into_place(request.out, overwrite=request.overwrite) as beside, output_errors(request.out):
        table.to_csv(beside, index=False, encoding="utf-8-sig")
    nameless = int(pieces["holder"].isna().sum())
    counts = {"holders": len(table), "pieces": len(pieces), "pieces_without_holder": nameless}
    return JobOutcome(request.out, counts | {"profile": profile_line(profile)})


def _holders(pieces: pd.DataFrame) -> pd.DataFrame:
    """One row per holder, those with most tonnes first; what makes pieces not count is told with its number."""
    counts = pieces["outcome"] == "yes"
    table = pieces.assign(
        counts=counts,
        area_that_counts_ha=np.where(counts, pieces["area_ha"], 0.0),
        counted_tco2e=np.where(counts, pieces["net_tco2e"], 0.0),
    )
    groups = table.groupby("holder", sort=True)
    rows = pd.DataFrame(
        {
            "authorised": "",
            "income_weight": "",
            "villages": groups["village"].agg(_joined),
            "certificates": groups["certificate"].nunique(),
            "pieces": groups.size(),
            "area_ha": groups["area_ha"].sum(),
            "pieces_that_count": groups["counts"].sum(),
            "area_that_counts_ha": groups["area_that_counts_ha"].sum(),
            "net_tco2e": groups["counted_tco2e"].sum(),
            "reasons": groups["reason"].agg(_counted),
        }
    ).reset_index()
    return rows.sort_values("net_tco2e", ascending=False, kind="stable", ignore_index=True)[list(HOLDER_COLUMNS)]


def _joined(values: pd.Series) -> str:
    return ";".join(sorted(set(values.dropna())))


def _counted(values: pd.Series) -> str:
    sizes = values.dropna().value_counts()
    return ";".join(f"{name} {count}" for name, count in sizes.items())
