"""The question a plan answers, put together from a programme and what is asked of the plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.carbon.account import numbers
from ...core.carbon.projection import fit_own_growth
from ...core.errors import InputError, UsageError
from ...core.planning.area_units import normalised_unit
from ...core.planning.assembly import (
    Locks,
    adjoining,
    block_rule,
    choice_problem,
    clear_cut_stands,
    locked_options,
    patch_rule,
)
from ...core.planning.gains import GrowthAhead, growth_ahead, infested_ha
from ...core.planning.limits import (
    ANY,
    Beyond,
    Counted,
    LimitRows,
    add_budgets,
    add_quotas,
    add_shares,
    add_targets,
    asked_for,
)
from ...core.planning.open_ground import GroundBeside, OpenGround, ground_beside
from ...core.planning.options import Options, PlanTerms, options_of
from ...core.planning.overlapping import without_ground_twice
from ...core.planning.problem import BlockRule, ChoiceProblem, PatchRule
from ...core.planning.reasons import NOT_ASKED
from ...core.planning.targets import LAST_YEAR, Target
from ...core.progress import Progress
from ...core.stands.area import stand_areas_m2
from ..carbon_parameters import load_growth_rules, load_parameters
from ..plan_tables import read_budgets, read_locks, read_quotas, read_shares, weights_of
from ..plan_words import targets_in_words
from .opening import geodesy_of
from .plan_ground import open_ground
from .plan_inputs import Programme, ProgrammeRequest
from .request import StandSource
from .run_record import today

_YEARS = re.compile(r"(\d{4})(?:\s*[/-]\s*(\d{4}))?")
MOST_YEARS = 50


@dataclass(frozen=True)
class PlanRequest(ProgrammeRequest):
    """What a plan is asked to be; further options of the command line.

    Attributes
    ----------
    quota, budget, shares, locks
        Tables of felling quotas, technique shares and locks; yuan for the whole plan, or a table of budgets.
    openings
        Layers of clear-cuts that are on the ground or belong to a plan that stays.
    benefit
        What is maximised: ``carbon``, ``infestation``, ``cost`` for the least cost, or weights.
    years
        ``2026/2030``; empty for the years of the targets from this year on.
    horizon
        Year at whose end carbon is compared; None for the packaged number of years after the first plan year.
    gap, nodes
        When the solver is content.
    green_up, minimum_patch_ha, beyond
        Years until a clear-cut counts as closed; smallest patch of one measure and year; how far a plan may go beyond
        a target.
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
    openings: tuple[StandSource, ...] = ()
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
    ground: OpenGround


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
        if not first <= last <= first + MOST_YEARS:
            raise UsageError("PLAN_YEARS_INVALID", given=request.years)
        return tuple(range(first, last + 1))
    areas = [target for target in targets if target.is_area and target.year >= today().year]
    if not areas:
        this = today().year
        raise InputError("TARGETS_PAST", years=f"{this} or later", years_zh=f"{this} 年及以后")
    first = max(today().year, min(target.year_from or target.year for target in areas))
    last = max(target.year for target in areas)
    if last > first + MOST_YEARS:
        raise UsageError("PLAN_YEARS_INVALID", given=f"{first}/{last}")
    return tuple(range(first, last + 1))


def ask(request: PlanRequest, opened: Programme, project_years: tuple[int, ...], progress: Progress) -> Asked:
    """Options, limits and the question made of them."""
    years = plan_years(request, opened.targets)
    terms = _terms(request, opened, years)
    mine = [t for t in opened.targets if t.is_area and (t.year_from or t.year) <= years[-1] and t.year >= years[0]]
    if not mine:
        span = f"{years[0]}-{years[-1]}" if len(years) > 1 else f"{years[0]}"
        raise InputError("TARGETS_PAST", years=span, years_zh=f"{span} 年")
    parameters = load_parameters(None)
    growth = fit_own_growth(opened.facts, parameters, load_growth_rules(), request.seed)
    progress.raise_if_cancelled()
    ahead = growth_ahead(opened.facts, growth, parameters, [*years, terms.horizon, *project_years])
    green_up = int(opened.tables.rules["green_up_yr"]) if request.green_up is None else request.green_up
    ground = open_ground(request.openings, opened, progress).near(years[0], years[-1], green_up)
    beside = _beside(opened, ground, progress)
    options, locks = _options(request, opened, terms, ahead, mine, beside)
    counted = Counted.of(options, opened.tables.works, opened.tables.matrix, opened.left_ha)
    rows = LimitRows(len(options.table))
    _add_limits(request, opened, counted, rows, mine, locks, years[-1])
    blocks = _blocks(opened, options, ground, beside, green_up)
    patches = _patches(request, opened, options)
    problem = choice_problem(options, rows, locks, blocks, patches)
    return Asked(counted, options, rows, problem, ahead, terms, ground)


def _terms(request: PlanRequest, opened: Programme, years: tuple[int, ...]) -> PlanTerms:
    """What an option needs to be known of."""
    horizon = request.horizon if request.horizon is not None else years[0] + int(opened.tables.rules["horizon_yr"])
    if not years[-1] <= horizon <= LAST_YEAR:
        raise UsageError("PLAN_HORIZON_INVALID", horizon=horizon, last=years[-1])
    return PlanTerms(years, horizon, weights_of(request.benefit), request.quota is not None, opened.needs)


def _options(
    request: PlanRequest, opened: Programme, terms: PlanTerms, ahead: GrowthAhead, targets: list[Target],
    beside: GroundBeside,
) -> tuple[Options, Locks]:  # fmt: skip
    facts, works = opened.facts, opened.tables.works
    measures = sorted({target.measure for target in targets})
    options = options_of(
        facts, works, terms, ahead, infested_ha(facts, opened.tables.rules), measures, opened.taken_ha,
        opened_ha=beside.uncounted_ha,
    )  # fmt: skip
    locks = read_locks(request.locks, facts.index, works)
    options = locked_options(options, works, locks)
    counted = Counted.of(options, works, opened.tables.matrix, opened.left_ha)
    options = options.only(asked_for(counted, targets, opened.done_ha, opened.units, locks.locked_in), NOT_ASKED)
    options = without_ground_twice(options, opened.sound, facts, locks.locked_in, opened.tables.rules)
    has = np.zeros(len(facts), dtype=bool)
    has[options.table["stand"].to_numpy(dtype=np.int64)] = True
    without = np.flatnonzero(locks.locked_in & ~has)
    if len(without):
        raise InputError("LOCK_WITHOUT_WORK", stands=", ".join(str(facts.index[one]) for one in without[:10]))
    return options, locks


def _beside(opened: Programme, ground: OpenGround, progress: Progress) -> GroundBeside:
    """The open ground as places beside the stands."""
    geodesy = geodesy_of(opened.stands)
    area, limit = (numbers(opened.facts, name) for name in ("area_ha", "clear_cut_limit_ha_low"))

    def area_m2(geometry: np.ndarray) -> np.ndarray:
        return stand_areas_m2(geometry, geodesy.to_lonlat, geodesy.semi_major_m, geodesy.flattening, progress)

    return ground_beside(ground, opened.sound, area, limit, area_m2)


def _blocks(
    opened: Programme, options: Options, ground: OpenGround, beside: GroundBeside, green_up: int
) -> BlockRule | None:
    """The rule about adjoining clear-cuts, those on the ground among them."""
    works = opened.tables.works
    cut = clear_cut_stands(options, works)
    if not len(cut):
        return None
    count = len(opened.facts)
    places = np.append(cut, count + np.arange(len(ground)))
    shapes = np.append(opened.sound, ground.geometry)
    pairs = adjoining(shapes, places, opened.tables.rules["adjoining_within_m"])
    return block_rule(opened.facts, options, works, pairs, green_up, beside)


def _patches(request: PlanRequest, opened: Programme, options: Options) -> PatchRule | None:
    if request.minimum_patch_ha <= 0:
        return None
    stands = np.unique(options.table["stand"].to_numpy(dtype=np.int64))
    pairs = adjoining(opened.sound, stands, opened.tables.rules["adjoining_within_m"])
    county = opened.facts["county"].to_numpy(dtype=object)
    return patch_rule(options, opened.tables.works, pairs, county, request.minimum_patch_ha)


def _add_limits(
    request: PlanRequest, opened: Programme, counted: Counted, rows: LimitRows, targets: list[Target], locks: Locks,
    last: int,
) -> None:  # fmt: skip
    """All limits that were asked for."""
    share = opened.tables.rules["beyond_share"] if request.beyond is None else request.beyond
    beyond = Beyond(max(share, opened.tables.rules["least_beyond_share"]), request.beyond or 0.0, last)
    try:
        add_targets(rows, counted, targets, opened.done_ha, opened.units, beyond, locks.locked_in)
    except InputError as problem:
        raise targets_in_words(problem, opened.tables.units) from problem
    budgets, quotas = read_budgets(request.budget), read_quotas(request.quota)
    shares = read_shares(request.shares, opened.tables.works)
    for name, table in (("budget", budgets), ("quota", quotas), ("shares", shares)):
        table["area_unit"] = [normalised_unit(str(unit)) for unit in table["area_unit"]]
        known = {*opened.units, ANY} if name == "budget" else {*opened.units}
        missing = sorted({str(unit) for unit in table["area_unit"]} - known)
        if missing:
            raise InputError("PLAN_UNIT_UNKNOWN", table=name, units=", ".join(missing))
    add_budgets(rows, counted, budgets, opened.units)
    if request.quota is not None:  # a table without rows is no quota at all
        add_quotas(rows, counted, quotas, opened.units, opened.facts["origin"].to_numpy(dtype=object))
    add_shares(rows, counted, shares, opened.units)
