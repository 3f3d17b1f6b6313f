"""Work design of chosen parcels."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..adapters.language import spoken_language
from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for PDF, Word and Excel")
    parser.add_argument("--plan", type=Path, metavar="PLAN.gpkg", help="take the parcels of this plan")
    parser.add_argument("--stand", action="append", default=[], metavar="STAND_KEY", help="this stand; repeatable")
    parser.add_argument("--within", action="append", default=[], metavar="CODE", help="stands inside 350428-199-201 …")
    parser.add_argument("--dem", metavar="PATH", help="elevation model for the contours; PATH#2 takes one band")
    parser.add_argument("--names", type=Path, metavar="FILE.csv", help="names of places: code,name[,name_en]")
    parser.add_argument("--author", default="", metavar="TEXT", help="who designs")
    parser.add_argument("--designs", type=Path, metavar="FILE.csv", help="species, densities, intensities of one's own")
    parser.add_argument("--operations", type=Path, metavar="FILE.csv", help="make-up of the cost of one's own")
    parser.add_argument("--works", type=Path, metavar="FILE.csv", help="costs of one's own, as for a plan")
    parser.add_argument("--language", choices=("en", "zh"), help="of the papers; the system's by default")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.work_design import WorkDesignRequest, work_design

    request = WorkDesignRequest(
        result=options.result,
        out=options.out,
        plan=options.plan,
        stands=tuple(options.stand),
        within=tuple(options.within),
        dem=options.dem,
        names=options.names,
        author=options.author,
        designs=options.designs,
        operations=options.operations,
        works=options.works,
        language=options.language or spoken_language(),
        overwrite=options.overwrite,
    )
    run_job(lambda progress: work_design(request, progress))
