"""Further statistics of rasters in stands: least, largest, quantiles, cell count, shares of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, UsageError
from ..progress import Progress
from ..stage import StageResult
from ..stands.packed import Outlined, outlined
from .boundary import FloatArray
from .cell_figures import cell_figures
from .coverage import coverage_blocks
from .evidence import Covering, PartOfProgress, band_columns, evidence, placed_on, readings, result_columns
from .named_raster import NamedRaster
from .outlines import last_rows
from .stand_cells import Cells, quantile_of, sorted_cells

STATISTICS = ("mean", "std", "support", "min", "max", "median", "count", "shares", "majority")
"""What can be asked for; besides, ``q5`` or ``q90`` for a quantile in percent."""

MOST_CLASSES = 200
"""A raster with more different values in the stands is no map of classes."""

_SAME_SHARE = 1e-9
_AREAS_TOGETHER = 500_000
_FROM_MOMENTS = frozenset({"mean", "std", "support"})


def statistics(
    stand_keys: Sequence[str] | pd.Index,
    geometry: Outlined,
    rasters: Sequence[NamedRaster],
    chosen: Sequence[str] = ("mean", "std", "support"),
    progress: Progress | None = None,
    *,
    low_support: float = 1.0,
    covering: Covering = coverage_blocks,
) -> StageResult:
    """Chosen statistics of every band of every raster in every stand.

    Parameters
    ----------
    stand_keys, geometry, rasters, progress, low_support, covering
        As for :func:`sanming_carbon_plugin.core.rasters.evidence.evidence`.
    chosen
        Of :data:`STATISTICS`, or ``q`` and a percentage.

    Returns
    -------
    StageResult
        Columns ``NAME_STATISTIC`` or ``NAME_BAND_STATISTIC`` in the order of ``chosen``, and those of an elevation
        model about the lie of the land. ``count`` is the covered
        area of valid cells in cells. ``median`` and quantiles weigh cells by their covered share and interpolate
        between them. ``shares`` gives ``NAME_share_CLASS`` (0..1 of the valid area) per class found anywhere, 0
        where a stand has none of it; ``majority`` the class with the largest share, the larger number of two
        equal ones. All are NaN where the stand has no valid cell, except ``support`` and ``count``, which
        are NaN for stands without a geometry.

    Raises
    ------
    UsageError
        ``STATISTIC_UNKNOWN``.
    InputError
        ``RASTER_NO_OVERLAP``; ``RASTER_WITHOUT_CLASSES`` when classes are asked of a raster of measurements.
    """
    require_known(chosen)
    geometry, progress = outlined(geometry), progress or Progress()
    further = [name for name in chosen if name not in _FROM_MOMENTS]
    passes = 1 + (len(rasters) if further else 0)
    first = PartOfProgress(progress, 0.0, 1 / passes)
    found = evidence(stand_keys, geometry, rasters, first, low_support=low_support, covering=covering)
    columns = dict(found.columns)
    for number, raster in enumerate(rasters if further else (), start=1):
        part = PartOfProgress(progress, number / passes, (number + 1) / passes)
        columns.update(_further(raster, geometry, further, part, covering, columns))
    names = [base for raster in rasters for base in band_columns(raster)]
    wanted = [column for base in names for name in chosen for column in _named(columns, base, name)]
    usual = set(result_columns(rasters))
    wanted += [name for name in found.columns if name not in usual]
    return StageResult(
        pd.DataFrame({name: np.asarray(columns[name]) for name in wanted}, found.columns.index), found.issues
    )


def require_known(chosen: Sequence[str]) -> None:
    """Refuse statistics that do not exist, before anything is read.

    Raises
    ------
    UsageError
        ``STATISTIC_UNKNOWN``.
    """
    for name in chosen:
        if name not in STATISTICS and quantile_of(name) is None:
            raise UsageError("STATISTIC_UNKNOWN", statistic=name, known=", ".join((*STATISTICS, "q0 … q100")))


def _named(columns: dict[str, Any], base: str, statistic: str) -> list[str]:
    if statistic == "shares":
        return [name for name in columns if name.startswith(f"{base}_share_")]
    return [f"{base}_{statistic}"]


def _further(
    raster: NamedRaster,
    geometry: Outlined,
    chosen: Sequence[str],
    progress: Progress,
    covering: Covering,
    known: dict[str, Any],
) -> dict[str, FloatArray]:
    placed = placed_on(raster, geometry, progress)
    names = band_columns(raster)
    plain = [name for name in chosen if name not in {"shares", "majority"}]
    classes = _ClassAreas(len(names), raster.reader.name)
    also = classes.add if len(plain) < len(chosen) else None
    read = readings(raster, placed, covering, progress)
    found = cell_figures(read, last_rows(placed, raster.reader.grid), len(names), plain, also)
    columns = {f"{base}_{name}": one[name] for base, one in zip(names, found, strict=True) for name in plain}
    for base in names if "count" in chosen else ():
        nothing = np.isnan(columns[f"{base}_count"]) & ~np.isnan(known[f"{base}_support"])
        columns[f"{base}_count"][nothing] = 0.0
    for band, base in enumerate(names):
        columns |= _class_columns(base, classes.areas(band), chosen, len(geometry))
    return columns


class _ClassAreas:
    """Covered area per stand and class, in cells, of each band."""

    def __init__(self, band_count: int, path: str) -> None:
        self._path = path
        self._areas: list[list[pd.Series]] = [[] for _ in range(band_count)]
        self._classes = [np.empty(0)] * band_count

    def add(self, cells: Cells) -> None:
        """Add the cells of a strip.

        Raises
        ------
        InputError
            ``RASTER_WITHOUT_CLASSES``.
        """
        for band, areas in enumerate(self._areas):
            stand, value, share = sorted_cells(cells, band)
            if not len(stand):
                continue
            starts = np.flatnonzero(np.concatenate([[True], (stand[1:] != stand[:-1]) | (value[1:] != value[:-1])]))
            classes = self._classes[band] = np.union1d(self._classes[band], value[starts])
            if len(classes) > MOST_CLASSES or (classes != np.floor(classes)).any():
                raise InputError("RASTER_WITHOUT_CLASSES", path=self._path, most=MOST_CLASSES)
            index = pd.MultiIndex.from_arrays([stand[starts], value[starts]])
            areas.append(pd.Series(np.add.reduceat(share, starts), index))
            # A large stand has some of each class in every strip.
            if sum(map(len, areas[1:])) > max(_AREAS_TOGETHER, len(areas[0])):
                areas[:] = [_summed(areas)]

    def areas(self, band: int) -> pd.Series | None:
        """The areas by stand and class; None where no stand has any valid cell."""
        return _summed(self._areas[band]) if self._areas[band] else None


def _summed(areas: list[pd.Series]) -> pd.Series:
    return pd.concat(areas).groupby(level=[0, 1]).sum()


def _class_columns(
    base: str, areas: pd.Series | None, chosen: Sequence[str], stand_count: int
) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    if "majority" in chosen:
        columns[f"{base}_majority"] = np.full(stand_count, np.nan)
    if areas is None:
        return columns
    table = areas.unstack(fill_value=0.0).sort_index(axis=1)
    stands = table.index.to_numpy()
    shares = table.to_numpy() / table.to_numpy().sum(axis=1, keepdims=True)
    classes = table.columns.to_numpy()
    if "majority" in chosen:
        largest = shares >= shares.max(axis=1, keepdims=True) - _SAME_SHARE
        columns[f"{base}_majority"][stands] = classes[::-1][np.argmax(largest[:, ::-1], axis=1)]
    if "shares" in chosen:
        for number, name in enumerate(classes):
            column = np.full(stand_count, np.nan)
            column[stands] = shares[:, number]
            columns[f"{base}_share_{name:.0f}"] = column
    return columns
