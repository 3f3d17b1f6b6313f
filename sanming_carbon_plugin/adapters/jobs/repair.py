"""Broken rings repaired where that keeps the area, and a list of what was changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.stands.checks.shapes import repair_rings
from ...core.stands.layer import FieldType
from ..geopackage import OutputTable, write_geopackage
from ..stand_tables import load_stand_tables
from .opening import check_output, geodesy_of, open_inventory, require_all
from .request import JobOutcome, StandSource

_TEXT = FieldType("text")
REPAIR_COLUMNS = {
    "stand_key": _TEXT, "row": FieldType("integer64"), "outcome": _TEXT, "reason": _TEXT,
    "area_change_percent": FieldType("real"),
}  # fmt: skip
REPAIRED, LEFT = "repaired", "left"


def repair(
    stands: StandSource, out: Path, mapping: Path | None, tolerance: float | None, overwrite: bool, progress: Progress
) -> JobOutcome:
    """Write the stands with repaired rings (layer ``stands``) and what was broken (layer ``repairs``).

    Parameters
    ----------
    tolerance
        Largest change of a stand's area, as a share of it; None for the tolerance of the checks. Where a repair
        would change more, the stand keeps its outline and is listed with the outcome ``left``.

    Raises
    ------
    UsageError, InputError, OutputError, CancelledError
        Nothing is left half-written then.
    """
    check_output(out, overwrite, reads=stands)
    progress.step("read", 0, 2)
    inventory = open_inventory(stands, mapping, None, progress)
    layer = inventory.layer
    require_all(layer)
    progress.step("repair", 1, 2)
    tables = load_stand_tables()
    tolerance = tables.settings["repair_tolerance"] if tolerance is None else tolerance
    keys = know_stands(inventory, tables, geodesy_of(layer), progress).columns.index
    progress.raise_if_cancelled()
    repaired, change = repair_rings(np.asarray(layer.geometry, dtype=object), tolerance)
    broken = np.flatnonzero(shapely.is_geometry(layer.geometry) & ~shapely.is_valid(layer.geometry))
    kept = np.abs(change[broken]) <= tolerance
    frame = pd.DataFrame(
        {
            "stand_key": keys.to_numpy(dtype=object)[broken],
            "row": broken + 1,
            "outcome": np.where(kept, REPAIRED, LEFT).astype(object),
            "reason": np.asarray(shapely.is_valid_reason(layer.geometry[broken]), dtype=object),
            "area_change_percent": np.where(np.isfinite(change[broken]), change[broken] * 100.0, np.nan),
        }
    )
    written = [
        OutputTable("stands", dict(layer.field_types), layer.attributes, repaired, layer.crs_wkt),
        OutputTable("repairs", dict(REPAIR_COLUMNS), frame, layer.geometry[broken], layer.crs_wkt),
    ]
    write_geopackage(out, written, overwrite, progress)
    return JobOutcome(out, {"stands": len(layer), REPAIRED: int(kept.sum()), LEFT: int((~kept).sum())})
