"""Chooses parcels for the targets."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .shared import run_job, seed

if TYPE_CHECKING:
    from ..adapters.jobs.request import LayerSource


def add_programme(parser: argparse.ArgumentParser) -> None:
    """Options about a result and its programme."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("--targets", type=Path, required=True, metavar="FILE.csv", help="programme of targets")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.gpkg", help="file to write")
    parser.add_argument("--acceptance", metavar="LAYER", help="accepted parcels (验收): what is done")
    parser.add_argument("--ledger", type=Path, metavar="FILE.csv", help="tickets, trade and projects")
    parser.add_argument(
        "--works", "--costs", type=Path, metavar="FILE.csv", help="techniques, costs, growth afterwards"
    )
    parser.add_argument("--counting", type=Path, metavar="FILE.csv", help="which measures count together on a parcel")
    parser.add_argument("--designs", type=Path, metavar="FILE.csv", help="canopy and age a felling needs (work design)")
    parser.add_argument("--area-units", type=Path, metavar="FILE.csv", help="area units with their land area")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_programme(parser)
    parser.add_argument("--quota", type=Path, metavar="FILE.csv", help="felling quota by unit, type and origin")
    parser.add_argument("--budget", metavar="YUAN|FILE.csv", help="for the whole plan, or by unit and year")
    parser.add_argument("--shares", type=Path, metavar="FILE.csv", help="shares of techniques")
    parser.add_argument(
        "--openings",
        action="append",
        default=[],
        metavar="LAYER",
        help="clear-cuts on the ground or of an earlier plan",
    )
    parser.add_argument("--locks", type=Path, metavar="FILE.csv", help="parcels locked in or out")
    parser.add_argument("--benefit", default="carbon", metavar="WHAT", help="carbon, infestation, cost, or weights")
    parser.add_argument("--years", metavar="FROM/TO", help="plan years; those of the targets by default")
    parser.add_argument("--horizon", type=int, metavar="YEAR", help="carbon is compared at the end of this year")
    parser.add_argument("--gap", type=float, default=0.005, metavar="SHARE", help="distance from the bound to stop at")
    parser.add_argument("--nodes", type=int, default=20_000, metavar="N", help="branches looked at at most")
    parser.add_argument(
        "--green-up", type=int, metavar="YEARS", help="until a clear-cut beside another counts as closed"
    )
    parser.add_argument(
        "--min-patch",
        type=float,
        default=0.0,
        metavar="HA",
        help="smallest patch of adjoining parcels of one measure and year",
    )
    parser.add_argument("--beyond", type=float, metavar="SHARE", help="how far a plan may go beyond a target")
    parser.add_argument("--project", default="2030;2060", metavar="YEARS", help="years of the carbon table")
    parser.add_argument("--scenario", default="", metavar="NAME", help="name of the plan")
    parser.add_argument(
        "--why", action="append", default=[], metavar="STAND_KEY", help="what a swap of this stand costs"
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="seed of everything random")
    parser.set_defaults(run=_run)


def programme_options(options: argparse.Namespace) -> dict:
    """Options about a result and its programme, named as in the request."""
    from ..adapters.jobs.request import LayerSource

    return {
        "result": options.result,
        "targets": options.targets,
        "out": options.out,
        "acceptance": LayerSource(options.acceptance) if options.acceptance else None,
        "ledger": options.ledger,
        "works": options.works,
        "counting": options.counting,
        "area_units": options.area_units,
        "designs": options.designs,
        "overwrite": options.overwrite,
    }


def source_of(text: str) -> LayerSource:
    """A layer by its path; ``FILE.gpkg|layername=plan`` takes one of several."""
    from ..adapters.jobs.request import LayerSource

    path, _, layer = text.partition("|layername=")
    return LayerSource(path, layer or None)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.plan import plan
    from ..adapters.jobs.plan_question import PlanRequest

    request = PlanRequest(
        **programme_options(options),
        quota=options.quota,
        budget=options.budget,
        shares=options.shares,
        locks=options.locks,
        openings=tuple(source_of(text) for text in options.openings),
        benefit=options.benefit,
        years=options.years,
        horizon=options.horizon,
        gap=options.gap,
        nodes=options.nodes,
        green_up=options.green_up,
        minimum_patch_ha=options.min_patch,
        beyond=options.beyond,
        project_years=options.project,
        scenario=options.scenario,
        why=tuple(options.why),
        seed=options.seed,
    )
    run_job(lambda progress: plan(request, progress))
