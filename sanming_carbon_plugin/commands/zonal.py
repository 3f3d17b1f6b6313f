"""Exact area-weighted raster statistics per stand."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import add_raster, add_stands, run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_stands(parser)
    add_raster(parser, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".gpkg, .csv or .parquet")
    parser.add_argument(
        "--statistics",
        default="",
        metavar="LIST",
        help="mean,std,support (share of valid area) by default; also min, max, median, quantiles q0 … q100, "
        "count (cells); of a map of classes majority and shares",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.request import LayerSource
    from ..adapters.jobs.zonal import parse_statistics, zonal

    source, chosen = LayerSource(options.stands, options.layer, options.encoding), parse_statistics(options.statistics)
    run_job(
        lambda progress: zonal(
            source, options.raster, options.out, options.mapping, options.overwrite, progress, chosen
        )
    )
