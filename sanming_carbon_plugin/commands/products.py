"""Carbon in wood and bamboo products, from a harvest table."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("harvest", type=Path, metavar="HARVEST.csv", help="year, species, volume_m3 or culms, county …")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.gpkg", help="result GeoPackage")
    parser.add_argument("--stands", type=Path, metavar="RESULT.gpkg", help="result of assess, for rows with stand_key")
    parser.add_argument("--parameters", type=Path, metavar="FILE.csv", help="carbon parameters")
    parser.add_argument("--products", type=Path, metavar="FILE.csv", help="shares and half-lives of the products")
    parser.add_argument("--until", type=int, metavar="YEAR", help="last year of the account")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.add_argument("--report", type=Path, metavar="DIR", help="folder for the tables and the chart")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.products import ProductsRequest, product_accounts

    request = ProductsRequest(
        harvest=options.harvest,
        out=options.out,
        stands=options.stands,
        parameters=options.parameters,
        products=options.products,
        until=options.until,
        overwrite=options.overwrite,
        report=options.report,
    )
    run_job(lambda progress: product_accounts(request, progress))
