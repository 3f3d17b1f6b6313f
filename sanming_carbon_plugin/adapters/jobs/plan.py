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

from dataclasses import replace

import numpy as np
import pandas as pd

from ...core.carbon.projection import years_of_text
from ...core.errors import InputError, UsageError
from ...core.planning.counties import SolveAll, solve_by_county
from ...core.planning.problem import Choice
from ...core.planning.reasons import (
    FITS_NOTHING,
    LOCKED_IN,
    NO_PLAN_THEN,
    SWAP_UNKNOWN,
    reasons,
    swap_interval,
    swapped,
)
from ...core.planning.solver import SolverLimits
from ...core.progress import Progress
from ..geopackage import write_geopackage
from ..plan_tables import weights_of
from ..plan_words import clash_texts
from ..solver_process import SolverProcesses
from .opening import check_output
from .plan_ground import ground_counts
from .plan_inputs import Programme, open_programme
from .plan_output import Planned, plan_counts, plan_output
from .plan_question import Asked, PlanRequest, ask
from .request import JobOutcome
from .run_record import now, today

_LARGEST = {"gap": 0.5, "nodes": 10_000_000, "green_up": 50, "minimum_patch_ha": 1e4, "beyond": 100.0}


def plan(request: PlanRequest, progress: Progress) -> JobOutcome:
    """Choose parcels for the targets and write the plan.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then. ``PLAN_INFEASIBLE`` names what clashes and by how much; ``PLAN_NOT_FOUND``
        tells that no plan was found within the branches, nor proved impossible.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    _check_numbers(request)
    weights_of(request.benefit)
    project_years = years_of_text(request.project_years, today().year - 50) if request.project_years.strip() else ()
    progress.step("read")
    opened = open_programme(request, progress)
    unknown = [key for key in request.why if key not in opened.facts.index]
    if unknown:
        raise InputError("WHY_UNKNOWN", stands=", ".join(unknown))
    progress.step("options")
    asked = ask(request, opened, project_years, progress)
    processes = SolverProcesses(progress)
    progress.step("choose")
    limits = _limits(request, opened)
    choice = _solve(opened, asked, limits, processes.best, progress)
    if choice is None:
        raise _refuse(opened, asked, processes, progress)
    if not choice.found:
        raise InputError("PLAN_NOT_FOUND", nodes=limits.nodes, first_nodes=limits.first_nodes)
    why = reasons(asked.problem, choice, asked.options)
    swaps = _swaps(request, opened, asked, (choice, why), processes, progress)
    planned = Planned(asked.counted, asked.options, asked.rows, asked.problem, choice, why, asked.ahead, project_years)
    tables = plan_output(request, opened, planned, asked.terms, asked.ground, started)
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    counts = plan_counts(opened, planned, tables, asked.terms.years) | ground_counts(asked.ground)
    return JobOutcome(request.out, counts | swaps)


def _check_numbers(request: PlanRequest) -> None:
    for name, largest in _LARGEST.items():
        value = getattr(request, name)
        if value is not None and not 0 <= value <= largest:
            said = name.removesuffix("_ha").replace("minimum_", "min_").replace("_", "-")
            raise UsageError("PLAN_NUMBER_INVALID", name=said, given=value, largest=f"{largest:g}")


def _limits(request: PlanRequest, opened: Programme) -> SolverLimits:
    whole = int(opened.tables.rules["whole_options"])
    first = int(opened.tables.rules["first_plan_nodes"])
    return SolverLimits(request.gap, request.nodes, whole_options=whole, first_nodes=first)


def _solve(
    opened: Programme, asked: Asked, limits: SolverLimits, solve_all: SolveAll, progress: Progress
) -> Choice | None:
    county, _ = pd.factorize(opened.facts["county"].to_numpy(dtype=object), sort=True)
    return solve_by_county(asked.problem, county.astype(np.int64), limits, solve_all, progress)


def _refuse(opened: Programme, asked: Asked, processes: SolverProcesses, progress: Progress) -> InputError:
    """Why there is no plan: what clashes and by how much."""
    progress.step("clashes")
    described = asked.rows.table()
    found = processes.what_clashes(asked.problem, np.ones(len(described), dtype=bool))
    keys = [str(key) for key in opened.facts.index]
    words: dict[str, str] = {}
    for language, suffix in (("en", ""), ("zh", "_zh")):
        gives, holds = clash_texts(found, described, opened.tables.units, keys, language)
        words |= {f"gives{suffix}": gives, f"holds{suffix}": holds}
    return InputError("PLAN_INFEASIBLE", **words)


def _swaps(
    request: PlanRequest, opened: Programme, asked: Asked, answer: tuple[Choice, pd.DataFrame],
    processes: SolverProcesses, progress: Progress,
) -> dict[str, object]:  # fmt: skip
    """What taking the stands asked about in or out would cost, by solving again; or why there is no swap."""
    found: dict[str, object] = {}
    choice, why = answer
    if request.why:
        progress.step("swap")
    for key in request.why:
        stand = int(opened.facts.index.get_loc(key))
        other = swapped(asked.problem, choice, stand)
        if other is None or why["option"].iloc[stand] < 0:
            found[f"swap {key}"] = LOCKED_IN if other is None else why["reason"].iloc[stand] or FITS_NOTHING
            continue
        another = _solve(opened, replace(asked, problem=other), _limits(request, opened), processes.best, progress)
        if another is None or not another.found:
            found[f"swap {key}"] = NO_PLAN_THEN if another is None else SWAP_UNKNOWN
            continue
        cost, low, high = swap_interval(choice, another)
        found |= {f"swap {key}": f"{cost:.3f}", f"swap_between {key}": f"{low:.3f} {high:.3f}"}
    return found
