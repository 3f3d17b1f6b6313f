"""Two plans beside each other."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("first", type=Path, metavar="PLAN_A.gpkg", help="a plan")
    parser.add_argument("second", type=Path, metavar="PLAN_B.gpkg", help="another plan of the same result")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.gpkg", help="file to write")
    parser.add_argument("--works", "--costs", type=Path, metavar="FILE.csv", help="table both plans were made with")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.compare_scenarios import CompareRequest, compare_scenarios

    request = CompareRequest(options.first, options.second, options.out, options.works, options.overwrite)
    run_job(lambda progress: compare_scenarios(request, progress))
