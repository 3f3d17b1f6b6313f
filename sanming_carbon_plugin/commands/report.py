"""Report and tables of a result."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..adapters.language import spoken_language
from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for report and tables")
    parser.add_argument("--plan", type=Path, metavar="PLAN.gpkg", help="plan or progress, for the chart of progress")
    parser.add_argument("--template", type=Path, metavar="FILE.xlsx", help="Excel file of one's own to fill")
    parser.add_argument("--names", type=Path, metavar="FILE.csv", help="names of places: code,name[,name_en]")
    parser.add_argument("--area-unit", choices=("ha", "mu"), default="ha", help="unit of areas")
    parser.add_argument("--mass-unit", choices=("t", "wan_t"), default="t", help="t, or wan_t for 10,000 t")
    parser.add_argument("--language", choices=("en", "zh"), help="of the report; the system's by default")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.report import ReportRequest, report
    from ..core.units import UnitChoice

    request = ReportRequest(
        result=options.result,
        out=options.out,
        plan=options.plan,
        template=options.template,
        names=options.names,
        language=options.language or spoken_language(),
        units=UnitChoice(options.area_unit, options.mass_unit),
        overwrite=options.overwrite,
    )
    run_job(lambda progress: report(request, progress))
