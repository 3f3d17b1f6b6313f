"""What the workbook and the page of a report are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ...core.units import UnitChoice
from .carbon import CarbonReport


@dataclass(frozen=True)
class ReportInput:
    """What a report is made from: the very tables of the result, so that all figures are equal.

    ``stands`` hold the classes that count, and in ``decided`` the names of those that a person decided.
    """

    stands: pd.DataFrame
    summary: pd.DataFrame
    issues: pd.DataFrame
    run: dict[str, object]
    carbon: CarbonReport = field(default_factory=CarbonReport)
    units: UnitChoice = field(default_factory=UnitChoice)
    sections: tuple[tuple[str, str], ...] = ()
    """More sections of the page, after the totals: heading and HTML that is safe already."""
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Names of places in English and Chinese by code."""
    waiting: int = 0
    """Decisions of people that were made since the run."""
    note: str = ""
    """What else a reader has to know of the figures of stands."""
