"""A layer of candidates against layers of credited or pending parcels."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import add_stands, run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_stands(parser)
    parser.add_argument(
        "--credited",
        action="append",
        required=True,
        metavar="LAYER",
        help="credited or pending parcels",
    )
    parser.add_argument(
        "--credited-mapping", type=Path, metavar="FILE.json", help="which column of the credited layers means what"
    )
    parser.add_argument(
        "--period", action="append", required=True, metavar="FROM/TO",
        help="YYYY-MM-DD/YYYY-MM-DD, both days included; repeat for further periods",
    )  # fmt: skip
    parser.add_argument("--profile", metavar="NAME|FILE.json", help="ticket rules that know the schemes")
    parser.add_argument(
        "--show-from", type=float, metavar="SHARE", help="draw blocked parts from this share; smaller ones still count"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.gpkg", help="candidates, parts and overlaps")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.double_count import DoubleCountRequest, double_count
    from ..adapters.jobs.request import LayerSource

    request = DoubleCountRequest(
        candidates=LayerSource(options.stands, options.layer, options.encoding),
        out=options.out,
        periods=tuple(options.period),
        credited=tuple(LayerSource(path) for path in options.credited),
        mapping=options.mapping,
        credited_mapping=options.credited_mapping,
        profile=options.profile,
        shown_from_share=options.show_from,
        overwrite=options.overwrite,
    )
    run_job(lambda progress: double_count(request, progress))
