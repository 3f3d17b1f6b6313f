"""Yearly sink only: what changed between two inventories, with its interval and what it owes to which error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ...core.carbon.compare import method_comparison
from ...core.carbon.projection import fit_own_growth
from ...core.carbon.simulation import require_draws
from ...core.carbon.sink import SinkOptions, SinkResult
from ...core.carbon.uncertainty import SinkErrors, interval_of
from ...core.issues import join_issues
from ...core.planning.summary import summary
from ...core.planning.uncertainty import simulation_table
from ...core.progress import Progress
from ..carbon_parameters import load_growth_rates, load_growth_rules
from ..geopackage import OutputTable, write_geopackage
from ..sink_errors import sink_error_tables
from .carbon_inputs import (
    CarbonInputs,
    CarbonRequest,
    carbon_record,
    for_sums,
    open_carbon,
    plain_table,
    sink_of,
    stage_tables,
    with_sink,
)
from .carbon_stock import counts_of, known_sums
from .issue_table import issue_counts
from .opening import check_output
from .request import JobOutcome
from .run_record import now


def yearly_sink(request: CarbonRequest, progress: Progress) -> JobOutcome:
    """Find the yearly sink of every stand by the best basis there is.

    The layers ``stands``, ``issues`` and ``run`` are joined by the tables

    * ``summary``, and ``uncertainty``: how much each error component gives to the interval of the total and of each
      row of the summary;
    * ``methods``: the sums of both methods by species group;
    * ``blocks``: the account of each connected block of changed stands, and ``earlier_gone``: earlier ground without
      a stand of today, where there are any;
    * ``simulation``, where draws are asked for: the calculated intervals beside those of drawn errors.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    rates = load_growth_rates(request.rates, request.parameters) if request.rates is not None else None
    if request.draws:
        require_draws(request.draws)
    progress.step("read")
    opened = open_carbon(request, progress)
    progress.step("sink")
    found = sink_of(opened, progress, SinkOptions(rates=rates))
    if request.growth:
        # The curves come from the stands that were measured twice, so the sink is asked for them first.
        growth = fit_own_growth(
            with_sink(opened.facts, found), opened.parameters, load_growth_rules(request.parameters), request.seed
        )
        again = sink_of(opened, progress, SinkOptions(growth=growth, rates=rates))
        found = replace(again, issues=join_issues([again.issues, growth.issues]))
    facts, errors, told = for_sums(opened, with_sink(opened.facts, found), progress, found)
    totals = known_sums(facts, ("sink_tco2e_yr",)) | _interval(facts, errors)
    sums = _sums(opened, found, (facts, errors), request, progress)
    record = carbon_record(request, opened, {"draws": request.draws}, totals, started)
    columns = opened.facts[["stock_tco2e"]].join(found.columns)
    tables, doubts = stage_tables(opened, columns, join_issues([opened.issues, found.issues, told]), record)
    progress.step("write")
    write_geopackage(request.out, [*tables, *sums], request.overwrite, progress)
    counts = counts_of(opened.facts, totals)
    counts |= {f"sink_{basis}": int(count) for basis, count in found.columns["sink_basis"].value_counts().items()}
    return JobOutcome(request.out, counts, issue_counts(doubts.frame))


def _interval(facts: pd.DataFrame, errors: SinkErrors | None) -> dict[str, float]:
    interval = interval_of(errors)
    if interval is None or not facts["sink_tco2e_yr"].notna().any():
        return {"total_sink_low_tco2e_yr": np.nan, "total_sink_high_tco2e_yr": np.nan}
    low, high = interval(np.zeros(len(facts), dtype=np.int64), 1)
    return {"total_sink_low_tco2e_yr": float(low[0]), "total_sink_high_tco2e_yr": float(high[0])}


def _sums(
    opened: CarbonInputs,
    found: SinkResult,
    counted: tuple[pd.DataFrame, SinkErrors | None],
    request: CarbonRequest,
    progress: Progress,
) -> list[OutputTable]:
    facts, errors = counted
    grouped = summary(facts, interval_of(errors))
    tables = [OutputTable("summary", grouped.columns, grouped.frame, None, None)]
    tables += sink_error_tables(found.errors, facts, errors)
    if len(found.blocks):
        tables.append(plain_table("blocks", found.blocks.rename_axis("sink_block").reset_index()))
    if len(found.earlier_gone):
        tables.append(plain_table("earlier_gone", found.earlier_gone.rename_axis("stand_key").reset_index()))
    compared = method_comparison(facts)
    tables.append(plain_table("methods", compared.rename_axis("species_group").reset_index()))
    if request.draws and errors is not None:
        progress.step("simulate")
        drawn = simulation_table(facts, errors, opened.parameters, request.draws, request.seed, progress)
        tables.append(OutputTable("simulation", drawn.columns, drawn.frame, None, None))
    return tables
