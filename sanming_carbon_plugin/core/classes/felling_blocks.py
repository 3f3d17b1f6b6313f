"""Clear-cut blocks: how large a clear-cut may be on a slope, and which adjacent stands would become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..units import FULL_TURN_DEG
from .evaluation import FactsView, Outcomes
from .problems import Problems, shown

SECTION = "clear_cut_limits"
CLEAR_CUT = "clear_cut"
_LARGEST = 10_000.0
_WIDEST_GAP_M = 100
_STEEPEST_DEG = 90.0
_METRES_PER_DEGREE = 111_320.0
_CORNER = 4.0
_ROW = ("slope_below_deg", "area_ha")
_COLUMNS = ("clear_cut_limit_ha_low", "clear_cut_limit_ha_high")
_BLOCK = ("clear_cut_block_ha_low", "clear_cut_block_ha_high")
_BLOCK_LIMIT = ("clear_cut_block_limit_ha_low", "clear_cut_block_limit_ha_high")
BLOCK_FIELDS = ("clear_cut_block_ha", "clear_cut_block_limit_ha")
"""What only the clear-cuts of the neighbours tell of a stand; rules of the technique ``clear_cut`` may ask it."""

Floats = npt.NDArray[np.float64]


class ClearCutLimits:
    """Largest clear-cut area by slope.

    Parameters
    ----------
    slope_below_deg
        Upper end of each slope class, not part of it, rising; shape (k,).
    area_ha
        Largest area of each class, shape (k,); steeper than the last class: 0.
    adjoining_within_m
        Stands along each other with no more than this between them adjoin: outlines of one boundary drawn twice
        leave slivers, which are no belts.
    """

    def __init__(self, slope_below_deg: Floats, area_ha: Floats, adjoining_within_m: float = 0.0) -> None:
        self.slope_below_deg = slope_below_deg
        self.area_ha = np.append(area_ha, 0.0)
        self.adjoining_within_m = adjoining_within_m

    def at(self, slope_deg: Floats) -> Floats:
        """Largest clear-cut area in hectares at a slope."""
        return self.area_ha[np.searchsorted(self.slope_below_deg, slope_deg, side="right")]

    def of_stands(self, facts: pd.DataFrame) -> pd.DataFrame:
        """``clear_cut_limit_ha_low`` and ``…_high``: the limit at the steepest and at the gentlest slope."""
        low, high = FactsView(facts).interval("slope_deg")
        known = np.isfinite(low) & np.isfinite(high)
        limits = np.full((len(facts), 2), np.nan)
        limits[known, 0] = self.at(high[known])
        limits[known, 1] = self.at(low[known])
        return pd.DataFrame(limits, index=facts.index, columns=list(_COLUMNS))


def clear_cut_limits(data: object, problems: Problems) -> ClearCutLimits | None:
    """The section ``clear_cut_limits`` of a rule file.

    ``rows`` of ``slope_below_deg`` and ``area_ha``, and ``adjoining_within_m``, 0 where it is left out.
    """
    path = "$." + SECTION
    if not isinstance(data, Mapping) or not isinstance(data.get("rows"), list) or not data["rows"]:
        problems.add(path, "must be an object with a list of rows, not {}", shown(data))
        return None
    for key in set(data) - {"rows", "adjoining_within_m", "source", "confidence", "source_zh", "confidence_zh"}:
        problems.add(path, "unknown key {}", shown(key))
    within = data.get("adjoining_within_m", 0)
    if isinstance(within, bool) or not isinstance(within, (int, float)) or not 0 <= within <= _WIDEST_GAP_M:
        problems.add(path + ".adjoining_within_m", "must lie between 0 and {}, not {}", _WIDEST_GAP_M, shown(within))
        return None
    found = []
    for number, row in enumerate(data["rows"]):
        values = [row.get(name) for name in _ROW] if isinstance(row, Mapping) else []
        numbers = [float(v) for v in values if isinstance(v, (int, float)) and 0 < v <= _LARGEST]
        if len(numbers) < len(_ROW) or any(isinstance(v, bool) for v in values):
            problems.add("{}.rows[{}]".format(path, number), "needs slope_below_deg and area_ha above 0")
        else:
            found.append(numbers)
    if len(found) < len(data["rows"]):
        return None
    table = np.asarray(found)
    if (np.diff(table[:, 0]) <= 0).any() or (np.diff(table[:, 1]) > 0).any() or table[-1, 0] > _STEEPEST_DEG:
        problems.add(path + ".rows", "must go from gentle to steep, with areas that do not grow")
        return None
    return ClearCutLimits(table[:, 0], table[:, 1], float(within))


def felling_blocks(geometry: npt.NDArray[np.object_], within_m: float = 0.0) -> npt.NDArray[np.intp]:
    """Number of the block each stand belongs to: stands that share a boundary, directly or by others.

    Stands that meet in a single point are not one block; those along each other with at most ``within_m`` between
    them are. Shape (n,), numbers from 0 in the order of the first stand of each block.
    """
    count = len(geometry)
    # Most neighbours share their vertices; only what these leave apart needs the slow look at both outlines.
    first, second = sharing_a_side(geometry)
    block = _connected(count, first, second)
    sound, crossing = geometry.copy(), ~shapely.is_valid(geometry)
    sound[crossing] = shapely.make_valid(geometry[crossing])
    bounds = shapely.bounds(sound)
    reach = within_m / _METRES_PER_DEGREE if np.abs(bounds).max(initial=0.0) <= FULL_TURN_DEG else within_m
    wide = shapely.box(*(bounds + np.array([-reach, -reach, reach, reach])).T)
    near, other = shapely.STRtree(sound).query(wide)
    open_pairs = (near < other) & (block[near] != block[other])
    near, other = near[open_pairs], other[open_pairs]
    shared = shapely.length(shapely.intersection(sound[near], sound[other])) > 0
    if reach > 0:
        apart = np.flatnonzero(~shared)
        edges = shapely.boundary(sound[other[apart]])
        along = shapely.intersection(shapely.buffer(sound[near[apart]], reach, quad_segs=2), edges)
        # Two stands that meet in a corner run along each other for twice the reach.
        shared[apart] = shapely.length(along) > _CORNER * reach
    return _connected(count, np.append(first, near[shared]), np.append(second, other[shared]))


def sharing_a_side(geometry: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs of stands that have a side between the same two vertices in common."""
    polygons, owner = shapely.get_parts(geometry, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[:-1] == ring[1:]
    ends = np.stack([points[:-1][inside], points[1:][inside]], axis=1) + 0.0
    stand = owner[of_polygon[ring[:-1][inside]]]
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | ((ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1]))
    ends[turned] = ends[turned, ::-1]
    sides = np.ascontiguousarray(ends.reshape(-1, 4))
    order = np.argsort(_mixed(sides), kind="stable")
    same = (sides[order[:-1]] == sides[order[1:]]).all(axis=1)
    return stand[order[:-1][same]], stand[order[1:][same]]


def _mixed(sides: Floats) -> npt.NDArray[np.uint64]:
    """One number per side; equal sides have equal numbers, others hardly ever."""
    bits = sides.view(np.uint64)
    mixed = bits[:, 0].copy()
    for column in range(1, bits.shape[1]):
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15) ^ bits[:, column]
    return mixed


def _connected(count: int, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    links = coo_matrix((np.ones(len(first), dtype=np.int64), (first, second)), shape=(count, count))
    _, labels = connected_components(links, directed=False)
    return pd.factorize(labels)[0].astype(np.intp)


@dataclass(frozen=True)
class Blocks:
    """The blocks that the clear-cuts of a layer would make.

    Attributes
    ----------
    columns
        ``clear_cut_block_ha_low``, ``…_high`` and ``clear_cut_block_limit_ha_low``, ``…_high``, indexed by
        ``stand_key``.
    name
        Key of the stand that comes first in the alphabet of each stand's block; None where the stand is not
        fit for certain. Shape (n,).
    stands
        Number of stands in the block; 0 likewise. Shape (n,).
    """

    columns: pd.DataFrame
    name: npt.NDArray[np.object_]
    stands: npt.NDArray[np.intp]

    def doubtful(self) -> npt.NDArray[np.bool_]:
        """Stands fit for clear-cutting of which nobody knows whether their block is too large, shape (n,)."""
        within = self.columns[_BLOCK[1]] <= self.columns[_BLOCK_LIMIT[0]]
        return (self.stands > 0) & ~self.too_large() & ~within.to_numpy()

    def too_large(self) -> npt.NDArray[np.bool_]:
        """Stands fit for clear-cutting whose block is above its limit for certain, shape (n,)."""
        return np.asarray(self.columns[_BLOCK[0]] > self.columns[_BLOCK_LIMIT[1]]) & (self.stands > 0)


def clear_cut_blocks(
    facts: pd.DataFrame, geometry: npt.NDArray[np.object_] | None, fit: Outcomes, limits: ClearCutLimits
) -> Blocks:
    """Blocks of adjoining stands that fit clear-cutting but for the size of their block.

    A stand that may or may not be fit makes its neighbours' block an interval: at least the stands that are fit for
    certain, at most all that may be. The limit is that of the steepest stand. So a missing value can make a block
    uncertain but never smaller. A stand that is not fit is a block of its own.

    Parameters
    ----------
    facts
        The table of stands, n rows, with ``area_ha`` and the slope.
    geometry
        Polygons, shape (n,); without it nothing is known of the block of a stand that may be fit.
    fit
        Outcome of clear-cutting without the rules about blocks: 1, 0 or −1, shape (n,).
    """
    area = FactsView(facts).interval("area_ha")[0]
    area = np.where(np.isfinite(area), area, np.nan)
    limit = limits.of_stands(facts).to_numpy()
    found = np.column_stack([area, area, limit])
    found[fit >= 0] = np.nan
    name = np.full(len(facts), None, dtype=object)
    stands = np.zeros(len(facts), dtype=np.intp)
    if geometry is not None and (fit > 0).any():
        placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
        sure, open_ = np.flatnonzero(placed & (fit > 0)), np.flatnonzero(placed & (fit >= 0))
        gap = limits.adjoining_within_m
        block = felling_blocks(geometry[sure], gap)
        of_open = felling_blocks(geometry[open_], gap) if len(open_) > len(sure) else block
        wide = of_open[np.searchsorted(open_, sure)]
        least = _by_block(block, area[sure], limit[sure, 1])
        # A stand of unknown slope may be too steep for any clear-cut.
        most = _by_block(of_open, area[open_], np.nan_to_num(limit[open_, 0]))
        found[sure, 0], found[sure, 3] = least[0][block], least[1][block]
        found[sure, 1], found[sure, 2] = most[0][wide], most[1][wide]
        keys = pd.Series(np.asarray(facts.index, dtype=object)[sure])
        name[sure] = keys.groupby(block).transform("min").to_numpy()
        stands[sure] = np.bincount(block)[block]
    columns = pd.DataFrame(found, index=facts.index, columns=[*_BLOCK, *_BLOCK_LIMIT])
    return Blocks(columns, name, stands)


def _by_block(block: npt.NDArray[np.intp], area_ha: Floats, limit_ha: Floats) -> tuple[Floats, Floats]:
    """Area and smallest limit of each block; NaN where one of its stands has none."""
    area = np.bincount(block, weights=area_ha)
    smallest = np.full(len(area), np.inf)
    np.minimum.at(smallest, block, limit_ha)
    # To a hundredth of a square metre: a sum must not depend on the order in which the stands come.
    return np.round(area, 6), smallest
