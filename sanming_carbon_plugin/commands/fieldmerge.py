"""What came back from the field, merged with the desk."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess, as it is now")
    parser.add_argument("returned", type=Path, nargs="+", metavar="RETURNED", help="returned folder or field.gpkg")
    parser.add_argument("--out", type=Path, required=True, metavar="REVIEW.gpkg", help="differences and conflicts")
    parser.add_argument("--base", type=Path, metavar="FILE", help="what was sent, where it is not beside the result")
    parser.add_argument(
        "--resolve",
        type=Path,
        metavar="FILE",
        help="review or CSV with choices (desk, field, field_2, value): take over what was decided",
    )
    parser.add_argument("--by", metavar="NAME", help="who signs for the decisions; needed with --resolve")
    parser.add_argument("--form", type=Path, metavar="FILE.csv", help="columns of the form of your own")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing review")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.field_merge import MergeRequest, field_merge

    request = MergeRequest(
        result=options.result,
        returned=tuple(options.returned),
        out=options.out,
        base=options.base,
        choices=options.resolve,
        name=options.by,
        form=options.form,
        overwrite=options.overwrite,
    )
    run_job(lambda progress: field_merge(request, progress))
