"""What tickets are worth to a use, with the arithmetic."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("kind", metavar="USE", help="emissions, restoration, planting or pledge")
    parser.add_argument("--factors", metavar="NAME|FILE.json", help="factor table; an edited copy of a shipped one")
    parser.add_argument(
        "--activity", action="append", default=[], type=_named_amount, metavar="FACTOR=AMOUNT",
        help="emissions: amount in the factor's unit, such as electricity_fujian=12000; repeat for more",
    )  # fmt: skip
    parser.add_argument("--area-ha", type=float, metavar="HA", help="restoration: damaged area")
    parser.add_argument("--years", type=float, metavar="N", help="restoration, planting: years")
    parser.add_argument("--growth", metavar="FACTOR", help="restoration: growth lost, such as growth_pine")
    parser.add_argument(
        "--felled", action="append", default=[], type=_named_amount, metavar="FACTOR=M3",
        help="restoration: what was felled, such as stock_pine=35; repeat for more",
    )  # fmt: skip
    parser.add_argument("--people", type=float, metavar="N", help="planting: who owe trees")
    parser.add_argument("--tonnes", type=float, metavar="T", help="pledge: tonnes, by default those of the tickets")
    parser.add_argument(
        "--tickets", action="append", default=[], type=Path, metavar="FILE.csv|DIR",
        help="tickets at hand (ticket, whole_t, period_end) or the folder of an application; repeat for more",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help=".json or .csv with the arithmetic")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.set_defaults(run=_run)


def _named_amount(text: str) -> tuple[str, float]:
    name, equals, amount = text.partition("=")
    try:
        value = float(amount)
    except ValueError:
        equals = ""
    if not (equals and name.strip()):
        problem = f"'{text}' is not FACTOR=AMOUNT"
        raise argparse.ArgumentTypeError(problem)
    return name.strip(), value


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.neutrality import UseRequest, neutrality

    request = UseRequest(
        kind=options.kind,
        factors=options.factors,
        activities=tuple(options.activity),
        area_ha=options.area_ha,
        years=options.years,
        growth=options.growth,
        felled=tuple(options.felled),
        people=options.people,
        tonnes=options.tonnes,
        tickets=tuple(options.tickets),
        out=options.out,
        overwrite=options.overwrite,
    )
    run_job(lambda progress: neutrality(request, progress))
