"""How far a programme is: done, planned, available, missing."""

from __future__ import annotations

import argparse
from pathlib import Path

from .plan import add_programme, programme_options
from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_programme(parser)
    parser.add_argument("--plan", type=Path, metavar="PLAN.gpkg", help="plan that says what is planned")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.target_progress import ProgressRequest, tell_progress

    request = ProgressRequest(**programme_options(options), plan=options.plan)
    run_job(lambda progress: tell_progress(request, progress))
