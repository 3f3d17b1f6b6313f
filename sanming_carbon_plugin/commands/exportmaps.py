"""Maps of a result: a set of sheets, pictures, or a web map."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..adapters.language import spoken_language
from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result, or a plan")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="TARGET", help="FILE.pdf, FILE.html (web map), or a folder"
    )
    parser.add_argument(
        "--level",
        default="village",
        metavar="LEVEL",
        help="one sheet per municipality, county, township, village, compartment or parcel",
    )
    parser.add_argument(
        "--theme", default="measure", metavar="NAME", help="what is coloured: measure, carbon_density …"
    )
    parser.add_argument("--paper", default="a4", metavar="SIZE", help="a4 or a3")
    parser.add_argument(
        "--orientation", default="auto", metavar="HOW", help="portrait, landscape, or auto: what shows each unit larger"
    )
    parser.add_argument("--format", dest="form", default="pdf", metavar="KIND", help="pdf or png, for a folder")
    parser.add_argument("--within", action="append", default=[], metavar="CODE", help="only inside 350428-199 …")
    parser.add_argument("--stand", action="append", default=[], metavar="STAND_KEY", help="only this stand; repeatable")
    parser.add_argument("--names", type=Path, metavar="FILE.csv", help="names of places: code,name[,name_en]")
    parser.add_argument("--author", default="", metavar="TEXT", help="who draws the maps")
    parser.add_argument("--template", type=Path, metavar="FILE.qpt", help="a layout template of one's own")
    parser.add_argument("--ground", type=Path, metavar="OUT.gpkg", help="result around the parcels of a plan")
    parser.add_argument("--units", default="ha,mu", metavar="LIST", help="units of areas: ha, mu or ha,mu")
    parser.add_argument("--language", choices=("en", "zh"), help="of the sheets; the system's by default")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.export_maps import export_maps
    from ..adapters.maps.map_set import MapSetRequest

    request = MapSetRequest(
        result=options.result,
        out=options.out,
        level=options.level,
        theme=options.theme,
        paper=options.paper,
        orientation=options.orientation,
        form=options.form,
        language=options.language or spoken_language(),
        within=tuple(options.within),
        stands=tuple(options.stand),
        names=options.names,
        author=options.author,
        template=options.template,
        ground=options.ground,
        units=tuple(part.strip() for part in options.units.split(",") if part.strip()),
        overwrite=options.overwrite,
    )
    run_job(lambda progress: export_maps(request, progress))
