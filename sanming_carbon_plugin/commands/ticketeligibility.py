"""Ticket eligibility of a result, judged again, or of a stand layer."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core.errors import UsageError
from .shared import add_parcels, add_stands, run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_stands(parser)
    parser.add_argument("--earlier", metavar="STANDS0", help="the stands at the beginning of the period")
    parser.add_argument("--period", metavar="FROM/TO", help="YYYY-MM-DD/YYYY-MM-DD, both days included")
    parser.add_argument("--survey-method", metavar="METHOD[,METHOD0]", help="where the layers do not say it")
    parser.add_argument("--profile", metavar="NAME|FILE.json", help="ticket rules")
    parser.add_argument("--parameters", type=Path, metavar="FILE.csv", help="carbon parameters")
    add_parcels(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.gpkg", help="stands with their outcomes")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.epilog = "STANDS may be a result of assess: then only profile and parcels may be exchanged."
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.request import AssessRequest, LayerSource
    from ..adapters.jobs.ticket_eligibility import JudgeRequest, judge_result, judge_stands
    from ..adapters.jobs.ticket_result import is_result

    shared = {
        "out": options.out,
        "profile": options.profile,
        "credited": tuple(LayerSource(path) for path in options.credited),
        "tenure": LayerSource(options.tenure) if options.tenure else None,
        "credited_mapping": options.credited_mapping,
        "tenure_mapping": options.tenure_mapping,
        "overwrite": options.overwrite,
    }
    if is_result(Path(options.stands)):
        _refuse_for_results(options)
        again = JudgeRequest(result=Path(options.stands), **shared)
        run_job(lambda progress: judge_result(again, progress))
        return
    request = AssessRequest(
        stands=LayerSource(options.stands, options.layer, options.encoding),
        mapping=options.mapping,
        earlier=LayerSource(options.earlier) if options.earlier else None,
        period=options.period,
        survey_method=options.survey_method,
        parameters=options.parameters,
        **shared,
    )
    run_job(lambda progress: judge_stands(request, progress))


def _refuse_for_results(options: argparse.Namespace) -> None:
    """A result has its numbers already: options that would change them must not be passed over in silence."""
    named = ("layer", "mapping", "encoding", "earlier", "period", "survey_method", "parameters")
    given = [f"--{name.replace('_', '-')}" for name in named if getattr(options, name)]
    if given:
        raise UsageError("TICKET_RESULT_OPTIONS", options=", ".join(given), path=Path(options.stands).name)
