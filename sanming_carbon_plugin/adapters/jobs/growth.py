"""Growth of the user's own stands: the curves with their report, and the stands moved along them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from ...core.carbon.growth import GrowthFit
from ...core.carbon.period import parse_day
from ...core.carbon.projection import project_to_years, years_of_text
from ...core.issues import join_issues
from ...core.planning.projection import projection_summary
from ...core.progress import Progress
from ..geopackage import OutputTable, write_geopackage
from ..language import spoken_language
from ..output_files import output_folder, require_writable
from ..reports.charts import growth_charts
from ..reports.pictures import write_pictures
from .carbon_inputs import (
    CarbonInputs,
    CarbonRequest,
    carbon_record,
    for_sums,
    growth_of,
    open_carbon,
    plain_table,
    stage_tables,
)
from .carbon_stock import counts_of
from .issue_table import issue_counts, issues_table
from .opening import check_output
from .request import JobOutcome
from .run_record import now, today

REPORT_NAMES = ("growth_curves.csv", "growth_curves.json", "growth_issues.csv")


@dataclass(frozen=True)
class ProjectRequest(CarbonRequest):
    """A step of the carbon room that looks ahead.

    Attributes
    ----------
    years
        Years with ``;`` between; the stock is that of their last day.
    surveyed
        ``YYYY-MM-DD`` for stands that do not say when they were surveyed.
    """

    years: str = ""
    surveyed: str | None = None


def fit_growth_curves(request: CarbonRequest, progress: Progress, language: str | None = None) -> JobOutcome:
    """Fit growth curves and write their report into the folder ``request.out``, made where it is missing.

    ``growth_curves.csv`` and ``growth_curves.json`` (with the record of the run) hold one row per curve,
    ``growth_issues.csv`` what was refused and why, ``charts`` a picture of each.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    for name in REPORT_NAMES:
        if request.out.is_dir():
            require_writable(request.out / name, overwrite=request.overwrite)
    progress.step("read")
    opened = open_carbon(request, progress)
    growth = growth_of(opened, request, progress)
    report = growth.report()
    record = carbon_record(request, opened, {}, {}, started)
    doubts = issues_table(growth.issues, opened.facts.index, opened.layer.geometry).frame
    progress.step("report")
    progress.raise_if_cancelled()
    with output_folder(request.out) as folder:
        report.to_csv(folder / REPORT_NAMES[0], index=False, encoding="utf-8-sig")
        text = json.dumps({"curves": _rows(report), "run": record}, ensure_ascii=False, indent=2)
        (folder / REPORT_NAMES[1]).write_text(text + "\n", encoding="utf-8")
        doubts.drop(columns="stand_key").to_csv(folder / REPORT_NAMES[2], index=False, encoding="utf-8-sig")
        charts = growth_charts(opened.facts, opened.parameters, growth, language or spoken_language())
        write_pictures(folder / "charts", charts)
    counts: dict[str, object] = {"stands": len(opened.facts), "curves": len(report), "charts": len(charts)}
    return JobOutcome(request.out, counts, issue_counts(doubts))


def project_stands(request: ProjectRequest, progress: Progress) -> JobOutcome:
    """Move every stand to coming years by the curves of its layer; all that comes of it is modelled.

    The layer ``stands`` has volume and stock of each year and ``projection_basis``, the table ``projection``
    one row per year, county, township, species group and age group, the table ``curves`` the fit report. In sums,
    ground that several stands cover counts once, as it does in those of today.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    years = years_of_text(request.years, today().year - 50)
    surveyed = parse_day(request.surveyed) if request.surveyed else None
    progress.step("read")
    opened = open_carbon(request, progress)
    growth = growth_of(opened, request, progress)
    progress.step("project")
    found = project_to_years(opened.facts, growth, opened.parameters, years, surveyed)
    counted, _, told = for_sums(opened, opened.facts, progress)
    summed = projection_summary(counted, _counted_once(found.columns, counted, opened.facts), years)
    totals = _totals(summed.frame, years)
    record = carbon_record(request, opened, {"years": list(years), "surveyed": request.surveyed}, totals, started)
    columns = opened.facts[["stock_tco2e"]].join(found.columns)
    issues = join_issues([opened.issues, growth.issues, found.issues, told])
    tables, doubts = stage_tables(opened, columns, issues, record)
    tables.append(OutputTable("projection", summed.columns, summed.frame, None, None))
    tables.append(plain_table("curves", growth.report()))
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    return JobOutcome(request.out, _counts(opened, growth, totals), issue_counts(doubts.frame))


def _counted_once(projected: pd.DataFrame, counted: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Coming stocks by the share of each stand's ground that counts in sums."""
    share = (counted["area_ha"] / facts["area_ha"].where(facts["area_ha"] > 0.0)).fillna(1.0)
    stocks = projected.filter(regex=r"^stock_\d+_tco2e$")
    return stocks.mul(share, axis=0)


def _counts(opened: CarbonInputs, growth: GrowthFit, totals: dict[str, float]) -> dict[str, object]:
    return counts_of(opened.facts, totals) | {"curves": len(growth.curves)}


def _totals(summed: pd.DataFrame, years: tuple[int, ...]) -> dict[str, float]:
    by_year = summed.groupby("year")["stock_projected_tco2e"].sum(min_count=1)
    return {f"total_stock_{year}_tco2e": float(by_year.loc[year]) for year in years}


def _rows(report: pd.DataFrame) -> list[dict[str, object]]:
    """Rows for JSON, unknown as null."""
    known = report.astype(object).where(report.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in known.to_dict("records")]
