"""Every doubt about a layer of stands, on one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...progress import Progress
from ..layer import VectorLayer
from ..tables import StandTables
from .areas import check_areas, check_zone
from .attributes import check_attributes
from .findings import Findings
from .neighbours import Overlaps, check_neighbours
from .outliers import check_outliers
from .shapes import check_shapes, square_metres_per_unit, usable_polygons


@dataclass(frozen=True)
class LookedOver:
    """What the checks found, and which stands they proved to cover no ground twice.

    ``tidy`` is the compartment of each stand whose compartment holds no overlap, else −1: nobody needs to look
    there again. ``overlaps`` are the pairs of stands that cover the same ground.
    """

    findings: pd.DataFrame
    tidy: npt.NDArray[np.int64]
    overlaps: Overlaps


def check_stands(
    layer: VectorLayer,
    facts: pd.DataFrame,
    tables: StandTables,
    settings: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    *,
    longitude_deg: npt.NDArray[np.float64] | None = None,
    only: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """All checks of stands, geometry and attributes; see :func:`look_over`."""
    return look_over(layer, facts, tables, settings, progress, longitude_deg=longitude_deg, only=only).findings


def look_over(
    layer: VectorLayer,
    facts: pd.DataFrame,
    tables: StandTables,
    settings: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    *,
    longitude_deg: npt.NDArray[np.float64] | None = None,
    only: npt.NDArray[np.bool_] | None = None,
) -> LookedOver:
    """All checks of stands, geometry and attributes.

    Parameters
    ----------
    layer
        Stands as handed in.
    facts
        Their normalised columns, in the same order.
    tables
        Look-up tables of the stands.
    settings
        Thresholds; the packaged ones where None.
    progress
        Told how far the check is, asked whether to stop.
    longitude_deg
        Longitude of the middle of each stand, for the check of zones; left out where None.
    only
        Stands to check again after an edit; None for all. Neighbours and compartments of these are looked at,
        but rows are given only for these stands and for pairs with one of them.

    Returns
    -------
    LookedOver
        ``findings`` have the columns of :data:`~.findings.FINDING_COLUMNS`: those of the list of issues, and
        ``geometry`` in the layer's CRS where the row has one of its own (the piece of an overlap, a gap, a
        part, a point of a ring), else None.
    """
    limits = dict(tables.settings) if settings is None else dict(settings)
    steps = progress or Progress()
    findings = Findings(facts.index.to_numpy(dtype=object), only)
    tidy, overlaps = _check_outlines(layer, facts, limits, findings, only, steps)
    if longitude_deg is not None:
        check_zone(longitude_deg, layer.crs_wkt, limits, findings)
    check_attributes(facts, tables, limits, findings)
    check_outliers(facts, limits, findings)
    steps.update(1.0)
    return LookedOver(findings.table(), tidy, overlaps)


def _check_outlines(
    layer: VectorLayer,
    facts: pd.DataFrame,
    limits: Mapping[str, float],
    findings: Findings,
    only: npt.NDArray[np.bool_] | None,
    steps: Progress,
) -> tuple[npt.NDArray[np.int64], Overlaps]:
    """Everything about the geometry: rings, parts, neighbours, areas."""
    geometry = np.asarray(layer.geometry, dtype=object)
    polygons, repaired = usable_polygons(geometry)
    m2_per_unit = square_metres_per_unit(facts["area_ha"].to_numpy(dtype=np.float64), polygons)
    check_shapes(geometry, polygons, m2_per_unit, limits, findings, _told_when_read(layer))
    steps.raise_if_cancelled()
    tidy, overlaps = check_neighbours(polygons, facts, m2_per_unit, limits, findings, only, steps)
    steps.raise_if_cancelled()
    # Absurd coordinates overflow; what comes of them is told as such.
    with np.errstate(invalid="ignore"):
        planar_area = np.where(repaired, np.nan, shapely.area(polygons))
    check_areas(facts, planar_area, layer.crs_wkt, limits, findings)
    return tidy, overlaps


def _told_when_read(layer: VectorLayer) -> npt.NDArray[np.bool_]:
    """Rows whose geometry the reading of the layer already put on the list."""
    told = np.zeros(len(layer), dtype=bool)
    for note in layer.notes:
        for code, params in zip(note["code"], note["params"], strict=True):
            if str(code).startswith("GEOMETRY_"):
                told[list((params or {}).get("rows", ()))] = True
    return told
