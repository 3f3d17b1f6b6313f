"""What rasters say about each stand: mean, spread and how much of the stand they cover."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..errors import InputError, UsageError
from ..issues import join_issues, layer_issue, stand_issues
from ..progress import Progress
from ..stage import StageResult
from ..stands.packed import (
    STANDS_AT_ONCE,
    ObjectArray,
    Outlined,
    PackedOutlines,
    bounds_of,
    outlined,
    portions_of,
)
from .canopy import CanopyBands, canopy_doubts, cover_columns, height_columns, tallest_columns
from .coverage import CoverageBlock, add_per_stand, coverage_blocks
from .grid import Grid
from .marks import MarkedCells
from .moments import Moments, moments, strips_with_values
from .named_raster import NamedRaster
from .outlines import last_rows
from .stand_cells import Cells, cells_of
from .terrain import TerrainBands, terrain_columns, terrain_doubts

FloatArray = npt.NDArray[np.float64]
Covering = Callable[[Outlined, Grid, Progress], Generator[CoverageBlock, None, None]]

_WHOLE = 1 - 1e-9
_TRACE = 1e-9


def evidence(
    stand_keys: Sequence[str] | pd.Index,
    geometry: Outlined,
    rasters: Sequence[NamedRaster],
    progress: Progress | None = None,
    *,
    low_support: float = 1.0,
    covering: Covering = coverage_blocks,
    threads: int = 2,
) -> StageResult:
    """Mean, standard deviation and support of every band of every raster in every stand.

    Parameters
    ----------
    stand_keys
        Unique key per stand, length n.
    geometry
        Polygons in the CRS of the stands, length n, packed or not; None where a stand has none.
    rasters
        Open rasters, each with the name its columns begin with.
    progress
        Told how much is done, asked for cancelling.
    low_support
        Stands whose valid share is above 0 but below this are marked, and their slope is unknown. Left out, every
        stand that is not seen as a whole; 0 marks none.
    covering
        Where the coverage comes from; a store of saved indices can stand in for the computation.
    threads
        How many strips are summed side by side.

    Returns
    -------
    StageResult
        ``NAME_mean``, ``NAME_std`` (population, area-weighted, unit of the raster), ``NAME_support``
        (0..1) per raster of one band, ``NAME_BAND_mean`` … per band else. Mean and standard deviation
        are NaN where support is 0; all three are NaN for stands without a geometry. An elevation model
        adds the columns of :func:`sanming_carbon_plugin.core.rasters.terrain.terrain_columns`, canopy heights those
        of :mod:`sanming_carbon_plugin.core.rasters.canopy`.

    Raises
    ------
    InputError
        ``RASTER_NO_OVERLAP`` when a raster lies beside all stands.
    UsageError
        ``RASTER_COLUMNS_TWICE`` when figures of two rasters would have one name.
    """
    progress = progress or Progress()
    keys = pd.Index(stand_keys, name="stand_key")
    _require_different_columns(rasters)
    geometry, asked = outlined(geometry), _with_derived(rasters)
    canopies = [raster for raster in rasters if raster.canopy is not None and raster.canopy.statistics]
    share = len(asked) / (len(asked) + len(canopies)) if canopies else 1.0
    sums = _sums_of(asked, geometry, PartOfProgress(progress, 0.0, share), covering, threads)
    found = _told(keys, asked, sums, low_support)
    tallest = _tallest(canopies, geometry, PartOfProgress(progress, share, 1.0), covering)
    doubted = _undeclared(keys, rasters, geometry, PartOfProgress(progress, 1.0, 1.0), covering)
    columns = found.columns.assign(**tallest) if tallest else found.columns
    opening = [doubt for raster in rasters for doubt in raster.doubts]
    return StageResult(columns, join_issues([*opening, found.issues, *doubted]))


def _undeclared(
    keys: pd.Index, rasters: Sequence[NamedRaster], geometry: Outlined, progress: Progress, covering: Covering
) -> list[pd.DataFrame]:
    """Doubts about stands with cells such as −9999 that their raster does not declare; asked only where it has some."""
    doubts = []
    for raster in rasters:
        marks = getattr(raster.reader, "marks", {})
        if not marks:
            continue
        placed = placed_on(raster, geometry, progress)
        with closing(covering(placed, raster.reader.grid, progress)) as blocks:
            (sums,) = moments(blocks, len(geometry), [MarkedCells(raster.reader, marks)], progress)
        for band, mark in marks.items():
            share = np.nan_to_num(sums[band].mean())
            field = f"{band_columns(raster)[band]}_mean"
            told = share > _TRACE
            doubts.append(stand_issues("RASTER_MARK_UNDECLARED", keys[told], field, share[told], mark=mark))
    return doubts


def _tallest(
    canopies: Sequence[NamedRaster], geometry: Outlined, progress: Progress, covering: Covering
) -> dict[str, FloatArray]:
    """Upper quantiles of canopy heights."""
    columns: dict[str, FloatArray] = {}
    for number, raster in enumerate(canopies):
        if raster.canopy is not None:
            part = PartOfProgress(progress, number / len(canopies), (number + 1) / len(canopies))
            placed = placed_on(raster, geometry, progress)
            read = readings(raster, placed, covering, part)
            columns |= tallest_columns(raster.canopy, read, last_rows(placed, raster.reader.grid))
    return columns


def readings(
    raster: NamedRaster, placed: Outlined, covering: Covering, progress: Progress
) -> Callable[[], Generator[Cells, None, None]]:
    """Reads the cells of all stands strip by strip, as often as it is called; only the first time tells progress."""
    parts = iter([progress])

    def read() -> Generator[Cells, None, None]:
        part = next(parts, PartOfProgress(progress, 1.0, 1.0))
        with (
            closing(covering(placed, raster.reader.grid, part)) as blocks,
            closing(strips_with_values(blocks, [raster.reader], part)) as work,
        ):
            yield from map(cells_of, work)

    return read


def _told(keys: pd.Index, asked: Sequence[NamedRaster], found: _Sums, low_support: float) -> StageResult:
    columns: dict[str, FloatArray] = {}
    issues = []
    elevation_m = seen = np.empty(0)
    for number, raster in enumerate(asked):
        # Sums are let go of as soon as they are figures: both at once are much for a million stands.
        sums, covered = found.pop(number)
        if raster.terrain is not None and isinstance(raster.reader, TerrainBands):
            support = support_share(sums[0].valid, covered.areas_known())
            lie = terrain_columns(raster.terrain, sums, elevation_m, support, low_support)
            issues.extend(terrain_doubts(keys, raster.terrain, lie["slope_deg_mean"], (seen, support), low_support))
            columns |= lie
            continue
        if raster.canopy is not None and isinstance(raster.reader, CanopyBands):
            columns |= cover_columns(raster.canopy, sums)
            continue
        if raster.terrain is not None:
            elevation_m, seen = sums[0].mean(), support_share(sums[0].valid, covered.areas_known())
        if raster.canopy is not None:
            columns |= height_columns(sums[0], support_share(sums[0].valid, covered.areas_known()))
            issues.extend(canopy_doubts(raster.canopy, sums[0].mean()))
        new, doubts = _columns(keys, raster, sums, covered, low_support)
        columns |= new
        issues.extend(doubts)
    return StageResult(pd.DataFrame(columns, index=keys, copy=False), join_issues(issues))


def _sums_of(
    rasters: Sequence[NamedRaster], geometry: Outlined, progress: Progress, covering: Covering, threads: int
) -> _Sums:
    """Sums of every raster by its position; coverage is found once for rasters on the same cells."""
    found: _Sums = {}
    groups = same_grid(rasters)
    for position, group in enumerate(groups):
        part = PartOfProgress(progress, position / len(groups), (position + 1) / len(groups))
        first = rasters[group[0]]
        placed = placed_on(first, geometry, progress)
        _require_overlap([rasters[number] for number in group], placed)
        covered = _Covered(geometry)
        readers = [rasters[number].reader for number in group]
        with closing(covered.watching(covering(placed, first.reader.grid, part))) as blocks:
            sums = moments(blocks, len(geometry), readers, part, threads)
        found.update({number: (one, covered) for number, one in zip(group, sums, strict=True)})
    return found


def placed_on(raster: NamedRaster, geometry: Outlined, progress: Progress) -> Outlined:
    """The outlines in the CRS of a raster; moved some at a time, so that a cancel is heard."""
    move = raster.to_grid
    if move is None:
        return geometry

    def moved(part: ObjectArray) -> ObjectArray:
        progress.raise_if_cancelled()
        return move(part)

    if isinstance(geometry, PackedOutlines):
        return geometry.moved(moved)
    placed = np.full(len(geometry), None, dtype=object)
    for part, outlines in portions_of(geometry):
        placed[part] = moved(outlines)
    return placed


def _with_derived(rasters: Sequence[NamedRaster]) -> list[NamedRaster]:
    """The rasters, each elevation model followed by its slopes and canopy heights by their cover, on the same cells."""
    asked = []
    for raster in rasters:
        asked.append(raster)
        if raster.terrain is not None:
            asked.append(replace(raster, reader=TerrainBands(raster.reader, raster.terrain)))
        if raster.canopy is not None and raster.canopy.cover_above_m:
            asked.append(replace(raster, reader=CanopyBands(raster.reader, raster.canopy)))
    return asked


class PartOfProgress(Progress):
    """Progress from one share of the whole to another, so that several passes never run backwards."""

    def __init__(self, whole: Progress, begin: float, end: float) -> None:
        self._whole, self._begin, self._end = whole, begin, end

    def update(self, fraction: float) -> None:
        """Tell the share of this part that is done."""
        self._whole.update(self._begin + fraction * (self._end - self._begin))

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self._whole.is_cancelled()


class _Covered:
    """Adds up the areas of the blocks that pass by; ``areas`` and ``inside`` are in cells, per stand."""

    def __init__(self, geometry: Outlined) -> None:
        self._geometry = geometry
        self.areas = np.zeros(len(geometry))
        self.inside = np.zeros(len(geometry))

    def areas_known(self) -> FloatArray:
        """Areas in cells; 1 for land that has no place in the CRS of the raster, so that its support is 0."""
        known = self.areas.copy()
        nowhere = np.flatnonzero(known <= 0)
        for first in range(0, len(nowhere), STANDS_AT_ONCE):
            rows = nowhere[first : first + STANDS_AT_ONCE]
            known[rows[shapely.area(self._geometry[rows]) > 0]] = 1.0
        return known

    def watching(self, blocks: Generator[CoverageBlock, None, None]) -> Generator[CoverageBlock, None, None]:
        """The same blocks; a saved index that was begun is put away at once when the reading fails."""
        with closing(blocks):
            for block in blocks:
                add_per_stand(self.areas, block.stands, block.areas)
                add_per_stand(self.inside, block.stands, block.covered_per_item())
                yield block


_Sums = dict[int, tuple[list[Moments], _Covered]]
"""Sums of the bands of each raster, by its position."""


def same_grid(rasters: Sequence[NamedRaster]) -> list[list[int]]:
    """Positions of rasters that lie on the same cells, so that their coverage is found once."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, raster in enumerate(rasters):
        grid = raster.reader.grid
        crs = grid.crs_wkt if raster.to_grid is not None else None
        groups.setdefault((grid.width, grid.height, grid.transform, crs), []).append(number)
    return list(groups.values())


def band_columns(raster: NamedRaster) -> list[str]:
    """Beginning of the columns of each band: the raster's name, with several bands also the band's."""
    names = raster.reader.band_names
    if len(names) == 1 and not raster.names_bands:
        return [raster.name]
    taken: list[str] = []
    for number, description in enumerate(names, start=1):
        plain = "".join(letter for letter in description.lower() if letter.isalnum()) or f"b{number}"
        unique = plain
        while unique in taken:
            unique = f"{unique}b{number}"
        taken.append(unique)
    return [f"{raster.name}_{band}" for band in taken]


def result_columns(rasters: Sequence[NamedRaster]) -> list[str]:
    """Names of the columns that rasters add to a result; terrain is for the rules and not among them."""
    bases = [base for raster in rasters for base in band_columns(raster)]
    return [f"{base}_{name}" for base in bases for name in ("mean", "std", "support")]


def _require_different_columns(rasters: Sequence[NamedRaster]) -> None:
    """Refuse names by which figures of one raster would take the place of another's."""
    bases = [base.casefold() for raster in rasters for base in band_columns(raster)]
    for base in bases:
        if bases.count(base) > 1:
            raise UsageError("RASTER_COLUMNS_TWICE", column=f"{base}_mean")


def support_share(valid: FloatArray, areas: FloatArray) -> FloatArray:
    """Share of each stand's area with valid cells (0..1), NaN where the stand has no area."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = valid / areas
    share = np.where(share > _WHOLE, 1.0, share)
    return np.where(areas > 0, share, np.nan)


def _columns(
    keys: pd.Index, raster: NamedRaster, sums: list[Moments], covered: _Covered, low_support: float
) -> tuple[dict[str, FloatArray], list[pd.DataFrame]]:
    areas, inside = covered.areas_known(), covered.inside
    columns: dict[str, FloatArray] = {}
    issues = []
    outside = (areas > 0) & (inside <= 0)
    issues.append(stand_issues("RASTER_OUTSIDE", keys[outside], raster.name))
    for band, name in enumerate(band_columns(raster)):
        of_band = sums.pop(0)
        support = support_share(of_band.valid, areas)
        if raster.scaling and raster.scaling[band] != (1.0, 0.0):
            factor, offset = raster.scaling[band]
            issues.append(layer_issue("RASTER_SCALE_DECLARED", f"{name}_mean", factor, factor=factor, offset=offset))
        columns[f"{name}_mean"] = of_band.mean()
        columns[f"{name}_std"] = of_band.standard_deviation()
        columns[f"{name}_support"] = support
    supports = {name: columns[f"{name}_support"] for name in band_columns(raster)}
    return columns, [*issues, *_little_seen(keys, raster.name, supports, (areas > 0) & ~outside, low_support)]


def _little_seen(
    keys: pd.Index, raster: str, supports: Mapping[str, FloatArray], inside: npt.NDArray[np.bool_], low_support: float
) -> list[pd.DataFrame]:
    """Stands of which a band shows nothing or little; told of the raster where all bands show the same share."""
    first = next(iter(supports.values()))
    alike = np.logical_and.reduce([other == first for other in supports.values()]) & (len(supports) > 1)
    issues = []
    for seen, support, told in [
        ((raster, raster), first, alike),
        *(((f"{name}_mean", f"{name}_support"), support, ~alike) for name, support in supports.items()),
    ]:
        empty, low = told & inside & (support <= 0), told & (support > 0) & (support < low_support)
        issues.append(stand_issues("RASTER_NODATA", keys[empty], seen[0]))
        issues.append(stand_issues("RASTER_LOW_SUPPORT", keys[low], seen[1], support[low], threshold=low_support))
    return issues


def _require_overlap(rasters: Sequence[NamedRaster], placed: Outlined) -> None:
    """Refuse rasters of one grid that lie beside all stands."""
    boxes = bounds_of(placed)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return
    raster = rasters[0]
    west, south, east, north = raster.reader.grid.bounds
    meets = (boxes[:, 0] < east) & (boxes[:, 2] > west) & (boxes[:, 1] < north) & (boxes[:, 3] > south)
    if meets.any():
        return
    extent = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    raise InputError(
        "RASTER_NO_OVERLAP",
        raster=raster.name,
        path=raster.reader.name,
        raster_extent=_extent_text(west, south, east, north),
        stands_extent=_extent_text(*extent),
    )


def _extent_text(west: float, south: float, east: float, north: float) -> str:
    return f"{west:.10g} – {east:.10g}, {south:.10g} – {north:.10g}".replace("e+", "e")
