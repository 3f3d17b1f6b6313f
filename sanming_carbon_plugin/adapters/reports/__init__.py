"""Tables and reports of a result, for people who do not open QGIS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ...core.progress import Progress
from ...core.units import UnitChoice
from ..output_files import output_folder
from .carbon import CarbonReport
from .excel import write_workbook
from .page import write_page
from .pictures import write_pictures


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


def write_report(content: ReportInput, folder: Path, language: str, progress: Progress) -> list[Path]:
    """Write ``carbon_tables.xlsx``, ``report.html`` and the folder ``charts`` into ``folder``, made if missing.

    Raises
    ------
    OutputError
        Where the folder or a file in it cannot be written.
    DependencyError
        Where openpyxl is not installed.
    """
    with output_folder(folder) as beside:
        write_workbook(beside / "carbon_tables.xlsx", content, language)
        progress.raise_if_cancelled()
        has_png = write_pictures(beside / "charts", content.carbon.charts)
        write_page(beside / "report.html", content, language, has_png=has_png)
    return [folder / "carbon_tables.xlsx", folder / "report.html"]
