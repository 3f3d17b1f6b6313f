"""Discoloured crowns between two dates, stand by stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.classes.images import damage_between
from ...core.issues import join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.rasters.named_raster import NamedRaster
from ...core.rasters.recipes import Prepared, prepare
from ...core.stands.layer import FieldType, VectorLayer
from ..coverage_store import CoverageStore
from ..geopackage import OutputTable, write_geopackage
from ..image_models import load_wilt_terms
from ..rasters import open_raster, recipe_tables
from ..stand_tables import load_stand_tables
from .inputs import file_record, raster_record
from .issue_table import issue_counts, issues_table
from .opening import check_output, described, geodesy_of, open_inventory, require_all
from .request import JobOutcome, StandSource
from .run_record import now, run_record, run_table

COLUMNS = {
    "stand_key": FieldType("text"),
    "area_ha": FieldType("real"),
    "species_group": FieldType("text"),
    "damage_share": FieldType("real"),
    "damage_support": FieldType("real"),
    "damage_grade": FieldType("text"),
    "damage_ha": FieldType("real"),
}


@dataclass(frozen=True)
class DatedImage:
    """One of the two images.

    Attributes
    ----------
    date
        ``YYYY-MM-DD``; without it the offset of Sentinel-2 is told from the cells alone.
    quality
        The quality layer delivered with it, None for none.
    """

    path: str
    date: str | None = None
    quality: str | None = None


@dataclass(frozen=True)
class PineWiltRequest:
    """What to look for discoloured crowns in; ``terms`` None for the shipped ones."""

    stands: StandSource
    before: DatedImage
    after: DatedImage
    out: Path
    sensor: str = "sentinel2"
    terms: Path | None = None
    mapping: Path | None = None
    overwrite: bool = False


def pine_wilt(request: PineWiltRequest, progress: Progress) -> JobOutcome:
    """Write the discoloured share and its grade for each stand, and the doubts.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    terms = load_wilt_terms(request.terms)
    progress.step("read", 0, 2)
    inventory = open_inventory(request.stands, request.mapping, None, progress)
    layer = inventory.layer
    require_all(layer)
    known = know_stands(inventory, load_stand_tables(), geodesy_of(layer))
    rasters: list[NamedRaster] = []
    store = CoverageStore.beside(layer.source)
    try:
        scenes = _scenes(request, layer, rasters)
        progress.step("damage", 1, 2)
        before, after = scenes.scenes
        found = damage_between(known.columns, layer.geometry, before, after, terms, progress, store.covering)
    finally:
        for raster in rasters:
            raster.reader.close()
    facts = pd.concat([known.columns, found.columns], axis=1).rename_axis("stand_key")
    frame = facts.assign(damage_ha=facts["damage_share"] * facts["area_ha"]).reset_index()[list(COLUMNS)]
    opening = [doubt for raster in rasters for doubt in raster.doubts]
    doubts = join_issues([*opening, scenes.issues, found.issues, store.notes()])
    issues = issues_table(doubts, facts.index, layer.geometry, layer.crs_wkt)
    run = run_table(_record(request, layer, started, progress))
    write_geopackage(
        request.out,
        [
            OutputTable("damage", COLUMNS, frame, layer.geometry, layer.crs_wkt),
            issues,
            OutputTable("run", run.columns, run.frame, None, None),
        ],
        request.overwrite,
        progress,
    )
    return JobOutcome(request.out, _counts(frame), issue_counts(issues.frame))


def _scenes(request: PineWiltRequest, layer: VectorLayer, rasters: list[NamedRaster]) -> Prepared:
    """Both scenes; every raster that was opened is added to ``rasters``, to be closed whatever happens."""
    entries = []
    for name, image in (("before", request.before), ("after", request.after)):
        rasters.append(open_raster(image.path, name, layer.crs_wkt))
        entry: dict[str, object] = {"raster": name, "sensor": request.sensor, "date": image.date or ""}
        if image.quality is not None:
            rasters.append(open_raster(image.quality, name + "_quality", layer.crs_wkt))
            entry["quality"] = {"raster": name + "_quality"}
        entries.append(entry)
    return prepare({"scenes": entries}, rasters, recipe_tables())


def _counts(frame: pd.DataFrame) -> dict[str, object]:
    damaged = frame["damage_share"] > 0
    counts: dict[str, object] = {"stands": len(frame), "damage_found": int(damaged.sum())}
    seen = frame["damage_ha"].notna()
    counts["damage_ha"] = f"{frame.loc[seen, 'damage_ha'].sum():.3f}" if seen.any() else "unknown"
    for grade, rows in frame.groupby("damage_grade", sort=False):
        counts[f"damage_grade {grade}"] = len(rows)
    counts["damage_unknown"] = int(np.count_nonzero(~seen))
    return counts


def _record(request: PineWiltRequest, layer: VectorLayer, started: str, progress: Progress) -> dict[str, object]:
    images = {"before": request.before, "after": request.after}
    inputs: dict[str, object] = {"stands": described(request.stands, layer)}
    for name, image in images.items():
        inputs[name] = raster_record(image.path, progress)
        inputs[name + "_quality"] = raster_record(image.quality, progress) if image.quality else None
    options = {"sensor": request.sensor, **{name: image.date for name, image in images.items()}}
    terms = {"pine_wilt": file_record(request.terms) or "shipped"}
    return run_record(inputs=inputs, rules=terms, rule_files={}, options=options, totals={}, seed=0, started=started)
