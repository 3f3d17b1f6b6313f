"""What several commands share: their options, and how a job is run and told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from ..adapters.language import spoken_language
from ..adapters.terminal import TerminalProgress, write_line

_LARGEST_SEED = 2**31 - 1


def add_stands(parser: argparse.ArgumentParser) -> None:
    """Options that say where the stands are and how they are read."""
    parser.add_argument("stands", metavar="STANDS", help="stand polygons: a file, or PG:… for PostGIS")
    parser.add_argument("--layer", metavar="NAME", help="layer inside the file")
    parser.add_argument("--mapping", type=Path, metavar="FILE.json", help="which column plays which role")
    parser.add_argument("--encoding", metavar="NAME", help="text encoding, where detection is wrong")


def add_raster(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Rasters by name."""
    parser.add_argument(
        "--raster",
        action="append",
        default=[],
        required=required,
        type=_named_path,
        metavar="NAME=PATH",
        help="raster evidence; PATH#2 or PATH#red takes one band; repeat for more; dem and chm as names mean elevation "
        "and canopy heights in metres",
    )


def add_parcels(parser: argparse.ArgumentParser) -> None:
    """Layers of credited and of tenure parcels, and which of their columns means what."""
    parser.add_argument("--credited", action="append", default=[], metavar="LAYER", help="credited or pending parcels")
    parser.add_argument("--tenure", metavar="LAYER", help="tenure parcels (宗地)")
    parser.add_argument(
        "--credited-mapping", type=Path, metavar="FILE.json", help="which column of the credited layers means what"
    )
    parser.add_argument(
        "--tenure-mapping", type=Path, metavar="FILE.json", help="which column of the tenure layer means what"
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


def seed(text: str) -> int:
    """A seed, from which random numbers can begin."""
    if not text.isdecimal() or int(text) > _LARGEST_SEED:
        problem = f"{text!r} is no whole number from 0 to {_LARGEST_SEED}"
        raise argparse.ArgumentTypeError(problem)
    return int(text)


def run_job(job: Callable) -> None:
    """Run a job with progress on stderr and tell its counts on stdout."""
    progress = TerminalProgress(sys.stderr, spoken_language())
    outcome = job(progress)
    progress.finish()
    for name, value in outcome.counts.items():
        write_line(sys.stdout, f"{name}\t{value}")
    for (code, severity), count in outcome.issue_counts.items():
        write_line(sys.stdout, f"issue\t{code}\t{severity}\t{count}")
    if outcome.out is not None:
        write_line(sys.stdout, f"out\t{outcome.out}")
