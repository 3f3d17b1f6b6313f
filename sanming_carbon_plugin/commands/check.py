"""Checks only; a count per issue code."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import add_stands, run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_stands(parser)
    parser.add_argument("--out", type=Path, metavar="ISSUES.gpkg", help="write the issues as a layer")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.check import check
    from ..adapters.jobs.request import LayerSource

    source = LayerSource(options.stands, options.layer, options.encoding)
    run_job(lambda progress: check(source, options.out, options.mapping, options.overwrite, progress))
