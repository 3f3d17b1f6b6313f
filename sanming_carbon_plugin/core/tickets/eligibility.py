"""Which stands may get a carbon ticket, for how many tonnes, and which evidence is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..carbon.period import Period, refuse_future
from ..classes.conditions import Comparison, Node
from ..classes.evaluation import FAILED, PASSED, UNKNOWN, Evaluation, Outcomes, evaluate
from ..classes.trace import texts_of, trace
from ..issues import join_issues, no_issues, stand_issues
from ..progress import Progress
from ..stage import StageResult
from ..units import SQUARE_METRES_PER_HECTARE
from .credited_parcels import CreditedParcels, with_known_schemes
from .declarations import declaration_issues, require_in_force
from .double_count import DoubleCount, free_share, self_overlaps
from .profiles import FIXED_CONDITIONS, Profile
from .surveyed import DaysOfPeriod, surveyed_days
from .tenure import TenureParcels, tenure_cover
from .ticket_facts import free_part_ha, ticket_facts
from .ticket_issues import tenure_doubts, ticket_issues
from .tonnes import Floats, ticket_tonnes, uncertainty_deduction
from .total_error import ErrorOf, TotalError, error_of_total

TICKET_COLUMNS = ("ticket", "ticket_rules", "ticket_tco2e", "free_share", "ticket_missing")
ASKED_COLUMNS = (
    "measured_at_both_dates", "period_allowed", "period_start_year", "baseline_known", "error_allowed",
    "parcel_area_ha", "tenure_covered_share_low", "tenure_covered_share_high",
)  # fmt: skip
"""Facts of this room that rules ask; kept with the result so that each outcome can be explained from it."""

EVIDENCE = {
    "measured_at_both_dates": ("survey_date", "survey_method"),
    "period_allowed": ("period",),
    "period_start_year": ("period",),
    "error_allowed": ("sink_low_tco2e_yr", "sink_high_tco2e_yr"),
    "free_share": ("credited_layer",),
    "tenure_covered_share": ("tenure_layer",),
    "parcel_area_ha": ("area_ha",),
}
"""What a forester has to bring where a fact made by this room is unknown; other fields go by their own name."""

BASELINE_EVIDENCE = {
    "none": (),
    "previous_period": ("previous_sink_tco2e_yr",),
    "reference_growth": ("reference_growth_tco2e_ha_yr",),
    "stop_harvest": ("stock_tco2e",),
}


@dataclass(frozen=True)
class TicketCheck:
    """Everything the check found, for maps, explanations and applications.

    Attributes
    ----------
    stage
        Columns ``ticket``, ``ticket_rules``, ``ticket_tco2e``, ``free_share``, ``ticket_missing`` (the evidence
        that keeps an unknown stand undecided), what the rules asked (:data:`ASKED_COLUMNS`), and the doubts.
    facts
        The table of stands with what the rules asked.
    evaluation
        The rules held against the stands.
    outcomes
        Per rule id 1 passed, 0 unknown, −1 failed, with the rules about free ground and error decided.
    double_count
        The guard's map, None where no layer of credited parcels was given.
    error, deduction
        Of the total of the free part of all stands that do not fail; NaN where unknown.
    """

    stage: StageResult
    facts: pd.DataFrame
    evaluation: Evaluation
    outcomes: dict[str, Outcomes]
    double_count: DoubleCount | None
    error: TotalError
    deduction: float


def eligibility(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    profile: Profile,
    period: Period | None,
    credited: Iterable[CreditedParcels] | None,
    tenure: TenureParcels | None,
    *,
    error_of: ErrorOf | None = None,
    tidy: npt.NDArray[np.int64] | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> StageResult:
    """Ticket outcome, trace and tonnes of every stand; see :func:`check_tickets`."""
    return check_tickets(
        facts, geometry, profile, period, credited, tenure, error_of=error_of, tidy=tidy, today=today,
        progress=progress,
    ).stage  # fmt: skip


def check_tickets(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    profile: Profile,
    period: Period | None,
    credited: Iterable[CreditedParcels] | None,
    tenure: TenureParcels | None,
    *,
    error_of: ErrorOf | None = None,
    tidy: npt.NDArray[np.int64] | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> TicketCheck:
    """Hold a profile against every stand.

    Parameters
    ----------
    facts
        Table of stands with the carbon columns, index ``stand_key``.
    geometry
        Object array of polygons or None, length n.
    profile
        The scheme's rules and values.
    period
        Monitoring period, both days included; None where no two dates were given.
    credited
        Layers of credited or pending parcels in the CRS of the stands. None means that nobody looked: then
        nothing is known to be free and no stand is eligible; an empty list says that there are none.
    tenure
        Tenure parcels in the CRS of the stands, None without.
    error_of
        Error of the total of any group of these stands, from the carbon room; without it the widest possible
        is taken from the stands' own intervals.
    tidy
        As in :func:`.double_count.self_overlaps`.
    today
        Day of the run; a period that ends after it is refused.

    Returns
    -------
    TicketCheck
        ``ticket`` is ``yes`` only if every rule passed; ``no`` if one failed; else ``unknown``.

    Raises
    ------
    UsageError
        PERIOD_IN_FUTURE for a period in the future.
    InputError
        TICKET_SCHEME_UNKNOWN, CREDITED_… or TENURE_… for rows of the layers that cannot be used; TICKET_DECLARATION_…
        for a declaration that does not hold on the day of the run.
    """
    watch = progress or Progress()
    if period is not None:
        refuse_future(period, today)
    require_in_force(profile.rule_set, today)
    layers = None if credited is None else with_known_schemes(credited, profile.value("schemes"))
    cover = None if tenure is None else tenure_cover(geometry, tenure, period, watch, profile.value("tenure_rights"))
    day = today or date.today()  # noqa: DTZ011 - the day of whoever judges
    asked = ticket_facts(facts, geometry, profile, period, cover, day)
    evaluation = evaluate(profile.rule_set, asked)
    outcomes = dict(evaluation.outcomes)
    candidate = _all_of(outcomes, without=("FREE", "PRECISION")) > FAILED
    found, told = None, no_issues()
    if layers is not None and period is not None:
        found = _guard(geometry, facts, candidate, period, layers, profile, tidy, watch)
        rest = free_part_ha(facts, geometry, found, period, watch)
        asked, outcomes, told = _on_free_ground(asked, outcomes, rest, profile)
        candidate &= _all_of(outcomes, without=("FREE", "PRECISION")) > FAILED
    share = np.full(len(facts), np.nan) if found is None else found.free_share.to_numpy()
    # Where nobody looked for credited parcels the tonnes are those of the whole stand; the outcome says so.
    counted = _surveyed_share(facts, period) if found is None else share
    weight = np.where(candidate, np.nan_to_num(counted), 0.0)
    error = (error_of or error_of_total(None, facts))(weight, profile.value("uncertainty_base"))
    deduction = uncertainty_deduction(profile, error.relative)
    precision = _precision(error.relative, deduction)
    outcomes["FREE"] = np.select([np.isnan(share), share > 0.0], [UNKNOWN, PASSED], FAILED).astype(np.int8)
    outcomes["PRECISION"] = np.full(len(facts), precision, dtype=np.int8)
    answer = np.asarray(["no", None, "yes"], dtype=object)[precision + 1]
    asked = asked.assign(free_share=share, error_allowed=np.full(len(facts), answer, dtype=object))
    missing = missing_evidence(evaluation, outcomes, profile)
    tonnes = ticket_tonnes(facts, profile, period, counted, deduction)
    columns = _columns(asked, outcomes, tonnes, missing, evaluation)
    issues = ticket_issues(columns, facts, profile, period, missing, found, nobody_looked=credited is None, today=day)
    issues = join_issues([issues, told, declaration_issues(profile.rule_set, evaluation.facts), tenure_doubts(tenure)])
    return TicketCheck(StageResult(columns, issues), asked, evaluation, outcomes, found, error, deduction)


def _columns(
    asked: pd.DataFrame,
    outcomes: dict[str, Outcomes],
    tonnes: Floats,
    missing: npt.NDArray[np.object_],
    evaluation: Evaluation,
) -> pd.DataFrame:
    """What the room adds to the table of stands: outcome, trace, tonnes, and what the rules asked."""
    declared = {one.mark: evaluation.facts.answered_by(one) for one in evaluation.rule_set.declarations}
    columns = pd.DataFrame(
        {
            "ticket": np.asarray(["no", "unknown", "yes"], dtype=object)[_all_of(outcomes) + 1],
            "ticket_rules": trace(list(outcomes), list(outcomes.values()), len(asked), declared),
            "ticket_tco2e": tonnes,
            "free_share": asked["free_share"],
            "ticket_missing": missing,
        },
        index=asked.index,
    )
    return pd.concat([columns, asked[[name for name in ASKED_COLUMNS if name in asked.columns]]], axis=1)


def applicable(facts: pd.DataFrame, geometry: npt.NDArray[np.object_], profile: Profile) -> pd.DataFrame:
    """Whether the conditions of a method fit each stand, whatever was measured: ``applicable`` and ``rules``.

    This looks only at the profile's own rules, not at those about measurement, period and double counting.
    """
    evaluation = evaluate(profile.rule_set, ticket_facts(facts, geometry, profile, None))
    own = {name: outcome for name, outcome in evaluation.outcomes.items() if name not in FIXED_CONDITIONS}
    words = np.asarray(["no", "unknown", "yes"], dtype=object)[_all_of(own) + 1]
    rules = trace(list(own), list(own.values()), len(facts))
    return pd.DataFrame({"applicable": words, "rules": rules}, index=facts.index)


def missing_evidence(
    evaluation: Evaluation,
    outcomes: dict[str, Outcomes],
    profile: Profile,
    without: Collection[str] = (),
) -> npt.NDArray[np.object_]:
    """What each undecided stand still needs, as ``name, name``; None for the others. Shape (n,).

    Only what can still decide a rule is named: not the fields of an alternative that has failed already. Rules
    of ``without`` are not asked.
    """
    asked = {name: outcome for name, outcome in outcomes.items() if name not in without}
    total = _all_of(asked)
    needs: dict[str, Outcomes] = {}
    for rule in profile.rule_set.rules:
        if rule.id not in asked:
            continue
        undecided = (asked[rule.id] == UNKNOWN) & (total == UNKNOWN)
        if undecided.any():
            _collect(rule.test, undecided, evaluation, needs)
    evidence = {**EVIDENCE, "baseline_known": ("sink_tco2e_yr", *BASELINE_EVIDENCE[profile.value("baseline")])}
    names = list(needs)

    def text(wanted: list[int]) -> str | None:
        parts = [part for name, want in zip(names, wanted, strict=True) if want for part in evidence.get(name, (name,))]
        return ", ".join(dict.fromkeys(parts)) or None

    if not names:
        return np.full(len(total), None, dtype=object)
    return texts_of(list(needs.values()), len(total), text)


def _collect(node: Node, undecided: npt.NDArray[np.bool_], evaluation: Evaluation, needs: dict[str, Outcomes]) -> None:
    """Mark the fields that keep ``node`` undecided."""
    open_here = undecided & (evaluation.of(node) == UNKNOWN)
    if not open_here.any():
        return
    if not isinstance(node, Comparison):
        for child in node.children:
            _collect(child, open_here, evaluation, needs)
        return
    for name in (node.field, node.other):
        if name is not None:
            needs[name] = np.maximum(needs.get(name, np.zeros(len(open_here), dtype=np.int8)), open_here)


def _guard(
    geometry: npt.NDArray[np.object_],
    facts: pd.DataFrame,
    candidate: npt.NDArray[np.bool_],
    period: Period,
    credited: list[CreditedParcels],
    profile: Profile,
    tidy: npt.NDArray[np.int64] | None,
    progress: Progress,
) -> DoubleCount:
    rows = np.flatnonzero(candidate)
    overlaps = self_overlaps(geometry[rows], facts.index[rows], progress, None if tidy is None else tidy[rows])
    hidden, days = profile.number("shown_from_share"), surveyed_days(facts)
    return free_share(geometry, facts.index, period, credited, overlaps, hidden, progress, days)


def _on_free_ground(
    asked: pd.DataFrame, outcomes: dict[str, Outcomes], free_ha: Floats, profile: Profile
) -> tuple[pd.DataFrame, dict[str, Outcomes], pd.DataFrame]:
    """What the rules ask and their outcomes where the parcel of a ticket is less than the stand, and who fails by it.

    ``free_ha`` is the largest connected free part of each stand, NaN where nothing is taken from it for good.
    """
    whole = asked["parcel_area_ha"].to_numpy()
    rows = np.flatnonzero(free_ha < whole)
    asked = asked.assign(parcel_area_ha=np.fmin(whole, free_ha))
    again = evaluate(profile.rule_set, asked.iloc[rows]).outcomes
    before = _all_of(outcomes)[rows]
    outcomes = {name: outcome.copy() for name, outcome in outcomes.items()}
    for name, outcome in again.items():
        outcomes[name][rows] = outcome
    at = rows[(free_ha[rows] > 0.0) & (before > FAILED) & (_all_of(outcomes)[rows] == FAILED)]
    square_metres = [f"{value:.0f}" for value in free_ha[at] * SQUARE_METRES_PER_HECTARE]
    least = f"{profile.number('minimum_parcel_area_ha') * SQUARE_METRES_PER_HECTARE:.0f}"
    told = stand_issues("TICKET_FREE_PART_SMALL", asked.index[at], "parcel_area_ha", square_metres, least=least)
    return asked, outcomes, told


def _surveyed_share(facts: pd.DataFrame, period: Period | None) -> Floats:
    if period is None:
        return np.ones(len(facts))
    return DaysOfPeriod(len(facts), period, surveyed_days(facts)).share


def _precision(error: float, deduction: float) -> int:
    if not np.isnan(deduction):
        return PASSED
    return UNKNOWN if np.isnan(error) else FAILED


def _all_of(outcomes: dict[str, Outcomes], without: Collection[str] = ()) -> Outcomes:
    return np.minimum.reduce([outcome for name, outcome in outcomes.items() if name not in without])
