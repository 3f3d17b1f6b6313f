"""Carbon in wood and bamboo products (生物减排固碳): an account of its own, which no ticket ever holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.carbon.harvest import read_harvest
from ...core.carbon.products import ProductTable, product_account
from ...core.errors import UsageError
from ...core.progress import Progress
from ...core.stands.layer import FieldType
from ..carbon_charts import products_chart
from ..carbon_parameters import MAIN, load_parameters, load_products, own_tables
from ..geopackage import OutputTable, write_geopackage
from ..harvest_files import load_felling, load_harvest, load_stand_species
from ..language import spoken_language
from ..output_files import output_folder
from ..reports.pictures import write_pictures
from ..stand_tables import load_stand_tables
from ..words import word
from .carbon_inputs import plain_table
from .inputs import file_record, identity
from .issue_table import issue_counts, issues_table
from .opening import check_output
from .request import JobOutcome
from .run_record import now, run_record, run_table

LAST_YEAR = 2200
_TEXT, _REAL, _WHOLE = FieldType("text"), FieldType("real"), FieldType("integer")
PRODUCT_COLUMNS = {
    "year": _WHOLE, "county": _TEXT, "product": _TEXT, "inflow_tco2e": _REAL, "stock_tco2e": _REAL,
    "change_tco2e": _REAL, "in_ticket": _TEXT,
}  # fmt: skip


@dataclass(frozen=True)
class ProductsRequest:
    """Options of the account of products.

    Attributes
    ----------
    harvest
        Table (CSV) of what was felled and carried out.
    stands
        Result of ``assess`` that knows the species of stands the harvest only names by key.
    products
        Edited copy of ``products.csv``: shares and half-lives.
    until
        Last year of the account; None for the last year of the harvest.
    report
        Folder for the table and the chart, None for none.
    """

    harvest: Path
    out: Path
    stands: Path | None = None
    parameters: Path | None = None
    products: Path | None = None
    until: int | None = None
    overwrite: bool = False
    report: Path | None = None


def product_accounts(request: ProductsRequest, progress: Progress, language: str | None = None) -> JobOutcome:
    """Write the tables ``products``, ``years``, ``harvest``, ``issues`` and ``run``.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite)
    progress.step("read")
    parameters, products = load_parameters(request.parameters), load_products(request.products)
    stands = load_stand_species(request.stands) if request.stands is not None else None
    known = load_stand_tables()
    harvest = read_harvest(load_harvest(request.harvest), parameters, products, *load_felling(), stands, known)
    progress.step("products")
    progress.raise_if_cancelled()
    rows = harvest.rows
    first, last = int(rows["year"].min()), request.until or int(rows["year"].max())
    if not first <= last <= LAST_YEAR:
        raise UsageError("YEARS_INVALID", given=last, first=first, last=LAST_YEAR)
    table = product_account(rows, products, last - first + 1, first).assign(in_ticket="no")
    years = _by_year(rows, table, range(first, last + 1))
    doubts = issues_table(harvest.issues, rows.index, np.full(len(rows), None, dtype=object))
    end = years.iloc[-1]
    totals = {
        "total_harvested_tco2e": float(rows["tco2e"].sum(min_count=1)),
        "total_products_stock_tco2e": float(end["stock_tco2e"]),
        "total_products_change_tco2e": float(end["change_tco2e"]),
    }
    record = _record(request, products, (parameters.table_id, parameters.version, parameters.status), totals, started)
    run = run_table(record)
    tables = [
        OutputTable("products", dict(PRODUCT_COLUMNS), table, None, None),
        plain_table("years", years),
        plain_table("harvest", rows.rename_axis("row").reset_index()),
        OutputTable("issues", doubts.columns, doubts.frame, None, None),
        OutputTable("run", run.columns, run.frame, None, None),
    ]
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    if request.report is not None:
        progress.step("report")
        _write_report(request.report, table, years, products, language or spoken_language())
    words = {name: "unknown" if pd.isna(value) else f"{value:.3f}" for name, value in totals.items()}
    counts = {"rows": len(rows), "first_year": first, "last_year": last, **words}
    return JobOutcome(request.out, counts, issue_counts(doubts.frame))


def _by_year(rows: pd.DataFrame, table: pd.DataFrame, calendar: range) -> pd.DataFrame:
    """What was harvested, went into products and was lost at once in each year, and what products hold then."""
    harvested = rows.groupby("year")["tco2e"].sum(min_count=1).reindex(calendar)
    sums = table.groupby("year")[["inflow_tco2e", "stock_tco2e", "change_tco2e"]].sum(min_count=1).reindex(calendar)
    unknown = rows["tco2e"].isna().groupby(rows["year"]).sum().reindex(calendar).fillna(0).astype(np.int64)
    return pd.DataFrame(
        {
            "year": np.asarray(calendar, dtype=np.int64),
            "harvested_tco2e": harvested.to_numpy(),
            "into_products_tco2e": sums["inflow_tco2e"].to_numpy(),
            "lost_at_once_tco2e": harvested.to_numpy() - sums["inflow_tco2e"].to_numpy(),
            "stock_tco2e": sums["stock_tco2e"].to_numpy(),
            "change_tco2e": sums["change_tco2e"].to_numpy(),
            "rows_unknown": unknown.to_numpy(),
            "in_ticket": "no",
        }
    )


def _record(
    request: ProductsRequest,
    products: ProductTable,
    parameters: tuple[str, str, str],
    totals: dict[str, float],
    started: str,
) -> dict[str, object]:
    """The record of the run."""
    return run_record(
        inputs={"harvest": file_record(request.harvest), "stands": file_record(request.stands)},
        rules={
            "parameters": identity(*parameters, own_tables(request.parameters).get(MAIN)),
            "products": identity(products.table_id, products.version, products.status, request.products),
        },
        rule_files={},
        options={"until": request.until, "in_ticket": "no"},
        totals=totals,
        seed=0,
        started=started,
    )


def _write_report(
    folder: Path, table: pd.DataFrame, years: pd.DataFrame, products: ProductTable, language: str
) -> None:
    """``products.csv``, ``products_by_year.csv`` and the chart."""
    names = {
        code: zh if language == "zh" and zh else word("product", code, language)
        for code, zh in zip(products.product, products.name_zh, strict=True)
    }
    with output_folder(folder) as beside:
        table.to_csv(beside / "products.csv", index=False, encoding="utf-8-sig")
        years.to_csv(beside / "products_by_year.csv", index=False, encoding="utf-8-sig")
        summed = table.groupby(["year", "product"], sort=False)["stock_tco2e"].sum().reset_index()
        chart = products_chart(summed, word("report", "chart_products", language), "tCO₂e", names)
        write_pictures(beside / "charts", {"products": chart})
