"""Limits of a plan as rows of numbers: targets, caps, budgets, felling quotas, shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from ..errors import InputError
from .options import Options
from .targets import AT_MOST, Target
from .works import CountingMatrix, Works

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

TARGET, CAP, BEYOND, BUDGET, QUOTA, SHARE = "target", "cap", "beyond", "budget", "quota", "share"
LATER = "later"
"""A target that runs beyond the plan years: told, limited as any target, but neither asked for in full nor met."""
ROW_COLUMNS = (
    "kind", "area_unit", "measure", "technique", "year_from", "year", "unit", "low", "high",
)  # fmt: skip
ANY = "*"
MOST_SUMS = 65_536


@dataclass
class LimitRows:
    """Rows of limits as they are put together."""

    options: int
    described: list[dict[str, object]] = field(default_factory=list)
    columns: list[npt.NDArray[np.int64]] = field(default_factory=list)
    numbers: list[FloatArray] = field(default_factory=list)

    def add(self, where: BoolArray, numbers: FloatArray, low: float, high: float, **said: object) -> None:
        """One row: the ``numbers`` of the options ``where``, between ``low`` and ``high``; ``said`` describes it."""
        at = np.flatnonzero(where)
        self.columns.append(at)
        self.numbers.append(numbers[at])
        row = dict.fromkeys(ROW_COLUMNS)
        self.described.append(row | said | {"low": low, "high": high})

    def matrix(self) -> csr_matrix:
        """The numbers of all rows, shape (rows, options)."""
        count = [len(columns) for columns in self.columns]
        if not count:
            return csr_matrix((0, self.options))
        row = np.repeat(np.arange(len(count)), count)
        parts = (np.concatenate(self.numbers), (row, np.concatenate(self.columns)))
        return csr_matrix(parts, shape=(len(count), self.options))

    def table(self) -> pd.DataFrame:
        """What each row is about, with ``low`` and ``high``."""
        return pd.DataFrame(self.described, columns=list(ROW_COLUMNS))


@dataclass(frozen=True)
class Counted:
    """Which options count for which measure.

    Attributes
    ----------
    table
        The options.
    works, matrix
        The works, and for which measures they count too.
    fits
        Measures each stand fits.
    left_ha
        By measure the hectares of each stand that do not count for it yet, and are not taken by what cannot be counted
        beside it; all of them for a measure that is left out.
    """

    table: pd.DataFrame
    works: Works
    matrix: CountingMatrix
    fits: Mapping[str, BoolArray]
    left_ha: Mapping[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(
        cls, options: Options, works: Works, matrix: CountingMatrix, left_ha: Mapping[str, FloatArray] | None = None
    ) -> Counted:
        """From options."""
        return cls(options.table, works, matrix, options.fits, left_ha or {})

    def for_measure(self, measure: str) -> BoolArray:
        """Options whose parcel counts for ``measure``: its own works, and those that the matrix says count too."""
        own = self.works.measure[self.table["work"].to_numpy(dtype=np.int64)]
        counts = own == measure
        for other in {str(name) for name in own} - {measure}:
            if self.matrix.counts_for(other, measure) and measure in self.fits:
                counts |= (own == other) & self.fits[measure][self.table["stand"].to_numpy(dtype=np.int64)]
        return np.asarray(counts & (self.hectares(measure) > 0), dtype=bool)

    def hectares(self, measure: str) -> FloatArray:
        """Hectares of each option that may still be counted for ``measure``, where it counts for it."""
        area, left = self.numbers("area_ha"), self.left_ha.get(measure)
        return area if left is None else np.minimum(area, left[self.table["stand"].to_numpy(dtype=np.int64)])

    def own(self, measure: str) -> BoolArray:
        """Options whose work is of ``measure``."""
        return np.asarray(self.works.measure[self.table["work"].to_numpy(dtype=np.int64)] == measure, dtype=bool)

    def in_unit(self, stands: BoolArray) -> BoolArray:
        """Options of the stands of a unit."""
        return np.asarray(stands[self.table["stand"].to_numpy(dtype=np.int64)])

    def in_years(self, first: int, last: int) -> BoolArray:
        """Options of years from ``first`` to ``last``."""
        year = self.table["year"].to_numpy()
        return np.asarray((year >= first) & (year <= last))

    def numbers(self, name: str) -> FloatArray:
        """A column of the options."""
        return self.table[name].to_numpy(dtype=np.float64)


Units = Mapping[str, BoolArray]


@dataclass(frozen=True)
class Beyond:
    """How far a plan may go beyond its targets.

    Attributes
    ----------
    share
        Share by which a plan may pass a target; infinite for no such limit.
    met_share
        The same for a target that is met by what is done; 0 where nothing more is to be planned for it.
    last_year
        Last plan year: what a target asks for until a later year need not be planned in full.
    """

    share: float
    met_share: float = 0.0
    last_year: float = np.inf

    def most(self, amount: float, done: float, area: FloatArray, locked: BoolArray) -> float:
        """Hectares that may be planned for a target: it may be passed as far as whole stands need to meet it.

        ``area`` are those of the stands that serve it; the ``locked`` ones are in the plan whatever it asks for.
        """
        left, must = amount - done, float(area[locked].sum())
        if left <= 0:
            return max(amount * (1 + self.met_share) - done, must)
        enough = left * (1 + self.share)
        return max(enough, must + least_total(area[~locked], left - must, enough - must))


def least_total(area: FloatArray, wanted: float, enough: float) -> float:
    """Smallest total of whole stands that reaches the ``wanted`` hectares, or one that is no more than ``enough``.

    All stands together where they do not reach it. Exact up to 16 stands; of more, sums that are alike to
    1/65,536 of what is wanted are followed once.
    """
    wanted *= 1 - 1e-9
    total = np.append(0.0, np.cumsum(np.sort(area)))
    best = float(total[min(int(np.searchsorted(total, wanted)), len(area))])
    sums = np.zeros(1)
    for one in np.sort(area[area > 0])[::-1]:
        if wanted <= 0 or best <= enough:
            break
        more = sums + one
        best = min(best, float(more[more >= wanted].min(initial=np.inf)))
        sums = np.unique(np.append(sums, more[more < wanted]))
        if len(sums) > MOST_SUMS:
            sums = sums[np.unique(np.floor(sums * (MOST_SUMS / wanted)), return_index=True)[1]]
    return best


def asked_for(
    counted: Counted, targets: Sequence[Target], done_ha: Callable[[Target], float], units: Units, locked: BoolArray
) -> BoolArray:
    """Options that serve any target, shape (k,), and those of the stands that must be chosen."""
    asked = counted.in_unit(locked)
    for target in targets:
        if target.bound != AT_MOST:
            asked |= _serving(counted, target, units.get(target.area_unit), met=done_ha(target) >= target.amount)
    return asked


def add_targets(
    rows: LimitRows,
    counted: Counted,
    targets: Sequence[Target],
    done_ha: Callable[[Target], float],
    units: Units,
    beyond: Beyond,
    locked: BoolArray,
) -> None:
    """Targets that the plan has to meet, less what is done; caps; and how far a plan may go beyond a target.

    Work that a target of its own measure asks for is limited by that one alone: it may count for another as well.

    Parameters
    ----------
    targets, done_ha, beyond
        The targets, what is done of each, and how far a plan may pass it (one that is met: by its own works).
    locked
        Stands that must be chosen: they may pass it too.

    Raises
    ------
    InputError
        ``TARGET_WITHOUT_CANDIDATES`` or ``TARGET_ABOVE_AVAILABLE``, each with all targets concerned.
    """
    nobody, too_few = list[Target](), list[tuple[Target, float, float]]()
    stand = counted.table["stand"].to_numpy(dtype=np.int64)
    passed: dict[str, list[tuple[BoolArray, float]]] = {}
    asked = []
    for target in targets:
        left = max(target.amount - done_ha(target), 0.0)
        met = left <= 0 and target.bound != AT_MOST
        asked.append((target, left, _serving(counted, target, units.get(target.area_unit), met)))
    of_others = _asked_by_own(counted, targets, units)
    # The smaller first, of those served by the same options the one that needs most: the others may hold what it needs.
    for target, left, where in sorted(asked, key=lambda one: (one[2].sum(), -one[1])):
        area = counted.hectares(target.measure)
        if target.bound == AT_MOST:
            rows.add(where, area, -np.inf, left, kind=CAP, **_said(target))
            continue
        later = target.year > beyond.last_year
        largest = pd.Series(area[where]).groupby(stand[where]).max()
        if left > 0 and not later and not len(largest):
            nobody.append(target)
            continue
        if left > 0 and not later:
            too_few += [(target, left, float(largest.sum()))] if largest.sum() < left * (1 - 1e-9) else []
            rows.add(where, area, left, np.inf, kind=TARGET, **_said(target))
        must = locked[largest.index.to_numpy(dtype=np.int64)]
        held, inner = _within(passed.setdefault(target.measure, []), where)
        apart = must & ~np.isin(largest.index, stand[held])
        most = beyond.most(target.amount, done_ha(target), largest.to_numpy(), must)
        most = max(most, inner + float(largest[apart].sum()))
        passed[target.measure].append((where, most))
        if later or np.isfinite(beyond.share):
            limited = where & ~(of_others & ~counted.own(target.measure))
            rows.add(limited, area, -np.inf, most, kind=LATER if later and left > 0 else BEYOND, **_said(target))
    _refuse(nobody, too_few)


def _within(passed: list[tuple[BoolArray, float]], where: BoolArray) -> tuple[BoolArray, float]:
    """Options of the targets that lie in a larger one, and what may be planned for them together.

    What lies in another of them is counted with that.
    """
    inside = [(options, most) for options, most in passed if where[options].all()]
    held, together = np.zeros(len(where), dtype=bool), 0.0
    for at, (options, most) in enumerate(inside):
        if not any(other[options].all() for other, _ in inside[at + 1 :]):
            held |= options
            together += most
    return held, together


def _refuse(nobody: list[Target], too_few: list[tuple[Target, float, float]]) -> None:
    if nobody:
        text = "; ".join(map(target_text, nobody))
        rows = [_said(target) for target in nobody]
        raise InputError("TARGET_WITHOUT_CANDIDATES", targets=text, targets_zh=text, rows=rows)
    if too_few:
        told = [f"{target_text(t)}: {left:,.1f} > {available:,.1f} ha" for t, left, available in too_few]
        rows = [{**_said(t), "left": left, "available": there} for t, left, there in too_few]
        text = "; ".join(told)
        raise InputError("TARGET_ABOVE_AVAILABLE", targets=text, targets_zh=text, rows=rows)


def _serving(counted: Counted, target: Target, inside: BoolArray | None, met: bool) -> BoolArray:
    """Options that count for a target, of one that is met its own works; none where its unit has no stands."""
    if inside is None:
        return np.zeros(len(counted.table), dtype=bool)
    years = counted.in_years(target.year_from or 0, target.year)
    counts = counted.own(target.measure) if met else counted.for_measure(target.measure)
    return np.asarray(counts & counted.in_unit(inside) & years)


def _asked_by_own(counted: Counted, targets: Sequence[Target], units: Units) -> BoolArray:
    """Options whose work a target of its own measure asks for, shape (k,)."""
    asked = np.zeros(len(counted.table), dtype=bool)
    for target in targets:
        if target.bound != AT_MOST:
            asked |= _serving(counted, target, units.get(target.area_unit), met=True)
    return asked


def _said(target: Target) -> dict[str, object]:
    names = ("area_unit", "measure", "year_from", "year", "unit")
    return {"technique": None, **{name: getattr(target, name) for name in names}}


def target_text(target: Target) -> str:
    """A target in codes and numbers."""
    span = str(target.year) if target.year_from in (None, target.year) else f"{target.year_from}-{target.year}"
    return f"{target.measure} {target.area_unit} {span}"


def add_budgets(rows: LimitRows, counted: Counted, budgets: pd.DataFrame, units: Units) -> None:
    """Money, table ``area_unit`` (``*`` for all stands), ``year`` (NaN for the whole plan), ``yuan``."""
    cost = counted.numbers("cost_yuan")
    for unit, year, yuan in budgets[["area_unit", "year", "yuan"]].itertuples(index=False):
        where = np.ones(len(cost), dtype=bool) if unit == ANY else counted.in_unit(units[unit])
        said = {"kind": BUDGET, "area_unit": unit, "unit": "yuan"}
        if not np.isnan(year):
            where &= counted.in_years(int(year), int(year))
            said |= {"year_from": int(year), "year": int(year)}
        rows.add(where, cost, -np.inf, float(yuan), **said)


def add_quotas(
    rows: LimitRows, counted: Counted, quotas: pd.DataFrame, units: Units, origin: npt.NDArray[np.object_]
) -> None:
    """Felling quotas, table ``area_unit``, ``felling_type``, ``origin``, ``year``, ``volume_m3``; ``*`` is any.

    A felling without any quota that covers it has none: a unit × type × origin that is left out may fell nothing.
    """
    felled = counted.numbers("felled_m3")
    kind = counted.works.felling_type[counted.table["work"].to_numpy(dtype=np.int64)]
    of_origin = origin[counted.table["stand"].to_numpy(dtype=np.int64)]
    covered = kind == "none"
    for unit, felling, wood, year, volume in quotas[
        ["area_unit", "felling_type", "origin", "year", "volume_m3"]
    ].itertuples(index=False):
        where = counted.in_unit(units[unit]) & (kind != "none")
        if felling != ANY:
            where &= kind == felling
        if wood != ANY:
            where &= of_origin == wood
        said = {"kind": QUOTA, "area_unit": unit, "measure": felling, "technique": wood, "unit": "m3"}
        if not np.isnan(year):
            where &= counted.in_years(int(year), int(year))
            said |= {"year_from": int(year), "year": int(year)}
        covered |= where
        rows.add(where, felled, -np.inf, float(volume), **said)
    if (~covered).any():
        rows.add(~covered, felled, -np.inf, 0.0, kind=QUOTA, area_unit=ANY, measure=ANY, technique=ANY, unit="m3")


def add_shares(rows: LimitRows, counted: Counted, shares: pd.DataFrame, units: Units) -> None:
    """Shares of a technique in the area of its measure.

    ``shares`` has ``area_unit``, ``measure``, ``technique``, ``low`` and ``high``, NaN where there is no limit.
    """
    area = counted.numbers("area_ha")
    work = counted.table["work"].to_numpy(dtype=np.int64)
    for unit, measure, technique, low, high in shares[["area_unit", "measure", "technique", "low", "high"]].itertuples(
        index=False
    ):
        of_measure = counted.in_unit(units[unit]) & (counted.works.measure[work] == measure)
        of_technique = counted.works.technique[work] == technique
        said = {"kind": SHARE, "area_unit": unit, "measure": measure, "technique": technique, "unit": "ha"}
        for share, sign in ((low, -1.0), (high, 1.0)):
            if not np.isnan(share):
                rows.add(of_measure, sign * area * (of_technique - share), -np.inf, 0.0, **said)
