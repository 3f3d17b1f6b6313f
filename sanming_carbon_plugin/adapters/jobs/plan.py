"""Chooses parcels for the targets and writes the plan.

A plan is a GeoPackage with these layers (columns and their meaning: ``core/planning/plan_layers.py``):

``plan``
    Polygons, one per chosen stand: ``stand_key``, year, measure, technique, area, felled volume, cost, gain, lock,
    reason and what a swap would cost.
``candidates``
    Table: every stand that fits a planned measure, chosen or not, with the reason.
``progress``
    Table: done, planned, available and missing per municipality, county, township, measure and period.
``indicators``
    Table: forest cover, growing stock, tickets, projects, each with date and definition.
``plan_summary``
    Table: the plan by county, township, measure, technique and year.
``constraints``
    Table: every target, budget, quota, cap and share, what the plan uses of it and its price.
``plan_carbon``
    Table: modelled stock without and with the plan at the end of coming years.
``plan_run``
    Table of one row: ``scenario`` (name of the plan), ``objective``, ``bound``, ``gap``, ``status`` and the record of
    the run as in a result's ``run`` (versions, inputs with hashes, rules and parameters, options, seed, start, end).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.carbon.projection import fit_own_growth, years_of_text
from ...core.errors import InputError, UsageError
from ...core.planning.area_units import normalised_unit
from ...core.planning.assembly import (
    Locks,
    adjoining,
    block_rule,
    choice_problem,
    clear_cut_stands,
    locked_options,
)
from ...core.planning.counties import SolveAll, solve_by_county
from ...core.planning.gains import GrowthAhead, growth_ahead, infested_ha
from ...core.planning.limits import (
    PATCH,
    Beyond,
    Counted,
    LimitRows,
    add_budgets,
    add_patches,
    add_quotas,
    add_shares,
    add_targets,
)
from ...core.planning.options import DONE_ALREADY, Options, PlanTerms, options_of
from ...core.planning.problem import Choice, ChoiceProblem
from ...core.planning.reasons import reasons, swapped
from ...core.planning.solver import SolverLimits
from ...core.planning.targets import Target
from ...core.progress import Progress
from ..carbon_parameters import load_growth_rules, load_parameters
from ..geopackage import write_geopackage
from ..plan_tables import read_budgets, read_locks, read_quotas, read_shares, weights_of
from ..plan_words import clash_texts
from ..solver_process import SolverProcesses
from .opening import check_output
from .plan_inputs import Programme, ProgrammeRequest, open_programme
from .plan_output import Planned, plan_counts, plan_output
from .request import JobOutcome
from .run_record import now, today

_YEARS = re.compile(r"(\d{4})(?:\s*[/-]\s*(\d{4}))?")
_LARGEST = {"gap": 0.5, "nodes": 10_000_000, "green_up": 50, "minimum_patch_ha": 1e4, "beyond": 100.0}
DONE_SHARE = 0.5
"""A stand of which more is accepted for a measure is not planned for it, or for what cannot be counted beside it."""


@dataclass(frozen=True)
class PlanRequest(ProgrammeRequest):
    """What a plan is asked to be; further options of the command line.

    Attributes
    ----------
    quota, budget, shares, locks
        Tables of felling quotas, technique shares and locks; yuan for the whole plan, or a table of budgets.
    benefit
        What is maximised: ``carbon``, ``infestation``, ``cost`` for the least cost, or weights.
    years
        ``2026/2030``; empty for the years of the targets from this year on.
    horizon
        Year at whose end carbon is compared; None for the packaged number of years after the first plan year.
    gap, nodes
        When the solver is content.
    green_up, minimum_patch_ha, beyond
        Years until a clear-cut counts as closed; smallest parcel; how far a plan may go beyond a target.
    project_years
        Years of the carbon table.
    scenario
        Name of the plan.
    why
        Stands for which a swap is worked out by solving again.
    """

    quota: Path | None = None
    budget: str | None = None
    shares: Path | None = None
    locks: Path | None = None
    benefit: str = "carbon"
    years: str | None = None
    horizon: int | None = None
    gap: float = 0.005
    nodes: int = 20_000
    green_up: int | None = None
    minimum_patch_ha: float = 0.0
    beyond: float | None = None
    project_years: str = "2030;2060"
    scenario: str = ""
    why: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Asked:
    """The question with all that its answer is read by."""

    counted: Counted
    options: Options
    rows: LimitRows
    problem: ChoiceProblem
    ahead: GrowthAhead
    terms: PlanTerms


def plan(request: PlanRequest, progress: Progress) -> JobOutcome:
    """Choose parcels for the targets and write the plan.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then. ``PLAN_INFEASIBLE`` names what clashes and by how much.
    """
    started = now()
    check_output(request.out, request.overwrite)
    _check_numbers(request)
    weights_of(request.benefit)
    project_years = years_of_text(request.project_years, today().year - 50) if request.project_years.strip() else ()
    progress.step("read")
    opened = open_programme(request, progress)
    unknown = [key for key in request.why if key not in opened.facts.index]
    if unknown:
        raise InputError("WHY_UNKNOWN", stands=", ".join(unknown))
    progress.step("options")
    asked = _ask(request, opened, project_years, progress)
    processes = SolverProcesses(progress)
    progress.step("choose")
    limits = SolverLimits(request.gap, request.nodes)
    choice = _solve(opened, asked, limits, processes.best)
    if choice is None:
        _refuse(opened, asked, limits, processes, progress)
        raise InputError("PLAN_NOT_FOUND", nodes=request.nodes)
    why = reasons(asked.problem, choice, asked.options)
    swaps = _swaps(request, opened, asked, choice, processes, progress)
    planned = Planned(asked.counted, asked.options, asked.rows, asked.problem, choice, why, asked.ahead, project_years)
    tables = plan_output(request, opened, planned, asked.terms, started)
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    return JobOutcome(request.out, plan_counts(opened, planned, tables) | swaps)


def _check_numbers(request: PlanRequest) -> None:
    for name, largest in _LARGEST.items():
        value = getattr(request, name)
        if value is not None and not 0 <= value <= largest:
            raise UsageError("PLAN_NUMBER_INVALID", name=name, given=value)


def plan_years(request: PlanRequest, targets: list[Target]) -> tuple[int, ...]:
    """The plan years asked for, else those of the targets from this year on.

    Raises
    ------
    UsageError, InputError
        ``PLAN_YEARS_INVALID``, ``TARGETS_PAST``.
    """
    if request.years:
        found = _YEARS.fullmatch(request.years.strip())
        first = int(found[1]) if found else 0
        last = int(found[2] or found[1]) if found else -1
        if not first <= last <= first + 50:
            raise UsageError("PLAN_YEARS_INVALID", given=request.years)
        return tuple(range(first, last + 1))
    areas = [target for target in targets if target.is_area and target.year >= today().year]
    if not areas:
        raise InputError("TARGETS_PAST", years=f"{today().year}-")
    first = max(today().year, min(target.year_from or target.year for target in areas))
    return tuple(range(first, max(target.year for target in areas) + 1))


def _ask(request: PlanRequest, opened: Programme, project_years: tuple[int, ...], progress: Progress) -> Asked:
    """Options, limits and the question made of them."""
    facts, tables = opened.facts, opened.tables
    years = plan_years(request, opened.targets)
    horizon = request.horizon if request.horizon is not None else years[0] + int(tables.rules["horizon_yr"])
    if horizon < years[-1]:
        raise UsageError("PLAN_HORIZON_INVALID", horizon=horizon, last=years[-1])
    mine = [t for t in opened.targets if t.is_area and (t.year_from or t.year) <= years[-1] and t.year >= years[0]]
    if not mine:
        raise InputError("TARGETS_PAST", years=f"{years[0]}-{years[-1]}")
    parameters = load_parameters(None)
    growth = fit_own_growth(facts, parameters, load_growth_rules(), request.seed)
    progress.raise_if_cancelled()
    ahead = growth_ahead(facts, growth, parameters, [*years, horizon, *project_years])
    terms = PlanTerms(years, horizon, weights_of(request.benefit), request.quota is not None)
    measures = sorted({target.measure for target in mine})
    infested = infested_ha(facts, tables.rules)
    options = options_of(
        facts, tables.works, terms, ahead, infested, measures, _done(opened, measures, years),
        opened.taken(measures, _first_year(opened, years), years[-1]),
    )  # fmt: skip
    locks = read_locks(request.locks, facts.index)
    options = locked_options(options, tables.works, locks)
    _require_work(facts, options, locks)
    counted = Counted.of(options, tables.works, tables.matrix)
    rows = LimitRows(len(options.table))
    _add_limits(request, opened, counted, rows, mine, locks, years[-1])
    cut = clear_cut_stands(options, tables.works)
    blocks = None
    if len(cut):
        green_up = int(tables.rules["green_up_yr"]) if request.green_up is None else request.green_up
        blocks = block_rule(facts, options, tables.works, adjoining(opened.geometry, cut), green_up)
    return Asked(counted, options, rows, choice_problem(options, rows, locks, blocks), ahead, terms)


def _done(opened: Programme, measures: list[str], years: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Stands that are done in the programme's years, so that nothing is planned there once more."""
    if opened.accepted is None:
        return {}
    first = _first_year(opened, years)
    area = opened.facts["area_ha"].to_numpy(dtype=np.float64)
    done = np.zeros(len(area))
    for measure in {str(name) for name in opened.tables.works.measure}:
        done += opened.done(measure, first, years[-1])
    return {DONE_ALREADY: done > DONE_SHARE * np.nan_to_num(area)} if measures else {}


def _first_year(opened: Programme, years: tuple[int, ...]) -> int:
    """First year of the programme."""
    return min([t.year_from or t.year for t in opened.targets if t.is_area] or [years[0]])


def _require_work(facts: pd.DataFrame, options: Options, locks: Locks) -> None:
    has = np.zeros(len(facts), dtype=bool)
    has[options.table["stand"].to_numpy(dtype=np.int64)] = True
    without = np.flatnonzero(locks.locked_in & ~has)
    if len(without):
        raise InputError("LOCK_WITHOUT_WORK", stands=", ".join(str(facts.index[one]) for one in without[:10]))


def _add_limits(
    request: PlanRequest, opened: Programme, counted: Counted, rows: LimitRows, targets: list[Target], locks: Locks,
    last: int,
) -> None:  # fmt: skip
    """All limits that were asked for."""
    beyond = opened.tables.rules["beyond_share"] if request.beyond is None else request.beyond

    def done_ha(target: Target) -> float:
        stands = opened.units.get(target.area_unit)
        done = opened.done(target.measure, target.year_from or target.year, target.year)
        return 0.0 if stands is None else float(done[stands].sum())

    beyond_met = request.beyond or 0.0
    add_targets(rows, counted, targets, done_ha, opened.units, Beyond(beyond, beyond_met, last), locks.locked_in)
    budgets = read_budgets(request.budget, opened.tables.units.municipality())
    quotas, shares = read_quotas(request.quota), read_shares(request.shares, opened.tables.works)
    for name, table in (("budget", budgets), ("quota", quotas), ("shares", shares)):
        table["area_unit"] = [normalised_unit(str(unit)) for unit in table["area_unit"]]
        missing = sorted({str(unit) for unit in table["area_unit"]} - set(opened.units))
        if missing:
            raise InputError("PLAN_UNIT_UNKNOWN", table=name, units=", ".join(missing))
    add_budgets(rows, counted, budgets, opened.units)
    add_quotas(rows, counted, quotas, opened.units, opened.facts["origin"].to_numpy(dtype=object))
    add_shares(rows, counted, shares, opened.units)
    if request.minimum_patch_ha > 0:
        stands = np.unique(counted.table["stand"].to_numpy(dtype=np.int64))
        add_patches(rows, counted, adjoining(opened.geometry, stands), request.minimum_patch_ha)


def _solve(opened: Programme, asked: Asked, limits: SolverLimits, solve_all: SolveAll) -> Choice | None:
    county, _ = pd.factorize(opened.facts["county"].to_numpy(dtype=object), sort=True)
    return solve_by_county(asked.problem, county.astype(np.int64), limits, solve_all)


def _refuse(
    opened: Programme, asked: Asked, limits: SolverLimits, processes: SolverProcesses, progress: Progress
) -> None:
    """Say what clashes, if anything does.

    Raises
    ------
    InputError
        ``PLAN_INFEASIBLE``.
    """
    progress.step("clashes")
    described = asked.rows.table()
    found = processes.what_clashes(asked.problem, (described["kind"] != PATCH).to_numpy(), limits)
    if (found["short"] + found["over"] <= 0).all():
        return
    words: dict[str, str] = {}
    for language, suffix in (("en", ""), ("zh", "_zh")):
        gives, holds = clash_texts(found, described, opened.tables.units, language)
        words |= {f"gives{suffix}": gives, f"holds{suffix}": holds}
    raise InputError("PLAN_INFEASIBLE", **words)


def _swaps(
    request: PlanRequest, opened: Programme, asked: Asked, choice: Choice, processes: SolverProcesses,
    progress: Progress,
) -> dict[str, object]:  # fmt: skip
    """What taking the stands asked about in or out would cost, by solving again."""
    found: dict[str, object] = {}
    if request.why:
        progress.step("swap")
    for key in request.why:
        other = swapped(asked.problem, choice, int(opened.facts.index.get_loc(key)))
        limits = SolverLimits(request.gap, request.nodes)
        answer = None if other is None else _solve(opened, replace(asked, problem=other), limits, processes.best)
        found[f"swap {key}"] = "-" if answer is None else f"{max(choice.value - answer.value, 0.0):.3f}"
    return found
