"""What the steps of the carbon room share: their request, what they open, and the tables they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ...core.carbon.counted_once import counted_once
from ...core.carbon.growth import GrowthFit
from ...core.carbon.parameters import ParameterTable
from ...core.carbon.period import Period, parse_period
from ...core.carbon.projection import fit_own_growth, require_curves
from ...core.carbon.sink import SinkOptions, SinkResult, sink
from ...core.carbon.stock import stock
from ...core.carbon.two_dates import EarlierInventory
from ...core.carbon.uncertainty import ErrorTable, SinkErrors
from ...core.issues import issues_by_key, join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.results import source_names
from ...core.stands.checks import check_earlier_layer, check_two_dates
from ...core.stands.checks.neighbours import common_ground
from ...core.stands.layer import FieldType, VectorLayer
from ..carbon_parameters import load_errors, load_growth_rules, load_parameters
from ..geopackage import OutputTable
from ..stand_tables import load_stand_tables
from .inputs import file_record, parameter_identities
from .issue_table import issues_table
from .opening import beside, described, geodesy_of, open_earlier, open_inventory, require_all
from .opening import survey_methods as parsed_survey_methods
from .request import StandSource
from .run_record import run_record, run_table, today

KNOWN_COLUMNS = ("area_ha", "area_mu", "species_code", "species_group", "age_group", "age_yr", "volume_m3_ha")
"""Columns that stand before those of the step, so that its numbers can be followed."""

_KINDS = {"f": "real", "i": "integer64", "u": "integer64"}


@dataclass(frozen=True)
class CarbonRequest:
    """Options of a step of the carbon room, named as in the main job.

    Attributes
    ----------
    growth
        Whether stands that were not measured twice are moved by curves fitted to the layer.
    rates
        Table of growth rates for the stands that are then still without a sink.
    draws
        How often the errors of the sink are drawn at random to check its intervals, 0 for not.
    """

    stands: StandSource
    out: Path
    mapping: Path | None = None
    earlier: StandSource | None = None
    period: str | None = None
    survey_method: str | None = None
    parameters: Path | None = None
    growth: bool = False
    rates: Path | None = None
    draws: int = 0
    seed: int = 0
    overwrite: bool = False


@dataclass(frozen=True)
class CarbonInputs:
    """A table of stands with its stock, and all that the further steps need.

    ``issues`` are those of reading, of the codes and of the stock.
    """

    layer: VectorLayer
    facts: pd.DataFrame
    stock_columns: tuple[str, ...]
    issues: pd.DataFrame
    parameters: ParameterTable
    errors: ErrorTable
    period: Period | None
    earlier: EarlierInventory | None
    described: dict[str, object]


def open_carbon(request: CarbonRequest, progress: Progress) -> CarbonInputs:
    """Open the layers, know the stands and weigh their stock.

    Raises
    ------
    UsageError, InputError
        Where something cannot be used.
    """
    method, method_earlier = parsed_survey_methods(request.survey_method)
    period = parse_period(request.period, today()) if request.period else None
    parameters, errors, tables = (
        load_parameters(request.parameters),
        load_errors(request.parameters),
        load_stand_tables(),
    )
    stands = open_inventory(request.stands, request.mapping, method, progress)
    layer = stands.layer
    require_all(layer)
    progress.step("stands")
    known = know_stands(stands, tables, geodesy_of(layer))
    told = [issues_by_key(layer.notes, known.columns.index), known.issues]
    earlier, earlier_layer = None, None
    if request.earlier is not None:
        then = open_earlier(request.earlier, request.mapping, method_earlier, progress)
        earlier_layer = beside(then.layer, layer)
        before = know_stands(replace(then, layer=earlier_layer), tables, geodesy_of(layer))
        noticed, doubted = check_earlier_layer(known.columns, before, tables.settings)
        earlier = EarlierInventory(before.columns, earlier_layer.geometry, doubted)
        told.append(noticed)
        told.append(check_two_dates(known.columns, before.columns, tables.settings))
    progress.step("stock")
    progress.raise_if_cancelled()
    weighed = stock(known.columns, parameters)
    kept = known.columns.drop(columns=weighed.columns.columns, errors="ignore")
    return CarbonInputs(
        layer,
        pd.concat([kept, weighed.columns], axis=1),
        tuple(weighed.columns.columns),
        join_issues([*told, weighed.issues]),
        parameters,
        errors,
        period,
        earlier,
        {
            "stands": described(request.stands, layer),
            "earlier": described(request.earlier, earlier_layer),
            "rates": file_record(request.rates),
        },
    )


def sink_of(opened: CarbonInputs, progress: Progress, options: SinkOptions | None = None) -> SinkResult:
    """Yearly sink of the stands."""
    return sink(
        opened.facts,
        opened.layer.geometry,
        opened.earlier,
        opened.parameters,
        opened.errors,
        opened.period,
        options,
        progress,
    )


def for_sums(
    opened: CarbonInputs, facts: pd.DataFrame, progress: Progress, found: SinkResult | None = None
) -> tuple[pd.DataFrame, SinkErrors | None, pd.DataFrame]:
    """Stands, errors and doubts as they enter sums: ground that several stands cover counts once."""
    overlaps = common_ground(opened.layer.geometry, facts, load_stand_tables().settings, progress)
    errors, ground = (None, None) if found is None else (found.errors, found.earlier_ground)
    return counted_once(facts, errors, overlaps, ground)


def with_sink(facts: pd.DataFrame, found: SinkResult) -> pd.DataFrame:
    """The table of stands with the columns of the sink."""
    return facts.drop(columns=found.columns.columns, errors="ignore").join(found.columns)


def growth_of(opened: CarbonInputs, request: CarbonRequest, progress: Progress) -> GrowthFit:
    """Growth curves of the layer's own stands, from those that were measured twice where there are enough.

    Raises
    ------
    InputError
        ``CURVES_NONE`` where no species group has one.
    """
    rules = load_growth_rules(request.parameters)
    facts = opened.facts if opened.earlier is None else with_sink(opened.facts, sink_of(opened, progress))
    progress.step("growth")
    progress.raise_if_cancelled()
    growth = fit_own_growth(facts, opened.parameters, rules, request.seed)
    require_curves(growth, opened.layer.name, rules)
    return growth


def stage_tables(
    opened: CarbonInputs, columns: pd.DataFrame, issues: pd.DataFrame, record: Mapping[str, object]
) -> tuple[list[OutputTable], OutputTable]:
    """The layers ``stands``, ``issues`` and ``run`` of a step, and the second one alone.

    Parameters
    ----------
    columns
        Columns of the step; those of :data:`KNOWN_COLUMNS` go before them, the source's before all.
    """
    layer, facts = opened.layer, opened.facts
    known = facts[[name for name in KNOWN_COLUMNS if name not in columns.columns]]
    result = pd.concat([known, columns], axis=1).rename_axis("stand_key").reset_index()
    kinds = {name: FieldType(_KINDS.get(result[name].dtype.kind, "text")) for name in result.columns}
    names = source_names(layer.attributes.columns, kinds)
    frame = pd.concat([layer.attributes.rename(columns=names).reset_index(drop=True), result], axis=1)
    types = {names[name]: kind for name, kind in layer.field_types.items()} | kinds
    doubts = issues_table(issues, facts.index, layer.geometry, layer.crs_wkt)
    run = run_table(record)
    stands = OutputTable("stands", types, frame[list(types)], layer.geometry, layer.crs_wkt)
    return [stands, doubts, OutputTable("run", run.columns, run.frame, None, None)], doubts


def plain_table(name: str, frame: pd.DataFrame) -> OutputTable:
    """A table without geometry, its types by what is in it."""
    kinds = {column: FieldType(_KINDS.get(frame[column].dtype.kind, "text")) for column in frame.columns}
    return OutputTable(name, kinds, frame.reset_index(drop=True), None, None)


def carbon_record(
    request: CarbonRequest,
    opened: CarbonInputs,
    options: Mapping[str, object],
    totals: Mapping[str, object],
    started: str,
) -> dict[str, object]:
    """The record of the run of a step."""
    given = {"period": request.period, "survey_method": request.survey_method, "growth": request.growth, **options}
    return run_record(
        inputs=opened.described,
        rules=parameter_identities(opened.parameters, opened.errors, request.parameters),
        rule_files={},
        options=given,
        totals=totals,
        seed=request.seed,
        started=started,
    )
