"""How stands are set aside to see what a model says of stands it has not learnt from.

Neighbouring stands resemble each other. Folds drawn at random let a model learn from the neighbours of the stands
it is asked about; blocks keep neighbours together; distance-matched folds keep as much distance as the stands that
are to be predicted really have from the stands with labels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Folds = npt.NDArray[np.int64]

_DEGREES = 360.0
_METRES_PER_DEGREE = 111_320.0
_SIZES = 12


def metres(xy: Floats) -> Floats:
    """Coordinates in metres; degrees are spread out at their mean latitude, which is enough for distances."""
    if len(xy) == 0 or np.nanmax(np.abs(xy)) > _DEGREES:
        return xy
    scale = np.array([np.cos(np.radians(np.nanmean(xy[:, 1]))), 1.0]) * _METRES_PER_DEGREE
    return xy * scale


def random_folds(count: int, folds: int, seed: int) -> Folds:
    """Folds of equal size, drawn at random."""
    return np.random.default_rng(seed).permutation(np.arange(count) % folds)


def block_folds(xy_m: Floats, folds: int, block_m: float, seed: int) -> Folds:
    """Square blocks dealt to the folds, the largest first, so that the folds are of about equal size."""
    cells = np.floor(xy_m / block_m).astype(np.int64)
    _, block = np.unique(cells, axis=0, return_inverse=True)
    block = block.reshape(-1)
    size = np.bincount(block)
    order = np.random.default_rng(seed).permutation(len(size))
    order = order[np.argsort(-size[order], kind="stable")]
    load = np.zeros(folds, dtype=np.int64)
    fold_of = np.empty(len(size), dtype=np.int64)
    for one in order:
        fold_of[one] = load.argmin()
        load[fold_of[one]] += size[one]
    return fold_of[block]


def distance_matched_folds(xy_m: Floats, predicted_xy_m: Floats, folds: int, seed: int) -> Folds:
    """Folds whose distances to the nearest stand of another fold are most like those met in prediction.

    Parameters
    ----------
    xy_m
        Stands with labels, shape (n, 2).
    predicted_xy_m
        Stands that are to be predicted, shape (m, 2); their distance to the nearest stand with a label counts, a
        stand at the same place left out.

    Notes
    -----
    Blocks of several sizes, and single stands at random, are tried; the one with the smallest Wasserstein distance
    between both distributions of distances is taken (the idea of nearest-neighbour distance matching).
    """
    wanted = _distances_met(xy_m, predicted_xy_m)
    extent = float(np.ptp(xy_m, axis=0).max())
    best = random_folds(len(xy_m), folds, seed)
    least = _apart(_distances_kept(xy_m, best, folds), wanted)
    for size in np.geomspace(extent / 100 + 1e-9, extent / 2 + 1e-9, _SIZES):
        tried = block_folds(xy_m, folds, float(size), seed)
        if len(np.unique(tried)) < folds:
            continue
        apart = _apart(_distances_kept(xy_m, tried, folds), wanted)
        if apart < least:
            best, least = tried, apart
    return best


def _distances_met(xy_m: Floats, predicted_xy_m: Floats) -> Floats:
    found, _ = cKDTree(xy_m).query(predicted_xy_m, k=2)
    return np.where(found[:, 0] > 0, found[:, 0], found[:, 1])


def _distances_kept(xy_m: Floats, fold: Folds, folds: int) -> Floats:
    result = np.empty(len(xy_m))
    for number in range(folds):
        here = fold == number
        result[here] = cKDTree(xy_m[~here]).query(xy_m[here])[0]
    return result


def _apart(first: Floats, second: Floats) -> float:
    """Wasserstein distance between two sets of distances."""
    at = np.linspace(0.0, 1.0, 201)
    return float(np.abs(np.quantile(first, at) - np.quantile(second, at)).mean())
