"""Two plans of one result beside each other: stands that differ, area, cost, carbon over the years."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.errors import InputError
from ...core.planning.scenario_basis import SHOWN_DIGITS, WORKS, basis_of, unlike
from ...core.planning.scenarios import (
    CARBON_COLUMNS,
    COMPARISON_COLUMNS,
    DIFFERENCE_COLUMNS,
    carbon_difference,
    comparison,
    differences,
    error_of_difference,
)
from ...core.progress import Progress
from ..geopackage import OutputTable, read_geopackage_table, write_geopackage
from ..hashes import sha256_of_file
from ..plan_tables import PlanningTables, load_planning_tables
from ..words import word
from .opening import check_output, open_layer
from .request import JobOutcome, LayerSource
from .run_record import now, run_record, run_table


@dataclass(frozen=True)
class CompareRequest:
    """Two plans and where their comparison goes; ``works`` is the table both were made with, None for the packaged."""

    first: Path
    second: Path
    out: Path
    works: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class _Plan:
    name: str
    path: Path
    crs_wkt: str | None
    rows: pd.DataFrame
    carbon: pd.DataFrame
    basis: dict[str, str]


def compare_scenarios(request: CompareRequest, progress: Progress) -> JobOutcome:
    """Write ``differences`` (polygons), ``comparison``, ``carbon`` and ``plan_run``.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    own = load_planning_tables(request.works)
    works = own.works
    progress.step("read")
    plans = [_opened(path, progress) for path in (request.first, request.second)]
    first, second = plans
    _require_one_basis(first, second, own)
    if len(first.rows) and len(second.rows) and not set(first.rows["stand_key"]) & set(second.rows["stand_key"]):
        keys = [set(read_geopackage_table(one.path, "candidates")["stand_key"]) for one in plans]
        if not keys[0] & keys[1]:
            raise InputError("PLANS_OF_OTHER_STANDS", first=str(first.path), second=str(second.path))
    progress.step("scenarios")
    found = differences(first.rows, second.rows)
    carbon = carbon_difference(first.carbon, second.carbon, error_of_difference(first.rows, second.rows, works))
    outlines = {
        key: shape for one in plans for key, shape in zip(one.rows["stand_key"], one.rows["geometry"], strict=True)
    }
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [outlines[key] for key in found["stand_key"]]
    record = run_record(
        inputs={one.name: {"source": one.path.name, "sha256": sha256_of_file(one.path)} for one in plans},
        rules={},
        rule_files={},
        options={"first": first.name, "second": second.name},
        totals={},
        seed=0,
        started=started,
    )
    run = run_table({"first": first.name, "second": second.name, **record})
    tables = [
        OutputTable("differences", DIFFERENCE_COLUMNS, found, shapes, first.crs_wkt or second.crs_wkt),
        OutputTable("comparison", COMPARISON_COLUMNS, comparison(first.rows, second.rows)),
        OutputTable("carbon", CARBON_COLUMNS, carbon),
        OutputTable("plan_run", run.columns, run.frame),
    ]
    progress.step("write")
    write_geopackage(request.out, tables, request.overwrite, progress)
    counts: dict[str, object] = {"differing_stands": len(found)}
    counts |= {str(name): int(number) for name, number in found["difference"].value_counts().sort_index().items()}
    return JobOutcome(request.out, counts)


def _require_one_basis(first: _Plan, second: _Plan, tables: PlanningTables) -> None:
    """Refuse plans of other stands, rules, parameters, tables or horizons, and a table of works that is not theirs.

    Raises
    ------
    InputError
        ``PLANS_UNLIKE``, ``WORKS_NOT_OF_PLANS``.
    """
    found = unlike(first.basis, second.basis)
    if found:
        said = {}
        for language, suffix in (("en", ""), ("zh", "_zh")):
            told = [f"{word('plan_basis', name, language)} ({one} / {other})" for name, one, other in found]
            said[f"what{suffix}"] = ("；" if language == "zh" else "; ").join(told)
        raise InputError("PLANS_UNLIKE", first=first.path.name, second=second.path.name, **said)
    given = str(tables.identities[WORKS]["sha256"])[:SHOWN_DIGITS]
    if first.basis.get(WORKS, given) != given:
        raise InputError("WORKS_NOT_OF_PLANS", of_plans=first.basis[WORKS], given=given)


def _opened(path: Path, progress: Progress) -> _Plan:
    """One plan file.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND``, ``PLAN_FILE_UNFIT``.
    """
    if not path.is_file():
        raise InputError("FILE_NOT_FOUND", path=str(path))
    try:
        carbon = read_geopackage_table(path, "plan_carbon")
        run = read_geopackage_table(path, "plan_run")
        rows = read_geopackage_table(path, "plan", geometry=True)
    except InputError as problem:
        if problem.code in ("GEOPACKAGE_TABLE_MISSING", "GEOPACKAGE_NOT_READABLE"):
            raise InputError("PLAN_FILE_UNFIT", path=str(path)) from problem
        raise
    # A plan without a parcel has no CRS to tell; its partner then does.
    crs_wkt = open_layer(LayerSource(str(path), "plan"), progress).crs_wkt if len(rows) else None
    parts = (json.loads(str(run[name].iloc[0] or "{}")) for name in ("inputs", "rules", "options"))
    return _Plan(str(run["scenario"].iloc[0]), path, crs_wkt, rows, carbon, basis_of(*parts))
