"""Further statistics of rasters in stands: least, largest, quantiles, cell count, shares of classes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, UsageError
from ..progress import Progress
from ..stage import StageResult
from ..stands.packed import Outlined, outlined
from .boundary import FloatArray, IntArray
from .coverage import coverage_blocks
from .evidence import Covering, PartOfProgress, band_columns, evidence, placed_on, result_columns
from .moments import strips_with_values
from .named_raster import NamedRaster
from .outlines import last_rows
from .stand_cells import finished_cells, quantile_of, sorted_cells, statistic_of

STATISTICS = ("mean", "std", "support", "min", "max", "median", "count", "shares", "majority")
"""What can be asked for; besides, ``q5`` or ``q90`` for a quantile in percent."""

MOST_CLASSES = 200
"""A raster with more different values in the stands is no map of classes."""

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
            raise UsageError("STATISTIC_UNKNOWN", statistic=name, known=", ".join((*STATISTICS, "q5", "q95")))


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
    grid = raster.reader.grid
    names = band_columns(raster)
    plain = [name for name in chosen if name not in {"shares", "majority"}]
    columns = {f"{base}_{name}": np.full(len(geometry), np.nan) for base in names for name in plain}
    for base in names if "count" in chosen else ():
        columns[f"{base}_count"] = np.where(np.isnan(known[f"{base}_support"]), np.nan, 0.0)
    classes: list[list[pd.Series]] = [[] for _ in names]
    with closing(covering(placed, grid, progress)) as blocks:
        work = strips_with_values(blocks, [raster.reader], progress)
        for cells in finished_cells(work, last_rows(placed, grid)):
            for band, base in enumerate(names):
                stand, value, share = sorted_cells(cells, band)
                if not len(stand):
                    continue
                if len(plain) < len(chosen):
                    classes[band].append(_class_areas(stand, value, share, raster.reader.name))
                starts = np.flatnonzero(np.concatenate([[True], stand[1:] != stand[:-1]]))
                for name in plain:
                    columns[f"{base}_{name}"][stand[starts]] = statistic_of(name, value, share, starts)
    for base, areas in zip(names, classes, strict=True):
        columns |= _class_columns(base, areas, chosen, len(geometry))
    return columns


def _class_areas(stand: IntArray, value: FloatArray, share: FloatArray, path: str) -> pd.Series:
    """Covered area per stand and class, in cells."""
    areas = pd.Series(share).groupby([stand, value]).sum()
    classes = areas.index.get_level_values(1)
    if classes.nunique() > MOST_CLASSES or not (classes == np.floor(classes)).all():
        raise InputError("RASTER_WITHOUT_CLASSES", path=path, most=MOST_CLASSES)
    return areas


def _class_columns(base: str, areas: list[pd.Series], chosen: Sequence[str], stand_count: int) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    if "majority" in chosen:
        columns[f"{base}_majority"] = np.full(stand_count, np.nan)
    if not areas:
        return columns
    table = pd.concat(areas).groupby(level=[0, 1]).sum().unstack(fill_value=0.0).sort_index(axis=1)
    stands = table.index.to_numpy()
    shares = table.to_numpy() / table.to_numpy().sum(axis=1, keepdims=True)
    classes = table.columns.to_numpy()
    if "majority" in chosen:
        columns[f"{base}_majority"][stands] = classes[::-1][np.argmax(shares[:, ::-1], axis=1)]
    if "shares" in chosen:
        for number, name in enumerate(classes):
            column = np.full(stand_count, np.nan)
            column[stands] = shares[:, number]
            columns[f"{base}_share_{name:.0f}"] = column
    return columns
