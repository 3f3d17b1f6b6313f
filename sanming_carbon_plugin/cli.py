"""The command line: options in, counts on stdout, progress and one clear error line on stderr."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from .about import version
from .adapters.language import spoken_language
from .adapters.terminal import TerminalProgress, write_line
from .core.errors import CancelledError, CarbonError, UsageError

GDAL_CACHE_MEGABYTES = "256"


class _Parser(argparse.ArgumentParser):
    """Wrong usage is told like every other error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError("USAGE", problem=message, command=self.prog)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in another code page must not break a line of Chinese.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # GDAL would keep decoded tiles in a twentieth of the memory; here every tile is read once. Only set where the
    # process is ours: inside QGIS all plugins share it.
    os.environ.setdefault("GDAL_CACHEMAX", GDAL_CACHE_MEGABYTES)
    language = spoken_language()
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        options = _parser().parse_args(arguments)
        options.run(options)
    except CarbonError as problem:
        return _tell(problem, language)
    except KeyboardInterrupt:
        return _tell(CancelledError(), language)
    except BrokenPipeError:
        # The reader of our output went away (`… | head`): nothing is wrong with the result.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:  # noqa: BLE001 - the door: whatever went wrong is told in one line
        return _tell(CarbonError("UNEXPECTED", fault=type(fault).__name__, report=_fault_report()), language)
    return 0


def _interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _tell(problem: CarbonError, language: str) -> int:
    from .adapters.resources import render_error

    message, hint = render_error(problem, language)
    separator = "" if language == "zh" else " "
    line = f"error[{problem.code}]: {message}{separator}{hint}"
    write_line(sys.stderr, " ".join(line.split()))
    return problem.exit_status


def _fault_report() -> Path:
    """File with what a developer needs to find the fault; the user sees one line."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    path = Path(tempfile.gettempdir()) / f"sanming-carbon-fault-{stamp}-{os.getpid()}.txt"
    text = f"sanming_carbon_plugin {version()}\npython {sys.version}\narguments {sys.argv[1:]}\n\n"
    path.write_text(text + traceback.format_exc(), encoding="utf-8")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sanming_carbon_plugin", description="Stand-level forest carbon for Sanming (三明).")
    parser.add_argument("--version", action="version", version=version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_assess(commands.add_parser("assess", help="read, check, evidence, carbon, classes, tickets, summaries"))
    _add_check(commands.add_parser("check", help="checks only; prints a count per issue code"))
    _add_zonal(commands.add_parser("zonal", help="exact area-weighted raster statistics per stand"))
    _add_explain(commands.add_parser("explain", help="every rule for one stand of a result"))
    return parser


def _add_stands(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stands", metavar="STANDS", help="stand polygons: a file, or PG:… for PostGIS")
    parser.add_argument("--layer", metavar="NAME", help="layer inside the file")
    parser.add_argument("--mapping", type=Path, metavar="FILE.json", help="which column plays which role")
    parser.add_argument("--encoding", metavar="NAME", help="text encoding, where detection is wrong")


def _add_raster(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument(
        "--raster",
        action="append",
        default=[],
        required=required,
        type=_named_path,
        metavar="NAME=PATH",
        help="raster evidence; PATH#2 or PATH#red takes one band; repeat for more",
    )


def _named_path(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path.strip()):
        problem = f"'{text}' is not NAME=PATH"
        raise argparse.ArgumentTypeError(problem)
    if not name.strip().replace("_", "a").isalnum() or name.strip()[0].isdigit():
        problem = f"the raster name '{name}' may hold only letters, digits and _ and must not begin with a digit"
        raise argparse.ArgumentTypeError(problem)
    return name.strip(), path.strip()


def _add_assess(parser: argparse.ArgumentParser) -> None:
    _add_stands(parser)
    _add_raster(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.gpkg", help="result GeoPackage")
    parser.add_argument("--recipe", type=Path, metavar="FILE.json", help="which raster plays which role")
    parser.add_argument("--earlier", metavar="STANDS0", help="the stands at the beginning of the period")
    parser.add_argument("--period", metavar="FROM/TO", help="YYYY-MM-DD/YYYY-MM-DD, both days included")
    parser.add_argument("--survey-method", metavar="METHOD[,METHOD0]", help="where the layers do not say it")
    parser.add_argument("--profile", metavar="NAME|FILE.json", help="ticket rules")
    parser.add_argument("--rules", type=Path, metavar="FILE.json", help="classification rules")
    parser.add_argument("--parameters", type=Path, metavar="FILE.csv", help="carbon parameters")
    parser.add_argument("--credited", action="append", default=[], metavar="LAYER", help="credited or pending parcels")
    parser.add_argument("--tenure", metavar="LAYER", help="tenure parcels (宗地)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of everything random")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.add_argument("--report", type=Path, metavar="DIR", help="folder for tables and report")
    parser.set_defaults(run=_run_assess)


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_stands(parser)
    parser.add_argument("--out", type=Path, metavar="ISSUES.gpkg", help="write the issues as a layer")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.set_defaults(run=_run_check)


def _add_zonal(parser: argparse.ArgumentParser) -> None:
    _add_stands(parser)
    _add_raster(parser, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".gpkg, .csv or .parquet")
    parser.add_argument(
        "--statistics",
        default="",
        metavar="LIST",
        help="mean,std,support by default; also min, max, median, q5 … q95, count, majority, shares",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing result")
    parser.set_defaults(run=_run_zonal)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("result", type=Path, metavar="OUT.gpkg")
    parser.add_argument("stand_key", metavar="STAND_KEY")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=_run_explain)


def _run_assess(options: argparse.Namespace) -> None:
    from .adapters.jobs.assess import assess
    from .adapters.jobs.request import AssessRequest, LayerSource

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
        seed=options.seed,
        overwrite=options.overwrite,
        report=options.report,
    )
    _run(lambda progress: assess(request, progress))


def _run_check(options: argparse.Namespace) -> None:
    from .adapters.jobs.check import check
    from .adapters.jobs.request import LayerSource

    source = LayerSource(options.stands, options.layer, options.encoding)
    _run(lambda progress: check(source, options.out, options.mapping, options.overwrite, progress))


def _run_zonal(options: argparse.Namespace) -> None:
    from .adapters.jobs.request import LayerSource
    from .adapters.jobs.zonal import parse_statistics, zonal

    source, chosen = LayerSource(options.stands, options.layer, options.encoding), parse_statistics(options.statistics)
    _run(
        lambda progress: zonal(
            source, options.raster, options.out, options.mapping, options.overwrite, progress, chosen
        )
    )


def _run_explain(options: argparse.Namespace) -> None:
    from .adapters.jobs.explain import explain, explanation_text

    explanation = explain(options.result, options.stand_key)
    text = (
        json.dumps(explanation, ensure_ascii=False, indent=2)
        if options.json
        else explanation_text(explanation, spoken_language())
    )
    write_line(sys.stdout, text)


def _run(job: Callable) -> None:
    progress = TerminalProgress(sys.stderr, spoken_language())
    outcome = job(progress)
    progress.finish()
    for name, value in outcome.counts.items():
        write_line(sys.stdout, f"{name}\t{value}")
    for (code, severity), count in outcome.issue_counts.items():
        write_line(sys.stdout, f"issue\t{code}\t{severity}\t{count}")
    if outcome.out is not None:
        write_line(sys.stdout, f"out\t{outcome.out}")
