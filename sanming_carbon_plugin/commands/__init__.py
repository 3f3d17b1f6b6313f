"""The commands of the command line, one a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from . import application, assess, check, explain, zonal

COMMANDS: tuple[tuple[str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("assess", "read, check, evidence, carbon, classes, tickets, summaries", assess.add),
    ("check", "checks only; prints a count per issue code", check.add),
    ("zonal", "exact area-weighted raster statistics per stand", zonal.add),
    ("explain", "every rule for one stand of a result", explain.add),
    ("application", "an application for a ticket, from a result", application.add),
)
"""Name, one line of help, and what adds the options."""
