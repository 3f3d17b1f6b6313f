"""What images and an elevation model say of each stand, as a recipe asks: indices, their changes, terrain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...core.issues import join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.rasters.evidence import evidence as evidence_of
from ...core.rasters.recipes import changes_against_healthy, healthy_stands
from ...core.results import ResultTable
from ...core.stands.layer import FieldType, VectorLayer
from ..coverage_store import CoverageStore
from ..geopackage import OutputTable
from ..rasters import low_support_share, recipe_tables
from ..stand_tables import load_stand_tables
from .images import open_recipe
from .inputs import file_record, raster_record
from .issue_table import issue_counts, issues_table
from .opening import described, geodesy_of, open_inventory, open_rasters, require_all
from .per_stand_file import check_per_stand_file, seen_counts, stand_doubts, write_per_stand_file
from .request import JobOutcome, StandSource
from .run_record import now, run_record, run_table


@dataclass(frozen=True)
class EvidenceRequest:
    """Stands, rasters as pairs of NAME and PATH, and the recipe that says which raster plays which role."""

    stands: StandSource
    rasters: tuple[tuple[str, str], ...]
    recipe: Path
    out: Path
    mapping: Path | None = None
    overwrite: bool = False


def evidence(request: EvidenceRequest, progress: Progress) -> JobOutcome:
    """Write indices of every scene, changes between scenes and terrain per stand; the format by the ending of ``out``.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_per_stand_file(request.out, request.overwrite, request)
    progress.step("read", 0, 2)
    inventory = open_inventory(request.stands, request.mapping, None, progress, packed=True)
    layer = inventory.layer
    require_all(layer)
    stage = know_stands(inventory, load_stand_tables(), geodesy_of(layer), progress)
    known = stage.columns
    store, tables, low = CoverageStore.beside(layer.source), recipe_tables(), low_support_share()
    opened = open_rasters(request.rasters, layer)
    try:
        recipe, prepared = open_recipe(request.recipe, opened)
        progress.step("evidence", 1, 2)
        found = evidence_of(
            known.index,
            layer.geometry,
            prepared.rasters,
            progress,
            low_support=low,
            covering=store.covering,
        )
    finally:
        for raster in opened:
            raster.reader.close()
    healthy = healthy_stands(known, tables.healthy_where)
    changes = changes_against_healthy(found.columns, prepared.changes, healthy, tables.healthy_stands_least, low)
    figures = pd.concat([found.columns, changes.columns], axis=1)
    doubts = join_issues([stand_doubts(layer, stage), prepared.issues, found.issues, changes.issues, store.notes()])
    issues = issues_table(doubts, known.index, layer.geometry, layer.crs_wkt)
    run = run_table(_record(request, recipe, layer, started, progress))
    columns = {"stand_key": FieldType("text"), **dict.fromkeys(figures.columns, FieldType("real"))}
    result = ResultTable(columns, figures.rename_axis("stand_key").reset_index())
    further = [issues, OutputTable("run", run.columns, run.frame, None, None)]
    write_per_stand_file(layer, result, request.out, request.overwrite, progress, further)
    counts: dict[str, object] = {"stands": len(layer), "columns": len(figures.columns)} | seen_counts(found.issues)
    counts |= {"healthy_stands": int(healthy.sum())} if prepared.changes else {}
    return JobOutcome(request.out, counts, issue_counts(issues.frame))


def _record(
    request: EvidenceRequest, recipe: Mapping[str, Any], layer: VectorLayer, started: str, progress: Progress
) -> dict[str, object]:
    inputs = {
        "stands": described(request.stands, layer),
        "rasters": {name: raster_record(path, progress) for name, path in request.rasters},
        "recipe": file_record(request.recipe),
    }
    return run_record(
        inputs=inputs,
        rules={"recipes": "shipped"},
        rule_files={"recipe": dict(recipe)},
        options={"mapping": request.mapping.name if request.mapping is not None else None},
        totals={},
        seed=0,
        started=started,
    )
