"""Indices of an image, computed per cell from bands that share one grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from .bands import BandReader
from .boundary import FloatArray
from .grid import Grid

BoolArray = npt.NDArray[np.bool_]

_OPERATIONS: dict[str, Callable[..., Any]] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
_DEEPEST = 20
_TERMS = 3
_SAME_LINE = 1e-4
"""Cells by which two lines of a grid may differ and still be one."""


@dataclass(frozen=True)
class Index:
    """A formula over roles of bands, as nested lists ``[operation, term, term]``.

    ``within`` are the lowest and the highest value that count: beyond, a divisor near 0 made the number.
    """

    name: str
    formula: object
    within: tuple[float, float] = (-np.inf, np.inf)

    @classmethod
    def from_data(cls, name: str, data: Mapping[str, Any]) -> Index:
        """The index of one row of the table of indices.

        Raises
        ------
        InputError
            ``INDEX_FORMULA`` when the formula is not made of known operations, roles and numbers, or when the
            range that counts is none.
        """
        within = data.get("within", [-np.inf, np.inf])
        if not isinstance(within, list) or [type(end) in (int, float) for end in within] != [True, True]:
            raise InputError("INDEX_FORMULA", index=name, part=f"within: {within}")
        index = cls(name, data.get("formula"), (float(within[0]), float(within[1])))
        index.roles()
        return index

    def roles(self) -> set[str]:
        """Roles of the bands that the formula needs."""
        found: set[str] = set()
        self._collect(self.formula, found, 0)
        return found

    def of(self, reflectance: Mapping[str, FloatArray]) -> FloatArray:
        """The index of cells; NaN where a division has no result or a value is beyond those that count."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = np.asarray(_evaluated(self.formula, reflectance), dtype=np.float64)
            return np.where(np.isfinite(found) & (found >= self.within[0]) & (found <= self.within[1]), found, np.nan)

    def is_ratio(self) -> bool:
        """Whether it stays the same when all reflectances are multiplied."""
        some: dict[str, FloatArray] = {
            role: np.array([0.1 + 0.07 * number]) for number, role in enumerate(sorted(self.roles()))
        }
        double = {role: 2.0 * cells for role, cells in some.items()}
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return bool(np.allclose(_evaluated(self.formula, some), _evaluated(self.formula, double), equal_nan=True))

    def _collect(self, term: object, found: set[str], depth: int) -> None:
        if isinstance(term, str):
            found.add(term)
            return
        if isinstance(term, (int, float)) and not isinstance(term, bool):
            return
        parts = list(term) if isinstance(term, (list, tuple)) and len(term) == _TERMS else [None]
        if not isinstance(parts[0], str) or parts[0] not in _OPERATIONS or depth > _DEEPEST:
            raise InputError("INDEX_FORMULA", index=self.name, part=str(term)[:60])
        for part in parts[1:]:
            self._collect(part, found, depth + 1)


def _evaluated(term: object, reflectance: Mapping[str, FloatArray]) -> FloatArray | np.float64:
    """Value of a formula that was checked before."""
    if isinstance(term, str):
        return reflectance[term]
    if isinstance(term, (list, tuple)):
        operation, first, second = term
        found: FloatArray = _OPERATIONS[operation](_evaluated(first, reflectance), _evaluated(second, reflectance))
        return found
    return np.float64(str(term))


@dataclass(frozen=True)
class RoleBand:
    """The band that plays a role: reflectance = (number + offset) × scale."""

    reader: BandReader
    band: int
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Quality:
    """A layer that says which cells count.

    Attributes
    ----------
    reader
        Its first band is used; its cells are those of the image or whole multiples of them. It may begin and end
        elsewhere; beside it nothing counts.
    keep
        Classes that count, or None where bits decide.
    clear
        Bits that must not be set.
    """

    reader: BandReader
    keep: tuple[int, ...] | None = None
    clear: tuple[int, ...] = ()

    def counts(self, grid: Grid, first_row: int, row_count: int) -> BoolArray:
        """True where a cell of ``grid`` counts, shape (rows, width)."""
        factor, down, right = _place_on(grid, self.reader)
        layer = self.reader.grid
        rows = (np.arange(first_row, first_row + row_count) + down) // factor
        columns = (np.arange(grid.width) + right) // factor
        inside, across = (rows >= 0) & (rows < layer.height), (columns >= 0) & (columns < layer.width)
        counts = np.zeros((row_count, grid.width), dtype=bool)
        if inside.any() and across.any():
            first, last = int(rows[inside][0]), int(rows[inside][-1])
            values, valid = self.reader.read_rows(first, last - first + 1)
            good = self._good(values[0]) & np.broadcast_to(valid, values.shape)[0]
            counts[np.ix_(inside, across)] = good[np.ix_(rows[inside] - first, columns[across])]
        return counts

    def _good(self, values: npt.NDArray[Any]) -> BoolArray:
        numbers = np.nan_to_num(values, nan=-1.0).astype(np.int64)
        if self.keep is not None:
            return np.isin(numbers, self.keep)
        return (numbers & sum(1 << bit for bit in self.clear)) == 0


class _FewerCells:
    """Bands of an image of which not all cells count."""

    def __init__(self, reader: BandReader) -> None:
        self._reader = reader
        self.name = reader.name
        self.grid = reader.grid
        self.row_step = reader.row_step
        self.band_names = reader.band_names

    def close(self) -> None:
        """The image, and what says which cells count, are closed by whoever opened them."""


class MaskedBands(_FewerCells):
    """Bands of an image without the cells that its quality layer takes out."""

    def __init__(self, reader: BandReader, quality: Quality) -> None:
        super().__init__(reader)
        _place_on(reader.grid, quality.reader)
        self._quality = quality

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], BoolArray]:
        """As of the image, valid only where the quality allows."""
        values, valid = self._reader.read_rows(first_row, row_count)
        return values, valid & self._quality.counts(self.grid, first_row, row_count)


class BandsWithoutFill(_FewerCells):
    """Bands of an image without the number by which its sensor says that there is nothing.

    Files that were cut or put together often no longer declare it; taken for a number it would be a dark cell, and
    after an offset even a bright one.
    """

    def __init__(self, reader: BandReader, fill: float) -> None:
        super().__init__(reader)
        # Whole numbers are compared as such: that takes half the time.
        self._fill = int(fill) if float(fill).is_integer() else fill

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], BoolArray]:
        """As of the image, valid only where a band has another number."""
        values, valid = self._reader.read_rows(first_row, row_count)
        empty = values == self._fill
        return values, valid & ~empty if empty.any() else valid


class IndexBands:
    """Indices of one scene as bands."""

    def __init__(self, indices: Sequence[Index], roles: Mapping[str, RoleBand], name: str) -> None:
        readers = {id(band.reader): band.reader for band in roles.values()}
        first = next(iter(readers.values()))
        for reader in readers.values():
            if not same_cells(reader.grid, first.grid):
                raise InputError("SCENE_GRIDS_DIFFER", scene=name, path=reader.name, other=first.name)
        needed = set().union(*(index.roles() for index in indices))
        self._indices = list(indices)
        self._roles = {role: band for role, band in roles.items() if role in needed}
        self.name = first.name
        self.grid = first.grid
        self.row_step = max(reader.row_step for reader in readers.values())
        self.band_names = tuple(index.name for index in indices)

    def read_rows(self, first_row: int, row_count: int) -> tuple[npt.NDArray[Any], BoolArray]:
        """Indices (indices, rows, width) as four-byte numbers, and the validity of each."""
        read: dict[int, tuple[npt.NDArray[Any], BoolArray]] = {}
        reflectance: dict[str, FloatArray] = {}
        known: dict[str, BoolArray] = {}
        for role, band in self._roles.items():
            if id(band.reader) not in read:
                read[id(band.reader)] = band.reader.read_rows(first_row, row_count)
            values, valid = read[id(band.reader)]
            # Haze and shade that were taken off too much leave less than nothing, which no ratio can stand.
            reflectance[role] = np.maximum((values[band.band] + band.offset) * band.scale, 0.0)
            known[role] = np.broadcast_to(valid, values.shape)[band.band]
        result = np.empty((len(self._indices), row_count, self.grid.width), dtype=np.float32)
        valid = np.empty(result.shape, dtype=bool)
        for number, index in enumerate(self._indices):
            found = index.of(reflectance)
            valid[number] = np.logical_and.reduce([known[role] for role in index.roles()]) & np.isfinite(found)
            result[number] = np.where(valid[number], found, 0.0)
        return result, valid

    def close(self) -> None:
        """The bands are closed by whoever opened them."""


def same_cells(a: Grid, b: Grid) -> bool:
    """Whether two grids have the same cells."""
    near = np.allclose(a.transform, b.transform, rtol=0, atol=1e-6 * np.sqrt(a.cell_area))
    return bool((a.width, a.height) == (b.width, b.height) and near)


def _place_on(fine: Grid, coarse: BandReader) -> tuple[int, int, int]:
    """How many columns of a grid make one of a layer, and how far below and right of the layer's corner it begins."""
    grid = coarse.grid
    factor = max(round(np.sqrt(grid.cell_area / fine.cell_area)), 1)
    x, right, row_x, y, column_y, down = fine.transform
    steps = np.array([right, row_x, column_y, down])
    corner = np.array([x - grid.transform[0], y - grid.transform[3]])
    beyond = np.linalg.solve(steps.reshape(2, 2), corner)
    whole = np.round(beyond)
    same_steps = np.allclose(
        steps * factor, np.array(grid.transform)[[1, 2, 4, 5]], rtol=0, atol=1e-6 * np.sqrt(fine.cell_area)
    )
    meets = (whole > -np.array([fine.width, fine.height])).all() and (
        whole < factor * np.array([grid.width, grid.height])
    ).all()
    # Cells of the same size lie on the same lines in two zones of a projection, too.
    one_crs = grid.crs_wkt == fine.crs_wkt or not whole.any()
    if not (same_steps and one_crs and meets and np.allclose(beyond, whole, rtol=0, atol=_SAME_LINE)):
        raise InputError("QUALITY_GRID_DIFFERS", path=coarse.name)
    return int(factor), int(whole[1]), int(whole[0])
