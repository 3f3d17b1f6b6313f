"""Puts options and limits together as the question that the solver answers, and reads its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..carbon.account import numbers
from ..classes.felling_blocks import sharing_a_side
from .limits import LimitRows
from .open_ground import GroundBeside
from .options import LOCKED_OTHER, LOCKED_OUT, Options
from .problem import BlockRule, BoolArray, ChoiceProblem, IntArray, PatchRule
from .works import Works

Pairs = tuple[IntArray, IntArray]
TextArray = npt.NDArray[np.object_]
GeometryArray = npt.NDArray[np.object_]
CORNER, FULL_TURN_DEG, METRES_PER_DEGREE = 4.0, 360.0, 111_320.0


@dataclass(frozen=True)
class LockedWork:
    """The work that a lock is about; None for any."""

    measure: str | None
    technique: str | None
    year: int | None

    def among(self, table: pd.DataFrame, works: Works) -> BoolArray:
        """Which rows of a table of options are of it, shape (options,)."""
        found = np.ones(len(table), dtype=bool)
        work = table["work"].to_numpy(dtype=np.int64)
        for name, column in ((self.measure, works.measure), (self.technique, works.technique)):
            if name is not None:
                found &= column[work] == name
        return found if self.year is None else found & (table["year"].to_numpy() == self.year)


@dataclass(frozen=True)
class Locks:
    """Parcels that someone decided about.

    Attributes
    ----------
    locked_in, locked_out
        Stands that must and that must not be in the plan, shape (stands,).
    work
        By stand number, what a stand is locked in for.
    out_of
        Stand number and work: what a stand is locked out of, where that is not everything.
    """

    locked_in: BoolArray
    locked_out: BoolArray
    work: Mapping[int, LockedWork]
    out_of: Sequence[tuple[int, LockedWork]] = ()

    @classmethod
    def none(cls, stands: int) -> Locks:
        """Nobody decided anything."""
        return cls(np.zeros(stands, dtype=bool), np.zeros(stands, dtype=bool), {})


def locked_options(options: Options, works: Works, locks: Locks) -> Options:
    """Options without those that a lock rules out."""
    table = options.table
    stand = table["stand"].to_numpy(dtype=np.int64)
    out = locks.locked_out[stand]
    other = np.zeros(len(table), dtype=bool)
    asked = [(one, work, False) for one, work in locks.work.items()] + [(one, work, True) for one, work in locks.out_of]
    for one, work, is_out in asked:
        mine = np.flatnonzero(stand == one)
        other[mine] |= work.among(table.iloc[mine], works) == is_out
    refused = dict(options.refused)
    if locks.locked_out.any():
        refused[LOCKED_OUT] = locks.locked_out.copy()
    if other.any():
        where = np.zeros(len(locks.locked_in), dtype=bool)
        where[stand[other]] = True
        refused[LOCKED_OTHER] = where
    return Options(table[~out & ~other].reset_index(drop=True), options.fits, refused)


def adjoining(geometry: GeometryArray, stands: IntArray, within_m: float = 0.0) -> Pairs:
    """Pairs among ``stands`` that share a boundary, or run along each other within some metres; a point is none."""
    shapes = geometry[stands]
    first, second = sharing_a_side(shapes)
    known = {*zip(np.minimum(first, second).tolist(), np.maximum(first, second).tolist(), strict=True)}
    reach = within_m
    if within_m and np.abs(shapely.bounds(shapes)).max(initial=0.0) <= FULL_TURN_DEG:
        reach = within_m / METRES_PER_DEGREE
    tree = shapely.STRtree(shapes)
    near, other = tree.query(shapes, predicate="dwithin", distance=reach) if reach else tree.query(shapes, "intersects")
    asked = near < other
    near, other = near[asked], other[asked]
    new = np.array([pair not in known for pair in zip(near.tolist(), other.tolist(), strict=True)], dtype=bool)
    near, other = near[new], other[new]
    shared = shapely.length(shapely.intersection(shapes[near], shapes[other])) > 0
    if reach:
        apart = np.flatnonzero(~shared)
        wide = shapely.buffer(shapes[near[apart]], reach, quad_segs=2)
        along = shapely.length(shapely.intersection(wide, shapely.boundary(shapes[other[apart]])))
        shared[apart] = along > CORNER * reach  # two that meet in a corner run along each other for twice the reach
    found = sorted(known | {*zip(near[shared].tolist(), other[shared].tolist(), strict=True)})
    pairs = np.array([pair for pair in found if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    return stands[pairs[:, 0]], stands[pairs[:, 1]]


def block_rule(
    facts: pd.DataFrame,
    options: Options,
    works: Works,
    pairs: Pairs,
    green_up_yr: int,
    ground: GroundBeside | None = None,
) -> BlockRule:
    """The rule about adjoining clear-cuts for these options.

    ``pairs`` are those of the stands and, numbered after them, of the pieces of ``ground`` that is open already.
    """
    work = options.table["work"].to_numpy(dtype=np.int64)
    area, limit = numbers(facts, "area_ha"), numbers(facts, "clear_cut_limit_ha_low")
    ground_year = np.zeros(0, dtype=np.int64)
    if ground is not None:
        area = np.append(np.maximum(area - ground.covered_ha, 0.0), ground.area_ha)
        limit = np.append(limit, ground.limit_ha)
        ground_year = ground.year
    return BlockRule(
        *pairs,
        area,
        limit,
        works.clear_cut[work],
        options.table["year"].to_numpy(dtype=np.int64),
        green_up_yr,
        ground_year,
    )


def patch_rule(options: Options, works: Works, pairs: Pairs, county: TextArray, minimum_ha: float) -> PatchRule:
    """The rule about the smallest patch: work of one measure and year on adjoining stands of one county."""
    table = options.table
    measure, _ = pd.factorize(works.measure[table["work"].to_numpy(dtype=np.int64)], sort=True)
    year, years = pd.factorize(table["year"].to_numpy(dtype=np.int64), sort=True)
    together = county[pairs[0]] == county[pairs[1]]
    return PatchRule(
        pairs[0][together],
        pairs[1][together],
        table["area_ha"].to_numpy(dtype=np.float64),
        np.asarray(measure * max(len(years), 1) + year, dtype=np.int64),
        minimum_ha,
    )


def clear_cut_stands(options: Options, works: Works) -> IntArray:
    """Stands that may be clear-cut."""
    cut = works.clear_cut[options.table["work"].to_numpy(dtype=np.int64)]
    return np.unique(options.table["stand"].to_numpy(dtype=np.int64)[cut])


def choice_problem(
    options: Options, rows: LimitRows, locks: Locks, blocks: BlockRule | None, patches: PatchRule | None = None
) -> ChoiceProblem:
    """The question for the solver; its stands are the rows of the facts."""
    described = rows.table()
    return ChoiceProblem(
        options.table["stand"].to_numpy(dtype=np.int64),
        options.table["value"].to_numpy(dtype=np.float64),
        rows.matrix(),
        described["low"].to_numpy(dtype=np.float64),
        described["high"].to_numpy(dtype=np.float64),
        len(locks.locked_in),
        locks.locked_in,
        blocks,
        patches,
    )
