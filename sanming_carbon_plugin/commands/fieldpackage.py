"""The offline package for QField."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("list", type=Path, metavar="LIST.gpkg", help="list made by fieldsample from that result")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the package")
    parser.add_argument(
        "--background",
        action="append",
        default=[],
        metavar="FILE",
        help="raster or vector to draw into the background map; repeat for more, the first one lowest",
    )
    parser.add_argument("--cell", type=float, metavar="M", help="cells of the background map in metres")
    parser.add_argument("--tenure", metavar="LAYER", help="tenure parcels to show")
    parser.add_argument("--language", choices=("en", "zh"), help="of the form; by default that of the machine")
    parser.add_argument("--form", type=Path, metavar="FILE.csv", help="columns of the form of your own")
    parser.add_argument("--zip", action="store_true", help="make a zip beside the folder as well")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing package without photos")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.field_package.files import BackgroundSource
    from ..adapters.jobs.field_package import PackageRequest, field_package
    from ..adapters.jobs.request import LayerSource

    request = PackageRequest(
        result=options.result,
        listed=options.list,
        out=options.out,
        background=tuple(map(BackgroundSource, options.background)),
        tenure=LayerSource(options.tenure) if options.tenure else None,
        cell_m=options.cell,
        zipped=options.zip,
        language=options.language,
        form=options.form,
        overwrite=options.overwrite,
    )
    run_job(lambda progress: field_package(request, progress))
