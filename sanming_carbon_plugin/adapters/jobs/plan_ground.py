"""Reads the clear-cuts that a plan finds on the ground or in a plan that stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from ...core.carbon.account import texts
from ...core.planning.acceptance import counting
from ...core.planning.open_ground import OpenGround, clear_cuts_of, ground_once
from ...core.progress import Progress
from ..geopackage_rows import table_names
from .opening import beside, described, open_parcels
from .plan_inputs import Programme
from .request import LayerSource, StandSource
from .run_record import today


def open_ground(sources: Sequence[StandSource], opened: Programme, progress: Progress) -> OpenGround:
    """Clear-cuts among the acceptance polygons and in further layers; each layer is told in the record of the run.

    Raises
    ------
    InputError
        As for any layer.
    """
    layers = [] if opened.acceptance is None else [opened.acceptance]
    told = []
    for source in sources:
        layer = open_parcels(_of_plan(source), progress)
        told.append(described(source, layer))
        if layer is not None:
            layers.append(beside(layer, opened.stands))
    opened.described["openings"] = [one for one in told if one is not None]
    works, technique = opened.tables.works, _techniques(opened)
    shapes, years, counted = [np.empty(0, dtype=object)], [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=bool)]
    for layer in layers:
        progress.raise_if_cancelled()
        geometry = shapely.make_valid(layer.geometry)
        is_cut, year = clear_cuts_of(layer.attributes, geometry, works, opened.sound, technique)
        accepted = np.zeros(len(geometry), dtype=bool)
        if layer is opened.acceptance:
            accepted, _ = counting(layer.attributes, geometry, works, opened.tables.rules, today())
        shapes.append(geometry[is_cut])
        years.append(year[is_cut])
        counted.append(accepted[is_cut])
    return ground_once(np.concatenate(shapes), np.concatenate(years), np.concatenate(counted))


def ground_counts(ground: OpenGround) -> dict[str, object]:
    """Numbers to print about clear-cuts on the ground: those of unknown date, and those that are closed again."""
    found = {"openings_undated": ground.undated, "openings_closed": ground.closed}
    return {name: count for name, count in found.items() if count}


def _of_plan(source: StandSource) -> StandSource:
    """The layer ``plan`` where a whole plan was given."""
    if isinstance(source, LayerSource) and source.layer is None and source.path.lower().endswith(".gpkg"):
        path = Path(source.path)
        if path.is_file() and "plan" in table_names(path):
            return replace(source, layer="plan")
    return source


def _techniques(opened: Programme) -> np.ndarray:
    """The technique that the rules or a person found for the pine of each stand, None where unknown."""
    said = texts(opened.facts, "pine_technique_decided")
    return np.where(pd.notna(said), said, texts(opened.facts, "pine_technique"))
