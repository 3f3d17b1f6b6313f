"""Tables and reports of a result, for people who do not open QGIS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...core.progress import Progress
from ..output_files import output_folder
from .excel import write_workbook
from .page import write_page


@dataclass(frozen=True)
class ReportInput:
    """What a report is made from: the very tables of the result, so that all figures are equal."""

    stands: pd.DataFrame
    summary: pd.DataFrame
    issues: pd.DataFrame
    run: dict[str, object]


def write_report(content: ReportInput, folder: Path, language: str, progress: Progress) -> list[Path]:
    """Write ``carbon_tables.xlsx`` and ``report.html`` into ``folder``, made where it is missing.

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
        write_page(beside / "report.html", content, language)
    return [folder / "carbon_tables.xlsx", folder / "report.html"]
