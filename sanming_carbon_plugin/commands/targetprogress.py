"""How far a programme is: done, planned, available, missing."""

from __future__ import annotations

import argparse

from .plan import add_programme, programme_options
from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_programme(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.plan_inputs import ProgrammeRequest
    from ..adapters.jobs.target_progress import tell_progress

    request = ProgrammeRequest(**programme_options(options))
    run_job(lambda progress: tell_progress(request, progress))
