"""Tables and reports of a result, for people who do not open QGIS."""

from __future__ import annotations

from pathlib import Path

from ...core.progress import Progress
from ..output_files import output_folder
from .content import ReportInput
from .excel import write_workbook
from .page import write_page
from .pictures import write_pictures

__all__ = ["ReportInput", "write_report"]


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
