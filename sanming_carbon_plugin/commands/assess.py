"""The main job: read, check, evidence, carbon, classes, tickets, summaries."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import add_parcels, add_raster, add_stands, run_job, seed


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_stands(parser)
    add_raster(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.gpkg", help="result GeoPackage")
    parser.add_argument("--recipe", type=Path, metavar="FILE.json", help="which raster plays which role")
    parser.add_argument("--earlier", metavar="STANDS0", help="the stands at the beginning of the period")
    parser.add_argument("--period", metavar="FROM/TO", help="YYYY-MM-DD/YYYY-MM-DD, both days included")
    parser.add_argument("--survey-method", metavar="METHOD[,METHOD0]", help="where the layers do not say it")
    parser.add_argument("--profile", metavar="NAME|FILE.json", help="ticket rules")
    parser.add_argument("--rules", type=Path, metavar="FILE.json", help="classification rules")
    parser.add_argument("--parameters", type=Path, metavar="FILE.csv", help="carbon parameters")
    add_parcels(parser)
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="decisions of foresters: CSV or earlier result")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="seed of everything random")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.add_argument("--report", type=Path, metavar="DIR", help="folder for tables and report")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.assess import assess
    from ..adapters.jobs.request import AssessRequest, LayerSource

    request = AssessRequest(
        stands=LayerSource(options.stands, options.layer, options.encoding),
        out=options.out,
        rasters=tuple(options.raster),
        mapping=options.mapping,
        recipe=options.recipe,
        earlier=LayerSource(options.earlier) if options.earlier else None,
        period=options.period,
        survey_method=options.survey_method,
        profile=options.profile,
        rules=options.rules,
        parameters=options.parameters,
        credited=tuple(LayerSource(path) for path in options.credited),
        tenure=LayerSource(options.tenure) if options.tenure else None,
        credited_mapping=options.credited_mapping,
        tenure_mapping=options.tenure_mapping,
        decisions=options.decisions,
        seed=options.seed,
        overwrite=options.overwrite,
        report=options.report,
    )
    run_job(lambda progress: assess(request, progress))
