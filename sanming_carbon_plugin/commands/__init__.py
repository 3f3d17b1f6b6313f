"""The commands of the command line, one a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from . import (
    application,
    assess,
    check,
    comparescenarios,
    dossier,
    doublecount,
    explain,
    exportmaps,
    fieldmerge,
    fieldpackage,
    fieldsample,
    neutrality,
    plan,
    products,
    report,
    targetprogress,
    ticketeligibility,
    workdesign,
    zonal,
)

COMMANDS: tuple[tuple[str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("assess", "read, check, evidence, carbon, classes, tickets, summaries", assess.add),
    ("check", "checks only; prints a count per issue code", check.add),
    ("zonal", "exact area-weighted raster statistics per stand", zonal.add),
    ("explain", "every rule for one stand of a result", explain.add),
    ("ticketeligibility", "ticket rules by themselves: a result judged again, or a stand layer", ticketeligibility.add),
    ("doublecount", "what of a layer nobody has credited yet, in space and time", doublecount.add),
    ("application", "an application for a ticket, from a result", application.add),
    ("neutrality", "what tickets are worth to a use, with the arithmetic", neutrality.add),
    ("dossier", "the papers of an application: stand table, maps, statement, register", dossier.add),
    ("fieldsample", "which stands to check in the field, with a random control sample", fieldsample.add),
    ("fieldpackage", "the offline package for QField", fieldpackage.add),
    ("fieldmerge", "what came back from the field, merged with the desk", fieldmerge.add),
    ("products", "carbon in wood and bamboo products, an account beside the tickets", products.add),
    ("plan", "parcels chosen for the targets of a programme, with reasons", plan.add),
    ("targetprogress", "done, planned, available and missing of a programme, and its indicators", targetprogress.add),
    ("comparescenarios", "two plans beside each other: stands, area, cost, carbon", comparescenarios.add),
    ("exportmaps", "maps of a result: a set of sheets, pictures, or a web map", exportmaps.add),
    ("report", "report and tables of a result, without running the main job again", report.add),
    ("workdesign", "work design of chosen parcels: sheets, maps 1:10 000, budget", workdesign.add),
)
"""Name, one line of help, and what adds the options."""
