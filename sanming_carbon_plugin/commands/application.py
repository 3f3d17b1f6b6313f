"""An application for a ticket, from a result of the main job."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core.errors import UsageError
from .shared import add_parcels, run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("--holder", metavar="NAME", help="the one right-holder, as on the certificates")
    parser.add_argument("--collective", metavar="NAME", help="the collective that applies for its households")
    parser.add_argument(
        "--households", type=Path, metavar="FILE.csv", help="holder, authorised (yes/no), income_weight (optional)"
    )
    parser.add_argument("--village", metavar="CODE", help="only stands of this village")
    parser.add_argument("--profile", metavar="NAME|FILE.json", help="ticket rules, by default those of the result")
    add_parcels(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the application")
    parser.add_argument(
        "--list-holders", type=Path, metavar="FILE.csv", help="only list who could apply, as households to be filled in"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an application in that folder")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.application import ApplicationRequest, make_application
    from ..adapters.jobs.application_holders import HoldersRequest, list_holders
    from ..adapters.jobs.request import LayerSource

    shared = {
        "result": options.result,
        "village": options.village,
        "profile": options.profile,
        "credited": tuple(LayerSource(path) for path in options.credited),
        "tenure": LayerSource(options.tenure) if options.tenure else None,
        "credited_mapping": options.credited_mapping,
        "tenure_mapping": options.tenure_mapping,
        "overwrite": options.overwrite,
    }
    if (options.list_holders is None) == (options.out is None):
        raise UsageError("APPLICATION_OUTPUT")
    if options.list_holders is not None:
        holders = HoldersRequest(out=options.list_holders, **shared)
        run_job(lambda progress: list_holders(holders, progress))
        return
    request = ApplicationRequest(
        out=options.out,
        holder=options.holder,
        collective=options.collective,
        households=options.households,
        **shared,
    )
    run_job(lambda progress: make_application(request, progress))
