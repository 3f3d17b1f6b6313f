"""Discoloured crowns: how much of each stand lost its green and its water between two dates.

A cell counts where both indices fell further than healthy pine of the same two scenes did, together with enough of
its neighbours. Seasons, haze and sun that change all pine alike so cancel out. It is evidence, not a diagnosis: fire
and felling look the same, and ten-metre images see clusters of dead trees, not single ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError
from ..issues import join_issues, layer_issue, stand_issues
from ..progress import Progress
from ..rasters.bands import BandReader
from ..rasters.coverage import coverage_blocks
from ..rasters.evidence import Covering, PartOfProgress, evidence
from ..rasters.grid import Grid
from ..rasters.named_raster import NamedRaster
from ..stage import StageResult

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LEAST_INNER = 0.25
_ROLES = ("red", "nir", "narrow_nir", "swir")


@dataclass(frozen=True)
class WiltTerms:
    """When a cell is discoloured, and what is called how. See ``pine_wilt.json``."""

    bands: Mapping[str, str]
    ndvi_change_below: float
    ndmi_change_below: float
    neighbours: int
    rim_cells: float
    searched_land: Sequence[str]
    healthy_groups: Sequence[str]
    healthy_disturbance: Sequence[str]
    least_healthy_stands: int
    least_support: float
    grades: Sequence[Mapping[str, Any]]

    @staticmethod
    def from_dict(data: object) -> WiltTerms:
        """Check the terms.

        Raises
        ------
        InputError
            IMAGE_TERMS_INVALID, naming the first entry that cannot be used.
        """
        if not isinstance(data, Mapping):
            raise InputError("IMAGE_TERMS_INVALID", name="file")
        reach = {
            "ndvi_change_below": (-2.0, 0.0),
            "ndmi_change_below": (-2.0, 0.0),
            "neighbours": (0, 8),
            "rim_cells": (0, 5),
            "least_healthy_stands": (1, 1e9),
            "least_support": (0.0, 1.0),
        }
        values: dict[str, Any] = {}
        for field in fields(WiltTerms):
            value = data.get(field.name)
            if field.name in reach:
                low, high = reach[field.name]
                usable = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
            elif field.name == "bands":
                usable = isinstance(value, Mapping) and all(isinstance(value.get(role), str) for role in _ROLES)
            elif field.name == "grades":
                usable = _rising(value)
            else:
                usable = isinstance(value, list) and all(isinstance(word, str) for word in value)
            if not usable:
                raise InputError("IMAGE_TERMS_INVALID", name=field.name)
            values[field.name] = value
        return WiltTerms(**values)


def _rising(grades: object) -> bool:
    if not isinstance(grades, list) or not all(isinstance(one, Mapping) for one in grades) or not grades:
        return False
    ends = [one.get("up_to") for one in grades]
    numbers = all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in ends)
    words = all(isinstance(one.get("grade"), str) for one in grades)
    return numbers and words and ends == sorted(ends) and ends[-1] >= 1


class ChangeBands:
    """Change of NDVI and NDMI between two images on the same cells.

    Raises
    ------
    InputError
        IMAGES_DO_NOT_MATCH where the cells differ, BAND_NOT_FOUND where an image lacks a band.
    """

    def __init__(self, before: BandReader, after: BandReader, bands: Mapping[str, str]) -> None:
        if before.grid != after.grid:
            raise InputError("IMAGES_DO_NOT_MATCH", first=before.name, second=after.name)
        self._images = [(image, _places(image, bands)) for image in (before, after)]
        self.name = after.name
        self.grid = after.grid
        self.row_step = after.row_step
        self.band_names: tuple[str, ...] = ("ndvi", "ndmi")

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], Flags]:
        """Later less earlier index, shape (2, rows, width), and one validity for both."""
        indices, valid = [], None
        for image, places in self._images:
            values, known = image.read_rows(first_row, row_count)
            chosen = values[places].astype(np.float64)
            good = np.broadcast_to(known, values.shape)[places].all(axis=0)
            red, nir, narrow, swir = chosen
            with np.errstate(divide="ignore", invalid="ignore"):
                indices.append(np.stack([(nir - red) / (nir + red), (narrow - swir) / (narrow + swir)]))
            valid = good if valid is None else valid & good
        change = indices[1] - indices[0]
        valid = valid & np.isfinite(change).all(axis=0)
        return np.where(valid, change, 0.0), valid[None]

    def close(self) -> None:
        """The images are closed by whoever opened them."""


class DiscolouredBands:
    """1 where a cell is discoloured, 0 where not."""

    band_names: tuple[str, ...] = ("",)

    def __init__(self, change: ChangeBands, healthy: Floats, terms: WiltTerms) -> None:
        self._change = change
        self._below = healthy + np.array([terms.ndvi_change_below, terms.ndmi_change_below])
        self._neighbours = terms.neighbours
        self.name = change.name
        self.grid = change.grid
        self.row_step = change.row_step

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], Flags]:
        """Shape (1, rows, width)."""
        above = 1 if first_row else 0
        below = 1 if first_row + row_count < self.grid.height else 0
        change, valid = self._change.read_rows(first_row - above, row_count + above + below)
        fell = valid[0] & (change < self._below[:, None, None]).all(axis=0)
        around = np.pad(fell, ((1 - above, 1 - below), (1, 1))).astype(np.int8)
        rows, width = row_count, fell.shape[1]
        count = sum(around[i : i + rows, j : j + width] for i in range(3) for j in range(3))
        own = around[1:-1, 1:-1]
        flag = (own > 0) & (count - own >= self._neighbours)
        return flag[None].astype(np.float32), valid[:, above : above + row_count]

    def close(self) -> None:
        """The images are closed by whoever opened them."""


def _places(image: BandReader, bands: Mapping[str, str]) -> list[int]:
    names = [name.casefold() for name in image.band_names]
    missing = [bands[role] for role in _ROLES if bands[role].casefold() not in names]
    if missing:
        raise InputError("BAND_NOT_FOUND", path=image.name, band=", ".join(missing))
    return [names.index(bands[role].casefold()) for role in _ROLES]


def pine_wilt(
    facts: pd.DataFrame,
    geometry: npt.NDArray[np.object_],
    before: NamedRaster,
    after: NamedRaster,
    terms: WiltTerms,
    progress: Progress | None = None,
    covering: Covering = coverage_blocks,
) -> StageResult:
    """Share of each forest stand that is discoloured.

    Parameters
    ----------
    facts
        The table of stands, n rows.
    geometry
        Their polygons in the CRS of the stands, shape (n,).
    before, after
        Images of the same season in two years, on the same cells.
    covering
        Where the coverage of the stands without their rims comes from, for example a store of saved indices.

    Returns
    -------
    StageResult
        ``damage_share`` and ``damage_support`` (0..1, of the stand without its rim; NaN where the stand is not
        searched or too little of it is seen), ``damage_grade`` (a word of the terms, None likewise).

    Raises
    ------
    InputError
        IMAGES_DO_NOT_MATCH, BAND_NOT_FOUND, RASTER_NO_OVERLAP.
    """
    progress = progress or Progress()
    change = ChangeBands(before.reader, after.reader, terms.bands)
    inner = _without_rim(after.to_grid(geometry) if after.to_grid else geometry, change.grid, terms.rim_cells)
    changes, half = [NamedRaster("change", change)], PartOfProgress(progress, 0, 0.5)
    seen = evidence(facts.index, inner, changes, half, covering=covering).columns
    searched = facts["land_class"].isin(terms.searched_land).to_numpy()
    healthy = _healthy_change(facts, seen, searched, terms)
    columns = pd.DataFrame(
        {"damage_share": np.nan, "damage_support": np.nan, "damage_grade": None}, index=facts.index
    ).astype({"damage_grade": object})
    if healthy is None:
        return StageResult(columns, layer_issue("PINE_WILT_NO_REFERENCE", least=terms.least_healthy_stands))
    flags, half = [NamedRaster("damage", DiscolouredBands(change, healthy, terms))], PartOfProgress(progress, 0.5, 1)
    found = evidence(facts.index, inner, flags, half, covering=covering).columns
    support = found["damage_support"].to_numpy()
    told = searched & (support >= terms.least_support)
    share = found["damage_mean"].to_numpy()[told]
    columns.loc[searched, "damage_support"] = support[searched]
    columns.loc[told, "damage_share"] = share
    columns.loc[told, "damage_grade"] = damage_grades(share, terms)
    return StageResult(columns, join_issues(_doubts(columns, healthy, terms)))


def _without_rim(placed: npt.NDArray[np.object_], grid: Grid, rim_cells: float) -> npt.NDArray[np.object_]:
    """Stands without their outermost cells, which show a neighbour's felling too; narrow stands stay whole."""
    _, right, _, _, down, _ = grid.transform
    inner = shapely.buffer(placed, -rim_cells * float(np.hypot(right, down)), join_style="mitre")
    narrow = shapely.area(inner) < _LEAST_INNER * shapely.area(placed)
    return np.where(narrow | shapely.is_missing(inner), placed, inner)


def damage_grades(share: Floats, terms: WiltTerms) -> npt.NDArray[np.object_]:
    """The grade of each discoloured share; the upper end belongs to a grade."""
    ends = np.array([float(one["up_to"]) for one in terms.grades])
    words = np.array([str(one["grade"]) for one in terms.grades], dtype=object)
    return words[np.searchsorted(ends, share, side="left").clip(max=len(words) - 1)]


def _healthy_change(facts: pd.DataFrame, seen: pd.DataFrame, searched: Flags, terms: WiltTerms) -> Floats | None:
    """Median change of pine stands without damage on record: what season and light did to all of them."""
    pine = searched & facts["species_group"].isin(terms.healthy_groups).to_numpy()
    if "disturbance" in facts.columns:
        pine &= facts["disturbance"].isin(terms.healthy_disturbance).to_numpy()
    pine &= seen["change_ndvi_support"].to_numpy() >= terms.least_support
    if int(pine.sum()) < terms.least_healthy_stands:
        return None
    means = seen.loc[pine, ["change_ndvi_mean", "change_ndmi_mean"]].to_numpy()
    return np.median(means, axis=0)


def _doubts(columns: pd.DataFrame, healthy: Floats, terms: WiltTerms) -> list[pd.DataFrame]:
    worst = str(terms.grades[-1]["grade"])
    severe = columns[columns["damage_grade"] == worst]
    issues = [layer_issue("PINE_WILT_REFERENCE", ndvi=round(float(healthy[0]), 4), ndmi=round(float(healthy[1]), 4))]
    if len(severe):
        issues.append(stand_issues("DAMAGE_SEVERE", severe.index, "damage_share", severe["damage_share"]))
    return issues
