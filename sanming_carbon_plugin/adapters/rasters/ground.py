"""How long the units of a projection are on the ground."""

from __future__ import annotations

import numpy as np

from ...core.rasters.terrain import metres_per_degree
from .. import crs

_STEP_M = 100.0


def ground_metres(crs_wkt: str, places: crs.Points) -> crs.Points:
    """Length on the ground of one unit of a projected CRS towards east and north at some places, in metres.

    Gauss-Krüger and UTM keep lengths to a few parts in ten thousand; web Mercator stretches them by an eighth in
    Fujian.

    Parameters
    ----------
    crs_wkt
        The projected CRS.
    places
        x and y, shape (n, 2).

    Returns
    -------
    numpy.ndarray
        Shape (n, 2); NaN where a place has no position on earth.
    """
    places = np.asarray(places, dtype=np.float64)
    step = _STEP_M / crs.metres_per_unit(crs_wkt)
    move = crs.to_lonlat(crs_wkt)
    lengths = []
    for way in ((step, 0.0), (0.0, step)):
        before, after = move(places - way), move(places + way)
        east_m, north_m = metres_per_degree((before[:, 1] + after[:, 1]) / 2)
        turned = after - before
        lengths.append(np.hypot(turned[:, 0] * east_m, turned[:, 1] * north_m) / (2 * step))
    return np.column_stack(lengths)
