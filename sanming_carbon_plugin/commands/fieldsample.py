"""The list of stands to look at in the field."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job, seed


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("--out", type=Path, required=True, metavar="LIST.gpkg", help="list of stands to check")
    parser.add_argument("--stands", type=_count, required=True, metavar="N", help="how many stands can be visited")
    parser.add_argument("--shares", metavar="REASON=SHARE,…", help="disagreement, uncertainty, "
                        "threshold, conflict and control, together 1; as the settings say by default")  # fmt: skip
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="seed of the random control sample")
    parser.add_argument("--settings", type=Path, metavar="FILE.json", help="limits, weights and strata of your own")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing list")
    parser.set_defaults(run=_run)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        problem = f"'{text}' is not a number of stands"
        raise argparse.ArgumentTypeError(problem)
    return int(text)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.field_sample import field_sample, parsed_shares

    run_job(
        lambda progress: field_sample(
            options.result,
            options.out,
            options.stands,
            options.seed,
            progress,
            shares=parsed_shares(options.shares) if options.shares else None,
            settings=options.settings,
            overwrite=options.overwrite,
        )
    )
