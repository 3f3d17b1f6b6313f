"""Carbon stock only: biomass, carbon and tonnes of CO₂e per stand by both methods."""

from __future__ import annotations

import pandas as pd

from ...core.carbon.compare import method_difference
from ...core.carbon.stock import BESIDE_THE_TREES
from ...core.issues import join_issues
from ...core.progress import Progress
from ..geopackage import write_geopackage
from .carbon_inputs import CarbonRequest, carbon_record, for_sums, open_carbon, plain_table, stage_tables
from .issue_table import issue_counts
from .opening import check_output
from .request import JobOutcome
from .run_record import now


def carbon_stock(request: CarbonRequest, progress: Progress) -> JobOutcome:
    """Weigh every stand and write the layers ``stands``, ``issues`` and ``run``, and the table ``methods``.

    ``methods`` says for each species of the layer by how much the continuous method differs, in the stock and, as a
    constant of the species, in the increment.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    progress.step("read")
    opened = open_carbon(request, progress)
    columns = opened.facts[list(opened.stock_columns)]
    beside = tuple(name for name in BESIDE_THE_TREES if name in columns.columns)
    counted, _, told = for_sums(opened, opened.facts, progress)
    totals = known_sums(counted, ("stock_tco2e", "stock_alt_tco2e", *beside))
    record = carbon_record(request, opened, {}, totals, started)
    tables, doubts = stage_tables(opened, columns, join_issues([opened.issues, told]), record)
    methods = method_difference(opened.parameters)
    tables.append(plain_table("methods", methods[methods["species_code"].isin(columns["parameter_row"].dropna())]))
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    return JobOutcome(request.out, counts_of(opened.facts, totals), issue_counts(doubts.frame))


def known_sums(columns: pd.DataFrame, names: tuple[str, ...]) -> dict[str, float]:
    """Sum of what is known of each column, NaN where nothing is."""
    return {f"total_{name}": float(columns[name].sum(min_count=1)) for name in names}


def counts_of(facts: pd.DataFrame, totals: dict[str, float]) -> dict[str, object]:
    """Number of stands and the totals in words."""
    words = {name: "unknown" if pd.isna(value) else f"{value:.3f}" for name, value in totals.items()}
    return {"stands": len(facts), **words}
